#include "dsl/check/lower_cond.hpp"
#include "dsl/check/memory.hpp"

#include <algorithm>

namespace sluice::dsl::check {
namespace {

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

/// A, and whether B came after it in time; both stand for their events, not for this run.
std::optional<Memory> followed_memory(Compilation& c, const ast::CondHistory& node,
                                      std::int64_t newest, Scope& scope) {
    const ast::FollowedBy& second = *node.followed_by;
    if (is_zero(second.within)) {
        c.error("E304", second.within.span, "This length of time is zero:").help =
            "Write a length such as `2 hours`.";
        return std::nullopt;
    }
    Aggregate wanted;
    wanted.kind = second.negated ? Aggregate::Kind::not_followed : Aggregate::Kind::followed;
    // Those whose time is not over yet stand beside those that count, and push none of them out.
    const std::int64_t undecided = second.negated ? kUndecidedMax : 0;
    wanted.newest = static_cast<std::uint16_t>(newest + undecided);
    wanted.within = lowered(second.within);
    return memory_of(c, node.event, std::move(wanted), scope, &second.event);
}

std::optional<MessageOutcome> outcome_of(std::string_view word) {
    if (word == "opened") {
        return MessageOutcome::opened;
    }
    if (word == "clicked") {
        return MessageOutcome::clicked;
    }
    if (word == "delivered") {
        return MessageOutcome::delivered;
    }
    if (word == "bounced") {
        return MessageOutcome::bounced;
    }
    return word == "ignored" ? std::optional(MessageOutcome::ignored) : std::nullopt;
}

}  // namespace

std::optional<Bounds> checked_bounds(Compilation& c, const ast::Quantity& quantity) {
    return check_count(c, quantity) ? std::optional(bounds_of(quantity)) : std::nullopt;
}

std::optional<HistoryWindow> lowered_window(Compilation& c,
                                            const std::optional<ast::Window>& window,
                                            Scope& scope) {
    HistoryWindow out;
    if (!window) {
        return out;
    }
    if (!check_window(c, *window, scope)) {
        return std::nullopt;
    }
    switch (window->kind) {
        case ast::Window::Kind::in_the_last:
            out.kind = HistoryWindow::Kind::in_the_last;
            out.duration = lowered(window->duration);
            break;
        case ast::Window::Kind::since_entry:
            out.kind = HistoryWindow::Kind::since_entry;
            break;
        case ast::Window::Kind::before_entry:
            out.kind = HistoryWindow::Kind::before_entry;
            break;
        case ast::Window::Kind::since_date:
            out.kind = HistoryWindow::Kind::since_date;
            out.date = window->date.days;
            break;
        case ast::Window::Kind::since_last_event: {
            out.kind = HistoryWindow::Kind::since_last;
            ast::EventPattern last;
            last.event = window->event;
            last.span = window->span;
            const auto memory = memory_of(c, last, Aggregate{}, scope);
            if (!memory) {
                return std::nullopt;
            }
            out.aggregate = memory->aggregate;
            break;
        }
    }
    return out;
}

Index lower_history(Compilation& c, const ast::Cond& cond, const ast::CondHistory& node,
                    Scope& scope) {
    const auto bounds = checked_bounds(c, node.quantity);
    const auto window = lowered_window(c, node.window, scope);
    Aggregate wanted;
    if (bounds && window) {
        const bool from_the_end = window->kind == HistoryWindow::Kind::before_entry;
        // Later events push earlier ones out of the memory.
        wanted.newest = static_cast<std::uint16_t>(from_the_end ? kCountMax + 1 : bounds->newest);
    }
    const auto memory = node.followed_by ? followed_memory(c, node, wanted.newest, scope)
                                         : memory_of(c, node.event, wanted, scope);
    if (!bounds || !window || !memory) {
        return kNone;
    }
    CondQuantity out;
    out.aggregate = memory->aggregate;
    out.key = memory->key;
    out.min = bounds->min;
    out.max = bounds->max;
    out.window = *window;
    return add_condition(c, std::move(out), cond.span);
}

Index lower_messages(Compilation& c, const ast::Cond& cond, const ast::CondMessages& node) {
    const auto bounds = checked_bounds(c, node.quantity);
    if (node.last < 1 || node.last > kCountMax) {
        c.error("E304", cond.span, "I remember the last 64 messages to each customer:").help =
            "Ask about 1 to 64 of them.";
        return kNone;
    }
    if (bounds && bounds->min > node.last) {
        c.error("E304", cond.span,
                "There are never " + std::to_string(bounds->min) + " among the last " +
                    std::to_string(node.last) + ":")
            .help = "The first number counts some of the second.";
        return kNone;
    }
    const auto outcome = outcome_of(node.outcome);
    if (!bounds || !outcome) {
        return kNone;
    }
    Aggregate wanted;
    wanted.kind = Aggregate::Kind::messages;
    wanted.newest = static_cast<std::uint16_t>(node.last);
    wanted.channel = channel_of(node.kind);
    return add_condition(c,
                         CondMessages{shared_memory(c, std::move(wanted)), node.last, *outcome,
                                      bounds->min, bounds->max},
                         cond.span);
}

std::optional<Channel> channel_of(std::string_view kind) {
    if (kind == "emails" || kind == "email") {
        return Channel::email;
    }
    return kind == "sms" ? std::optional(Channel::sms) : std::nullopt;
}

Index lower_recency(Compilation& c, const ast::Cond& cond, const ast::CondRecency& node,
                    Scope& scope) {
    const bool good = check_recency(c, node);
    const auto memory = memory_of(c, node.event, Aggregate{}, scope);
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
