#include "dsl/check/render.hpp"

#include "dsl/check/context.hpp"

#include <array>

namespace sluice::dsl::check {
namespace {

std::string_view symbol(CompareOp op) {
    switch (op) {
        case CompareOp::equal:
            return "is";
        case CompareOp::not_equal:
            return "is not";
        case CompareOp::greater:
            return ">";
        case CompareOp::greater_equal:
            return ">=";
        case CompareOp::less:
            return "<";
        case CompareOp::less_equal:
            return "<=";
    }
    return {};
}

struct ConditionRenderer {
    const Program& program;
    RenderPlace place;

    std::string operand(const Operand& value) const {
        return render_operand(program, value, place);
    }

    std::string joined(const std::vector<Index>& terms, std::string_view word) const {
        std::string out = "(";
        for (std::size_t at = 0; at < terms.size(); ++at) {
            out += at == 0 ? "" : " " + std::string(word) + " ";
            out += render_condition(program, terms[at], place);
        }
        return out + ")";
    }

    std::string aggregate(Index index, const Operand& key) const {
        if (index == kNone) {
            return "?";
        }
        const Aggregate& aggregate = program.aggregates[index];
        return aggregate.identity + (aggregate.key_field == kNone ? "" : "(" + operand(key) + ")");
    }

    std::string operator()(const CondAlways& node) const { return node.value ? "always" : "never"; }
    std::string operator()(const CondAll& node) const { return joined(node.terms, "and"); }
    std::string operator()(const CondAny& node) const { return joined(node.terms, "or"); }
    std::string operator()(const CondNot& node) const {
        return "not " + render_condition(program, node.term, place);
    }
    std::string operator()(const CondCompare& node) const {
        return operand(node.left) + " " + std::string(symbol(node.op)) + " " + operand(node.right);
    }
    std::string operator()(const CondKnown& node) const {
        return operand(node.operand) + " is known";
    }
    std::string operator()(const CondOneOf& node) const {
        std::vector<std::string> values;
        for (const Operand& value : node.values) {
            values.push_back(operand(value));
        }
        return operand(node.operand) + " is one of [" + listed(values, "or") + "]";
    }
    std::string operator()(const CondContains& node) const {
        return operand(node.operand) + " contains " + operand(node.value);
    }
    std::string operator()(const CondInThe& node) const {
        return operand(node.operand) + " is in the " + (node.next ? "next " : "last ") +
               to_text(node.duration);
    }
    static std::string range(std::int64_t min, std::int64_t max) {
        return std::to_string(min) + ".." + (max < 0 ? std::string("*") : std::to_string(max));
    }
    std::string operator()(const CondQuantity& node) const {
        return "count of " + aggregate(node.aggregate, node.key) + " in " +
               range(node.min, node.max) + render_window(program, node.window);
    }
    std::string operator()(const CondMessages& node) const {
        constexpr std::array<std::string_view, 5> kOutcomes = {"opened", "clicked", "delivered",
                                                               "bounced", "ignored"};
        return aggregate(node.aggregate, {}) + " last " + std::to_string(node.last) + " " +
               std::string(kOutcomes[static_cast<std::size_t>(node.outcome)]) + " in " +
               range(node.min, node.max);
    }
    std::string operator()(const CondRecency& node) const {
        std::string out =
            (node.first ? "first " : "last ") + aggregate(node.aggregate, node.key) + " was ";
        switch (node.op) {
            case CondRecency::Op::more_than:
                return out + "more than " + to_text(node.low) + " ago";
            case CondRecency::Op::less_than:
                return out + "less than " + to_text(node.low) + " ago";
            case CondRecency::Op::between:
                return out + "between " + to_text(node.low) + " and " + to_text(node.high) + " ago";
        }
        return out;
    }
    std::string operator()(const CondCanGet& node) const {
        return "customer can get " + std::string(to_text(node.channel));
    }
    std::string operator()(const CondInSegment& node) const {
        return "customer is in " + (node.segment == kNone
                                        ? std::string("?")
                                        : quoted(program.segments[node.segment].name));
    }
    std::string state(Index lifecycle, Index at) const {
        const Lifecycle& made = program.lifecycles[lifecycle];
        return quoted(made.name) + "/" + quoted(made.states[at].name);
    }
    std::string operator()(const CondInState& node) const {
        return "customer is in " + state(node.lifecycle, node.state);
    }
    std::string operator()(const CondBeenIn& node) const {
        return "customer has been in " + state(node.lifecycle, node.state) + " for " +
               (node.more ? "more" : "less") + " than " + to_text(node.duration);
    }
    std::string operator()(const CondToday& node) const {
        return "today is " + render_weekdays(node.weekdays);
    }
    std::string operator()(const CondTodayDate& node) const {
        return std::string("today is ") + (node.before ? "before " : "after ") +
               format_date(node.date);
    }
    std::string operator()(const CondNowBetween& node) const {
        return "now is between " + render_time(node.from) + " and " + render_time(node.to);
    }
};

}  // namespace

std::string render_literal(const Value& value) {
    if (value.kind == Value::Kind::text) {
        return quoted(value.text);
    }
    if (value.kind == Value::Kind::list) {
        std::string out = "[";
        for (const std::string& item : value.items) {
            out += (out.size() == 1 ? "" : ", ") + quoted(item);
        }
        return out + "]";
    }
    return value.known() ? to_text(value) : "unknown";
}

std::string render_window(const Program& program, const HistoryWindow& window) {
    switch (window.kind) {
        case HistoryWindow::Kind::ever:
            return {};
        case HistoryWindow::Kind::in_the_last:
            return " in the last " + to_text(window.duration);
        case HistoryWindow::Kind::since_entry:
            return " since entry";
        case HistoryWindow::Kind::since_date:
            return " since " + format_date(window.date);
        case HistoryWindow::Kind::before_entry:
            return " before entry";
        case HistoryWindow::Kind::since_last:
            return " since the last " + program.aggregates[window.aggregate].identity;
    }
    return {};
}

std::string render_measure(const Program& program, const Measure& measure, RenderPlace place) {
    constexpr std::array<std::string_view, 11> kFunctions = {
        "total", "average",    "highest", "lowest",       "count",     "different",
        "first", "last value", "intent",  "days between", "engagement"};
    const Aggregate& aggregate = program.aggregates[measure.aggregate];
    std::string out = std::string(kFunctions[static_cast<std::size_t>(measure.function)]) + " of " +
                      aggregate.identity;
    if (aggregate.key_field != kNone) {
        out += "(" + render_operand(program, measure.key, place) + ")";
    }
    if (measure.last > 0) {
        out += " last " + std::to_string(measure.last);
    }
    return "[" + out + render_window(program, measure.window) + "]";
}

std::string render_change(const Program& program, const StateChange& change) {
    const Lifecycle& lifecycle = program.lifecycles[change.lifecycle];
    const auto name = [&](Index state) {
        return state == kNone ? std::string("any") : quoted(lifecycle.states[state].name);
    };
    return quoted(lifecycle.name) + " " + name(change.from) + " -> " + name(change.to);
}

std::string render_operand(const Program& program, const Operand& operand, RenderPlace place) {
    switch (operand.kind) {
        case Operand::Kind::literal:
            return render_literal(operand.value);
        case Operand::Kind::now:
            return "now";
        case Operand::Kind::today:
            return "today";
        case Operand::Kind::measure:
            return render_measure(program, program.measures[operand.field], place);
        case Operand::Kind::customer_field:
            return "customer." + program.customer_fields[operand.field].name;
        case Operand::Kind::event_field:
            return program.events[place.event].fields[operand.field].name;
        case Operand::Kind::slot_field: {
            const Slot& slot = place.flow->slots[operand.slot];
            return "$" + std::to_string(operand.slot) + "." +
                   program.events[slot.event].fields[operand.field].name;
        }
    }
    return {};
}

std::string render_condition(const Program& program, Index condition, RenderPlace place) {
    if (condition == kNone) {
        return "always";
    }
    return std::visit(ConditionRenderer{program, place}, program.conditions[condition].node);
}

std::string render_pattern(const Program& program, const EventPattern& pattern, const Flow* flow) {
    if (pattern.event == kNone) {
        return "?";
    }
    std::string out = spelled(program.events[pattern.event].name);
    if (pattern.filter != kNone) {
        out += "[" + render_condition(program, pattern.filter, {flow, pattern.event}) + "]";
    }
    return out;
}

std::string render_time(std::int32_t minutes) {
    return to_text(Value::of_time(minutes));
}

std::string render_weekdays(std::uint8_t weekdays) {
    constexpr std::array<std::string_view, 7> kDays = {"Mon", "Tue", "Wed", "Thu",
                                                       "Fri", "Sat", "Sun"};
    std::string out;
    for (std::size_t day = 0; day < kDays.size(); ++day) {
        if ((weekdays & (1U << day)) != 0) {
            out += (out.empty() ? "" : "+") + std::string(kDays[day]);
        }
    }
    return out;
}

}  // namespace sluice::dsl::check
