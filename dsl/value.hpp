#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::dsl {

/// Fixed-point scale of every number and amount of money: 1 is stored as 10'000. Integers, never
/// doubles, so that a sliding sum that subtracts returns to zero (language.md §3.2).
inline constexpr std::int64_t kDecimalScale = 10'000;

/// One datum of a trait, an event property, a literal or a template variable.
///
/// `number` is the payload of number (scaled by kDecimalScale), yes_no (0 or 1), date (days since
/// 1970-01-01), time (minutes since midnight) and moment (milliseconds since the Unix epoch, UTC).
/// A default-constructed Value is unknown: the customer or event does not have the datum.
struct Value {
    enum class Kind : std::uint8_t { unknown, number, text, yes_no, date, time, moment, list };

    Kind kind = Kind::unknown;
    std::int64_t number = 0;
    std::string text;
    std::vector<std::string> items;

    [[nodiscard]] bool known() const { return kind != Kind::unknown; }
    friend bool operator==(const Value&, const Value&) = default;

    static Value of_number(std::int64_t scaled) { return {Kind::number, scaled, {}, {}}; }
    static Value of_integer(std::int64_t whole) { return of_number(whole * kDecimalScale); }
    static Value of_text(std::string_view text) { return {Kind::text, 0, std::string(text), {}}; }
    static Value of_yes_no(bool yes) { return {Kind::yes_no, yes ? 1 : 0, {}, {}}; }
    static Value of_date(std::int64_t days) { return {Kind::date, days, {}, {}}; }
    static Value of_time(std::int64_t minutes) { return {Kind::time, minutes, {}, {}}; }
    static Value of_moment(std::int64_t ms) { return {Kind::moment, ms, {}, {}}; }
    static Value of_list(std::vector<std::string> items) {
        return {Kind::list, 0, {}, std::move(items)};
    }
};

/// The plain text form: `12.5`, `yes`, `2026-03-29`, `09:30`, list items joined by ", ".
/// Unknown gives the empty string. Used by templates, traces and `dump()`.
std::string to_text(const Value& value);

/// Parses a decimal number such as `12`, `-3.5`, `0.0001`; at most four digits after the point are
/// kept (further digits are truncated). Empty when the text is not a number or does not fit.
std::optional<std::int64_t> parse_decimal(std::string_view text);

/// Days since 1970-01-01 of `YYYY-MM-DD` (a longer ISO 8601 text is cut at the date). Empty when
/// it is not a calendar date. Proleptic Gregorian, years 0001 to 9999.
std::optional<std::int64_t> parse_date(std::string_view text);

/// `YYYY-MM-DD` of days since 1970-01-01.
std::string format_date(std::int64_t days);

/// Declared type of a customer field or event field.
enum class TypeKind : std::uint8_t {
    text,
    number,
    money,
    date,
    time,
    timezone,
    yes_no,
    list,
    one_of
};

struct Type {
    TypeKind kind = TypeKind::text;
    std::vector<std::string> options;  // one_of only, in declaration order
    friend bool operator==(const Type&, const Type&) = default;
};

/// The author's words for a type: `text`, `yes-no`, `list of text`, `one of "a", "b"`.
std::string to_text(const Type& type);

}  // namespace sluice::dsl
