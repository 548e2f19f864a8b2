#include "engine/ingest/courier.hpp"

#include "engine/base/log.hpp"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <utility>

namespace sluice {
namespace {

/// Links that one shard works on before others get their turn.
constexpr std::size_t kLinksAtOnce = 64;

/// What a shard cannot read it can neither give nor take; going on would lose somebody's past.
void stop_at(const Error& error) {
    log(LogLevel::error, "identity.cannot_bring_over", {{"detail", error.detail}});
    std::_Exit(70);
}

}  // namespace

IdentityPort Courier::port() {
    IdentityPort out;
    out.person_of = [this](const std::string& record) { return router_->person_of(record); };
    out.wanted = [this](const IdentityLink& link) { return router_->wanted(link); };
    out.linked = [this](const std::vector<IdentityLink>& links) {
        for (const IdentityLink& link : links) {
            router_->learn(link);
        }
        bring(links);
    };
    out.pass_on = [this](std::vector<InboundEvent> events, const IdentityPort::Done& done) {
        return router_->submit(std::move(events),
                               [done](const Result<void>& result) { done(result); });
    };
    return out;
}

void Courier::bring(const std::vector<IdentityLink>& links) {
    std::map<Shard*, std::vector<IdentityLink>> by_shard;
    const auto hand = [this](Shard* shard, std::vector<IdentityLink>& some) {
        shard->work([this, some](Shard& owner) { collect(owner, some); });
        some.clear();
    };
    for (const IdentityLink& link : links) {
        if (link.done) {
            continue;
        }
        Shard* shard = &router_->shard_of(link.record);
        std::vector<IdentityLink>& some = by_shard[shard];
        some.push_back(link);
        if (some.size() == kLinksAtOnce) {
            hand(shard, some);
        }
    }
    for (auto& [shard, some] : by_shard) {
        if (!some.empty()) {
            hand(shard, some);
        }
    }
}

void Courier::collect(Shard& shard, const std::vector<IdentityLink>& links) {
    std::map<Shard*, Parcels> by_shard;
    for (const IdentityLink& link : links) {
        auto given = shard.give_away(link);
        if (!given.has_value()) {
            stop_at(given.error());
        }
        by_shard[&router_->shard_of(link.customer)].push_back({std::move(given.value()), link});
    }
    for (auto& [to, parcels] : by_shard) {
        send(std::move(parcels));
    }
}

/// All of them to the shard of the first.
void Courier::send(Parcels parcels) {
    Shard& shard = router_->shard_of(parcels.front().handover.link.customer);
    auto shared = std::make_shared<Parcels>(std::move(parcels));
    shard.work([this, shared](Shard& owner) { deliver(owner, *shared); });
}

void Courier::deliver(Shard& shard, Parcels& parcels) {
    std::vector<IdentityLink> nothing;
    for (Parcel& parcel : parcels) {
        if (!parcel.handover.anything) {
            nothing.push_back(parcel.link);
            continue;
        }
        const auto taken = shard.take_in(parcel.handover);
        if (taken.has_value()) {
            if (!(parcel.handover.link == parcel.link)) {
                Shard& first = router_->shard_of(parcel.link.customer);
                first.work([link = parcel.link](Shard& owner) { finish(owner, {link}); });
            }
        } else if (taken.error().code == Errc::unavailable) {
            send({std::move(parcel)});
        } else if (taken.error().code == Errc::conflict) {
            redirect(std::move(parcel));
        } else {
            stop_at(taken.error());
        }
    }
    if (!nothing.empty()) {
        finish(shard, nothing);
    }
}

/// The person has been given away since: her own person takes it.
void Courier::redirect(Parcel parcel) {
    parcel.handover.link.customer = router_->person_of(parcel.handover.link.customer);
    send({std::move(parcel)});
}

void Courier::finish(Shard& shard, const std::vector<IdentityLink>& links) {
    if (const auto finished = shard.finish(links); !finished.has_value()) {
        stop_at(finished.error());
    }
}

}  // namespace sluice
