#include "dsl/parser/grammar.hpp"

namespace sluice::dsl::parser {

namespace {

using Props = x3::rule<struct PropsRule>;
using Moment = x3::rule<struct MomentRule>;

const Props props{"`{` and what is known, such as `{ total 80 }`"};
const Moment moment{"a duration such as `2 hours`, or a date and a time"};

constexpr Symbol kBracket(TokenKind::left_bracket, "[");
constexpr Symbol kBracketEnd(TokenKind::right_bracket, "]");

const auto list = node(Node::list, kBracket > -(value >> *(kComma > value)) > kBracketEnd);

const auto props_def = kOpen > *node(Node::prop, kWord > named("a value such as `12` or `\"text\"`",
                                                               list | value)) >
                       named("`}` or a word and its value", kClose);

const auto moment_def = node(Node::moment, (kDate > kTime) | duration);

const auto given = "given"_k >
                   named("`customer` or an event",
                         node(Node::given_customer, "customer"_k > props) |
                             node(Node::given_event, kName > duration > "ago"_k > -props));

const auto at =
    node(Node::at_customer, "at"_k >> moment >> "customer"_k > props) |
    node(Node::at_event, "at"_k > moment > named("an event or `customer`", kName) > -props);

const auto at_moment = "at"_k >> moment;

const auto expectation =
    node(Node::expect_nothing, "nothing"_k > "sent"_k) |
    node(Node::expect_no, "no"_k >> kChannel > -(kSameLine >> kName)) |
    node(Node::expect_send, at_moment >> kChannel > kName) |
    node(Node::expect_call, at_moment > named("`email`, `sms` or `call`", "call"_k) > kName) |
    node(Node::expect_count, kNumber > kMessages > "sent"_k) |
    node(Node::expect_goal, "goal"_k >> "reached"_k) |
    node(Node::expect_ended, "ended"_k > -("because"_k > kText)) |
    node(Node::expect_condition, condition);

const auto line =
    node(Node::clock, "clock"_k > kDate > kTime) | given | at |
    node(Node::advance, "advance"_k > duration) |
    ("expect"_k >
     named("`nothing sent`, `at` a time, `goal reached`, `ended` or a condition", expectation));

const auto test_declaration_def =
    node(Node::test, "test"_k > kText > "for"_k > kName > braces(Place::test, line));

BOOST_SPIRIT_DEFINE(props, moment)

}  // namespace

SLUICE_RULE(TestRule, test_declaration)

}  // namespace sluice::dsl::parser
