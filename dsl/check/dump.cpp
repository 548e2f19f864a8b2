// The canonical text of a program. One line each, names instead of indexes, nothing that depends on
// layout, comments or places in files; tests of the project are not part of what runs.
#include "dsl/check/context.hpp"
#include "dsl/check/render.hpp"

#include <algorithm>

namespace sluice::dsl {
namespace {

using check::quoted;
using check::render_condition;
using check::render_operand;
using check::render_pattern;
using check::render_time;
using check::spelled;

std::string field_text(const Field& field) {
    std::string out = field.name + " " + to_text(field.type);
    out += field.optional ? " optional" : "";
    out += field.personal ? " personal" : "";
    out += field.predicted ? " predicted" : "";
    out += field.key ? " key" : "";
    if (field.default_value.known()) {
        out += " default " + check::render_literal(field.default_value);
    }
    return out;
}

std::string fields_text(const std::vector<Field>& fields) {
    std::string out = "{";
    for (const Field& field : fields) {
        out += (out.size() == 1 ? " " : ", ") + field_text(field);
    }
    return out + " }";
}

std::string percent(std::int64_t scaled) {
    return to_text(Value::of_number(scaled)) + "%";
}

std::string message_name(const Program& program, Index message) {
    return message == kNone ? "?" : quoted(program.messages[message].name);
}

std::string until_text(const Program& program, const Flow& flow, const Until& until) {
    if (const auto* time = std::get_if<UntilTime>(&until)) {
        return render_time(time->at);
    }
    if (const auto* day = std::get_if<UntilWeekday>(&until)) {
        return check::render_weekdays(day->weekdays) + " " + render_time(day->at);
    }
    if (const auto* date = std::get_if<UntilDate>(&until)) {
        return format_date(date->date) + " " + render_time(date->at);
    }
    if (const auto* between = std::get_if<UntilBetween>(&until)) {
        return "between " + render_time(between->from) + " and " + render_time(between->to) +
               (between->weekdays_only ? " on a weekday" : "");
    }
    if (const auto* best = std::get_if<UntilBest>(&until)) {
        return "best " + std::string(to_text(best->channel)) + " time within " +
               to_text(best->within);
    }
    const auto& moment = std::get<UntilMoment>(until);
    std::string out;
    if (moment.offset != Duration{}) {
        out = to_text(moment.offset) + (moment.before ? " before " : " after ");
    }
    out += render_operand(program, moment.operand, {&flow, kNone});
    out += " at " + render_time(moment.at.value_or(0));
    return out + (moment.stop_if_missing ? " else stop" : " else skip");
}

struct OpText {
    const Program& program;
    const Flow& flow;

    std::string operand(const Operand& value) const {
        return render_operand(program, value, {&flow, kNone});
    }

    std::string args(const std::vector<Arg>& list) const {
        std::string out;
        for (const Arg& arg : list) {
            out += out.empty() ? " with " : ", ";
            out += arg.name + "=" +
                   (arg.slot == kNone ? operand(arg.operand) : "$" + std::to_string(arg.slot));
        }
        return out;
    }

    std::string target(const SendTarget& to) const {
        return std::string(to_text(to.channel)) + " " + message_name(program, to.message);
    }

