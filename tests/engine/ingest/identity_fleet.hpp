#pragma once

#include "engine/ingest/courier.hpp"
#include "engine/model/codec.hpp"
#include "engine/runtime/explain.hpp"
#include "tests/engine/store/store_fixture.hpp"
#include "tests/support/story.hpp"

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

namespace sluice::testing {

/// Several shards with a router and a courier, stepped by hand on one thread and a clock that is
/// told the time. What they keep in memory is lost with the fleet, what is on disk survives
/// crash().
class IdentityFleet {
public:
    enum class Kept : std::uint8_t { in_memory, on_disk };

    IdentityFleet(std::uint32_t shards, std::shared_ptr<const dsl::Program> program,
                  Kept kept = Kept::in_memory)
        : shards_(shards), kept_(kept) {
        auto releases = std::make_shared<Releases>();
        releases->add(1, std::move(program));
        releases_ = std::move(releases);
        clock_.set(utc("2026-03-02 10:00"));
        open();
    }
    IdentityFleet(const IdentityFleet&) = delete;
    IdentityFleet& operator=(const IdentityFleet&) = delete;

    /// Every shard is lost and made anew from its store, and what is open is gone through again.
    void crash() {
        ASSERT_EQ(kept_, Kept::on_disk);
        fleet_.clear();
        open();
    }
    void deploy(std::shared_ptr<const dsl::Program> program) {
        auto releases = std::make_shared<Releases>(*releases_);
        releases->add(releases->current() + 1, std::move(program));
        releases_ = std::move(releases);
        for (auto& shard : fleet_) {
            shard->set_releases(releases_);
        }
    }

    /// From now on messages leave; nobody says what becomes of them.
    void open_lanes() {
        for (Lane& lane : lanes_) {
            lane.open("sink", 100, false);
        }
    }

    [[nodiscard]] Instant now() const { return clock_.now(); }
    void set_time(Instant at) { clock_.set(at); }
    /// Everything due up to the instant happens at its own time.
    void pass_to(Instant at) {
        settle();
        for (Instant due = next_due(); due <= at; due = next_due()) {
            clock_.set(std::max(due, clock_.now()));
            settle();
        }
        clock_.set(at);
        settle();
    }
    void pass(Millis time) { pass_to(clock_.now() + time); }
    /// Until nobody has anything to do now.
    void settle() {
        for (bool more = true; more;) {
            more = false;
            for (auto& shard : fleet_) {
                more = shard->step() || more;
            }
        }
    }
    bool step(std::size_t shard) { return fleet_[shard]->step(); }

    /// A call by a user id, an anonymous id, or both, as it comes at this moment.
    InboundEvent call(CallKind kind, std::string user, std::string anonymous, std::string name = "",
                      std::string data = "{}") {
        InboundEvent event;
        event.kind = kind;
        event.customer = std::move(user);
        event.anonymous_id = std::move(anonymous);
        event.name = std::move(name);
        event.data = std::move(data);
        event.message_id = "m" + std::to_string(++calls_);
        event.occurred_at = clock_.now();
        event.received_at = clock_.now();
        return event;
    }
    /// Into the inboxes; answered() counts what has become durable.
    void submit(InboundEvent event) {
        ASSERT_TRUE(router_->submit({std::move(event)}, [this](const Result<void>& done) {
            ASSERT_TRUE(done.has_value()) << done.error().detail;
            ++answered_;
        }));
    }
    void send(InboundEvent event) {
        const int before = answered_;
        submit(std::move(event));
        settle();
        ASSERT_EQ(answered_, before + 1);
    }
    void track(std::string user, std::string anonymous, std::string name, std::string data = "{}") {
        send(call(CallKind::track, std::move(user), std::move(anonymous), std::move(name),
                  std::move(data)));
    }
    void identify(std::string user, std::string anonymous, std::string traits = "{}") {
        send(
            call(CallKind::identify, std::move(user), std::move(anonymous), "", std::move(traits)));
    }
    void alias(std::string previous, std::string user) {
        send(call(CallKind::alias, std::move(user), std::move(previous)));
    }

