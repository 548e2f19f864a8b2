#include "dsl/check/lower_cond.hpp"
#include "dsl/check/render.hpp"

#include <algorithm>

namespace sluice::dsl::check {
namespace {

constexpr std::int64_t kCountMax = 64;

/// The memory a history condition reads, and the value that picks its key.
struct Memory {
    Index aggregate = kNone;
    Operand key;
};

std::vector<const ast::Cond*> conjuncts(const ast::CondPtr& where) {
    std::vector<const ast::Cond*> out;
    if (where == nullptr) {
        return out;
    }
    const auto* all = std::get_if<ast::CondAnd>(&where->node);
    if (all == nullptr) {
        return {where.get()};
    }
    for (const ast::CondPtr& term : all->terms) {
        out.push_back(term.get());
    }
    return out;
}

struct KeyPaths {
    const ast::Path* field = nullptr;
    const ast::Path* value = nullptr;
};

/// `field is owner.field`, either way round.
KeyPaths key_paths(const ast::Cond& term) {
    const auto* compare = std::get_if<ast::CondCompare>(&term.node);
    const auto* value =
        compare == nullptr ? nullptr : std::get_if<ast::CmpValue>(&compare->comparison);
    if (value == nullptr || value->op != ast::CompareOp::equal) {
        return {};
    }
    const auto* path = std::get_if<ast::Path>(&value->value.node);
    if (path == nullptr) {
        return {};
    }
    if (compare->path.words.size() == 1 && path->words.size() > 1) {
        return {&compare->path, path};
    }
    if (compare->path.words.size() > 1 && path->words.size() == 1) {
        return {path, &compare->path};
    }
    return {};
}

struct MemoryBuilder {
    Compilation& c;
    Scope& scope;
    Index event = kNone;
    std::vector<Index> filter;
    Index key_field = kNone;
    Operand key;
    bool complete = true;

    void add_key(const ast::Cond& term, const KeyPaths& paths) {
        if (key_field != kNone) {
            c.not_supported(term.span, "A second `field is path` inside one history condition",
                            "Keep the one that tells occurrences apart, such as an id.");
            complete = false;
            return;
        }
        Scope inner = scope;
        inner.place = Scope::Place::where;
        inner.event = event;
        const auto field = resolve_path(c, *paths.field, inner);
        const auto value = resolve_path(c, *paths.value, inner);
        if (!field || !value) {
            complete = false;
            return;
        }
        if (family_of(field->type.kind) != family_of(value->type.kind) ||
            family_of(field->type.kind) == Family::list) {
            c.error("E301", term.span,
                    "`" + field->words + "` holds " + content_of(field->type) + ", and `" +
                        value->words + "` holds " + content_of(value->type) + ":")
                .help = "Only values of the same kind can be equal.";
            complete = false;
            return;
        }
        key_field = field->operand.field;
        key = value->operand;
    }

    void add_filter(const ast::Cond& term) {
        Scope inner = scope;
        inner.place = Scope::Place::history_where;
        inner.event = event;
        inner.known.clear();
        const Index index = lower_cond(c, term, inner);
        complete = complete && index != kNone;
        filter.push_back(index);
    }

