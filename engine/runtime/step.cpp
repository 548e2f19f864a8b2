#include "engine/runtime/step.hpp"

#include "engine/base/assert.hpp"
#include "engine/behaviour/aggregates.hpp"
#include "engine/behaviour/experiment_decisions.hpp"
#include "engine/runtime/bind.hpp"
#include "engine/runtime/refold.hpp"
#include "engine/runtime/stepper.hpp"

#include <algorithm>

namespace sluice {

namespace {

/// Every event pattern a flow looks at.
template <class Visit>
void each_pattern(const dsl::Flow& flow, Visit visit) {
    for (const dsl::Start& start : flow.starts) {
        if (const auto* event = std::get_if<dsl::StartOnEvent>(&start)) {
            visit(event->event);
        }
    }
    if (flow.goal) {
        visit(flow.goal->event);
    }
    std::for_each(flow.ends_when.begin(), flow.ends_when.end(), visit);
    for (const dsl::Instruction& instruction : flow.code) {
        const auto* await = std::get_if<dsl::OpAwait>(&instruction.op);
        for (std::size_t i = 0; await != nullptr && i < await->branches.size(); ++i) {
            visit(await->branches[i].event);
        }
    }
}

}  // namespace

ReadyProgram::ReadyProgram(std::shared_ptr<const dsl::Program> made) : program(std::move(made)) {
    const dsl::Program& p = *program;
    starts_of_event.resize(p.events.size());
    starts_of_lifecycle.resize(p.lifecycles.size());
    lifecycle_needs = sluice::lifecycle_needs(p);
    experiment_counts = sluice::experiment_counts(p);
    measured_by_event.resize(p.events.size());
    event_matters.resize(p.events.size());
    for (std::size_t event = 0; event < p.events.size(); ++event) {
        event_matters[event] = !p.aggregates_of_event[event].empty();
    }
    for (Index flow = 0; flow < p.flows.size(); ++flow) {
        const dsl::Flow& f = p.flows[flow];
        for (Index start = 0; start < f.starts.size(); ++start) {
            add_start({flow, start}, f.starts[start]);
        }
        each_pattern(
            f, [&](const dsl::EventPattern& pattern) { event_matters[pattern.event] = true; });
    }
    for (Index at = 0; at < p.experiments.size(); ++at) {
        if (const Index event = p.experiments[at].measure.event; event != kNone) {
            measured_by_event[event].push_back(at);
            event_matters[event] = true;
        }
    }
    const auto by_priority = [&](std::vector<StartRef>& starts) {
        std::stable_sort(starts.begin(), starts.end(), [&](const StartRef& a, const StartRef& b) {
            return p.flows[a.flow].priority > p.flows[b.flow].priority;
        });
    };
    std::for_each(starts_of_event.begin(), starts_of_event.end(), by_priority);
    std::for_each(starts_of_lifecycle.begin(), starts_of_lifecycle.end(), by_priority);
    by_priority(clock_starts);
    for (const LifecycleNeeds& needs : lifecycle_needs) {
        for (std::size_t event = 0; event < p.events.size(); ++event) {
            event_matters[event] = event_matters[event] || needs.events[event];
        }
    }
}

void ReadyProgram::add_start(StartRef ref, const dsl::Start& start) {
    if (const auto* event = std::get_if<dsl::StartOnEvent>(&start)) {
        starts_of_event[event->event.event].push_back(ref);
    } else if (const auto* state = std::get_if<dsl::StartOnState>(&start)) {
        starts_of_lifecycle[state->change.lifecycle].push_back(ref);
    } else {
        clock_starts.push_back(ref);
    }
}

void Releases::add(std::uint32_t number, std::shared_ptr<const dsl::Program> program) {
    programs_[number].ready = std::make_shared<const ReadyProgram>(std::move(program));
    current_ = std::max(current_, number);
    for (auto& [other, entry] : programs_) {
        entry.match = std::make_shared<Match>();  // to the release that is current now
    }
}

const ReadyProgram* Releases::find(std::uint32_t number) const {
    auto place = programs_.find(number);
    return place == programs_.end() ? nullptr : place->second.ready.get();
}

const dsl::ProgramMatch& Releases::match(std::uint32_t number) const {
    const Entry& entry = programs_.at(number);
    std::call_once(entry.match->once, [&] {
        entry.match->found = dsl::match_programs(*entry.ready->program, *ready().program);
    });
    return entry.match->found;
}

AppliedEvent apply_program(const dsl::Program& program, const InboundEvent& event) {
    AppliedEvent applied;
    applied.at = event.occurred_at;
    if (event.kind == CallKind::identify) {
        applied.traits = bind_traits(program, event.data);
        return applied;
    }
    if (event.kind == CallKind::alias || event.kind == CallKind::group) {
        return applied;
    }
    applied.event = program.find_event(event.name);
    if (applied.event != kNone) {
        applied.fields = bind_event(program.events[applied.event], event.data);
    }
    return applied;
}

Customer new_customer(const Releases& releases, std::string id) {
    Customer customer;
    customer.id = std::move(id);
    customer.layouts.push_back(empty_layout(releases, releases.current()));
    return customer;
}

bool needs_relayout(const Releases& releases, const Customer& customer) {
    return !customer.given_away() &&
           (customer.layouts.empty() || customer.layouts.front().release != releases.current());
}

namespace {

/// Nothing looks any more for what would have counted, so whoever could still have done it is taken
/// out of the count, whatever she has done so far: those who remain are measured alike.
void drop_unmeasured(const ReadyProgram& ready, Customer& customer) {
    std::erase_if(customer.assignments, [&](const Assignment& assignment) {
        const auto& counts = ready.experiment_counts;
        return assignment.until > customer.last_at &&
               std::find(counts.begin(), counts.end(), assignment.count) == counts.end();
    });
}

}  // namespace

std::vector<Moved> relayout(const Releases& releases, Customer& customer,
                            const std::vector<InboundEvent>& history) {
    std::vector<Layout> layouts;
    const std::uint32_t current = releases.current();
    layouts.push_back(folded_layout(releases, customer, current, history));
    drop_unmeasured(releases.ready(), customer);
    customer.events = std::max(customer.events, static_cast<std::uint32_t>(history.size()));
    const std::vector<Moved> moved =
        customer.layouts.empty()
            ? std::vector<Moved>{}
            : moves_between(releases, customer.layouts.front(), layouts.front());
    for (Layout& layout : customer.layouts) {
        const auto of_it = [&](const auto& one) { return one.release == layout.release; };
        const bool needed = std::any_of(customer.runs.begin(), customer.runs.end(), of_it) ||
                            std::any_of(customer.held.begin(), customer.held.end(), of_it);
        if (needed && layout.release != releases.current()) {
            layouts.push_back(std::move(layout));
        }
    }
    customer.layouts = std::move(layouts);
    return moved;
}

void fire_moves(const Releases& releases, const StepOptions& options, Customer& customer,
                Instant now, const std::vector<Moved>& moved, Effects& effects) {
    Stepper(releases, options, customer, effects).fire(now, moved);
}

void run_timers(const Releases& releases, const StepOptions& options, Customer& customer,
                Instant now, Effects& effects) {
    Stepper(releases, options, customer, effects).run_timers(now);
}

void settle_customer(const Releases& releases, const StepOptions& options, Customer& customer,
                     Instant now, Effects& effects) {
    Stepper(releases, options, customer, effects).settle(now);
}

void apply_event(const Releases& releases, const StepOptions& options, Customer& customer,
                 const AppliedEvent& event, Effects& effects) {
    ASSERT(!needs_relayout(releases, customer));
    Stepper(releases, options, customer, effects).apply(event);
}

}  // namespace sluice
