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
    void history(Index aggregate, const Operand& key) {
        const Memory* memory =
            memory_of(context_.layout, context_.program, aggregate, evaluate(context_, key));
        const std::string& event =
            context_.program.events[context_.program.aggregates[aggregate].event].name;
        if (memory == nullptr || memory->newest.empty()) {
            add("no " + event + " so far");
            return;
        }
        add(std::to_string(memory->total) + " " + event + " so far, last at " +
            format_rfc3339(memory->newest.back().at));
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
