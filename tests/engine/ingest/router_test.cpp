#include "engine/ingest/router.hpp"

#include "engine/base/limits.hpp"
#include "engine/store/memory_store.hpp"
#include "tests/support/story.hpp"

#include <gmock/gmock.h>

namespace sluice {
namespace {

using ::testing::ElementsAre;

/// Three shards stepped by hand, so that the test decides which of them commits when.
class RouterTest : public ::testing::Test {
protected:
    void SetUp() override {
        auto program = testing::compile_text({testing::kShop, testing::kOpenPolicy});
        ASSERT_TRUE(program);
        auto releases = std::make_shared<Releases>();
        releases->add(1, program);
        std::vector<Shard*> pointers;
        for (std::uint32_t i = 0; i < 3; ++i) {
            shards_.push_back(std::make_unique<Shard>(
                i, std::make_unique<MemoryStore>(), releases,
                Shard::Shared{clock_, suppressions_, lanes_, [](std::vector<ClaimedMessage>) {}}));
            ASSERT_TRUE(shards_.back()->recover().has_value());
            pointers.push_back(shards_.back().get());
        }
        router_ = std::make_unique<Router>(std::move(pointers));
    }
    /// The n-th customer that belongs to a shard.
    static std::string of_shard(std::uint32_t shard, int n = 0) {
        for (int i = 0;; ++i) {
            const std::string id = "c" + std::to_string(i);
            if (shard_number(id, 3) == shard && n-- == 0) {
                return id;
            }
        }
    }
    InboundEvent event(std::string customer, std::string anonymous = "") {
        InboundEvent made;
        made.name = "Viewed";
        made.data = "{}";
        made.customer = std::move(customer);
        made.anonymous_id = std::move(anonymous);
        made.message_id = "m" + std::to_string(next_id_++);
        made.occurred_at = clock_.now();
        made.received_at = clock_.now();
        return made;
    }
    bool submit(std::vector<InboundEvent> events) {
        return router_->submit(std::move(events), [this](Result<void> result) {
            answers_.push_back(result.has_value() ? "done" : result.error().detail);
        });
    }
    void commit(std::size_t shard) {
        while (shards_[shard]->step()) {
        }
    }
    std::size_t events(std::size_t shard) { return shards_[shard]->counters().events.load(); }
    /// Leaves room for this many events in a shard's inbox.
    void fill(std::size_t shard, std::size_t room) {
        std::vector<InboundEvent> many;
        for (std::size_t i = 0; i + room < limits::kInboxMax; ++i) {
            many.push_back(event(of_shard(static_cast<std::uint32_t>(shard))));
        }
        ASSERT_TRUE(shards_[shard]->submit(std::move(many), [](const Result<void>&) {}));
    }

