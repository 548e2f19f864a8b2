// Lifecycles, conditions that end runs, and starts by the clock.
#include "engine/base/limits.hpp"
#include "engine/runtime/refold.hpp"
#include "engine/runtime/stepper.hpp"
#include "engine/runtime/wait.hpp"

#include <algorithm>

namespace sluice {
namespace {

bool matches(const dsl::StateChange& change, const Moved& moved) {
    return change.lifecycle == moved.lifecycle &&
           (change.from == kNone || change.from == moved.from) &&
           (change.to == kNone || change.to == moved.to);
}

/// 1 January 1970 was a Thursday; nobody's yearly date needs more rounds than she has years.
constexpr int kYearsMax = 200;

}  // namespace

void Stepper::settle_layout(Layout& layout, const Cause& cause, bool may_start) {
    const ReadyProgram& ready = *releases_.find(layout.release);
    if (ready.program->lifecycles.empty()) {
        return;
    }
    std::vector<Moved> moved;
    sluice::settle(context_of(layout.release, nullptr), ready.lifecycle_needs, layout, cause,
                   moved);
    announce(layout.release, moved, may_start);
}

void Stepper::settle_everywhere(bool everything, bool may_start) {
    for (Layout& layout : customer_.layouts) {
        settle_layout(layout, {nullptr, everything}, may_start);
    }
}

/// Moves are told after what caused them.
void Stepper::announce(std::uint32_t release, const std::vector<Moved>& moved, bool may_start,
                       bool starts) {
    if (moved.empty()) {
        return;
    }
    const dsl::Program& program = *releases_.find(release)->program;
    for (const Moved& one : moved) {
        if (release == releases_.current()) {
            const dsl::Lifecycle& lifecycle = program.lifecycles[one.lifecycle];
            TraceRow& row = effects_.trace.emplace_back();
            row.kind = TraceKind::moved;
            row.at = now_;
            row.flow = lifecycle.name;
            row.note = one.from == kNone ? "" : lifecycle.states[one.from].name;
            row.detail = lifecycle.states[one.to].name;
        }
        if (depth_ < static_cast<int>(limits::kInternalEventsDepthMax)) {
            queue_.push_back({StateMove{one, may_start, starts}, release, depth_ + 1});
        }
    }
    if (release == releases_.current()) {
        refresh_clock_starts();
    }
}

/// Running flows first, then starts, as for an event.
void Stepper::process_move(const StateMove& move, std::uint32_t release) {
    const dsl::Program& program = *releases_.find(release)->program;
    const dsl::Lifecycle& lifecycle = program.lifecycles[move.moved.lifecycle];
    const std::string from =
        move.moved.from == kNone ? std::string() : lifecycle.states[move.moved.from].name;
    const std::string note = lifecycle.states[move.moved.to].name.empty()
                                 ? "left " + from
                                 : "entered " + lifecycle.states[move.moved.to].name;
    for (Run& run : customer_.runs) {
        if (run.release != release || run.park == Park::ended) {
            continue;
        }
        const auto& changes = flow_of(run).ends_when_state;
        if (std::any_of(changes.begin(), changes.end(), [&](const dsl::StateChange& change) {
                return matches(change, move.moved);
            })) {
            end(run, Reason::ends_when, note);
        }
    }
    check_conditions();
    if (release != releases_.current() || !move.starts) {
        return;
    }
    Index started = kNone;
    for (const ReadyProgram::StartRef& ref : current_.starts_of_lifecycle[move.moved.lifecycle]) {
        const auto& start = std::get<dsl::StartOnState>(program.flows[ref.flow].starts[ref.start]);
        if (ref.flow != started && matches(start.change, move.moved)) {
            started = ref.flow;
            try_start(ref.flow, nullptr, {note, nullptr, move.may_start});
        }
    }
}

/// Whether an `ends when` condition ends the run now; else when to ask again.
bool Stepper::leaves_by_condition(Run& run) {
    const dsl::Flow& flow = flow_of(run);
    if (run.park == Park::ended || flow.ends_when_true.empty()) {
        return false;
    }
    const Context context = context_of(run);
    Instant until = kNever;
    for (std::size_t at = 0; at < flow.ends_when_true.size(); ++at) {
        const Index condition = flow.ends_when_true[at];
        const std::uint64_t bit = at < 64 ? std::uint64_t{1} << at : 0;
        const Truth truth = judge(context, condition);
        until = std::min(until, truth.until);
        if (!truth.value) {
            run.disarmed &= ~bit;
        } else if ((run.disarmed & bit) == 0) {
            end(run, Reason::ends_when, context.program.conditions[condition].text);
            return true;
        }
    }
    run.watch_until = until;
    return false;
}

void Stepper::check_conditions() {
    for (Run& run : customer_.runs) {
        leaves_by_condition(run);
    }
}

/// What time alone has changed.
void Stepper::fire_standings() {
    for (Layout& layout : customer_.layouts) {
        const bool due =
            std::any_of(layout.standings.begin(), layout.standings.end(),
                        [this](const Standing& standing) { return standing.until <= now_; });
        if (due) {
            settle_layout(layout, {}, true);
        }
    }
    for (Run& run : customer_.runs) {
        if (run.watch_until <= now_) {
            leaves_by_condition(run);
        }
    }
}

void Stepper::settle(Instant now) {
    run_timers(now);
    set_now(now);
    settle_everywhere(false, true);
    drain_queue();
    migrate_runs();
    sweep();
}

void Stepper::move(const Run& run, const dsl::OpMove& op, Index step) {
    // The lifecycle is the current program's; a run of an older release knows it by name.
    const dsl::Lifecycle& asked = ready_of(run).program->lifecycles[op.lifecycle];
    const auto& lifecycles = current_.program->lifecycles;
    for (Index index = 0; index < lifecycles.size(); ++index) {
        const dsl::Lifecycle& lifecycle = lifecycles[index];
        if (lifecycle.name != asked.name) {
            continue;
        }
        const auto state = std::find_if(
            lifecycle.states.begin(), lifecycle.states.end(),
            [&](const dsl::State& one) { return one.name == asked.states[op.state].name; });
        Layout& layout = customer_.layouts.front();
        const auto to = static_cast<Index>(state - lifecycle.states.begin());
        if (state == lifecycle.states.end() ||
            !may_move(lifecycle, layout.standings[index].state, to)) {
            break;
        }
        ++customer_.events;
        effects_.internal.push_back(moved_by_flow(lifecycle, to, now_));
        std::vector<Moved> moved;
        move_to(context_of(releases_.current(), nullptr), layout, index, to, moved);
        announce(releases_.current(), moved, true);
        settle_layout(layout, {}, true);
        return;
    }
    TraceRow& row = trace(TraceKind::changed, run, step);
    row.note = asked.name;
    row.detail = "nothing: no way leads from here to " + asked.states[op.state].name;
}

/// A start on the clock that is due tries to begin a run, and is set for its next time.
void Stepper::fire_clock_starts() {
    Layout& layout = customer_.layouts.front();
    for (std::size_t at = 0; at < layout.start_due.size(); ++at) {
        const Instant due = layout.start_due[at];
        if (due > now_) {
            continue;
        }
        const ReadyProgram::StartRef& ref = current_.clock_starts[at];
        const dsl::Start& start = current_.program->flows[ref.flow].starts[ref.start];
        layout.start_due[at] = next_clock_start(start, now_);
        const auto* date = std::get_if<dsl::StartOnDate>(&start);
        const std::string note =
            date == nullptr ? "by the clock"
                            : "customer." + current_.program->customer_fields[date->field].name;
        try_start(ref.flow, nullptr, {note, nullptr, true});
    }
}

/// Found again from the customer's data, counted from now: what is past starts nothing.
void Stepper::refresh_clock_starts() {
    Layout& layout = customer_.layouts.front();
    layout.start_due.resize(current_.clock_starts.size(), kNever);
    for (std::size_t at = 0; at < layout.start_due.size(); ++at) {
        const ReadyProgram::StartRef& ref = current_.clock_starts[at];
        layout.start_due[at] =
            next_clock_start(current_.program->flows[ref.flow].starts[ref.start], now_);
    }
}

Instant Stepper::next_clock_start(const dsl::Start& start, Instant after) const {
    const Layout& layout = customer_.layouts.front();
    if (const auto* every = std::get_if<dsl::StartEvery>(&start)) {
        const bool there =
            every->lifecycle == kNone || (every->lifecycle < layout.standings.size() &&
                                          layout.standings[every->lifecycle].state == every->state);
        return there ? next_local(after, every->at, every->weekdays, false, zone_) : kNever;
    }
    const auto* date = std::get_if<dsl::StartOnDate>(&start);
    if (date == nullptr || date->field >= layout.traits.size() ||
        layout.traits[date->field].kind != Value::Kind::date) {
        return kNever;
    }
    const std::int64_t day = layout.traits[date->field].number;
    for (int year = 0; year < (date->every_year ? kYearsMax : 1); ++year) {
        const Instant at = moved_date(day, year, *date, zone_);
        if (at > after) {
            return at;
        }
    }
    return kNever;
}

}  // namespace sluice
