#include "engine/model/codec.hpp"
#include "tests/support/story.hpp"

#include <gmock/gmock.h>

#include <map>
#include <set>

/// Lifecycles, conditions over time and what they start and end, as stories told by hand.
namespace sluice {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::kMessages;
using testing::kOpenPolicy;
using testing::kShop;
using testing::Story;

constexpr std::string_view kRelationship = R"(
lifecycle Relationship {
  state Prospect when no Order Placed
  state New when first Order Placed was less than 30 days ago
  state Active when last Order Placed was less than 60 days ago
  state At Risk when last Order Placed was between 60 days and 150 days ago
  state Lapsed otherwise
}
)";

Story shop(std::string_view flow, std::string_view more = "") {
    return Story({kShop, kOpenPolicy, kMessages, more, flow});
}

std::vector<std::string> moves(const Story& story) {
    std::vector<std::string> out;
    for (const std::string& line : story.log()) {
        if (line.find(" -> ") != std::string::npos) {
            out.push_back(line);
        }
    }
    return out;
}

TEST(StatesTest, TimeAloneMovesACustomerToTheSecond) {
    Story story = shop("flow Any { starts when Left Alone send email Hello }", kRelationship);
    ASSERT_TRUE(story.ok());
    story.subscribe("2026-01-01 09:00");
    story.event("2026-01-01 10:00:07", "Order Placed", R"({"order_id":"1","total":5})");
    story.until("2026-12-31 00:00");
    EXPECT_THAT(moves(story), ElementsAre("2026-01-01 09:00 Relationship: - -> Prospect",
                                          "2026-01-01 10:00:07 Relationship: Prospect -> New",
                                          "2026-01-31 10:00:07 Relationship: New -> Active",
                                          "2026-03-02 10:00:07 Relationship: Active -> At Risk",
                                          "2026-05-31 10:00:07 Relationship: At Risk -> Lapsed"));
    EXPECT_EQ(story.customer.due(), kNever);  // nothing left that time alone could change
}

TEST(StatesTest, AnEventMovesHerBackAndTheWakeUpMovesWithIt) {
    Story story = shop("flow Any { starts when Left Alone send email Hello }", kRelationship);
    ASSERT_TRUE(story.ok());
    story.event("2026-01-01 10:00", "Order Placed", R"({"order_id":"1","total":5})");
    story.event("2026-03-20 10:00", "Order Placed", R"({"order_id":"2","total":5})");
    story.until("2026-05-19 09:59:59");
    EXPECT_THAT(moves(story), ElementsAre("2026-01-01 10:00 Relationship: - -> New",
                                          "2026-01-31 10:00 Relationship: New -> Active",
                                          "2026-03-02 10:00 Relationship: Active -> At Risk",
                                          "2026-03-20 10:00 Relationship: At Risk -> Active"));
    story.until("2026-05-19 10:00");
    EXPECT_EQ(moves(story).back(), "2026-05-19 10:00 Relationship: Active -> At Risk");
}

TEST(StatesTest, FlowsStartAndEndOnMoves) {
    Story story = shop(
        "flow Win Back { starts when customer enters At Risk ends when customer leaves At Risk "
        "wait 10 days send email Hello wait 30 days send email Second }\n"
        "flow Thanks { starts when customer moves from At Risk to Active send email Receipt }",
        kRelationship);
    ASSERT_TRUE(story.ok());
    story.subscribe("2026-01-01 09:00");
    story.event("2026-01-01 10:00", "Order Placed", R"({"order_id":"1","total":5})");
    story.until("2026-03-20 09:00");
    story.event("2026-03-20 10:00", "Order Placed", R"({"order_id":"2","total":5})");
    story.until("2026-05-01 00:00");
    std::vector<std::string> rest;
    for (const std::string& line : story.log()) {
        if (line.find(" -> ") == std::string::npos) {
            rest.push_back(line);
        }
    }
    EXPECT_THAT(
        rest, ElementsAre("2026-03-02 10:00 entered Win Back", "2026-03-12 10:00 sent email Hello",
                          "2026-03-20 10:00 ended Win Back: ends when",
                          "2026-03-20 10:00 entered Thanks", "2026-03-20 10:00 sent email Receipt",
                          "2026-03-20 10:00 ended Thanks: completed"));
}

