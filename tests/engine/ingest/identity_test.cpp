#include "engine/runtime/past.hpp"
#include "tests/engine/ingest/identity_fleet.hpp"

#include <gmock/gmock.h>

#include <map>

/// How the past of one id comes to the person, from shard to shard, whatever comes in between.
namespace sluice {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::IdentityFleet;
using ::testing::IsEmpty;
using testing::kMessages;
using testing::kOpenPolicy;
using testing::kShop;
using ::testing::Not;

constexpr std::string_view kCart =
    "flow Remind { starts when Cart Started as cart one run per cart.cart_id "
    "goal Order Placed within 2 days wait 3 hours send email Hello }\n"
    "segment Looking when at least 2 Viewed in the last 5 days\n"
    "flow Greet { starts when customer enters Looking wait 1 hour send sms Hello }\n";
constexpr std::string_view kCartOne = R"({"cart_id":"1","total":5})";
constexpr std::string_view kViewed = R"({"product_id":"p1"})";
constexpr std::string_view kSubscribed =
    R"({"email":"a@example.com","phone":"+49151","email_status":"subscribed",)"
    R"("sms_status":"subscribed"})";

std::shared_ptr<const dsl::Program> shop(std::string_view flows = kCart) {
    return testing::compile_text({kShop, kOpenPolicy, kMessages, flows});
}

/// The n-th id of the form NAME-i whose record a shard of so many owns.
std::string of_shard(std::uint32_t shard, std::uint32_t shards, const std::string& name,
                     bool anonymous) {
    for (int i = 0;; ++i) {
        const std::string id = name + "-" + std::to_string(i);
        if (shard_number(anonymous ? anonymous_record(id) : id, shards) == shard) {
            return id;
        }
    }
}

constexpr Millis kMinute{60'000};

std::string data(std::string_view text) {
    return std::string(text);
}

std::vector<std::string> calls_of(IdentityFleet& fleet, const std::string& person) {
    Store& store = fleet.shard_of(person).store();
    std::vector<std::string> out;
    const auto no = store.find(person);
    if (no) {
        const auto calls = read_calls(store, *no);
        EXPECT_TRUE(calls.has_value());
        for (const InboundEvent& event : calls.value()) {
            out.push_back(event.name.empty() ? "identify" : event.name);
        }
    }
    return out;
}

TEST(IdentityTest, ThePastAndTheRunsOfAVisitorAreThePersons) {
    for (const std::uint32_t shards : {1U, 2U, 8U}) {
        SCOPED_TRACE(shards);
        IdentityFleet fleet(shards, shop());
        fleet.identify("ana", "", data(kSubscribed));
        fleet.pass(kMinute);
        fleet.track("", "web-1", "Viewed", data(kViewed));
        fleet.track("", "web-1", "Cart Started", data(kCartOne));
        fleet.pass(kMinute);
        fleet.identify("ana", "web-1");
        const Customer visitor = fleet.record("anonymous:web-1");
        EXPECT_EQ(visitor.merged_into, "ana");
        EXPECT_TRUE(visitor.runs.empty());
        EXPECT_TRUE(visitor.layouts.empty());
        EXPECT_EQ(visitor.due(), kNever);
        const Customer ana = fleet.record("ana");
        EXPECT_THAT(calls_of(fleet, "ana"),
                    ElementsAre("identify", "Viewed", "Cart Started", "identify"));
        EXPECT_EQ(ana.events, 4U);
        ASSERT_EQ(ana.runs.size(), 1U);
        EXPECT_EQ(ana.runs.front().due, testing::utc("2026-03-02 13:01"));
        EXPECT_THAT(fleet.links(),
                    ElementsAre(IdentityLink{"anonymous:web-1", "ana", fleet.now(), true}));
        fleet.pass(Millis{4 * 3'600'000});
        const std::string story = fleet.story("anonymous:web-1");
        EXPECT_THAT(story, HasSubstr("Remind: entered (Cart Started)"));
        EXPECT_THAT(story, HasSubstr("is one person with anonymous:web-1: 2 events and 1 run"));
        EXPECT_THAT(story, HasSubstr("sent email Hello"));
        const auto rows = fleet.shard_of("ana").store().outbox(OutboxStatus::ready, 10);
        ASSERT_EQ(rows.value().size(), 1U);
        EXPECT_EQ(rows.value().front().customer, "ana");
    }
}

TEST(IdentityTest, AStateBothHalvesMakeTogetherIsEnteredAndStartsAFlow) {
    IdentityFleet fleet(2, shop());
    fleet.track("ana", "", "Viewed", data(kViewed));
    fleet.track("", "web-1", "Viewed", data(kViewed));
    fleet.pass(kMinute);
    fleet.identify("ana", "web-1");
    EXPECT_THAT(fleet.story("ana"), HasSubstr("Looking: entered Looking"));
    EXPECT_THAT(fleet.story("ana"), HasSubstr("Greet: entered (entered Looking)"));
}

TEST(IdentityTest, AStateOneOfTheTwoWasInStartsNothing) {
    IdentityFleet fleet(2, shop());
    fleet.track("ana", "", "Viewed", data(kViewed));
    fleet.track("", "web-1", "Viewed", data(kViewed));
    fleet.track("", "web-1", "Viewed", data(kViewed));
    fleet.pass(Millis{2 * 3'600'000});
    ASSERT_TRUE(fleet.record("anonymous:web-1").runs.empty());  // greeted, and through
    fleet.identify("ana", "web-1");
    const Customer ana = fleet.record("ana");
    EXPECT_EQ(ana.layouts.front().standings.front().since, testing::utc("2026-03-02 10:00"));
    EXPECT_TRUE(ana.runs.empty());
}

/// What a flow did by hand is in the history that a merge and a deploy fold.
TEST(IdentityTest, AMoveByAFlowOutlivesAMergeAndADeploy) {
    constexpr std::string_view kMove =
        "lifecycle Onboarding {\n  starts in Invited\n  state Invited\n  state Exploring\n"
        "  state Parked final\n  from Invited to Exploring when Viewed\n"
        "  from Exploring to Parked after 90 days\n}\n"
        "flow Park { starts when Left Alone move customer to Parked }\n"
        "flow Told { starts when customer enters Parked send email Hello }\n";
    const auto program = shop(kMove);
    IdentityFleet fleet(2, program);
    fleet.track("", "web-1", "Viewed", data(kViewed));
    fleet.pass(kMinute);
    fleet.track("", "web-1", "Left Alone");
    const Instant moved_at = fleet.now();
    fleet.pass(kMinute);
    fleet.track("ana", "", "Viewed", data(kViewed));
    fleet.pass(kMinute);
    fleet.identify("ana", "web-1");
    for (int round = 0; round < 2; ++round) {
        const Customer ana = fleet.record("ana");
        ASSERT_EQ(ana.layouts.front().standings.size(), 1U);
        EXPECT_EQ(ana.layouts.front().standings.front().state, 2U);
        EXPECT_EQ(ana.layouts.front().standings.front().since, moved_at);
        EXPECT_EQ(ana.events, 5U);
        fleet.deploy(program);
    }
    EXPECT_THAT(fleet.story("ana"), Not(HasSubstr("$moved")));
    EXPECT_THAT(fleet.story("ana"), HasSubstr("Onboarding: moved from Exploring to Parked"));
}

TEST(IdentityTest, DoingEitherHalfAgainChangesNothing) {
    for (const std::uint32_t shards : {1U, 2U}) {
        IdentityFleet fleet(shards, shop());
        fleet.track("", "web-1", "Cart Started", data(kCartOne));
        fleet.track("ana", "", "Viewed", data(kViewed));
        fleet.identify("ana", "web-1");
        const auto before = fleet.everything();
        const IdentityLink link{"anonymous:web-1", "ana", fleet.now(), false};
        const auto again = fleet.shard_of(link.record).give_away(link);
        ASSERT_TRUE(again.has_value());
        EXPECT_TRUE(again.value().anything);
        EXPECT_EQ(again.value().record.runs.size(), 1U);
        EXPECT_EQ(again.value().past.size(), 4U);  // the call, her state, the entry, the wait
        EXPECT_EQ(fleet.everything(), before);
        ASSERT_TRUE(fleet.shard_of("ana").take_in(again.value()).has_value());
        EXPECT_EQ(fleet.everything(), before);
        fleet.courier().bring({link, link});
        fleet.settle();
        EXPECT_EQ(fleet.everything(), before);
        EXPECT_TRUE(fleet.links().front().done);
    }
}

TEST(IdentityTest, SayingAgainWhoSheIsBringsNothingTwice) {
    IdentityFleet fleet(2, shop());
    fleet.track("", "web-1", "Cart Started", data(kCartOne));
    for (int i = 0; i < 3; ++i) {
        fleet.identify("ana", "web-1");
        fleet.track("ana", "web-1", "Viewed", data(kViewed));
        fleet.pass(kMinute);
    }
    EXPECT_EQ(fleet.record("ana").events, 7U);
    EXPECT_EQ(fleet.shard_of("ana").counters().merged, 1U);
    EXPECT_EQ(fleet.links().size(), 1U);
}

TEST(IdentityTest, AnIdWithoutAPastLeavesNoTombstone) {
    IdentityFleet fleet(2, shop());
    fleet.identify("ana", "web-1");
    EXPECT_FALSE(fleet.exists("anonymous:web-1"));
    EXPECT_TRUE(fleet.links().front().done);
    fleet.track("", "web-1", "Viewed", data(kViewed));
    EXPECT_FALSE(fleet.exists("anonymous:web-1"));
    EXPECT_THAT(calls_of(fleet, "ana"), ElementsAre("identify", "Viewed"));
}

/// Whatever the order in which it turns out that four ids are one person, she is the same.
TEST(IdentityTest, LinksComeInAnyOrder) {
    std::vector<int> order = {0, 1, 2};
    std::map<std::string, int> made;
    do {
        IdentityFleet fleet(3, shop());
        const auto say = [&](int what) {
            if (what == 0) {
                fleet.identify("former", "web-1");
            } else if (what == 1) {
                fleet.identify("ana", "web-2");
            } else {
                fleet.alias("former", "ana");
            }
        };
        fleet.track("", "web-2", "Viewed", data(kViewed));
        fleet.pass(kMinute);
        fleet.track("", "web-1", "Cart Started", data(kCartOne));
        fleet.pass(kMinute);
        fleet.track("former", "", "Viewed", data(kViewed));
        fleet.pass(kMinute);
        fleet.track("", "web-2", "Cart Started", R"({"cart_id":"2","total":1})");
        fleet.pass(kMinute);
        fleet.track("ana", "", "Viewed", data(kViewed));
        for (const int what : order) {
            fleet.pass(kMinute);
            say(what);
        }
        for (const IdentityLink& link : fleet.links()) {
            EXPECT_TRUE(link.done) << link.record;
            EXPECT_EQ(fleet.router().person_of(link.record), "ana");
        }
        Customer ana = fleet.record("ana");
        EXPECT_EQ(ana.events, 8U);
        EXPECT_EQ(ana.runs.size(), 3U);  // two carts, and the looks of all of them together
        Customer kept;
        kept.layouts = {ana.layouts.front()};
        ++made[encode(kept)];
    } while (std::next_permutation(order.begin(), order.end()));
    EXPECT_EQ(made.size(), 1U);
}

/// A browser that two people use: what it did before belongs to the first who said who she was.
TEST(IdentityTest, ThePastBelongsToWhoeverItWasLinkedToFirst) {
    IdentityFleet fleet(2, shop());
    fleet.track("", "web-1", "Cart Started", data(kCartOne));
    fleet.pass(kMinute);
    fleet.identify("ana", "web-1");
    fleet.pass(kMinute);
    fleet.identify("bo", "web-1");
    fleet.pass(kMinute);
    fleet.track("", "web-1", "Viewed", data(kViewed));
    EXPECT_THAT(calls_of(fleet, "ana"), ElementsAre("Cart Started", "identify"));
    EXPECT_THAT(calls_of(fleet, "bo"), ElementsAre("identify", "Viewed"));
    EXPECT_TRUE(fleet.record("bo").runs.empty());
    for (const IdentityLink& link : fleet.links()) {
        EXPECT_TRUE(link.done);
    }
    fleet.pass(kMinute);
    fleet.identify("ana", "web-1");
    fleet.track("", "web-1", "Viewed", data(kViewed));
    EXPECT_THAT(calls_of(fleet, "ana"),
                ElementsAre("Cart Started", "identify", "identify", "Viewed"));
}

TEST(IdentityTest, ACallOnItsWayToATombstoneIsPassedOnAndAnsweredWhenItIsDurable) {
    IdentityFleet fleet(2, shop());
    const std::string web = of_shard(0, 2, "web", true);
    const std::string ana = of_shard(1, 2, "ana", false);
    for (const bool known : {true, false}) {
        SCOPED_TRACE(known);
        const std::string id = known ? web : of_shard(0, 2, "other", true);
        if (known) {
            fleet.track("", id, "Cart Started", data(kCartOne));
        }
        const InboundEvent late = fleet.call(CallKind::track, "", id, "Viewed", data(kViewed));
        const int answered = fleet.answered();
        fleet.submit(late);  // waits in the inbox of the visitor's shard
        fleet.submit(fleet.call(CallKind::identify, ana, id));
        ASSERT_TRUE(fleet.step(1));
        EXPECT_EQ(fleet.answered(), answered + 1);  // who she is, is durable
        ASSERT_TRUE(fleet.step(0));                 // the record goes before the call comes
        EXPECT_EQ(fleet.shards()[0]->counters().passed_on, known ? 1U : 2U);
        EXPECT_EQ(fleet.answered(), answered + 1);
        fleet.settle();
        EXPECT_EQ(fleet.answered(), answered + 2);
        const auto calls = calls_of(fleet, ana);
        EXPECT_EQ(std::count(calls.begin(), calls.end(), "Viewed"), known ? 1 : 2);
        fleet.send(late);  // the client says it again
        EXPECT_EQ(calls_of(fleet, ana), calls);
    }
    EXPECT_FALSE(fleet.exists("anonymous:" + of_shard(0, 2, "other", true)));
}

TEST(IdentityTest, WhatWasSaidBeforeIsRecognisedWhenItIsSaidAgainToThePerson) {
    IdentityFleet fleet(2, shop());
    InboundEvent event = fleet.call(CallKind::track, "", "web-1", "Viewed", data(kViewed));
    fleet.send(event);
    fleet.identify("ana", "web-1");
    fleet.send(event);
    EXPECT_THAT(calls_of(fleet, "ana"), ElementsAre("Viewed", "identify"));
}

/// The person is given away herself while something is on its way to her.
TEST(IdentityTest, APastThatComesToATombstoneGoesOnToThePerson) {
    IdentityFleet fleet(3, shop(), IdentityFleet::Kept::on_disk);
    const std::string web = of_shard(0, 3, "web", true);
    const std::string ana = of_shard(1, 3, "ana", false);
    const std::string anna = of_shard(2, 3, "anna", false);
    fleet.track(ana, "", "Viewed", data(kViewed));
    fleet.pass(kMinute);
    fleet.track("", web, "Cart Started", data(kCartOne));
    fleet.pass(kMinute);
    fleet.submit(fleet.call(CallKind::identify, ana, web));
    ASSERT_TRUE(fleet.step(1));
    fleet.submit(fleet.call(CallKind::alias, anna, ana));
    ASSERT_TRUE(fleet.step(2));
    ASSERT_TRUE(fleet.step(1));  // ana goes to anna
    ASSERT_TRUE(fleet.step(0));  // the visitor goes to ana
    EXPECT_EQ(fleet.record(ana).merged_into, anna);
    EXPECT_EQ(fleet.record("anonymous:" + web).merged_into, ana);
    fleet.settle();
    EXPECT_THAT(calls_of(fleet, anna),
                ElementsAre("Viewed", "Cart Started", "identify", "identify"));
    EXPECT_EQ(fleet.record(anna).runs.size(), 1U);
    for (const IdentityLink& link : fleet.links()) {
        EXPECT_TRUE(link.done) << link.record << " to " << link.customer;
    }
    const auto before = fleet.everything();
    fleet.crash();
    fleet.courier().bring({{"anonymous:" + web, ana, fleet.now(), false}});
    fleet.settle();
    EXPECT_EQ(fleet.everything(), before);
}

/// The crash comes after so many steps of the shards, one after the other.
TEST(IdentityTest, ACrashBetweenTheHalvesLosesAndDoublesNothing) {
    std::vector<std::string> whole;
    for (int steps = 0; steps < 6; ++steps) {
        SCOPED_TRACE(steps);
        IdentityFleet fleet(2, shop(), IdentityFleet::Kept::on_disk);
        const std::string web = of_shard(0, 2, "web", true);
        const std::string ana = of_shard(1, 2, "ana", false);
        fleet.identify(ana, "", data(kSubscribed));
        fleet.track("", web, "Viewed", data(kViewed));
        fleet.track("", web, "Cart Started", data(kCartOne));
        fleet.pass(kMinute);
        const InboundEvent told = fleet.call(CallKind::identify, ana, web);
        fleet.submit(told);
        for (int step = 0; step < steps; ++step) {
            fleet.step(step % 2 == 0 ? 1 : 0);
        }
        const bool linked = !fleet.links().empty();
        const bool given = fleet.record("anonymous:" + web).given_away();
        const bool taken = linked && fleet.links().front().done;
        EXPECT_EQ(linked, steps >= 1);
        EXPECT_EQ(given, steps >= 2);
        EXPECT_EQ(taken, steps >= 3);
        fleet.crash();
        fleet.send(told);  // the client repeats what it has no answer to
        const Customer person = fleet.record(ana);
        EXPECT_EQ(person.events, 4U);
        EXPECT_EQ(person.runs.size(), 1U);
        EXPECT_EQ(person.runs.front().due, testing::utc("2026-03-02 13:00"));
        EXPECT_TRUE(fleet.links().front().done);
        const auto all = fleet.everything();
        if (!whole.empty()) {
            EXPECT_EQ(all, whole);
        }
        whole = all;
    }
}

TEST(IdentityTest, ATombstoneIsNobodyForDeploysCatalogsAndClocks) {
    constexpr std::string_view kCatalog =
        "catalog event Restocked { product_id text key }\n"
        "flow Back { starts when Restocked as back, for customers with any Viewed where "
        "product_id is back.product_id in the last 5 days wait 1 hour send email Hello }\n"
        "flow Daily { starts every day at 09:00 send email Hello }\n";
    const auto program = testing::compile_text({kShop, kOpenPolicy, kMessages, kCatalog});
    ASSERT_TRUE(program);
    IdentityFleet fleet(1, program);
    fleet.track("", "web-1", "Viewed", data(kViewed));
    fleet.pass(kMinute);
    fleet.identify("ana", "web-1");
    const CustomerNo no = *fleet.shards()[0]->store().find("anonymous:web-1");
    const std::string state = fleet.shards()[0]->store().load(no).value().state;
    std::vector<InboundEvent> restocked = {
        fleet.call(CallKind::track, "", "feed", "Restocked", data(kViewed))};
    ASSERT_TRUE(fleet.shards()[0]->submit(std::move(restocked), [](const Result<void>&) {}));
    fleet.settle();
    fleet.deploy(program);
    fleet.pass(Millis{30 * 3'600'000});
    EXPECT_EQ(fleet.shards()[0]->store().load(no).value().state, state);
    EXPECT_THAT(fleet.story("ana"), HasSubstr("Back: entered (Restocked)"));
    EXPECT_EQ(fleet.shards()[0]->counters().waiting, 1U);  // ana, for tomorrow
}

/// A deploy comes to one shard after the other.
TEST(IdentityTest, ARecordOfANewerReleaseWaitsForTheDeploy) {
    const auto program = shop();
    IdentityFleet fleet(2, program);
    const std::string web = of_shard(0, 2, "web", true);
    const std::string ana = of_shard(1, 2, "ana", false);
    fleet.track(ana, "", "Viewed", data(kViewed));
    auto releases = std::make_shared<Releases>(fleet.releases());
    releases->add(2, shop("flow Remind { starts when Cart Started as cart one run per "
                          "cart.cart_id wait 5 hours send email Hello }"));
    fleet.shards()[0]->set_releases(releases);
    fleet.track("", web, "Cart Started", data(kCartOne));
    fleet.submit(fleet.call(CallKind::identify, ana, web));
    for (int round = 0; round < 10; ++round) {
        fleet.step(1);
        fleet.step(0);
    }
    EXPECT_TRUE(fleet.record("anonymous:" + web).given_away());
    EXPECT_FALSE(fleet.links().front().done);
    fleet.shards()[1]->set_releases(releases);
    fleet.settle();
    EXPECT_TRUE(fleet.links().front().done);
    ASSERT_EQ(fleet.record(ana).runs.size(), 1U);
    EXPECT_EQ(fleet.record(ana).runs.front().release, 2U);
}

/// What the visitor was sent is asked about as the visitor was when it leaves.
TEST(IdentityTest, AMessageThatWaitsInTheOutboxIsStillAskedAbout) {
    for (const bool agreed : {true, false}) {
        SCOPED_TRACE(agreed);
        IdentityFleet fleet(2, shop("flow Hi { starts when Viewed send email Hello }"));
        fleet.identify("", "web-1", data(kSubscribed));
        fleet.track("", "web-1", "Viewed", data(kViewed));
        if (!agreed) {
            fleet.identify("", "web-1", R"({"email_status":"unsubscribed"})");
        }
        fleet.identify("ana", "web-1");
        ASSERT_TRUE(fleet.record("anonymous:web-1").given_away());
        fleet.open_lanes();
        fleet.settle();
        Store& store = fleet.shard_of("anonymous:web-1").store();
        EXPECT_EQ(store.outbox(OutboxStatus::claimed, 9).value().size(), agreed ? 1U : 0U);
        const auto stopped = store.outbox(OutboxStatus::skipped, 9).value();
        EXPECT_EQ(stopped.size(), agreed ? 0U : 1U);
        EXPECT_TRUE(fleet.record("anonymous:web-1").given_away());
    }
}

TEST(IdentityTest, ALongPastComesInSeveralEntries) {
    IdentityFleet fleet(2, shop());
    const std::string large = R"({"product_id":"p1","text":")" + std::string(30'000, 'x') + "\"}";
    for (int i = 0; i < 90; ++i) {
        fleet.track("", "web-1", "Viewed", large);
    }
    fleet.pass(kMinute);
    fleet.track("ana", "", "Viewed", data(kViewed));
    fleet.identify("ana", "web-1");
    EXPECT_EQ(calls_of(fleet, "ana").size(), 92U);
    Store& store = fleet.shard_of("ana").store();
    std::size_t entries = 0;
    std::size_t largest = 0;
    ASSERT_TRUE(store.journal(*store.find("ana"), [&](const JournalEntry& entry) {
        entries += entry.kind == JournalKind::taken ? 1 : 0;
        largest = std::max(largest, entry.payload.size());
        return true;
    }));
    EXPECT_EQ(entries, 3U);
    EXPECT_LT(largest, 1'200'000U);
}

}  // namespace
}  // namespace sluice
