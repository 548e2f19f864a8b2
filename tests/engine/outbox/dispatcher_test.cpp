#include "engine/outbox/dispatcher.hpp"

#include "engine/store/memory_store.hpp"
#include "tests/support/story.hpp"

#include <gmock/gmock.h>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <deque>
#include <future>
#include <thread>

namespace sluice {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;
using Status = Outcome::Status;
using Class = Outcome::Class;
using Scope = Outcome::Scope;

constexpr std::string_view kFlow = R"(
webhook Warehouse { post "https://warehouse.example/hook" secret "SLUICE_TEST_KEY" }
flow Greet { starts when Order Placed send email Hello }
flow Tell { starts when Viewed call Warehouse }
)";

Outcome outcome(Status status, Class why = Class::none, Scope scope = Scope::message) {
    Outcome made;
    made.status = status;
    made.why = why;
    made.scope = scope;
    return made;
}

/// Answers from a script, then accepts; can keep what it is sent on the wire. One thread: the
/// executor's, or the test's while that does not run.
class ScriptedConnector final : public Connector {
public:
    ScriptedConnector(boost::asio::any_io_executor executor, Manifest manifest)
        : manifest_(std::move(manifest)), gate_(std::move(executor)) {
        gate_.expires_at(boost::asio::steady_timer::time_point::max());
    }
    [[nodiscard]] Manifest manifest() const override { return manifest_; }
    boost::asio::awaitable<Outcome> send(const Outbound& outbound,
                                         std::chrono::steady_clock::time_point) override {
        seen.push_back(outbound);
        on_wire_max = std::max(on_wire_max, ++on_wire);
        while (hold) {
            boost::system::error_code ignored;
            co_await gate_.async_wait(
                boost::asio::redirect_error(boost::asio::use_awaitable, ignored));
        }
        --on_wire;
        Outcome next = outcome(Status::accepted);
        if (!script.empty()) {
            next = script.front();
            script.pop_front();
        }
        co_return next;
    }
    void close() override {}
    void release() {
        hold = false;
        gate_.cancel();
    }

    std::deque<Outcome> script;
    std::vector<Outbound> seen;
    bool hold = false;
    std::size_t on_wire = 0, on_wire_max = 0;

private:
    Manifest manifest_;
    boost::asio::steady_timer gate_;
};

