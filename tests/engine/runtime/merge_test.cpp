#include "engine/runtime/merge.hpp"

#include "engine/base/hash.hpp"
#include "engine/base/limits.hpp"
#include "engine/model/codec.hpp"
#include "engine/runtime/flow_test.hpp"
#include "engine/runtime/past.hpp"
#include "engine/store/memory_store.hpp"
#include "tests/support/story.hpp"

#include <gmock/gmock.h>

/// Two records become one: what of each stays, and what is asked anew.
namespace sluice {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::kMessages;
using testing::kOpenPolicy;
using testing::kShop;
using ::testing::SizeIs;
using testing::Story;
using testing::utc;

constexpr std::string_view kCartOne = R"({"cart_id":"1","total":10})";
constexpr std::string_view kCartTwo = R"({"cart_id":"2","total":10})";
constexpr std::string_view kOrder = R"({"order_id":"1","total":10})";

/// The person, and a visitor who turns out to be her.
struct Two {
    explicit Two(std::vector<std::string_view> parts) : person(parts), visitor(parts) {
        visitor.customer.id = "anonymous:web-1";
    }
    /// The visitor's internal events count, too, in the order in which they were made.
    void merge(std::string_view at) {
        person.effects = {};
        merge_customer(person.releases, person.options,
                       {person.customer, person.history, visitor.customer, visitor.history,
                        utc(std::string(at))},
                       person.effects);
    }
    Story person, visitor;
};

Two shop(std::string_view flow, std::string_view more = "") {
    return Two({kShop, kOpenPolicy, kMessages, more, flow});
}

InboundEvent arrived(std::string name, std::int64_t at) {
    InboundEvent event;
    event.name = std::move(name);
    event.received_at = from_ms(at);
    return event;
}

std::vector<std::string> names(const std::vector<InboundEvent>& events) {
    std::vector<std::string> out;
    for (const InboundEvent& event : events) {
        out.push_back(event.name);
    }
    return out;
}

TEST(MergeTest, HistoriesAreMergedByArrivalAndKeepTheirOwnOrder) {
    const std::vector<InboundEvent> own = {arrived("a1", 10), arrived("a2", 5), arrived("a3", 30)};
    const std::vector<InboundEvent> theirs = {arrived("b1", 7), arrived("b2", 10),
                                              arrived("b3", 29), arrived("b4", 1),
                                              arrived("b5", 40)};
    // a2 was applied after what came at 10, so it stands there; of one instant theirs come first.
    EXPECT_THAT(names(merged_history(own, theirs)),
                ElementsAre("b1", "b2", "a1", "a2", "b3", "b4", "a3", "b5"));
    EXPECT_THAT(names(merged_history(own, {})), ElementsAre("a1", "a2", "a3"));
    EXPECT_THAT(names(merged_history({}, own)), ElementsAre("a1", "a2", "a3"));
}

TEST(MergeTest, RunsComeAlongAndGoOnAtTheirTimes) {
    Two two = shop(
        "flow Cart { starts when Cart Started as cart one run per cart.cart_id "
        "wait 3 hours send email Hello }");
    two.person.subscribe("2026-03-02 09:00");
    two.person.event("2026-03-02 10:10", "Cart Started", kCartTwo);
    two.visitor.event("2026-03-02 10:00", "Cart Started", kCartOne);
    two.merge("2026-03-02 11:00");
    const Customer& her = two.person.customer;
    ASSERT_THAT(her.runs, SizeIs(2));
    EXPECT_EQ(her.runs[0].id, 1U);
    EXPECT_EQ(her.runs[1].id, 2U);
    EXPECT_EQ(her.next_run, 3U);
    EXPECT_EQ(her.runs[0].entered_ordinal, 3U);
    EXPECT_EQ(her.runs[1].entered_ordinal, 2U);
    EXPECT_GT(her.runs[0].park_order,
              her.runs[1].park_order);  // of one instant the visitor's first
    two.person.until("2026-03-02 20:00");
    EXPECT_THAT(two.person.messages(), ElementsAre("2026-03-02 13:00 sent email Hello",
                                                   "2026-03-02 13:10 sent email Hello"));
    const auto& sent = two.person.effects.messages;
    ASSERT_THAT(sent, SizeIs(2));
    EXPECT_NE(sent[0].id, sent[1].id);
}

TEST(MergeTest, OfTwoRunsOfOneFlowAndKeyTheFirstStays) {
    Two two = shop(
        "flow Cart { starts when Cart Started as cart one run per cart.cart_id "
        "wait 3 hours send email Hello }");
    two.person.event("2026-03-02 10:10", "Cart Started", kCartOne);
    two.visitor.event("2026-03-02 10:00", "Cart Started", kCartOne);
    two.merge("2026-03-02 11:00");
    ASSERT_THAT(two.person.customer.runs, SizeIs(1));
    EXPECT_EQ(two.person.customer.runs[0].entered_at, utc("2026-03-02 10:00"));
    EXPECT_THAT(two.person.log(), ElementsAre("2026-03-02 11:00 ended Cart: merged"));
    EXPECT_EQ(two.person.effects.trace.back().run, 1U);
}

TEST(MergeTest, WhereAnEntryRestartsTheFlowTheLastStays) {
    Two two = shop(
        "flow Cart { starts when Cart Started while running restart wait 3 hours "
        "send email Hello }");
    two.person.event("2026-03-02 10:10", "Cart Started", kCartOne);
    two.visitor.event("2026-03-02 10:00", "Cart Started", kCartOne);
    two.merge("2026-03-02 11:00");
    ASSERT_THAT(two.person.customer.runs, SizeIs(1));
    EXPECT_EQ(two.person.customer.runs[0].entered_at, utc("2026-03-02 10:10"));
}

TEST(MergeTest, WhatTheRunThatLeavesHoldsIsNotSent) {
    constexpr std::string_view kQuiet = R"(
policy Default {
  time zone customer.time_zone, otherwise "UTC"
  consent email when customer.points >= 0
  quiet hours email from 08:00 to 20:00, hold up to 24 hours
})";
    Two two({kShop, kQuiet, kMessages,
             "flow Cart { starts when Cart Started as cart one run per cart.cart_id "
             "send email Hello wait 1 day }"});
    for (Story* story : {&two.person, &two.visitor}) {
        story->subscribe("2026-03-02 09:00");
        story->event(story == &two.person ? "2026-03-02 10:10" : "2026-03-02 10:00", "Cart Started",
                     kCartOne);
        ASSERT_THAT(story->customer.held, SizeIs(1));
    }
    two.merge("2026-03-02 11:00");
    ASSERT_THAT(two.person.customer.held, SizeIs(1));
    EXPECT_EQ(two.person.customer.held[0].run, two.person.customer.runs[0].id);
    EXPECT_EQ(two.person.customer.held[0].release_at, utc("2026-03-02 20:00"));
    EXPECT_THAT(two.person.messages(),
                ElementsAre("2026-03-02 11:00 skipped email Hello: run ended"));
    two.person.until("2026-03-02 21:00");
    EXPECT_EQ(two.person.messages().back(), "2026-03-02 20:00 sent email Hello");
}