    std::string operator()(const OpBranch& op) const {
        return "BR " + render_condition(program, op.condition, {&flow, kNone}) + " else " +
               std::to_string(op.otherwise);
    }
    std::string operator()(const OpJump& op) const { return "JMP " + std::to_string(op.target); }
    std::string operator()(const OpEnd& op) const { return "END " + quoted(op.reason); }
    std::string operator()(const OpSleep& op) const {
        return "SLEEP " + to_text(op.duration) +
               (op.then_until ? " until " + until_text(program, flow, *op.then_until) : "");
    }
    std::string operator()(const OpUntil& op) const {
        return "UNTIL " + until_text(program, flow, op.until);
    }
    std::string operator()(const OpAwait& op) const {
        std::string out = "AWAIT " + to_text(op.up_to) + " {";
        for (const AwaitBranch& branch : op.branches) {
            out += " " + render_pattern(program, branch.event, &flow);
            out += branch.slot == kNone ? "" : " as $" + std::to_string(branch.slot);
            out += " -> " + std::to_string(branch.target) + ";";
        }
        return out + " timeout -> " + std::to_string(op.timeout) + " }";
    }
    std::string operator()(const OpSend& op) const {
        std::string out = "SEND " + target(op.first);
        out += op.alternative ? " or " + target(*op.alternative) : "";
        out += args(op.args);
        out += op.best_within ? " best within " + to_text(*op.best_within) : "";
        return out + (op.not_sent == kNone ? "" : " not_sent=" + std::to_string(op.not_sent));
    }
    std::string operator()(const OpSplit& op) const {
        std::string out = "SPLIT {";
        for (const SplitArm& arm : op.arms) {
            out += " " + percent(arm.percent_scaled) +
                   (arm.name.empty() ? "" : " " + quoted(arm.name)) + " -> " +
                   std::to_string(arm.target) + ";";
        }
        return out + " }";
    }
    std::string operator()(const OpTrait& op) const {
        const std::string name = "customer." + program.customer_fields[op.field].name;
        switch (op.change) {
            case TraitChange::set:
                return "SET " + name + " to " + operand(op.value);
            case TraitChange::add:
                return "ADD " + operand(op.value) + " to " + name;
            case TraitChange::remove:
                return "REMOVE " + operand(op.value) + " from " + name;
            case TraitChange::clear:
                return "CLEAR " + name;
        }
        return {};
    }
    std::string operator()(const OpCall& op) const {
        return "CALL " + (op.webhook == kNone ? "?" : quoted(program.webhooks[op.webhook].name)) +
               args(op.args);
    }
    std::string operator()(const OpRecord& op) const {
        return "RECORD " + spelled(program.events[op.event].name) + args(op.args);
    }
    std::string operator()(const OpExperiment& op) const {
        const Experiment& experiment = program.experiments[op.experiment];
        std::string out = "EXPERIMENT " + quoted(experiment.name) + " {";
        for (std::size_t at = 0; at < op.targets.size(); ++at) {
            out += " " + quoted(experiment.variants[at].first) + " -> " +
                   std::to_string(op.targets[at]) + ";";
        }
        return out + " holdout -> " + std::to_string(op.held_out) + " }";
    }
    std::string operator()(const OpLoop& op) const {
        std::string out = "LOOP #" + std::to_string(op.counter) + " " + std::to_string(op.times);
        if (op.until != kNone) {
            out += " until " + render_condition(program, op.until, {&flow, kNone});
        }
        return out + " exit " + std::to_string(op.exit);
    }
    std::string operator()(const OpStartFlow& op) const {
        return "START " + (op.flow == kNone ? "?" : quoted(program.flows[op.flow].name));
    }
    std::string operator()(const OpMove& op) const {
        return "MOVE " + check::render_change(program, {op.lifecycle, kNone, op.state});
    }
};

std::string header_text(const Program& program, const Flow& flow) {
    std::string out = "flow " + quoted(flow.name);
    if (flow.key) {
        out += " key=" + render_operand(program, *flow.key, {&flow, kNone});
    }
    switch (flow.re_entry) {
        case ReEntry::any_time:
            out += " re-entry=any";
            break;
        case ReEntry::never:
            out += " re-entry=never";
            break;
        case ReEntry::after:
            out += " re-entry=" + quoted(to_text(flow.re_entry_after));
            break;
    }
    out += flow.restart_while_running ? " overlap=restart" : " overlap=ignore";
    out += flow.priority == Priority::high  ? " priority=high"
           : flow.priority == Priority::low ? " priority=low"
                                            : " priority=normal";
    return out + "\n";
}

struct StartText {
    const Program& program;
    const Flow& flow;

