#pragma once

#include "engine/runtime/step.hpp"

#include <vector>

namespace sluice {

/// Two records that turned out to be one person, each with its calls and internal events in the
/// order they were applied.
struct Merge {
    Customer& into;  // the person; laid out for the current release
    const std::vector<InboundEvent>& own;
    Customer from;  // of any release that is loaded
    const std::vector<InboundEvent>& theirs;
    Instant now;
};

/// Takes the other record in (docs/decisions/0008). Pure. Memories, traits and states of every
/// layout somebody needs are folded anew from both histories by time of arrival
/// (runtime/past.hpp, merged_history): they are what they would be had there been one id from the
/// start. Runs, held messages, entries, sends and variants are united; of two runs of one flow and
/// key one ends with Reason::merged. A state neither of the two was in is entered now and may start
/// flows. Releases of every run and held message are loaded.
void merge_customer(const Releases& releases, const StepOptions& options, Merge merge,
                    Effects& effects);

}  // namespace sluice
