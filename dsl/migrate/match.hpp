#pragma once

#include "dsl/program.hpp"

#include <string>
#include <vector>

/// Which waits of an old version are which waits of the new one: how people inside a flow find
/// their place when it changes (language.md §5.10). Pure; used by plan, deploy and the runtime.
namespace sluice::dsl {

/// Whether a run can stand at it.
bool parks(const Instruction& instruction);

/// One wait of the old version. Runs stand only at waits.
struct ParkMatch {
    enum class How : std::uint8_t {
        label,      // the same @label
        structure,  // the same place and the same words
        sibling,    // the same kind between unchanged neighbours
        told,       // `@old moves to @new`
        stops,      // `@old stops`
        none,       // the wait is gone: runs there finish the old way
        ambiguous,  // several candidates: the author must say (E420)
    };
    Index old_pc = kNone;
    Index new_pc = kNone;
    How how = How::none;
    bool changed = false;  // the wait itself reads differently; promised times are kept
};

struct FlowMatch {
    Index old_flow = kNone;
    Index new_flow = kNone;        // kNone: the flow is gone
    std::vector<ParkMatch> parks;  // by old_pc, ascending
    std::vector<Index> slots;      // old slot -> new slot, kNone: nothing of that name
    std::vector<Index> counters;   // old loop -> new loop, kNone
    bool same = false;             // not a word of the code is different

    bool slots_fit = true;  // what a run has bound still means the same in the new version

    /// Null when the instruction is no wait.
    [[nodiscard]] const ParkMatch* park_at(Index old_pc) const;
};

/// One entry a flow of the old program.
struct ProgramMatch {
    std::vector<FlowMatch> flows;
};
ProgramMatch match_programs(const Program& from, const Program& to);

}  // namespace sluice::dsl
