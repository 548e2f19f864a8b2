#include "engine/base/assert.hpp"
#include "engine/runtime/stepper.hpp"
#include "engine/runtime/wait.hpp"

#include <algorithm>

namespace sluice {
namespace {

/// A turn (StepOptions::pace) that is missed by less than this is taken all the same.
constexpr Millis kTurnSlack{1'000};

}  // namespace

void Stepper::run_timers(Instant now) {
    const bool edited =
        std::any_of(customer_.runs.begin(), customer_.runs.end(),
                    [&](const Run& run) { return run.release != releases_.current(); });
    // What an edit asks of conditions it asks of the present, unless something is due before that.
    if (edited && customer_.due() > now) {
        set_now(now);
    }
    migrate_runs();
    for (Instant due = customer_.due(); due <= now; due = customer_.due()) {
        const bool late = options_.catch_up_after && now - due > *options_.catch_up_after;
        set_now(late ? now : due);
        // States first: whatever else happens at this instant sees conditions as they are now.
        // What is due goes in one round of each kind; later instants see its result.
        fire_standings();
        drain_queue();
        if (std::any_of(customer_.held.begin(), customer_.held.end(),
                        [&](const HeldMessage& m) { return m.release_at <= due; })) {
            fire_held(due);
        } else {
            fire_runs(due);
            fire_clock_starts();
        }
        drain_queue();
        advance_runnable();
        migrate_runs();
        sweep();
    }
}

/// Lets the held messages that are due go: when a cap has room for one, the more important flow's
/// message wins, then the earlier request.
void Stepper::fire_held(Instant round) {
    std::vector<HeldMessage> due;
    std::erase_if(customer_.held, [&](HeldMessage& message) {
        if (message.release_at > round) {
            return false;
        }
        due.push_back(std::move(message));
        return true;
    });
    auto priority = [&](const HeldMessage& message) {
        const ReadyProgram* ready = releases_.find(message.release);
        return ready->program->flows[message.flow].priority;
    };
    std::sort(due.begin(), due.end(), [&](const HeldMessage& a, const HeldMessage& b) {
        if (priority(a) != priority(b)) {
            return priority(a) > priority(b);
        }
        return a.order < b.order;
    });
    for (HeldMessage& message : due) {
        const Verdict verdict = ask(message);
        if (verdict.kind == Verdict::Kind::allow) {
            let_go(message);
        } else if (verdict.kind == Verdict::Kind::skip) {
            skip(message, verdict);
        } else {
            message.release_at = verdict.until;
            customer_.held.push_back(std::move(message));
        }
    }
}

void Stepper::fire_runs(Instant round) {
    std::vector<std::pair<std::uint64_t, std::uint64_t>> due;  // (park order, run)
    for (const Run& run : customer_.runs) {
        if (run.due <= round) {
            due.emplace_back(run.park_order, run.id);
        }
    }
    std::sort(due.begin(), due.end());
    for (const auto& [order, id] : due) {
        auto place = std::find_if(customer_.runs.begin(), customer_.runs.end(),
                                  [id = id](const Run& run) { return run.id == id; });
        // An earlier run of this instant may have ended or moved this one by what it recorded.
        if (place == customer_.runs.end() || place->due > round) {
            continue;
        }
        wake(*place);
        drain_queue();
        advance_runnable();
    }
}

void Stepper::wake(Run& run) {
    if (run.park == Park::ended) {
        run.due = kNever;  // the goal's window closed
        return;
    }
    if (run.paced && options_.pace) {
        // After a downtime those whose turn it would have been take turns again.
        const Instant missed = run.due + kTurnSlack;
        if (const Instant turn = options_.pace(missed); turn != missed) {
            run.due = turn;
            return;
        }
    }
    const dsl::Instruction& instruction = flow_of(run).code[run.pc];
    run.park = Park::none;
    run.due = kNever;
    if (options_.trace_everything) {
        const bool awaited = std::holds_alternative<dsl::OpAwait>(instruction.op);
        trace(TraceKind::woke, run, instruction.step).note = awaited ? "timeout" : "time";
    }
    time_out(run, instruction);
    advance(run);
}

/// The customer's zone or a date changed: wall-clock waits are found again from their own words,
/// counted from where the wait began (T3, T7). Exact waits stand. A date that is gone, or past now,
/// is what `if missing` is about.
void Stepper::recompute_waits() {
    for (Run& run : customer_.runs) {
        if (run.promised || (run.park != Park::sleep && run.park != Park::await)) {
            continue;
        }
        const ReadyProgram& ready = ready_of(run);
        const dsl::Instruction& instruction = ready.program->flows[run.flow].code[run.pc];
        if (!follows_customer(instruction)) {
            continue;
        }
        const WaitEnd wait = wait_end(context_of(run), instruction, run.parked_at);
        const bool past = wait.missing || wait.at <= now_;
        if (past) {
            pass(run, 1);
        }
        if (past && wait.stop_if_missing) {
            end(run, Reason::missing_date, "");
            continue;
        }
        run.due = std::max(wait.at, now_);
    }
}

}  // namespace sluice
