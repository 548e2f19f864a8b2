#pragma once

#include "engine/behaviour/aggregates.hpp"

#include <vector>

/// Where customers stand in their lifecycles, and when they move (language.md §5.4 and its
/// amendments). Pure. A lifecycle is looked at again when an event or a state it reads changes, and
/// at the instant at which time alone can change it: never by polling.
namespace sluice {

/// What makes a lifecycle worth another look.
struct LifecycleNeeds {
    std::vector<bool> events;       // by event
    std::vector<Index> lifecycles;  // whose states it reads
};
std::vector<LifecycleNeeds> lifecycle_needs(const dsl::Program& program);

/// A customer moved. `from` is kNone when she was placed for the first time: that is entering.
struct Moved {
    Index lifecycle = kNone;
    Index from = kNone;
    Index to = kNone;
};

/// Why standings are looked at.
struct Cause {
    const Occurrence* event = nullptr;  // just folded
    bool everything = false;            // a trait, the zone or the suppression list changed
};

/// Brings every standing of `layout` up to `context.now`, in dependency order, and appends who
/// moved where. `context.layout` is `layout`.
void settle(const Context& context, const std::vector<LifecycleNeeds>& needs, Layout& layout,
            const Cause& cause, std::vector<Moved>& moved);

/// Whether a flow may move the customer there now: along a declared transition.
bool may_move(const dsl::Lifecycle& lifecycle, Index from, Index to);

/// Moves a customer by hand; the caller has asked may_move().
void move_to(const Context& context, Layout& layout, Index lifecycle, Index state,
             std::vector<Moved>& moved);

}  // namespace sluice
