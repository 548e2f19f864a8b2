#include "dsl/template/civil.hpp"
#include "dsl/template/text.hpp"

#include <array>
#include <optional>

/// Reading dates that people write. One pass over the tokens: each number, word or sign is given to
/// the first part of the date it can be; a token that fits nowhere makes the text unreadable, which
/// is safer than a wrong date in a message.
namespace sluice::dsl::tpl {
namespace {

constexpr std::array<std::string_view, 12> kMonths = {
    "january", "february", "march",     "april",   "may",      "june",
    "july",    "august",   "september", "october", "november", "december"};
constexpr std::array<std::string_view, 7> kDays = {"sunday",   "monday", "tuesday", "wednesday",
                                                   "thursday", "friday", "saturday"};
constexpr std::array<std::string_view, 8> kFillers = {"st", "nd", "rd", "th",
                                                      "at", "of", "on", "the"};

struct Zone {
    std::string_view name;
    int hours;
};
constexpr std::array<Zone, 11> kZones = {{{"z", 0},
                                          {"utc", 0},
                                          {"gmt", 0},
                                          {"est", -5},
                                          {"edt", -4},
                                          {"cst", -6},
                                          {"cdt", -5},
                                          {"mst", -7},
                                          {"mdt", -6},
                                          {"pst", -8},
                                          {"pdt", -7}}};

template <std::size_t N>
std::optional<int> index_of(const std::array<std::string_view, N>& names, std::string_view word) {
    for (std::size_t i = 0; i < N; ++i) {
        const bool abbreviated = word.size() >= 3 && names[i].substr(0, word.size()) == word;
        const bool sept = word == "sept" && names[i] == "september";
        if (abbreviated || sept) {
            return static_cast<int>(i);
        }
    }
    return std::nullopt;
}

class Reader {
public:
    Reader(std::string_view text, std::int64_t today) : text_(text), today_(today) {}

    std::optional<ParsedDate> read() {
        while (at_ < text_.size()) {
            if (!token()) {
                return std::nullopt;
            }
        }
        return finish();
    }

private:
    [[nodiscard]] char peek(std::size_t ahead = 0) const {
        return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
    }
    [[nodiscard]] static bool digit(char c) { return c >= '0' && c <= '9'; }
    [[nodiscard]] static bool letter(char c) { return c >= 'a' && c <= 'z'; }

    bool token() {
        const char c = peek();
        if (is_space(c) || c == ',') {
            ++at_;
            return true;
        }
        if (digit(c)) {
            return number();
        }
        if (letter(c)) {
            return word();
        }
        if ((c == '+' || c == '-') && has_time_) {
            return offset();
        }
        const bool joins = (c == '-' || c == '.' || c == '/') && (day_ || month_);
        at_ += joins ? 1 : 0;
        return joins;
    }

    std::size_t digits(std::int64_t& value) {
        const std::size_t start = at_;
        value = 0;
        while (digit(peek()) && at_ - start < 9) {
            value = value * 10 + (text_[at_++] - '0');
        }
        return digit(peek()) ? 99 : at_ - start;
    }

    bool number() {
        const std::size_t start = at_;
        std::int64_t first = 0;
        const std::size_t size = digits(first);
        if (peek() == ':' && size <= 2 && !has_time_) {
            return time(static_cast<int>(first));
        }
        const char separator = peek();
        const bool joined =
            (separator == '-' || separator == '/' || separator == '.') && digit(peek(1));
        if (joined && !day_ && !month_) {
            return dashed(first, size, separator);
        }
        if (size == 8 && !year_) {
            year_ = first / 10'000;
            month_ = static_cast<int>(first / 100 % 100);
            day_ = static_cast<int>(first % 100);
            return true;
        }
        if (size <= 2 && meridian_follows() && !has_time_) {
            has_time_ = true;
            hour_ = static_cast<int>(first);
            return true;
        }
        if (size <= 2 && !day_) {
            day_ = static_cast<int>(first);
            return true;
        }
        const bool short_year = size == 2 && start > 0;
        if ((size == 4 || short_year) && !year_) {
            year_ = size == 4 ? first : first + (first >= 69 ? 1900 : 2000);
            return true;
        }
        return false;
    }

    [[nodiscard]] bool meridian_follows() const {
        const std::size_t at = peek() == ' ' ? 1 : 0;
        const char c = peek(at);
        return (c == 'a' || c == 'p') && peek(at + 1) == 'm' && !letter(peek(at + 2));
    }