TEST(MergeTest, ConditionsThatEndRunsAreAskedAgain) {
    Two two = shop(
        "flow Cart { starts when Cart Started ends when at least 2 Viewed in the last 5 "
        "days wait 3 hours send email Hello }");
    two.person.event("2026-03-02 10:10", "Viewed");
    two.visitor.event("2026-03-02 10:00", "Cart Started", kCartOne);
    two.visitor.event("2026-03-02 10:05", "Viewed");
    two.merge("2026-03-02 11:00");
    EXPECT_THAT(two.person.customer.runs, IsEmpty());
    EXPECT_THAT(two.person.log(), ElementsAre("2026-03-02 11:00 ended Cart: ends when"));
}

/// What had arrived at the other id before a run began is not since its entry.
TEST(MergeTest, SinceEntryCountsWhatCameAfterTheEntryAtEitherId) {
    Two two = shop(
        "flow Cart { starts when Cart Started wait 3 hours "
        "if at least 2 Viewed since entry { send email Hello } otherwise { send sms "
        "Second } }");
    for (const bool enough : {true, false}) {
        Two pair = two;
        pair.person.subscribe("2026-03-02 09:00");
        pair.person.event("2026-03-02 09:30", "Viewed");
        pair.visitor.event("2026-03-02 09:00", "Viewed");
        pair.visitor.event("2026-03-02 10:00", "Cart Started", kCartOne);
        pair.visitor.event("2026-03-02 10:05", "Viewed");
        pair.person.event(enough ? "2026-03-02 10:06" : "2026-03-02 09:59", "Viewed");
        pair.merge("2026-03-02 11:00");
        pair.person.until("2026-03-02 14:00");
        EXPECT_THAT(pair.person.messages(),
                    ElementsAre(enough ? "2026-03-02 13:00 sent email Hello"
                                       : "2026-03-02 13:00 sent sms Second"));
    }
}

