#include "connectors/provider_text.hpp"

#include "connectors/encoding.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace sluice::connectors {
namespace {

constexpr std::size_t kTextBytesMax = 500;
constexpr std::chrono::seconds kRetryAfterMax = std::chrono::hours(24);
constexpr std::size_t kPhoneDigitsMin = 7;

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool ends_token(char c) {
    return static_cast<unsigned char>(c) <= 0x20 || c == '<' || c == '>' || c == '"' || c == '\'' ||
           c == '(' || c == ')' || c == ',' || c == ';' || c == '[' || c == ']';
}

/// The end of a phone number that begins at `at`, or `at` when none does.
std::size_t phone_end(std::string_view text, std::size_t at) {
    std::size_t digits = 0;
    std::size_t end = at;
    for (std::size_t i = at; i < text.size(); ++i) {
        const char c = text[i];
        if (is_digit(c)) {
            ++digits;
            end = i + 1;
        } else if (c != ' ' && c != '-' && c != '(' && c != ')' && !(c == '+' && i == at)) {
            break;
        }
    }
    return digits >= kPhoneDigitsMin ? end : at;
}

bool starts_number(std::string_view text, std::size_t at) {
    const bool begins = is_digit(text[at]) || text[at] == '+';
    const bool inside_word = at > 0 && (is_digit(text[at - 1]) || (text[at - 1] | 0x20) >= 'a');
    return begins && !inside_word;
}

std::string without_addresses(std::string_view text) {
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
        if (ends_token(text[at])) {
            out.push_back(text[at++]);
            continue;
        }
        if (starts_number(text, at)) {
            const std::size_t end = phone_end(text, at);
            if (end != at) {
                out += "<address>";
                at = end;
                continue;
            }
        }
        const auto stop =
            std::find_if(text.begin() + static_cast<std::ptrdiff_t>(at), text.end(), ends_token);
        const auto token = text.substr(at, static_cast<std::size_t>(stop - text.begin()) - at);
        const bool address = token.find('@') != std::string_view::npos ||
                             token.find("%40") != std::string_view::npos;
        out += address ? std::string_view("<address>") : token;
        at += token.size();
    }
    return out;
}

std::optional<int> number(std::string_view text) {
    text = trim(text);
    int value = 0;
    const auto [stop, code] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || code != std::errc() || stop != text.data() + text.size() || value < 0) {
        return std::nullopt;
    }
    return value;
}

std::optional<unsigned> month_of(std::string_view name) {
    constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const auto found = std::find(kMonths.begin(), kMonths.end(), name);
    if (found == kMonths.end()) {
        return std::nullopt;
    }
    return static_cast<unsigned>(found - kMonths.begin()) + 1;
}

struct DateParts {
    std::optional<int> year;
    std::optional<unsigned> month;
    std::optional<int> day;
    std::string_view time;  // "08:49:37"
};

std::optional<Instant> instant_of(const DateParts& parts) {
    if (!parts.year || !parts.month || !parts.day || parts.time.size() != 8) {
        return std::nullopt;
    }
    const auto hour = number(parts.time.substr(0, 2));
    const auto minute = number(parts.time.substr(3, 2));
    const auto second = number(parts.time.substr(6, 2));
    const std::chrono::year_month_day date{std::chrono::year(*parts.year),
                                           std::chrono::month(*parts.month),
                                           std::chrono::day(static_cast<unsigned>(*parts.day))};
    if (!hour || !minute || !second || *hour > 23 || *minute > 59 || *second > 60 || !date.ok()) {
        return std::nullopt;
    }
    return Instant(std::chrono::sys_days(date)) + std::chrono::hours(*hour) +
           std::chrono::minutes(*minute) + std::chrono::seconds(*second);
}

/// "Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994".
std::optional<Instant> parse_http_date(std::string_view text) {
    DateParts parts;
    const std::size_t comma = text.find(", ");
    if (comma != std::string_view::npos && text.ends_with(" GMT")) {
        const std::string_view rest = text.substr(comma + 2);
        const bool short_year = rest.size() == 22 && rest[2] == '-';
        if (!short_year && rest.size() != 24) {
            return std::nullopt;
        }
        parts.day = number(rest.substr(0, 2));
        parts.month = month_of(rest.substr(3, 3));
        parts.year = number(rest.substr(7, short_year ? 2 : 4));
        parts.time = rest.substr(short_year ? 10 : 12, 8);
        if (short_year && parts.year) {
            // RFC 9110 asks for the nearest such year; a Retry-After lies in this century.
            parts.year = *parts.year + 2000;
        }
    } else if (text.size() == 24 && comma == std::string_view::npos) {
        parts.month = month_of(text.substr(4, 3));
        parts.day = number(text.substr(8, 2));
        parts.time = text.substr(11, 8);
        parts.year = number(text.substr(20, 4));
    }
    return instant_of(parts);
}

}  // namespace

std::string provider_text(std::string_view words) {
    std::string line(words);
    std::replace_if(
        line.begin(), line.end(),
        [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
    return cut_utf8(without_addresses(trim(line)), kTextBytesMax);
}

std::optional<std::chrono::seconds> parse_retry_after(std::string_view value, Instant now) {
    value = trim(value);
    const bool digits = !value.empty() && std::all_of(value.begin(), value.end(), is_digit);
    if (digits) {
        const auto seconds = number(value);
        return seconds ? std::min(std::chrono::seconds(*seconds), kRetryAfterMax) : kRetryAfterMax;
    }
    const auto at = parse_http_date(value);
    if (!at) {
        return std::nullopt;
    }
    const auto wait = std::chrono::ceil<std::chrono::seconds>(*at - now);
    return std::clamp(wait, std::chrono::seconds(0), kRetryAfterMax);
}

}  // namespace sluice::connectors
