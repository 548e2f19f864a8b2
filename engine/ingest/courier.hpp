#pragma once

#include "engine/ingest/router.hpp"

#include <memory>
#include <vector>

namespace sluice {

/// Brings the past of records to the persons they turned out to be part of: from shard to shard, a
/// commit at each (docs/decisions/0008). What it has not done is found again at the next start, as
/// links that are not done.
///
/// Owner:    the daemon; it and the router outlive the shards' threads.
/// Threads:  any. What it does runs on the shards' threads.
/// Errors:   a store that fails ends the process, as everywhere in a shard.
class Courier {
public:
    /// The functions that a shard asks about people, for Shard::Shared.
    [[nodiscard]] IdentityPort port();
    /// Over the shards that have its port; before they run.
    void connect(Router& router) { router_ = &router; }
    /// Begins to bring over what these links say, but for those that are done.
    void bring(const std::vector<IdentityLink>& links);

private:
    /// A handover, and the link it is about: they differ when the person was given away meanwhile.
    struct Parcel {
        Handover handover;
        IdentityLink link;
    };
    using Parcels = std::vector<Parcel>;
    void collect(Shard& shard, const std::vector<IdentityLink>& links);
    void send(Parcels parcels);
    void deliver(Shard& shard, Parcels& parcels);
    void redirect(Parcel parcel);
    static void finish(Shard& shard, const std::vector<IdentityLink>& links);

    Router* router_ = nullptr;
};

}  // namespace sluice
