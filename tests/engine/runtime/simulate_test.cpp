#include "engine/runtime/simulate.hpp"

#include "tests/support/story.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <random>

namespace sluice {
namespace {

using ::testing::HasSubstr;
using testing::kMessages;
using testing::kOpenPolicy;
using testing::kShop;
using ::testing::Not;
using testing::utc;

InboundEvent call(std::string customer, std::string_view at, CallKind kind, std::string name,
                  std::string data) {
    InboundEvent event;
    event.kind = kind;
    event.customer = std::move(customer);
    event.name = std::move(name);
    event.data = std::move(data);
    event.occurred_at = utc(std::string(at));
    event.received_at = event.occurred_at;
    return event;
}

InboundEvent subscribe(const std::string& customer) {
    return call(customer, "2026-03-01 09:00", CallKind::identify, "",
                R"({"email":"a@example.com","email_status":"subscribed"})");
}

struct Outcome {
    std::string log;
    Simulation::Totals totals;
};

Outcome simulate(std::string_view flow, const std::vector<InboundEvent>& events,
                 Simulation::Options options = {}) {
    Simulation simulation(testing::compile_text({kShop, kOpenPolicy, kMessages, flow}),
                          std::move(options));
    for (const InboundEvent& event : events) {
        simulation.add(event);
    }
    Outcome out;
    out.totals = simulation.run([&](std::string_view piece) { out.log += piece; }, nullptr);
    return out;
}

constexpr std::string_view kLater =
    "flow Later { starts when Viewed goal Order Placed within 5 days "
    "wait 1 hour send email Hello send sms Second wait 1 day stop because \"enough\" }";

TEST(SimulateTest, ACatalogEventComesToEverybodyItMattersTo) {
    const std::vector<InboundEvent> events = {
        subscribe("ana"), subscribe("bo"),
        call("ana", "2026-03-01 10:00", CallKind::track, "Viewed", R"({"product_id":"p1"})"),
        call("bo", "2026-03-01 10:00", CallKind::track, "Viewed", R"({"product_id":"p2"})"),
        call("shop", "2026-03-05 10:00", CallKind::track, "Restocked", R"({"product_id":"p1"})")};
    const Outcome out = simulate(
        "catalog event Restocked { product_id text key }\n"
        "flow Back { starts when Restocked as stock, for customers with any Viewed where "
        "product_id is stock.product_id send email Hello }",
        events);
    EXPECT_EQ(out.totals.sent, 1U);
    EXPECT_EQ(out.totals.customers, 2U);  // the shop itself is nobody
    EXPECT_THAT(out.log, HasSubstr(R"("at":"2026-03-05T10:00:00Z","customer":"ana")"));
}

TEST(SimulateTest, WhatNeverEndsStopsAYearAfterTheLastEvent) {
    const Outcome out = simulate("flow Weekly { starts every Monday at 09:00 send email Hello }",
                                 {subscribe("ana")});
    EXPECT_EQ(out.totals.sent, 53U);
}

TEST(SimulateTest, OneObjectALine) {
    const Outcome out = simulate(
        kLater,
        {subscribe("c\"1"), call("c\"1", "2026-03-02 10:00:30", CallKind::track, "Viewed", "{}")});
    std::vector<std::string> lines;
    for (std::size_t at = 0; at < out.log.size();) {
        const std::size_t end = out.log.find('\n', at);
        lines.push_back(out.log.substr(at, end - at));
        at = end + 1;
    }
    ASSERT_EQ(lines.size(), 4U);
    EXPECT_EQ(lines[0], R"({"at":"2026-03-02T10:00:30Z","customer":"c\"1","flow":"Later",)"
                        R"("kind":"entered","reason":null})");
    EXPECT_THAT(lines[1], ::testing::MatchesRegex(
                              R"(\{"at":"2026-03-02T11:00:30Z","customer":"c\\"1","flow":"Later",)"
                              R"("step":"s2","channel":"email","message":"Hello",)"
                              R"("outcome":"sent","reason":"sent","id":"[0-9a-f]*"\})"));
    EXPECT_THAT(lines[2], HasSubstr(R"("step":"s3","channel":"sms","message":"Second",)"
                                    R"("outcome":"skipped","reason":"no address")"));
    EXPECT_EQ(lines[3], R"({"at":"2026-03-03T11:00:30Z","customer":"c\"1","flow":"Later",)"
                        R"("kind":"ended","reason":"enough"})");
    EXPECT_EQ(out.totals.customers, 1U);
    EXPECT_EQ(out.totals.events, 2U);
    EXPECT_EQ(out.totals.entered, 1U);
    EXPECT_EQ(out.totals.sent, 1U);
    EXPECT_EQ(out.totals.skipped, 1U);
    EXPECT_EQ(out.totals.ended, 1U);
    EXPECT_EQ(out.totals.goals, 0U);
}

TEST(SimulateTest, AGoalIsALineAndEndsTheRun) {
    const Outcome out = simulate(
        kLater, {subscribe("a"), call("a", "2026-03-02 10:00", CallKind::track, "Viewed", "{}"),
                 call("a", "2026-03-02 10:30", CallKind::track, "Order Placed", "{}")});
    EXPECT_THAT(out.log, HasSubstr(R"("kind":"goal","reason":null})"));
    EXPECT_THAT(out.log, HasSubstr(R"("kind":"ended","reason":"goal"})"));
    EXPECT_THAT(out.log, Not(HasSubstr("Hello")));
    EXPECT_EQ(out.totals.goals, 1U);
}