/// The same for a run that no call of its own id began.
TEST(MergeTest, SinceEntryBeginsWithTheClockThatBeganTheRun) {
    Two two = shop(
        "flow Daily { starts every day at 09:00 wait 3 hours "
        "if any Viewed since entry { send email Hello } otherwise { send sms Second } }");
    two.visitor.event("2026-03-01 12:00", "Viewed");
    two.visitor.until("2026-03-02 09:30");
    two.person.subscribe("2026-03-01 11:00");
    two.person.event("2026-03-02 08:00", "Viewed");
    two.merge("2026-03-02 10:00");
    ASSERT_THAT(two.person.customer.runs, SizeIs(1));
    EXPECT_EQ(two.person.customer.runs[0].entered_ordinal, 3U);
    two.person.until("2026-03-02 13:00");
    EXPECT_THAT(two.person.messages(), ElementsAre("2026-03-02 12:00 sent sms Second"));
}

TEST(MergeTest, TheNewestEntryOfEachFlowAndKeyDecidesReEntry) {
    Two two = shop(
        "flow Cart { starts when Cart Started as cart one run per cart.cart_id "
        "re-entry after 2 days send email Hello }");
    two.person.event("2026-03-01 10:00", "Cart Started", kCartOne);
    two.visitor.event("2026-03-02 10:00", "Cart Started", kCartOne);
    two.visitor.event("2026-03-02 10:00", "Cart Started", kCartTwo);
    two.merge("2026-03-02 11:00");
    ASSERT_THAT(two.person.customer.entries, SizeIs(2));
    EXPECT_EQ(two.person.customer.entries[0].at, utc("2026-03-02 10:00"));
    two.person.event("2026-03-03 11:00", "Cart Started", kCartOne);
    EXPECT_EQ(two.person.log().back(), "2026-03-03 11:00 not entered Cart: re-entry");
}

TEST(MergeTest, AllSendsCountForCaps) {
    constexpr std::string_view kCapped = R"(
policy Default {
  time zone customer.time_zone, otherwise "UTC"
  consent email when customer.points >= 0
  cap 2 emails per 7 days
})";
    Two two({kShop, kCapped, kMessages, "flow Look { starts when Viewed send email Hello }"});
    for (Story* story : {&two.person, &two.visitor}) {
        story->subscribe("2026-03-02 09:00");
        story->event("2026-03-02 10:00", "Viewed");
    }
    two.merge("2026-03-02 11:00");
    EXPECT_THAT(two.person.customer.sends, SizeIs(2));
    two.person.event("2026-03-02 12:00", "Viewed");
    EXPECT_THAT(two.person.messages(), ElementsAre("2026-03-02 12:00 skipped email Hello: capped"));
}

TEST(MergeTest, TheFirstVariantStaysAndWhatTheOtherIdDidCounts) {
    constexpr std::string_view kOffer =
        "flow Test { starts when Cart Started experiment Offer { measure Order Placed within 2 "
        "days "
        "variant A 50% { send email Hello } variant B 50% { send email Second } } }";
    Two two = shop(kOffer);
    two.visitor.event("2026-03-02 10:00", "Cart Started", kCartOne);
    two.person.event("2026-03-02 10:30", "Cart Started", kCartOne);
    two.person.event("2026-03-01 10:31", "Order Placed", kOrder);  // late: it counts for nobody
    two.person.event("2026-03-02 10:20", "Order Placed", kOrder);  // late, after the visitor's cart
    ASSERT_THAT(two.person.customer.assignments, SizeIs(1));
    ASSERT_FALSE(two.person.customer.assignments[0].converted);
    const Assignment first = two.visitor.customer.assignments[0];
    two.merge("2026-03-02 11:00");
    ASSERT_THAT(two.person.customer.assignments, SizeIs(1));
    EXPECT_EQ(two.person.customer.assignments[0].at, first.at);
    EXPECT_EQ(two.person.customer.assignments[0].variant, first.variant);
    EXPECT_TRUE(two.person.customer.assignments[0].converted);
}