TEST(StatesTest, HysteresisHoldsAStateAndItsShortestStay) {
    Story story =
        shop("flow Any { starts when Left Alone send email Hello }",
             "lifecycle Loyalty {\n"
             "  state Gold { enters when total of Order Placed.total in the last 10 days >= 500\n"
             "    leaves when total of Order Placed.total in the last 10 days < 400\n"
             "    stays at least 30 days }\n"
             "  state Silver { enters when at least 2 Order Placed in the last 20 days\n"
             "    leaves when fewer than 1 Order Placed in the last 20 days }\n"
             "  state Member otherwise\n}");
    ASSERT_TRUE(story.ok());
    const std::string spent = R"({"order_id":"1","total":260})";
    story.event("2026-01-01 00:00", "Order Placed", spent);
    story.event("2026-01-02 00:00", "Order Placed", spent);  // 520: gold
    story.event("2026-01-20 00:00", "Order Placed", R"({"order_id":"3","total":450})");
    story.event("2026-01-28 00:00", "Order Placed", R"({"order_id":"4","total":10})");
    story.until("2026-12-01 00:00");
    // Gold's 30 days end on 1 February: by then 10 were spent in 10 days, and two orders make
    // silver; the orders of January leave the 20 days on 9 and 17 February.
    EXPECT_THAT(moves(story), ElementsAre("2026-01-01 00:00 Loyalty: - -> Member",
                                          "2026-01-02 00:00 Loyalty: Member -> Gold",
                                          "2026-02-01 00:00 Loyalty: Gold -> Silver",
                                          "2026-02-17 00:00 Loyalty: Silver -> Member"));
}

TEST(StatesTest, ExplicitTransitionsGoOnlyTheirWays) {
    Story story = shop(
        "flow Nudge { starts when customer enters Stalled send email Hello }\n"
        "flow Park { starts when Left Alone move customer to Stalled }",
        "lifecycle Onboarding {\n"
        "  starts in Invited\n"
        "  state Invited\n  state Exploring\n  state Activated final\n  state Stalled\n"
        "  from Invited to Exploring when Viewed\n"
        "  from Exploring to Activated when at least 2 Order Placed\n"
        "  from Exploring to Stalled after 14 days\n"
        "  from Stalled to Exploring when Viewed where product_id is \"p2\"\n}");
    ASSERT_TRUE(story.ok());
    story.subscribe("2026-01-01 00:00");
    story.event("2026-01-01 01:00", "Left Alone");  // no way from Invited to Stalled
    story.event("2026-01-02 00:00", "Viewed", R"({"product_id":"p1"})");
    story.until("2026-01-20 00:00");
    story.event("2026-01-21 00:00", "Viewed", R"({"product_id":"p1"})");  // filter
    story.event("2026-01-22 00:00", "Viewed", R"({"product_id":"p2"})");
    story.event("2026-01-23 00:00", "Left Alone");  // by hand, along a declared way
    story.event("2026-01-24 00:00", "Viewed", R"({"product_id":"p2"})");
    story.event("2026-01-25 00:00", "Order Placed", R"({"order_id":"1","total":5})");
    story.event("2026-01-26 00:00", "Order Placed", R"({"order_id":"2","total":5})");
    story.until("2026-12-01 00:00");
    EXPECT_THAT(moves(story), ElementsAre("2026-01-01 00:00 Onboarding: - -> Invited",
                                          "2026-01-02 00:00 Onboarding: Invited -> Exploring",
                                          "2026-01-16 00:00 Onboarding: Exploring -> Stalled",
                                          "2026-01-22 00:00 Onboarding: Stalled -> Exploring",
                                          "2026-01-23 00:00 Onboarding: Exploring -> Stalled",
                                          "2026-01-24 00:00 Onboarding: Stalled -> Exploring",
                                          "2026-01-26 00:00 Onboarding: Exploring -> Activated"));
    EXPECT_THAT(story.messages(), ElementsAre("2026-01-16 00:00 sent email Hello",
                                              "2026-01-23 00:00 sent email Hello"));
}

TEST(StatesTest, WatchedSegmentsAreEnteredAndLeft) {
    Story story = shop(
        "flow Hot { starts when customer enters Browsing send email Hello }\n"
        "flow Cold { starts when customer leaves Browsing send email Second }\n"
        "flow Long { starts when Left Alone if customer has been in Browsing for more than 1 hour "
        "{ send email Receipt } }",
        "segment Browsing when at least 2 Viewed in the last 2 hours");
    ASSERT_TRUE(story.ok());
    story.subscribe("2026-01-01 00:00");
    story.event("2026-01-01 10:00", "Viewed", R"({"product_id":"p1"})");
    story.event("2026-01-01 10:30", "Viewed", R"({"product_id":"p1"})");
    story.event("2026-01-01 11:30", "Left Alone");  // exactly an hour: not more
    story.event("2026-01-01 11:30:01", "Left Alone");
    story.until("2026-01-01 20:00");
    EXPECT_THAT(story.messages(), ElementsAre("2026-01-01 10:30 sent email Hello",
                                              "2026-01-01 11:30:01 sent email Receipt",
                                              "2026-01-01 12:00 sent email Second"));
}

