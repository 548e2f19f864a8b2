#include "dsl/template/number.hpp"
#include "dsl/template/renderer.hpp"

namespace sluice::dsl::tpl {

Val Renderer::evaluate(Index index) {
    if (index == kNone) {
        return Val::nil();
    }
    const Expr& expr = impl_.exprs[index];
    switch (expr.kind) {
        case Expr::Kind::literal:
            return expr.value;
        case Expr::Kind::path:
            return path(expr);
        case Expr::Kind::range:
            return range(expr);
    }
    return Val::nil();
}

Val Renderer::base_of(Slot& slot, Index symbol) {
    if (!slot.base_known) {
        const Data* found =
            scope_->root == nullptr ? nullptr : scope_->root->find(impl_.symbols[symbol]);
        slot.base = found == nullptr ? Val::absent() : Val::of(*found);
        slot.base_known = true;
    }
    return slot.base;
}

Val Renderer::variable(Index symbol) {
    Slot& slot = scope_->slots[symbol];
    if (slot.has_scoped) {
        return slot.scoped;
    }
    return slot.has_assigned ? slot.assigned : base_of(slot, symbol);
}

Val Renderer::named(std::string_view name) {
    const Index symbol = impl_.known_symbol(name);
    if (symbol != kNone) {
        return variable(symbol);
    }
    const Data* found = scope_->root == nullptr ? nullptr : scope_->root->find(name);
    return found == nullptr ? Val::absent() : Val::of(*found);
}

Val Renderer::path(const Expr& expr) {
    Val value =
        expr.symbol != kNone ? variable(expr.symbol) : named(text_of(env_, evaluate(expr.other)));
    for (Index i = 0; i < expr.count; ++i) {
        const Step& step = impl_.steps[expr.first + i];
        if (step.expr != kNone) {
            value = element(env_, value, evaluate(step.expr));
        } else if (step.quoted) {
            value = element(env_, value, Val::of(step.key));
        } else {
            value = member(env_, value, step.key);
        }
    }
    return value;
}

Val Renderer::range(const Expr& expr) {
    const Val first = evaluate(expr.first);
    const Val last = evaluate(expr.other);
    Val result = Val::range(loose_integer(first), loose_integer(last));
    result.missing = first.missing || last.missing;
    return result;
}

Val Renderer::chain(Index index) {
    const Chain& chain = impl_.chains[index];
    Val value = evaluate(chain.expr);
    for (Index i = 0; i < chain.filters && !env_.failed(); ++i) {
        value = apply(impl_.filters[chain.first_filter + i], value);
    }
    if (env_.arena.exhausted()) {
        env_.fail("the template uses too much memory");
    }
    return value;
}

Val Renderer::apply(const FilterCall& call, const Val& input) {
    constexpr std::size_t kArgsMax = 2;
    Val values[kArgsMax];
    bool missing = input.missing;
    for (Index i = 0; i < call.args; ++i) {
        values[i] = evaluate(impl_.args[call.first_arg + i]);
        missing = missing || values[i].missing;
    }
    FilterArgs args{values, call.args, false};
    if (call.allow_false != kNone) {
        args.allow_false = evaluate(call.allow_false).truthy();
    }
    Val result = call.spec->apply(env_, input, args);
    // A missing value stays missing through every filter but `default`, so that `plus: 1` on an
    // unknown number is not sent as 1.
    result.missing = is_default(*call.spec) ? result.missing : missing;
    if (env_.failed()) {
        env_.error = "filter `" + std::string(call.spec->name) + "`: " + env_.error;
    }
    return result;
}

bool Renderer::holds(Index index) {
    // Right to left grouping: `a and b or c` stops at a false `a`, `a or b and c` at a true `a`.
    while (true) {
        const Condition& condition = impl_.conditions[index];
        const bool result = compare_values(condition);
        const bool decided =
            condition.relation == Relation::end || (condition.relation == Relation::all) != result;
        if (decided || env_.failed()) {
            return result;
        }
        ++index;
    }
}

bool Renderer::compare_values(const Condition& condition) {
    const Val left = evaluate(condition.left);
    if (condition.comparison == Comparison::truth) {
        return left.truthy();
    }
    const Val right = evaluate(condition.right);
    if (condition.comparison == Comparison::same || condition.comparison == Comparison::differs) {
        return equal(left, right) == (condition.comparison == Comparison::same);
    }
    if (condition.comparison == Comparison::contains) {
        return contains(env_, left, right);
    }
    const bool texts = left.is(Val::Kind::text) && right.is(Val::Kind::text);
    const bool numbers = left.is_number() && right.is_number();
    if (!texts && !numbers) {
        const bool mixed = (left.is(Val::Kind::text) && right.is_number()) ||
                           (left.is_number() && right.is(Val::Kind::text));
        if (mixed) {
            env_.fail("a text cannot be compared with a number");
        }
        return false;
    }
    const Order order = compare(left, right);
    switch (condition.comparison) {
        case Comparison::less:
            return order == Order::less;
        case Comparison::more:
            return order == Order::more;
        case Comparison::at_most:
            return order == Order::less || order == Order::same;
        case Comparison::at_least:
            return order == Order::more || order == Order::same;
        default:
            return false;
    }
}

}  // namespace sluice::dsl::tpl
