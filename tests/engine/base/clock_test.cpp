#include "engine/base/clock.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <random>
#include <string>

namespace sluice {
namespace {

TEST(ClockTest, FormatsUtcWithMillisecondsOnlyWhenThereAreAny) {
    EXPECT_EQ(format_rfc3339(kEpoch), "1970-01-01T00:00:00Z");
    EXPECT_EQ(format_rfc3339(from_ms(1'774'746'000'000)), "2026-03-29T01:00:00Z");
    EXPECT_EQ(format_rfc3339(from_ms(1'774'746'000'007)), "2026-03-29T01:00:00.007Z");
    EXPECT_EQ(format_rfc3339(from_ms(-1)), "1969-12-31T23:59:59.999Z");
}

TEST(ClockTest, ShowsWhatFourDigitsCannotSayAsTheNearestBorder) {
    EXPECT_EQ(format_rfc3339(kNever), "9999-12-31T23:59:59.999Z");
    EXPECT_EQ(format_rfc3339(Instant::min()), "0000-01-01T00:00:00Z");
}

struct ParseCase {
    const char* text;
    const char* want;
};

class ParseTable : public testing::TestWithParam<ParseCase> {};

TEST_P(ParseTable, ReadsTheSameInstant) {
    const auto got = parse_rfc3339(GetParam().text);
    ASSERT_TRUE(got.has_value()) << GetParam().text;
    EXPECT_EQ(format_rfc3339(*got), GetParam().want) << GetParam().text;
}

INSTANTIATE_TEST_SUITE_P(
    Forms, ParseTable,
    testing::Values(ParseCase{"2026-03-29T01:00:00Z", "2026-03-29T01:00:00Z"},
                    ParseCase{"2026-03-29t01:00:00z", "2026-03-29T01:00:00Z"},
                    ParseCase{"2026-03-29 01:00:00", "2026-03-29T01:00:00Z"},
                    ParseCase{"2026-03-29T03:00:00+02:00", "2026-03-29T01:00:00Z"},
                    ParseCase{"2026-03-29T03:00+0200", "2026-03-29T01:00:00Z"},
                    ParseCase{"2026-03-28T20:00:00-05", "2026-03-29T01:00:00Z"},
                    ParseCase{"2026-03-29T06:45:00.5+05:45", "2026-03-29T01:00:00.500Z"},
                    ParseCase{"2026-03-29T01:00:00.123456789Z", "2026-03-29T01:00:00.123Z"},
                    ParseCase{"2026-03-29T01:00:00,999999Z", "2026-03-29T01:00:00.999Z"},
                    ParseCase{"2026-03-29", "2026-03-29T00:00:00Z"},
                    ParseCase{"2024-02-29", "2024-02-29T00:00:00Z"},
                    ParseCase{"2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z"},
                    ParseCase{"1969-12-31T23:59:59.999Z", "1969-12-31T23:59:59.999Z"},
                    ParseCase{"2026-01-01T00:00:00+14:00", "2025-12-31T10:00:00Z"}));

class RefusedText : public testing::TestWithParam<const char*> {};

TEST_P(RefusedText, IsNotATime) {
    EXPECT_FALSE(parse_rfc3339(GetParam()).has_value());
}

INSTANTIATE_TEST_SUITE_P(
    Forms, RefusedText,
    testing::Values("", "now", "2026", "2026-3-29", "2026-02-29", "2026-13-01", "2026-00-10",
                    "2026-01-00", "2026-01-32", "2026-03-29T", "2026-03-29T24:00:00Z",
                    "2026-03-29T01:60:00Z", "2026-03-29T01:00:61Z", "2026-03-29T01:00:00.Z",
                    "2026-03-29T01Z", "2026-03-29T01:00:00ZZ", "2026-03-29T01:00:00+2",
                    "2026-03-29T01:00:00+24:00", "2026-03-29T01:00:00+02:60", "2026-03-29Z",
                    "2026-03-29T01:00:00 Z", " 2026-03-29", "+2026-03-29", "-026-03-29",
                    "1774746000000", "2026-03-29T01:00:00+02:00:00", "2026-03-29T01:00:0xZ"));

TEST(ClockTest, ParsesWhatItFormats) {
    std::mt19937_64 random(1);
    std::uniform_int_distribution<std::int64_t> any(-62'167'219'200'000, 253'402'300'799'999);
    for (int i = 0; i < 20'000; ++i) {
        const Instant x = from_ms(any(random));
        const auto back = parse_rfc3339(format_rfc3339(x));
        ASSERT_TRUE(back.has_value()) << format_rfc3339(x);
        ASSERT_EQ(*back, x);
    }
}

TEST(ClockTest, TheSystemClockMovesOnAndTheManualOneOnlyWhenTold) {
    const SystemClock system;
    const Instant first = system.now();
    EXPECT_GT(first, from_ms(1'700'000'000'000));
    EXPECT_GE(system.now(), first);

    ManualClock manual{from_ms(1'000)};
    EXPECT_EQ(manual.now(), from_ms(1'000));
    manual.advance(Millis{5});
    EXPECT_EQ(manual.now(), from_ms(1'005));
    manual.set(kEpoch);
    EXPECT_EQ(manual.now(), kEpoch);
}

}  // namespace
}  // namespace sluice