    std::string operator()(const StartOnEvent& start) const {
        std::string out = render_pattern(program, start.event, &flow);
        out += start.slot == kNone ? "" : " as $" + std::to_string(start.slot);
        return start.audience == kNone
                   ? out
                   : out + " for " + render_condition(program, start.audience, {&flow, kNone});
    }
    std::string operator()(const StartOnState& start) const {
        return "state " + check::render_change(program, start.change);
    }
    std::string operator()(const StartOnDate& start) const {
        std::string out = "date ";
        if (start.offset != Duration{}) {
            out += to_text(start.offset) + (start.before ? " before " : " after ");
        }
        out += "customer." + program.customer_fields[start.field].name;
        return out + (start.every_year ? " every year at " : " at ") + render_time(start.at);
    }
    std::string operator()(const StartEvery& start) const {
        std::string out =
            "every " + check::render_weekdays(start.weekdays) + " " + render_time(start.at);
        return start.lifecycle == kNone
                   ? out
                   : out + " in " +
                         check::render_change(program, {start.lifecycle, kNone, start.state});
    }
};

std::string watch_text(const Program& program, const Flow& flow) {
    std::string out;
    if (!flow.description.empty()) {
        out += " about " + quoted(flow.description) + "\n";
    }
    for (std::size_t slot = 0; slot < flow.slots.size(); ++slot) {
        const Index event = flow.slots[slot].event;
        out += " slot $" + std::to_string(slot) + " " + flow.slots[slot].name + ": " +
               (event == kNone ? "?" : spelled(program.events[event].name)) + "\n";
    }
    for (const Start& start : flow.starts) {
        out += " start " + std::visit(StartText{program, flow}, start) + "\n";
    }
    if (flow.only_if != kNone) {
        out += " only if " + render_condition(program, flow.only_if, {&flow, kNone}) + "\n";
    }
    if (flow.goal) {
        out += " watch GOAL " + render_pattern(program, flow.goal->event, &flow) +
               (flow.goal->within ? " within " + to_text(*flow.goal->within) : "") + "\n";
    }
    for (const EventPattern& pattern : flow.ends_when) {
        out += " watch EXIT " + render_pattern(program, pattern, &flow) + "\n";
    }
    for (const StateChange& change : flow.ends_when_state) {
        out += " watch EXIT state " + check::render_change(program, change) + "\n";
    }
    for (const Index condition : flow.ends_when_true) {
        out += " watch EXIT true " + render_condition(program, condition, {&flow, kNone}) + "\n";
    }
    if (flow.holdout_scaled != 0) {
        out += " holdout " + percent(flow.holdout_scaled) + "\n";
    }
    return out;
}

std::string schema_text(const Program& program) {
    std::string out = "customer " + fields_text(program.customer_fields) + "\n";
    for (const EventType& event : program.events) {
        out += "event " + spelled(event.name);
        out += event.wire_name == event.name ? "" : " from " + quoted(event.wire_name);
        out += event.builtin ? " builtin" : "";
        out += event.catalog ? " catalog" : "";
        out += " " + fields_text(event.fields) + "\n";
    }
    for (const Webhook& webhook : program.webhooks) {
        out += "webhook " + quoted(webhook.name) + " post " + quoted(webhook.url) + " secret " +
               quoted(webhook.secret) + " retry " + std::to_string(webhook.retry_times) + "\n";
    }
    for (const Aggregate& aggregate : program.aggregates) {
        out += "aggregate " + aggregate.identity + " newest " + std::to_string(aggregate.newest) +
               "\n";
    }
    for (const Segment& segment : program.segments) {
        out += "segment " + quoted(segment.name) + " when " +
               render_condition(program, segment.condition, {}) + "\n";
    }
    return out;
}

std::string transition_text(const Program& program, const Lifecycle& lifecycle,
                            const Transition& way) {
    std::string out = "  from ";
    out += way.from == kNone ? "any" : quoted(lifecycle.states[way.from].name);
    out += " to " + quoted(lifecycle.states[way.to].name);
    if (way.on.event != kNone) {
        out += " on " + render_pattern(program, way.on, nullptr);
    }
    if (way.when != kNone) {
        out += " when " + render_condition(program, way.when, {});
    }
    return out + (way.after ? " after " + to_text(*way.after) : "") + "\n";
}

std::string lifecycle_text(const Program& program, const Lifecycle& lifecycle) {
    std::string out = "lifecycle " + quoted(lifecycle.name);
    if (lifecycle.kind == Lifecycle::Kind::transitions) {
        out += " starts in " + quoted(lifecycle.states[lifecycle.starts_in].name);
    }
    out += lifecycle.kind == Lifecycle::Kind::segment ? " segment\n" : "\n";
    for (const State& state : lifecycle.states) {
        out += " state " + quoted(state.name) + (state.is_final ? " final" : "");
        if (state.enters != kNone) {
            out += " enters " + render_condition(program, state.enters, {});
        }
        if (state.leaves != kNone) {
            out += " leaves " + render_condition(program, state.leaves, {});
        }
        out += state.stays == Duration{} ? "\n" : " stays " + to_text(state.stays) + "\n";
    }
    for (const Transition& way : lifecycle.transitions) {
        out += transition_text(program, lifecycle, way);
    }
    return out;
}

/// Whom it gives what to, and what is measured of them.
std::string experiment_design(const Program& program, const Experiment& experiment) {
    std::string out = "experiment " + quoted(experiment.name);
    for (const auto& [name, share] : experiment.variants) {
        out += " " + quoted(name) + " " + percent(share);
    }
    out += " holdout " + percent(experiment.holdout_scaled);
    if (experiment.measure.event != kNone) {
        out += " measure " + render_pattern(program, experiment.measure, nullptr) + " within " +
               to_text(experiment.measure_within);
    }
    return out;
}

std::string experiment_text(const Program& program, const Experiment& experiment) {
    std::string out = experiment_design(program, experiment);
    out += experiment.winner_after > 0 ? " winner " + std::to_string(experiment.winner_after) : "";
    return out + (experiment.bandit ? " bandit\n" : "\n");
}

std::string quiet_text(const QuietHours& rule) {
    std::string out = " quiet " + std::string(rule.channel ? to_text(*rule.channel) : "all") + " " +
                      render_time(rule.from) + " to " + render_time(rule.to);
    out += rule.skip ? " skip" : "";
    return out + (rule.hold_up_to ? " hold up to " + to_text(*rule.hold_up_to) : "") + "\n";
}

std::string policy_text(const Program& program) {
    const Policy& policy = program.policy;
    std::string out = "policy " + quoted(policy.name) + " zone ";
    out += policy.time_zone_field == kNone
               ? quoted(policy.fallback_zone)
               : "customer." + program.customer_fields[policy.time_zone_field].name + " or " +
                     quoted(policy.fallback_zone);
    out += "\n";
    for (const Channel channel : {Channel::email, Channel::sms}) {
        const Index rule = policy.consent[static_cast<std::size_t>(channel)];
        out += " consent " + std::string(to_text(channel)) + " " +
               (rule == kNone ? "never" : render_condition(program, rule, {})) + "\n";
    }
    for (const QuietHours& rule : policy.quiet_hours) {
        out += quiet_text(rule);
    }
    for (const Cap& cap : policy.caps) {
        out += " cap " + std::to_string(cap.count) + " " +
               std::string(cap.channel ? to_text(*cap.channel) : "messages") + " per " +
               to_text(cap.per) + "\n";
    }
    out += " holdout " + percent(policy.holdout_scaled) + "\n transactional skips";
    out += policy.transactional_skips_caps ? " caps" : "";
    out += policy.transactional_skips_quiet_hours ? " quiet-hours" : "";
    out += policy.transactional_skips_holdout ? " holdout" : "";
    return out + "\n stale after " + to_text(policy.stale_after) + "\n";
}

std::string message_text(const Program& program, const Message& message) {
    std::string out = "message " + quoted(message.name);
    out += message.topic.empty() ? "" : " topic " + quoted(message.topic);
    out += message.transactional ? " transactional" : "";
    for (const MessageParam& param : message.params) {
        out += " uses " + param.name + ": ";
        out +=
            param.event == kNone ? to_text(param.type) : spelled(program.events[param.event].name);
        out += param.optional ? " optional" : "";
    }
    out += message.email ? " email" : "";
    return out + (message.sms ? " sms" : "") + "\n";
}

}  // namespace

std::string dump(const Program& program, const Flow& flow) {
    std::string out = header_text(program, flow) + watch_text(program, flow);
    for (std::size_t at = 0; at < flow.code.size(); ++at) {
        const Instruction& instruction = flow.code[at];
        const std::string number = std::to_string(at);
        out += std::string(number.size() < 3 ? 3 - number.size() : 0, ' ') + number + " ";
        out += std::visit(OpText{program, flow}, instruction.op);
        out += instruction.step == kNone ? "" : " @" + flow.steps[instruction.step].id;
        out += "\n";
    }
    return out;
}

std::string dump(const Program& program) {
    std::string out = schema_text(program);
    for (const Lifecycle& lifecycle : program.lifecycles) {
        out += lifecycle_text(program, lifecycle);
    }
    for (const Experiment& experiment : program.experiments) {
        out += experiment_text(program, experiment);
    }
    out += policy_text(program);
    for (const Message& message : program.messages) {
        out += message_text(program, message);
    }
    for (const Flow& flow : program.flows) {
        out += dump(program, flow);
    }
    return out;
}

std::string dump(const Program& program, const Experiment& experiment) {
    return experiment_design(program, experiment);
}

}  // namespace sluice::dsl
