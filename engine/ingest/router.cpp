#include "engine/ingest/router.hpp"

#include "engine/base/hash.hpp"

namespace sluice {
namespace {

/// Fixed for the life of the data: more shards later only move whole partitions.
constexpr std::uint64_t kPartitions = 128;

/// One request spread over several shards; told when the last of them has committed.
struct Gathering {
    std::mutex mutex;
    std::size_t open = 0;
    Result<void> result = success();
    std::function<void(Result<void>)> done;

    void arrive(const Result<void>& part) {
        bool last = false;
        {
            const std::lock_guard lock(mutex);
            if (!part.has_value()) {
                result = part.error();
            }
            last = --open == 0;
        }
        if (last) {
            done(result);
        }
    }
};

}  // namespace

std::uint32_t shard_number(std::string_view customer, std::size_t shards) {
    return static_cast<std::uint32_t>(hash64(customer) % kPartitions % shards);
}

void Router::learn(const IdentityLink& link) {
    const std::lock_guard lock(mutex_);
    identities_[link.anonymous_id] = link.customer;
}

std::optional<std::string> Router::identity(const std::string& anonymous_id) const {
    const std::lock_guard lock(mutex_);
    auto place = identities_.find(anonymous_id);
    return place == identities_.end() ? std::nullopt : std::optional(place->second);
}

Shard& Router::shard_of(std::string_view customer) const {
    return *shards_[shard_number(customer, shards_.size())];
}

void Router::resolve(InboundEvent& event) {
    if (!event.customer.empty()) {
        if (!event.anonymous_id.empty()) {
            learn({event.anonymous_id, event.customer});
        }
        return;
    }
    event.customer = identity(event.anonymous_id).value_or("anonymous:" + event.anonymous_id);
    event.anonymous_id.clear();
}

void Router::set_catalog(std::set<std::string, std::less<>> names) {
    const std::lock_guard lock(mutex_);
    catalog_ = std::move(names);
}

bool Router::of_catalog(const InboundEvent& event) const {
    const std::lock_guard lock(mutex_);
    return event.kind == CallKind::track && catalog_.contains(event.name);
}

bool Router::submit(std::vector<InboundEvent> events, std::function<void(Result<void>)> done) {
    std::vector<std::vector<InboundEvent>> parts(shards_.size());
    for (InboundEvent& event : events) {
        if (of_catalog(event)) {
            for (auto& part : parts) {
                part.push_back(event);
            }
            continue;
        }
        resolve(event);
        parts[shard_of(event.customer).number()].push_back(std::move(event));
    }
    auto gathering = std::make_shared<Gathering>();
    gathering->done = std::move(done);
    gathering->open = 1;  // this call itself, so that a fast shard cannot finish too early
    std::size_t accepted = 0;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        if (parts[i].empty()) {
            continue;
        }
        {
            const std::lock_guard lock(gathering->mutex);
            ++gathering->open;
        }
        const bool taken =
            shards_[i]->submit(std::move(parts[i]),
                               [gathering](const Result<void>& part) { gathering->arrive(part); });
        if (taken) {
            ++accepted;
            continue;
        }
        if (accepted == 0) {
            return false;
        }
        gathering->arrive(Error{Errc::unavailable, "a shard's inbox is full"});
    }
    gathering->arrive(success());
    return true;
}

}  // namespace sluice
