#include "dsl/template/civil.hpp"
#include "dsl/template/text.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace sluice::dsl::tpl {
namespace {

constexpr std::array<std::string_view, 12> kMonths = {
    "January", "February", "March",     "April",   "May",      "June",
    "July",    "August",   "September", "October", "November", "December"};
constexpr std::array<std::string_view, 7> kDays = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                   "Thursday", "Friday", "Saturday"};

/// One directive: `%`, flags, width, letter.
struct Directive {
    char letter = 0;
    char padding = 0;  // 0 default, '-' none, '0' or ' '
    bool upper = false;
    bool swap_case = false;
    int colons = 0;
    int width = -1;
};

int weekday_of(const Civil& civil) {
    const std::int64_t days = days_of(civil.year, civil.month, civil.day);
    return static_cast<int>(((days + 4) % 7 + 7) % 7);
}

int day_of_year(const Civil& civil) {
    return static_cast<int>(days_of(civil.year, civil.month, civil.day) -
                            days_of(civil.year, 1, 1)) +
           1;
}

struct IsoWeek {
    std::int64_t year;
    int week;
};

IsoWeek iso_week_of(const Civil& civil) {
    const std::int64_t day = days_of(civil.year, civil.month, civil.day);
    const int monday_based = (weekday_of(civil) + 6) % 7;
    // The week belongs to the year of its Thursday.
    const Civil thursday = civil_of((day - monday_based + 3) * 86'400'000);
    return {thursday.year, (day_of_year(thursday) - 1) / 7 + 1};
}

std::string padded(std::int64_t value, const Directive& d, int width, char fill) {
    const int wanted = d.padding == '-' ? 0 : (d.width >= 0 ? d.width : width);
    const char pad = d.padding == '0' || d.padding == ' ' ? d.padding : fill;
    std::string digits = std::to_string(value < 0 ? -value : value);
    const std::size_t size = digits.size() + (value < 0 ? 1 : 0);
    if (wanted > 0 && size < static_cast<std::size_t>(wanted)) {
        digits.insert(0, static_cast<std::size_t>(wanted) - size, pad);
    }
    return value < 0 ? "-" + digits : digits;
}

std::string worded(std::string_view word, const Directive& d) {
    std::string text(word);
    if (d.upper) {
        text = upcase(text);
    } else if (d.swap_case) {
        text = word == upcase(word) ? downcase(text) : upcase(text);
    }
    if (d.width > 0 && text.size() < static_cast<std::size_t>(d.width)) {
        text.insert(0, static_cast<std::size_t>(d.width) - text.size(),
                    d.padding == '0' ? '0' : ' ');
    }
    return text;
}

std::string zone_text(std::int64_t offset_s, const Directive& d) {
    const std::int64_t size = offset_s < 0 ? -offset_s : offset_s;
    Directive plain;
    std::string text = padded(size / 3600, plain, 2, '0');
    text += d.colons > 0 ? ":" : "";
    text += padded(size / 60 % 60, plain, 2, '0');
    if (d.colons > 1) {
        text += ":" + padded(size % 60, plain, 2, '0');
    }
    return (offset_s < 0 ? "-" : "+") + text;
}

std::string fraction_text(int millisecond, const Directive& d, int digits) {
    const int wanted = d.width > 0 ? d.width : digits;
    std::string text = padded(millisecond, Directive{}, 3, '0');
    text.resize(static_cast<std::size_t>(wanted), '0');
    return text;
}

class Formatter {
public:
    explicit Formatter(const LocalTime& time) : time_(time), civil_(time.civil) {}

    std::string format(std::string_view format) {
        std::string out;
        for (std::size_t at = 0; at < format.size();) {
            if (format[at] != '%') {
                out += format[at++];
                continue;
            }
            const std::size_t start = at++;
            const Directive directive = read(format, at);
            const std::string text = expand(directive);
            // An unknown directive stays as written.
            out += text.empty() && !known(directive.letter)
                       ? std::string(format.substr(start, at - start))
                       : text;
        }
        return out;
    }

private:
    static Directive read(std::string_view format, std::size_t& at) {
        constexpr int kWidthMax = 1024;
        Directive d;
        for (; at < format.size(); ++at) {
            const char c = format[at];
            if (c == '-' || (c == '0' && d.width < 0)) {
                d.padding = c;
            } else if (c == '_') {
                d.padding = ' ';
            } else if (c == '^') {
                d.upper = true;
            } else if (c == '#') {
                d.swap_case = true;
            } else if (c == ':') {
                ++d.colons;
            } else if (c >= '0' && c <= '9') {
                d.width = std::min(kWidthMax, (d.width < 0 ? 0 : d.width) * 10 + (c - '0'));
            } else {
                d.letter = c;
                ++at;
                break;
            }
        }
        return d;
    }

