// Local time is found with two look-ups of the date library, each a binary search in a zone's list
// of transitions: instant -> offset, and local time -> the offset before the next transition. The
// second one is all that rule T4 needs: in a gap the offset before it makes the result later by the
// gap, in an overlap it is the offset of the first pass, and everywhere else it is the only one.
#include "engine/base/civil_time.hpp"

#include <date/tz.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <exception>
#include <fstream>

// Debian builds the library for the system's zone files; a header compiled without the define has
// another layout of the same types and is silently wrong (language.md §2.4).
static_assert(USE_OS_TZDB == 1, "link the CMake target date::date-tz");

namespace sluice {

struct ZoneAccess {
    static const date::time_zone* get(Zone zone) {
        return static_cast<const date::time_zone*>(zone.zone_);
    }
};

namespace {

constexpr std::int64_t kSecondsPerDay = 86'400;
constexpr std::int32_t kMinutesPerDay = 1'440;
// Calendar arithmetic is held inside the years that text can express; results saturate there.
constexpr std::int64_t kFirstDay = -719'528;  // 0000-01-01
constexpr std::int64_t kLastDay = 2'932'896;  // 9999-12-31
constexpr std::int64_t kMonthsMax = 12 * 9'999;

/// A gap lasts a day at most (Apia 2011), so yesterday's wall time can still lie ahead; and a
/// chosen weekday comes again after seven days, whose wall time may lie in the past of today's.
constexpr int kDaysBack = 1;
constexpr int kDaysAhead = 8;

const date::tzdb* database() {
    try {
        return &date::get_tzdb();
    } catch (const std::exception&) {
        return nullptr;
    }
}

date::sys_seconds seconds_of(Instant at) {
    return date::sys_seconds{std::chrono::floor<std::chrono::seconds>(at.time_since_epoch())};
}

/// The stretches of unchanging offset that a thread has met lately. Conditions over the past ask
/// for the same few again and again, and each look-up in a zone's list costs as much as the rest of
/// the arithmetic.
class RecentOffsets {
public:
    /// Seconds east of UTC at an instant.
    std::int64_t at(const date::time_zone& rules, date::sys_seconds instant) {
        for (const Stretch& known : row_of(rules)) {
            if (known.rules == &rules && known.begin <= instant && instant < known.end) {
                return known.offset;
            }
        }
        return learn(rules, rules.get_info(instant));
    }

    /// The offset that rule T4 takes for a wall time.
    std::int64_t before(const date::time_zone& rules, std::chrono::seconds wall) {
        for (const Stretch& known : row_of(rules)) {
            const date::sys_seconds instant{wall - std::chrono::seconds{known.offset}};
            // Near a change the wall time may come twice, or never.
            if (known.rules == &rules && known.begin + kNear <= instant &&
                instant < known.end - kNear) {
                return known.offset;
            }
        }
        return learn(rules, rules.get_info(date::local_seconds{wall}).first);
    }

private:
    struct Stretch {
        const date::time_zone* rules = nullptr;
        date::sys_seconds begin, end;
        std::int64_t offset = 0;
    };
    static constexpr std::size_t kZones = 64, kStretches = 4;
    using Row = std::array<Stretch, kStretches>;
    /// No change is larger than the day that Apia left out, and no zone changes twice within it.
    static constexpr std::chrono::hours kNear{26};

    Row& row_of(const date::time_zone& rules) {
        return rows_[reinterpret_cast<std::uintptr_t>(&rules) / sizeof(date::time_zone) % kZones];
    }

    std::int64_t learn(const date::time_zone& rules, const date::sys_info& found) {
        Row& row = row_of(rules);
        std::rotate(row.begin(), row.end() - 1, row.end());
        row.front() = {&rules, found.begin, found.end, found.offset.count()};
        return found.offset.count();
    }

