#include "engine/ingest/router.hpp"

#include "engine/base/hash.hpp"

#include <algorithm>

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
    note(link, true);
}

/// With mutex_ held. The rule does not depend on the order in which links are told, so after a
/// restart the same ones count, and as no link ever led back when it was made, none does.
void Router::note(const IdentityLink& link, bool kept) {
    Lead& lead = leads_[link.record];
    if (lead.link.customer == link.customer) {
        lead.link.at = std::max(lead.link.at, link.at);
        lead.kept = lead.kept || kept;
    } else if (lead.link.customer.empty() || newer_link(link, lead.link)) {
        lead = {link, kept};
    }
}

bool Router::wanted(const IdentityLink& link) const {
    const std::lock_guard lock(mutex_);
    const auto place = leads_.find(link.record);
    return place == leads_.end() || place->second.link.customer != link.customer ||
           !place->second.kept;
}

/// With mutex_ held.
const std::string& Router::end_of(const std::string& record) const {
    const std::string* at = &record;
    for (std::size_t steps = 0; steps <= leads_.size(); ++steps) {
        const auto place = leads_.find(*at);
        if (place == leads_.end()) {
            break;
        }
        at = &place->second.link.customer;
    }
    return *at;
}

std::string Router::person_of(const std::string& record) const {
    const std::lock_guard lock(mutex_);
    return end_of(record);
}

Shard& Router::shard_of(std::string_view customer) const {
    return *shards_[shard_number(customer, shards_.size())];
}

/// In one go, so that of two calls that link two ids to each other the second finds them linked.
void Router::resolve(InboundEvent& event) {
    const std::lock_guard lock(mutex_);
    if (event.customer.empty()) {
        event.customer = end_of(anonymous_record(event.anonymous_id));
        event.anonymous_id.clear();
        return;
    }
    event.customer = std::string(end_of(event.customer));
    for (const IdentityLink& link : links_in(event)) {
        note(link, false);
    }
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
