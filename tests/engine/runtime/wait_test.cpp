#include "engine/runtime/wait.hpp"

#include "tests/support/story.hpp"

#include <gmock/gmock.h>

namespace sluice {
namespace {

using ::testing::ElementsAre;
using testing::kMessages;
using testing::kOpenPolicy;
using testing::kShop;
using testing::Story;

/// A wait as written, asked at a moment in a zone, and when it ends; all instants in UTC.
struct Case {
    const char* name;
    const char* zone;
    const char* asked;
    const char* wait;
    const char* ends;
};

/// The table of the language's time rules, from flow text to the message behind the wait.
class WaitTest : public ::testing::TestWithParam<Case> {};

TEST_P(WaitTest, TheMessageBehindTheWait) {
    const Case& c = GetParam();
    const std::string flow =
        std::string("flow Slow { starts when Viewed wait ") + c.wait + " send email Hello }";
    Story story({kShop, kOpenPolicy, kMessages, flow});
    ASSERT_TRUE(story.ok());
    story.identify(c.asked,
                   std::string(R"({"email":"a@example.com","email_status":"subscribed",)") +
                       R"("time_zone":")" + c.zone + "\"}");
    story.event(c.asked, "Viewed");
    // One millisecond earlier nothing has been sent.
    const Instant ends = testing::utc(c.ends);
    run_timers(story.releases, story.options, story.customer, ends - Millis{1}, story.effects);
    EXPECT_EQ(story.messages(), std::vector<std::string>{});
    story.until(c.ends);
    EXPECT_THAT(story.messages(), ElementsAre(std::string(c.ends) + " sent email Hello"));
}

INSTANTIATE_TEST_SUITE_P(
    Table, WaitTest,
    ::testing::Values(
        Case{"MorningAfterSpringForward", "Europe/Berlin", "2026-03-28 19:00", "until 09:00",
             "2026-03-29 07:00"},
        Case{"MorningAfterFallBack", "America/New_York", "2026-11-01 00:00", "until 09:00",
             "2026-11-01 14:00"},
        Case{"InTheGap", "Europe/Berlin", "2026-03-28 19:00", "until 02:30", "2026-03-29 01:30"},
        Case{"InTheOverlapTheFirst", "Europe/Berlin", "2026-10-24 18:00", "until 02:30",
             "2026-10-25 00:30"},
        Case{"EachWallTimeOnceADay", "Europe/Berlin", "2026-10-25 01:10", "until 02:30",
             "2026-10-26 01:30"},
        Case{"MondayInAuckland", "Pacific/Auckland", "2026-06-03 00:00", "until Monday at 08:00",
             "2026-06-07 20:00"},
        Case{"MondayInLosAngeles", "America/Los_Angeles", "2026-06-03 19:00",
             "until Monday at 20:00", "2026-06-09 03:00"},
        Case{"TuesdaySharpIsNextTuesday", "Europe/Berlin", "2026-06-02 08:00",
             "until Tuesday at 10:00", "2026-06-09 08:00"},
        Case{"TuesdayAMinuteEarlierIsToday", "Europe/Berlin", "2026-06-02 07:59",
             "until Tuesday at 10:00", "2026-06-02 08:00"},
        Case{"ADurationThenSharpCostsNoDay", "Europe/Berlin", "2026-06-02 08:00",
             "2 days, then until 10:00", "2026-06-04 08:00"},
        Case{"TwentyFourHours", "Europe/Berlin", "2026-03-28 19:00", "24 hours",
             "2026-03-29 19:00"},
        Case{"OneDayIsTwentyThreeHours", "Europe/Berlin", "2026-03-28 19:00", "1 day",
             "2026-03-29 18:00"},
        Case{"OneDayLandingInTheGap", "Europe/Berlin", "2026-03-28 01:30", "1 day",
             "2026-03-29 01:30"},
        Case{"AMonthFromTheLastDay", "UTC", "2026-01-31 10:00", "1 month", "2026-02-28 10:00"},
        Case{"AGapOfHalfAnHour", "Australia/Lord_Howe", "2026-10-03 09:30", "until 02:15",
             "2026-10-03 15:45"},
        Case{"AGapAtMidnight", "America/Santiago", "2026-09-06 00:00", "until 00:00",
             "2026-09-06 04:00"},
        Case{"AChangeForRamadan", "Africa/Casablanca", "2026-02-14 18:00", "until 09:00",
             "2026-02-15 09:00"},
        Case{"AnOddOffset", "Asia/Kathmandu", "2026-06-02 06:00", "until 09:00",
             "2026-06-03 03:15"},
        Case{"ADate", "Asia/Kathmandu", "2026-06-02 06:00", "until 2026-06-10 at 10:00",
             "2026-06-10 04:15"},
        Case{"AWindowNotYetOpen", "Europe/Berlin", "2026-06-02 05:00",
             "until between 09:00 and 17:00", "2026-06-02 07:00"},
        Case{"AWindowJustClosed", "Europe/Berlin", "2026-06-02 15:00",
             "until between 09:00 and 17:00", "2026-06-03 07:00"},
        Case{"AWindowOfWeekdaysOnFridayNight", "Europe/Berlin", "2026-06-05 20:00",
             "until between 09:00 and 17:00 on a weekday", "2026-06-08 07:00"}),
    [](const auto& test) { return std::string(test.param.name); });

Story slow(std::string_view wait) {
    const std::string flow =
        "flow Slow { starts when Viewed wait " + std::string(wait) + " send email Hello }";
    Story story({kShop, kOpenPolicy, kMessages, flow});
    return story;
}

TEST(WaitWindowTest, InsideTheWindowThereIsNoWait) {
    Story story = slow("until between 22:00 and 07:00");
    ASSERT_TRUE(story.ok());
    story.subscribe("2026-06-02 06:59");
    story.event("2026-06-02 06:59", "Viewed");
    EXPECT_THAT(story.messages(), ElementsAre("2026-06-02 06:59 sent email Hello"));
    Story shut = slow("until between 22:00 and 07:00");
    shut.subscribe("2026-06-02 07:00");
    shut.event("2026-06-02 07:00", "Viewed");
    shut.until("2026-06-03 00:00");
    EXPECT_THAT(shut.messages(), ElementsAre("2026-06-02 22:00 sent email Hello"));
}

TEST(WaitMomentTest, FollowsTheDateAndGoesOnOrStopsWhenItIsGone) {
    Story story = slow("until 7 days before customer.renewal at 10:00, if missing stop");
    ASSERT_TRUE(story.ok());
    story.subscribe("2026-03-02 09:00");
    story.identify("2026-03-02 09:00", R"({"renewal":"2026-03-20","time_zone":"Europe/Berlin"})");
    story.event("2026-03-02 10:00", "Viewed");
    // Put off behind the change of the clocks: 10:00 in Berlin is then an hour earlier in UTC.
    story.identify("2026-03-05 10:00", R"({"renewal":"2026-04-10"})");
    story.until("2026-04-30 00:00");
    EXPECT_THAT(story.messages(), ElementsAre("2026-04-03 08:00 sent email Hello"));

    Story missing = slow("until 7 days before customer.renewal at 10:00, if missing stop");
    missing.subscribe("2026-03-02 09:00");
    missing.event("2026-03-02 10:00", "Viewed");
    EXPECT_THAT(missing.log(), ElementsAre("2026-03-02 10:00 entered Slow",
                                           "2026-03-02 10:00 ended Slow: missing date"));

    Story skipped = slow("until 7 days before customer.renewal at 10:00, if missing skip");
    skipped.subscribe("2026-03-02 09:00");
    skipped.identify("2026-03-02 09:00", R"({"renewal":"2026-03-04"})");  // the moment is past
    skipped.event("2026-03-02 10:00", "Viewed");
    EXPECT_THAT(skipped.messages(), ElementsAre("2026-03-02 10:00 sent email Hello"));
}

TEST(WaitMomentTest, ADateThatGoesOrPassesWhileSomebodyWaitsIsMissing) {
    for (const char* now : {R"({"renewal":null})", R"({"renewal":"2026-03-10"})"}) {
        for (const auto& [clause, want] :
             {std::pair{"stop", "2026-03-05 10:00 ended Slow: missing date"},
              std::pair{"skip", "2026-03-05 10:00 sent email Hello"}}) {
            Story story = slow(std::string("until 7 days before customer.renewal at 10:00, ") +
                               "if missing " + clause);
            ASSERT_TRUE(story.ok());
            story.subscribe("2026-03-02 09:00");
            story.identify("2026-03-02 09:00", R"({"renewal":"2026-03-20"})");
            story.event("2026-03-02 10:00", "Viewed");
            story.identify("2026-03-05 10:00", now);
            story.until("2026-04-30 00:00");
            EXPECT_EQ(story.log().at(1), want) << now;
        }
    }
}

TEST(WaitZoneTest, AWallClockWaitFollowsTheCustomersZoneAndAnExactOneDoesNot) {
    for (const auto& [wait, want] : {std::pair{"until 09:00", "2026-06-03 03:15"},
                                     std::pair{"20 hours", "2026-06-03 02:00"}}) {
        Story story = slow(wait);
        ASSERT_TRUE(story.ok());
        story.subscribe("2026-06-02 06:00");
        story.event("2026-06-02 06:00", "Viewed");
        story.identify("2026-06-02 07:00", R"({"time_zone":"Asia/Kathmandu"})");
        story.until("2026-06-04 00:00");
        EXPECT_THAT(story.messages(), ElementsAre(std::string(want) + " sent email Hello"));
    }
}

}  // namespace
}  // namespace sluice
