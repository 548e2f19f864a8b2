// Two records have become one: what must not be there twice ends, and the person is asked
// everything that depends on what she now is.
#include "engine/base/limits.hpp"
#include "engine/runtime/stepper.hpp"

#include <algorithm>

namespace sluice {

void Stepper::unite(const Union& united) {
    TraceRow& row = effects_.trace.emplace_back(united.row);
    row.at = now_;
    end_doubles();
    end_surplus();
    measure_again(*united.history);
    if (united.traits_changed) {
        recompute_waits();
    }
    refresh_clock_starts();
    announce(releases_.current(), united.known, true, false);
    announce(releases_.current(), united.entered, true);
    check_conditions();
    drain_queue();
    advance_runnable();
    drain_queue();
    run_timers(now_);
    sweep();
}

/// Of two runs of one flow and key the one that was entered first stays; where a new entry restarts
/// the flow, the last.
void Stepper::end_doubles() {
    for (std::size_t at = 0; at < customer_.runs.size(); ++at) {
        for (std::size_t other = at + 1; other < customer_.runs.size(); ++other) {
            Run& one = customer_.runs[at];
            Run& two = customer_.runs[other];
            const bool same = one.park != Park::ended && two.park != Park::ended &&
                              one.key == two.key && flow_of(one).name == flow_of(two).name;
            if (!same) {
                continue;
            }
            // Of one instant, the person's own counts as the earlier one.
            const bool two_first = two.entered_at < one.entered_at;
            const bool restart = flow_of(one).restart_while_running;
            Run& leaves = two_first == restart ? two : one;
            end(leaves, Reason::merged, "");
            leaves.due = kNever;
        }
    }
}

void Stepper::end_surplus() {
    std::size_t inside = 0;
    for (Run& run : customer_.runs) {
        inside += run.park == Park::ended ? 0 : 1;
        if (run.park != Park::ended && inside > limits::kRunsPerCustomerMax) {
            end(run, Reason::fault, "more than 256 runs");
            run.due = kNever;
        }
    }
}

/// What one id did may be what an experiment measures of the other one.
void Stepper::measure_again(const std::vector<InboundEvent>& history) {
    for (std::size_t at = 0; at < history.size() && !customer_.assignments.empty(); ++at) {
        const AppliedEvent event = apply_program(*current_.program, history[at]);
        if (event.event != kNone && !current_.program->events[event.event].catalog) {
            measure(event, releases_.current());
        }
    }
}

}  // namespace sluice
