#include "engine/base/hash.hpp"
#include "engine/base/json_text.hpp"
#include "engine/base/limits.hpp"
#include "engine/runtime/bind.hpp"
#include "engine/runtime/stepper.hpp"
#include "engine/runtime/wait.hpp"

#include <algorithm>

namespace sluice {

/// Runs to their next park: the more important flow first, then the earlier entry.
void Stepper::advance_runnable() {
    std::vector<std::pair<int, std::uint64_t>> runnable;  // (-priority, run)
    for (const Run& run : customer_.runs) {
        if (run.park == Park::none) {
            runnable.emplace_back(-static_cast<int>(flow_of(run).priority), run.id);
        }
    }
    std::sort(runnable.begin(), runnable.end());
    for (const auto& [priority, id] : runnable) {
        auto place = std::find_if(customer_.runs.begin(), customer_.runs.end(),
                                  [id = id](const Run& run) { return run.id == id; });
        if (place != customer_.runs.end() && place->park == Park::none) {
            advance(*place);
        }
    }
}

void Stepper::advance(Run& run) {
    for (std::size_t executed = 0; executed < limits::kInstructionsPerTickMax; ++executed) {
        const dsl::Flow& flow = flow_of(run);
        if (run.pc >= flow.code.size() || !execute(run, flow.code[run.pc])) {
            return;
        }
    }
    end(run, Reason::fault, "more than 10000 instructions without a wait");
}

void Stepper::pass(const Run& run, Index outcome) const {
    if (options_.passed) {
        options_.passed({run.release, run.flow, run.pc, outcome});
    }
}

/// Does one instruction; each overload is true when the run goes on.
struct Stepper::Executor {
    Stepper& stepper;
    Run& run;
    const dsl::Instruction& instruction;