TEST(StatesTest, AConditionThatBecomesTrueEndsARunByTimeOrByData) {
    Story story = shop(
        "flow A { starts when Order Placed ends when customer.points > 5 wait 10 days "
        "send email Hello }\n"
        "flow B { starts when Order Placed ends when last Order Placed was more than 2 days ago "
        "wait 10 days send email Second }");
    ASSERT_TRUE(story.ok());
    story.subscribe("2026-01-01 00:00");
    story.event("2026-01-01 10:00", "Order Placed", R"({"order_id":"1","total":5})");
    story.identify("2026-01-02 12:00", R"({"points":6})");
    story.event("2026-01-02 13:00", "Left Alone");
    story.until("2026-02-01 00:00");
    story.event("2026-02-01 10:00", "Order Placed", R"({"order_id":"2","total":5})");
    EXPECT_THAT(
        story.log(),
        ElementsAre("2026-01-01 10:00 entered A", "2026-01-01 10:00 entered B",
                    "2026-01-02 12:00 ended A: ends when", "2026-01-03 10:00:00 ended B: ends when",
                    "2026-02-01 10:00 not entered A: not eligible", "2026-02-01 10:00 entered B"));
}

TEST(StatesTest, DatesOfTheCustomerStartFlows) {
    Story story = shop(
        "flow Renewal { starts 5 days before customer.renewal at 09:00 send email Hello }\n"
        "flow Yearly { starts on customer.renewal every year at 09:00 send email Second }");
    ASSERT_TRUE(story.ok());
    story.subscribe("2026-01-01 00:00");
    story.identify("2026-01-01 00:00", R"({"renewal":"2026-03-01"})");
    story.identify("2026-02-01 00:00", R"({"renewal":"2026-04-10"})");  // it follows the date
    story.identify("2026-04-07 00:00", R"({"renewal":"2026-04-09"})");  // past: starts nothing
    story.until("2028-01-01 00:00");
    EXPECT_THAT(story.messages(), ElementsAre("2026-04-05 09:00 sent email Hello",
                                              "2026-04-09 09:00 sent email Second",
                                              "2027-04-09 09:00 sent email Second"));
}

TEST(StatesTest, ABirthdayOnALeapDayIsKeptInEveryYearAndInTheCustomersZone) {
    Story story =
        shop("flow Yearly { starts on customer.renewal every year at 09:00 send email Second }");
    ASSERT_TRUE(story.ok());
    story.subscribe("2026-01-01 00:00");
    story.identify("2026-01-01 00:00",
                   R"({"renewal":"1992-02-29","time_zone":"America/New_York"})");
    story.until("2028-12-01 00:00");
    EXPECT_THAT(story.messages(), ElementsAre("2026-02-28 14:00 sent email Second",
                                              "2027-02-28 14:00 sent email Second",
                                              "2028-02-29 14:00 sent email Second"));
}

TEST(StatesTest, SchedulesStartFlowsForThoseInAState) {
    Story story = shop(
        "flow Digest { starts every Monday at 09:00 for customers in Browsing send email Hello }",
        "segment Browsing when any Viewed in the last 10 days");
    ASSERT_TRUE(story.ok());
    story.subscribe("2026-03-01 00:00");  // a Sunday
    story.until("2026-03-03 00:00");
    story.event("2026-03-04 10:00", "Viewed", R"({"product_id":"p1"})");
    story.until("2026-04-01 00:00");
    EXPECT_THAT(story.messages(), ElementsAre("2026-03-09 09:00 sent email Hello"));
}