    /// Year first with four digits, else day first, as in Ruby.
    bool dashed(std::int64_t first, std::size_t first_size, char separator) {
        std::int64_t second = 0;
        std::int64_t third = 0;
        ++at_;
        const std::size_t second_size = digits(second);
        const bool more = peek() == separator && digit(peek(1));
        at_ += more ? 1 : 0;
        const std::size_t third_size = more ? digits(third) : 0;
        if (second_size > 2 || third_size > 4) {
            return false;
        }
        month_ = static_cast<int>(second);
        if (first_size == 4) {
            year_ = first;
            day_ = more ? static_cast<int>(third) : 1;
            skip_time_mark();
            return third_size <= 2;
        }
        year_ = third;
        day_ = static_cast<int>(first);
        return first_size <= 2 && third_size == 4;
    }

    void skip_time_mark() { at_ += peek() == 't' && digit(peek(1)) ? 1 : 0; }

    bool time(int hour) {
        has_time_ = true;
        hour_ = hour;
        std::int64_t value = 0;
        ++at_;
        if (digits(value) != 2) {
            return false;
        }
        minute_ = static_cast<int>(value);
        if (peek() == ':') {
            ++at_;
            if (digits(value) != 2) {
                return false;
            }
            second_ = static_cast<int>(value);
        }
        if (peek() == '.' && digit(peek(1))) {
            ++at_;
            int scale = 100;
            for (; digit(peek()); ++at_, scale /= 10) {
                millisecond_ += (peek() - '0') * scale;
            }
        }
        return hour_ <= 24 && minute_ < 60 && second_ <= 60;
    }

    bool offset() {
        const int sign = peek() == '-' ? -1 : 1;
        ++at_;
        std::int64_t value = 0;
        const std::size_t size = digits(value);
        std::int64_t minutes = size <= 2 ? value * 60 : value / 100 * 60 + value % 100;
        if (size <= 2 && peek() == ':') {
            ++at_;
            if (digits(value) != 2) {
                return false;
            }
            minutes += value;
        }
        offset_s_ = sign * minutes * 60;
        return size >= 1 && size <= 4 && minutes < 24 * 60;
    }

    bool word() {
        const std::size_t start = at_;
        while (letter(peek())) {
            ++at_;
        }
        const std::string_view name = text_.substr(start, at_ - start);
        at_ += peek() == '.' ? 1 : 0;
        if (name == "am" || name == "pm") {
            return meridian(name == "pm");
        }
        const auto month = index_of(kMonths, name);
        if (month && !month_) {
            month_ = *month + 1;
            return true;
        }
        for (const Zone& zone : kZones) {
            if (name == zone.name) {
                offset_s_ = zone.hours * 3600;
                return true;
            }
        }
        for (const std::string_view filler : kFillers) {
            if (name == filler) {
                return true;
            }
        }
        return name == "t" ? day_.has_value() : index_of(kDays, name).has_value();
    }

    bool meridian(bool afternoon) {
        if (!has_time_ || hour_ > 12 || hour_ < 1) {
            return false;
        }
        hour_ = hour_ % 12 + (afternoon ? 12 : 0);
        return true;
    }

    [[nodiscard]] std::optional<ParsedDate> finish() const {
        const bool date = month_.has_value();
        if (!date && (!has_time_ || day_ || year_)) {
            return std::nullopt;
        }
        const Civil now = civil_of(today_ * 86'400'000);
        ParsedDate result;
        result.civil.year = year_ ? *year_ : now.year;
        result.civil.month = month_ ? *month_ : now.month;
        result.civil.day = day_ ? *day_ : (date ? 1 : now.day);
        if (!is_civil_date(result.civil.year, result.civil.month, result.civil.day)) {
            return std::nullopt;
        }
        result.civil.hour = hour_;
        result.civil.minute = minute_;
        result.civil.second = second_;
        result.civil.millisecond = millisecond_;
        result.offset_s = offset_s_;
        return result;
    }

    std::string_view text_;
    std::int64_t today_;
    std::size_t at_ = 0;
    std::optional<std::int64_t> year_;
    std::optional<int> month_;
    std::optional<int> day_;
    bool has_time_ = false;
    int hour_ = 0;
    int minute_ = 0;
    int second_ = 0;
    int millisecond_ = 0;
    std::optional<std::int64_t> offset_s_;
};

}  // namespace

std::optional<ParsedDate> parse_date_text(std::string_view text, std::int64_t today) {
    constexpr std::size_t kDateBytesMax = 128;  // Ruby refuses longer texts as well
    if (text.size() > kDateBytesMax) {
        return std::nullopt;
    }
    const std::string lower = downcase(text);
    return Reader(lower, today).read();
}

}  // namespace sluice::dsl::tpl