constexpr std::string_view kLooking =
    "segment Looking when at least 2 Viewed in the last 5 days\n"
    "segment Buyer when any Order Placed\n"
    "flow Greet { starts when customer enters Looking wait 1 hour send email Hello }\n"
    "flow Thank { starts when customer enters Buyer wait 1 hour send email Second }\n"
    "flow Shy { starts when Left Alone ends when customer enters Buyer wait 9 hours "
    "send sms Hello }";

TEST(MergeTest, OnlyAStateThatIsNewToBothStartsAFlow) {
    Two two = shop(kLooking);
    two.person.event("2026-03-02 10:00", "Viewed");
    two.person.event("2026-03-02 10:00", "Left Alone");
    two.visitor.event("2026-03-02 10:01", "Viewed");
    two.visitor.event("2026-03-01 10:02", "Order Placed", kOrder);
    two.visitor.until("2026-03-02 15:00");
    two.merge("2026-03-02 16:00");
    // Of the state only the other one was in, her runs hear; nothing begins, nothing is refused.
    EXPECT_THAT(two.person.log(), ElementsAre("2026-03-02 16:00 Buyer: - -> Buyer",
                                              "2026-03-02 16:00 Looking: - -> "
                                              "Looking",
                                              "2026-03-02 16:00 ended Shy: ends when",
                                              "2026-03-02 16:00 entered Greet"));
    EXPECT_EQ(two.person.customer.layouts.front().standings[0].since, utc("2026-03-02 10:01"));
}

TEST(MergeTest, TraitsAreThoseOfTheNewestWordAndWaitsFollowThem) {
    Two two = shop("flow Morning { starts when Viewed wait until 09:00 send email Hello }");
    two.person.identify("2026-03-02 10:00", R"({"time_zone":"Asia/Tokyo","points":1})");
    two.visitor.identify("2026-03-02 09:00", R"({"points":5,"email":"v@example.com"})");
    two.visitor.event("2026-03-02 10:10", "Viewed");
    EXPECT_EQ(two.visitor.customer.runs[0].due, utc("2026-03-03 09:00"));
    two.merge("2026-03-02 11:00");
    const Fields& traits = two.person.customer.layouts.front().traits;
    EXPECT_EQ(traits[0], Value::of_text("v@example.com"));
    EXPECT_EQ(traits[5], Value::of_integer(1));
    ASSERT_THAT(two.person.customer.runs, SizeIs(1));
    EXPECT_EQ(two.person.customer.runs[0].due, utc("2026-03-03 00:00"));  // nine in Tokyo
}

TEST(MergeTest, RunsOfAnOlderReleaseBringItsLayoutAlong) {
    constexpr std::string_view kOld =
        "flow Old { starts when Cart Started wait 5 hours if at least 2 Viewed { send email Hello "
        "} }";
    constexpr std::string_view kNew = "flow Other { starts when Order Placed send email Second }";
    Two two = shop(kOld);
    two.person.subscribe("2026-03-02 09:00");
    two.person.event("2026-03-02 09:30", "Viewed");
    two.visitor.event("2026-03-02 10:00", "Cart Started", kCartOne);
    two.visitor.event("2026-03-02 10:01", "Viewed");
    two.person.deploy({kShop, kOpenPolicy, kMessages, kNew});
    two.merge("2026-03-02 11:00");
    ASSERT_THAT(two.person.customer.layouts, SizeIs(2));
    EXPECT_EQ(two.person.customer.layouts[1].release, 1U);
    two.person.until("2026-03-02 16:00");
    EXPECT_THAT(two.person.messages(), ElementsAre("2026-03-02 15:00 sent email Hello"));
    EXPECT_THAT(two.person.customer.layouts, SizeIs(1));
}

