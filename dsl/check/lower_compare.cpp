#include "dsl/check/lower_cond.hpp"

#include <algorithm>

namespace sluice::dsl::check {
namespace {

/// Fields of built-in events that hold names of this project, and what those names are.
std::optional<Kind> names_in(const Compilation& c, const Typed& left, Index event) {
    if (left.operand.kind == Operand::Kind::slot_field || event == kNone ||
        !c.program.events[event].builtin) {
        return std::nullopt;
    }
    if (left.words == "message") {
        return Kind::message;
    }
    if (left.words == "flow") {
        return Kind::flow;
    }
    return left.words == "topic" ? std::optional(Kind::topic) : std::nullopt;
}

std::string_view unknown_code(Kind kind) {
    switch (kind) {
        case Kind::message:
            return "E202";
        case Kind::flow:
            return "E204";
        default:
            return "E211";
    }
}

bool check_name(Compilation& c, const ast::ValueExpr& value, Kind kind, bool elsewhere) {
    ast::Name name;
    name.span = value.span;
    if (const auto* written = std::get_if<ast::Name>(&value.node)) {
        name.text = written->text;
    } else if (const auto* literal = std::get_if<Value>(&value.node);
               literal != nullptr && literal->kind == Value::Kind::text) {
        name.text = literal->text;
    } else {
        return true;
    }
    const bool known = c.declared(kind, name.text) != nullptr;
    if (!known && elsewhere && !c.resembles(kind, name.text)) {
        return true;
    }
    c.find(kind, unknown_code(kind), name);
    return known;
}

struct CompareLowering {
    Compilation& c;
    const Span& span;
    const Typed& left;
    Scope& scope;

    std::optional<Operand> value(const ast::ValueExpr& expr) const {
        if (!check_names(c, left, scope.event, expr)) {
            return std::nullopt;
        }
        return operand_for(c, expr, left, scope);
    }

    void warn_unknown(bool inverted) const {
        const bool negative = inverted != scope.negated;
        if (!negative || !left.is_trait || !left.maybe_unknown ||
            scope.known.contains(left.words)) {
            return;
        }
        c.warning("W210", span,
                  "This also holds for customers whose `" + left.words + "` is not known:")
            .help =
            "If you mean only those with a value, write:  " + left.words + " is known and …";
    }

    bool wrong_type(std::string_view what, std::string_view advice) const {
        Diagnostic& diagnostic = c.error("E301", span,
                                         "`" + left.words + "` holds " + content_of(left.type) +
                                             ", and " + std::string(what) + ":");
        diagnostic.help = advice;
        return false;
    }

    bool check_order(ast::CompareOp op) const {
        const bool equality = op == ast::CompareOp::equal || op == ast::CompareOp::not_equal;
        if (family_of(left.type.kind) == Family::list) {
            return wrong_type("a list is never equal to one value",
                              "Ask what is in it:  " + left.words + " contains …");
        }
        if (!equality && !is_ordered(left.type.kind)) {
            return wrong_type("only numbers, money and dates can be larger or smaller",
                              "Compare with `is` or `is not`.");
        }
        return true;
    }

    Index operator()(const ast::CmpKnown& cmp) const {
        const Index known = add_condition(c, CondKnown{left.operand}, span);
        return cmp.known ? known : add_condition(c, CondNot{known}, span);
    }

    Index operator()(const ast::CmpValue& cmp) const {
        if (!check_order(cmp.op)) {
            return kNone;
        }
        const auto right = value(cmp.value);
        if (!right) {
            return kNone;
        }
        const bool inverted = cmp.op == ast::CompareOp::not_equal;
        warn_unknown(inverted);
        const auto op = inverted ? CompareOp::equal : static_cast<CompareOp>(cmp.op);
        const Index compare = add_condition(c, CondCompare{left.operand, op, *right}, span);
        return inverted ? add_condition(c, CondNot{compare}, span) : compare;
    }

    Index operator()(const ast::CmpOneOf& cmp) const {
        if (!check_order(ast::CompareOp::equal)) {
            return kNone;
        }
        CondOneOf out{left.operand, {}};
        bool complete = !cmp.values.empty();
        for (const ast::ValueExpr& expr : cmp.values) {
            const auto right = value(expr);
            complete = complete && right.has_value();
            out.values.push_back(right.value_or(Operand{}));
        }
        warn_unknown(false);
        return complete ? add_condition(c, std::move(out), span) : kNone;
    }

    Index operator()(const ast::CmpBeforeAfter& cmp) const {
        if (family_of(left.type.kind) != Family::date) {
            wrong_type("only dates are before or after something", "Use `>` and `<` for numbers.");
            return kNone;
        }
        const auto right = value(cmp.value);
        if (!right) {
            return kNone;
        }
        warn_unknown(false);
        const auto op = cmp.before ? CompareOp::less : CompareOp::greater;
        return add_condition(c, CondCompare{left.operand, op, *right}, span);
    }

    Index operator()(const ast::CmpInThe& cmp) const {
        if (family_of(left.type.kind) != Family::date) {
            wrong_type("only dates lie in the past or the future", "");
            return kNone;
        }
        if (is_zero(cmp.duration)) {
            c.error("E304", cmp.duration.span, "This length of time is zero:").help =
                "Write a length such as `7 days`.";
            return kNone;
        }
        warn_unknown(false);
        return add_condition(c, CondInThe{left.operand, cmp.next, lowered(cmp.duration)}, span);
    }

    Index operator()(const ast::CmpContains& cmp) const {
        const TypeKind kind = left.type.kind;
        if (kind != TypeKind::list && kind != TypeKind::text) {
            wrong_type("only text and lists contain something", "Compare with `is` instead.");
            return kNone;
        }
        Typed item = left;
        item.type = Type{TypeKind::text, {}};
        const auto part = operand_for(c, cmp.value, item, scope);
        if (!part) {
            return kNone;
        }
        warn_unknown(cmp.negated);
        const Index contains = add_condition(c, CondContains{left.operand, *part}, span);
        return cmp.negated ? add_condition(c, CondNot{contains}, span) : contains;
    }
};

}  // namespace

bool check_names(Compilation& c, const Typed& field, Index event, const ast::ValueExpr& value,
                 bool elsewhere) {
    const auto kind = names_in(c, field, event);
    return !kind || check_name(c, value, *kind, elsewhere);
}

Index lower_compare(Compilation& c, const ast::Cond& cond, const ast::CondCompare& node,
                    Scope& scope) {
    const auto left = resolve_path(c, node.path, scope);
    if (!left) {
        return kNone;
    }
    return lower_comparison(c, cond.span, *left, node.comparison, scope);
}

Index lower_comparison(Compilation& c, const Span& span, const Typed& left,
                       const ast::Comparison& comparison, Scope& scope) {
    return std::visit(CompareLowering{c, span, left, scope}, comparison);
}

}  // namespace sluice::dsl::check
