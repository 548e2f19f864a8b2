#include "dsl/template/number.hpp"
#include "dsl/template/renderer.hpp"

#include <algorithm>
#include <limits>
#include <optional>

namespace sluice::dsl::tpl {

bool Renderer::round() {
    if (++rounds_ > options_.iterations_max) {
        env_.fail("loops run more than " + std::to_string(options_.iterations_max) + " times");
    }
    return !env_.failed();
}

bool Renderer::bound_of(Index expr, std::string_view what, std::int64_t& value) {
    const Val given = evaluate(expr);
    if (given.is(Val::Kind::nil)) {
        return true;
    }
    const auto number = strict_integer(given);
    if (!number) {
        env_.fail("the " + std::string(what) + " of a loop must be a whole number");
        return false;
    }
    value = *number;
    return true;
}

bool Renderer::segment_of(const LoopTag& tag, Segment& segment) {
    constexpr std::int64_t kNoLimit = std::numeric_limits<std::int64_t>::max();
    std::int64_t offset = 0;
    std::int64_t limit = kNoLimit;
    std::int64_t* continued = nullptr;
    segment.items = evaluate(tag.collection);
    segment.reversed = tag.reversed;
    if (tag.columns == kNone) {
        continued = &counter(scope_->offsets, tag.name);
    }
    if (tag.continues && continued != nullptr) {
        offset = *continued;
    } else if (!bound_of(tag.offset, "offset", offset)) {
        return false;
    }
    if (!bound_of(tag.limit, "limit", limit)) {
        return false;
    }
    if (segment.items.is(Val::Kind::text)) {
        segment.single = true;
        segment.count = segment.items.extent > 0 ? 1 : 0;
    } else {
        std::size_t size = segment.items.count();
        if (segment.items.is(Val::Kind::object)) {
            size = segment.items.as.object->keys.size();
        }
        const auto total = static_cast<std::int64_t>(
            std::min<std::size_t>(size, static_cast<std::size_t>(kNoLimit)));
        // A negative offset moves the end of a limited loop but not its start, as in Ruby.
        const std::int64_t end =
            limit == kNoLimit || offset > kNoLimit - std::max<std::int64_t>(limit, 0)
                ? total
                : std::min(total, offset + limit);
        segment.first = std::max<std::int64_t>(offset, 0);
        segment.count = std::max<std::int64_t>(end - segment.first, 0);
    }
    if (continued != nullptr) {
        *continued = offset + segment.count;
    }
    return true;
}

Val Renderer::item_of(const Segment& segment, std::int64_t index) {
    if (segment.single) {
        return segment.items;
    }
    const std::int64_t at = segment.reversed ? segment.count - 1 - index : index;
    const auto position = static_cast<std::size_t>(segment.first + at);
    return segment.items.is(Val::Kind::object) ? pair_at(env_, *segment.items.as.object, position)
                                               : segment.items.item(position);
}

Renderer::Flow Renderer::loop(const Node& parent, Index at) {
    const LoopTag& tag = impl_.loops[parent.a];
    Segment segment;
    if (!segment_of(tag, segment)) {
        return Flow::stop;
    }
    const Index body = at + 1;
    if (segment.count > 0) {
        return loop_rounds(tag, segment, body);
    }
    const Index otherwise = impl_.nodes[body].next;
    return otherwise < parent.next ? children(impl_.nodes[otherwise], otherwise) : Flow::go_on;
}

Renderer::Flow Renderer::loop_rounds(const LoopTag& tag, const Segment& segment, Index body) {
    LoopState* state = env_.arena.create<LoopState>();
    state->name = tag.name;
    state->length = segment.count;
    state->parent = scope_->loop;
    Bound forloop(*this, kForloop);
    Bound variable(*this, tag.symbol);
    scope_->loop = state;
    Flow flow = Flow::go_on;
    for (; state->index < segment.count && round(); ++state->index) {
        forloop.set(Val::loop(state));
        variable.set(item_of(segment, state->index));
        flow = children(impl_.nodes[body], body);
        if (flow == Flow::leave_loop || flow == Flow::stop) {
            break;
        }
    }
    scope_->loop = state->parent;
    return env_.failed() ? Flow::stop : Flow::go_on;
}

Renderer::Flow Renderer::table_row(const Node& parent, Index at) {
    const LoopTag& tag = impl_.loops[parent.a];
    Segment segment;
    const Val collection = evaluate(tag.collection);
    if (collection.is(Val::Kind::nil)) {
        return Flow::go_on;
    }
    LoopState* state = env_.arena.create<LoopState>();
    if (!segment_of(tag, segment)) {
        return Flow::stop;
    }
    state->is_row = true;
    state->length = segment.count;
    state->columns = tag.columns == kNone ? segment.count : loose_integer(evaluate(tag.columns));
    Bound row(*this, kTablerowloop);
    Bound variable(*this, tag.symbol);
    out_->append("<tr class=\"row1\">\n");
    Flow flow = Flow::go_on;
    for (; state->index < segment.count && round(); ++state->index) {
        row.set(Val::loop(state));
        variable.set(item_of(segment, state->index));
        out_->append("<td class=\"col").append(std::to_string(state->column)).append("\">");
        flow = children(impl_.nodes[at + 1], at + 1);
        out_->append("</td>");
        if (flow == Flow::leave_loop || flow == Flow::stop) {
            break;
        }
        const bool full = state->column == state->columns;
        if (full && state->index + 1 < segment.count) {
            out_->append("</tr>\n<tr class=\"row")
                .append(std::to_string(state->row + 1))
                .append("\">");
        }
        state->row += full ? 1 : 0;
        state->column = full ? 1 : state->column + 1;
    }
    out_->append("</tr>\n");
    return env_.failed() ? Flow::stop : Flow::go_on;
}

// ---- snippets

Renderer::Flow Renderer::render(const Node& node) {
    const PartialTag& tag = impl_.partials[node.a];
    const auto found = impl_.snippets.find(tag.name);
    const Val bound = evaluate(tag.bound);
    const Unit& unit = found->second;
    const bool each = tag.each && (bound.is_list() || bound.is(Val::Kind::range));
    if (!each) {
        return render_once(tag, unit, bound, nullptr);
    }
    LoopState* state = env_.arena.create<LoopState>();
    state->name = tag.name;
    state->length = static_cast<std::int64_t>(bound.count());
    for (; state->index < state->length && round(); ++state->index) {
        const Val item = bound.item(static_cast<std::size_t>(state->index));
        if (render_once(tag, unit, item, state) == Flow::stop) {
            return Flow::stop;
        }
    }
    return env_.failed() ? Flow::stop : Flow::go_on;
}

Renderer::Flow Renderer::render_once(const PartialTag& tag, const Unit& unit, const Val& item,
                                     LoopState* loop) {
    Scope inner;
    inner.slots = env_.arena.create<Slot>(impl_.symbols.size());
    const auto give = [&inner](Index symbol, const Val& value) {
        inner.slots[symbol].assigned = value;
        inner.slots[symbol].has_assigned = true;
    };
    if (loop != nullptr) {
        give(kForloop, Val::loop(loop));
    }
    for (Index i = 0; i < tag.args; ++i) {
        const NamedExpr& argument = impl_.named[tag.first_arg + i];
        give(argument.symbol, evaluate(argument.expr));
    }
    if (!item.is(Val::Kind::nil)) {
        give(tag.symbol, item);
    }
    Scope* outer = scope_;
    scope_ = &inner;
    const Flow flow = walk(unit.first, unit.end);
    scope_ = outer;
    return flow == Flow::stop || env_.failed() || env_.arena.exhausted() ? Flow::stop : Flow::go_on;
}

Renderer::Flow Renderer::include(const Node& node) {
    const PartialTag& tag = impl_.partials[node.a];
    std::string_view name = tag.name;
    Index symbol = tag.symbol;
    if (tag.name_expr != kNone) {
        name = text_of(env_, evaluate(tag.name_expr));
        const std::size_t slash = name.rfind('/');
        symbol = impl_.known_symbol(
            !tag.alias.empty() ? tag.alias
                               : (slash == std::string_view::npos ? name : name.substr(slash + 1)));
    }
    const auto found = impl_.snippets.find(name);
    if (found == impl_.snippets.end()) {
        env_.fail("there is no snippet called `" + std::string(name) + "`");
        return Flow::stop;
    }
    const Val bound = tag.bound != kNone ? evaluate(tag.bound) : named(name);
    return include_unit(tag, found->second, symbol, bound);
}

Renderer::Flow Renderer::include_unit(const PartialTag& tag, const Unit& unit, Index symbol,
                                      const Val& bound) {
    std::vector<std::optional<Bound>> scoped(tag.args + 1);
    for (Index i = 0; i < tag.args; ++i) {
        const NamedExpr& argument = impl_.named[tag.first_arg + i];
        const Val value = evaluate(argument.expr);
        scoped[i].emplace(*this, argument.symbol);
        scoped[i]->set(value);
    }
    Flow flow = Flow::go_on;
    if (symbol != kNone) {
        scoped[tag.args].emplace(*this, symbol);
        scoped[tag.args]->set(bound);
    }
    if (!bound.is_list()) {
        flow = walk(unit.first, unit.end);
    } else {
        for (std::size_t i = 0; i < bound.count() && flow == Flow::go_on && round(); ++i) {
            if (symbol != kNone) {
                scoped[tag.args]->set(bound.item(i));
            }
            flow = walk(unit.first, unit.end);
        }
    }
    // Undone in the opposite order, in case one name is bound twice.
    while (!scoped.empty()) {
        scoped.pop_back();
    }
    return env_.failed() ? Flow::stop : flow;
}

}  // namespace sluice::dsl::tpl
