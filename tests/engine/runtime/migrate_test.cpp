#include "dsl/migrate/match.hpp"
#include "tests/support/story.hpp"

#include <gmock/gmock.h>

/// Editing a flow while people are inside: the rows of language.md §5.10, one by one.
namespace sluice {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::kMessages;
using testing::kOpenPolicy;
using testing::kShop;
using ::testing::Not;
using testing::Story;

Story shop(std::string_view flow) {
    return Story({kShop, kOpenPolicy, kMessages, flow});
}

/// A run that entered `flow` on 2 March at 10:00.
Story inside(std::string_view flow) {
    Story story = shop(flow);
    story.subscribe("2026-03-02 09:00");
    story.event("2026-03-02 10:00", "Order Placed", R"({"order_id":"1","total":30})");
    story.effects = {};
    return story;
}

std::vector<Moved> edit(Story& story, std::string_view flow, DeployChoices choices = {}) {
    return story.deploy({kShop, kOpenPolicy, kMessages, flow}, std::move(choices));
}

TEST(MigrateTest, AnUnchangedWaitMovesAndKeepsItsTime) {
    Story story = inside("flow F { starts when Order Placed wait 2 hours send email Hello }");
    edit(story, "flow F { starts when Order Placed wait 2 hours send email Second }");
    story.until("2026-03-03 00:00");
    EXPECT_THAT(story.log(), ElementsAre("2026-03-02 10:00 migrated F@s1: the same place and words",
                                         "2026-03-02 12:00 sent email Second",
                                         "2026-03-02 12:00 ended F: completed"));
    EXPECT_EQ(story.customer.layouts.size(), 1U);  // nothing of the old version is left
}

TEST(MigrateTest, AChangedWaitKeepsItsPromisedTime) {
    Story story = inside("flow F { starts when Order Placed wait 2 hours send email Hello }");
    edit(story, "flow F { starts when Order Placed wait 5 hours send email Second }");
    story.until("2026-03-03 00:00");
    EXPECT_THAT(story.messages(), ElementsAre("2026-03-02 12:00 sent email Second"));
}

TEST(MigrateTest, APromisedTimeOutlivesAChangeOfTheCustomer) {
    Story story = inside("flow F { starts when Order Placed wait until 20:00 send email Hello }");
    edit(story, "flow F { starts when Order Placed wait until 22:00 send email Second }");
    story.identify("2026-03-02 11:00", R"({"points":3})");
    story.until("2026-03-04 00:00");
    EXPECT_THAT(story.messages(), ElementsAre("2026-03-02 20:00 sent email Second"));
}

TEST(MigrateTest, RetimeCountsTheNewWaitFromTheOldBeginning) {
    Story story = inside("flow F { starts when Order Placed wait 2 hours send email Hello }");
    DeployChoices choices;
    choices.retime = {"F@s1"};
    edit(story, "flow F { starts when Order Placed wait 5 hours send email Second }", choices);
    story.until("2026-03-03 00:00");
    EXPECT_THAT(story.messages(), ElementsAre("2026-03-02 15:00 sent email Second"));
}

TEST(MigrateTest, RetimedIntoThePastIsDueAtOnceAndNeverBefore) {
    Story story = inside("flow F { starts when Order Placed wait 9 hours send email Hello }");
    story.event("2026-03-02 14:00", "Left Alone");
    DeployChoices choices;
    choices.retime = {"F@s1"};
    edit(story, "flow F { starts when Order Placed wait 1 hour send email Second }", choices);
    story.until("2026-03-03 00:00");
    EXPECT_THAT(story.messages(), ElementsAre("2026-03-02 14:00 sent email Second"));
}

TEST(MigrateTest, ADeletedWaitDrainsUntilTheNextSharedOne) {
    Story story = inside(
        "flow F { starts when Order Placed wait 2 hours send email Hello "
        "wait 1 day send sms Hello wait 3 days send sms Second }");
    edit(story,
         "flow F { starts when Order Placed send email Second wait 3 days send email Receipt }");
    story.until("2026-03-10 00:00");
    // The first wait is gone, so is the second; the third is shared: its message is the new one.
    EXPECT_THAT(
        story.log(),
        ElementsAre("2026-03-02 12:00 sent email Hello", "2026-03-03 12:00 sent sms Hello",
                    "2026-03-03 12:00 migrated F@s2: the same place and words",
                    "2026-03-06 12:00 sent email Receipt", "2026-03-06 12:00 ended F: completed"));
}

TEST(MigrateTest, ALabelIsTheSameWaitWhereverItStands) {
    Story story =
        inside("flow F { starts when Order Placed wait 2 hours @pause send email Hello }");
    edit(story,
         "flow F { starts when Order Placed if customer.points > 1000 { wait 9 days } otherwise { "
         "send sms Hello wait 1 day @pause } send email Second }");
    story.until("2026-03-10 00:00");
    EXPECT_THAT(story.log(), ElementsAre("2026-03-02 10:00 migrated F@pause: the same label",
                                         "2026-03-02 12:00 sent email Second",
                                         "2026-03-02 12:00 ended F: completed"));
}

TEST(MigrateTest, AChangeSaysWhatItsAuthorMeans) {
    constexpr std::string_view kOld =
        "flow F { starts when Order Placed wait 2 hours @old send email Hello }";
    Story moved = inside(kOld);
    edit(moved,
         "change F { @old moves to @late } "
         "flow F { starts when Order Placed wait 3 days send sms Hello wait 4 days @late "
         "send email Second }");
    moved.until("2026-03-10 00:00");
    EXPECT_THAT(moved.messages(), ElementsAre("2026-03-02 12:00 sent email Second"));
    Story stopped = inside(kOld);
    edit(stopped,
         "change F { @old stops } flow F { starts when Order Placed wait 3 days send sms Hello }");
    stopped.until("2026-03-10 00:00");
    EXPECT_THAT(stopped.log(),
                ElementsAre("2026-03-02 10:00 ended F: stopped by a change of the flow"));
    Story renamed = inside(kOld);
    edit(renamed,
         "change G { was named F } "
         "flow G { starts when Order Placed wait 2 hours @old send email Second }");
    renamed.until("2026-03-10 00:00");
    EXPECT_THAT(renamed.log(), ElementsAre("2026-03-02 10:00 migrated G@old: the same label",
                                           "2026-03-02 12:00 sent email Second",
                                           "2026-03-02 12:00 ended G: completed"));
}

TEST(MigrateTest, SeveralCandidatesAreAmbiguousAndDrain) {
    constexpr std::string_view kNew =
        "flow F { starts when Order Placed wait 3 days send email Second wait 4 days }";
    Story story = inside("flow F { starts when Order Placed wait 2 hours send email Hello }");
    edit(story, kNew);
    const auto& parks = story.releases.match(1).flows[0].parks;
    ASSERT_EQ(parks.size(), 1U);
    EXPECT_EQ(parks[0].how, dsl::ParkMatch::How::ambiguous);
    story.until("2026-03-10 00:00");
    EXPECT_THAT(story.messages(), ElementsAre("2026-03-02 12:00 sent email Hello"));
}

TEST(MigrateTest, BoundDataMustStillMeanTheSame) {
    constexpr std::string_view kOld =
        "flow F { starts when Order Placed wait 2 hours send email Hello }";
    Story story = inside(kOld);
    edit(story,
         "flow F { starts when Order Placed as order wait 2 hours "
         "if order.total > 10 { send email Second } }");
    story.until("2026-03-03 00:00");
    EXPECT_THAT(story.messages(), ElementsAre("2026-03-02 12:00 sent email Hello"));  // drained
    Story bound = inside(
        "flow F { starts when Order Placed as order wait 2 hours "
        "if order.total > 10 { send email Hello } }");
    edit(bound,
         "flow F { starts when Order Placed as order wait 2 hours "
         "if order.total > 20 { send email Second } }");
    bound.until("2026-03-03 00:00");
    EXPECT_THAT(bound.messages(), ElementsAre("2026-03-02 12:00 sent email Second"));
}

TEST(MigrateTest, ARemovedFlowFinishesOrIsStopped) {
    constexpr std::string_view kOld =
        "flow F { starts when Order Placed wait 2 hours send email Hello }";
    constexpr std::string_view kNew = "flow G { starts when Left Alone send email Second }";
    Story story = inside(kOld);
    edit(story, kNew);
    story.event("2026-03-02 11:00", "Order Placed", R"({"order_id":"2","total":30})");
    story.until("2026-03-03 00:00");
    EXPECT_THAT(story.messages(), ElementsAre("2026-03-02 12:00 sent email Hello"));
    Story stopped = inside(kOld);
    DeployChoices choices;
    choices.stop = true;
    edit(stopped, kNew, choices);
    stopped.until("2026-03-03 00:00");
    EXPECT_THAT(stopped.log(), ElementsAre("2026-03-02 10:00 ended F: the flow was removed"));
}

TEST(MigrateTest, AnEditedGoalOrExitAppliesToMovedRuns) {
    Story story = inside("flow F { starts when Order Placed wait 2 days send email Hello }");
    edit(story,
         "flow F { starts when Order Placed goal Viewed ends when Left Alone "
         "wait 2 days send email Hello }");
    story.event("2026-03-02 12:00", "Viewed", R"({"product_id":"p1"})");
    EXPECT_THAT(story.log(), Contains("2026-03-02 12:00 goal F"));
}

TEST(MigrateTest, AConditionThatHoldsAlreadyEndsRunsOnlyWhenSwept) {
    constexpr std::string_view kOld =
        "flow F { starts when Order Placed wait 2 days send email Hello }";
    constexpr std::string_view kNew =
        "flow F { starts when Order Placed ends when any Order Placed in the last 1 day "
        "wait 2 days send email Hello }";
    Story kept = inside(kOld);
    edit(kept, kNew);
    kept.event("2026-03-02 11:00", "Left Alone");
    kept.until("2026-03-05 00:00");
    EXPECT_THAT(kept.messages(), ElementsAre("2026-03-04 10:00 sent email Hello"));
    Story armed = inside(kOld);
    edit(armed, kNew);
    armed.until("2026-03-03 10:00");  // now it does not hold; when it does again, it counts
    armed.event("2026-03-03 12:00", "Order Placed", R"({"order_id":"2","total":1})");
    EXPECT_THAT(armed.log(), Contains("2026-03-03 12:00 ended F: ends when"));
    Story swept = inside(kOld);
    DeployChoices choices;
    choices.sweep = true;
    edit(swept, kNew, choices);
    swept.until("2026-03-02 11:00");
    EXPECT_THAT(swept.log(), Contains("2026-03-02 11:00 ended F: ends when"));
}

TEST(MigrateTest, EditedStatesStartFlowsOnlyWhenFired) {
    constexpr std::string_view kOld =
        "lifecycle L { state Gold when customer.points >= 500 state Member otherwise } "
        "flow W { starts when customer enters Gold send email Hello }";
    constexpr std::string_view kNew =
        "lifecycle L { state Gold when customer.points >= 400 state Member otherwise } "
        "flow W { starts when customer enters Gold send email Hello }";
    Story story = shop(kOld);
    story.subscribe("2026-03-02 09:00");
    story.identify("2026-03-02 09:00", R"({"points":450})");
    const auto moved = edit(story, kNew);
    ASSERT_EQ(moved.size(), 1U);
    story.until("2026-03-03 00:00");
    EXPECT_THAT(story.messages(), IsEmpty());
    EXPECT_EQ(story.customer.layouts.front().standings.front().state, 0U);  // gold all the same
    fire_moves(story.releases, story.options, story.customer, testing::utc("2026-03-03 00:00"),
               moved, story.effects);
    EXPECT_THAT(story.messages(), ElementsAre("2026-03-03 00:00 sent email Hello"));
}

TEST(MigrateTest, ALoopKeepsItsRounds) {
    Story story = inside(
        "flow F { starts when Order Placed repeat up to 3 times { wait 1 day send email Hello } }");
    story.until("2026-03-03 12:00");
    edit(story,
         "flow F { starts when Order Placed send sms Hello repeat up to 3 times { wait 1 day "
         "send email Second } }");
    story.until("2026-03-20 00:00");
    EXPECT_THAT(story.messages(), ElementsAre("2026-03-03 10:00 sent email Hello",
                                              "2026-03-04 10:00 sent email Second",
                                              "2026-03-05 10:00 sent email Second"));
}

TEST(MigrateTest, RunsOfSeveralReleasesGoStraightToTheNewest) {
    Story story = inside("flow F { starts when Order Placed wait 2 days send email Hello }");
    edit(story, "flow F { starts when Order Placed send sms Second send email Hello }");
    story.event("2026-03-02 11:00", "Left Alone");
    EXPECT_THAT(story.log(), Not(Contains("migrated")));
    edit(story, "flow F { starts when Order Placed wait 2 days send email Second }");
    story.until("2026-03-10 00:00");
    EXPECT_THAT(story.messages(), ElementsAre("2026-03-04 10:00 sent email Second"));
}

}  // namespace
}  // namespace sluice
