#include "engine/base/hash.hpp"
#include "engine/base/limits.hpp"
#include "engine/behaviour/aggregates.hpp"
#include "engine/runtime/bind.hpp"
#include "engine/runtime/stepper.hpp"

#include <algorithm>

namespace sluice {

AppliedEvent translate(const AppliedEvent& event, const dsl::Program& from,
                       const dsl::Program& to) {
    AppliedEvent out;
    out.at = event.at;
    out.may_start = event.may_start;
    if (event.event == kNone) {
        return out;
    }
    const dsl::EventType& source = from.events[event.event];
    out.event = to.find_event(source.wire_name);
    if (out.event == kNone) {
        return out;
    }
    const dsl::EventType& target = to.events[out.event];
    out.fields.resize(target.fields.size());
    for (std::size_t i = 0; i < source.fields.size() && i < event.fields.size(); ++i) {
        const Index field = dsl::Program::find_field(target.fields, source.fields[i].name);
        if (field != kNone) {
            out.fields[field] = event.fields[i];
        }
    }
    return out;
}

void Stepper::apply(const AppliedEvent& event) {
    run_timers(std::max(event.at, now_));
    set_now(event.at);
    queue_.push_back({event, releases_.current(), 0});
    drain_queue();
    advance_runnable();
    drain_queue();
    migrate_runs();
    sweep();
}

void Stepper::drain_queue() {
    while (!queue_.empty()) {
        const Queued next = std::move(queue_.front());
        queue_.pop_front();
        depth_ = next.depth;
        process(next);
        advance_runnable();
    }
    depth_ = 0;
}

void Stepper::process(const Queued& queued) {
    if (const auto* event = std::get_if<AppliedEvent>(&queued.what)) {
        process_event(*event, queued.release);
        return;
    }
    if (const auto* move = std::get_if<StateMove>(&queued.what)) {
        process_move(*move, queued.release);
        return;
    }
    if (std::holds_alternative<Recheck>(queued.what)) {
        check_conditions();
        return;
    }
    const Index flow = current_.program->find_flow(std::get<StartRequest>(queued.what).flow);
    if (flow != kNone) {
        try_start(flow, nullptr, {"start flow", nullptr, true});
    }
}

void Stepper::process_event(const AppliedEvent& event, std::uint32_t release) {
    const dsl::Program& source = *releases_.find(release)->program;
    if (event.event != kNone && source.events[event.event].catalog) {
        start_flows(event);  // it happened to the catalog: nothing of the customer's changes
        return;
    }
    ++customer_.events;
    const bool changed = change_traits(event);
    if (event.event == kNone) {
        settle_everywhere(changed, event.may_start);
        check_conditions();
        return;
    }
    fold_everywhere(event, release, changed);
    measure(event, release);
    watch(event, release);
    if (release == releases_.current()) {
        start_flows(event);
        return;
    }
    // Made by a run of an older release: the current program sees it by name.
    const AppliedEvent seen = translate(event, source, *current_.program);
    if (seen.event != kNone) {
        start_flows(seen);
    }
}

/// Counts the event in every layout the customer still needs, and brings its lifecycles up to date.
void Stepper::fold_everywhere(const AppliedEvent& event, std::uint32_t release, bool everything) {
    const Mark mark{event.at, customer_.events};
    const dsl::Program& source = *releases_.find(release)->program;
    for (Layout& layout : customer_.layouts) {
        const dsl::Program& program = *releases_.find(layout.release)->program;
        const bool own = layout.release == release;
        const AppliedEvent seen = own ? AppliedEvent{} : translate(event, source, program);
        const Occurrence occurrence{own ? event.event : seen.event,
                                    own ? event.fields : seen.fields, mark};
        if (occurrence.event != kNone) {
            fold(program, customer_, layout, occurrence, zone_);
        }
        settle_layout(layout, {occurrence.event == kNone ? nullptr : &occurrence, everything},
                      event.may_start);
    }
}

/// Whether anything is different now.
bool Stepper::change_traits(const AppliedEvent& event) {
    bool changed = false;
    const dsl::Program& current = *current_.program;
    for (const auto& [field, value] : event.traits) {
        for (Layout& layout : customer_.layouts) {
            const dsl::Program& program = *releases_.find(layout.release)->program;
            const Index target =
                &layout == &customer_.layouts.front()
                    ? field
                    : program.find_customer_field(current.customer_fields[field].name);
            if (target != kNone && !(layout.traits[target] == value)) {
                layout.traits[target] = value;
                changed = true;
            }
        }
    }
    if (changed) {
        zone_ = zone_of(current, customer_.layouts.front());
        look_up_suppression();
        recompute_waits();
        refresh_clock_starts();
    }
    return changed;
}

/// Running flows see the event: goal first, then ends when, then waits (§3.4, step 5).
void Stepper::watch(const AppliedEvent& event, std::uint32_t release) {
    const dsl::Program& source = *releases_.find(release)->program;
    for (std::size_t i = 0; i < customer_.runs.size(); ++i) {
        Run& run = customer_.runs[i];
        if (event.at < run.entered_at || (run.park == Park::ended && run.due == kNever)) {
            continue;
        }
        if (run.release == release) {
            if (!reaches_goal(run, event)) {
                leave_or_wake(run, event);
            }
            continue;
        }
        const AppliedEvent seen = translate(event, source, *ready_of(run).program);
        if (seen.event != kNone && !reaches_goal(run, seen)) {
            leave_or_wake(run, seen);
        }
    }
}

bool Stepper::reaches_goal(Run& run, const AppliedEvent& event) {
    const dsl::Flow& flow = flow_of(run);
    if (!flow.goal || flow.goal->event.event != event.event) {
        return false;
    }
    const Context context = context_of(run);
    if (!fits(context, flow.goal->event, event.fields)) {
        return false;
    }
    trace(TraceKind::goal, run).note = ready_of(run).program->events[event.event].name;
    if (run.park == Park::ended) {
        run.due = kNever;
        return true;
    }
    end(run, Reason::goal, "");
    run.due = kNever;  // reached: nothing more to watch for
    return true;
}

void Stepper::leave_or_wake(Run& run, const AppliedEvent& event) {
    if (run.park == Park::ended) {
        return;
    }
    const ReadyProgram& ready = ready_of(run);
    const dsl::Flow& flow = flow_of(run);
    const Context context = context_of(run);
    for (const dsl::EventPattern& pattern : flow.ends_when) {
        if (pattern.event == event.event && fits(context, pattern, event.fields)) {
            end(run, Reason::ends_when, ready.program->events[event.event].name);
            return;
        }
    }
    if (leaves_by_condition(run)) {
        return;
    }
    if (run.park != Park::await) {
        return;
    }
    const auto& await = std::get<dsl::OpAwait>(flow.code[run.pc].op);
    for (const dsl::AwaitBranch& branch : await.branches) {
        if (branch.event.event != event.event || !fits(context, branch.event, event.fields)) {
            continue;
        }
        if (options_.trace_everything) {
            trace(TraceKind::woke, run, flow.code[run.pc].step).note =
                ready.program->events[event.event].name;
        }
        if (branch.slot != kNone) {
            run.slots[branch.slot] = event.fields;
        }
        pass(run, static_cast<Index>(&branch - await.branches.data()));
        run.pc = branch.target;
        run.park = Park::none;
        run.due = kNever;
        return;
    }
}

void Stepper::start_flows(const AppliedEvent& event) {
    Index started = kNone;
    for (const ReadyProgram::StartRef& ref : current_.starts_of_event[event.event]) {
        // Several `starts when` of one flow are "any of": the first that fits decides.
        if (ref.flow == started) {
            continue;
        }
        const auto& start =
            std::get<dsl::StartOnEvent>(current_.program->flows[ref.flow].starts[ref.start]);
        Run probe;
        probe.release = releases_.current();
        probe.flow = ref.flow;
        if (!fits(context_of(probe), start.event, event.fields)) {
            continue;
        }
        if (start.slot != kNone) {
            probe.slots.resize(start.slot + 1);
            probe.slots[start.slot] = event.fields;
        }
        if (start.audience != kNone && !evaluate(context_of(probe), start.audience)) {
            continue;
        }
        started = ref.flow;
        try_start(ref.flow, &start,
                  {current_.program->events[event.event].name, &event, event.may_start});
    }
}

void Stepper::try_start(Index index, const dsl::StartOnEvent* start, const Beginning& beginning) {
    if (!options_.starts || (options_.only_flow != kNone && index != options_.only_flow)) {
        return;
    }
    const dsl::Flow& flow = current_.program->flows[index];
    Run run;
    run.id = customer_.next_run;
    run.release = releases_.current();
    run.flow = index;
    run.entered_at = now_;
    run.entered_ordinal = customer_.events;
    run.slots.resize(flow.slots.size());
    run.counters.resize(flow.counters);
    if (start != nullptr && start->slot != kNone) {
        run.slots[start->slot] = beginning.event->fields;
    }
    if (flow.key) {
        run.key = key_text(evaluate(context_of(run), *flow.key));
    }
    const Reason reason = beginning.may_start ? refuse(flow, run) : Reason::too_old;
    if (reason != Reason::none) {
        TraceRow& row = trace(TraceKind::not_entered, run);
        row.reason = reason;
        if (options_.trace_everything && reason == Reason::filter_false) {
            row.detail = describe(context_of(run), flow.only_if);
        }
        return;
    }
    if (Run* before = running(flow, run.key)) {
        end(*before, Reason::restarted, "");
        before->due = kNever;
    }
    ++customer_.next_run;
    remember_entry(flow, run);
    trace(TraceKind::entered, run).note = beginning.note;
    customer_.runs.push_back(std::move(run));
    leaves_by_condition(customer_.runs.back());
}

/// Why a flow is not entered; none when it is.
Reason Stepper::refuse(const dsl::Flow& flow, const Run& candidate) {
    if (flow.key && candidate.key.empty()) {
        return Reason::no_key;
    }
    const Context context = context_of(candidate);
    if (flow.only_if != kNone && !evaluate(context, flow.only_if)) {
        return Reason::filter_false;
    }
    if (std::any_of(flow.ends_when_true.begin(), flow.ends_when_true.end(),
                    [&](Index condition) { return evaluate(context, condition); })) {
        return Reason::not_eligible;
    }
    if (!flow.restart_while_running && running(flow, candidate.key) != nullptr) {
        return Reason::already_running;
    }
    if (flow.re_entry != dsl::ReEntry::any_time) {
        const std::uint64_t name = hash64(flow.name);
        for (const Entry& entry : customer_.entries) {
            if (entry.flow != name || entry.key != candidate.key) {
                continue;
            }
            const bool open = flow.re_entry == dsl::ReEntry::after &&
                              now_ >= add(entry.at, to_span(flow.re_entry_after), zone_);
            if (!open) {
                return Reason::re_entry_limit;
            }
        }
    }
    return customer_.runs.size() >= limits::kRunsPerCustomerMax ? Reason::fault : Reason::none;
}

Run* Stepper::running(const dsl::Flow& flow, std::string_view key) {
    for (Run& run : customer_.runs) {
        if (run.park != Park::ended && run.key == key && flow_of(run).name == flow.name) {
            return &run;
        }
    }
    return nullptr;
}

/// Queues an event the engine makes itself, when anything reads it.
void Stepper::enqueue(std::uint32_t release, Index event, Fields fields) {
    if (depth_ >= static_cast<int>(limits::kInternalEventsDepthMax)) {
        return;
    }
    AppliedEvent made;
    made.event = event;
    made.fields = std::move(fields);
    made.at = now_;
    const dsl::EventType& type = releases_.find(release)->program->events[event];
    InboundEvent& fact = effects_.internal.emplace_back();
    fact.kind = CallKind::track;
    fact.customer = customer_.id;
    fact.name = type.wire_name;
    fact.occurred_at = now_;
    fact.received_at = now_;
    fact.data = fields_to_json(type.fields, made.fields);
    queue_.push_back({std::move(made), release, depth_ + 1});
}

}  // namespace sluice
