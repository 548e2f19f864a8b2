#include "engine/runtime/step.hpp"

#include "tests/support/story.hpp"

#include <gmock/gmock.h>

namespace sluice {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::kMessages;
using testing::kOpenPolicy;
using testing::kShop;
using testing::Story;

Story shop(std::string_view flow) {
    return Story({kShop, kOpenPolicy, kMessages, flow});
}

TEST(StepTest, AFlowWithoutWaitsEndsWithinItsTick) {
    Story story = shop("flow Greet { starts when Order Placed send email Hello }");
    ASSERT_TRUE(story.ok());
    story.subscribe("2026-03-02 09:00");
    story.event("2026-03-02 10:00", "Order Placed");
    EXPECT_THAT(story.log(),
                ElementsAre("2026-03-02 10:00 entered Greet", "2026-03-02 10:00 sent email Hello",
                            "2026-03-02 10:00 ended Greet: completed"));
    EXPECT_TRUE(story.customer.runs.empty());
}

TEST(StepTest, WaitsFireAtTheirInstant) {
    Story story = shop(
        "flow Greet { starts when Order Placed wait 2 hours send email Hello wait 1 day "
        "send sms Second }");
    ASSERT_TRUE(story.ok());
    story.subscribe("2026-03-02 09:00");
    story.event("2026-03-02 10:00", "Order Placed");
    story.until("2026-03-02 11:59:59");
    EXPECT_THAT(story.messages(), IsEmpty());
    story.until("2026-03-05 00:00");
    EXPECT_THAT(story.messages(), ElementsAre("2026-03-02 12:00 sent email Hello",
                                              "2026-03-03 12:00 sent sms Second"));
}

TEST(StepTest, TheGoalEndsARunAndItsMessages) {
    Story story = shop(
        "flow Cart { starts when Cart Started as cart one run per cart.cart_id "
        "goal Order Placed where total >= 10 within 5 days wait 1 hour send email Hello }");
    ASSERT_TRUE(story.ok());
    story.subscribe("2026-03-02 09:00");
    story.event("2026-03-02 10:00", "Cart Started", R"({"cart_id":"a","total":30})");
    story.event("2026-03-02 10:10", "Order Placed", R"({"order_id":"1","total":5})");
    story.event("2026-03-02 10:20", "Order Placed", R"({"order_id":"2","total":30})");
    story.until("2026-03-10 00:00");
    EXPECT_THAT(story.log(),
                ElementsAre("2026-03-02 10:00 entered Cart", "2026-03-02 10:20 goal Cart",
                            "2026-03-02 10:20 ended Cart: goal"));
}

TEST(StepTest, TheGoalCountsWithinItsWindowAfterTheRunEnded) {
    Story story = shop(
        "flow Cart { starts when Cart Started goal Order Placed within 2 days send email Hello }");
    ASSERT_TRUE(story.ok());
    story.subscribe("2026-03-02 09:00");
    story.event("2026-03-02 10:00", "Cart Started");
    story.event("2026-03-03 10:00", "Order Placed");
    story.event("2026-03-03 11:00", "Order Placed");
    EXPECT_THAT(
        story.log(),
        ElementsAre("2026-03-02 10:00 entered Cart", "2026-03-02 10:00 sent email Hello",
                    "2026-03-02 10:00 ended Cart: completed", "2026-03-03 10:00 goal Cart"));
    Story late = shop(
        "flow Cart { starts when Cart Started goal Order Placed within 2 days send email Hello }");
    late.event("2026-03-02 10:00", "Cart Started");
    late.event("2026-03-04 10:00", "Order Placed");  // exactly the end of the window: too late
    EXPECT_EQ(late.log().back(), "2026-03-02 10:00 ended Cart: completed");
}

TEST(StepTest, TimersFireBeforeEventsOfTheSameInstant) {
    Story story = shop(
        "flow Cart { starts when Cart Started wait for Order Placed up to 1 hour { "
        "on Order Placed { send email Hello } on timeout { send email Second } } }");
    ASSERT_TRUE(story.ok());
    story.subscribe("2026-03-02 09:00");
    story.event("2026-03-02 10:00", "Cart Started");
    story.event("2026-03-02 11:00", "Order Placed");
    EXPECT_THAT(story.messages(), ElementsAre("2026-03-02 11:00 sent email Second"));
}

TEST(StepTest, ABranchBindsItsEvent) {
    Story story = shop(
        "flow Cart { starts when Cart Started as cart wait up to 2 days { "
        "on Order Placed where total > cart.total as order { if order.total >= 100 { send email "
        "Hello } otherwise { send email Second } } on timeout { stop because \"nothing\" } } }");
    ASSERT_TRUE(story.ok());
    story.subscribe("2026-03-02 09:00");
    story.event("2026-03-02 10:00", "Cart Started", R"({"cart_id":"a","total":50})");
    story.event("2026-03-02 11:00", "Order Placed", R"({"order_id":"1","total":50})");
    story.event("2026-03-02 12:00", "Order Placed", R"({"order_id":"2","total":120})");
    EXPECT_THAT(story.messages(), ElementsAre("2026-03-02 12:00 sent email Hello"));
    story.event("2026-03-04 12:00", "Cart Started", R"({"cart_id":"b","total":50})");
    story.until("2026-03-10 00:00");
    EXPECT_EQ(story.log().back(), "2026-03-06 12:00 ended Cart: nothing");
}

TEST(StepTest, OnlyIfCountsTheEventThatStartsTheRun) {
    Story story = shop(
        "flow First { starts when Order Placed only if exactly 1 Order Placed send email Hello }");
    ASSERT_TRUE(story.ok());
    story.subscribe("2026-03-02 09:00");
    story.event("2026-03-02 10:00", "Order Placed");
    story.event("2026-03-03 10:00", "Order Placed");
    EXPECT_THAT(story.log(),
                ElementsAre("2026-03-02 10:00 entered First", "2026-03-02 10:00 sent email Hello",
                            "2026-03-02 10:00 ended First: completed",
                            "2026-03-03 10:00 not entered First: only if"));
}

TEST(StepTest, ReEntryOpensAtExactlyItsDuration) {
    Story story =
        shop("flow Again { starts when Order Placed re-entry after 3 days send email Hello }");
    ASSERT_TRUE(story.ok());
    story.subscribe("2026-03-02 09:00");
    story.event("2026-03-02 10:00", "Order Placed");
    story.event("2026-03-05 09:59:59", "Order Placed");
    story.event("2026-03-05 10:00", "Order Placed");
    EXPECT_THAT(story.messages(), ElementsAre("2026-03-02 10:00 sent email Hello",
                                              "2026-03-05 10:00 sent email Hello"));
}

TEST(StepTest, ReEntryIsPerKey) {
    Story story = shop(
        "flow Cart { starts when Cart Started as cart one run per cart.cart_id re-entry never "
        "send email Hello }");
    ASSERT_TRUE(story.ok());
    story.subscribe("2026-03-02 09:00");
    story.event("2026-03-02 10:00", "Cart Started", R"({"cart_id":"a"})");
    story.event("2026-03-02 11:00", "Cart Started", R"({"cart_id":"b"})");
    story.event("2026-03-02 12:00", "Cart Started", R"({"cart_id":"a"})");
    story.event("2026-03-02 13:00", "Cart Started");
    EXPECT_THAT(story.messages(), ElementsAre("2026-03-02 10:00 sent email Hello",
                                              "2026-03-02 11:00 sent email Hello"));
    EXPECT_EQ(story.log().back(), "2026-03-02 13:00 not entered Cart: no key");
}

TEST(StepTest, WhileRunningIgnoreAndRestart) {
    Story ignore = shop("flow A { starts when Viewed wait 1 hour send email Hello }");
    ASSERT_TRUE(ignore.ok());
    ignore.subscribe("2026-03-02 09:00");
    ignore.event("2026-03-02 10:00", "Viewed");
    ignore.event("2026-03-02 10:30", "Viewed");
    ignore.until("2026-03-03 00:00");
    EXPECT_THAT(ignore.messages(), ElementsAre("2026-03-02 11:00 sent email Hello"));

    Story restart =
        shop("flow A { starts when Viewed while running restart wait 1 hour send email Hello }");
    ASSERT_TRUE(restart.ok());
    restart.subscribe("2026-03-02 09:00");
    restart.event("2026-03-02 10:00", "Viewed");
    restart.event("2026-03-02 10:30", "Viewed");
    restart.until("2026-03-03 00:00");
    EXPECT_THAT(restart.log(),
                ElementsAre("2026-03-02 10:00 entered A", "2026-03-02 10:30 ended A: restarted",
                            "2026-03-02 10:30 entered A", "2026-03-02 11:30 sent email Hello",
                            "2026-03-02 11:30 ended A: completed"));
}

TEST(StepTest, EndsWhenLeavesEarly) {
    Story story =
        shop("flow A { starts when Viewed ends when Cart Started wait 1 hour send email Hello }");
    ASSERT_TRUE(story.ok());
    story.subscribe("2026-03-02 09:00");
    story.event("2026-03-02 10:00", "Viewed");
    story.event("2026-03-02 10:30", "Cart Started");
    story.until("2026-03-03 00:00");
    EXPECT_THAT(story.log(),
                ElementsAre("2026-03-02 10:00 entered A", "2026-03-02 10:30 ended A: ends when"));
}

TEST(StepTest, HistorySinceEntry) {
    Story story = shop(
        "flow A { starts when Order Placed only if exactly 1 Order Placed wait 10 days "
        "if no Order Placed since entry { send email Hello } otherwise { send email Second } }");
    ASSERT_TRUE(story.ok());
    story.subscribe("2026-03-02 09:00");
    story.event("2026-03-02 10:00", "Order Placed");
    Story again = shop(
        "flow A { starts when Order Placed only if exactly 1 Order Placed wait 10 days "
        "if no Order Placed since entry { send email Hello } otherwise { send email Second } }");
    again.subscribe("2026-03-02 09:00");
    again.event("2026-03-02 10:00", "Order Placed");
    again.event("2026-03-02 10:00", "Order Placed");  // the same instant, but after the entry
    story.until("2026-04-01 00:00");
    again.until("2026-04-01 00:00");
    EXPECT_THAT(story.messages(), ElementsAre("2026-03-12 10:00 sent email Hello"));
    EXPECT_THAT(again.messages(), ElementsAre("2026-03-12 10:00 sent email Second"));
}

TEST(StepTest, TheAlternativeIsForTheUnreachableOnly) {
    Story story = shop(
        "flow A { starts when Viewed send email Hello or sms Second if not sent { record Left "
        "Alone } }");
    ASSERT_TRUE(story.ok());
    story.identify("2026-03-02 09:00", R"({"phone":"+49151","sms_status":"subscribed"})");
    story.event("2026-03-02 10:00", "Viewed");
    EXPECT_THAT(story.messages(), ElementsAre("2026-03-02 10:00 sent sms Second"));
    story.identify("2026-03-02 11:00", R"({"sms_status":"unsubscribed"})");
    story.event("2026-03-02 12:00", "Viewed");
    EXPECT_THAT(story.log(),
                ::testing::Contains("2026-03-02 12:00 skipped email Hello: no address"));
    EXPECT_THAT(story.log(), ::testing::Contains("2026-03-02 12:00 recorded Left Alone"));
}

TEST(StepTest, RecordedEventsStartFlowsInTheSameTick) {
    Story story = shop(
        "flow A { starts when Viewed record Left Alone }\n"
        "flow B { starts when Left Alone send email Hello }");
    ASSERT_TRUE(story.ok());
    story.subscribe("2026-03-02 09:00");
    story.event("2026-03-02 10:00", "Viewed");
    EXPECT_THAT(story.messages(), ElementsAre("2026-03-02 10:00 sent email Hello"));
}

/// The compiler finds circles of events and of flows; one through states only shows when it runs.
TEST(StepTest, FlowsThatDriveEachOtherInCirclesStop) {
    Story story = shop(
        "lifecycle L {\n  starts in One\n  state One\n  state Two\n"
        "  from One to Two when Left Alone\n  from Two to One when Viewed\n}\n"
        "flow A { starts when customer enters Two record Viewed with product_id = \"p\" }\n"
        "flow B { starts when customer moves from Two to One record Left Alone }");
    ASSERT_TRUE(story.ok());
    story.event("2026-03-02 10:00", "Left Alone");
    EXPECT_GT(story.effects.internal.size(), 4U);
    EXPECT_LE(story.effects.internal.size(), 40U);
}

TEST(StepTest, TraitsChange) {
    Story story = shop(
        "flow A { starts when Viewed add 50 to customer.points add \"tea\" to customer.interests "
        "add \"milk\" to customer.interests remove \"milk\" from customer.interests "
        "set customer.renewal to today "
        "if customer.points is 50 and customer.renewal is today and customer.interests contains "
        "\"tea\" { send email Hello } }");
    ASSERT_TRUE(story.ok());
    story.subscribe("2026-03-02 09:00");
    story.event("2026-03-02 10:00", "Viewed");
    EXPECT_THAT(story.messages(), ElementsAre("2026-03-02 10:00 sent email Hello"));
    EXPECT_EQ(story.effects.internal.size(), 5U);
}

TEST(StepTest, WaitsFollowADateThatMoves) {
    Story story = shop(
        "flow A { starts when Viewed wait until 2 days before customer.renewal at 10:00, if "
        "missing "
        "stop send email Hello }");
    ASSERT_TRUE(story.ok());
    story.subscribe("2026-03-02 09:00");
    story.identify("2026-03-02 09:00", R"({"renewal":"2026-03-20"})");
    story.event("2026-03-02 10:00", "Viewed");
    story.identify("2026-03-03 09:00", R"({"renewal":"2026-03-10"})");
    story.until("2026-04-01 00:00");
    EXPECT_THAT(story.messages(), ElementsAre("2026-03-08 10:00 sent email Hello"));
}

TEST(StepTest, AMissingOrPastDateStops) {
    Story story = shop(
        "flow A { starts when Viewed wait until customer.renewal, if missing stop send email Hello "
        "}");
    ASSERT_TRUE(story.ok());
    story.subscribe("2026-03-02 09:00");
    story.event("2026-03-02 10:00", "Viewed");
    EXPECT_EQ(story.log().back(), "2026-03-02 10:00 ended A: missing date");
    story.identify("2026-03-02 11:00", R"({"renewal":"2026-03-01"})");
    story.event("2026-03-02 12:00", "Viewed");
    EXPECT_EQ(story.log().back(), "2026-03-02 12:00 ended A: missing date");
}

TEST(StepTest, ATimeZoneThatMovesMovesWallClockWaits) {
    Story story = shop("flow A { starts when Viewed wait until 20:00 send email Hello }");
    ASSERT_TRUE(story.ok());
    story.subscribe("2026-03-02 09:00");
    story.event("2026-03-02 10:00", "Viewed");
    story.identify("2026-03-02 11:00", R"({"time_zone":"America/New_York"})");
    story.until("2026-03-04 00:00");
    EXPECT_THAT(story.messages(), ElementsAre("2026-03-03 01:00 sent email Hello"));
}

TEST(StepTest, BackfilledEventsStartNothing) {
    Story story = shop("flow A { starts when Viewed send email Hello }");
    ASSERT_TRUE(story.ok());
    AppliedEvent event;
    event.event = story.releases.ready().program->find_event("Viewed");
    event.fields.resize(1);
    event.at = testing::utc("2026-03-02 10:00");
    event.may_start = false;
    apply_event(story.releases, story.options, story.customer, event, story.effects);
    EXPECT_THAT(story.log(), ElementsAre("2026-03-02 10:00 not entered A: too old"));
}

TEST(StepTest, SplitsAreStickyAndFair) {
    const auto program = testing::compile_text({kShop, kOpenPolicy, kMessages,
                                                "flow A { starts when Viewed split { 30% { send "
                                                "email Hello } 70% { send email Second } } }"});
    ASSERT_TRUE(program);
    int first = 0;
    for (int i = 0; i < 2'000; ++i) {
        Story story(program);
        story.customer.id = "c" + std::to_string(i);
        story.subscribe("2026-03-02 09:00");
        story.event("2026-03-02 10:00", "Viewed");
        story.event("2026-03-03 10:00", "Viewed");
        const auto sent = story.messages();
        ASSERT_EQ(sent.size(), 2U);
        EXPECT_EQ(sent[0].substr(17), sent[1].substr(17));
        first += sent[0].ends_with("Hello") ? 1 : 0;
    }
    EXPECT_NEAR(first, 600, 80);
}

TEST(StepTest, TheSameInputsGiveTheSameBytes) {
    const auto play = [] {
        Story story = shop(
            "flow A { starts when Viewed wait 1 hour send email Hello wait until 09:00 send sms "
            "Second }");
        story.subscribe("2026-03-02 09:00");
        story.event("2026-03-02 10:00", "Viewed");
        story.until("2026-03-10 10:00");
        std::string ids;
        for (const MessageIntent& intent : story.effects.messages) {
            ids += intent.id + " ";
        }
        return ids;
    };
    EXPECT_EQ(play(), play());
    EXPECT_EQ(play().size(), 66U);
}

TEST(StepTest, AfterADowntimeTheWaitsBehindATimerKeepTheirLength) {
    Story story = shop(
        "flow A { starts when Viewed wait 1 day send email Hello wait 1 day send email Second }");
    ASSERT_TRUE(story.ok());
    story.options.catch_up_after = Millis{60'000};
    story.subscribe("2026-03-02 09:00");
    story.event("2026-03-02 10:00", "Viewed");
    story.until("2026-03-10 12:00");
    story.until("2026-03-20 12:00");
    EXPECT_EQ(story.messages().front(), "2026-03-10 12:00 sent email Hello");
}

}  // namespace
}  // namespace sluice
