// Calendar arithmetic against the edge-case table of the language (T1 to T8). Every instant is
// written with its offset, so that no expectation depends on the code under test.
#include "engine/base/civil_time.hpp"

#include "engine/base/clock.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <ostream>
#include <string>
#include <string_view>

namespace sluice {
namespace {

constexpr std::uint8_t kMonday = 1U << 0U;
constexpr std::uint8_t kTuesday = 1U << 1U;
constexpr std::uint8_t kFriday = 1U << 4U;

Instant at(std::string_view text) {
    const auto parsed = parse_rfc3339(text);
    EXPECT_TRUE(parsed.has_value()) << text;
    return parsed.value_or(kEpoch);
}

Zone zone(std::string_view id) {
    const auto found = find_zone(id);
    EXPECT_TRUE(found.has_value()) << id;
    return found.value_or(Zone{});
}

std::int32_t minute(int hours, int minutes) {
    return hours * 60 + minutes;
}

// ---- until a wall-clock time (T4, T5)

struct UntilCase {
    std::string name;
    std::string zone;
    std::string asked_at;
    std::int32_t minute;
    std::uint8_t weekdays;
    std::string want;
    std::int64_t elapsed_minutes;
};

std::ostream& operator<<(std::ostream& out, const UntilCase& c) {
    return out << c.name;
}

class UntilTable : public testing::TestWithParam<UntilCase> {};

TEST_P(UntilTable, IsTheFirstInstantAfterNowWithThatLocalTime) {
    const UntilCase& c = GetParam();
    const Instant asked = at(c.asked_at);
    const Instant got = next_local(asked, c.minute, c.weekdays, false, zone(c.zone));
    EXPECT_EQ(format_rfc3339(got), format_rfc3339(at(c.want)));
    EXPECT_EQ((got - asked).count(), c.elapsed_minutes * 60'000);
}

INSTANTIATE_TEST_SUITE_P(
    EdgeCases, UntilTable,
    testing::Values(
        UntilCase{"BerlinEveningBeforeSpring", "Europe/Berlin", "2026-03-28T20:00:00+01:00",
                  minute(9, 0), kEveryDay, "2026-03-29T09:00:00+02:00", 12 * 60},
        UntilCase{"NewYorkEveningBeforeAutumn", "America/New_York", "2026-10-31T20:00:00-04:00",
                  minute(9, 0), kEveryDay, "2026-11-01T09:00:00-05:00", 14 * 60},
        UntilCase{"BerlinInTheGap", "Europe/Berlin", "2026-03-28T20:00:00+01:00", minute(2, 30),
                  kEveryDay, "2026-03-29T03:30:00+02:00", 6 * 60 + 30},
        UntilCase{"BerlinInTheOverlap", "Europe/Berlin", "2026-10-24T20:00:00+02:00", minute(2, 30),
                  kEveryDay, "2026-10-25T02:30:00+02:00", 6 * 60 + 30},
        UntilCase{"BerlinInTheSecondPass", "Europe/Berlin", "2026-10-25T02:10:00+01:00",
                  minute(2, 30), kEveryDay, "2026-10-26T02:30:00+01:00", 24 * 60 + 20},
        UntilCase{"AucklandMonday", "Pacific/Auckland", "2026-06-03T12:00:00+12:00", minute(8, 0),
                  kMonday, "2026-06-08T08:00:00+12:00", 116 * 60},
        UntilCase{"LosAngelesMonday", "America/Los_Angeles", "2026-06-03T12:00:00-07:00",
                  minute(20, 0), kMonday, "2026-06-08T20:00:00-07:00", 128 * 60},
        UntilCase{"TuesdayTenSharp", "Europe/Berlin", "2026-06-02T10:00:00+02:00", minute(10, 0),
                  kTuesday, "2026-06-09T10:00:00+02:00", 168 * 60},
        UntilCase{"TuesdayOneMinuteEarly", "Europe/Berlin", "2026-06-02T09:59:00+02:00",
                  minute(10, 0), kTuesday, "2026-06-02T10:00:00+02:00", 1},
        UntilCase{"LordHoweHalfHourGap", "Australia/Lord_Howe", "2026-10-03T20:00:00+10:30",
                  minute(2, 15), kEveryDay, "2026-10-04T02:45:00+11:00", 6 * 60 + 15},
        UntilCase{"SantiagoMidnightGap", "America/Santiago", "2026-09-05T20:00:00-04:00",
                  minute(0, 0), kEveryDay, "2026-09-06T01:00:00-03:00", 4 * 60},
        UntilCase{"ApiaFridayThatNeverWas", "Pacific/Apia", "2011-12-29T12:00:00-10:00",
                  minute(10, 0), kFriday, "2011-12-31T10:00:00+14:00", 22 * 60},
        UntilCase{"CasablancaRamadan", "Africa/Casablanca", "2026-02-14T20:00:00+01:00",
                  minute(9, 0), kEveryDay, "2026-02-15T09:00:00+00:00", 14 * 60},
        UntilCase{"KathmanduQuarterHourZone", "Asia/Kathmandu", "2026-06-03T12:00:00+05:45",
                  minute(9, 0), kEveryDay, "2026-06-04T09:00:00+05:45", 21 * 60},
        UntilCase{"KolkataHalfHourZone", "Asia/Kolkata", "2026-06-03T08:00:00+05:30", minute(9, 0),
                  kEveryDay, "2026-06-03T09:00:00+05:30", 60},
        // The whole hour before midnight is skipped; the wall time still comes, an hour later.
        UntilCase{"NuukGapAcrossMidnight", "America/Nuuk", "2026-03-28T20:00:00-02:00",
                  minute(23, 30), kEveryDay, "2026-03-29T00:30:00-01:00", 3 * 60 + 30},
        UntilCase{"WeekdayFromFridayEvening", "Europe/Berlin", "2026-06-05T18:00:00+02:00",
                  minute(11, 0), kWeekdays, "2026-06-08T11:00:00+02:00", 65 * 60}),
    [](const auto& param_info) { return param_info.param.name; });

// The four waits that an engine gets wrong which takes the offset of now for a time to come, or
// asks the weekday of the UTC instant.
INSTANTIATE_TEST_SUITE_P(
    WhatOthersGetWrong, UntilTable,
    testing::Values(UntilCase{"NineInBerlinIsNotTen", "Europe/Berlin", "2026-03-28T20:00:00+01:00",
                              minute(9, 0), kEveryDay, "2026-03-29T07:00:00Z", 12 * 60},
                    UntilCase{"NineInNewYorkIsNotEight", "America/New_York",
                              "2026-10-31T20:00:00-04:00", minute(9, 0), kEveryDay,
                              "2026-11-01T14:00:00Z", 14 * 60},
                    UntilCase{"MondayInAucklandIsNotTuesday", "Pacific/Auckland",
                              "2026-06-03T12:00:00+12:00", minute(8, 0), kMonday,
                              "2026-06-07T20:00:00Z", 116 * 60},
                    UntilCase{"MondayInLosAngelesIsNotSunday", "America/Los_Angeles",
                              "2026-06-03T12:00:00-07:00", minute(20, 0), kMonday,
                              "2026-06-09T03:00:00Z", 128 * 60}),
    [](const auto& param_info) { return param_info.param.name; });

// ---- durations (T1, T2)

struct AddCase {
    std::string name;
    std::string zone;
    std::string from;
    CalendarSpan span;
    std::string want;
};

std::ostream& operator<<(std::ostream& out, const AddCase& c) {
    return out << c.name;
}

class AddTable : public testing::TestWithParam<AddCase> {};

TEST_P(AddTable, KeepsTheWallClockForDaysAndIsExactForHours) {
    const AddCase& c = GetParam();
    EXPECT_EQ(format_rfc3339(add(at(c.from), c.span, zone(c.zone))), format_rfc3339(at(c.want)));
}

constexpr std::int64_t kHour = 3'600;

INSTANTIATE_TEST_SUITE_P(EdgeCases, AddTable,
                         testing::Values(AddCase{"TwentyFourHoursOverSpring",
                                                 "Europe/Berlin",
                                                 "2026-03-28T20:00:00+01:00",
                                                 {0, 0, 24 * kHour},
                                                 "2026-03-29T21:00:00+02:00"},
                                         AddCase{"OneDayOverSpringIs23Hours",
                                                 "Europe/Berlin",
                                                 "2026-03-28T20:00:00+01:00",
                                                 {0, 1, 0},
                                                 "2026-03-29T20:00:00+02:00"},
                                         AddCase{"OneDayOverAutumnIs25Hours",
                                                 "Europe/Berlin",
                                                 "2026-10-24T20:00:00+02:00",
                                                 {0, 1, 0},
                                                 "2026-10-25T20:00:00+01:00"},
                                         AddCase{"OneDayIntoTheGap",
                                                 "Europe/Berlin",
                                                 "2026-03-28T02:30:00+01:00",
                                                 {0, 1, 0},
                                                 "2026-03-29T03:30:00+02:00"},
                                         AddCase{"OneDayIntoTheOverlapIsTheFirstPass",
                                                 "Europe/Berlin",
                                                 "2026-10-24T02:30:00+02:00",
                                                 {0, 1, 0},
                                                 "2026-10-25T02:30:00+02:00"},
                                         AddCase{"OneDayOutOfTheSecondPass",
                                                 "Europe/Berlin",
                                                 "2026-10-25T02:30:00+01:00",
                                                 {0, 1, 0},
                                                 "2026-10-26T02:30:00+01:00"},
                                         AddCase{"OneMonthClamps",
                                                 "Europe/Berlin",
                                                 "2026-01-31T10:00:00+01:00",
                                                 {1, 0, 0},
                                                 "2026-02-28T10:00:00+01:00"},
                                         AddCase{"OneMonthClampsInALeapYear",
                                                 "Europe/Berlin",
                                                 "2028-01-31T10:00:00+01:00",
                                                 {1, 0, 0},
                                                 "2028-02-29T10:00:00+01:00"},
                                         AddCase{"TwelveMonthsFromALeapDay",
                                                 "Europe/Berlin",
                                                 "2028-02-29T10:00:00+01:00",
                                                 {12, 0, 0},
                                                 "2029-02-28T10:00:00+01:00"},
                                         AddCase{"MonthsAcrossTheYear",
                                                 "America/New_York",
                                                 "2026-11-30T08:00:00-05:00",
                                                 {3, 0, 0},
                                                 "2027-02-28T08:00:00-05:00"},
                                         AddCase{"CalendarPartFirst",
                                                 "Europe/Berlin",
                                                 "2026-03-28T01:30:00+01:00",
                                                 {0, 1, kHour},
                                                 "2026-03-29T03:30:00+02:00"},
                                         AddCase{"MonthBeforeDays",
                                                 "Europe/Berlin",
                                                 "2026-01-31T10:00:00+01:00",
                                                 {1, 1, 0},
                                                 "2026-03-01T10:00:00+01:00"},
                                         AddCase{"LordHoweHalfHour",
                                                 "Australia/Lord_Howe",
                                                 "2026-10-03T02:15:00+10:30",
                                                 {0, 1, 0},
                                                 "2026-10-04T02:45:00+11:00"},
                                         AddCase{"ApiaSkipsADay",
                                                 "Pacific/Apia",
                                                 "2011-12-29T10:00:00-10:00",
                                                 {0, 1, 0},
                                                 "2011-12-31T10:00:00+14:00"},
                                         AddCase{"MillisecondsSurvive",
                                                 "Europe/Berlin",
                                                 "2026-03-28T20:00:00.123+01:00",
                                                 {0, 1, 0},
                                                 "2026-03-29T20:00:00.123+02:00"}),
                         [](const auto& param_info) { return param_info.param.name; });

TEST(CivilTimeTest, EveryMonthFromAnAnchorDoesNotDrift) {
    const Zone berlin = zone("Europe/Berlin");
    const Instant anchor = at("2026-01-31T10:00:00+01:00");
    EXPECT_EQ(add(anchor, {1, 0, 0}, berlin), at("2026-02-28T10:00:00+01:00"));
    EXPECT_EQ(add(anchor, {2, 0, 0}, berlin), at("2026-03-31T10:00:00+02:00"));
    EXPECT_EQ(add(anchor, {3, 0, 0}, berlin), at("2026-04-30T10:00:00+02:00"));
}

TEST(CivilTimeTest, SubtractGoesBackByTheCalendar) {
    const Zone berlin = zone("Europe/Berlin");
    EXPECT_EQ(subtract(at("2026-03-29T20:00:00+02:00"), {0, 1, 0}, berlin),
              at("2026-03-28T20:00:00+01:00"));
    EXPECT_EQ(subtract(at("2026-03-31T10:00:00+02:00"), {1, 0, 0}, berlin),
              at("2026-02-28T10:00:00+01:00"));
    EXPECT_EQ(subtract(at("2026-01-15T10:00:00+01:00"), {1, 0, kHour}, berlin),
              at("2025-12-15T09:00:00+01:00"));
}

TEST(CivilTimeTest, NeverStaysNeverAndFarDatesSaturate) {
    const Zone berlin = zone("Europe/Berlin");
    EXPECT_EQ(add(kNever, {1, 1, 1}, berlin), kNever);
    EXPECT_EQ(format_rfc3339(add(at("2026-01-01T00:00:00Z"), {2'000'000'000, 0, 0}, Zone{})),
              "9999-12-31T00:00:00Z");
    EXPECT_EQ(format_rfc3339(subtract(at("2026-01-01T00:00:00Z"), {0, 2'000'000'000, 0}, Zone{})),
              "0000-01-01T00:00:00Z");
}

// ---- local times

TEST(CivilTimeTest, InclusiveKeepsAWaitThatArrivesSharp) {
    const Zone berlin = zone("Europe/Berlin");
    const Instant sharp = at("2026-06-02T10:00:00+02:00");
    EXPECT_EQ(next_local(sharp, minute(10, 0), kEveryDay, true, berlin), sharp);
    EXPECT_EQ(next_local(sharp, minute(10, 0), kEveryDay, false, berlin),
              at("2026-06-03T10:00:00+02:00"));
    EXPECT_EQ(next_local(sharp + Millis{1}, minute(10, 0), kEveryDay, true, berlin),
              at("2026-06-03T10:00:00+02:00"));
}

TEST(CivilTimeTest, NoWeekdayMeansNever) {
    EXPECT_EQ(next_local(at("2026-06-02T10:00:00Z"), 600, 0, false, Zone{}), kNever);
}

TEST(CivilTimeTest, LocalTimeAndWeekdayFollowTheZone) {
    const Instant instant = at("2026-03-01T23:30:15.250Z");
    const LocalTime utc = to_local(instant, Zone{});
    const LocalTime auckland = to_local(instant, zone("Pacific/Auckland"));
    EXPECT_EQ(utc.weekday(), 6);
    EXPECT_EQ(utc.seconds, 23 * 3'600 + 30 * 60 + 15);
    EXPECT_EQ(utc.millis, 250);
    EXPECT_EQ(auckland.weekday(), 0);
    EXPECT_EQ(auckland.days, utc.days + 1);
    EXPECT_EQ(auckland.seconds, 12 * 3'600 + 30 * 60 + 15);
}

TEST(CivilTimeTest, InstantsBeforeTheEpochFloor) {
    const LocalTime local = to_local(from_ms(-1), Zone{});
    EXPECT_EQ(local.days, -1);
    EXPECT_EQ(local.seconds, 86'399);
    EXPECT_EQ(local.millis, 999);
    EXPECT_EQ(local.weekday(), 2);  // 1969-12-31 was a Wednesday
    EXPECT_EQ(resolve(local, Zone{}), from_ms(-1));
}

TEST(CivilTimeTest, OffsetsChangeAtTheTransition) {
    const Zone berlin = zone("Europe/Berlin");
    EXPECT_EQ(utc_offset(at("2026-03-29T00:59:59.999Z"), berlin), 3'600);
    EXPECT_EQ(utc_offset(at("2026-03-29T01:00:00Z"), berlin), 7'200);
    EXPECT_EQ(utc_offset(at("2026-06-01T00:00:00Z"), zone("Asia/Kathmandu")), 5 * 3'600 + 45 * 60);
    EXPECT_EQ(utc_offset(at("2026-06-01T00:00:00Z"), Zone{}), 0);
}

TEST(CivilTimeTest, WindowsAreHalfOpenAndMayCrossMidnight) {
    const Zone berlin = zone("Europe/Berlin");
    const auto inside = [&](std::string_view when, std::int32_t from, std::int32_t to) {
        return in_window(at(when), from, to, berlin);
    };
    EXPECT_TRUE(inside("2026-06-02T09:00:00+02:00", minute(9, 0), minute(17, 0)));
    EXPECT_TRUE(inside("2026-06-02T16:59:59.999+02:00", minute(9, 0), minute(17, 0)));
    EXPECT_FALSE(inside("2026-06-02T17:00:00+02:00", minute(9, 0), minute(17, 0)));
    EXPECT_FALSE(inside("2026-06-02T08:59:59.999+02:00", minute(9, 0), minute(17, 0)));
    EXPECT_TRUE(inside("2026-06-02T22:00:00+02:00", minute(22, 0), minute(7, 0)));
    EXPECT_TRUE(inside("2026-06-02T06:59:59+02:00", minute(22, 0), minute(7, 0)));
    EXPECT_FALSE(inside("2026-06-02T07:00:00+02:00", minute(22, 0), minute(7, 0)));
    EXPECT_FALSE(inside("2026-06-02T12:00:00+02:00", minute(22, 0), minute(7, 0)));
    EXPECT_TRUE(inside("2026-06-02T12:00:00+02:00", minute(8, 0), minute(8, 0)));
}

// ---- zones (T3)

TEST(ZoneTest, KnowsIanaIdsAndLinks) {
    for (const char* id : {"Europe/Berlin", "America/Argentina/Buenos_Aires", "US/Pacific", "UTC",
                           "Asia/Calcutta", "Etc/UTC"}) {
        const auto found = find_zone(id);
        ASSERT_TRUE(found.has_value()) << id;
        EXPECT_EQ(found->name(), id);
    }
    EXPECT_EQ(Zone{}.name(), "UTC");
}

TEST(ZoneTest, RefusesOffsetsAndUnknownIds) {
    for (const char* id : {"+02:00", "-0500", "UTC+2", "", "europe/berlin", "Europe/Berln",
                           "Berlin", "localtime", "../Europe/Berlin", "Europe/", "zzz"}) {
        EXPECT_FALSE(find_zone(id).has_value()) << id;
    }
}

TEST(ZoneTest, TheDatabaseTellsItsVersion) {
    const std::string version = tzdb_version();
    ASSERT_GE(version.size(), 5U) << version;
    EXPECT_EQ(version.substr(0, 2), "20") << version;
}

}  // namespace
}  // namespace sluice