    [[nodiscard]] std::string identity(Index condition) const {
        std::string out = render_pattern(c.program, {event, condition}, nullptr);
        if (key_field != kNone) {
            out += "{" + c.program.events[event].fields[key_field].name + "}";
        }
        return out;
    }
};

Index shared_aggregate(Compilation& c, Aggregate wanted) {
    auto& aggregates = c.program.aggregates;
    const auto same =
        std::find_if(aggregates.begin(), aggregates.end(),
                     [&](const Aggregate& known) { return known.identity == wanted.identity; });
    if (same != aggregates.end()) {
        same->newest = std::max(same->newest, wanted.newest);
        return to_index(static_cast<std::size_t>(same - aggregates.begin()));
    }
    aggregates.push_back(std::move(wanted));
    return to_index(aggregates.size() - 1);
}

std::optional<Memory> memory_of(Compilation& c, const ast::EventPattern& pattern,
                                std::int64_t newest, Scope& scope) {
    MemoryBuilder builder{c,  scope, c.find(Kind::event, "E201", pattern.event), {}, kNone,
                          {}, true};
    if (builder.event == kNone) {
        return std::nullopt;
    }
    for (const ast::Cond* term : conjuncts(pattern.where)) {
        const KeyPaths paths = key_paths(*term);
        if (paths.field != nullptr) {
            builder.add_key(*term, paths);
        } else {
            builder.add_filter(*term);
        }
    }
    if (!builder.complete) {
        return std::nullopt;
    }
    Aggregate wanted;
    wanted.event = builder.event;
    wanted.key_field = builder.key_field;
    wanted.newest = static_cast<std::uint16_t>(newest);
    if (builder.filter.size() == 1) {
        wanted.filter = builder.filter.front();
    } else if (!builder.filter.empty()) {
        wanted.filter = add_condition(c, CondAll{builder.filter}, pattern.where->span);
    }
    wanted.identity = builder.identity(wanted.filter);
    return Memory{shared_aggregate(c, std::move(wanted)), builder.key};
}

struct Bounds {
    std::int64_t min = 0;
    std::int64_t max = -1;
    std::int64_t newest = 1;
};

Bounds bounds_of(const ast::Quantity& quantity) {
    const std::int64_t n = quantity.count;
    switch (quantity.op) {
        case ast::QuantityOp::any:
            return {1, -1, 1};
        case ast::QuantityOp::none:
            return {0, 0, 1};
        case ast::QuantityOp::at_least:
            return {n, -1, n};
        case ast::QuantityOp::at_most:
            return {0, n, n + 1};
        case ast::QuantityOp::more_than:
            return {n + 1, -1, n + 1};
        case ast::QuantityOp::fewer_than:
            return {0, n - 1, n};
        case ast::QuantityOp::exactly:
            return {n, n, n + 1};
    }
    return {};
}

bool check_count(Compilation& c, const ast::Quantity& quantity) {
    const bool counts = quantity.op != ast::QuantityOp::any && quantity.op != ast::QuantityOp::none;
    if (!counts) {
        return true;
    }
    if (quantity.count > kCountMax) {
        c.error("E304", quantity.span,
                "I remember at most 64 occurrences of an event for each customer:")
            .help = "Ask for 64 or fewer.";
        return false;
    }
    const bool needs_one =
        quantity.op == ast::QuantityOp::at_least || quantity.op == ast::QuantityOp::fewer_than;
    if (quantity.count < 0 || (needs_one && quantity.count == 0)) {
        const bool always = quantity.op == ast::QuantityOp::at_least;
        c.error("E304", quantity.span,
                always ? "Everybody has at least none, so this is always true:"
                       : "Nobody has fewer than none, so this is never true:")
            .help = "Use `any` or `no`, or a number from 1 on.";
        return false;
    }
    return true;
}

bool needs_entry(const ast::Window& window) {
    return window.kind == ast::Window::Kind::since_entry ||
           window.kind == ast::Window::Kind::before_entry;
}

bool check_window(Compilation& c, const ast::Window& window, const Scope& scope) {
    if (window.kind == ast::Window::Kind::since_last_event) {
        c.not_supported(window.span, "`since the last …`",
                        "Use `in the last D`, `since entry` or `since DATE`.");
        return false;
    }
    if (window.kind == ast::Window::Kind::in_the_last && is_zero(window.duration)) {
        c.error("E304", window.duration.span, "This length of time is zero:").help =
            "Write a length such as `30 days`, or leave the window out to mean ever.";
        return false;
    }
    if (needs_entry(window) && scope.flow == nullptr) {
        c.error("E222", window.span,
                "Nobody has entered anything here; entry exists only inside a flow:")
            .help = "Use `in the last D` or `since DATE`.";
        return false;
    }
    return true;
}

void set_window(CondQuantity& out, const ast::Window& window) {
    switch (window.kind) {
        case ast::Window::Kind::in_the_last:
            out.window = CondQuantity::Window::in_the_last;
            out.duration = lowered(window.duration);
            return;
        case ast::Window::Kind::since_entry:
            out.window = CondQuantity::Window::since_entry;
            return;
        case ast::Window::Kind::before_entry:
            out.window = CondQuantity::Window::before_entry;
            return;
        case ast::Window::Kind::since_date:
            out.window = CondQuantity::Window::since_date;
            out.since = window.date.days;
            return;
        case ast::Window::Kind::since_last_event:
            return;
    }
}

bool check_recency(Compilation& c, const ast::CondRecency& node) {
    const bool between = node.op == ast::CondRecency::Op::between;
    if (is_zero(node.low) || (between && is_zero(node.high))) {
        c.error("E304", is_zero(node.low) ? node.low.span : node.high.span,
                "This length of time is zero:")
            .help = "Write a length such as `60 days`.";
        return false;
    }
    const auto size = [](const ast::Duration& d) {
        return (std::int64_t{d.months} * 30 + d.days) * 86'400 + d.seconds;
    };
    if (between && size(node.low) >= size(node.high)) {
        c.error("E304", node.high.span, "The second length must be longer than the first:").help =
            "Write the shorter one first, as in:  was between 60 days and 150 days ago";
        return false;
    }
    return true;
}

}  // namespace

Index lower_history(Compilation& c, const ast::Cond& cond, const ast::CondHistory& node,
                    Scope& scope) {
    if (node.followed_by) {
        const std::string_view what =
            node.followed_by->negated ? "`not followed by`" : "`followed by`";
        c.not_supported(cond.span, what,
                        "Let a flow start with the first event and wait for the second.");
        return kNone;
    }
    bool good = check_count(c, node.quantity);
    good = (!node.window || check_window(c, *node.window, scope)) && good;
    Bounds bounds = bounds_of(node.quantity);
    if (node.window && node.window->kind == ast::Window::Kind::before_entry) {
        bounds.newest = kCountMax + 1;  // later events push earlier ones out of the memory
    }
    const auto memory = memory_of(c, node.event, good ? bounds.newest : 1, scope);
    if (!good || !memory) {
        return kNone;
    }
    CondQuantity out;
    out.aggregate = memory->aggregate;
    out.key = memory->key;
    out.min = bounds.min;
    out.max = bounds.max;
    if (node.window) {
        set_window(out, *node.window);
    }
    return add_condition(c, std::move(out), cond.span);
}

Index lower_recency(Compilation& c, const ast::Cond& cond, const ast::CondRecency& node,
                    Scope& scope) {
    const bool good = check_recency(c, node);
    const auto memory = memory_of(c, node.event, 1, scope);
    if (!good || !memory) {
        return kNone;
    }
    CondRecency out;
    out.aggregate = memory->aggregate;
    out.key = memory->key;
    out.first = node.first;
    out.op = static_cast<CondRecency::Op>(node.op);
    out.low = lowered(node.low);
    out.high = lowered(node.high);
    return add_condition(c, std::move(out), cond.span);
}

}  // namespace sluice::dsl::check
