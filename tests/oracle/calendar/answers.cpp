// Answers questions about the calendar, one a line, for calendar_check.py to compare.
//   local ZONE MS                       -> days seconds weekday offset
//   resolve ZONE DAYS SECONDS           -> ms
//   add ZONE MS MONTHS DAYS SECONDS     -> ms
//   next ZONE MS MINUTE WEEKDAYS SHARP  -> ms (WEEKDAYS: bit 0 is Monday)
//   window ZONE MS FROM TO              -> 0 or 1 (minutes of the day)
// A zone that is not known answers `unknown`.
#include "engine/base/civil_time.hpp"

#include <iostream>
#include <sstream>
#include <string>

namespace sluice {
namespace {

std::string answer(const std::string& what, Zone zone, std::istringstream& in) {
    std::int64_t first = 0;
    in >> first;
    if (what == "local") {
        const LocalTime local = to_local(from_ms(first), zone);
        return std::to_string(local.days) + " " + std::to_string(local.seconds) + " " +
               std::to_string(local.weekday()) + " " +
               std::to_string(utc_offset(from_ms(first), zone));
    }
    if (what == "resolve") {
        LocalTime local;
        local.days = first;
        in >> local.seconds;
        return std::to_string(to_ms(resolve(local, zone)));
    }
    if (what == "add") {
        CalendarSpan span;
        in >> span.months >> span.days >> span.seconds;
        return std::to_string(to_ms(add(from_ms(first), span, zone)));
    }
    std::int32_t from = 0;
    in >> from;
    if (what == "next") {
        unsigned weekdays = 0;
        bool sharp = false;
        in >> weekdays >> sharp;
        const auto mask = static_cast<std::uint8_t>(weekdays);
        return std::to_string(to_ms(next_local(from_ms(first), from, mask, sharp, zone)));
    }
    std::int32_t to = 0;
    in >> to;
    return in_window(from_ms(first), from, to, zone) ? "1" : "0";
}

}  // namespace
}  // namespace sluice

int main() {
    std::ios::sync_with_stdio(false);
    for (std::string line; std::getline(std::cin, line);) {
        std::istringstream in(line);
        std::string what;
        std::string name;
        in >> what >> name;
        const auto zone = sluice::find_zone(name);
        std::cout << (zone ? sluice::answer(what, *zone, in) : "unknown") << "\n";
    }
}
