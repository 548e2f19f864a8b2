#include "dsl/template/renderer.hpp"

#include "dsl/template/text.hpp"

namespace sluice::dsl::tpl {

Renderer::Renderer(const Template& tmpl, const Data& root, const RenderOptions& options)
    : impl_(*tmpl.impl_), options_(options), env_(options, tmpl.impl_->options.escape) {
    main_.slots = env_.arena.create<Slot>(impl_.symbols.size());
    main_.root = &root;
}

RenderResult Renderer::run() {
    RenderResult result;
    if (!impl_.usable) {
        result.error = "the template has faults and cannot be rendered";
        return result;
    }
    text_.reserve(impl_.source().size() + impl_.source().size() / 2);
    walk(impl_.main.first, impl_.main.end);
    if (env_.failed()) {
        result.error = std::move(env_.error);
    } else {
        result.text = std::move(text_);
    }
    return result;
}

RenderResult render(const Template& tmpl, const Data& data, const RenderOptions& options) {
    if (tmpl.empty()) {
        return {};
    }
    return Renderer(tmpl, data, options).run();
}

bool Renderer::grown() {
    if (out_->size() + captured_ > options_.output_bytes_max) {
        env_.fail("the text is longer than " + std::to_string(options_.output_bytes_max) +
                  " bytes");
    }
    return !env_.failed();
}

Renderer::Flow Renderer::walk(Index first, Index end) {
    if (++depth_ > options_.depth_max) {
        env_.fail("tags or snippets are nested more than " + std::to_string(options_.depth_max) +
                  " deep");
        return Flow::stop;
    }
    Flow flow = Flow::go_on;
    for (Index at = first; at < end && flow == Flow::go_on; at = impl_.nodes[at].next) {
        flow = node(impl_.nodes[at], at);
    }
    --depth_;
    return flow;
}

Renderer::Flow Renderer::node(const Node& node, Index at) {
    Flow flow = Flow::go_on;
    switch (node.op) {
        case Op::text:
            out_->append(node.text);
            break;
        case Op::output:
            print(chain(node.a), node);
            break;
        case Op::assign: {
            const Val value = chain(node.b);
            Slot& slot = scope_->slots[node.a];
            slot.assigned = value;
            slot.has_assigned = true;
            break;
        }
        case Op::capture:
            flow = capture(node, at);
            break;
        case Op::branches:
            flow = branches(node, at);
            break;
        case Op::choice:
            flow = choice(node, at);
            break;
        case Op::loop:
            flow = loop(node, at);
            break;
        case Op::table_row:
            flow = table_row(node, at);
            break;
        case Op::cycle:
            cycle(node);
            break;
        case Op::increment:
        case Op::decrement:
            count(node);
            break;
        case Op::break_loop:
            return Flow::leave_loop;
        case Op::continue_loop:
            return Flow::next_round;
        case Op::changed:
            flow = changed(node, at);
            break;
        case Op::render:
            flow = render(node);
            break;
        case Op::include:
            flow = include(node);
            break;
        case Op::branch:
        case Op::option:
        case Op::body:
        case Op::otherwise:
        case Op::nothing:
            break;
    }
    return grown() ? flow : Flow::stop;
}

void Renderer::print(const Val& value, const Node& node) {
    if (value.missing && options_.strict) {
        missing(node);
        return;
    }
    const bool plain = env_.escape == Escape::none || value.safe;
    if (plain) {
        append_output(*out_, value);
    } else if (value.is(Val::Kind::text)) {
        append_escaped(*out_, value.text());
    } else {
        env_.scratch.clear();
        append_output(env_.scratch, value);
        append_escaped(*out_, env_.scratch);
    }
}

void Renderer::missing(const Node& node) {
    // The place counts in the text the node came from, so the name is taken from the expression.
    if (node.op != Op::output) {
        env_.fail("a value is missing");
        return;
    }
    const Expr& expr = impl_.exprs[impl_.chains[node.a].expr];
    std::string name(expr.symbol == kNone ? "[...]" : impl_.symbols[expr.symbol]);
    for (Index i = 0; expr.kind == Expr::Kind::path && i < expr.count; ++i) {
        const Step& step = impl_.steps[expr.first + i];
        name += step.expr == kNone ? "." + std::string(step.key) : "[...]";
    }
    env_.fail(expr.kind == Expr::Kind::path
                  ? "`" + name + "` has no value and the template gives no fallback"
                  : "a value is missing and the template gives no fallback");
}

// ---- choices

Renderer::Flow Renderer::branches(const Node& parent, Index at) {
    for (Index child = at + 1; child < parent.next; child = impl_.nodes[child].next) {
        const Node& branch = impl_.nodes[child];
        if (branch.a == kNone || holds(branch.a) != branch.flag) {
            return env_.failed() ? Flow::stop : children(branch, child);
        }
    }
    return Flow::go_on;
}

Renderer::Flow Renderer::choice(const Node& parent, Index at) {
    // As in Ruby, every `when` that fits prints, and `else` prints when none before it did.
    const Val subject = evaluate(parent.a);
    bool matched = false;
    for (Index child = at + 1; child < parent.next; child = impl_.nodes[child].next) {
        const Node& option = impl_.nodes[child];
        Index times = option.flag && !matched ? 1 : 0;
        for (Index i = 0; i < option.b; ++i) {
            times += equal(subject, evaluate(impl_.args[option.a + i])) ? 1 : 0;
        }
        matched = matched || (!option.flag && times > 0);
        for (; times > 0; --times) {
            const Flow flow = children(option, child);
            if (flow != Flow::go_on) {
                return flow;
            }
        }
    }
    return Flow::go_on;
}

// ---- captured texts

Renderer::Flow Renderer::capture(const Node& parent, Index at) {
    std::string text;
    std::string* before = out_;
    captured_ += before->size();
    out_ = &text;
    const Flow flow = children(parent, at);
    out_ = before;
    captured_ -= before->size();
    Slot& slot = scope_->slots[parent.a];
    slot.assigned = env_.keep(text);
    slot.assigned.safe = env_.escape == Escape::html;
    slot.has_assigned = true;
    return flow;
}

Renderer::Flow Renderer::changed(const Node& parent, Index at) {
    std::string text;
    std::string* before = out_;
    captured_ += before->size();
    out_ = &text;
    const Flow flow = children(parent, at);
    out_ = before;
    captured_ -= before->size();
    if (text != scope_->changed) {
        out_->append(text);
        scope_->changed = std::move(text);
    }
    return flow;
}

// ---- counters

void Renderer::count(const Node& node) {
    // Ruby keeps counters next to the data: the first increment starts at the datum of that name.
    Slot& slot = scope_->slots[node.a];
    const Val base = base_of(slot, node.a);
    const std::int64_t value = base.is(Val::Kind::integer) ? base.as.integer : 0;
    const std::int64_t step = node.op == Op::increment ? 1 : -1;
    std::int64_t next = 0;
    if (__builtin_add_overflow(value, step, &next)) {
        env_.fail("the counter is too large");
        return;
    }
    slot.base = Val::of(next);
    append_output(*out_, Val::of(step > 0 ? value : next));
}

std::int64_t& Renderer::counter(std::vector<Count>& counts, std::string_view key) {
    for (Count& count : counts) {
        if (count.key == key) {
            return count.value;
        }
    }
    counts.push_back({key, 0});
    return counts.back().value;
}

void Renderer::cycle(const Node& node) {
    const CycleTag& tag = impl_.cycles[node.a];
    std::string key;
    if (tag.name != kNone) {
        const Val name = evaluate(tag.name);
        key = name.is(Val::Kind::text) ? "t" : (name.is(Val::Kind::nil) ? "n" : "v");
        append_text(key, name);
    } else {
        key.append("u").append(tag.key);
    }
    std::int64_t& turn = counter(scope_->cycles, env_.arena.copy(key));
    const bool inside = turn < static_cast<std::int64_t>(tag.count);
    if (inside) {
        print(evaluate(impl_.args[tag.first + static_cast<Index>(turn)]), node);
    }
    ++turn;
    turn = turn >= static_cast<std::int64_t>(tag.count) ? 0 : turn;
}

}  // namespace sluice::dsl::tpl
