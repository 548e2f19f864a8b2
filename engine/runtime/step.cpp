#include "engine/runtime/step.hpp"

#include "engine/base/assert.hpp"
#include "engine/behaviour/aggregates.hpp"
#include "engine/behaviour/experiment_decisions.hpp"
#include "engine/runtime/bind.hpp"
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
    layout.standings.resize(ready->program->lifecycles.size());
    return layout;
}

/// Folds a history, oldest first, into one layout, and lets its lifecycles run along: states are
/// where they would be, since when they would be, and nothing starts. Every call raised the ordinal
/// when it was first applied, known to the program or not, so the ordinals of runs that are inside
/// stay meaningful.
class Refold {
public:
    Refold(const Releases& releases, const Customer& customer, Layout& layout)
        : ready_(*releases.find(layout.release)), customer_(customer), layout_(layout) {}

    void apply(const InboundEvent& event) {
        const AppliedEvent applied = apply_program(*ready_.program, event);
        pass_to(applied.at);
        ++ordinal_;
        for (const auto& [field, value] : applied.traits) {
            layout_.traits[field] = value;
        }
        const Occurrence occurrence{applied.event, applied.fields, {applied.at, ordinal_}};
        const bool known = applied.event != kNone;
        if (known) {
            fold(*ready_.program, customer_, layout_, occurrence, zone());
        }
        look({known ? &occurrence : nullptr, !applied.traits.empty()});
    }

    /// Every instant at which time alone changes something, up to `now`.
    void pass_to(Instant now) {
        while (!layout_.standings.empty()) {
            const auto next = std::min_element(
                layout_.standings.begin(), layout_.standings.end(),
                [](const Standing& a, const Standing& b) { return a.until < b.until; });
            if (next->until > now) {
                break;
            }
            now_ = std::max(now_, next->until);
            look({});
        }
        now_ = std::max(now_, now);
    }

    [[nodiscard]] std::uint32_t ordinal() const { return ordinal_; }

private:
    [[nodiscard]] Zone zone() const { return zone_of(*ready_.program, layout_); }

    void look(const Cause& cause) {
        const Context context{*ready_.program, customer_, layout_, now_,
                              zone(),          nullptr,   nullptr, 0};
        std::vector<Moved> unheard;
        settle(context, ready_.lifecycle_needs, layout_, cause, unheard);
    }

    const ReadyProgram& ready_;
    const Customer& customer_;
    Layout& layout_;
    Instant now_ = kEpoch;
    std::uint32_t ordinal_ = 0;
};

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

namespace {

/// Where a state of the old program stands in the new one, by the names of both.
std::vector<Moved> moves_between(const Releases& releases, const Layout& before,
                                 const Layout& after) {
    std::vector<Moved> out;
    const ReadyProgram* old_ready = releases.find(before.release);
    if (old_ready == nullptr) {
        return out;
    }
    const auto& known = old_ready->program->lifecycles;
    const auto& made = releases.ready().program->lifecycles;
    for (Index at = 0; at < made.size() && at < after.standings.size(); ++at) {
        const auto place = std::find_if(known.begin(), known.end(), [&](const dsl::Lifecycle& one) {
            return one.name == made[at].name;
        });
        const auto old_at = static_cast<std::size_t>(place - known.begin());
        Moved moved{at, kNone, after.standings[at].state};
        const bool was_placed = place != known.end() && old_at < before.standings.size() &&
                                before.standings[old_at].state != kNone;
        if (was_placed) {
            const std::string& from = place->states[before.standings[old_at].state].name;
            const auto state =
                std::find_if(made[at].states.begin(), made[at].states.end(),
                             [&](const dsl::State& one) { return one.name == from; });
            moved.from = state == made[at].states.end()
                             ? kNone
                             : static_cast<Index>(state - made[at].states.begin());
        }
        if (moved.to != kNone && moved.from != moved.to) {
            out.push_back(moved);
        }
    }
    return out;
}

}  // namespace

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
    layouts.push_back(empty_layout(releases, releases.current()));
    Refold refold(releases, customer, layouts.front());
    for (const InboundEvent& event : history) {
        refold.apply(event);
    }
    refold.pass_to(customer.last_at);
    drop_unmeasured(releases.ready(), customer);
    customer.events = std::max(customer.events, refold.ordinal());
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
