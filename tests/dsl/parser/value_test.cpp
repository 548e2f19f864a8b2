#include "dsl/value.hpp"

#include <gtest/gtest.h>

namespace sluice::dsl {
namespace {

TEST(ValueTest, DecimalsKeepFourDigits) {
    EXPECT_EQ(parse_decimal("12"), 120'000);
    EXPECT_EQ(parse_decimal("-3.5"), -35'000);
    EXPECT_EQ(parse_decimal("0.0001"), 1);
    EXPECT_EQ(parse_decimal("0.00019"), 1);
    EXPECT_EQ(parse_decimal("922337203685477.5807"), INT64_MAX);
}

TEST(ValueTest, WhatIsNoDecimalIsRefused) {
    for (const char* text : {"", "-", ".", "1.", ".5", "1e3", "+1", "1 ", "--1", "1.2.3",
                             "922337203685477.5808", "99999999999999999999"}) {
        EXPECT_EQ(parse_decimal(text), std::nullopt) << text;
    }
}

TEST(ValueTest, DatesAreDaysSince1970) {
    EXPECT_EQ(parse_date("1970-01-01"), 0);
    EXPECT_EQ(parse_date("1969-12-31"), -1);
    EXPECT_EQ(parse_date("2000-02-29"), 11'016);
    EXPECT_EQ(parse_date("2026-03-29T10:00:00Z"), parse_date("2026-03-29"));
    EXPECT_EQ(parse_date("0001-01-01"), -719'162);
    EXPECT_EQ(parse_date("9999-12-31"), 2'932'896);
}

TEST(ValueTest, WhatIsNoDateIsRefused) {
    for (const char* text :
         {"", "2026-02-29", "1900-02-29", "2026-13-01", "2026-00-10", "0000-01-01", "2026-1-01",
          "2026/01/01", "2026-01-01x", "20a6-01-01"}) {
        EXPECT_EQ(parse_date(text), std::nullopt) << text;
    }
}

TEST(ValueTest, EveryDayOfFourCenturiesGoesThereAndBack) {
    const std::int64_t first = *parse_date("1800-01-01");
    for (std::int64_t day = first; day < first + 146'097; ++day) {
        ASSERT_EQ(parse_date(format_date(day)), day);
    }
}

TEST(ValueTest, TextForms) {
    EXPECT_EQ(to_text(Value{}), "");
    EXPECT_EQ(to_text(Value::of_number(125'000)), "12.5");
    EXPECT_EQ(to_text(Value::of_number(-1)), "-0.0001");
    EXPECT_EQ(to_text(Value::of_number(INT64_MIN)), "-922337203685477.5808");
    EXPECT_EQ(to_text(Value::of_yes_no(false)), "no");
    EXPECT_EQ(to_text(Value::of_date(0)), "1970-01-01");
    EXPECT_EQ(to_text(Value::of_time(570)), "09:30");
    EXPECT_EQ(to_text(Value::of_moment(-1)), "1969-12-31T23:59:59.999Z");
    EXPECT_EQ(to_text(Value::of_moment(86'400'000)), "1970-01-02T00:00:00Z");
    EXPECT_EQ(to_text(Value::of_list({"a", "b"})), "a, b");
    EXPECT_EQ(to_text(Type{TypeKind::one_of, {"a", "b"}}), "one of \"a\", \"b\"");
    EXPECT_EQ(to_text(Type{TypeKind::list, {}}), "list of text");
}

}  // namespace
}  // namespace sluice::dsl
