#include "dsl/parser/build.hpp"
#include "dsl/parser/keywords.hpp"

#include <algorithm>
#include <cstdlib>

namespace sluice::dsl::parser {

namespace {

ast::Cond primary(const View& node);

/// A condition built where it stays: a condition is large, and moving one is not free.
ast::CondPtr boxed(ast::Cond (*build)(const View&), const View& node) {
    return ast::CondPtr(new ast::Cond(build(node)));
}

// ---- comparisons

ast::CmpValue comparison_with_sign(const View& node) {
    ast::CmpValue out;
    switch (node.first().kind) {
        case TokenKind::greater:
            out.op = ast::CompareOp::greater;
            break;
        case TokenKind::greater_equal:
            out.op = ast::CompareOp::greater_equal;
            break;
        case TokenKind::less:
            out.op = ast::CompareOp::less;
            break;
        case TokenKind::less_equal:
            out.op = ast::CompareOp::less_equal;
            break;
        case TokenKind::not_equals:
            out.op = ast::CompareOp::not_equal;
            break;
        default:
            out.op = node.has(kw("not")) ? ast::CompareOp::not_equal : ast::CompareOp::equal;
            break;
    }
    out.value = value_of(node);
    return out;
}

ast::CmpOneOf one_of(const View& node) {
    ast::CmpOneOf out;
    out.values = values_of(node.need(Node::list));
    return out;
}

bool is_comparison(Node kind) {
    return kind == Node::known || kind == Node::one_of || kind == Node::before_after ||
           kind == Node::in_the || kind == Node::contains || kind == Node::sign;
}

/// The comparison among the children of a node.
ast::Comparison comparison_of(const View& parent) {
    for (const View node : parent.children()) {
        if (!is_comparison(node.kind())) {
            continue;
        }
        switch (node.kind()) {
            case Node::known:
                return ast::CmpKnown{node.has(kw("known")) != node.has(kw("not"))};
            case Node::one_of:
                return one_of(node);
            case Node::before_after:
                return ast::CmpBeforeAfter{node.need(Node::kind).word() == kw("before"),
                                           value_of(node)};
            case Node::in_the:
                return ast::CmpInThe{node.need(Node::kind).word() == kw("next"), duration_of(node)};
            case Node::contains:
                return ast::CmpContains{node.has(kw("not")), value_of(node)};
            default:
                return comparison_with_sign(node);
        }
    }
    std::abort();  // the grammar demands a comparison wherever this is called
}

// ---- history

ast::Quantity quantity_of(const View& parent) {
    const View node = parent.need(Node::quantity);
    ast::Quantity out;
    out.span = node.span();
    if (node.find(Node::number)) {
        out.count = count_of(node);
    }
    const auto kind = node.find(Node::kind);
    switch (kind ? kind->word() : std::uint16_t{0}) {
        case kw("any"):
            out.op = ast::QuantityOp::any;
            break;
        case kw("no"):
        case kw("none"):
            out.op = ast::QuantityOp::none;
            break;
        case kw("least"):
            out.op = ast::QuantityOp::at_least;
            break;
        case kw("most"):
            out.op = ast::QuantityOp::at_most;
            break;
        case kw("more"):
            out.op = ast::QuantityOp::more_than;
            break;
        case kw("fewer"):
            out.op = ast::QuantityOp::fewer_than;
            break;
        default:
            out.op = ast::QuantityOp::exactly;
            break;
    }
    return out;
}

std::optional<ast::Window> window_of(const View& parent) {
    const auto node = parent.find(Node::window);
    if (!node) {
        return std::nullopt;
    }
    ast::Window out;
    out.span = node->span();
    if (node->find(Node::duration)) {
        out.kind = ast::Window::Kind::in_the_last;
        out.duration = duration_of(*node);
    } else if (node->find(Node::date)) {
        out.kind = ast::Window::Kind::since_date;
        out.date = date_of(*node);
    } else if (node->find(Node::name)) {
        out.kind = ast::Window::Kind::since_last_event;
        out.event = name_of(*node);
    } else {
        out.kind = node->has(kw("before")) ? ast::Window::Kind::before_entry
                                           : ast::Window::Kind::since_entry;
    }
    return out;
}

ast::CondMessages messages(const View& history, const View& node) {
    ast::CondMessages out;
    out.quantity = quantity_of(history);
    out.last = count_of(node);
    out.kind = messages_of(node);
    out.outcome = text_in(node.need(Node::kind, 1));
    return out;
}

ast::Cond history_condition(const View& node) {
    if (const auto counted = node.find(Node::messages)) {
        return {messages(node, *counted), node.span()};
    }
    ast::CondHistory out;
    out.quantity = quantity_of(node);
    out.event = pattern_of(node);
    out.window = window_of(node);
    if (const auto followed = node.find(Node::followed)) {
        out.followed_by = ast::FollowedBy{followed->has(kw("not")), pattern_of(*followed),
                                          duration_of(*followed)};
    }
    return {std::move(out), node.span()};
}

ast::Cond recency(const View& node) {
    ast::CondRecency out;
    out.first = node.word() == kw("first");
    out.event = pattern_of(node);
    out.low = duration_of(node);
    if (node.has(kw("between"))) {
        out.op = ast::CondRecency::Op::between;
        out.high = duration_of(node, 1);
    } else {
        out.op = node.need(Node::kind, 1).word() == kw("more") ? ast::CondRecency::Op::more_than
                                                               : ast::CondRecency::Op::less_than;
    }
    return {std::move(out), node.span()};
}

ast::Cond last_field(const View& node) {
    ast::CondLastField out;
    out.first = node.word() == kw("first");
    out.event = name_of(node);
    out.field = word_of(node);
    out.comparison = comparison_of(node);
    return {std::move(out), node.span()};
}

// ---- aggregates

/// The `where` of an event that is written in parts (`total of Order Placed.total where …`).
ast::CondPtr where_of(const View& parent) {
    for (const View child : parent.children()) {
        if (child.is(Node::paren) || child.is(Node::compare)) {
            return boxed(primary, child);
        }
    }
    return nullptr;
}

std::string function_of(const View& node) {
    switch (node.word()) {
        case kw("number"):
            return "number_of_different";
        case kw("days"):
            return "days_between";
        default:
            return text_in(node);
    }
}

ast::Cond aggregate(const View& node) {
    ast::CondAggregate out;
    out.function = function_of(node);
    out.comparison = comparison_of(node);
    out.window = window_of(node);
    if (node.word() == kw("engagement")) {
        out.field = text_in(node.need(Node::kind));
        out.last = node.find(Node::number) ? count_of(node) : 0;
        return {std::move(out), node.span()};
    }
    if (node.find(Node::pattern)) {
        out.event = pattern_of(node);
        out.half_life = optional_duration_of(node);
        return {std::move(out), node.span()};
    }
    out.event.event = name_of(node);
    out.event.where = where_of(node);
    out.event.span = out.event.event.span;
    out.field = word_of(node);
    return {std::move(out), node.span()};
}

// ---- the rest

ast::Cond been_in(const View& node) {
    ast::CondHasBeenIn out;
    out.state = name_of(node);
    out.more = node.need(Node::kind).word() == kw("more");
    out.duration = duration_of(node);
    return {std::move(out), node.span()};
}

ast::Cond today_is(const View& node) {
    ast::CondToday out;
    if (node.find(Node::name)) {
        out.op = ast::CondToday::Op::named_day;
        out.day = name_of(node);
        return {std::move(out), node.span()};
    }
    const std::uint16_t word = node.need(Node::kind).word();
    if (node.find(Node::date)) {
        out.op = word == kw("after") ? ast::CondToday::Op::after : ast::CondToday::Op::before;
        out.date = date_of(node);
    } else {
        out.op = word == kw("weekend") ? ast::CondToday::Op::weekend : ast::CondToday::Op::weekday;
    }
    return {std::move(out), node.span()};
}

ast::Cond compare(const View& node) {
    ast::CondCompare out;
    out.path = path_of(node);
    out.comparison = comparison_of(node);
    return {std::move(out), node.span()};
}

ast::Cond paren(const View& node) {
    ast::Cond inner = build_condition(node.need(Node::condition));
    inner.span = node.span();  // with its parentheses, so that its text can be quoted as it is
    return inner;
}

ast::Cond negation(const View& node) {
    return {ast::CondNot{boxed(primary, node.children().front())}, node.span()};
}

ast::Cond primary(const View& node) {
    switch (node.kind()) {
        case Node::paren:
            return paren(node);
        case Node::negation:
            return negation(node);
        case Node::history:
            return history_condition(node);
        case Node::recency:
            return recency(node);
        case Node::last_field:
            return last_field(node);
        case Node::aggregate:
            return aggregate(node);
        case Node::can_get:
            return {ast::CondCanGet{channel_of(node)}, node.span()};
        case Node::is_in:
            return {ast::CondIsIn{node.has(kw("not")), name_of(node)}, node.span()};
        case Node::been_in:
            return been_in(node);
        case Node::today_is:
            return today_is(node);
        case Node::now_between:
            return {ast::CondNowBetween{time_of(node), time_of(node, 1)}, node.span()};
        default:
            return compare(node);
    }
}

}  // namespace

ast::Cond build_condition(const View& condition) {
    const View::Children children = condition.children();
    if (children.size() == 1) {
        return primary(children.front());
    }
    std::vector<ast::CondPtr> terms;
    ast::CondMixed mixed;
    for (const View child : children) {
        if (child.is(Node::join)) {
            mixed.is_and.push_back(child.word() == kw("and"));
            mixed.joins.push_back(child.span());
        } else {
            terms.push_back(boxed(primary, child));
        }
    }
    const bool all = std::ranges::count(mixed.is_and, false) == 0;
    const bool none = std::ranges::count(mixed.is_and, true) == 0;
    if (all) {
        return {ast::CondAnd{std::move(terms)}, condition.span()};
    }
    if (none) {
        return {ast::CondOr{std::move(terms)}, condition.span()};
    }
    mixed.terms = std::move(terms);
    return {std::move(mixed), condition.span()};
}

ast::CondPtr condition_of(const View& parent) {
    const auto found = parent.find(Node::condition);
    return found ? boxed(build_condition, *found) : nullptr;
}

ast::CondPtr build_history(const View& history) {
    return boxed(history_condition, history);
}

ast::EventPattern build_pattern(const View& pattern) {
    ast::EventPattern out;
    out.span = pattern.span();
    out.event = name_of(pattern);
    out.where = where_of(pattern);
    return out;
}

ast::EventPattern pattern_of(const View& parent) {
    return build_pattern(parent.need(Node::pattern));
}

}  // namespace sluice::dsl::parser