    bool next() const {
        ++run.pc;
        return true;
    }
    bool operator()(const dsl::OpBranch& op) const {
        const Context context = stepper.context_of(run);
        const bool yes = evaluate(context, op.condition);
        if (stepper.options_.trace_everything) {
            TraceRow& row = stepper.trace(TraceKind::branched, run, instruction.step);
            row.note = yes ? "yes" : "no";
            row.detail = describe(context, op.condition);
        }
        stepper.pass(run, yes ? 0 : 1);
        run.pc = yes ? run.pc + 1 : op.otherwise;
        return true;
    }
    bool operator()(const dsl::OpJump& op) const {
        run.pc = op.target;
        return true;
    }
    bool operator()(const dsl::OpEnd& op) const {
        const bool done = op.reason == "completed";
        stepper.end(run, done ? Reason::completed : Reason::stopped,
                    done || op.reason == "stopped" ? "" : op.reason);
        return false;
    }
    bool operator()(const dsl::OpSleep&) const { return stepper.park(run, instruction); }
    bool operator()(const dsl::OpUntil&) const { return stepper.park(run, instruction); }
    bool operator()(const dsl::OpAwait&) const { return stepper.park(run, instruction); }
    bool operator()(const dsl::OpSend& op) const {
        run.pc = stepper.send(run, op, instruction.step);
        return true;
    }
    bool operator()(const dsl::OpSplit& op) const {
        run.pc = stepper.choose_arm(run, op, instruction.step);
        return true;
    }
    bool operator()(const dsl::OpTrait& op) const {
        stepper.change_trait(run, op, instruction.step);
        return next();
    }
    bool operator()(const dsl::OpCall& op) const {
        stepper.call(run, op, instruction.step);
        return next();
    }
    bool operator()(const dsl::OpRecord& op) const {
        stepper.record(run, op);
        return next();
    }
    bool operator()(const dsl::OpExperiment& op) const {
        run.pc = stepper.choose_variant(run, op, instruction.step);
        return true;
    }
    bool operator()(const dsl::OpLoop& op) const {
        run.pc = stepper.next_round(run, op);
        return true;
    }
    bool operator()(const dsl::OpStartFlow& op) const {
        const auto& program = *stepper.ready_of(run).program;
        stepper.queue_.push_back({StartRequest{program.flows[op.flow].name},
                                  stepper.releases_.current(), stepper.depth_ + 1});
        return next();
    }
    bool operator()(const dsl::OpMove& op) const {
        stepper.move(run, op, instruction.step);
        return next();
    }
};

/// Does one instruction; false when the run parked or ended.
bool Stepper::execute(Run& run, const dsl::Instruction& instruction) {
    pass(run, kNone);
    return std::visit(Executor{*this, run, instruction}, instruction.op);
}

/// Parks the run, or goes on at once when the wait is already over. True when the run goes on.
bool Stepper::park(Run& run, const dsl::Instruction& instruction) {
    const Instant base = std::max(now_, run.hand_over);
    const WaitEnd wait = wait_end(context_of(run), instruction, base);
    const bool awaits = std::holds_alternative<dsl::OpAwait>(instruction.op);
    if (!awaits) {
        pass(run, wait.missing ? 1 : 0);
    }
    if (wait.missing && wait.stop_if_missing) {
        end(run, Reason::missing_date, "");
        return false;
    }
    if (wait.at <= now_) {
        time_out(run, instruction);
        return true;
    }
    run.park = awaits ? Park::await : Park::sleep;
    run.park_order = customer_.next_order++;
    run.parked_at = base;
    run.promised = false;
    run.paced = false;
    run.due = wait.at;
    if (options_.trace_everything) {
        TraceRow& row = trace(TraceKind::waiting, run, instruction.step);
        row.until = wait.at;
        row.detail = flow_of(run).steps[instruction.step].text;
    }
    return false;
}

/// Goes on behind a wait that time has ended.
void Stepper::time_out(Run& run, const dsl::Instruction& instruction) {
    const auto* await = std::get_if<dsl::OpAwait>(&instruction.op);
    if (await == nullptr) {
        ++run.pc;
        return;
    }
    pass(run, static_cast<Index>(await->branches.size()));
    run.pc = await->timeout;
}

/// Ends a run and, where its goal has a window, keeps it to watch for the goal until the window
/// closes. A held message goes with a run that left early; one whose flow simply finished stays.
void Stepper::end(Run& run, Reason reason, std::string_view note) {
    TraceRow& row = trace(TraceKind::ended, run);
    row.reason = reason;
    row.note = note;
    const dsl::Flow& flow = flow_of(run);
    run.park = Park::ended;
    run.due = kNever;
    run.watch_until = kNever;
    if (flow.goal && flow.goal->within) {
        const Instant closes = add(run.entered_at, to_span(*flow.goal->within), zone_);
        run.due = closes > now_ ? closes : kNever;
    }
    if (reason != Reason::completed && reason != Reason::stopped) {
        drop_held(run);
    }
}

/// What the options say instead of chance, when they do.
std::optional<Index> Stepper::told_way(const Run& run, std::size_t ways) const {
    const auto told = options_.choose ? options_.choose(run.flow, run.pc) : std::nullopt;
    return told && *told < ways ? told : std::nullopt;
}

std::size_t Stepper::draw_arm(const Run& run, const dsl::OpSplit& op, Index step) const {
    const dsl::Flow& flow = flow_of(run);
    const std::uint32_t point =
        draw({"split", options_.salt, flow.name, flow.steps[step].id, customer_.id});
    std::int64_t edge = 0;
    for (std::size_t at = 0; at < op.arms.size(); ++at) {
        edge += op.arms[at].percent_scaled;
        if (point < edge) {
            return at;
        }
    }
    return op.arms.size() - 1;
}

Index Stepper::choose_arm(const Run& run, const dsl::OpSplit& op, Index step) {
    const auto told = told_way(run, op.arms.size());
    const std::size_t at = told ? *told : draw_arm(run, op, step);
    const dsl::SplitArm& chosen = op.arms[at];
    pass(run, static_cast<Index>(at));
    if (options_.trace_everything) {
        TraceRow& row = trace(TraceKind::branched, run, step);
        row.note = chosen.name.empty() ? dsl::to_text(Value::of_number(chosen.percent_scaled)) + "%"
                                       : chosen.name;
    }
    return chosen.target;
}

/// The head of a loop: into its next round, or past it.
Index Stepper::next_round(Run& run, const dsl::OpLoop& op) {
    std::uint32_t& rounds = run.counters[op.counter];
    const bool over = static_cast<std::int64_t>(rounds) >= op.times ||
                      (op.until != kNone && evaluate(context_of(run), op.until));
    pass(run, over ? 1 : 0);
    rounds = over ? 0 : rounds + 1;
    return over ? op.exit : run.pc + 1;
}

void Stepper::change_trait(Run& run, const dsl::OpTrait& op, Index step) {
    const dsl::Program& program = *ready_of(run).program;
    const dsl::Field& field = program.customer_fields[op.field];
    // A run of an older release names the trait; the record is laid out for the current one.
    const Index target = current_.program->find_customer_field(field.name);
    if (target == kNone) {
        return;
    }
    const Value given = evaluate(context_of(run), op.value);
    Value value = customer_.layouts.front().traits[target];
    switch (op.change) {
        case dsl::TraitChange::set:
            value = given;
            break;
        case dsl::TraitChange::clear:
            value = field.default_value;
            break;
        case dsl::TraitChange::add:
            if (field.type.kind == dsl::TypeKind::list) {
                const std::string item = dsl::to_text(given);
                if (std::find(value.items.begin(), value.items.end(), item) == value.items.end() &&
                    value.items.size() < limits::kListItemsMax) {
                    value.kind = Value::Kind::list;
                    value.items.push_back(item);
                }
            } else if (given.kind == Value::Kind::number) {
                value = Value::of_number(value.number + given.number);
            }
            break;
        case dsl::TraitChange::remove:
            if (field.type.kind == dsl::TypeKind::list) {
                std::erase(value.items, dsl::to_text(given));
            } else if (given.kind == Value::Kind::number) {
                value = Value::of_number(value.number - given.number);
            }
            break;
    }
    TraceRow& row = trace(TraceKind::changed, run, step);
    row.note = "customer." + field.name;
    row.detail = field.personal ? "" : dsl::to_text(value);
    ++customer_.events;
    InboundEvent& fact = effects_.internal.emplace_back();
    fact.kind = CallKind::identify;
    fact.customer = customer_.id;
    fact.occurred_at = now_;
    fact.received_at = now_;
    std::string told;
    append_json_value(told, value);
    fact.data = JsonObject().json(field.name, told).take();
    AppliedEvent change;
    change.at = now_;
    change.traits.emplace_back(target, std::move(value));
    if (change_traits(change)) {
        settle_everywhere(true, true);
        queue_.push_back({Recheck{}, releases_.current(), depth_ + 1});
    }
}

Arguments Stepper::arguments_of(const Run& run, const std::vector<dsl::Arg>& args) const {
    const dsl::Flow& flow = flow_of(run);
    const Context context = context_of(run);
    Arguments out;
    out.reserve(args.size());
    for (const dsl::Arg& arg : args) {
        if (arg.slot == kNone) {
            out.emplace_back(arg.name, evaluate(context, arg.operand));
        } else {
            out.emplace_back(arg.name, BoundEvent{flow.slots[arg.slot].event, run.slots[arg.slot]});
        }
    }
    return out;
}

void Stepper::call(Run& run, const dsl::OpCall& op, Index step) {
    const dsl::Flow& flow = flow_of(run);
    CallIntent& intent = effects_.calls.emplace_back();
    intent.id = message_id(run, flow.steps[step].id, "call");
    intent.release = run.release;
    intent.flow = run.flow;
    intent.step = step;
    intent.webhook = op.webhook;
    intent.at = now_;
    intent.arguments = arguments_of(run, op.args);
    ++run.sends;
    TraceRow& row = trace(TraceKind::called, run, step);
    row.message = ready_of(run).program->webhooks[op.webhook].name;
    row.id = intent.id;
}

void Stepper::record(Run& run, const dsl::OpRecord& op) {
    const ReadyProgram& ready = ready_of(run);
    const dsl::EventType& type = ready.program->events[op.event];
    const Context context = context_of(run);
    Fields fields(type.fields.size());
    for (const dsl::Arg& arg : op.args) {
        const Index field = dsl::Program::find_field(type.fields, arg.name);
        if (field != kNone && arg.slot == kNone) {
            fields[field] = evaluate(context, arg.operand);
        }
    }
    trace(TraceKind::recorded, run).note = type.name;
    enqueue(run.release, op.event, std::move(fields));
}

}  // namespace sluice
