#pragma once

#include "engine/base/clock.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// Calendar arithmetic in IANA time zones: the rules T1 to T7 of language.md §2. The only user of
/// date/tz.h. Pure functions of their arguments and the machine's tz database; thread-safe.
namespace sluice {

/// A known IANA zone; a cheap handle, valid for the life of the process.
class Zone {
public:
    Zone() = default;  // UTC
    [[nodiscard]] std::string_view name() const;

private:
    friend std::optional<Zone> find_zone(std::string_view);
    friend struct ZoneAccess;
    const void* zone_ = nullptr;
};

/// The zone of an IANA id such as `Europe/Berlin` (links included). Empty for anything else; fixed
/// offsets such as `+02:00` are refused because they have no daylight-saving rule (T3).
std::optional<Zone> find_zone(std::string_view id);

/// Version of the tz database, e.g. "2025b", from tzdata.zi; "unknown" when it cannot be read.
std::string tzdb_version();

/// A local date and time of day.
struct LocalTime {
    std::int64_t days = 0;              // since 1970-01-01
    std::int32_t seconds = 0;           // since midnight
    std::int32_t millis = 0;            // below the second
    [[nodiscard]] int weekday() const;  // 0 = Monday … 6 = Sunday
};

/// Calendar part first (months, then days, wall-clock kept), then exact seconds.
struct CalendarSpan {
    std::int32_t months = 0;
    std::int32_t days = 0;
    std::int64_t seconds = 0;
};

LocalTime to_local(Instant at, Zone zone);
/// Seconds east of UTC at an instant.
std::int64_t utc_offset(Instant at, Zone zone);
/// T4: a local time in a gap is later by the gap; in an overlap it is the first of the two.
Instant resolve(const LocalTime& local, Zone zone);
/// T1, T2. `add` moves forward, `subtract` back (months clamp to the last day of the month).
Instant add(Instant at, const CalendarSpan& span, Zone zone);
Instant subtract(Instant at, const CalendarSpan& span, Zone zone);

/// Every day of the week; bit 0 = Monday.
inline constexpr std::uint8_t kEveryDay = 0x7f;
inline constexpr std::uint8_t kWeekdays = 0x1f;

/// T5: the first instant after `at` (or at it, when `inclusive`) whose local time is `minute` of
/// the day on one of `weekdays`. Each wall time counts once a day: in an overlap only its first
/// pass.
Instant next_local(Instant at, std::int32_t minute, std::uint8_t weekdays, bool inclusive,
                   Zone zone);

/// T6: whether the local time lies in [from, to) minutes; a window with from > to crosses midnight;
/// from == to is the whole day.
bool in_window(Instant at, std::int32_t from, std::int32_t to, Zone zone);

}  // namespace sluice
