#pragma once

#include "tests/engine/behaviour/oracle/life.hpp"

/// Makes a failing case small enough to be read.
namespace sluice::oracle {

/// A question on which the engine and the scan disagree. `later`: the engine says that what holds
/// at `now` still holds then, and the scan says otherwise.
struct Case {
    std::vector<Asked> asked;  // compiled together
    std::size_t index = 0;     // the one that is asked
    Life life;                 // all of its events are applied
    Instant now;
    std::optional<Instant> later;
};

/// Whether the two still disagree.
bool disagrees(const Case& one);

/// Drops other conditions, events and parts of the condition, as long as the two disagree.
Case shrunk(Case one);

/// The history as a table, the flow text, and both answers.
std::string report(const Case& one);

}  // namespace sluice::oracle
