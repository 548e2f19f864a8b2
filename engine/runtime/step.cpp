#include "engine/runtime/step.hpp"

#include "engine/base/assert.hpp"
#include "engine/behaviour/aggregates.hpp"
#include "engine/runtime/bind.hpp"
#include "engine/runtime/stepper.hpp"

#include <algorithm>

namespace sluice {

namespace {

/// Every event pattern a flow looks at.
template <class Visit>
void each_pattern(const dsl::Flow& flow, Visit visit) {
    for (const dsl::Start& start : flow.starts) {
        visit(start.event);
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
    event_matters.resize(p.events.size());
    for (std::size_t event = 0; event < p.events.size(); ++event) {
        event_matters[event] = !p.aggregates_of_event[event].empty();
    }
    for (Index flow = 0; flow < p.flows.size(); ++flow) {
        const dsl::Flow& f = p.flows[flow];
        for (Index start = 0; start < f.starts.size(); ++start) {
            starts_of_event[f.starts[start].event.event].push_back({flow, start});
        }
        each_pattern(
            f, [&](const dsl::EventPattern& pattern) { event_matters[pattern.event] = true; });
    }
    for (auto& starts : starts_of_event) {
        std::stable_sort(starts.begin(), starts.end(), [&](const StartRef& a, const StartRef& b) {
            return p.flows[a.flow].priority > p.flows[b.flow].priority;
        });
    }
}

void Releases::add(std::uint32_t number, std::shared_ptr<const dsl::Program> program) {
    programs_[number] = std::make_shared<const ReadyProgram>(std::move(program));
    current_ = std::max(current_, number);
}

const ReadyProgram* Releases::find(std::uint32_t number) const {
    auto place = programs_.find(number);
    return place == programs_.end() ? nullptr : place->second.get();
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

namespace {

Layout empty_layout(const Releases& releases, std::uint32_t release) {
    const ReadyProgram* ready = releases.find(release);
    ASSERT(ready != nullptr);
    Layout layout;
    layout.release = release;
    layout.traits.reserve(ready->program->customer_fields.size());
    for (const dsl::Field& field : ready->program->customer_fields) {
        layout.traits.push_back(field.default_value);
    }
    layout.aggregates.resize(ready->program->aggregates.size());
    return layout;
}

/// Folds a history, oldest first, into one layout. Every call raised the ordinal when it was first
/// applied, known to the program or not, so the ordinals of runs that are inside stay meaningful.
std::uint32_t fold_history(const Releases& releases, const Customer& customer, Layout& layout,
                           const std::vector<InboundEvent>& history) {
    const dsl::Program& program = *releases.find(layout.release)->program;
    std::uint32_t ordinal = 0;
    for (const InboundEvent& event : history) {
        const AppliedEvent applied = apply_program(program, event);
        ++ordinal;
        for (const auto& [field, value] : applied.traits) {
            layout.traits[field] = value;
        }
        if (applied.event != kNone) {
            fold(program, customer, layout, {applied.event, applied.fields, {applied.at, ordinal}});
        }
    }
    return ordinal;
}

}  // namespace

Customer new_customer(const Releases& releases, std::string id) {
    Customer customer;
    customer.id = std::move(id);
    customer.layouts.push_back(empty_layout(releases, releases.current()));
    return customer;
}

bool needs_relayout(const Releases& releases, const Customer& customer) {
    return customer.layouts.empty() || customer.layouts.front().release != releases.current();
}

void relayout(const Releases& releases, Customer& customer,
              const std::vector<InboundEvent>& history) {
    std::vector<Layout> layouts;
    layouts.push_back(empty_layout(releases, releases.current()));
    const std::uint32_t ordinal = fold_history(releases, customer, layouts.front(), history);
    customer.events = std::max(customer.events, ordinal);
    for (Layout& layout : customer.layouts) {
        const auto of_it = [&](const auto& one) { return one.release == layout.release; };
        const bool needed = std::any_of(customer.runs.begin(), customer.runs.end(), of_it) ||
                            std::any_of(customer.held.begin(), customer.held.end(), of_it);
        if (needed && layout.release != releases.current()) {
            layouts.push_back(std::move(layout));
        }
    }
    customer.layouts = std::move(layouts);
}

void run_timers(const Releases& releases, const StepOptions& options, Customer& customer,
                Instant now, Effects& effects) {
    Stepper(releases, options, customer, effects).run_timers(now);
}

void apply_event(const Releases& releases, const StepOptions& options, Customer& customer,
                 const AppliedEvent& event, Effects& effects) {
    ASSERT(!needs_relayout(releases, customer));
    Stepper(releases, options, customer, effects).apply(event);
}

}  // namespace sluice
