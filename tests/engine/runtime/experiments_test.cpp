#include "engine/base/hash.hpp"
#include "engine/model/codec.hpp"
#include "engine/runtime/experiment_board.hpp"
#include "engine/runtime/explain.hpp"
#include "engine/runtime/simulate.hpp"
#include "tests/engine/runtime/experiment_fleet.hpp"
#include "tests/support/story.hpp"

#include <gmock/gmock.h>

namespace sluice {
namespace {

using testing::Fleet;
using ::testing::HasSubstr;
using testing::kMessages;
using testing::kOffer;
using testing::kOpenPolicy;
using testing::kShop;

constexpr std::string_view kSameOffer =
    "flow Test { starts when Cart Started as cart  one run per cart.cart_id "
    "experiment Offer { measure Order Placed where total > 50 within 2 days "
    "winner after 4000 customers holdout 10% "
    "variant A 45% { send email Second } variant B 45% { send email Hello } } }";
constexpr std::string_view kOtherOffer =
    "flow Test { starts when Cart Started as cart  one run per cart.cart_id "
    "experiment Offer { measure Order Placed within 2 days winner after 100 customers holdout 10% "
    "variant A 45% { send email Second } variant B 45% { send email Hello } } }";

using testing::Story;

Story offered() {
    Story story({kShop, kOpenPolicy, kMessages, kOffer});
    story.subscribe("2026-03-01 00:00");
    return story;
}

TEST(ExperimentsTest, TheMeasuredEventCountsOnceAndWithinItsTime) {
    struct Case {
        std::string at, total;
        bool counts;
    };
    for (const Case& one : {Case{"2026-03-01 12:59", "60", false},
                            {"2026-03-01 13:00", "60", true},
                            {"2026-03-03 12:59", "60", true},
                            {"2026-03-03 13:00", "60", false},
                            {"2026-03-02 13:00", "50", false}}) {
        Story story = offered();
        story.event("2026-03-01 10:00", "Cart Started", R"({"cart_id":"1","total":1})");
        const std::string order = R"({"order_id":"1","total":)" + one.total + "}";
        if (one.at == "2026-03-01 12:59") {
            story.event(one.at, "Order Placed", order);
            story.until("2026-03-01 13:00");
        } else {
            story.until("2026-03-01 13:00");
            story.event(one.at, "Order Placed", order);
            story.event(one.at, "Order Placed", order);
        }
        ASSERT_EQ(story.customer.assignments.size(), 1U);
        EXPECT_EQ(story.customer.assignments[0].converted, one.counts) << one.at;
        EXPECT_EQ(story.customer.assignments[0].until, testing::utc("2026-03-03 13:00"));
        const auto told =
            std::count_if(story.effects.trace.begin(), story.effects.trace.end(),
                          [](const TraceRow& row) { return row.kind == TraceKind::measured; });
        EXPECT_EQ(told, one.counts ? 1 : 0);
    }
}

TEST(ExperimentsTest, WhoeverHasAVariantKeepsItAndWhoeverIsNewGetsTheWinner) {
    int winners = 0, kept = 0, held_out = 0;
    for (int person = 0; person < 200; ++person) {
        Story story = offered();
        story.customer.id = "c" + std::to_string(person);
        const Instant since = testing::utc("2026-03-05 01:00");
        story.options.winner = [since](std::uint64_t, Instant at) {
            return at >= since ? std::optional<Winner>({1, since}) : std::nullopt;
        };
        const bool early = person % 2 == 0;
        story.event(early ? "2026-03-04 21:59" : "2026-03-04 22:00", "Cart Started",
                    R"({"cart_id":"1","total":1})");
        story.event("2026-03-06 10:00", "Cart Started", R"({"cart_id":"2","total":1})");
        story.until("2026-03-06 13:00");
        std::vector<std::string> given;
        for (const TraceRow& row : story.effects.trace) {
            if (row.kind == TraceKind::assigned) {
                given.push_back(row.detail);
            }
        }
        ASSERT_EQ(given.size(), 2U);
        EXPECT_EQ(given[0], given[1]);
        EXPECT_EQ(story.customer.assignments.size(), early ? 1U : 0U);
        kept += given[0] == "A" ? 1 : 0;
        held_out += given[0] == "holdout" ? 1 : 0;
        winners += given[0] == "B (the winner since 2026-03-05T01:00:00Z)" ? 1 : 0;
        EXPECT_FALSE(early && given[0].size() > 7) << given[0];
        EXPECT_FALSE(!early && given[0] == "A");
    }
    EXPECT_GT(kept, 25);
    EXPECT_GT(held_out, 8);
    EXPECT_GT(winners, 70);
}

TEST(ExperimentsTest, AnEditThatKeepsVariantsAndMeasureKeepsTheCount) {
    Story story = offered();
    story.event("2026-03-01 10:00", "Cart Started", R"({"cart_id":"1","total":1})");
    story.until("2026-03-01 14:00");
    const auto before = story.customer.assignments;
    ASSERT_EQ(before.size(), 1U);
    story.deploy({kShop, kOpenPolicy, kMessages, kSameOffer});
    EXPECT_EQ(story.customer.assignments, before);
    story.event("2026-03-02 10:00", "Order Placed", R"({"order_id":"1","total":60})");
    EXPECT_TRUE(story.customer.assignments[0].converted);
    // Measured to the end: it stays a part of its count, which a rollback takes up again.
    story.until("2026-03-05 00:00");
    story.event("2026-03-05 00:00", "Viewed", R"({"product_id":"1"})");
    story.deploy({kShop, kOpenPolicy, kMessages, kOtherOffer});
    EXPECT_EQ(story.customer.assignments.size(), 1U);
}

TEST(ExperimentsTest, AnEditOfTheMeasureBeginsANewCount) {
    Story story = offered();
    story.event("2026-03-01 10:00", "Cart Started", R"({"cart_id":"1","total":1})");
    story.until("2026-03-01 14:00");
    ASSERT_EQ(story.customer.assignments.size(), 1U);
    const std::uint64_t before = story.customer.assignments[0].count;
    story.deploy({kShop, kOpenPolicy, kMessages, kOtherOffer});
    EXPECT_TRUE(story.customer.assignments.empty());  // nobody measures it to the end
    story.event("2026-03-02 10:00", "Cart Started", R"({"cart_id":"2","total":1})");
    ASSERT_EQ(story.customer.assignments.size(), 1U);
    EXPECT_NE(story.customer.assignments[0].count, before);
}

TEST(ExperimentsTest, ARunThatFinishesTheOldWayIsNoPartOfACountNobodyMeasures) {
    Story story = offered();
    story.event("2026-03-01 10:00", "Cart Started", R"({"cart_id":"1","total":1})");
    story.deploy({kShop, kOpenPolicy, kMessages, kOtherOffer});
    story.until("2026-03-01 14:00");
    const auto given =
        std::count_if(story.effects.trace.begin(), story.effects.trace.end(),
                      [](const TraceRow& row) { return row.kind == TraceKind::assigned; });
    EXPECT_EQ(given, 1);
    EXPECT_TRUE(story.customer.assignments.empty());
}

TEST(ExperimentsTest, RecordsOfBeforeExperimentsAreRead) {
    Customer customer;
    customer.id = "c1";
    std::string bytes = encode(customer);
    ASSERT_TRUE(bytes.ends_with(std::string(2, '\0')));  // no assignments, not given away
    bytes.resize(bytes.size() - 2);
    bytes[0] = 2;
    const auto read = decode_customer(bytes);
    ASSERT_TRUE(read.has_value());
    EXPECT_EQ(encode(read.value()), encode(customer));
    customer.assignments.push_back({7, 2, from_ms(5), from_ms(9), true});
    EXPECT_EQ(decode_customer(encode(customer)).value().assignments, customer.assignments);
}

/// Counted from the history alone, by the words of the flow.
ExperimentTally by_hand(const std::vector<InboundEvent>& history, std::uint64_t count,
                        Instant until_assigned) {
    ExperimentTally out;
    for (const InboundEvent& cart : history) {
        const Instant at = cart.occurred_at + Millis{3LL * 3'600'000};
        if (cart.name != "Cart Started" || at >= until_assigned) {
            continue;
        }
        Assignment one{count, testing::variant_of(cart.customer), at, at + Millis{48LL * 3'600'000},
                       false};
        for (const InboundEvent& order : history) {
            one.converted =
                one.converted || (order.name == "Order Placed" && order.customer == cart.customer &&
                                  order.data.find("\"total\":60") != std::string::npos &&
                                  order.occurred_at >= one.at && order.occurred_at < one.until);
        }
        out.add(one);
    }
    return out;
}

struct Rehearsal {
    std::vector<std::string> log;
    ExperimentDecisions decisions;
    ExperimentTally tally;
};

Rehearsal rehearse(const std::shared_ptr<const dsl::Program>& program,
                   const std::vector<InboundEvent>& history, Instant until) {
    Simulation::Options options;
    options.until = until;
    Simulation simulation(program, options);
    for (const InboundEvent& event : history) {
        simulation.add(event);
    }
    Rehearsal out;
    simulation.run(
        [&](std::string_view piece) {
            for (std::size_t from = 0; from < piece.size();) {
                const std::size_t end = piece.find('\n', from);
                out.log.emplace_back(piece.substr(from, end - from));
                from = end + 1;
            }
        },
        nullptr);
    out.decisions = simulation.decisions();
    out.tally = simulation.tally();
    std::sort(out.log.begin(), out.log.end());
    return out;
}

class ExperimentHistoryTest : public ::testing::Test {
protected:
    const std::shared_ptr<const dsl::Program> program_ =
        testing::compile_text({kShop, kOpenPolicy, kMessages, kOffer});
    const Instant from_ = testing::utc("2026-03-01 00:00");
    const Instant to_ = testing::utc("2026-03-13 00:00");
};

TEST_F(ExperimentHistoryTest, CountsAreThoseOfTheHistoryAndTheWinnerIsWhatTheyGive) {
    for (const std::uint64_t seed : {1, 2, 3}) {
        const auto history = testing::carts_and_orders(seed, from_, 12);
        const Rehearsal found = rehearse(program_, history, to_);
        ASSERT_EQ(found.decisions.made.size(), 1U) << seed;
        const ExperimentDecision& made = found.decisions.made[0];
        EXPECT_EQ(made.name, "B");
        const std::uint64_t count = experiment_counts(*program_)[0];
        const ExperimentTally counted = by_hand(history, count, made.since);
        EXPECT_EQ(found.tally, counted);
        // The first midnight at which the counts decide, and none before.
        const auto& experiment = program_->experiments[0];
        const std::int64_t day = utc_day(made.counted_to);
        EXPECT_EQ(counted.before(count, 3, day), made.counts);
        for (std::int64_t at = utc_day(from_); at <= day; ++at) {
            const auto winner = find_winner(experiment, counted.before(count, 3, at));
            EXPECT_EQ(winner.has_value(), at == day) << at;
        }
    }
}

TEST_F(ExperimentHistoryTest, OneTwoAndEightShardsDecideAsTheSimulationDoes) {
    const auto history = testing::carts_and_orders(1, from_, 12);
    const Rehearsal wanted = rehearse(program_, history, to_);
    ASSERT_EQ(wanted.decisions.made.size(), 1U);
    std::map<std::string, std::string> records;
    for (const std::uint32_t shards : {1U, 2U, 8U}) {
        Fleet fleet(shards, program_, Fleet::Kept::in_memory);
        fleet.live(history, from_, to_);
        ASSERT_EQ(fleet.decisions().made.size(), 1U);
        EXPECT_EQ(encode(fleet.decisions()), encode(wanted.decisions)) << shards;
        EXPECT_EQ(fleet.log(), wanted.log) << shards;
        const auto found = fleet.records();
        records = records.empty() ? found : records;
        EXPECT_EQ(found, records) << shards;
    }
    // After the decision nobody new got A.
    int late_b = 0;
    const std::string since = format_rfc3339(wanted.decisions.made[0].since);
    for (const std::string& line : wanted.log) {
        const bool late = line.substr(7, since.size()) >= since;
        EXPECT_FALSE(late && line.find("\"message\":\"Hello\"") != std::string::npos) << line;
        late_b += late && line.find("\"message\":\"Second\"") != std::string::npos ? 1 : 0;
    }
    EXPECT_GT(late_b, 50);
}

TEST_F(ExperimentHistoryTest, ACrashAnywhereChangesNothing) {
    const auto history = testing::carts_and_orders(2, from_, 6);
    const Instant to = testing::utc("2026-03-07 00:00");
    Fleet whole(2, program_, Fleet::Kept::on_disk);
    whole.live(history, from_, to);
    ASSERT_EQ(whole.decisions().made.size(), 1U);
    const Instant due = whole.decisions().made[0].since;
    Fleet broken(2, program_, Fleet::Kept::on_disk);
    // In the middle of a day, with one shard of two at the meeting, and right after the decision.
    broken.crash_at(testing::utc("2026-03-02 15:00"), {});
    broken.crash_at(due - Millis{86'400'000}, {1});
    broken.crash_at(due, {0});
    broken.crash_at(due + Millis{3'600'000}, {});
    broken.live(history, from_, to);
    EXPECT_EQ(broken.crashes(), 4);
    EXPECT_EQ(broken.log(), whole.log());
    EXPECT_EQ(broken.records(), whole.records());
    EXPECT_EQ(encode(broken.decisions()), encode(whole.decisions()));
}

TEST_F(ExperimentHistoryTest, AShardWaitsForTheOthersWhenADecisionIsDue) {
    Fleet fleet(2, program_, Fleet::Kept::in_memory);
    fleet.set_time(testing::utc("2026-03-01 12:00"));
    fleet.settle();
    fleet.set_time(testing::utc("2026-03-02 01:00"));
    bool done = false;
    InboundEvent event = testing::carts_and_orders(1, from_, 1).front();
    ASSERT_TRUE(fleet.shard(1).submit({event}, [&](const Result<void>&) { done = true; }));
    EXPECT_FALSE(fleet.shard(1).step());
    EXPECT_FALSE(fleet.shard(1).step());
    EXPECT_FALSE(done);
    // Questions are answered in the meantime.
    bool asked = false;
    fleet.shard(1).run([&](Shard&) { asked = true; });
    fleet.shard(1).step();
    EXPECT_TRUE(asked);
    fleet.shard(0).step();  // has all it needs: decides
    fleet.shard(1).step();
    EXPECT_TRUE(done);
}

TEST_F(ExperimentHistoryTest, ThePersonsStorySaysWhoHasWonSinceWhen) {
    const auto history = testing::carts_and_orders(1, from_, 9);
    Fleet fleet(1, program_, Fleet::Kept::in_memory);
    fleet.live(history, from_, testing::utc("2026-03-09 00:00"));
    const auto decisions = fleet.decisions();
    ASSERT_EQ(decisions.made.size(), 1U);
    auto story = read_story(fleet.shard(0).store(), history.front().customer, {});
    ASSERT_TRUE(story.has_value());
    note_decisions(story.value(), decisions);
    const std::string text = render_text(story.value());
    EXPECT_THAT(text, HasSubstr("Offer: "));
    EXPECT_THAT(text, HasSubstr("Offer: B has won; whoever is new gets it since "));
    EXPECT_THAT(text, HasSubstr("2026-03-0" + format_rfc3339(decisions.made[0].since).substr(9, 1) +
                                " 01:00"));
    EXPECT_THAT(render_json(story.value()), HasSubstr("\"notes\":[\"Offer: B has won"));
}

}  // namespace
}  // namespace sluice
