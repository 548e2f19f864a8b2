#include "engine/runtime/shard.hpp"

#include "engine/base/limits.hpp"
#include "engine/runtime/explain.hpp"
#include "engine/store/sqlite_store.hpp"
#include "tests/support/story.hpp"

#include <gmock/gmock.h>

#include <atomic>
#include <filesystem>
#include <future>

namespace sluice {
namespace {

using testing::kMessages;
using testing::kOpenPolicy;
using testing::kShop;

constexpr std::string_view kGreet =
    "flow Greet { starts when Order Placed send email Hello wait 1 hour send sms Second }";

/// One shard over a real file, stepped by hand on the test's thread and clock.
class ShardTest : public ::testing::Test {
protected:
    void SetUp() override {
        folder_ = std::filesystem::temp_directory_path() /
                  ("sluice-shard-" + std::to_string(::getpid()) + "-" +
                   ::testing::UnitTest::GetInstance()->current_test_info()->name());
        std::filesystem::remove_all(folder_);
        std::filesystem::create_directories(folder_);
        clock_.set(testing::utc("2026-03-02 10:00"));
        use(kGreet);
        open();
    }
    void TearDown() override {
        shard_.reset();
        std::filesystem::remove_all(folder_);
    }

    void use(std::string_view flow, std::uint32_t release = 1) {
        auto program = testing::compile_text({kShop, kOpenPolicy, kMessages, flow});
        ASSERT_TRUE(program);
        auto releases = std::make_shared<Releases>();
        for (std::uint32_t old = 1; old < release; ++old) {
            releases->add(old, programs_[old]);
        }
        releases->add(release, program);
        programs_[release] = program;
        releases_ = releases;
    }
    void open(bool idempotent = false, std::size_t credits = 100) {
        shard_.reset();
        lanes_ = std::make_unique<Lanes>();
        for (Lane& lane : *lanes_) {
            lane.open("sink", credits, idempotent);
        }
        SqliteStore::Options options;
        options.path = (folder_ / "shard-0.db").string();
        auto store = SqliteStore::open(options);
        ASSERT_TRUE(store.has_value()) << store.error().detail;
        Shard::Shared shared{clock_, suppressions_, *lanes_,
                             [this](std::vector<ClaimedMessage> messages) {
                                 for (ClaimedMessage& message : messages) {
                                     handed_.push_back(std::move(message));
                                 }
                             }};
        shard_ = std::make_unique<Shard>(0, std::move(store.value()), releases_, shared);
        ASSERT_TRUE(shard_->recover().has_value());
    }
    void settle_down() {
        while (shard_->step()) {
        }
    }
    InboundEvent call(CallKind kind, std::string id, std::string name, std::string data) {
        InboundEvent event;
        event.kind = kind;
        event.customer = "c1";
        event.message_id = std::move(id);
        event.name = std::move(name);
        event.data = std::move(data);
        event.occurred_at = clock_.now();
        event.received_at = clock_.now();
        return event;
    }
    void send(InboundEvent event) {
        bool done = false;
        ASSERT_TRUE(shard_->submit({std::move(event)}, [&](const Result<void>& result) {
            EXPECT_TRUE(result.has_value());
            done = true;
        }));
        settle_down();
        EXPECT_TRUE(done);
    }
    void order(const std::string& id) {
        send(call(CallKind::track, id, "Order Placed", R"({"order_id":"1","total":10})"));
    }
    void subscribe() {
        send(call(CallKind::identify, "i1", "",
                  R"({"email":"a@example.com","phone":"+49151","email_status":"subscribed",)"
                  R"("sms_status":"subscribed"})"));
    }
    void settle(Outcome outcome) {
        ASSERT_FALSE(handed_.empty());
        shard_->settle({handed_.front().row.id, handed_.front().attempt, std::move(outcome)});
        handed_.erase(handed_.begin());
        for (Lane& lane : *lanes_) {
            lane.give_back();
        }
        settle_down();
    }
    static Outcome outcome(Outcome::Status status, Outcome::Class why = Outcome::Class::none) {
        Outcome made;
        made.status = status;
        made.why = why;
        return made;
    }
    OutboxRow row(const std::string& id) {
        auto found = shard_->store().outbox_row(id);
        EXPECT_TRUE(found.has_value() && found.value().has_value());
        return *found.value();
    }

