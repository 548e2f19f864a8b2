#include "tests/dsl/template/support.hpp"

#include <gtest/gtest.h>

namespace sluice::dsl::tpl::test {
namespace {

struct Case {
    const char* name;
    const char* input;
    const char* format;
    const char* want;
};

void PrintTo(const Case& c, std::ostream* out) {
    *out << c.name;
}

std::string dated(const Case& c, const RenderOptions& options) {
    return rendered("{{ \"" + std::string(c.input) + "\" | date: \"" + c.format + "\" }}", "{}", {},
                    options);
}

class DateFilterTest : public testing::TestWithParam<Case> {};

TEST_P(DateFilterTest, FormatsInUtc) {
    RenderOptions options = lax();
    options.now_ms = 1'774'769'400'000;  // 2026-03-29T07:30:00Z
    EXPECT_EQ(dated(GetParam(), options), GetParam().want);
}

INSTANTIATE_TEST_SUITE_P(
    All, DateFilterTest,
    testing::Values(
        Case{"IsoDate", "2026-03-29", "%A, %-d %B %Y", "Sunday, 29 March 2026"},
        Case{"IsoTime", "2026-03-29T07:05:09Z", "%H:%M:%S %p %I %l", "07:05:09 AM 07  7"},
        Case{"IsoOffset", "2026-03-29T07:05:09.125+02:00", "%L %z %:z %s",
             "125 +0200 +02:00 1774760709"},
        Case{"SpaceAndSeconds", "2026-03-29 23:59", "%R %T", "23:59 23:59:00"},
        Case{"American", "March 14, 2016", "%b %d, %y", "Mar 14, 16"},
        Case{"Short", "14 Mar 2016 10:30 pm", "%F %R", "2016-03-14 22:30"},
        Case{"Ordinal", "March 1st 2016", "%e", " 1"},
        Case{"Rfc2822", "Tue, 29 Mar 2016 10:00:00 -0500", "%F %T %z", "2016-03-29 10:00:00 -0500"},
        Case{"Slashes", "2016/03/14", "%D", "03/14/16"},
        Case{"DayFirst", "14/3/2016", "%F", "2016-03-14"},
        Case{"Now", "now", "%F %H", "2026-03-29 07"}, Case{"Today", "TODAY", "%F", "2026-03-29"},
        Case{"Seconds", "1152098955", "%m/%d/%Y", "07/05/2006"},
        Case{"TimeOfDay", "09:30", "%F %-I:%M %P", "2026-03-29 9:30 am"},
        Case{"WeekNumbers", "2026-01-01", "%j %U %W %V %G %u %w", "001 00 00 01 2026 4 4"},
        Case{"WeekOfLastYear", "2027-01-01", "%G-W%V-%u", "2026-W53-5"},
        Case{"Flags", "2026-03-09", "%-m %_m %03d %^a %#b %10Y|%-y",
             "3  3 009 MON MAR 0000002026|26"},
        Case{"Composites", "2026-03-09 04:05:06", "%c | %x | %X | %v | %r",
             "Mon Mar  9 04:05:06 2026 | 03/09/26 | 04:05:06 |  9-MAR-2026 | 04:05:06 AM"},
        Case{"Literals", "2026-03-09", "100%% %n%t %Q %", "100% \n\t %Q %"},
        Case{"Fractions", "2026-03-09 04:05:06.789", "%L %3N %6N %N", "789 789 789000 789000000"},
        Case{"Midnight", "2026-03-09", "%I %l %k %P", "12 12  0 am"},
        Case{"NoSuchDay", "2026-02-30", "%F", "2026-02-30"},
        Case{"MonthFirstIsRefused", "3/14/2016", "%F", "3/14/2016"},
        Case{"Words", "next week", "%F", "next week"}, Case{"Empty", "", "%F", ""}),
    [](const auto& test) { return std::string(test.param.name); });

/// Berlin around the change to summer time on 2026-03-29 at 01:00 UTC.
RenderOptions berlin() {
    RenderOptions options = lax();
    options.utc_offset = [](std::int64_t ms) -> std::int64_t {
        return ms >= 1'774'746'000'000 ? 7200 : 3600;
    };
    return options;
}

TEST(DateZoneTest, InstantsAreShownInTheCustomersZone) {
    EXPECT_EQ(dated({"", "2026-03-28T23:30:00Z", "%F %R %z", ""}, berlin()),
              "2026-03-29 00:30 +0100");
    EXPECT_EQ(dated({"", "2026-03-29T07:30:00Z", "%F %R %z", ""}, berlin()),
              "2026-03-29 09:30 +0200");
    EXPECT_EQ(dated({"", "1774769400", "%R", ""}, berlin()), "09:30");
}

TEST(DateZoneTest, WallClockTextsStayAsWritten) {
    EXPECT_EQ(dated({"", "2026-03-28 10:00", "%R %s", ""}, berlin()), "10:00 1774688400");
    EXPECT_EQ(dated({"", "2026-03-30 10:00", "%R %s", ""}, berlin()), "10:00 1774857600");
    EXPECT_EQ(dated({"", "2026-03-29", "%F", ""}, berlin()), "2026-03-29");
}

TEST(DateZoneTest, AnHourThatTheChangeSkipsIsMovedForward) {
    EXPECT_EQ(dated({"", "2026-03-29 02:30", "%R", ""}, berlin()), "03:30");
}

}  // namespace
}  // namespace sluice::dsl::tpl::test