    std::array<Row, kZones> rows_;
};

RecentOffsets& recent() {
    thread_local RecentOffsets offsets;
    return offsets;
}

std::int64_t day_of_week(std::int64_t days) {
    // 1970-01-01 was a Thursday, 3 in a week that begins with Monday.
    return ((days + 3) % 7 + 7) % 7;
}

std::int64_t add_months(std::int64_t days, std::int64_t months) {
    namespace ch = std::chrono;
    days = std::clamp(days, kFirstDay, kLastDay);
    months = std::clamp(months, -kMonthsMax, kMonthsMax);
    const ch::year_month_day from{ch::sys_days{ch::days{days}}};
    const ch::year_month month =
        from.year() / from.month() + ch::months{static_cast<ch::months::rep>(months)};
    const ch::year_month_day_last last{month.year(), ch::month_day_last{month.month()}};
    const ch::year_month_day to{month.year(), month.month(), std::min(from.day(), last.day())};
    return std::clamp<std::int64_t>(ch::sys_days{to}.time_since_epoch().count(), kFirstDay,
                                    kLastDay);
}

/// `sign` is 1 or -1. An instant that means "never" stays what it is.
Instant shift(Instant at, const CalendarSpan& span, int sign, Zone zone) {
    if (at == kNever) {
        return at;
    }
    if (span.months != 0 || span.days != 0) {
        LocalTime local = to_local(at, zone);
        if (span.months != 0) {
            local.days = add_months(local.days, std::int64_t{sign} * span.months);
        }
        local.days = std::clamp(local.days + std::int64_t{sign} * span.days, kFirstDay, kLastDay);
        at = resolve(local, zone);
    }
    return at + sign * std::chrono::seconds{span.seconds};
}

}  // namespace

std::string_view Zone::name() const {
    return zone_ == nullptr ? std::string_view{"UTC"}
                            : std::string_view{ZoneAccess::get(*this)->name()};
}

std::optional<Zone> find_zone(std::string_view id) {
    const date::tzdb* zones = database();
    // `localtime` is a link to the zone of this machine, not an IANA id.
    if (zones == nullptr || id == "localtime") {
        return std::nullopt;
    }
    // The list is sorted by name. Its own search throws for an unknown name, which is an ordinary
    // answer here.
    const auto at = std::lower_bound(
        zones->zones.begin(), zones->zones.end(), id,
        [](const date::time_zone& zone, std::string_view wanted) { return zone.name() < wanted; });
    if (at == zones->zones.end() || at->name() != id) {
        return std::nullopt;
    }
    try {
        // Reads the zone's file now, so that no later call can fail.
        static_cast<void>(at->get_info(date::sys_seconds{}));
    } catch (const std::exception&) {
        return std::nullopt;
    }
    Zone zone;
    zone.zone_ = &*at;
    return zone;
}

std::string tzdb_version() {
    std::ifstream file("/usr/share/zoneinfo/tzdata.zi");
    std::string line;
    static constexpr std::string_view kPrefix = "# version ";
    if (std::getline(file, line) && line.starts_with(kPrefix)) {
        return line.substr(kPrefix.size());
    }
    return "unknown";
}

int LocalTime::weekday() const {
    return static_cast<int>(day_of_week(days));
}

std::int64_t utc_offset(Instant at, Zone zone) {
    const date::time_zone* rules = ZoneAccess::get(zone);
    return rules == nullptr ? 0 : recent().at(*rules, seconds_of(at));
}

LocalTime to_local(Instant at, Zone zone) {
    const auto seconds = seconds_of(at).time_since_epoch();
    const std::int64_t local = seconds.count() + utc_offset(at, zone);
    LocalTime out;
    out.days = local / kSecondsPerDay - (local % kSecondsPerDay < 0 ? 1 : 0);
    out.seconds = static_cast<std::int32_t>(local - out.days * kSecondsPerDay);
    out.millis = static_cast<std::int32_t>((at.time_since_epoch() - seconds).count());
    return out;
}

Instant resolve(const LocalTime& local, Zone zone) {
    const std::chrono::seconds wall{local.days * kSecondsPerDay + local.seconds};
    std::chrono::seconds offset{0};
    if (const date::time_zone* rules = ZoneAccess::get(zone); rules != nullptr) {
        offset = std::chrono::seconds{recent().before(*rules, wall)};
    }
    return Instant{Millis{wall - offset} + Millis{local.millis}};
}

Instant add(Instant at, const CalendarSpan& span, Zone zone) {
    return shift(at, span, 1, zone);
}

Instant subtract(Instant at, const CalendarSpan& span, Zone zone) {
    return shift(at, span, -1, zone);
}

Instant next_local(Instant at, std::int32_t minute, std::uint8_t weekdays, bool inclusive,
                   Zone zone) {
    const LocalTime now = to_local(at, zone);
    LocalTime wanted;
    wanted.seconds = minute * 60;
    for (int ahead = -kDaysBack; ahead <= kDaysAhead; ++ahead) {
        wanted.days = now.days + ahead;
        if ((weekdays & (1U << static_cast<unsigned>(wanted.weekday()))) == 0) {
            continue;
        }
        const Instant candidate = resolve(wanted, zone);
        if (candidate > at || (inclusive && candidate == at)) {
            return candidate;
        }
    }
    return kNever;  // no weekday was asked for
}

bool in_window(Instant at, std::int32_t from, std::int32_t to, Zone zone) {
    const std::int32_t minute = to_local(at, zone).seconds / 60;
    from %= kMinutesPerDay;
    to %= kMinutesPerDay;
    if (from == to) {
        return true;
    }
    return from < to ? minute >= from && minute < to : minute >= from || minute < to;
}

}  // namespace sluice
