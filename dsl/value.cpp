#include "dsl/value.hpp"

#include <algorithm>
#include <array>
#include <limits>

namespace sluice::dsl {

namespace {

constexpr std::int64_t kDayMs = 86'400'000;

struct Civil {
    std::int64_t year = 1970;
    unsigned month = 1;
    unsigned day = 1;
};

constexpr bool leap(std::int64_t year) {
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

constexpr unsigned days_in_month(std::int64_t year, unsigned month) {
    constexpr std::array<unsigned, 12> kDays{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return month == 2 && leap(year) ? 29 : kDays[month - 1];
}

// Both conversions count from 1 March of year 0 in eras of 400 years (146'097 days), which puts
// the leap day at the end of the counted year.
constexpr std::int64_t days_of(const Civil& civil) {
    const std::int64_t year = civil.month <= 2 ? civil.year - 1 : civil.year;
    const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
    const std::int64_t year_of_era = year - era * 400;
    const std::int64_t month = (civil.month + 9) % 12;
    const std::int64_t day_of_year = (153 * month + 2) / 5 + civil.day - 1;
    const std::int64_t day_of_era =
        year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146'097 + day_of_era - 719'468;
}

constexpr Civil civil_of(std::int64_t days) {
    const std::int64_t shifted = days + 719'468;
    const std::int64_t era = (shifted >= 0 ? shifted : shifted - 146'096) / 146'097;
    const std::int64_t day_of_era = shifted - era * 146'097;
    const std::int64_t year_of_era =
        (day_of_era - day_of_era / 1'460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
    const std::int64_t day_of_year =
        day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    const std::int64_t month = (5 * day_of_year + 2) / 153;
    Civil civil;
    civil.day = static_cast<unsigned>(day_of_year - (153 * month + 2) / 5 + 1);
    civil.month = static_cast<unsigned>(month < 10 ? month + 3 : month - 9);
    civil.year = year_of_era + era * 400 + (civil.month <= 2 ? 1 : 0);
    return civil;
}

bool digit(char c) {
    return c >= '0' && c <= '9';
}

std::optional<unsigned> digits(std::string_view text) {
    unsigned number = 0;
    for (const char c : text) {
        if (!digit(c)) {
            return std::nullopt;
        }
        number = number * 10 + static_cast<unsigned>(c - '0');
    }
    return number;
}

std::string format_number(std::int64_t scaled) {
    const bool negative = scaled < 0;
    const std::uint64_t size =
        negative ? ~static_cast<std::uint64_t>(scaled) + 1 : static_cast<std::uint64_t>(scaled);
    std::string text = negative ? "-" : "";
    text += std::to_string(size / kDecimalScale);
    std::string rest = std::to_string(size % kDecimalScale);
    rest.insert(0, 4 - rest.size(), '0');
    while (!rest.empty() && rest.back() == '0') {
        rest.pop_back();
    }
    return rest.empty() ? text : text + "." + rest;
}

std::string two_digits(std::int64_t number) {
    std::string text = std::to_string(number);
    return text.size() < 2 ? "0" + text : text;
}

std::string format_time(std::int64_t minutes) {
    return two_digits(minutes / 60) + ":" + two_digits(minutes % 60);
}

std::string format_moment(std::int64_t ms) {
    const std::int64_t days = (ms >= 0 ? ms : ms - (kDayMs - 1)) / kDayMs;
    const std::int64_t rest = ms - days * kDayMs;
    std::string text =
        format_date(days) + "T" + format_time(rest / 60'000) + ":" + two_digits(rest / 1'000 % 60);
    if (rest % 1'000 != 0) {
        std::string thousandths = std::to_string(rest % 1'000);
        text += "." + std::string(3 - thousandths.size(), '0') + thousandths;
    }
    return text + "Z";
}

std::string join(const std::vector<std::string>& items) {
    std::string text;
    for (const std::string& item : items) {
        text += (text.empty() ? "" : ", ") + item;
    }
    return text;
}

/// A number of digits only, so few that nothing can overflow: nearly every number there is.
std::optional<std::int64_t> short_whole(std::string_view text) {
    constexpr std::size_t kDigits = 14;
    if (text.empty() || text.size() > kDigits) {
        return std::nullopt;
    }
    std::int64_t whole = 0;
    for (const char c : text) {
        if (!digit(c)) {
            return std::nullopt;
        }
        whole = whole * 10 + (c - '0');
    }
    return whole;
}

}  // namespace

std::string to_text(const Value& value) {
    switch (value.kind) {
        case Value::Kind::unknown:
            return {};
        case Value::Kind::number:
            return format_number(value.number);
        case Value::Kind::text:
            return value.text;
        case Value::Kind::yes_no:
            return value.number != 0 ? "yes" : "no";
        case Value::Kind::date:
            return format_date(value.number);
        case Value::Kind::time:
            return format_time(value.number);
        case Value::Kind::moment:
            return format_moment(value.number);
        case Value::Kind::list:
            return join(value.items);
    }
    return {};
}

std::optional<std::int64_t> parse_decimal(std::string_view text) {
    if (const auto whole = short_whole(text)) {
        return *whole * kDecimalScale;
    }
    const bool negative = text.starts_with('-');
    if (negative) {
        text.remove_prefix(1);
    }
    const std::size_t point = std::min(text.find('.'), text.size());
    const std::string_view whole = text.substr(0, point);
    const std::string_view fraction = point < text.size() ? text.substr(point + 1) : "0";
    if (whole.empty() || fraction.empty()) {
        return std::nullopt;
    }
    constexpr std::int64_t kLimit = std::numeric_limits<std::int64_t>::max();
    std::int64_t scaled = 0;
    const auto append = [&](char c) {
        const std::int64_t number = c - '0';
        const bool fits = digit(c) && scaled <= (kLimit - number) / 10;
        scaled = fits ? scaled * 10 + number : scaled;
        return fits;
    };
    constexpr std::size_t kPlaces = 4;
    for (const char c : whole) {
        if (!append(c)) {
            return std::nullopt;
        }
    }
    for (std::size_t place = 0; place < std::max(kPlaces, fraction.size()); ++place) {
        const char c = place < fraction.size() ? fraction[place] : '0';
        if (place < kPlaces ? !append(c) : !digit(c)) {
            return std::nullopt;
        }
    }
    return negative ? -scaled : scaled;
}

std::optional<std::int64_t> parse_date(std::string_view text) {
    if (text.size() < 10 || text[4] != '-' || text[7] != '-') {
        return std::nullopt;
    }
    if (text.size() > 10 && text[10] != 'T' && text[10] != 't' && text[10] != ' ') {
        return std::nullopt;
    }
    const auto year = digits(text.substr(0, 4));
    const auto month = digits(text.substr(5, 2));
    const auto day = digits(text.substr(8, 2));
    if (!year || !month || !day || *year == 0 || *month < 1 || *month > 12 || *day < 1 ||
        *day > days_in_month(*year, *month)) {
        return std::nullopt;
    }
    return days_of({static_cast<std::int64_t>(*year), *month, *day});
}

std::string format_date(std::int64_t days) {
    const Civil civil = civil_of(days);
    std::string year = std::to_string(civil.year < 0 ? -civil.year : civil.year);
    if (year.size() < 4) {
        year.insert(0, 4 - year.size(), '0');
    }
    return (civil.year < 0 ? "-" : "") + year + "-" + two_digits(civil.month) + "-" +
           two_digits(civil.day);
}

std::string to_text(const Type& type) {
    switch (type.kind) {
        case TypeKind::text:
            return "text";
        case TypeKind::number:
            return "number";
        case TypeKind::money:
            return "money";
        case TypeKind::date:
            return "date";
        case TypeKind::time:
            return "time";
        case TypeKind::timezone:
            return "timezone";
        case TypeKind::yes_no:
            return "yes-no";
        case TypeKind::list:
            return "list of text";
        case TypeKind::one_of:
            break;
    }
    std::string text;
    for (const std::string& option : type.options) {
        text += (text.empty() ? "one of \"" : ", \"") + option + "\"";
    }
    return text.empty() ? "one of" : text;
}

}  // namespace sluice::dsl
