#pragma once

// The rules that the parts of the grammar share, and the small parsers they are written with.

#include "dsl/parser/primitives.hpp"

namespace sluice::dsl::parser {

// ---- tokens

inline constexpr Symbol kOpen(TokenKind::left_brace, "{");
inline constexpr Symbol kClose(TokenKind::right_brace, "}");
inline constexpr Symbol kComma(TokenKind::comma, ",");
inline constexpr Symbol kDot(TokenKind::dot, ".");
inline constexpr Symbol kAssign(TokenKind::assign, "=");

inline constexpr Leaf kName(TokenKind::end, Node::name, "a name such as `Order Placed`");
inline constexpr Leaf kText(TokenKind::text, Node::text, "a text in quotes");
inline constexpr Leaf kNumber(TokenKind::number, Node::number, "a number");
inline constexpr Leaf kPercent(TokenKind::percent, Node::percent, "a share such as `50%`");
inline constexpr Leaf kTime(TokenKind::time, Node::time, "a time such as `09:30`");
inline constexpr Leaf kDate(TokenKind::date, Node::date, "a date such as `2026-11-27`");
inline constexpr Leaf kLabel(TokenKind::label, Node::label, "a label such as `@second-wait`");
inline constexpr DataWord kWord(false);
inline constexpr DataWord kOperand(true);
inline constexpr SameLine kSameLine;

inline constexpr Choice kChannel(Node::kind, "`email` or `sms`", {kw("email"), kw("sms")});
inline constexpr Choice kMessages(Node::kind, "`emails`, `sms` or `messages`",
                                  {kw("emails"), kw("sms"), kw("messages"), kw("email"),
                                   kw("message")});
inline constexpr Choice kUnit(
    Node::unit, "a time unit such as `minutes`, `hours` or `days`\x1fseconds weeks months years",
    {kw("second"), kw("seconds"), kw("minute"), kw("minutes"), kw("hour"), kw("hours"), kw("day"),
     kw("days"), kw("week"), kw("weeks"), kw("month"), kw("months"), kw("year"), kw("years")});
inline constexpr Choice kMoreLess(Node::kind, "`more` or `less`", {kw("more"), kw("less")});
inline constexpr Choice kBeforeAfter(Node::kind, "`before` or `after`",
                                     {kw("before"), kw("after")});
inline constexpr Choice kDayKind(Node::kind, "`weekday` or `weekend`",
                                 {kw("weekday"), kw("weekend")});

// ---- rules

using Condition = x3::rule<struct ConditionRule>;
using History = x3::rule<struct HistoryRule>;
using Pattern = x3::rule<struct PatternRule>;
using ValueRule = x3::rule<struct ValueRuleId>;
using DurationRule = x3::rule<struct DurationRuleId>;
using PathRule = x3::rule<struct PathRuleId>;
using Block = x3::rule<struct BlockRule>;
using FlowBody = x3::rule<struct FlowBodyRule>;
using ChangeOfState = x3::rule<struct ChangeOfStateRule>;
using TestRule = x3::rule<struct TestRuleId>;
using DeclRule = x3::rule<struct DeclRuleId>;
using FileRule = x3::rule<struct FileRuleId>;

inline const Condition condition{
    "a condition such as `customer.country is \"DE\"` or `any Order Placed`\x1f"
    "no none at more fewer exactly last first total average highest lowest count number not today"};
inline const History history{"a quantity and an event such as `any Order Placed`"};
inline const Pattern event_pattern{"an event such as `Order Placed`"};
inline const ValueRule value{"a value such as `12`, `\"text\"`, `yes` or a field"};
inline const DurationRule duration{"a duration such as `3 days`"};
inline const PathRule path{"a field such as `customer.country`"};
inline const Block block{"a block of steps in `{` and `}`"};
inline const FlowBody flow_body{"`{` and the lines of the flow"};
inline const ChangeOfState change_of_state{"`enters`, `leaves` or `moves from`"};
inline const TestRule test_declaration{"a test"};
inline const DeclRule declaration{"a declaration"};
inline const FileRule file_rule{"a file"};

BOOST_SPIRIT_DECLARE(Condition, History, Pattern, ValueRule, DurationRule, PathRule)
BOOST_SPIRIT_DECLARE(Block, FlowBody, ChangeOfState, TestRule, DeclRule, FileRule)

}  // namespace sluice::dsl::parser

/// Defines a declared rule and instantiates it for our one iterator and context.
#define SLUICE_RULE(Type, name) \
    BOOST_SPIRIT_DEFINE(name)   \
    BOOST_SPIRIT_INSTANTIATE(Type, Iterator, Context)
