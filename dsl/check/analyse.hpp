#pragma once

#include "dsl/check/context.hpp"
#include "dsl/check/implication.hpp"

#include <functional>
#include <set>
#include <vector>

/// What can be said about a complete program without running it: conditions that decide nothing,
/// steps nobody reaches, messages that can never be sent, circles, costs. Runs only when nothing
/// was wrong before, so that every index is good and no consequence of an error is reported.
/// Private to dsl/check.
namespace sluice::dsl::check {

void analyse(Compilation& c);

/// W411; returns the conditions it has reported, with everything that contains one.
std::set<Index> analyse_conditions(Compilation& c);
/// E406, W407: states of ordered lifecycles.
void analyse_lifecycles(Compilation& c, const std::set<Index>& reported);
/// E401: branches that earlier steps have decided.
void analyse_branches(Compilation& c, const std::set<Index>& reported);
/// E404: waits for a date that is over.
void analyse_dates(Compilation& c);
/// E405.
void analyse_memory(Compilation& c);
std::vector<FileMemory> memory_by_file(const Compilation& c);
/// W330 and W414: messages that follow each other too closely.
void analyse_sends(Compilation& c);
/// W413: flows that start together.
void analyse_starts(Compilation& c);
/// E403: flows that record what starts them.
void analyse_circles(Compilation& c);

/// The indexes of instructions that may follow, with what is known on the way there. `sent` is
/// false where an OpSend was not let through.
struct Edge {
    Index target = 0;
    bool sent = true;
    bool event = false;  // an awaited event came, perhaps at once
};
std::vector<Edge> edges_of(const Flow& flow, Index at);

/// Where the step of an instruction stands; the flow's name when it has none.
Span place_of(const Compilation& c, Index flow, Index instruction);

/// Seconds an instruction can hold a run, at least and at most (kForever: no bound).
inline constexpr std::int64_t kForever = std::int64_t{1} << 60U;
std::int64_t least_wait(const Instruction& instruction, const Edge& edge);
std::int64_t most_wait(const Instruction& instruction);

}  // namespace sluice::dsl::check