    std::filesystem::path folder_;
    ManualClock clock_;
    SuppressionList suppressions_;
    std::unique_ptr<Lanes> lanes_;
    std::shared_ptr<const Releases> releases_;
    std::map<std::uint32_t, std::shared_ptr<const dsl::Program>> programs_;
    std::vector<ClaimedMessage> handed_;
    std::unique_ptr<Shard> shard_;
};

TEST_F(ShardTest, AMessageGoesOutInTheCommitOfItsEvent) {
    subscribe();
    order("e1");
    ASSERT_EQ(handed_.size(), 1U);
    EXPECT_EQ(handed_[0].attempt, 1U);
    EXPECT_EQ(row(handed_[0].row.id).status, OutboxStatus::claimed);
    const auto attempts = shard_->store().attempts(handed_[0].row.id);
    ASSERT_TRUE(attempts.has_value());
    ASSERT_EQ(attempts.value().size(), 1U);
    EXPECT_EQ(attempts.value()[0].finished_at, kNever);
}

TEST_F(ShardTest, ARepeatedMessageIdChangesNothing) {
    subscribe();
    order("e1");
    order("e1");
    EXPECT_EQ(handed_.size(), 1U);
    EXPECT_EQ(shard_->counters().duplicates.load(), 1U);
    open();
    order("e1");  // and none after a restart either
    EXPECT_EQ(shard_->counters().duplicates.load(), 1U);
}

TEST_F(ShardTest, TimersSurviveARestart) {
    subscribe();
    order("e1");
    handed_.clear();
    open(true);
    settle_down();
    handed_.clear();
    clock_.set(testing::utc("2026-03-02 10:59"));
    settle_down();
    EXPECT_TRUE(handed_.empty());
    clock_.set(testing::utc("2026-03-02 11:00"));
    settle_down();
    ASSERT_EQ(handed_.size(), 1U);
    EXPECT_EQ(handed_[0].row.channel, 1U);
}

TEST_F(ShardTest, WhatACrashLeftOnTheWireIsInDoubtAndNeverSentAgain) {
    subscribe();
    order("e1");
    const std::string id = handed_.at(0).row.id;
    handed_.clear();
    open();  // without a word about the attempt
    settle_down();
    EXPECT_TRUE(handed_.empty());
    EXPECT_EQ(row(id).status, OutboxStatus::unknown);
    EXPECT_EQ(shard_->counters().in_doubt.load(), 1U);
    clock_.advance(Millis{48LL * 3600 * 1000});
    settle_down();
    for (const ClaimedMessage& message : handed_) {
        EXPECT_NE(message.row.id, id);
    }
    ASSERT_TRUE(shard_->resolve(id, DoubtVerdict::sent).has_value());
    EXPECT_EQ(row(id).status, OutboxStatus::accepted);
    EXPECT_FALSE(shard_->resolve(id, DoubtVerdict::sent).has_value());
}

TEST_F(ShardTest, AnIdempotentProviderIsAskedAgainWithTheSameKey) {
    open(true);
    subscribe();
    order("e1");
    const std::string id = handed_.at(0).row.id;
    handed_.clear();
    open(true);
    settle_down();
    ASSERT_EQ(handed_.size(), 1U);
    EXPECT_EQ(handed_[0].row.id, id);
    EXPECT_EQ(handed_[0].attempt, 2U);
}

TEST_F(ShardTest, WhatMayHaveBeenHandedOverAndIsTooLateToAskAgainIsInDoubt) {
    open(true);
    subscribe();
    order("e1");
    const std::string id = handed_.at(0).row.id;
    handed_.clear();
    clock_.advance(Millis{48LL * 3600 * 1000});
    open(true);  // two days after the crash: the message is stale
    settle_down();
    for (const ClaimedMessage& message : handed_) {
        EXPECT_NE(message.row.id, id);
    }
    EXPECT_EQ(row(id).status, OutboxStatus::unknown);
    EXPECT_THAT(row(id).outcome, ::testing::HasSubstr("interrupted, and not tried again: stale"));
    EXPECT_EQ(shard_->counters().in_doubt.load(), 1U);
}

TEST_F(ShardTest, ADeferredMessageIsTriedAgainLater) {
    subscribe();
    order("e1");
    const std::string id = handed_.at(0).row.id;
    settle(outcome(Outcome::Status::deferred));
    EXPECT_EQ(row(id).status, OutboxStatus::ready);
    EXPECT_TRUE(handed_.empty());
    clock_.advance(Millis{100'000});
    settle_down();
    ASSERT_EQ(handed_.size(), 1U);
    EXPECT_EQ(handed_[0].row.id, id);
    EXPECT_EQ(handed_[0].attempt, 2U);
    settle(outcome(Outcome::Status::accepted));
    EXPECT_EQ(row(id).status, OutboxStatus::accepted);
}

TEST_F(ShardTest, AnUnknownOutcomeWaitsForAPerson) {
    subscribe();
    order("e1");
    const std::string id = handed_.at(0).row.id;
    settle(outcome(Outcome::Status::unknown));
    EXPECT_EQ(row(id).status, OutboxStatus::unknown);
    ASSERT_TRUE(shard_->resolve(id, DoubtVerdict::resend).has_value());
    settle_down();
    ASSERT_EQ(handed_.size(), 1U);
    EXPECT_EQ(handed_[0].row.id, id);
}

TEST_F(ShardTest, AHardBounceSuppressesTheAddressForGood) {
    subscribe();
    order("e1");
    settle(outcome(Outcome::Status::rejected, Outcome::Class::bounce_hard));
    EXPECT_TRUE(suppressions_.contains(Channel::email, "A@example.com"));
    order("e2");
    EXPECT_TRUE(handed_.empty());
}

TEST_F(ShardTest, AnOptOutStopsWhatIsNotYetOnTheWire) {
    open(false, 0);  // no credit: the message waits in the outbox
    subscribe();
    order("e1");
    ASSERT_TRUE(handed_.empty());
    send(call(CallKind::identify, "i2", "", R"({"email_status":"unsubscribed"})"));
    for (Lane& lane : *lanes_) {
        lane.give_back();
    }
    settle_down();
    EXPECT_TRUE(handed_.empty());
    auto skipped = shard_->store().outbox(OutboxStatus::skipped, 10);
    ASSERT_TRUE(skipped.has_value());
    ASSERT_EQ(skipped.value().size(), 1U);
    EXPECT_THAT(skipped.value()[0].outcome, ::testing::HasSubstr("no consent"));
}

TEST_F(ShardTest, AMessageThatIsTooLateIsStale) {
    open(false, 0);
    subscribe();
    order("e1");
    clock_.advance(Millis{25LL * 3600 * 1000});
    for (Lane& lane : *lanes_) {
        lane.give_back();
    }
    settle_down();
    auto skipped = shard_->store().outbox(OutboxStatus::skipped, 10);
    ASSERT_TRUE(skipped.has_value());
    ASSERT_FALSE(skipped.value().empty());
    EXPECT_THAT(skipped.value()[0].outcome, ::testing::HasSubstr("stale"));
}

TEST_F(ShardTest, RunsStayOnTheirReleaseAndNewOnesTakeTheNew) {
    subscribe();
    order("e1");
    settle(outcome(Outcome::Status::accepted));
    use("flow Greet { starts when Order Placed only if at least 2 Order Placed send email Second }",
        2);
    open(true);
    settle_down();
    clock_.advance(Millis{3'600'000});
    settle_down();
    ASSERT_EQ(handed_.size(), 1U);
    EXPECT_EQ(handed_[0].row.channel, 1U);  // the old run's text message
    handed_.clear();
    order("e2");  // the new release counts the order made before it existed
    ASSERT_EQ(handed_.size(), 1U);
    EXPECT_EQ(handed_[0].row.channel, 0U);
}

TEST_F(ShardTest, ExplainTellsTheStory) {
    subscribe();
    order("e1");
    settle(outcome(Outcome::Status::accepted));
    auto story = read_story(shard_->store(), "c1", {});
    ASSERT_TRUE(story.has_value());
    const std::string text = render_text(story.value());
    EXPECT_THAT(text, ::testing::HasSubstr("Greet: entered (Order Placed)"));
    EXPECT_THAT(text, ::testing::HasSubstr("sent email Hello"));
    EXPECT_THAT(text, ::testing::HasSubstr("accepted"));
    EXPECT_FALSE(read_story(shard_->store(), "nobody", {}).has_value());
}

TEST_F(ShardTest, AFullInboxRefusesAndLosesNothing) {
    std::vector<InboundEvent> many;
    for (std::size_t i = 0; i < limits::kInboxMax; ++i) {
        many.push_back(call(CallKind::track, "m" + std::to_string(i), "Viewed", "{}"));
    }
    std::atomic<int> done{0};
    ASSERT_TRUE(shard_->submit(std::move(many), [&](const Result<void>&) { ++done; }));
    EXPECT_FALSE(shard_->submit({call(CallKind::track, "x", "Viewed", "{}")},
                                [&](const Result<void>&) { ++done; }));
    settle_down();
    EXPECT_EQ(done.load(), 1);
    EXPECT_EQ(shard_->counters().events.load(), limits::kInboxMax);
}

TEST_F(ShardTest, OnItsOwnThreadItAcknowledgesFromManyThreads) {
    shard_->start();
    constexpr int kThreads = 4;
    constexpr int kEach = 200;
    std::atomic<int> acknowledged{0};
    std::vector<std::thread> senders;
    for (int t = 0; t < kThreads; ++t) {
        senders.emplace_back([&, t] {
            for (int i = 0; i < kEach; ++i) {
                InboundEvent event =
                    call(CallKind::track, "t" + std::to_string(t * kEach + i), "Viewed", "{}");
                event.customer = "c" + std::to_string(i);
                std::promise<void> committed;
                auto waiting = committed.get_future();
                EXPECT_TRUE(shard_->submit({std::move(event)}, [&](const Result<void>& result) {
                    acknowledged += result.has_value() ? 1 : 0;
                    committed.set_value();
                }));
                waiting.wait();
            }
        });
    }
    for (std::thread& sender : senders) {
        sender.join();
    }
    shard_->stop();
    EXPECT_EQ(acknowledged.load(), kThreads * kEach);
    EXPECT_EQ(shard_->counters().events.load(), static_cast<std::uint64_t>(kThreads * kEach));
}

}  // namespace
}  // namespace sluice
