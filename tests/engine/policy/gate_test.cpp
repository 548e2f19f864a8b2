#include "engine/policy/gate.hpp"

#include "tests/support/story.hpp"

#include <gmock/gmock.h>

namespace sluice {
namespace {

using ::testing::ElementsAre;
using testing::kMessages;
using testing::kShop;
using testing::Story;

constexpr std::string_view kQuiet = R"(
policy Default {
  time zone customer.time_zone, otherwise "Europe/Berlin"
  consent email when customer.email_status is "subscribed"
  consent sms when customer.sms_status is "subscribed"
  quiet hours email from 22:00 to 07:00, hold up to 12 hours
  quiet hours sms from 20:00 to 09:00, hold up to 4 hours
  cap 2 emails per 7 days
  transactional skips caps, quiet hours
}
)";

Story shop(std::string_view policy, std::string_view flow) {
    return Story({kShop, policy, kMessages, flow});
}

TEST(GateTest, QuietHoursHoldToTheirEndAndLaterWaitsCountFromThere) {
    Story story = shop(
        kQuiet, "flow A { starts when Viewed send email Hello wait 2 hours send email Second }");
    ASSERT_TRUE(story.ok());
    story.subscribe("2026-03-02 09:00");
    story.event("2026-03-02 22:00", "Viewed");  // 23:00 in Berlin
    story.until("2026-03-05 00:00");
    EXPECT_THAT(story.messages(), ElementsAre("2026-03-03 06:00 sent email Hello",
                                              "2026-03-03 08:00 sent email Second"));
}

TEST(GateTest, QuietHoursAreHalfOpen) {
    Story story = shop(kQuiet, "flow A { starts when Viewed send email Hello }");
    story.subscribe("2026-03-02 09:00");
    story.event("2026-03-02 21:00", "Viewed");  // 22:00 sharp: quiet
    story.event("2026-03-03 06:00", "Viewed");  // 07:00 sharp: not quiet any more
    EXPECT_THAT(story.messages(), ElementsAre("2026-03-03 06:00 sent email Hello",
                                              "2026-03-03 06:00 sent email Hello"));
}

TEST(GateTest, AHoldThatWouldBeTooLongIsSkipped) {
    Story story = shop(kQuiet, "flow A { starts when Viewed send sms Hello }");
    story.subscribe("2026-03-02 09:00");
    story.event("2026-03-02 19:30", "Viewed");
    EXPECT_THAT(story.messages(), ElementsAre("2026-03-02 19:30 skipped sms Hello: quiet"));
}

TEST(GateTest, CapsSlideAndAreHalfOpen) {
    Story story = shop(kQuiet, "flow A { starts when Viewed send email Hello }");
    story.subscribe("2026-03-02 09:00");
    story.event("2026-03-02 10:00", "Viewed");
    story.event("2026-03-03 10:00", "Viewed");
    story.event("2026-03-09 09:59", "Viewed");
    story.event("2026-03-09 10:00", "Viewed");
    EXPECT_THAT(story.messages(), ElementsAre("2026-03-02 10:00 sent email Hello",
                                              "2026-03-03 10:00 sent email Hello",
                                              "2026-03-09 09:59 skipped email Hello: capped",
                                              "2026-03-09 10:00 sent email Hello"));
}

TEST(GateTest, TransactionalMessagesNeedNoConsentAndSkipWhatTheyMay) {
    Story story = shop(kQuiet, "flow A { starts when Viewed send email Receipt }");
    story.identify("2026-03-02 09:00", R"({"email":"a@example.com"})");
    story.event("2026-03-02 23:00", "Viewed");
    EXPECT_THAT(story.messages(), ElementsAre("2026-03-02 23:00 sent email Receipt"));
}

TEST(GateTest, ConsentIsAskedAgainWhenAHeldMessageIsLetGo) {
    Story story = shop(kQuiet, "flow A { starts when Viewed send email Hello }");
    story.subscribe("2026-03-02 09:00");
    story.event("2026-03-02 22:00", "Viewed");
    story.identify("2026-03-02 23:00", R"({"email_status":"unsubscribed"})");
    story.until("2026-03-05 00:00");
    EXPECT_THAT(story.messages(), ElementsAre("2026-03-03 06:00 skipped email Hello: no consent"));
}

TEST(GateTest, AHeldMessageGoesWithARunThatLeavesEarly) {
    Story story =
        shop(kQuiet, "flow A { starts when Viewed goal Order Placed send email Hello wait 1 day }");
    story.subscribe("2026-03-02 09:00");
    story.event("2026-03-02 22:00", "Viewed");
    story.event("2026-03-02 23:00", "Order Placed");
    story.until("2026-03-05 00:00");
    EXPECT_THAT(story.messages(), ElementsAre("2026-03-02 23:00 skipped email Hello: run ended"));
}

TEST(GateTest, WhenACapHasRoomForOneTheMoreImportantFlowWins) {
    constexpr std::string_view kOne = R"(
policy Default {
  time zone customer.time_zone, otherwise "UTC"
  consent email when customer.email_status is "subscribed"
  quiet hours email from 22:00 to 07:00
  cap 1 emails per 1 day
}
)";
    Story held = shop(kOne,
                      "flow Low { starts when Viewed priority low send email Hello }\n"
                      "flow High { starts when Cart Started priority high send email Second }");
    held.subscribe("2026-03-02 09:00");
    held.event("2026-03-02 22:30", "Viewed");
    held.event("2026-03-02 23:30", "Cart Started");
    held.until("2026-03-05 00:00");
    EXPECT_THAT(held.messages(), ElementsAre("2026-03-03 07:00 sent email Second",
                                             "2026-03-03 07:00 skipped email Hello: capped"));
    Story tick = shop(kOne,
                      "flow Low { starts when Viewed priority low send email Hello }\n"
                      "flow High { starts when Viewed priority high send email Second }");
    tick.subscribe("2026-03-02 09:00");
    tick.event("2026-03-02 12:00", "Viewed");
    EXPECT_THAT(tick.messages(), ElementsAre("2026-03-02 12:00 sent email Second",
                                             "2026-03-02 12:00 skipped email Hello: capped"));
}

TEST(GateTest, SuppressedAddressesGetNothing) {
    Story story = shop(kQuiet, "flow A { starts when Viewed send email Receipt }");
    story.options.suppressed = [](Channel, const std::string& address) {
        return address == "a@example.com";
    };
    story.subscribe("2026-03-02 09:00");
    story.event("2026-03-02 12:00", "Viewed");
    EXPECT_THAT(story.messages(),
                ElementsAre("2026-03-02 12:00 skipped email Receipt: suppressed"));
}

TEST(GateTest, TheHoldoutIsAFixedShareOfCustomers) {
    dsl::Policy policy;
    policy.holdout_scaled = 50'000;  // 5 %
    int withheld = 0;
    for (int i = 0; i < 20'000; ++i) {
        const std::string id = "customer-" + std::to_string(i);
        withheld += in_holdout(policy, id, "") ? 1 : 0;
        EXPECT_EQ(in_holdout(policy, id, ""), in_holdout(policy, id, ""));
    }
    EXPECT_NEAR(withheld, 1'000, 120);
}

}  // namespace
}  // namespace sluice