TEST(StatesTest, LoopsMakeTheirRoundsAndStopWhenTold) {
    Story story = shop(
        "flow Again { starts when Order Placed repeat up to 3 times until any Viewed since entry { "
        "wait 1 day send email Hello } send email Second }");
    ASSERT_TRUE(story.ok());
    story.subscribe("2026-01-01 00:00");
    story.event("2026-01-01 10:00", "Order Placed", R"({"order_id":"1","total":5})");
    story.until("2026-02-01 00:00");
    EXPECT_THAT(
        story.messages(),
        ElementsAre("2026-01-02 10:00 sent email Hello", "2026-01-03 10:00 sent email Hello",
                    "2026-01-04 10:00 sent email Hello", "2026-01-04 10:00 sent email Second"));
    std::set<std::string> ids;
    for (const MessageIntent& message : story.effects.messages) {
        ids.insert(message.id);
    }
    EXPECT_EQ(ids.size(), 4U);  // each round is another message
    story.effects = {};
    story.event("2026-02-01 10:00", "Order Placed", R"({"order_id":"2","total":5})");
    story.event("2026-02-02 12:00", "Viewed", R"({"product_id":"p1"})");
    story.until("2026-03-01 00:00");
    EXPECT_THAT(story.messages(), ElementsAre("2026-02-02 10:00 sent email Hello",
                                              "2026-02-03 10:00 sent email Hello",
                                              "2026-02-03 10:00 sent email Second"));
}

TEST(StatesTest, OneFlowStartsAnother) {
    Story story = shop(
        "flow First { starts when Order Placed send email Hello start flow Other send sms Hello }\n"
        "flow Other { starts when Left Alone only if customer.points > 2 send email Second }");
    ASSERT_TRUE(story.ok());
    story.subscribe("2026-01-01 00:00");
    story.event("2026-01-01 10:00", "Order Placed", R"({"order_id":"1","total":5})");
    story.identify("2026-01-02 00:00", R"({"points":3})");
    story.event("2026-01-03 10:00", "Order Placed", R"({"order_id":"2","total":5})");
    EXPECT_THAT(
        story.log(),
        ElementsAre("2026-01-01 10:00 entered First", "2026-01-01 10:00 sent email Hello",
                    "2026-01-01 10:00 sent sms Hello", "2026-01-01 10:00 ended First: completed",
                    "2026-01-01 10:00 not entered Other: only if", "2026-01-03 10:00 entered First",
                    "2026-01-03 10:00 sent email Hello", "2026-01-03 10:00 sent sms Hello",
                    "2026-01-03 10:00 ended First: completed", "2026-01-03 10:00 entered Other",
                    "2026-01-03 10:00 sent email Second",
                    "2026-01-03 10:00 ended Other: completed"));
}

TEST(StatesTest, ACatalogEventConcernsItsAudienceOnly) {
    constexpr std::string_view kCatalog = "catalog event Restocked { product_id text key }";
    constexpr std::string_view kFlow =
        "flow Back { starts when Restocked as stock, for customers with any Viewed where "
        "product_id is stock.product_id in the last 30 days send email Hello }";
    Story story = shop(kFlow, kCatalog);
    ASSERT_TRUE(story.ok());
    story.subscribe("2026-01-01 00:00");
    story.event("2026-01-01 10:00", "Viewed", R"({"product_id":"p1"})");
    const auto before = story.customer.events;
    story.event("2026-01-10 10:00", "Restocked", R"({"product_id":"p2"})");
    story.event("2026-01-11 10:00", "Restocked", R"({"product_id":"p1"})");
    story.event("2026-01-31 10:00", "Restocked", R"({"product_id":"p1"})");  // exactly 30 days
    EXPECT_EQ(story.customer.events, before);  // nothing of it is the customer's own history
    EXPECT_THAT(story.messages(), ElementsAre("2026-01-11 10:00 sent email Hello"));
}

/// What a person is given over two entries.
std::set<std::string> variants_of(const std::shared_ptr<const dsl::Program>& program,
                                  const std::string& id) {
    Releases releases;
    releases.add(1, program);
    Customer customer = new_customer(releases, id);
    Effects effects;
    for (int order = 0; order < 2; ++order) {
        AppliedEvent event;
        event.event = program->find_event("Order Placed");
        event.fields.resize(program->events[event.event].fields.size());
        event.at = testing::utc("2026-01-01 10:00") + Millis{order};
        apply_event(releases, {}, customer, event, effects);
    }
    std::set<std::string> out;
    for (const TraceRow& row : effects.trace) {
        if (row.kind == TraceKind::assigned) {
            out.insert(row.detail);
        }
    }
    return out;
}