    ManualClock clock_{testing::utc("2026-03-02 10:00")};
    SuppressionList suppressions_;
    Lanes lanes_;
    std::vector<std::unique_ptr<Shard>> shards_;
    std::unique_ptr<Router> router_;
    std::vector<std::string> answers_;
    int next_id_ = 0;
};

TEST_F(RouterTest, ARequestOverSeveralShardsIsAcknowledgedOnceAfterTheLastCommit) {
    ASSERT_TRUE(submit({event(of_shard(0)), event(of_shard(2)), event(of_shard(1)),
                        event(of_shard(0, 1)), event(of_shard(2))}));
    EXPECT_TRUE(answers_.empty());
    commit(2);
    commit(0);
    EXPECT_TRUE(answers_.empty());
    commit(1);
    EXPECT_THAT(answers_, ElementsAre("done"));
    EXPECT_EQ(events(0), 2U);
    EXPECT_EQ(events(1), 1U);
    EXPECT_EQ(events(2), 2U);
}

TEST_F(RouterTest, ARequestWithoutEventsIsDoneAtOnce) {
    ASSERT_TRUE(submit({}));
    EXPECT_THAT(answers_, ElementsAre("done"));
}

TEST_F(RouterTest, EveryCustomerHasOneShardAndTheShardsShareThem) {
    std::array<int, 3> count{};
    for (int i = 0; i < 3'000; ++i) {
        const std::string id = "customer-" + std::to_string(i);
        const std::uint32_t shard = shard_number(id, 3);
        ASSERT_LT(shard, 3U);
        EXPECT_EQ(&router_->shard_of(id), shards_[shard].get());
        ++count[shard];
    }
    for (int one : count) {
        EXPECT_GT(one, 800);
    }
    // With the same data another number of shards moves whole partitions only.
    EXPECT_EQ(shard_number("customer-1", 1), 0U);
}

TEST_F(RouterTest, AnAnonymousVisitorIsKnownFromTheIdentifyingCallOn) {
    ASSERT_TRUE(submit({event("", "web-1")}));
    EXPECT_EQ(router_->person_of("anonymous:web-1"), "anonymous:web-1");
    const std::string ana = of_shard(1);
    ASSERT_TRUE(submit({event(ana, "web-1"), event("", "web-1")}));
    EXPECT_EQ(router_->person_of("anonymous:web-1"), ana);
    ASSERT_TRUE(submit({event("", "web-1"), event("", "web-2")}));
    for (std::size_t shard = 0; shard < 3; ++shard) {
        commit(shard);
    }
    EXPECT_THAT(answers_, ElementsAre("done", "done", "done"));
    const auto story_of = [&](const std::string& id) {
        Shard& shard = router_->shard_of(id);
        const auto no = shard.store().find(id);
        std::size_t count = 0;
        if (no) {
            EXPECT_TRUE(shard.store()
                            .journal(*no,
                                     [&](const JournalEntry& entry) {
                                         count += entry.kind == JournalKind::event ? 1U : 0U;
                                         return true;
                                     })
                            .has_value());
        }
        return count;
    };
    EXPECT_EQ(story_of("anonymous:web-1"), 1U);
    EXPECT_EQ(story_of(ana), 3U);
    EXPECT_EQ(story_of("anonymous:web-2"), 1U);
    EXPECT_THAT(shards_[1]->store().links_of("anonymous:web-1").value(),
                ElementsAre(IdentityLink{"anonymous:web-1", ana, clock_.now(), false}));
}

TEST_F(RouterTest, TheNewestLinkOfARecordCountsInWhateverOrderLinksAreTold) {
    const auto link = [](std::string record, std::string person, std::int64_t at) {
        return IdentityLink{std::move(record), std::move(person), from_ms(at), false};
    };
    router_->learn(link("anonymous:web-1", "ana", 20));
    EXPECT_EQ(router_->person_of("anonymous:web-1"), "ana");
    router_->learn(link("anonymous:web-1", "bo", 10));
    EXPECT_EQ(router_->person_of("anonymous:web-1"), "ana");
    router_->learn(link("anonymous:web-1", "bo", 30));
    EXPECT_EQ(router_->person_of("anonymous:web-1"), "bo");
    router_->learn(link("anonymous:web-1", "abe", 30));
    EXPECT_EQ(router_->person_of("anonymous:web-1"), "bo");
}

TEST_F(RouterTest, LinksAreFollowedToTheirEnd) {
    router_->learn({"anonymous:web-1", "ana", from_ms(1), true});
    router_->learn({"ana", "anna", from_ms(2), true});
    EXPECT_EQ(router_->person_of("anonymous:web-1"), "anna");
    EXPECT_EQ(router_->person_of("ana"), "anna");
    EXPECT_EQ(router_->person_of("anna"), "anna");
}

TEST_F(RouterTest, ALinkIsWantedUntilAStoreHasIt) {
    const IdentityLink link{"anonymous:web-1", "ana", from_ms(1), false};
    EXPECT_TRUE(router_->wanted(link));
    ASSERT_TRUE(submit({event("ana", "web-1")}));
    EXPECT_TRUE(router_->wanted(link));
    router_->learn(link);
    EXPECT_FALSE(router_->wanted(link));
    EXPECT_TRUE(router_->wanted({"anonymous:web-1", "bo", from_ms(2), false}));
}

/// Of two ids linked to each other the first word stands: what comes later is hers already.
TEST_F(RouterTest, AliasesThatWouldCloseACircleAreIgnored) {
    const auto alias = [this](std::string previous, std::string id) {
        InboundEvent call = event(std::move(id), std::move(previous));
        call.kind = CallKind::alias;
        call.name.clear();
        return call;
    };
    ASSERT_TRUE(submit({alias("ana", "anna"), alias("anna", "ana"), alias("anja", "ana")}));
    for (const char* id : {"ana", "anna", "anja", "anonymous:ana", "anonymous:anja"}) {
        EXPECT_EQ(router_->person_of(id), "anna") << id;
    }
}

TEST_F(RouterTest, AFullInboxRefusesTheRequest) {
    fill(0, 1);
    EXPECT_FALSE(submit({event(of_shard(0)), event(of_shard(0))}));
    EXPECT_TRUE(answers_.empty());
    ASSERT_TRUE(submit({event(of_shard(0))}));
    EXPECT_FALSE(submit({event(of_shard(0))}));
    while (answers_.empty()) {
        ASSERT_TRUE(shards_[0]->step());
    }
    EXPECT_THAT(answers_, ElementsAre("done"));
    EXPECT_TRUE(submit({event(of_shard(0))}));
}

/// Part of the request was taken before the full shard was met: the client is told to come back,
/// and the taken part is recognised by its message ids.
TEST_F(RouterTest, ARequestThatMeetsAFullShardHalfwayIsAnsweredOnceAsUnavailable) {
    fill(2, 0);
    const std::vector<InboundEvent> request = {event(of_shard(0)), event(of_shard(2)),
                                               event(of_shard(1))};
    ASSERT_TRUE(submit(request));
    EXPECT_TRUE(answers_.empty());
    commit(0);
    commit(1);
    EXPECT_THAT(answers_, ElementsAre("a shard's inbox is full"));
    commit(2);
    const std::size_t before = events(2);
    ASSERT_TRUE(submit(request));
    for (std::size_t shard = 0; shard < 3; ++shard) {
        commit(shard);
    }
    EXPECT_THAT(answers_, ElementsAre("a shard's inbox is full", "done"));
    EXPECT_EQ(events(0), 1U);
    EXPECT_EQ(events(1), 1U);
    EXPECT_EQ(events(2), before + 1);
    EXPECT_EQ(shards_[0]->counters().duplicates.load(), 1U);
}

TEST_F(RouterTest, AStoppedShardTakesNothing) {
    shards_[1]->stop();
    EXPECT_FALSE(submit({event(of_shard(1))}));
    EXPECT_TRUE(answers_.empty());
}

}  // namespace
}  // namespace sluice
