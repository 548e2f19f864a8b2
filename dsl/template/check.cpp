#include "dsl/template/checker.hpp"

#include <algorithm>

namespace sluice::dsl::tpl {

void Template::check(const std::vector<Shape>& roots, std::vector<Fault>& faults,
                     std::vector<Read>* reads) const {
    if (impl_ != nullptr && impl_->usable) {
        Checker(*impl_, &roots, &faults, reads).run();
    }
}

std::vector<std::string> Template::paths() const {
    if (impl_ == nullptr || !impl_->usable) {
        return {};
    }
    Checker checker(*impl_, nullptr, nullptr);
    checker.run();
    return {checker.paths().begin(), checker.paths().end()};
}

void Checker::walk(Index first, Index end) {
    for (Index at = first; at < end; at = impl_.nodes[at].next) {
        node(impl_.nodes[at], at);
    }
}

void Checker::node(const Node& node, Index at) {
    switch (node.op) {
        case Op::output:
            output(node);
            break;
        case Op::assign:
            assign(node.a, chain(node.b));
            break;
        case Op::capture: {
            walk(at + 1, node.next);
            Typed text;
            text.kind = Typed::Kind::text;
            assign(node.a, text);
            break;
        }
        case Op::branches:
            branches(node, at);
            break;
        case Op::choice:
            choice(node, at);
            break;
        case Op::loop:
        case Op::table_row:
            loop(node, at);
            break;
        case Op::cycle:
            cycle(impl_.cycles[node.a]);
            break;
        case Op::increment:
        case Op::decrement: {
            Typed number;
            number.kind = Typed::Kind::number;
            state_.locals.try_emplace(node.a, number);
            break;
        }
        case Op::changed:
            walk(at + 1, node.next);
            break;
        case Op::render:
            render(node);
            break;
        case Op::include:
            include(node);
            break;
        default:
            break;
    }
}

void Checker::output(const Node& node) {
    const Chain& source = impl_.chains[node.a];
    const Typed value = chain(node.a);
    if (value.optional) {
        missing_fallback(value, &source);
    } else if (value.kind == Typed::Kind::record && faults_ != nullptr) {
        const Shape* first = value.shape == nullptr || value.shape->fields.empty()
                                 ? nullptr
                                 : &value.shape->fields.front();
        fault(source.place, "E315",
              "`" + value.subject + "` is a group of fields and not one value.",
              first == nullptr
                  ? ""
                  : "Name a field, such as `" + value.subject + "." + first->name + "`.");
    }
}

void Checker::assign(Index symbol, Typed value) {
    const std::string name(impl_.symbols[symbol]);
    const std::string fields = name + ".";
    for (auto at = state_.present.begin(); at != state_.present.end();) {
        const bool stale = *at == name || at->substr(0, fields.size()) == fields;
        at = stale ? state_.present.erase(at) : std::next(at);
    }
    value.subject = name;
    state_.locals[symbol] = std::move(value);
}

Checker::State Checker::merged(const State& left, const State& right) {
    State result;
    for (const auto& [symbol, value] : left.locals) {
        const auto other = right.locals.find(symbol);
        Typed both = value;
        if (other == right.locals.end()) {
            both.optional = true;  // set on one way only
        } else {
            both.optional = value.optional || other->second.optional;
            const bool alike =
                value.kind == other->second.kind && value.shape == other->second.shape;
            both.kind = alike ? value.kind : Typed::Kind::any;
            both.shape = alike ? value.shape : nullptr;
        }
        result.locals.emplace(symbol, std::move(both));
    }
    for (const auto& [symbol, value] : right.locals) {
        const auto [at, added] = result.locals.try_emplace(symbol, value);
        at->second.optional = at->second.optional || added;
    }
    std::set_intersection(left.present.begin(), left.present.end(), right.present.begin(),
                          right.present.end(), std::inserter(result.present, result.present.end()));
    return result;
}

void Checker::branches(const Node& parent, Index at) {
    std::optional<State> after;
    bool has_else = false;
    for (Index child = at + 1; child < parent.next && !has_else; child = impl_.nodes[child].next) {
        const Node& branch = impl_.nodes[child];
        has_else = branch.a == kNone;
        Guards guards = has_else ? Guards{} : conditions(branch.a);
        if (branch.flag) {
            std::swap(guards.when_true, guards.when_false);
        }
        const State before = state_;
        state_.present.insert(guards.when_true.begin(), guards.when_true.end());
        walk(child + 1, branch.next);
        after = after ? merged(*after, state_) : state_;
        state_ = before;
        state_.present.insert(guards.when_false.begin(), guards.when_false.end());
    }
    // What a branch proved holds only inside it, unless every way proves it.
    state_ = has_else || !after ? after.value_or(state_) : merged(*after, state_);
}

Checker::Paths Checker::option_guard(const Node& parent, const Node& option) {
    const Typed subject = expression(parent.a);
    for (Index i = 0; i < option.b; ++i) {
        const Expr& value = impl_.exprs[impl_.args[option.a + i]];
        const bool certain = value.kind == Expr::Kind::literal && !value.value.is(Val::Kind::nil) &&
                             !value.value.is(Val::Kind::blank);
        if (!certain) {
            return {};
        }
    }
    return subject.subject.empty() || option.flag ? Paths{} : Paths{subject.subject};
}

void Checker::choice(const Node& parent, Index at) {
    expression(parent.a);
    std::optional<State> after;
    const State before = state_;
    bool has_else = false;
    for (Index child = at + 1; child < parent.next; child = impl_.nodes[child].next) {
        const Node& option = impl_.nodes[child];
        has_else = has_else || option.flag;
        for (Index i = 0; i < option.b; ++i) {
            expression(impl_.args[option.a + i]);
        }
        state_ = before;
        state_.present.merge(option_guard(parent, option));
        walk(child + 1, option.next);
        after = after ? merged(*after, state_) : state_;
    }
    state_ = before;
    state_ = !after ? state_ : (has_else ? *after : merged(*after, state_));
}

void Checker::loop(const Node& parent, Index at) {
    const LoopTag& tag = impl_.loops[parent.a];
    const Typed items = expression(tag.collection);
    const bool list = items.kind == Typed::Kind::any || items.kind == Typed::Kind::list ||
                      items.kind == Typed::Kind::range;
    if (!list) {
        const std::string name = items.subject.empty() ? "this value" : "`" + items.subject + "`";
        fault(impl_.exprs[tag.collection].place, "E315",
              "A loop needs a list, and " + name + " is none.");
    }
    for (const Index bound : {tag.limit, tag.offset, tag.columns}) {
        if (bound != kNone) {
            expression(bound);
        }
    }
    const State before = state_;
    Typed state;
    state.kind = Typed::Kind::loop;
    Typed item;
    item.kind = items.kind == Typed::Kind::range ? Typed::Kind::number : items.item;
    item.subject = impl_.symbols[tag.symbol];
    scoped_.emplace_back(parent.op == Op::loop ? kForloop : kTablerowloop, state);
    scoped_.emplace_back(tag.symbol, item);
    const Index body = at + 1;
    walk(body + 1, impl_.nodes[body].next);
    scoped_.resize(scoped_.size() - 2);
    const State after_body = state_;
    state_ = before;
    const Index otherwise = impl_.nodes[body].next;
    if (otherwise < parent.next) {
        walk(otherwise + 1, impl_.nodes[otherwise].next);
    }
    state_ = merged(after_body, state_);
}

void Checker::cycle(const CycleTag& tag) {
    if (tag.name != kNone) {
        expression(tag.name);
    }
    for (Index i = 0; i < tag.count; ++i) {
        const Typed value = expression(impl_.args[tag.first + i]);
        if (value.optional) {
            missing_fallback(value, nullptr);
        }
    }
}

// ---- snippets

void Checker::enter(const Unit& unit, std::string_view name, const Node& node) {
    const bool again = std::find(active_.begin(), active_.end(), name) != active_.end();
    if (again) {
        return;  // a snippet that names itself is checked once
    }
    const std::string_view base = base_;
    const std::optional<Place> outer = outer_place_;
    outer_place_ = outer ? outer : node.place;
    base_ = unit.text;
    active_.emplace_back(name);
    walk(unit.first, unit.end);
    active_.pop_back();
    base_ = base;
    outer_place_ = outer;
}

void Checker::render(const Node& node) {
    const PartialTag& tag = impl_.partials[node.a];
    State inner;
    for (Index i = 0; i < tag.args; ++i) {
        const NamedExpr& argument = impl_.named[tag.first_arg + i];
        Typed value = expression(argument.expr);
        value.subject = argument.name;
        inner.locals[argument.symbol] = value;
    }
    if (tag.bound != kNone) {
        Typed value = expression(tag.bound);
        if (tag.each) {
            Typed item;
            item.kind = value.kind == Typed::Kind::list ? value.item : Typed::Kind::any;
            value = item;
            Typed state;
            state.kind = Typed::Kind::loop;
            inner.locals[kForloop] = state;
        }
        value.subject = impl_.symbols[tag.symbol];
        inner.locals[tag.symbol] = value;
    }
    State outer = std::move(state_);
    std::vector<std::pair<Index, Typed>> scoped;
    scoped.swap(scoped_);
    const bool saw_roots = sees_roots_;
    state_ = std::move(inner);
    sees_roots_ = false;
    enter(impl_.snippets.find(tag.name)->second, tag.name, node);
    sees_roots_ = saw_roots;
    scoped_.swap(scoped);
    state_ = std::move(outer);
}

void Checker::include(const Node& node) {
    const PartialTag& tag = impl_.partials[node.a];
    const std::size_t depth = scoped_.size();
    for (Index i = 0; i < tag.args; ++i) {
        const NamedExpr& argument = impl_.named[tag.first_arg + i];
        Typed value = expression(argument.expr);
        value.subject = argument.name;
        scoped_.emplace_back(argument.symbol, value);
    }
    if (tag.bound != kNone) {
        const Typed value = expression(tag.bound);
        if (tag.symbol != kNone) {
            Typed item = value;
            item.kind = value.kind == Typed::Kind::list ? value.item : value.kind;
            item.subject = impl_.symbols[tag.symbol];
            scoped_.emplace_back(tag.symbol, item);
        }
    }
    if (tag.name_expr != kNone) {
        expression(tag.name_expr);  // which snippet is known only when rendering
    } else {
        enter(impl_.snippets.find(tag.name)->second, tag.name, node);
    }
    scoped_.resize(depth);
}

}  // namespace sluice::dsl::tpl
