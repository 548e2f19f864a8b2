// Leaves over what is known about the customer: fields, measures, states, the clock.
#include "dsl/check/worlds.hpp"

#include <algorithm>

namespace sluice::dsl::check {
namespace {

/// What can be true of two operands: one bit each.
constexpr unsigned kLess = 1;
constexpr unsigned kEqual = 2;
constexpr unsigned kGreater = 4;
constexpr unsigned kUnknown = 8;

unsigned bits_of(CompareOp op) {
    switch (op) {
        case CompareOp::equal:
            return kEqual;
        case CompareOp::not_equal:
            return kLess | kGreater;
        case CompareOp::greater:
            return kGreater;
        case CompareOp::greater_equal:
            return kGreater | kEqual;
        case CompareOp::less:
            return kLess;
        case CompareOp::less_equal:
            return kLess | kEqual;
    }
    return 0;
}

/// The same comparison with its sides exchanged.
CompareOp mirrored(CompareOp op) {
    switch (op) {
        case CompareOp::greater:
            return CompareOp::less;
        case CompareOp::greater_equal:
            return CompareOp::less_equal;
        case CompareOp::less:
            return CompareOp::greater;
        case CompareOp::less_equal:
            return CompareOp::greater_equal;
        default:
            return op;
    }
}

std::string numbered(char what, Index index) {
    return what + std::to_string(index);
}

bool is_literal(const Operand& operand) {
    return operand.kind == Operand::Kind::literal;
}

/// Texts and numbers are understood; lists are equal or not, which is left alone.
bool understood(const Value& value) {
    return value.known() && value.kind != Value::Kind::list;
}

std::string literal_key(const Value& value) {
    return std::to_string(static_cast<int>(value.kind)) + ":" + to_text(value);
}

}  // namespace

bool Worlds::admits(const Fact& fact, std::vector<Fact>& more) {
    fact_ = fact;
    more_ = &more;
    return std::visit([this](const auto& node) { return see(node); },
                      program_->conditions[fact.condition].node);
}

// ---- operands

std::string Worlds::key_of(const Operand& operand) const {
    switch (operand.kind) {
        case Operand::Kind::literal:
            return "=" + literal_key(operand.value);
        case Operand::Kind::customer_field:
            return numbered('c', operand.field);
        case Operand::Kind::slot_field:
            return operand.slot == fact_.candidate_slot
                       ? numbered('e', operand.field)
                       : numbered('s', operand.slot) + numbered('.', operand.field);
        case Operand::Kind::event_field:
            return numbered('e', operand.field);
        case Operand::Kind::now:
            return "now";
        case Operand::Kind::today:
            return "today";
        case Operand::Kind::measure:
            return key_of(program_->measures[operand.field]);
    }
    return {};
}

std::string Worlds::key_of(const Measure& measure) const {
    const HistoryWindow& window = measure.window;
    return "m" + std::to_string(static_cast<int>(measure.function)) + "/" +
           key_of_memory(measure.aggregate, measure.key) + "/" +
           std::to_string(static_cast<int>(window.kind)) + "/" + to_text(window.duration) + "/" +
           std::to_string(window.date) + "/" + std::to_string(window.aggregate) + "/" +
           std::to_string(measure.last);
}

std::string Worlds::key_of_memory(Index aggregate, const Operand& key) const {
    const bool keyed = aggregate != kNone && program_->aggregates[aggregate].key_field != kNone;
    return std::to_string(aggregate) + (keyed ? "{" + key_of(key) + "}" : "");
}

const Field* Worlds::field_of(const Operand& operand) const {
    if (operand.kind == Operand::Kind::customer_field) {
        return &program_->customer_fields[operand.field];
    }
    return nullptr;
}

/// A default makes a field of the customer always known; the choices of a `one of` are all there
/// is.
void Worlds::restrict_field(OperandDomain& domain, const Field& field, bool has_default) const {
    domain.may_be_unknown = !has_default;
    if (field.type.kind == TypeKind::one_of && domain.is_of(Value::Kind::text)) {
        domain.texts = Texts::only({field.type.options.begin(), field.type.options.end()});
    }
    if (field.type.kind == TypeKind::yes_no && domain.is_of(Value::Kind::yes_no)) {
        domain.numbers = Numbers::between(0, 1);
    }
}

OperandDomain& Worlds::domain_of(const Operand& operand) {
    const auto [place, fresh] = operands_.try_emplace(key_of(operand));
    OperandDomain& domain = place->second;
    if (!fresh) {
        return domain;
    }
    if (const Field* field = field_of(operand)) {
        restrict_field(domain, *field, field->default_value.known());
    }
    if (operand.kind == Operand::Kind::measure) {
        using Function = Measure::Function;
        const Function function = program_->measures[operand.field].function;
        const bool counts = function == Function::count || function == Function::different ||
                            function == Function::intent;
        const bool positive = counts || function == Function::days_between;
        domain.may_be_unknown = !counts && function != Function::total;
        if (positive && domain.is_of(Value::Kind::number)) {
            domain.numbers = Numbers::where(CompareOp::greater_equal, 0);
        }
        if (function == Function::engagement && domain.is_of(Value::Kind::number)) {
            domain.numbers = Numbers::between(0, kDecimalScale);
        }
    }
    if (operand.kind == Operand::Kind::now || operand.kind == Operand::Kind::today) {
        domain.may_be_unknown = false;
    }
    return domain;
}

bool Worlds::known(const Operand& operand) {
    if (is_literal(operand)) {
        return true;
    }
    OperandDomain& domain = domain_of(operand);
    domain.may_be_unknown = false;
    return !domain.contradicts();
}

bool Worlds::opaque(const std::string& key) {
    return opaque_.try_emplace(key, fact_.holds).first->second == fact_.holds;
}

bool Worlds::compare_values(const Operand& operand, CompareOp op, const Value& value) {
    OperandDomain& domain = domain_of(operand);
    if (fact_.holds) {
        domain.may_be_unknown = false;
    }
    // A moment is compared with a date by a rule of its own.
    const bool same_kind = operand.kind != Operand::Kind::now && domain.is_of(value.kind);
    if (!same_kind) {
        domain.mixed = true;
        return !domain.contradicts();
    }
    if (value.kind == Value::Kind::text) {
        const bool equal = (op == CompareOp::equal) == fact_.holds;
        if (op != CompareOp::equal && op != CompareOp::not_equal) {
            return !domain.contradicts();
        }
        if (equal) {
            domain.texts.keep({value.text});
        } else {
            domain.texts.remove({value.text});
        }
        return !domain.contradicts();
    }
    const Numbers wanted = Numbers::where(op, value.number);
    domain.numbers.intersect(fact_.holds ? wanted : wanted.complement());
    return !domain.contradicts();
}

bool Worlds::compare_operands(const CondCompare& node) {
    const std::string left = key_of(node.left);
    const std::string right = key_of(node.right);
    if (left == right) {
        return true;
    }
    if (fact_.holds && (!known(node.left) || !known(node.right))) {
        return false;
    }
    const bool in_order = left < right;
    const std::string key = in_order ? left + "?" + right : right + "?" + left;
    const unsigned wanted = bits_of(in_order ? node.op : mirrored(node.op));
    unsigned& can_be =
        relations_.try_emplace(key, kLess | kEqual | kGreater | kUnknown).first->second;
    can_be &= fact_.holds ? wanted : ~wanted;
    return can_be != 0;
}

bool Worlds::see(const CondAlways& node) {
    return node.value == fact_.holds;
}

bool Worlds::see(const CondCompare& node) {
    if (is_literal(node.right) && !is_literal(node.left) && understood(node.right.value)) {
        return compare_values(node.left, node.op, node.right.value);
    }
    if (is_literal(node.left) && !is_literal(node.right) && understood(node.left.value)) {
        return compare_values(node.right, mirrored(node.op), node.left.value);
    }
    return compare_operands(node);
}

bool Worlds::see(const CondKnown& node) {
    if (is_literal(node.operand)) {
        return true;
    }
    OperandDomain& domain = domain_of(node.operand);
    (fact_.holds ? domain.may_be_unknown : domain.may_be_known) = false;
    return !(domain.contradicts() || (!domain.may_be_known && !domain.may_be_unknown));
}

bool Worlds::see(const CondOneOf& node) {
    Numbers numbers;
    std::set<std::string> texts;
    for (const Operand& value : node.values) {
        if (!is_literal(value) || !understood(value.value)) {
            return fact_.holds ? known(node.operand) : true;
        }
        texts.insert(value.value.text);
        numbers.unite(Numbers::between(value.value.number, value.value.number));
    }
    if (node.values.empty() || is_literal(node.operand)) {
        return true;
    }
    OperandDomain& domain = domain_of(node.operand);
    if (fact_.holds) {
        domain.may_be_unknown = false;
    }
    const Value::Kind kind = node.values.front().value.kind;
    if (!domain.is_of(kind)) {
        return !domain.contradicts();
    }
    if (kind != Value::Kind::text) {
        domain.numbers.intersect(fact_.holds ? numbers : numbers.complement());
    } else if (fact_.holds) {
        domain.texts.keep(texts);
    } else {
        domain.texts.remove(texts);
    }
    return !domain.contradicts();
}

bool Worlds::see(const CondContains& node) {
    const bool consistent = opaque("has " + key_of(node.operand) + " " + key_of(node.value));
    return consistent && (!fact_.holds || known(node.operand));
}

bool Worlds::see(const CondInThe& node) {
    const std::string key = key_of(node.operand);
    if (!fact_.holds) {
        Ages& ages = ages_[(node.next ? "next " : "last ") + key];
        ages.not_less.push_back(node.duration);
        return !ages.contradict();
    }
    Ages& ages = ages_[(node.next ? "next " : "last ") + key];
    ages.less.push_back(node.duration);
    const auto other = ages_.find((node.next ? "last " : "next ") + key);
    const bool both = other != ages_.end() && !other->second.less.empty();
    return !both && !ages.contradict() && known(node.operand);
}

// ---- reachability, states, the clock

bool Worlds::see(const CondCanGet& node) {
    if (fact_.holds) {
        const Index consent = program_->policy.consent[static_cast<std::size_t>(node.channel)];
        if (consent != kNone) {
            more_->push_back({consent, true, kNone});
        }
    }
    return opaque("can get " + std::string(to_text(node.channel)));
}

bool Worlds::in_state(Index lifecycle, Index state, bool inside) {
    if (!inside) {
        not_in_.emplace(lifecycle, state);
    } else if (states_.try_emplace(lifecycle, state).first->second != state) {
        return false;
    }
    const auto here = states_.find(lifecycle);
    return here == states_.end() || !not_in_.contains({here->first, here->second});
}

bool Worlds::see(const CondInState& node) {
    return in_state(node.lifecycle, node.state, fact_.holds);
}

bool Worlds::see(const CondBeenIn& node) {
    const std::string key =
        "in " + std::to_string(node.lifecycle) + "/" + std::to_string(node.state);
    if (!fact_.holds) {
        return opaque(key + (node.more ? " more " : " less ") + to_text(node.duration));
    }
    Ages& ages = ages_[key];
    (node.more ? ages.more : ages.less).push_back(node.duration);
    return !ages.contradict() && in_state(node.lifecycle, node.state, true) &&
           opaque(key + (node.more ? " more " : " less ") + to_text(node.duration));
}

bool Worlds::see(const CondToday& node) {
    const auto mask = static_cast<std::uint8_t>(fact_.holds ? node.weekdays : ~node.weekdays);
    weekdays_ &= mask;
    return weekdays_ != 0;
}

bool Worlds::see(const CondTodayDate& node) {
    Operand today;
    today.kind = Operand::Kind::today;
    return compare_values(today, node.before ? CompareOp::less : CompareOp::greater,
                          Value::of_date(node.date));
}

bool Worlds::see(const CondNowBetween& node) {
    Numbers inside = Numbers::between(node.from, node.to - 1);
    if (node.from >= node.to) {
        inside = Numbers::between(node.from, 1439);
        inside.unite(Numbers::between(0, node.to - 1));
    }
    minutes_.intersect(fact_.holds ? inside : inside.complement());
    return !minutes_.empty();
}

}  // namespace sluice::dsl::check