    static bool known(char letter) {
        return std::string_view("YCymBbhdejHkIlMSLNzZAauwGgVUWsntcDFxXrRTvpP%+").find(letter) !=
               std::string_view::npos;
    }

    std::string expand(const Directive& d) {
        std::string text = date_part(d);
        text = text.empty() ? clock_part(d) : text;
        return text.empty() ? composite(d) : text;
    }

    std::string date_part(const Directive& d) const {
        switch (d.letter) {
            case 'Y':
                return padded(civil_.year, d, civil_.year < 0 ? 5 : 4, '0');
            case 'C':
                return padded(civil_.year / 100, d, 2, '0');
            case 'y':
                return padded(civil_.year % 100, d, 2, '0');
            case 'm':
                return padded(civil_.month, d, 2, '0');
            case 'B':
                return worded(kMonths[static_cast<std::size_t>(civil_.month - 1)], d);
            case 'b':
            case 'h':
                return worded(kMonths[static_cast<std::size_t>(civil_.month - 1)].substr(0, 3), d);
            case 'd':
                return padded(civil_.day, d, 2, '0');
            case 'e':
                return padded(civil_.day, d, 2, ' ');
            case 'j':
                return padded(day_of_year(civil_), d, 3, '0');
            case 'A':
                return worded(kDays[static_cast<std::size_t>(weekday_of(civil_))], d);
            case 'a':
                return worded(kDays[static_cast<std::size_t>(weekday_of(civil_))].substr(0, 3), d);
            case 'u':
                return padded((weekday_of(civil_) + 6) % 7 + 1, d, 1, '0');
            case 'w':
                return padded(weekday_of(civil_), d, 1, '0');
            case 'G':
                return padded(iso_week_of(civil_).year, d, 4, '0');
            case 'g':
                return padded(iso_week_of(civil_).year % 100, d, 2, '0');
            case 'V':
                return padded(iso_week_of(civil_).week, d, 2, '0');
            case 'U':
                return padded((day_of_year(civil_) + 6 - weekday_of(civil_)) / 7, d, 2, '0');
            case 'W':
                return padded((day_of_year(civil_) + 6 - (weekday_of(civil_) + 6) % 7) / 7, d, 2,
                              '0');
            default:
                return {};
        }
    }

    std::string clock_part(const Directive& d) const {
        const int hour12 = (civil_.hour + 11) % 12 + 1;
        const bool afternoon = civil_.hour >= 12;
        switch (d.letter) {
            case 'H':
                return padded(civil_.hour, d, 2, '0');
            case 'k':
                return padded(civil_.hour, d, 2, ' ');
            case 'I':
                return padded(hour12, d, 2, '0');
            case 'l':
                return padded(hour12, d, 2, ' ');
            case 'M':
                return padded(civil_.minute, d, 2, '0');
            case 'S':
                return padded(civil_.second, d, 2, '0');
            case 'L':
                return fraction_text(civil_.millisecond, d, 3);
            case 'N':
                return fraction_text(civil_.millisecond, d, 9);
            case 'p':
                return worded(afternoon ? "PM" : "AM", d);
            case 'P':
                return worded(afternoon ? "pm" : "am", d);
            case 'z':
                return zone_text(time_.offset_s, d);
            case 'Z':
                return time_.offset_s == 0 ? worded("UTC", d) : zone_text(time_.offset_s, d);
            case 's':
                return padded((time_.epoch_ms - (time_.epoch_ms % 1000 + 1000) % 1000) / 1000, d, 1,
                              '0');
            default:
                return {};
        }
    }

    std::string composite(const Directive& d) {
        switch (d.letter) {
            case 'n':
                return worded("\n", d);
            case 't':
                return worded("\t", d);
            case '%':
                return worded("%", d);
            case 'c':
                return worded(format("%a %b %e %H:%M:%S %Y"), d);
            case 'D':
            case 'x':
                return worded(format("%m/%d/%y"), d);
            case 'F':
                return worded(format("%Y-%m-%d"), d);
            case 'T':
            case 'X':
                return worded(format("%H:%M:%S"), d);
            case 'r':
                return worded(format("%I:%M:%S %p"), d);
            case 'R':
                return worded(format("%H:%M"), d);
            case 'v':
                return worded(format("%e-%^b-%Y"), d);
            case '+':
                return worded(format("%a %b %e %H:%M:%S %Z %Y"), d);
            default:
                return {};
        }
    }

    const LocalTime& time_;
    const Civil& civil_;
};

}  // namespace

std::string strftime(const LocalTime& time, std::string_view format) {
    return Formatter(time).format(format);
}

}  // namespace sluice::dsl::tpl
