#include "engine/base/clock.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace sluice {
namespace {

/// What four digits of year can say; instants outside are shown as the nearest border.
constexpr Instant kFirstPrintable =
    std::chrono::sys_days{std::chrono::year{0} / std::chrono::January / 1};
constexpr Instant kLastPrintable =
    std::chrono::sys_days{std::chrono::year{9999} / std::chrono::December / 31} +
    std::chrono::days{1} - Millis{1};

void append_digits(std::string& out, std::int64_t value, int width) {
    const std::size_t start = out.size();
    out.append(static_cast<std::size_t>(width), '0');
    for (std::size_t i = out.size(); i > start; --i) {
        out[i - 1] = static_cast<char>('0' + value % 10);
        value /= 10;
    }
}

/// Walks over a text; every read either takes what it asks for or leaves the rest alone.
class Reader {
public:
    explicit Reader(std::string_view text) : rest_(text) {}

    /// Exactly `width` digits, or empty.
    std::optional<int> digits(std::size_t width) {
        if (rest_.size() < width) {
            return std::nullopt;
        }
        int value = 0;
        for (std::size_t i = 0; i < width; ++i) {
            if (rest_[i] < '0' || rest_[i] > '9') {
                return std::nullopt;
            }
            value = value * 10 + (rest_[i] - '0');
        }
        rest_.remove_prefix(width);
        return value;
    }

    bool take(char wanted) {
        if (rest_.empty() || rest_.front() != wanted) {
            return false;
        }
        rest_.remove_prefix(1);
        return true;
    }

    /// Digits of a fraction of a second, cut off (not rounded) below the millisecond, so that an
    /// event never moves into the next second.
    std::optional<int> fraction_ms() {
        int value = 0;
        int count = 0;
        while (!rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9') {
            if (count < 3) {
                value = value * 10 + (rest_.front() - '0');
            }
            ++count;
            rest_.remove_prefix(1);
        }
        if (count == 0) {
            return std::nullopt;
        }
        for (; count < 3; ++count) {
            value *= 10;
        }
        return value;
    }

    [[nodiscard]] bool done() const { return rest_.empty(); }

private:
    std::string_view rest_;
};

std::optional<Instant> read_date(Reader& in) {
    const auto year = in.digits(4);
    if (!year || !in.take('-')) {
        return std::nullopt;
    }
    const auto month = in.digits(2);
    if (!month || !in.take('-')) {
        return std::nullopt;
    }
    const auto day = in.digits(2);
    if (!day) {
        return std::nullopt;
    }
    const std::chrono::year_month_day date{std::chrono::year{*year},
                                           std::chrono::month{static_cast<unsigned>(*month)},
                                           std::chrono::day{static_cast<unsigned>(*day)}};
    if (!date.ok()) {
        return std::nullopt;
    }
    return Instant{std::chrono::sys_days{date}};
}

/// HH:MM, then optionally :SS and a fraction. A leap second (:60) is the next second.
std::optional<Millis> read_time(Reader& in) {
    const auto hour = in.digits(2);
    if (!hour || *hour > 23 || !in.take(':')) {
        return std::nullopt;
    }
    const auto minute = in.digits(2);
    if (!minute || *minute > 59) {
        return std::nullopt;
    }
    Millis time = std::chrono::hours{*hour} + std::chrono::minutes{*minute};
    if (!in.take(':')) {
        return time;
    }
    const auto second = in.digits(2);
    if (!second || *second > 60) {
        return std::nullopt;
    }
    time += std::chrono::seconds{*second};
    if (in.take('.') || in.take(',')) {
        const auto fraction = in.fraction_ms();
        if (!fraction) {
            return std::nullopt;
        }
        time += Millis{*fraction};
    }
    return time;
}

/// `Z`, `+02:00`, `+0200`, `+02`, or nothing at all (UTC).
std::optional<Millis> read_offset(Reader& in) {
    if (in.done() || in.take('Z') || in.take('z')) {
        return Millis{0};
    }
    int sign = 1;
    if (in.take('-')) {
        sign = -1;
    } else if (!in.take('+')) {
        return std::nullopt;
    }
    const auto hours = in.digits(2);
    if (!hours || *hours > 23) {
        return std::nullopt;
    }
    int minutes = 0;
    if (!in.done()) {
        in.take(':');
        const auto read = in.digits(2);
        if (!read || *read > 59) {
            return std::nullopt;
        }
        minutes = *read;
    }
    return sign * (std::chrono::hours{*hours} + std::chrono::minutes{minutes});
}

}  // namespace

Instant SystemClock::now() const {
    return std::chrono::floor<Millis>(std::chrono::system_clock::now());
}

std::string format_rfc3339(Instant at) {
    at = std::clamp(at, kFirstPrintable, kLastPrintable);
    const auto day = std::chrono::floor<std::chrono::days>(at);
    const std::chrono::year_month_day date{day};
    const std::int64_t ms = (at - day).count();
    std::string out;
    out.reserve(24);
    append_digits(out, static_cast<int>(date.year()), 4);
    out.push_back('-');
    append_digits(out, static_cast<unsigned>(date.month()), 2);
    out.push_back('-');
    append_digits(out, static_cast<unsigned>(date.day()), 2);
    out.push_back('T');
    append_digits(out, ms / 3'600'000, 2);
    out.push_back(':');
    append_digits(out, ms / 60'000 % 60, 2);
    out.push_back(':');
    append_digits(out, ms / 1'000 % 60, 2);
    if (ms % 1'000 != 0) {
        out.push_back('.');
        append_digits(out, ms % 1'000, 3);
    }
    out.push_back('Z');
    return out;
}

std::optional<Instant> parse_rfc3339(std::string_view text) {
    Reader in{text};
    const auto date = read_date(in);
    if (!date || in.done()) {
        return date;
    }
    if (!in.take('T') && !in.take('t') && !in.take(' ')) {
        return std::nullopt;
    }
    const auto time = read_time(in);
    if (!time) {
        return std::nullopt;
    }
    const auto offset = read_offset(in);
    if (!offset || !in.done()) {
        return std::nullopt;
    }
    return *date + *time - *offset;
}

}  // namespace sluice