TEST(StatesTest, VariantsAreStickyAndShared) {
    const auto program = testing::compile_text(
        {kShop, kOpenPolicy, kMessages,
         "flow Test { starts when Order Placed experiment Offer { holdout 20% "
         "variant A 50% { send email Hello } variant B 30% { send email Second } } }"});
    ASSERT_TRUE(program);
    std::map<std::string, int> chosen;
    for (int person = 0; person < 4'000; ++person) {
        const std::set<std::string> variants = variants_of(program, "c" + std::to_string(person));
        ASSERT_EQ(variants.size(), 1U) << person;
        ++chosen[*variants.begin()];
    }
    EXPECT_NEAR(chosen["A"], 2'000, 130);
    EXPECT_NEAR(chosen["B"], 1'200, 120);
    EXPECT_NEAR(chosen["holdout"], 800, 100);
}

TEST(StatesTest, WhatBecameOfMessagesIsRemembered) {
    Story story = shop(
        "flow Send { starts when Order Placed send email Hello }\n"
        "flow Ask { starts when Left Alone "
        "if at least 2 of the last 3 emails were opened { send sms Hello } "
        "if none of the last 2 emails were clicked { send sms Second } "
        "if engagement with email in the last 4 messages >= 0.5 { record Viewed with "
        "product_id = \"engaged\" } }");
    ASSERT_TRUE(story.ok());
    story.subscribe("2026-01-01 00:00");
    for (int day = 1; day <= 4; ++day) {
        const std::string at = "2026-01-0" + std::to_string(day);
        story.event(at + " 10:00", "Order Placed", R"({"order_id":"1","total":5})");
        if (day == 2 || day == 4) {
            story.event(at + " 11:00", "Email Opened", R"({"message":"Hello"})");
        }
    }
    story.effects = {};
    story.event("2026-01-05 00:00", "Left Alone");
    story.event("2026-01-05 01:00", "Email Clicked", R"({"message":"Hello"})");
    story.event("2026-01-05 02:00", "Left Alone");
    std::vector<std::string> said;
    for (const std::string& line : story.log()) {
        if (line.find("Ask") == std::string::npos) {
            said.push_back(line);
        }
    }
    EXPECT_THAT(said,
                ElementsAre("2026-01-05 00:00 sent sms Hello", "2026-01-05 00:00 sent sms Second",
                            "2026-01-05 00:00 recorded Viewed", "2026-01-05 02:00 sent sms Hello",
                            "2026-01-05 02:00 recorded Viewed"));
}

TEST(StatesTest, TheRecordKeepsItAll) {
    Story story =
        shop("flow Win Back { starts when customer enters At Risk wait 10 days send email Hello }",
             kRelationship);
    ASSERT_TRUE(story.ok());
    story.subscribe("2026-01-01 09:00");
    story.event("2026-01-01 10:00", "Order Placed", R"({"order_id":"1","total":5})");
    const std::string bytes = encode(story.customer);
    auto again = decode_customer(bytes);
    ASSERT_TRUE(again.has_value());
    EXPECT_EQ(encode(again.value()), bytes);
    story.customer = std::move(again.value());
    story.until("2026-03-12 10:00");
    EXPECT_THAT(story.messages(), ElementsAre("2026-03-12 10:00 sent email Hello"));
}

TEST(StatesTest, ANewReleaseFindsStatesFromHistoryAndStartsNothing) {
    const std::string_view flow =
        "flow Win Back { starts when customer enters At Risk wait 10 days send email Hello }";
    Story story = shop("flow Any { starts when Left Alone send email Hello }");
    ASSERT_TRUE(story.ok());
    std::vector<InboundEvent> history;
    InboundEvent order;
    order.name = "Order Placed";
    order.data = R"({"order_id":"1","total":5})";
    order.occurred_at = testing::utc("2026-01-01 10:00");
    history.push_back(order);
    story.event("2026-01-01 10:00", "Order Placed", order.data);
    story.event("2026-03-20 10:00", "Left Alone");
    InboundEvent alone;
    alone.name = "Left Alone";
    alone.occurred_at = testing::utc("2026-03-20 10:00");
    history.push_back(alone);
    story.releases.add(2,
                       testing::compile_text({kShop, kOpenPolicy, kMessages, kRelationship, flow}));
    relayout(story.releases, story.customer, history);
    const Standing& standing = story.customer.layouts.front().standings.at(0);
    EXPECT_EQ(standing.since, testing::utc("2026-03-02 10:00"));
    EXPECT_EQ(standing.until, testing::utc("2026-05-31 10:00"));
    EXPECT_THAT(story.customer.runs, IsEmpty());
}

}  // namespace
}  // namespace sluice
