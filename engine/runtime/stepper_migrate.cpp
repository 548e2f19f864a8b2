// People inside a flow that has changed: runs move to the new version at waits both versions share
// and keep their promised time; the others finish the old way (language.md, section 5.10).
#include "engine/runtime/stepper.hpp"
#include "engine/runtime/wait.hpp"

#include <algorithm>
#include <optional>

namespace sluice {
namespace {

std::string_view words(dsl::ParkMatch::How how) {
    switch (how) {
        case dsl::ParkMatch::How::label:
            return "the same label";
        case dsl::ParkMatch::How::structure:
            return "the same place and words";
        case dsl::ParkMatch::How::sibling:
            return "the same place, other words";
        case dsl::ParkMatch::How::told:
            return "as its change says";
        case dsl::ParkMatch::How::stops:
        case dsl::ParkMatch::How::none:
        case dsl::ParkMatch::How::ambiguous:
            return "";
    }
    return "";
}

/// The fields of a bound event in the order of another version's declaration.
Fields reordered(const Fields& fields, const dsl::EventType& from, const dsl::EventType& to) {
    if (fields.empty()) {
        return {};
    }
    Fields out(to.fields.size());
    for (std::size_t at = 0; at < from.fields.size() && at < fields.size(); ++at) {
        const Index field = dsl::Program::find_field(to.fields, from.fields[at].name);
        if (field != kNone) {
            out[field] = fields[at];
        }
    }
    return out;
}

bool same_fields(const dsl::EventType& a, const dsl::EventType& b) {
    return std::equal(a.fields.begin(), a.fields.end(), b.fields.begin(), b.fields.end(),
                      [](const dsl::Field& one, const dsl::Field& other) {
                          return one.name == other.name && one.type == other.type;
                      });
}

/// The step of a flow that sends a message, the one of the same id rather than another.
Index sending_step(const dsl::Flow& flow, Index message, const std::string& id) {
    Index found = kNone;
    for (const dsl::Instruction& instruction : flow.code) {
        const auto* send = std::get_if<dsl::OpSend>(&instruction.op);
        const bool sends =
            send != nullptr && (send->first.message == message ||
                                (send->alternative && send->alternative->message == message));
        if (sends && (found == kNone || flow.steps[instruction.step].id == id)) {
            found = instruction.step;
        }
    }
    return found;
}

/// What a message uses, from what it was given under another version; empty when something is
/// missing or means something else now.
std::optional<Arguments> arguments_for(const dsl::Program& to, const dsl::Message& message,
                                       const dsl::Program& from, const HeldMessage& held) {
    Arguments out;
    for (const dsl::MessageParam& param : message.params) {
        const auto given =
            std::find_if(held.arguments.begin(), held.arguments.end(),
                         [&](const auto& argument) { return argument.first == param.name; });
        if (given == held.arguments.end()) {
            if (!param.optional) {
                return std::nullopt;
            }
            continue;
        }
        const auto* event = std::get_if<BoundEvent>(&given->second);
        if (event != nullptr && param.event != kNone) {
            const dsl::EventType& before = from.events[event->event];
            const dsl::EventType& after = to.events[param.event];
            if (before.wire_name != after.wire_name || !same_fields(before, after)) {
                return std::nullopt;
            }
            out.emplace_back(param.name, BoundEvent{param.event, event->fields});
            continue;
        }
        const auto& known = from.messages[held.message].params;
        const bool same = std::any_of(known.begin(), known.end(), [&](const auto& one) {
            return one.name == param.name && one.event == kNone && one.type == param.type;
        });
        if (event != nullptr || param.event != kNone || !same) {
            return std::nullopt;
        }
        out.push_back(*given);
    }
    return out;
}

/// A message is read when it is rendered, so one that policy holds takes the words of the current
/// version, where that sends it and has everything it uses. False: it goes out as it was.
bool take_new_words(const Releases& releases, HeldMessage& held) {
    const dsl::FlowMatch& match = releases.match(held.release).flows[held.flow];
    const dsl::Program& from = *releases.find(held.release)->program;
    const dsl::Program& to = *releases.ready().program;
    const Index message = to.find_message(from.messages[held.message].name);
    if (match.new_flow == kNone || message == kNone) {
        return false;
    }
    const dsl::Message& words = to.messages[message];
    const bool there =
        held.channel == Channel::email ? words.email.has_value() : words.sms.has_value();
    const std::string& id = from.flows[held.flow].steps[held.step].id;
    const Index step = sending_step(to.flows[match.new_flow], message, id);
    auto arguments = arguments_for(to, words, from, held);
    if (!there || step == kNone || !arguments) {
        return false;
    }
    held.release = releases.current();
    held.flow = match.new_flow;
    held.step = step;
    held.message = message;
    held.arguments = std::move(*arguments);
    return true;
}

}  // namespace

/// Before and after everything else a step does.
void Stepper::migrate_runs() {
    bool moved = false;
    for (HeldMessage& held : customer_.held) {
        if (held.release != releases_.current()) {
            moved = take_new_words(releases_, held) || moved;
        }
    }
    for (Run& run : customer_.runs) {
        if (run.release != releases_.current() && run.park != Park::none) {
            moved = migrate(run) || moved;
        }
    }
    if (moved) {
        sweep();
        drop_layouts();
    }
}

/// False: the run stays on its release until its next wait.
bool Stepper::migrate(Run& run) {
    if (run.park == Park::ended && run.due == kNever) {
        return false;
    }
    const dsl::FlowMatch& match = releases_.match(run.release).flows[run.flow];
    if (match.new_flow == kNone) {
        if (releases_.choices.stop && run.park != Park::ended) {
            end(run, Reason::stopped, "the flow was removed");
            run.due = kNever;
            return true;
        }
        return false;
    }
    if (run.park == Park::ended) {
        rebind(run, match);
        if (!flow_of(run).goal) {
            run.due = kNever;
        }
        return true;
    }
    const dsl::ParkMatch* park = match.park_at(run.pc);
    if (park != nullptr && park->how == dsl::ParkMatch::How::stops) {
        end(run, Reason::stopped, "stopped by a change of the flow");
        run.due = kNever;
        return true;
    }
    if (park == nullptr || park->new_pc == kNone || !match.slots_fit) {
        return false;
    }
    take_over(run, match, *park);
    return true;
}

void Stepper::take_over(Run& run, const dsl::FlowMatch& match, const dsl::ParkMatch& park) {
    const std::string old_step = flow_of(run).steps[flow_of(run).code[run.pc].step].id;
    rebind(run, match);
    run.pc = park.new_pc;
    const dsl::Flow& flow = flow_of(run);
    const dsl::Instruction& instruction = flow.code[run.pc];
    run.park = std::holds_alternative<dsl::OpAwait>(instruction.op) ? Park::await : Park::sleep;
    run.promised = run.promised || park.changed;
    const auto& waits = releases_.choices.retime;
    const auto named = [&](const std::string& step) {
        return std::find(waits.begin(), waits.end(), flow.name + "@" + step) != waits.end();
    };
    const bool retimed = named(old_step) || named(flow.steps[instruction.step].id);
    if (retimed && !retime(run, instruction)) {
        return;
    }
    disarm(run);
    TraceRow& row = trace(TraceKind::migrated, run, instruction.step);
    row.note = words(park.how);
    row.until = run.due;
    leaves_by_condition(run);
}

/// Counts the wait anew from where it began. What is over already goes at the deploy's pace; its
/// time stands, whatever changes of the customer come until then. False: the run has ended.
bool Stepper::retime(Run& run, const dsl::Instruction& instruction) {
    const WaitEnd wait = wait_end(context_of(run), instruction, run.parked_at);
    const Instant turn = options_.pace ? options_.pace(wait.at) : std::max(wait.at, now_);
    const bool over = wait.missing || turn != wait.at || wait.at <= now_;
    if (over && wait.stop_if_missing) {
        end(run, Reason::missing_date, "");
        return false;
    }
    run.due = turn;
    run.paced = options_.pace && turn != wait.at;
    run.promised = run.paced;
    return true;
}

/// The run's names and data in the terms of the current program.
void Stepper::rebind(Run& run, const dsl::FlowMatch& match) {
    const dsl::Program& from = *ready_of(run).program;
    const dsl::Program& to = *current_.program;
    const dsl::Flow& old_flow = from.flows[match.old_flow];
    const dsl::Flow& new_flow = to.flows[match.new_flow];
    std::vector<Fields> slots(new_flow.slots.size());
    for (std::size_t slot = 0; slot < match.slots.size() && slot < run.slots.size(); ++slot) {
        if (const Index target = match.slots[slot]; target != kNone) {
            slots[target] = reordered(run.slots[slot], from.events[old_flow.slots[slot].event],
                                      to.events[new_flow.slots[target].event]);
        }
    }
    std::vector<std::uint32_t> counters(new_flow.counters, 0);
    for (std::size_t loop = 0; loop < match.counters.size() && loop < run.counters.size(); ++loop) {
        if (match.counters[loop] != kNone) {
            counters[match.counters[loop]] = run.counters[loop];
        }
    }
    run.slots = std::move(slots);
    run.counters = std::move(counters);
    run.release = releases_.current();
    run.flow = match.new_flow;
}

/// Conditions that hold already end the run only where the deploy asked to sweep.
void Stepper::disarm(Run& run) {
    run.disarmed = 0;
    const dsl::Flow& flow = flow_of(run);
    const Context context = context_of(run);
    for (std::size_t at = 0; at < flow.ends_when_true.size() && at < 64; ++at) {
        if (!releases_.choices.sweep && evaluate(context, flow.ends_when_true[at])) {
            run.disarmed |= std::uint64_t{1} << at;
        }
    }
}

/// Older layouts that no run and no held message needs any more.
void Stepper::drop_layouts() {
    const auto needed = [this](const Layout& layout) {
        const auto of_it = [&](const auto& one) { return one.release == layout.release; };
        return layout.release == releases_.current() ||
               std::any_of(customer_.runs.begin(), customer_.runs.end(), of_it) ||
               std::any_of(customer_.held.begin(), customer_.held.end(), of_it);
    };
    std::erase_if(customer_.layouts, [&](const Layout& layout) { return !needed(layout); });
}

void Stepper::fire(Instant now, const std::vector<Moved>& moved) {
    run_timers(now);
    set_now(now);
    announce(releases_.current(), moved, true);
    drain_queue();
    advance_runnable();
    drain_queue();
    migrate_runs();
    sweep();
}

}  // namespace sluice
