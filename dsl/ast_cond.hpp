#pragma once

#include "dsl/source.hpp"
#include "dsl/value.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

/// Names, values and conditions of the tree; see dsl/ast.hpp.
namespace sluice::dsl::ast {

enum class Channel : std::uint8_t { email, sms };

/// A Capitalised Name or a quoted text used as a name.
struct Name {
    std::string text;
    Span span;
};

/// A dotted lowercase path: `total`, `customer.country`, `cart.cart_id`. At least one word.
struct Path {
    std::vector<std::string> words;
    Span span;
};

/// NUM unit { NUM unit }. Years are 12 months, weeks 7 days; calendar part first (T1).
struct Duration {
    std::int32_t months = 0;
    std::int32_t days = 0;
    std::int64_t seconds = 0;
    Span span;
};

struct TimeOfDay {
    std::int32_t minutes = 0;  // since midnight, 0..1439
    Span span;
};

struct Date {
    std::int64_t days = 0;  // since 1970-01-01
    Span span;
};

struct Today {};
struct Now {};

/// value = NUM | TEXT | yes | no | today | now | DATE | name | path. A Value literal covers NUM,
/// TEXT, yes/no, DATE and TIME.
struct ValueExpr {
    std::variant<Value, Name, Path, Today, Now> node;
    Span span;
};

// ---- conditions

struct Cond;
using CondPtr = std::unique_ptr<Cond>;

enum class CompareOp : std::uint8_t { equal, not_equal, greater, greater_equal, less, less_equal };

struct CmpKnown {
    bool known = true;
};  // is known | is unknown
struct CmpValue {
    CompareOp op;
    ValueExpr value;
};  // is v | is not v | > v ...
struct CmpOneOf {
    std::vector<ValueExpr> values;
};  // is one of [..]
struct CmpBeforeAfter {
    bool before;
    ValueExpr value;
};  // is before v | is after v
struct CmpInThe {
    bool next;
    Duration duration;
};  // is in the next|last D
struct CmpContains {
    bool negated;
    ValueExpr value;
};  // contains v | does not contain v
using Comparison =
    std::variant<CmpKnown, CmpValue, CmpOneOf, CmpBeforeAfter, CmpInThe, CmpContains>;

/// name [ where ( path cmp | "(" cond ")" ) ]
struct EventPattern {
    Name event;
    CondPtr where;  // null when there is none
    Span span;
};

enum class QuantityOp : std::uint8_t {
    any,
    none,
    at_least,
    at_most,
    more_than,
    fewer_than,
    exactly
};

struct Quantity {
    QuantityOp op = QuantityOp::any;
    std::int64_t count = 1;  // whole number; meaningless for any and none
    Span span;
};

/// in the last D | since entry | since DATE | since the last Event | before entry
struct Window {
    enum class Kind : std::uint8_t {
        in_the_last,
        since_entry,
        since_date,
        since_last_event,
        before_entry
    };
    Kind kind = Kind::in_the_last;
    Duration duration;
    Date date;
    Name event;
    Span span;
};

struct FollowedBy {
    bool negated = false;
    EventPattern event;
    Duration within;
};

struct CondAnd {
    std::vector<CondPtr> terms;
};
struct CondOr {
    std::vector<CondPtr> terms;
};
struct CondNot {
    CondPtr term;
};
/// `a and b or c` without parentheses; kept so that the checker can raise E118 with both readings.
struct CondMixed {
    std::vector<CondPtr> terms;
    std::vector<bool> is_and;
    std::vector<Span> joins;
};
struct CondCompare {
    Path path;
    Comparison comparison;
};
struct CondHistory {  // any Order Placed where … in the last 3 days
    Quantity quantity;
    EventPattern event;
    std::optional<FollowedBy> followed_by;
    std::optional<Window> window;
};
struct CondMessages {  // fewer than 2 of the last 5 emails were opened
    Quantity quantity;
    std::int64_t last = 0;
    std::string kind;     // "emails" | "sms" | "messages"
    std::string outcome;  // "opened" | "clicked" | "delivered" | "bounced" | "ignored"
};
struct CondRecency {  // last Order Placed was more than 60 days ago
    bool first = false;
    EventPattern event;
    enum class Op : std::uint8_t { more_than, less_than, between } op = Op::more_than;
    Duration low;   // the only duration, or the lower of `between`
    Duration high;  // `between` only
};
struct CondLastField {  // last Order Placed.category is "Shoes"
    bool first = false;
    Name event;
    std::string field;
    Comparison comparison;
};
struct CondAggregate {     // total of Order Placed.total in the last 365 days >= 500
    std::string function;  // total average highest lowest count number_of_different intent …
    EventPattern event;
    std::string field;  // empty for count
    std::optional<Window> window;
    std::optional<Duration> half_life;  // intent of … with half-life D
    std::int64_t last = 0;              // engagement … in the last N; 0: not said
    Comparison comparison;
};
struct CondCanGet {
    Channel channel;
};
struct CondIsIn {
    bool negated = false;
    Name state;
};
struct CondHasBeenIn {
    Name state;
    bool more = true;
    Duration duration;
};
struct CondToday {
    enum class Op : std::uint8_t { weekday, weekend, named_day, after, before } op = Op::weekday;
    Name day;
    Date date;
};
struct CondNowBetween {
    TimeOfDay from;
    TimeOfDay to;
};

struct Cond {
    std::variant<CondAnd, CondOr, CondNot, CondMixed, CondCompare, CondHistory, CondMessages,
                 CondRecency, CondLastField, CondAggregate, CondCanGet, CondIsIn, CondHasBeenIn,
                 CondToday, CondNowBetween>
        node;
    Span span;
};

}  // namespace sluice::dsl::ast
