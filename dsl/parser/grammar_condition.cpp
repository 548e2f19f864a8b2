#include "dsl/parser/grammar.hpp"

namespace sluice::dsl::parser {

namespace {

constexpr Symbol kParen(TokenKind::left_paren, "(");
constexpr Symbol kParenEnd(TokenKind::right_paren, ")");
constexpr Symbol kBracket(TokenKind::left_bracket, "[");
constexpr Symbol kBracketEnd(TokenKind::right_bracket, "]");

constexpr Choice kJoin(Node::join, "`and` or `or`", {kw("and"), kw("or")});
constexpr Choice kAmount(Node::kind, "`any` or `no`", {kw("any"), kw("no"), kw("none")});
constexpr Choice kLeastMost(Node::kind, "`least` or `most`", {kw("least"), kw("most")});
constexpr Choice kMoreFewer(Node::kind, "`more` or `fewer`", {kw("more"), kw("fewer")});
constexpr Choice kFirstLast(Node::kind, "`last` or `first`", {kw("last"), kw("first")});
constexpr Choice kNextLast(Node::kind, "`next` or `last`", {kw("next"), kw("last")});
constexpr Choice kOutcome(Node::kind, "`opened`, `clicked`, `delivered`, `bounced` or `ignored`",
                          {kw("opened"), kw("clicked"), kw("delivered"), kw("bounced"),
                           kw("ignored")});
constexpr Choice kSum(Node::kind, "`total`, `average`, `highest` or `lowest`",
                      {kw("total"), kw("average"), kw("highest"), kw("lowest")});
constexpr Habit kTrue(TokenKind::word, kw("true"), "yes");
constexpr Habit kFalse(TokenKind::word, kw("false"), "no");
constexpr Habit kAssigned(TokenKind::assign, 0, "is");
constexpr Habit kEquals(TokenKind::equals, 0, "is");
constexpr Habit kNotEquals(TokenKind::not_equals, 0, "is not");

using Primary = x3::rule<struct PrimaryRule>;
using Comparison = x3::rule<struct ComparisonRule>;
using Where = x3::rule<struct WhereRule>;
using Window = x3::rule<struct WindowRule>;

const Primary primary{
    "a condition such as `customer.country is \"DE\"` or `any Order Placed`\x1f"
    "no none at more fewer exactly last first total average highest lowest count number not today"};
const Comparison comparison{
    "a comparison such as `is`, `>=` or `contains`\x1f"
    "does"};
const Where where{"`where`"};
const Window window{"a window such as `in the last 3 days`"};

// ---- shared parts

const auto path_def = node(Node::path, kOperand >> *(kDot > kWord));

const auto duration_def = node(Node::duration, kNumber > kUnit > *((kSameLine >> kNumber) > kUnit));

const auto value_def = node(
    Node::value, kNumber | kText | kDate | kTime | kPercent | "yes"_k | "no"_k | kTrue | kFalse |
                     "today"_k | "now"_k |
                     Leaf(TokenKind::name, Node::name, "a name such as `Order Placed`") | path);

const auto paren = node(Node::paren, kParen > condition > kParenEnd);
const auto compare = node(Node::compare, path > comparison);

const auto where_def = "where"_k >
                       named("a comparison such as `total > 50`, or several in parentheses",
                             paren | compare);

const auto event_pattern_def = node(Node::pattern, kName > -where);

// ---- comparisons

const auto list = node(Node::list, kBracket > value > *(kComma > value) > kBracketEnd);

const auto greater_or_less = Symbol(TokenKind::greater, ">") |
                             Symbol(TokenKind::greater_equal, ">=") | Symbol(TokenKind::less, "<") |
                             Symbol(TokenKind::less_equal, "<=");

const auto comparison_def = node(Node::known, "is"_k >> -"not"_k >> ("known"_k | "unknown"_k)) |
                            node(Node::one_of, "is"_k >> "one"_k > "of"_k >
                                                   named("a list such as `[\"a\", \"b\"]`", list)) |
                            node(Node::before_after, "is"_k >> kBeforeAfter > value) |
                            node(Node::in_the, "is"_k >> "in"_k > "the"_k > kNextLast > duration) |
                            node(Node::contains, "contains"_k > value) |
                            node(Node::contains, "does"_k > "not"_k > "contain"_k > value) |
                            node(Node::sign, "is"_k > -"not"_k > value) |
                            node(Node::sign, greater_or_less > value) |
                            node(Node::sign, (kAssigned | kEquals | kNotEquals) > value);

// ---- history

const auto window_def =
    node(Node::window, "in"_k > "the"_k > "last"_k > duration) |
    node(Node::window, "since"_k > named("`entry`, a date or `the last` and an event",
                                         "entry"_k | kDate | ("the"_k > "last"_k > kName))) |
    node(Node::window, "before"_k >> "entry"_k);

const auto quantity = node(Node::quantity, kAmount) |
                      node(Node::quantity, "at"_k > kLeastMost > kNumber) |
                      node(Node::quantity, kMoreFewer > "than"_k > kNumber) |
                      node(Node::quantity, "exactly"_k > kNumber);

const auto followed =
    node(Node::followed, -"not"_k >> "followed"_k > "by"_k > event_pattern > "within"_k > duration);

const auto messages =
    node(Node::messages, "of"_k > "the"_k > "last"_k > kNumber > kMessages > "were"_k > kOutcome);

const auto history_def =
    node(Node::history, quantity > named("an event such as `Order Placed`, or `of the last`",
                                         messages | (event_pattern > -followed > -window)));

const auto last_field = node(Node::last_field, kFirstLast >> kName >> kDot > kWord > comparison);

const auto recency =
    node(Node::recency, kFirstLast >> event_pattern > "was"_k >
                            named("`more than`, `less than` or `between`",
                                  (kMoreLess > "than"_k > duration > "ago"_k) |
                                      ("between"_k > duration > "and"_k > duration > "ago"_k)));

// ---- aggregates

const auto aggregate =
    node(Node::aggregate,
         ((kSum >> "of"_k > named("an event such as `Order Placed`", kName) > kDot > kWord >
           -where > -window) |
          ("number"_k >> "of"_k > "different"_k > kName > kDot > kWord > -where > -window) |
          ("count"_k >> "of"_k > event_pattern > -window) |
          ("days"_k >> "between"_k > event_pattern > -window) |
          ("intent"_k >> "of"_k > event_pattern > "with"_k > "half-life"_k > duration) |
          ("engagement"_k >> "with"_k > kChannel >
           -("in"_k > "the"_k > "last"_k > kNumber > kMessages))) > comparison);

// ---- everything else a condition may be

const auto about_customer =
    node(Node::can_get, "customer"_k >> "can"_k > "get"_k > kChannel) |
    node(Node::is_in, "customer"_k >> "is"_k > -"not"_k > "in"_k > kName) |
    node(Node::been_in, "customer"_k >> "has"_k > "been"_k > "in"_k > kName > "for"_k > kMoreLess >
                            "than"_k > duration);

const auto about_today =
    node(Node::today_is,
         "today"_k >> "is"_k > named("a day, `a weekday`, `after` or `before`",
                                     ("a"_k > kDayKind) | (kBeforeAfter > kDate) | kName)) |
    node(Node::now_between, "now"_k >> "is"_k > "between"_k > kTime > "and"_k > kTime);

const auto primary_def = paren | node(Node::negation, "not"_k > primary) | history | last_field |
                         recency | aggregate | about_customer | about_today | compare;

const auto condition_def = node(Node::condition, primary >> *(kJoin > primary));

BOOST_SPIRIT_DEFINE(primary, comparison, where, window)

}  // namespace

SLUICE_RULE(PathRule, path)
SLUICE_RULE(DurationRule, duration)
SLUICE_RULE(ValueRule, value)
SLUICE_RULE(Pattern, event_pattern)
SLUICE_RULE(History, history)
SLUICE_RULE(Condition, condition)

}  // namespace sluice::dsl::parser
