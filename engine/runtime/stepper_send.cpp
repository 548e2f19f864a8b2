#include "engine/base/hash.hpp"
#include "engine/runtime/stepper.hpp"

#include <algorithm>

namespace sluice {
namespace {

/// An alternative channel is tried for these only; a cap or quiet hours hold on every channel.
bool unreachable(Reason reason) {
    return reason == Reason::no_address || reason == Reason::no_consent ||
           reason == Reason::suppressed;
}

std::string_view word(Channel channel) {
    return channel == Channel::email ? "email" : "sms";
}

}  // namespace

/// The policy asked is always the current one, whatever release the run belongs to.
Verdict Stepper::ask(const HeldMessage& message) const {
    GateRequest request;
    request.channel = message.channel;
    request.transactional =
        releases_.find(message.release)->program->messages[message.message].transactional;
    request.requested_at = message.requested_at;
    request.ignore_holdout = options_.ignore_holdout;
    request.salt = options_.salt;
    const dsl::Flow& flow = releases_.find(message.release)->program->flows[message.flow];
    request.withheld = flow.holdout_scaled > 0 && draw({"flow holdout", options_.salt, flow.name,
                                                        customer_.id}) < flow.holdout_scaled;
    request.latest = message.latest;
    return decide(context_of(releases_.current(), nullptr), request);
}

/// Returns where the run goes on.
Index Stepper::send(Run& run, const dsl::OpSend& op, Index step) {
    const dsl::Flow& flow = flow_of(run);
    HeldMessage message;
    message.run = run.id;
    message.release = run.release;
    message.flow = run.flow;
    message.step = step;
    message.requested_at = now_;
    message.release_at = now_;
    message.order = customer_.next_order++;
    if (op.best_within) {
        message.latest = add(now_, to_span(*op.best_within), zone_);
    }
    auto aim = [&](const dsl::SendTarget& target) {
        message.channel = static_cast<Channel>(target.channel);
        message.message = target.message;
        message.id = message_id(run, flow.steps[step].id, word(message.channel));
        return ask(message);
    };
    Verdict verdict = aim(op.first);
    bool second_choice = false;
    if (op.alternative && verdict.kind == Verdict::Kind::skip && unreachable(verdict.reason)) {
        Verdict second = aim(*op.alternative);
        if (second.kind == Verdict::Kind::skip && unreachable(second.reason)) {
            aim(op.first);  // both unreachable: the first choice's reason is the one to report
        } else {
            verdict = std::move(second);
            second_choice = true;
        }
    }
    ++run.sends;
    if (verdict.kind == Verdict::Kind::skip) {
        pass(run, 2);
        skip(message, verdict);
        return op.not_sent == kNone ? run.pc + 1 : op.not_sent;
    }
    pass(run, second_choice ? 1 : 0);
    message.arguments = arguments_of(run, op.args);
    if (verdict.kind == Verdict::Kind::allow) {
        let_go(message);
        return run.pc + 1;
    }
    message.release_at = verdict.until;
    run.hand_over = std::max(run.hand_over, verdict.until);
    if (options_.trace_everything) {
        TraceRow& row = trace(TraceKind::held, run, step);
        row.channel = message.channel;
        row.message = ready_of(run).program->messages[message.message].name;
        row.reason = verdict.reason;
        row.until = verdict.until;
        row.id = message.id;
        row.detail = verdict.rule;
    }
    customer_.held.push_back(std::move(message));
    return run.pc + 1;
}

void Stepper::let_go(const HeldMessage& message) {
    const ReadyProgram& ready = *releases_.find(message.release);
    const dsl::Program& program = *ready.program;
    const dsl::Flow& flow = program.flows[message.flow];
    MessageIntent& intent = effects_.messages.emplace_back();
    intent.id = message.id;
    intent.release = message.release;
    intent.flow = message.flow;
    intent.step = message.step;
    intent.message = message.message;
    intent.channel = message.channel;
    intent.at = now_;
    intent.to = address_of(*current_.program, customer_.layouts.front(), message.channel);
    intent.arguments = message.arguments;
    count_send(*current_.program, customer_, message.channel, now_);

    TraceRow& row = effects_.trace.emplace_back();
    row.kind = TraceKind::sent;
    row.at = now_;
    row.flow = flow.name;
    row.run = message.run;
    row.step = flow.steps[message.step].id;
    row.channel = message.channel;
    row.message = program.messages[message.message].name;
    row.id = message.id;

    const Index event =
        program.find_event(message.channel == Channel::email ? "Email Sent" : "Sms Sent");
    if (event == kNone || !ready.event_matters[event]) {
        return;
    }
    const auto& declared = program.events[event].fields;
    Fields fields(declared.size());
    auto put = [&](std::string_view name, const std::string& text) {
        const Index field = dsl::Program::find_field(declared, name);
        if (field != kNone) {
            fields[field] = Value::of_text(text);
        }
    };
    put("message", program.messages[message.message].name);
    put("topic", program.messages[message.message].topic);
    put("flow", flow.name);
    enqueue(message.release, event, std::move(fields));
}

void Stepper::skip(const HeldMessage& message, const Verdict& verdict) {
    const dsl::Program& program = *releases_.find(message.release)->program;
    TraceRow& row = effects_.trace.emplace_back();
    row.kind = TraceKind::skipped;
    row.at = now_;
    row.flow = program.flows[message.flow].name;
    row.run = message.run;
    row.step = program.flows[message.flow].steps[message.step].id;
    row.reason = verdict.reason;
    row.channel = message.channel;
    row.message = program.messages[message.message].name;
    row.id = message.id;
    row.detail = verdict.rule;
}

/// A run that left early takes the messages policy still holds for it along.
void Stepper::drop_held(const Run& run) {
    std::vector<HeldMessage> dropped;
    std::erase_if(customer_.held, [&](HeldMessage& message) {
        if (message.run != run.id) {
            return false;
        }
        dropped.push_back(std::move(message));
        return true;
    });
    for (const HeldMessage& message : dropped) {
        skip(message, {Verdict::Kind::skip, Reason::run_ended, kNever, "the run ended first"});
    }
}

}  // namespace sluice
