#include "dsl/template/civil.hpp"

#include <cstdio>

namespace sluice::dsl::tpl {
namespace {

constexpr std::int64_t kDayMs = 86'400'000;

std::int64_t floor_div(std::int64_t a, std::int64_t b) {
    return a / b - (a % b != 0 && (a < 0) != (b < 0) ? 1 : 0);
}

}  // namespace

// Eras of 400 years, years starting in March so that the leap day comes last (H. Hinnant,
// "chrono-Compatible Low-Level Date Algorithms").
std::int64_t days_of(std::int64_t year, int month, int day) {
    const std::int64_t y = year - (month <= 2 ? 1 : 0);
    const std::int64_t era = floor_div(y, 400);
    const std::int64_t year_of_era = y - era * 400;
    const std::int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    const std::int64_t day_of_era =
        year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146'097 + day_of_era - 719'468;
}

Civil civil_of(std::int64_t ms) {
    const std::int64_t days = floor_div(ms, kDayMs);
    const std::int64_t shifted = days + 719'468;
    const std::int64_t era = floor_div(shifted, 146'097);
    const std::int64_t day_of_era = shifted - era * 146'097;
    const std::int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
    const std::int64_t day_of_year =
        day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    const std::int64_t shifted_month = (5 * day_of_year + 2) / 153;
    Civil civil;
    civil.day = static_cast<int>(day_of_year - (153 * shifted_month + 2) / 5 + 1);
    civil.month = static_cast<int>(shifted_month < 10 ? shifted_month + 3 : shifted_month - 9);
    civil.year = year_of_era + era * 400 + (civil.month <= 2 ? 1 : 0);
    const std::int64_t rest = ms - days * kDayMs;
    civil.hour = static_cast<int>(rest / 3'600'000);
    civil.minute = static_cast<int>(rest / 60'000 % 60);
    civil.second = static_cast<int>(rest / 1000 % 60);
    civil.millisecond = static_cast<int>(rest % 1000);
    return civil;
}

std::int64_t ms_of(const Civil& civil) {
    const std::int64_t seconds = (std::int64_t{civil.hour} * 60 + civil.minute) * 60 + civil.second;
    return days_of(civil.year, civil.month, civil.day) * kDayMs + seconds * 1000 +
           civil.millisecond;
}

bool is_civil_date(std::int64_t year, int month, int day) {
    if (month < 1 || month > 12 || day < 1 || day > 31) {
        return false;
    }
    const Civil civil = civil_of(days_of(year, month, day) * kDayMs);
    return civil.month == month && civil.day == day;
}

std::string iso_date(std::int64_t days) {
    const Civil civil = civil_of(days * kDayMs);
    char text[48];
    std::snprintf(text, sizeof text, "%04lld-%02d-%02d", static_cast<long long>(civil.year),
                  civil.month, civil.day);
    return text;
}

std::string iso_moment(std::int64_t ms) {
    const Civil civil = civil_of(ms);
    char text[48];
    std::snprintf(text, sizeof text, "T%02d:%02d:%02d", civil.hour, civil.minute, civil.second);
    std::string result = iso_date(floor_div(ms, kDayMs)) + text;
    if (civil.millisecond != 0) {
        std::snprintf(text, sizeof text, ".%03d", civil.millisecond);
        result += text;
    }
    return result + "Z";
}

}  // namespace sluice::dsl::tpl
