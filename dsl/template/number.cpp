#include "dsl/template/number.hpp"

#include "dsl/template/text.hpp"

#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <string>

namespace sluice::dsl::tpl {
namespace {

using Wide = __int128;

constexpr int kWideDigits = 37;  // any number of 37 digits fits a signed 128-bit integer

/// mantissa × 10^exponent.
struct Decimal {
    Wide mantissa = 0;
    int exponent = 0;
};

int digits_of(Wide value) {
    int digits = 1;
    for (Wide rest = value < 0 ? -value : value; rest >= 10; rest /= 10) {
        ++digits;
    }
    return digits;
}

Wide power_of_ten(int exponent) {
    Wide power = 1;
    for (; exponent > 0; --exponent) {
        power *= 10;
    }
    return power;
}

/// The shortest decimal that reads back as `value`.
Decimal decimal_of(double value) {
    char text[40];
    const auto end = std::to_chars(text, text + sizeof text, value, std::chars_format::scientific);
    Decimal result;
    const char* at = text;
    const bool negative = *at == '-';
    at += negative ? 1 : 0;
    bool fraction = false;
    for (; at != end.ptr && *at != 'e'; ++at) {
        if (*at == '.') {
            fraction = true;
            continue;
        }
        result.mantissa = result.mantissa * 10 + (*at - '0');
        result.exponent -= fraction ? 1 : 0;
    }
    int exponent = 0;
    at += at[1] == '+' ? 2 : 1;
    std::from_chars(at, end.ptr, exponent);
    result.exponent += exponent;
    result.mantissa = negative ? -result.mantissa : result.mantissa;
    return result;
}

Decimal decimal_of(const Val& number) {
    if (number.is(Val::Kind::integer)) {
        return {number.as.integer, 0};
    }
    return decimal_of(number.as.decimal);
}

double double_of(const Decimal& value) {
    char text[64];
    char* at = text + sizeof text;
    const bool negative = value.mantissa < 0;
    Wide rest = negative ? -value.mantissa : value.mantissa;
    char* const end = at;
    do {
        *--at = static_cast<char>('0' + static_cast<int>(rest % 10));
        rest /= 10;
    } while (rest != 0);
    std::string digits(at, end);
    digits.append("e").append(std::to_string(value.exponent));
    double result = 0;
    if (read_decimal(digits, result) == std::errc::result_out_of_range) {
        result = value.exponent > 0 ? std::numeric_limits<double>::infinity() : 0;
    }
    return negative ? -result : result;
}

double plain(const Val& number) {
    return number.is(Val::Kind::integer) ? static_cast<double>(number.as.integer)
                                         : number.as.decimal;
}

/// Brings both to the smaller exponent; false when the digits would not fit.
bool align(Decimal& left, Decimal& right) {
    Decimal& high = left.exponent > right.exponent ? left : right;
    const Decimal& low = left.exponent > right.exponent ? right : left;
    const int shift = high.exponent - low.exponent;
    if (high.mantissa == 0) {
        high.exponent = low.exponent;
        return true;
    }
    if (shift + digits_of(high.mantissa) > kWideDigits) {
        return false;
    }
    high.mantissa *= power_of_ten(shift);
    high.exponent = low.exponent;
    return true;
}

double divide(Decimal left, const Decimal& right) {
    const int shift = kWideDigits - digits_of(left.mantissa);
    left.mantissa *= power_of_ten(shift);
    return double_of({left.mantissa / right.mantissa, left.exponent - shift - right.exponent});
}

double modulo(Decimal left, Decimal right, double fallback) {
    if (!align(left, right)) {
        return fallback;
    }
    Wide rest = left.mantissa % right.mantissa;
    if (rest != 0 && (rest < 0) != (right.mantissa < 0)) {
        rest += right.mantissa;
    }
    return double_of({rest, left.exponent});
}

double decimal_result(Operation operation, const Val& left, const Val& right) {
    Decimal a = decimal_of(left);
    Decimal b = decimal_of(right);
    switch (operation) {
        case Operation::plus:
            return align(a, b) ? double_of({a.mantissa + b.mantissa, a.exponent})
                               : plain(left) + plain(right);
        case Operation::minus:
            return align(a, b) ? double_of({a.mantissa - b.mantissa, a.exponent})
                               : plain(left) - plain(right);
        case Operation::times:
            return double_of({a.mantissa * b.mantissa, a.exponent + b.exponent});
        case Operation::divided_by:
            return divide(a, b);
        case Operation::modulo:
            return modulo(a, b, std::fmod(plain(left), plain(right)));
    }
    return 0;
}

std::optional<std::int64_t> integer_result(Operation operation, std::int64_t a, std::int64_t b) {
    std::int64_t result = 0;
    bool overflow = false;
    switch (operation) {
        case Operation::plus:
            overflow = __builtin_add_overflow(a, b, &result);
            break;
        case Operation::minus:
            overflow = __builtin_sub_overflow(a, b, &result);
            break;
        case Operation::times:
            overflow = __builtin_mul_overflow(a, b, &result);
            break;
        case Operation::divided_by:
        case Operation::modulo:
            overflow = b == -1 && a == std::numeric_limits<std::int64_t>::min();
            if (overflow) {
                break;
            }
            // Ruby rounds the quotient down, C++ towards zero.
            result = operation == Operation::modulo ? a % b : a / b;
            if (a % b != 0 && (a < 0) != (b < 0)) {
                result += operation == Operation::modulo ? b : -1;
            }
            break;
    }
    return overflow ? std::nullopt : std::optional(result);
}

bool is_finite(const Val& number) {
    return number.is(Val::Kind::integer) || std::isfinite(number.as.decimal);
}

std::string_view numeric_prefix(std::string_view text, bool& fraction) {
    std::size_t at = !text.empty() && (text[0] == '-' || text[0] == '+') ? 1 : 0;
    const std::size_t start = at;
    while (at < text.size() && text[at] >= '0' && text[at] <= '9') {
        ++at;
    }
    std::size_t end = at;
    if (at > start && at + 1 < text.size() && text[at] == '.') {
        for (++at; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at) {
            end = at + 1;
        }
    }
    // Only a whole text is a decimal: "5.1 kg" counts 5, as in Ruby.
    fraction = end == text.size() && text.find('.') != std::string_view::npos;
    return fraction ? text : text.substr(0, text.find('.') < end ? text.find('.') : end);
}

Val number_of_text(std::string_view text) {
    text = trim(text);
    bool fraction = false;
    std::string_view digits = numeric_prefix(text, fraction);
    if (!digits.empty() && digits.front() == '+') {
        digits.remove_prefix(1);
    }
    if (fraction) {
        double value = 0;
        read_decimal(digits, value);
        return Val::of(value);
    }
    std::int64_t value = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return Val::of(value);
}

enum class Direction : std::uint8_t { down, up, nearest };

/// Rounds to a whole multiple of 10^exponent.
Decimal rounded(const Decimal& value, int exponent, Direction direction) {
    const int dropped = exponent - value.exponent;
    if (dropped <= 0) {
        return value;
    }
    if (dropped > kWideDigits) {
        const bool away = (direction == Direction::up && value.mantissa > 0) ||
                          (direction == Direction::down && value.mantissa < 0);
        return {away ? (value.mantissa < 0 ? -1 : 1) : 0, exponent};
    }
    const Wide unit = power_of_ten(dropped);
    Wide quotient = value.mantissa / unit;
    const Wide rest = value.mantissa % unit;
    const Wide size = rest < 0 ? -rest : rest;
    const bool negative = value.mantissa < 0;
    if (direction == Direction::nearest) {
        quotient += size >= unit - size ? (negative ? -1 : 1) : 0;
    } else if (rest != 0 && (direction == Direction::up) != negative) {
        quotient += negative ? -1 : 1;
    }
    return {quotient, exponent};
}

/// The integer nearest in `direction`; saturates outside 64 bits.
Val whole(const Val& number, Direction direction) {
    if (number.is(Val::Kind::integer)) {
        return number;
    }
    const Decimal result = rounded(decimal_of(number.as.decimal), 0, direction);
    if (result.mantissa == 0) {
        return Val::of(std::int64_t{0});
    }
    if (result.exponent + digits_of(result.mantissa) > 19) {
        return Val::of(result.mantissa < 0 ? std::numeric_limits<std::int64_t>::min()
                                           : std::numeric_limits<std::int64_t>::max());
    }
    const Wide value = result.mantissa * power_of_ten(result.exponent);
    if (value > std::numeric_limits<std::int64_t>::max()) {
        return Val::of(std::numeric_limits<std::int64_t>::max());
    }
    return Val::of(static_cast<std::int64_t>(value));
}

}  // namespace

Val to_number(const Val& value) {
    if (value.is_number()) {
        return is_finite(value) ? value : Val::of(std::int64_t{0});
    }
    return value.is(Val::Kind::text) ? number_of_text(value.text()) : Val::of(std::int64_t{0});
}

std::optional<Val> calculate(Operation operation, const Val& left, const Val& right) {
    const bool divides = operation == Operation::divided_by || operation == Operation::modulo;
    if (divides && plain(right) == 0) {
        return std::nullopt;
    }
    if (left.is(Val::Kind::integer) && right.is(Val::Kind::integer)) {
        const auto result = integer_result(operation, left.as.integer, right.as.integer);
        return result ? std::optional(Val::of(*result)) : std::nullopt;
    }
    return Val::of(decimal_result(operation, left, right));
}

Val round_to(const Val& number, std::int64_t digits) {
    if (digits == 0) {
        return whole(number, Direction::nearest);
    }
    constexpr std::int64_t kFarDigits = 400;  // beyond every double
    const int places = static_cast<int>(digits > kFarDigits    ? kFarDigits
                                        : digits < -kFarDigits ? -kFarDigits
                                                               : digits);
    if (digits > 0) {
        return number.is(Val::Kind::integer)
                   ? number
                   : Val::of(double_of(rounded(decimal_of(number), -places, Direction::nearest)));
    }
    const Decimal result = rounded(decimal_of(number), -places, Direction::nearest);
    return result.mantissa == 0 ? Val::of(std::int64_t{0})
                                : whole(Val::of(double_of(result)), Direction::nearest);
}

Val floor_of(const Val& number) {
    return whole(number, Direction::down);
}

Val ceil_of(const Val& number) {
    return whole(number, Direction::up);
}

void append_money(std::string& out, const Val& number) {
    const Decimal value = rounded(decimal_of(number), -2, Direction::nearest);
    const int shift = value.exponent + 2;
    if (shift + digits_of(value.mantissa) > kWideDigits) {
        append_text(out, number);
        return;
    }
    const Wide cents = value.mantissa * power_of_ten(shift);
    Wide rest = cents < 0 ? -cents : cents;
    char text[64];
    char* const end = text + sizeof text;
    char* at = end;
    for (int place = 0; place < 3 || rest != 0; ++place) {
        if (place == 2) {
            *--at = '.';
        }
        *--at = static_cast<char>('0' + static_cast<int>(rest % 10));
        rest /= 10;
    }
    out.append(cents < 0 ? "-" : "").append(at, end);
}

#if defined(__cpp_lib_to_chars)
std::errc read_decimal(std::string_view text, double& value) {
    return std::from_chars(text.data(), text.data() + text.size(), value).ec;
}
#else
std::errc read_decimal(std::string_view text, double& value) {
    // Callers pass digits only, so that what strtod reads beyond them (blanks, signs, hexadecimal)
    // does not matter; without setlocale the point is a point.
    const std::string digits(text);
    char* end = nullptr;
    const double read = std::strtod(digits.c_str(), &end);
    if (end == digits.c_str()) {
        return std::errc::invalid_argument;
    }
    if (read == HUGE_VAL || (read == 0 && digits.find_first_of("123456789") < digits.find('e'))) {
        return std::errc::result_out_of_range;
    }
    value = read;
    return {};
}
#endif

std::optional<std::int64_t> strict_integer(const Val& value) {
    if (value.is(Val::Kind::integer)) {
        return value.as.integer;
    }
    if (!value.is(Val::Kind::text)) {
        return std::nullopt;
    }
    std::string_view text = trim(value.text());
    if (!text.empty() && text.front() == '+') {
        text.remove_prefix(1);
    }
    std::int64_t result = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), result);
    const bool whole_text = read.ec == std::errc() && read.ptr == text.data() + text.size();
    return whole_text && !text.empty() ? std::optional(result) : std::nullopt;
}

std::int64_t loose_integer(const Val& value) {
    const Val number = to_number(value);
    if (number.is(Val::Kind::integer)) {
        return number.as.integer;
    }
    const Val cut = number.as.decimal < 0 ? ceil_of(number) : floor_of(number);
    return cut.as.integer;
}

}  // namespace sluice::dsl::tpl
