#pragma once

#include "dsl/program.hpp"

#include <set>

namespace sluice::dsl {

/// What a condition's truth can change with, besides time: everything behind segments, consent
/// rules and filters included. Indexes into the program's tables.
struct Dependencies {
    std::set<Index> events;
    std::set<Index> traits;
    std::set<Index> lifecycles;  // whose present state is read
    std::set<Index> dwelling;    // … or how long it has lasted
    std::set<Index> aggregates;
    std::set<Index> event_fields;  // of the event that a filter looks at
    bool run = false;              // fields of the events a run knows
    bool suppression = false;      // `can get`: also the suppression list
    bool time = false;             // windows, ages, dates and times of day: also time alone
};

/// Adds what `condition` reads (kNone: nothing).
void collect_dependencies(const Program& program, Index condition, Dependencies& out);

/// The built-in events that tell what became of messages on a channel (empty: every channel).
std::vector<Index> message_events(const Program& program, std::optional<Channel> channel);

}  // namespace sluice::dsl
