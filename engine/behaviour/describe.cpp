#include "engine/behaviour/aggregates.hpp"
#include "engine/behaviour/evaluate.hpp"

#include <algorithm>
#include <type_traits>
#include <vector>

namespace sluice {
namespace {

using dsl::Operand;

/// Collects "name is value" for every datum a condition reads, each once.
class Witnesses {
public:
    explicit Witnesses(const Context& context) : context_(context) {}

    void visit(Index condition) {
        std::visit([this](const auto& node) { see(node); },
                   context_.program.conditions[condition].node);
    }
    [[nodiscard]] std::string text() const {
        std::string out;
        for (const std::string& one : seen_) {
            out += (out.empty() ? "" : ", ") + one;
        }
        return out;
    }

private:
    void see(const dsl::CondAlways&) {}
    void see(const dsl::CondAll& node) { each(node.terms); }
    void see(const dsl::CondAny& node) { each(node.terms); }
    void see(const dsl::CondNot& node) { visit(node.term); }
    void see(const dsl::CondCompare& node) {
        operand(node.left);
        operand(node.right);
    }
    void see(const dsl::CondKnown& node) { operand(node.operand); }
    void see(const dsl::CondOneOf& node) { operand(node.operand); }
    void see(const dsl::CondContains& node) { operand(node.operand); }
    void see(const dsl::CondInThe& node) { operand(node.operand); }
    void see(const dsl::CondQuantity& node) { history(node.aggregate, node.key); }
    void see(const dsl::CondMessages& node) { history(node.aggregate, {}); }
    void see(const dsl::CondInState& node) { standing(node.lifecycle); }
    void see(const dsl::CondBeenIn& node) { standing(node.lifecycle); }
    void see(const dsl::CondRecency& node) { history(node.aggregate, node.key); }
    void see(const dsl::CondCanGet& node) {
        const Index consent =
            context_.program.policy.consent[static_cast<std::size_t>(node.channel)];
        if (consent != kNone) {
            visit(consent);
        }
    }
    void see(const dsl::CondInSegment& node) {
        visit(context_.program.segments[node.segment].condition);
    }
    void see(const dsl::CondToday&) { local_time(); }
    void see(const dsl::CondTodayDate&) { local_time(); }
    void see(const dsl::CondNowBetween&) { local_time(); }

    void each(const std::vector<Index>& terms) {
        for (Index term : terms) {
            visit(term);
        }
    }
    void operand(const Operand& operand) {
        const dsl::Field* field = nullptr;
        std::string owner;
        if (operand.kind == Operand::Kind::measure) {
            measure(context_.program.measures[operand.field], operand);
            return;
        }
        if (operand.kind == Operand::Kind::customer_field) {
            field = &context_.program.customer_fields[operand.field];
            owner = "customer.";
        } else if (operand.kind == Operand::Kind::slot_field && context_.run != nullptr) {
            const dsl::Flow& flow = context_.program.flows[context_.run->flow];
            const dsl::Slot& slot = flow.slots[operand.slot];
            field = &context_.program.events[slot.event].fields[operand.field];
            owner = slot.name + ".";
        }
        if (field == nullptr) {
            return;
        }
        const Value value = evaluate(context_, operand);
        std::string shown = value.known() ? dsl::to_text(value) : "unknown";
        if (field->personal && value.known()) {
            shown = "known";
        }
        add(owner + field->name + " is " + shown);
    }
    void measure(const dsl::Measure& measure, const Operand& operand) {
        constexpr std::string_view kNames[] = {"total",  "average",      "highest",   "lowest",
                                               "count",  "different",    "first",     "last",
                                               "intent", "days between", "engagement"};
        const dsl::Aggregate& aggregate = context_.program.aggregates[measure.aggregate];
        std::string name(kNames[static_cast<std::size_t>(measure.function)]);
        if (aggregate.event != kNone) {
            const dsl::EventType& event = context_.program.events[aggregate.event];
            name += " of " + event.name;
            if (aggregate.value_field != kNone) {
                name += "." + event.fields[aggregate.value_field].name;
            }
        }
        const bool personal =
            aggregate.value_field != kNone &&
            context_.program.events[aggregate.event].fields[aggregate.value_field].personal;
        const Value value = evaluate(context_, operand);
        std::string shown = personal ? "known" : dsl::to_text(value);
        add(name + " is " + (value.known() ? shown : std::string("unknown")));
    }
    void standing(Index lifecycle) {
        const dsl::Lifecycle& made = context_.program.lifecycles[lifecycle];
        const auto& standings = context_.layout.standings;
        if (lifecycle >= standings.size() || standings[lifecycle].state == kNone) {
            add(made.name + " is not known yet");
            return;
        }
        const std::string& state = made.states[standings[lifecycle].state].name;
        add("in " + (state.empty() ? "no part of " + made.name : state) + " since " +
            format_rfc3339(standings[lifecycle].since));
    }
    void history(Index aggregate, const Operand& key) {
        if (context_.program.aggregates[aggregate].event == kNone) {
            messages(aggregate);
            return;
        }
        const dsl::Aggregate& asked = context_.program.aggregates[aggregate];
        const Value wanted = evaluate(context_, key);
        const std::string& event = context_.program.events[asked.event].name;
        if (!asked.kept()) {
            remembered(make_memory(context_, asked, wanted), event, " that fits");
            return;
        }
        const Memory* memory = memory_of(context_.layout, context_.program, aggregate, wanted);
        remembered(memory == nullptr ? Memory{} : *memory, event, "");
    }
    void remembered(const Memory& memory, const std::string& event, std::string_view which) {
        const std::string what = event + std::string(which) + " so far";
        if (memory.newest.empty()) {
            add("no " + what);
            return;
        }
        add(std::to_string(memory.total) + " " + what + ", last at " +
            format_rfc3339(memory.newest.back().at));
    }
    void messages(Index aggregate) {
        const Memory* memory = memory_of(context_.layout, context_.program, aggregate, Value{});
        add(memory == nullptr ? "no messages so far"
                              : std::to_string(memory->newest.size()) + " messages remembered");
    }
    void local_time() {
        const LocalTime local = to_local(context_.now, context_.zone);
        static constexpr const char* kDays[] = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                                "Friday", "Saturday", "Sunday"};
        add("local time is " + std::string(kDays[local.weekday()]) + " " +
            dsl::format_date(local.days) + " " + dsl::to_text(Value::of_time(local.seconds / 60)));
    }
    void add(std::string text) {
        if (std::find(seen_.begin(), seen_.end(), text) == seen_.end()) {
            seen_.push_back(std::move(text));
        }
    }

    const Context& context_;
    std::vector<std::string> seen_;
};

}  // namespace

std::string describe(const Context& context, Index condition) {
    Witnesses witnesses(context);
    witnesses.visit(condition);
    const std::string values = witnesses.text();
    const std::string& words = context.program.conditions[condition].text;
    return values.empty() ? words : words + " (" + values + ")";
}

}  // namespace sluice
