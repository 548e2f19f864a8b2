#include "dsl/depends.hpp"

namespace sluice::dsl {
namespace {

class Collector {
public:
    Collector(const Program& program, Dependencies& out) : program_(program), out_(out) {}

    void visit(Index condition) {
        if (condition != kNone) {
            std::visit([this](const auto& node) { see(node); },
                       program_.conditions[condition].node);
        }
    }

private:
    void see(const CondAlways&) {}
    void see(const CondAll& node) { each(node.terms); }
    void see(const CondAny& node) { each(node.terms); }
    void see(const CondNot& node) { visit(node.term); }
    void see(const CondCompare& node) {
        operand(node.left);
        operand(node.right);
    }
    void see(const CondKnown& node) { operand(node.operand); }
    void see(const CondOneOf& node) {
        operand(node.operand);
        for (const Operand& value : node.values) {
            operand(value);
        }
    }
    void see(const CondContains& node) {
        operand(node.operand);
        operand(node.value);
    }
    void see(const CondInThe& node) {
        operand(node.operand);
        out_.time = true;
    }
    void see(const CondQuantity& node) {
        aggregate(node.aggregate);
        operand(node.key);
        window(node.window);
    }
    void see(const CondMessages& node) { aggregate(node.aggregate); }
    void see(const CondRecency& node) {
        aggregate(node.aggregate);
        operand(node.key);
        out_.time = true;
    }
    void see(const CondCanGet& node) {
        const Policy& policy = program_.policy;
        const Index address =
            node.channel == Channel::email ? policy.email_field : policy.phone_field;
        if (address != kNone) {
            out_.traits.insert(address);
        }
        out_.suppression = true;
        visit(policy.consent[static_cast<std::size_t>(node.channel)]);
    }
    void see(const CondInSegment& node) {
        if (segments_.insert(node.segment).second) {
            visit(program_.segments[node.segment].condition);
        }
    }
    void see(const CondInState& node) { out_.lifecycles.insert(node.lifecycle); }
    void see(const CondBeenIn& node) {
        out_.dwelling.insert(node.lifecycle);
        out_.time = true;
    }
    void see(const CondToday&) { out_.time = true; }
    void see(const CondTodayDate&) { out_.time = true; }
    void see(const CondNowBetween&) { out_.time = true; }

    void each(const std::vector<Index>& terms) {
        for (const Index term : terms) {
            visit(term);
        }
    }

    void operand(const Operand& operand) {
        switch (operand.kind) {
            case Operand::Kind::customer_field:
                out_.traits.insert(operand.field);
                break;
            case Operand::Kind::now:
            case Operand::Kind::today:
                out_.time = true;
                break;
            case Operand::Kind::measure:
                measure(program_.measures[operand.field]);
                break;
            case Operand::Kind::slot_field:
                out_.run = true;
                break;
            case Operand::Kind::event_field:
                out_.event_fields.insert(operand.field);
                break;
            case Operand::Kind::literal:
                break;
        }
    }

    void measure(const Measure& measure) {
        aggregate(measure.aggregate);
        operand(measure.key);
        window(measure.window);
        out_.time = out_.time || measure.function == Measure::Function::intent;
    }

    void window(const HistoryWindow& window) {
        out_.time = out_.time || window.kind == HistoryWindow::Kind::in_the_last;
        if (window.aggregate != kNone) {
            aggregate(window.aggregate);
        }
    }

    void aggregate(Index index) {
        if (index == kNone || !out_.aggregates.insert(index).second) {
            return;
        }
        const Aggregate& aggregate = program_.aggregates[index];
        if (aggregate.kind == Aggregate::Kind::messages) {
            for (const Index event : message_events(program_, aggregate.channel)) {
                out_.events.insert(event);
            }
            return;
        }
        out_.events.insert(aggregate.event);
        if (aggregate.then.event != kNone) {
            out_.events.insert(aggregate.then.event);
        }
        if (!aggregate.kept()) {
            this->aggregate(aggregate.source);
            this->aggregate(aggregate.then_source);
            visit(aggregate.filter);
            visit(aggregate.then.filter);
        }
        out_.time = out_.time || aggregate.kind == Aggregate::Kind::not_followed;
    }

    const Program& program_;
    Dependencies& out_;
    std::set<Index> segments_;
};

}  // namespace

void collect_dependencies(const Program& program, Index condition, Dependencies& out) {
    Collector(program, out).visit(condition);
}

std::vector<Index> message_events(const Program& program, std::optional<Channel> channel) {
    std::vector<Index> out;
    for (Index at = 0; at < program.events.size() && program.events[at].builtin; ++at) {
        const std::string& name = program.events[at].name;
        const bool email = name.starts_with("Email ");
        const bool sms = name.starts_with("Sms ");
        const bool wanted = channel ? (*channel == Channel::email ? email : sms) : email || sms;
        if (wanted) {
            out.push_back(at);
        }
    }
    return out;
}

}  // namespace sluice::dsl
