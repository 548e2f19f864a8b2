#pragma once

#include "engine/model/event.hpp"
#include "engine/store/store.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

/// One person, many ids (docs/decisions/0008). A record id names a record: `anonymous:X` for an
/// anonymous id, else the id itself.
namespace sluice {

/// The record that the calls of an anonymous id belong to as long as nobody knows who it is.
std::string anonymous_record(std::string_view anonymous_id);

/// What a call with two ids teaches; `event.customer` is the person already. Empty for most calls,
/// and where a record would be linked to itself.
std::vector<IdentityLink> links_in(const InboundEvent& event);

/// What a shard asks, and tells, about people beyond its own records: ingest/router knows. Called
/// on the shard's thread; each may be empty, then every id is a person of its own.
struct IdentityPort {
    using Done = std::function<void(const Result<void>&)>;
    /// Who a record is part of: its own id when of nobody else.
    std::function<std::string(const std::string& record)> person_of = {};
    /// False when the link is known, counts, and is in a store already.
    std::function<bool(const IdentityLink&)> wanted = {};
    /// These are in the shard's store now.
    std::function<void(std::vector<IdentityLink>)> linked = {};
    /// Calls for a record that was given away go to the person; `done` once they are durable there.
    /// False: no room, nothing was taken.
    std::function<bool(std::vector<InboundEvent>, Done done)> pass_on = {};
};

}  // namespace sluice
