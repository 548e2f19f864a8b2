#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// Calendar arithmetic of the date filter. Private to dsl/template. Proleptic Gregorian.
namespace sluice::dsl::tpl {

struct Civil {
    std::int64_t year = 1970;
    int month = 1;  // 1 to 12
    int day = 1;    // 1 to 31
    int hour = 0;
    int minute = 0;
    int second = 0;
    int millisecond = 0;
};

std::int64_t days_of(std::int64_t year, int month, int day);  // since 1970-01-01
bool is_civil_date(std::int64_t year, int month, int day);
Civil civil_of(std::int64_t ms);  // of milliseconds since the Unix epoch, UTC
std::int64_t ms_of(const Civil& civil);

std::string iso_date(std::int64_t days);  // 2026-03-29
std::string iso_moment(std::int64_t ms);  // 2026-03-29T07:30:00Z, with .123 when not whole

/// A point in time read from text.
struct ParsedDate {
    Civil civil;
    std::optional<std::int64_t> offset_s;  // seconds east of UTC when the text names a zone
};

/// Reads the forms people write: ISO 8601, RFC 2822, `March 14, 2016`, `14 Mar 2016 10:30 pm`,
/// `2016/03/14`. Month before day in `3/14/2016` is refused, as in Ruby. Empty when unreadable.
/// `today` (a local day, in days since 1970-01-01) supplies the parts that the text leaves out.
std::optional<ParsedDate> parse_date_text(std::string_view text, std::int64_t today);

/// A local time with its zone offset, for strftime.
struct LocalTime {
    Civil civil;
    std::int64_t offset_s = 0;
    std::int64_t epoch_ms = 0;
};

/// Ruby's Time#strftime: all directives of Ruby 3.1 with flags (-0^#_:) and widths.
std::string strftime(const LocalTime& time, std::string_view format);

}  // namespace sluice::dsl::tpl