TEST(MergeTest, NobodyIsInsideMoreFlowsThanTheLimit) {
    Two two = shop(
        "flow Cart { starts when Cart Started as cart one run per cart.cart_id "
        "wait 3 hours send email Hello }");
    for (std::size_t i = 0; i < limits::kRunsPerCustomerMax; ++i) {
        const std::string cart = R"({"cart_id":")" + std::to_string(i) + R"(","total":1})";
        two.person.event("2026-03-02 10:00", "Cart Started", cart);
        two.visitor.event("2026-03-02 10:00", "Cart Started",
                          i % 2 == 0 ? cart : R"({"cart_id":"x)" + std::to_string(i) + R"("})");
    }
    two.merge("2026-03-02 11:00");
    EXPECT_THAT(two.person.customer.runs, SizeIs(limits::kRunsPerCustomerMax));
}

TEST(MergeTest, TheTraceTellsInWords) {
    Two two = shop("flow Cart { starts when Cart Started wait 3 hours send email Hello }");
    two.visitor.event("2026-03-02 10:00", "Cart Started", kCartOne);
    two.merge("2026-03-02 11:00");
    const TraceRow& row = two.person.effects.trace.front();
    EXPECT_EQ(row.kind, TraceKind::merged);
    EXPECT_EQ(row.at, utc("2026-03-02 11:00"));
    EXPECT_EQ(sentence(row), "is one person with anonymous:web-1: 1 event and 1 run came along");
}

/// The past of a past: what is taken in stands where it belongs, however it came there.
TEST(MergeTest, AJournalGivesTheUnitedPastNewestFirst) {
    MemoryStore store;
    const auto entry = [](const std::string& name, std::int64_t at, JournalKind kind) {
        return JournalEntry{kind, from_ms(at), encode(arrived(name, at))};
    };
    TraceRow row;
    row.at = from_ms(25);
    row.flow = "F";
    const JournalEntry trace{JournalKind::trace, row.at, encode(row)};
    const auto write = [&](const std::string& id, std::vector<JournalEntry> journal) {
        Commit commit;
        commit.customers.push_back({id, "", kNever, std::move(journal)});
        return store.commit(commit).value().front();
    };
    const CustomerNo visitor = write(
        "v", {entry("v1", 10, JournalKind::event), trace, entry("v2", 30, JournalKind::internal)});
    std::vector<JournalEntry> own = {entry("p1", 20, JournalKind::event)};
    for (JournalEntry& one : pack_past("v", from_ms(40), read_past(store, visitor).value())) {
        own.push_back(std::move(one));
    }
    own.push_back(entry("p2", 50, JournalKind::event));
    own.push_back({JournalKind::given, from_ms(60), "the record"});
    const CustomerNo person = write("p", own);
    const CustomerNo last =
        write("l", pack_past("p", from_ms(70), read_past(store, person).value()));
    for (const CustomerNo no : {person, last}) {
        std::vector<std::string> seen;
        const auto visit = [&](const JournalEntry& one) {
            seen.push_back(one.kind == JournalKind::trace ? "trace"
                                                          : decode_event(one.payload).value().name);
            return true;
        };
        ASSERT_TRUE(each_of_past(store, no, PastParts::everything, visit));
        EXPECT_THAT(seen, ElementsAre("p2", "v2", "trace", "p1", "v1"));
        seen.clear();
        ASSERT_TRUE(each_of_past(store, no, PastParts::calls, visit));
        EXPECT_THAT(seen, ElementsAre("p2", "v2", "p1", "v1"));
        seen.clear();
        ASSERT_TRUE(each_of_past(store, no, PastParts::calls, [&](const JournalEntry& one) {
            visit(one);
            return seen.size() < 3;
        }));
        EXPECT_THAT(seen, ElementsAre("p2", "v2", "p1"));
    }
    const CustomerNo damaged = write("d", {{JournalKind::taken, from_ms(1), "\x01nonsense"}});
    EXPECT_EQ(read_past(store, damaged).error().code, Errc::corrupt);
}

}  // namespace
}  // namespace sluice
