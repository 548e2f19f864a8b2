#include "engine/runtime/compare.hpp"

#include "tests/support/story.hpp"

#include <gmock/gmock.h>

#include <boost/json.hpp>

namespace sluice {
namespace {

using Side = Comparison::Side;
using testing::utc;

TraceRow sent(std::string message, std::string_view at) {
    TraceRow row;
    row.kind = TraceKind::sent;
    row.message = std::move(message);
    row.at = utc(std::string(at));
    return row;
}

class CompareTest : public ::testing::Test {
protected:
    void SetUp() override {
        both("same", "2026-03-01 10:00", "2026-03-01 10:00");
        both("soon", "2026-03-01 10:00", "2026-03-01 09:00");
        both("late", "2026-03-01 10:00", "2026-03-01 11:00");
        comparison_.add(Side::before, sent("Hello", "2026-03-01 10:00"), "gone");
        comparison_.add(Side::after, sent("Second", "2026-03-01 10:00"), "new");
        both("twice", "2026-03-01 10:00", "2026-03-01 10:00");
        comparison_.add(Side::after, sent("Hello", "2026-03-02 10:00"), "twice");
        TraceRow skipped = sent("Hello", "2026-03-01 10:00");
        skipped.kind = TraceKind::skipped;
        comparison_.add(Side::after, skipped, "quiet");
    }
    void both(const char* who, std::string_view before, std::string_view after) {
        comparison_.add(Side::before, sent("Hello", before), who);
        comparison_.add(Side::after, sent("Hello", after), who);
    }
    Comparison comparison_;
};

TEST_F(CompareTest, EveryMessageIsSameEarlierLaterMissingOrExtra) {
    const Comparison::Report report = comparison_.report(100, 3);
    EXPECT_EQ(report.customers, 100U);
    EXPECT_EQ(report.changed, 5U);  // all but same and quiet
    EXPECT_EQ(report.total, (DifferenceCounts{2, 1, 1, 1, 2}));
    EXPECT_EQ(report.by_message.at("Second"), (DifferenceCounts{0, 0, 0, 0, 1}));
    ASSERT_EQ(report.examples.size(), 3U);
    EXPECT_EQ(report.examples[0].customer, "gone");
    EXPECT_EQ(report.examples[0].messages[0].difference, Difference::missing);
}

TEST_F(CompareTest, PeopleAndProgramsReadIt) {
    const Comparison::Report report = comparison_.report(100, 10);
    const std::string text = render_text(report);
    EXPECT_THAT(text, ::testing::HasSubstr("5 of 100 customers get something else (5.00 %)"));
    EXPECT_THAT(text, ::testing::HasSubstr(
                          "later    email Hello  2026-03-01T10:00:00Z -> 2026-03-01T11:00:00Z"));
    const boost::json::value value = boost::json::parse(render_json(report));
    EXPECT_EQ(value.at("changed").as_int64(), 5);
    EXPECT_EQ(value.at("by_message").at("Hello").at("extra").as_int64(), 1);
    EXPECT_EQ(value.at("examples").as_array().size(), 5U);
}

}  // namespace
}  // namespace sluice