/// Shards, lanes and a dispatcher, all stepped on the test's thread until nothing is left to do.
class DispatcherTest : public ::testing::Test {
protected:
    void SetUp() override {
        clock_.set(testing::utc("2026-03-02 10:00"));
        auto program = testing::compile_text(
            {testing::kShop, testing::kOpenPolicy, testing::kMessages, kFlow});
        ASSERT_TRUE(program);
        auto releases = std::make_shared<Releases>();
        releases->add(1, program);
        releases_ = releases;
    }
    void open(std::size_t shards = 1, std::size_t credits = 8) {
        Dispatcher::Options options;
        options.secret = [this](const std::string& name) { return secrets_[name]; };
        dispatcher_ =
            std::make_unique<Dispatcher>(io_.get_executor(), clock_, lanes_, std::move(options));
        Manifest manifest;
        manifest.type = "scripted";
        manifest.in_flight_max = credits;
        connector_ = std::make_shared<ScriptedConnector>(io_.get_executor(), manifest);
        dispatcher_->set_connector(0, "sink", connector_);
        dispatcher_->set_connector(kCallLane, "hooks", connector_);
        std::vector<Shard*> pointers;
        for (std::uint32_t i = 0; i < shards; ++i) {
            Shard::Shared shared{clock_, suppressions_, lanes_,
                                 [this](std::vector<ClaimedMessage> messages) {
                                     dispatcher_->hand_over(std::move(messages));
                                 }};
            shards_.push_back(std::make_unique<Shard>(i, std::make_unique<MemoryStore>(), releases_,
                                                      std::move(shared)));
            ASSERT_TRUE(shards_.back()->recover().has_value());
            pointers.push_back(shards_.back().get());
        }
        dispatcher_->set_shards(std::move(pointers));
    }
    void settle_down() {
        for (bool busy = true; busy;) {
            busy = false;
            for (auto& shard : shards_) {
                while (shard->step()) {
                    busy = true;
                }
            }
            io_.restart();
            busy = io_.poll() != 0 || busy;
        }
    }
    InboundEvent call(CallKind kind, const std::string& customer, std::string name,
                      std::string data) {
        InboundEvent event;
        event.kind = kind;
        event.customer = customer;
        event.message_id = customer + std::to_string(next_id_++);
        event.name = std::move(name);
        event.data = std::move(data);
        event.occurred_at = clock_.now();
        event.received_at = clock_.now();
        return event;
    }
    /// New customers order, each from the shard given; nothing is stepped yet.
    void order(std::size_t customers, std::size_t shard = 0) {
        for (std::size_t i = 0; i < customers; ++i) {
            const std::string id = "c" + std::to_string(next_id_);
            std::vector<InboundEvent> calls;
            calls.push_back(
                call(CallKind::identify, id, "",
                     R"({"email":")" + id + R"(@example.com","email_status":"subscribed"})"));
            calls.push_back(call(CallKind::track, id, "Order Placed", "{}"));
            ASSERT_TRUE(shards_[shard]->submit(std::move(calls), [](const Result<void>&) {}));
        }
    }
    std::size_t rows(OutboxStatus status, std::size_t shard = 0) {
        auto found = shards_[shard]->store().outbox(status, 1'000);
        EXPECT_TRUE(found.has_value());
        return found.value().size();
    }
    void pass(Millis time) {
        clock_.advance(time);
        settle_down();
    }

    ManualClock clock_;
    boost::asio::io_context io_;
    Lanes lanes_;
    SuppressionList suppressions_;
    std::map<std::string, std::string> secrets_;
    std::shared_ptr<const Releases> releases_;
    std::shared_ptr<ScriptedConnector> connector_;
    std::unique_ptr<Dispatcher> dispatcher_;
    std::vector<std::unique_ptr<Shard>> shards_;
    int next_id_ = 0;
};

TEST_F(DispatcherTest, AnAcceptedMessageIsHandedOverWholeAndIsDone) {
    open();
    order(1);
    settle_down();
    ASSERT_THAT(connector_->seen, SizeIs(1));
    const Outbound& sent = connector_->seen[0];
    EXPECT_EQ(sent.to, "c0@example.com");
    EXPECT_EQ(sent.subject, "Hello");
    EXPECT_EQ(sent.html, "<p>Hello</p>");
    EXPECT_EQ(sent.flow, "Greet");
    EXPECT_EQ(sent.message, "Hello");
    EXPECT_EQ(sent.customer, "c0");
    EXPECT_EQ(sent.attempt, 1U);
    EXPECT_FALSE(sent.is_call);
    EXPECT_EQ(sent.id, shards_[0]->store().outbox(OutboxStatus::accepted, 1).value()[0].id);
    EXPECT_EQ(dispatcher_->in_flight(), 0U);
}

TEST_F(DispatcherTest, OutcomesFlowBackAndARetryKeepsItsKey) {
    open();
    connector_->script = {outcome(Status::deferred), outcome(Status::unknown),
                          outcome(Status::rejected, Class::bounce_hard)};
    order(3);
    settle_down();
    EXPECT_EQ(rows(OutboxStatus::ready), 1U);
    EXPECT_EQ(rows(OutboxStatus::unknown), 1U);
    EXPECT_EQ(rows(OutboxStatus::failed), 1U);
    EXPECT_EQ(suppressions_.size(), 1U);
    const std::string key = connector_->seen[0].id;
    pass(Millis{73'000});
    ASSERT_THAT(connector_->seen, SizeIs(4));
    EXPECT_EQ(connector_->seen[3].id, key);
    EXPECT_EQ(connector_->seen[3].attempt, 2U);
    EXPECT_EQ(rows(OutboxStatus::accepted), 1U);
    EXPECT_EQ(rows(OutboxStatus::unknown), 1U);
}

TEST_F(DispatcherTest, ALaneNeverHasMoreOnTheWireThanItsCreditsAndGetsThemBack) {
    open(1, 3);
    connector_->hold = true;
    order(10);
    settle_down();
    EXPECT_THAT(connector_->seen, SizeIs(3));
    EXPECT_EQ(dispatcher_->in_flight(), 3U);
    connector_->release();
    settle_down();
    EXPECT_THAT(connector_->seen, SizeIs(10));
    EXPECT_EQ(connector_->on_wire_max, 3U);
    EXPECT_EQ(rows(OutboxStatus::accepted), 10U);
    for (int credit = 0; credit < 3; ++credit) {
        EXPECT_TRUE(lanes_[0].try_take(clock_.now()));
    }
    EXPECT_FALSE(lanes_[0].try_take(clock_.now()));
}

TEST_F(DispatcherTest, ShardsShareTheCreditsOfALane) {
    open(3, 4);
    connector_->hold = true;
    for (std::size_t shard = 0; shard < 3; ++shard) {
        order(5, shard);
    }
    settle_down();
    EXPECT_THAT(connector_->seen, SizeIs(4));
    connector_->release();
    settle_down();
    EXPECT_THAT(connector_->seen, SizeIs(15));
    EXPECT_EQ(connector_->on_wire_max, 4U);
    for (std::size_t shard = 0; shard < 3; ++shard) {
        EXPECT_EQ(rows(OutboxStatus::accepted, shard), 5U);
    }
}

TEST_F(DispatcherTest, TenFaultsOfTheConnectionOpenTheCircuit) {
    open(1, 1);
    connector_->script.assign(11, outcome(Status::deferred, Class::none, Scope::connection));
    order(30);
    settle_down();
    EXPECT_THAT(connector_->seen, SizeIs(10));
    EXPECT_EQ(lanes_[0].paused_until(), clock_.now() + Millis{30'000});
    pass(Millis{29'999});
    EXPECT_THAT(connector_->seen, SizeIs(10));
    pass(Millis{1});  // one probe, which fails: closed for as long again
    EXPECT_THAT(connector_->seen, SizeIs(11));
    EXPECT_EQ(lanes_[0].paused_until(), clock_.now() + Millis{30'000});
    pass(Millis{30'000});  // this one is accepted: all are tried, the first ones again
    pass(Millis{600'000});
    EXPECT_EQ(rows(OutboxStatus::accepted), 30U);
    EXPECT_THAT(connector_->seen, SizeIs(41));
}

TEST_F(DispatcherTest, AnAcceptedMessageStartsTheCountAnew) {
    open(1, 1);
    for (int i = 0; i < 4; ++i) {
        for (int k = 0; k < 9; ++k) {
            connector_->script.push_back(outcome(Status::deferred, Class::none, Scope::connection));
        }
        connector_->script.push_back(outcome(Status::accepted));
    }
    order(40);
    settle_down();
    EXPECT_THAT(connector_->seen, SizeIs(40));
    EXPECT_LE(lanes_[0].paused_until(), clock_.now());
}

TEST_F(DispatcherTest, AThrottlePausesTheLaneAndTheNextOneLonger) {
    open(1, 1);
    const Outcome throttle = outcome(Status::deferred, Class::throttle, Scope::provider);
    connector_->script = {throttle, throttle};
    order(5);
    settle_down();
    EXPECT_THAT(connector_->seen, SizeIs(1));
    EXPECT_EQ(lanes_[0].paused_until(), clock_.now() + Millis{60'000});
    pass(Millis{59'999});
    EXPECT_THAT(connector_->seen, SizeIs(1));
    pass(Millis{1});
    EXPECT_THAT(connector_->seen, SizeIs(2));
    EXPECT_EQ(lanes_[0].paused_until(), clock_.now() + Millis{120'000});
}

TEST_F(DispatcherTest, RetryAfterSetsThePauseAndOneRecipientDoesNot) {
    open(1, 1);
    Outcome later = outcome(Status::deferred, Class::throttle, Scope::provider);
    later.retry_after = std::chrono::seconds(7);
    connector_->script = {outcome(Status::deferred, Class::throttle, Scope::recipient), later};
    order(3);
    settle_down();
    EXPECT_THAT(connector_->seen, SizeIs(2));
    EXPECT_EQ(lanes_[0].paused_until(), clock_.now() + Millis{7'000});
    pass(Millis{7'000});
    EXPECT_THAT(connector_->seen, SizeIs(3));
}

TEST_F(DispatcherTest, AShorterPauseDoesNotEndALongerOne) {
    open(1, 12);
    connector_->hold = true;
    Outcome later = outcome(Status::deferred, Class::throttle, Scope::provider);
    later.retry_after = std::chrono::seconds(900);
    connector_->script.assign(12, outcome(Status::deferred, Class::none, Scope::connection));
    connector_->script.front() = later;
    order(20);
    settle_down();
    connector_->release();
    settle_down();
    EXPECT_THAT(connector_->seen, SizeIs(12));
    EXPECT_EQ(lanes_[0].paused_until(), clock_.now() + Millis{900'000});
}

TEST_F(DispatcherTest, CloseLetsNothingMoreOut) {
    open(1, 3);
    connector_->hold = true;
    Outcome later = outcome(Status::deferred, Class::throttle, Scope::provider);
    later.retry_after = std::chrono::seconds(1);
    connector_->script = {outcome(Status::accepted), later,
                          outcome(Status::deferred, Class::none, Scope::connection)};
    order(9);
    settle_down();
    dispatcher_->close();
    EXPECT_EQ(dispatcher_->in_flight(), 3U);
    connector_->release();  // what is on its way goes on, and its outcome is kept
    settle_down();
    EXPECT_EQ(dispatcher_->in_flight(), 0U);
    EXPECT_EQ(rows(OutboxStatus::accepted), 1U);
    EXPECT_EQ(rows(OutboxStatus::ready), 8U);
    order(1);
    pass(Millis{10'000});
    pass(Millis{3'600'000});
    EXPECT_THAT(connector_->seen, SizeIs(3));
}

TEST_F(DispatcherTest, ACallNeedsItsSecret) {
    open();
    std::vector<InboundEvent> calls = {call(CallKind::track, "c1", "Viewed", "{}")};
    ASSERT_TRUE(shards_[0]->submit(std::move(calls), [](const Result<void>&) {}));
    settle_down();
    EXPECT_THAT(connector_->seen, IsEmpty());
    EXPECT_EQ(rows(OutboxStatus::ready), 1U);
    EXPECT_EQ(dispatcher_->in_flight(), 0U);
    secrets_["SLUICE_TEST_KEY"] = "hush";
    pass(Millis{73'000});
    ASSERT_THAT(connector_->seen, SizeIs(1));
    EXPECT_TRUE(connector_->seen[0].is_call);
    EXPECT_EQ(connector_->seen[0].secret, "hush");
    EXPECT_EQ(connector_->seen[0].url, "https://warehouse.example/hook");
    EXPECT_EQ(connector_->seen[0].message, "Warehouse");
    EXPECT_THAT(connector_->seen[0].body, ::testing::HasSubstr("\"customer\":\"c1\""));
}

/// With threads as in the daemon: every message goes out once, and never too many at a time.
TEST_F(DispatcherTest, ShardsOnTheirThreadsSendEverythingOnce) {
    open(3, 4);
    auto work = boost::asio::make_work_guard(io_);
    std::thread wire([this] { io_.run(); });
    for (auto& shard : shards_) {
        shard->start();
    }
    for (int round = 0; round < 20; ++round) {
        for (std::size_t shard = 0; shard < 3; ++shard) {
            order(5, shard);
        }
    }
    const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    std::size_t accepted = 0;
    while (accepted < 300 && std::chrono::steady_clock::now() < give_up) {
        accepted = 0;
        for (std::size_t shard = 0; shard < 3; ++shard) {
            std::promise<std::size_t> answer;
            auto count = answer.get_future();
            shards_[shard]->run(
                [&](Shard&) { answer.set_value(rows(OutboxStatus::accepted, shard)); });
            accepted += count.get();
        }
    }
    EXPECT_EQ(accepted, 300U);
    dispatcher_->close();
    for (auto& shard : shards_) {
        shard->stop();
    }
    work.reset();
    io_.stop();
    wire.join();
    EXPECT_THAT(connector_->seen, SizeIs(300));
    EXPECT_LE(connector_->on_wire_max, 4U);
    EXPECT_EQ(dispatcher_->in_flight(), 0U);
}

}  // namespace
}  // namespace sluice