    [[nodiscard]] int answered() const { return answered_; }
    [[nodiscard]] Router& router() { return *router_; }
    [[nodiscard]] Courier& courier() { return courier_; }
    [[nodiscard]] Shard& shard_of(const std::string& record) { return router_->shard_of(record); }
    [[nodiscard]] std::vector<std::unique_ptr<Shard>>& shards() { return fleet_; }
    [[nodiscard]] const Releases& releases() const { return *releases_; }

    /// The record of exactly this id, as kept.
    [[nodiscard]] Customer record(const std::string& id) {
        auto found = shard_of(id).customer(id);
        EXPECT_TRUE(found.has_value()) << id;
        return found.has_value() ? found.value() : Customer{};
    }
    [[nodiscard]] bool exists(const std::string& id) {
        return shard_of(id).store().find(id).has_value();
    }
    [[nodiscard]] std::vector<IdentityLink> links() {
        std::vector<IdentityLink> out;
        for (auto& shard : fleet_) {
            EXPECT_TRUE(
                shard->store().identities([&](const IdentityLink& link) { out.push_back(link); }));
        }
        std::sort(out.begin(), out.end(), [](const IdentityLink& a, const IdentityLink& b) {
            return std::pair(a.record, a.customer) < std::pair(b.record, b.customer);
        });
        return out;
    }
    /// Every record and every journal, as bytes.
    [[nodiscard]] std::vector<std::string> everything() {
        std::vector<std::string> out;
        for (auto& shard : fleet_) {
            Store& store = shard->store();
            for (CustomerNo no = 0; no < store.customers(); ++no) {
                out.push_back(store.load(no).value().state);
                for (const std::string& payload : store_test::journal_of(store, no)) {
                    out.push_back(payload);
                }
            }
        }
        return out;
    }
    /// The story of a person, decisions and events, in words.
    [[nodiscard]] std::string story(const std::string& id) {
        const std::string person = router_->person_of(id);
        auto told = read_story(shard_of(person).store(), person, {});
        EXPECT_TRUE(told.has_value());
        return told.has_value() ? render_text(told.value()) : "";
    }

private:
    void open() {
        std::vector<Shard*> pointers;
        for (std::uint32_t number = 0; number < shards_; ++number) {
            Shard::Shared shared{clock_, suppressions_, lanes_, [](std::vector<ClaimedMessage>) {}};
            shared.shards = shards_;
            shared.identity = courier_.port();
            fleet_.push_back(
                std::make_unique<Shard>(number, store_of(number), releases_, std::move(shared)));
            pointers.push_back(fleet_.back().get());
        }
        router_ = std::make_unique<Router>(std::move(pointers));
        courier_.connect(*router_);
        std::vector<IdentityLink> known;
        for (auto& shard : fleet_) {
            ASSERT_TRUE(shard->recover().has_value());
            ASSERT_TRUE(shard->store().identities([&](const IdentityLink& link) {
                router_->learn(link);
                known.push_back(link);
            }));
        }
        courier_.bring(known);
    }
    std::unique_ptr<Store> store_of(std::uint32_t number) {
        if (kept_ == Kept::in_memory) {
            return std::make_unique<MemoryStore>();
        }
        SqliteStore::Options options;
        options.path = folder_.file("shard-" + std::to_string(number) + ".db");
        options.shard = number;
        options.shards = shards_;
        auto opened = SqliteStore::open(std::move(options));
        EXPECT_TRUE(opened.has_value());
        return std::move(opened.value());
    }
    Instant next_due() {
        Instant next = kNever;
        for (auto& shard : fleet_) {
            EXPECT_TRUE(
                shard->store().due([&](CustomerNo, Instant due) { next = std::min(next, due); }));
        }
        return next;
    }

    const std::uint32_t shards_;
    const Kept kept_;
    store_test::TempFolder folder_;
    ManualClock clock_;
    SuppressionList suppressions_;
    Lanes lanes_;  // closed: what may go out stays where it is
    std::shared_ptr<const Releases> releases_;
    Courier courier_;
    std::unique_ptr<Router> router_;
    std::vector<std::unique_ptr<Shard>> fleet_;
    int calls_ = 0;
    int answered_ = 0;
};

}  // namespace sluice::testing