/// `--until T` fires every timer due before T and none at or after it.
TEST(SimulateTest, UntilIsStrict) {
    const std::vector<InboundEvent> events = {
        subscribe("a"), call("a", "2026-03-02 10:00", CallKind::track, "Viewed", "{}"),
        call("a", "2026-03-02 11:00", CallKind::track, "Viewed", "{}")};
    Simulation::Options options;
    options.until = utc("2026-03-02 11:00");
    const Outcome at = simulate(kLater, events, options);
    EXPECT_THAT(at.log, Not(HasSubstr("Hello")));
    EXPECT_EQ(at.totals.events, 2U);
    EXPECT_EQ(at.totals.ignored, 1U);
    options.until += Millis{1};
    const Outcome after = simulate(kLater, events, options);
    EXPECT_THAT(after.log, HasSubstr(R"("at":"2026-03-02T11:00:00Z")"));
    EXPECT_THAT(after.log, HasSubstr("Hello"));
    EXPECT_EQ(after.totals.ignored, 0U);
}

/// Many customers with waits, branches and a split, their calls shuffled.
std::vector<InboundEvent> crowd(std::uint64_t seed) {
    std::mt19937_64 random(seed);
    std::vector<InboundEvent> events;
    for (int i = 0; i < 200; ++i) {
        const std::string id = "c" + std::to_string(i * 7'919 % 200);
        events.push_back(subscribe(id));
        for (std::uint64_t k = 0; k < 1 + random() % 5; ++k) {
            const Instant at = utc("2026-03-02 10:00") + Millis{1'000} * (random() % 400'000);
            InboundEvent event = call(id, "2026-03-02 10:00", CallKind::track,
                                      random() % 2 == 0 ? "Viewed" : "Order Placed",
                                      R"({"total":)" + std::to_string(random() % 100) + "}");
            event.occurred_at = at;
            events.push_back(event);
        }
    }
    return events;
}

constexpr std::string_view kMixed = R"(
flow Mixed {
  starts when Viewed
  while running restart
  wait 1 hour
  if any Order Placed where total > 30 in the last 2 days { send email Hello }
  split { 50% One { send email Second } 50% Two { wait 1 day send email Hello } }
}
)";

TEST(SimulateTest, TheSameInputGivesTheSameBytes) {
    const Outcome one = simulate(kMixed, crowd(1));
    const Outcome two = simulate(kMixed, crowd(1));
    EXPECT_GT(one.totals.sent, 200U);
    EXPECT_EQ(one.log, two.log);
}

TEST(SimulateTest, TheOrderInWhichCustomersAreAddedDoesNotMatter) {
    std::vector<InboundEvent> events = crowd(2);
    const Outcome one = simulate(kMixed, events);
    // Calls of one customer at different instants may come in any order, customers as well; only
    // equal instants of one customer keep the order given, so those stay in line.
    std::stable_sort(events.begin(), events.end(),
                     [](const auto& a, const auto& b) { return a.customer > b.customer; });
    EXPECT_EQ(simulate(kMixed, events).log, one.log);
    std::stable_sort(events.begin(), events.end(),
                     [](const auto& a, const auto& b) { return a.occurred_at > b.occurred_at; });
    EXPECT_EQ(simulate(kMixed, events).log, one.log);
    // Lines are in order of time, then customer.
    std::string before;
    for (std::size_t at = 0; at < one.log.size(); at = one.log.find('\n', at) + 1) {
        const std::string key = one.log.substr(at, 27 + 20);
        const std::string stamp = key.substr(7, 20);
        EXPECT_LE(before, stamp);
        before = stamp;
    }
}

TEST(SimulateTest, AnotherSaltMakesOtherRandomChoices) {
    Simulation::Options salted;
    salted.salt = "another";
    const Outcome live = simulate(kMixed, crowd(3));
    const Outcome other = simulate(kMixed, crowd(3), salted);
    EXPECT_NE(live.log, other.log);
    EXPECT_EQ(other.log, simulate(kMixed, crowd(3), salted).log);
}

TEST(SimulateTest, ProgressIsToldAndLargeLogsComeInPieces) {
    Simulation simulation(testing::compile_text({kShop, kOpenPolicy, kMessages,
                                                 "flow F { starts when Viewed send email Hello }"}),
                          {});
    for (int i = 0; i < 3'000; ++i) {
        const std::string id = std::to_string(i);
        simulation.add(subscribe(id));
        simulation.add(call(id, "2026-03-02 10:00", CallKind::track, "Viewed", "{}"));
    }
    std::vector<std::size_t> told;
    std::size_t pieces = 0, bytes = 0;
    const auto totals = simulation.run(
        [&](std::string_view piece) {
            ++pieces;
            bytes += piece.size();
            EXPECT_TRUE(piece.empty() || piece.back() == '\n');
        },
        [&](std::size_t done, std::size_t of) {
            told.push_back(done);
            EXPECT_EQ(of, 3'000U);
        });
    EXPECT_EQ(told, (std::vector<std::size_t>{1'000, 2'000, 3'000}));
    EXPECT_EQ(totals.sent, 3'000U);
    EXPECT_GT(bytes, std::size_t{1} << 20U);
    EXPECT_GE(pieces, 2U);
}

}  // namespace
}  // namespace sluice
