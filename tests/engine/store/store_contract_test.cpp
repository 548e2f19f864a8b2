// One suite for every Store: what engine/store/store.hpp promises, method by method. A store that
// keeps what it was given is also closed and opened again in the middle ("Reopen" does nothing for
// the one in memory).

#include "tests/engine/store/store_fixture.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

namespace sluice::store_test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

constexpr std::size_t kDedupeMax = 100;

struct Kind {
    const char* name;
    bool durable;
};

class StoreContractTest : public ::testing::TestWithParam<Kind> {
protected:
    void SetUp() override { open(); }

    void open() {
        if (!GetParam().durable) {
            store_ = std::make_unique<MemoryStore>(kDedupeMax);
            return;
        }
        StoreTuning tuning;
        tuning.dedupe_entries_max = kDedupeMax;
        store_ = open_sqlite(folder_.file("shard.db"), tuning);
        ASSERT_NE(store_, nullptr);
    }
    void reopen() {
        if (GetParam().durable) {
            store_.reset();
            open();
        }
    }
    // Commits and returns the code of the refusal, or nothing when it was taken.
    std::optional<Errc> refusal(const Commit& commit) {
        auto done = store_->commit(commit);
        return done ? std::nullopt : std::optional<Errc>(done.error().code);
    }
    std::vector<CustomerNo> must(const Commit& commit) {
        auto done = store_->commit(commit);
        EXPECT_TRUE(done) << done.error().detail;
        return done ? std::move(done).value() : std::vector<CustomerNo>{};
    }
    std::vector<std::string> with_status(OutboxStatus status, std::size_t limit = 100) {
        auto rows = store_->outbox(status, limit);
        EXPECT_TRUE(rows);
        return rows ? ids_of(rows.value()) : std::vector<std::string>{};
    }

    TempFolder folder_;
    std::unique_ptr<Store> store_;
};

TEST_P(StoreContractTest, ANewStoreIsEmpty) {
    EXPECT_EQ(store_->customers(), 0U);
    EXPECT_FALSE(store_->find("anna").has_value());
    EXPECT_EQ(store_->load(0).error().code, Errc::not_found);
    EXPECT_EQ(store_->journal(0, [](const auto&) { return true; }).error().code, Errc::not_found);
    EXPECT_FALSE(store_->seen(message_id(1)));
    EXPECT_THAT(dues_of(*store_), IsEmpty());
    EXPECT_THAT(with_status(OutboxStatus::ready), IsEmpty());
    EXPECT_FALSE(store_->outbox_row("m1").value().has_value());
    EXPECT_THAT(store_->attempts("m1").value(), IsEmpty());
    EXPECT_THAT(store_->releases().value(), IsEmpty());
    EXPECT_FALSE(store_->maintain().value());
}

TEST_P(StoreContractTest, AnEmptyCommitIsTaken) {
    EXPECT_THAT(must(Commit{}), IsEmpty());
    EXPECT_EQ(store_->customers(), 0U);
}

TEST_P(StoreContractTest, NumbersAreDenseInOrderOfFirstCommit) {
    EXPECT_THAT(must(commit_of({write("anna", "a"), write("bert", "b")})), ElementsAre(0, 1));
    EXPECT_THAT(must(commit_of({write("carl", "c"), write("anna", "a2"), write("dora", "d")})),
                ElementsAre(2, 0, 3));
    reopen();
    EXPECT_EQ(store_->customers(), 4U);
    EXPECT_EQ(store_->find("anna"), 0U);
    EXPECT_EQ(store_->find("dora"), 3U);
    EXPECT_FALSE(store_->find("ann").has_value());
    EXPECT_FALSE(store_->find("").has_value());
    EXPECT_THAT(must(commit_of({write("emil", "e")})), ElementsAre(4));
}

TEST_P(StoreContractTest, LoadGivesTheNewestRecord) {
    must(commit_of({write("anna", "first", from_ms(10))}));
    must(commit_of({write("anna", std::string("sec\0nd", 6), from_ms(20))}));
    for (int round = 0; round < 2; ++round) {
        auto loaded = store_->load(0);
        ASSERT_TRUE(loaded);
        EXPECT_EQ(loaded.value().customer, "anna");
        EXPECT_EQ(loaded.value().state, std::string("sec\0nd", 6));
        EXPECT_EQ(loaded.value().due, from_ms(20));
        reopen();
    }
    EXPECT_EQ(store_->load(1).error().code, Errc::not_found);
}

TEST_P(StoreContractTest, StatesOfAnySizeComeBack) {
    std::vector<std::size_t> sizes = {0, 1, 7'900, 8'000, 8'001, 70'000, 1'000'000};
    Commit commit;
    for (std::size_t size : sizes) {
        commit.customers.push_back(write("c" + std::to_string(size), std::string(size, 's'), kNever,
                                         {entry(std::string(size, 'j'))}));
    }
    must(commit);
    reopen();
    for (std::size_t size : sizes) {
        auto no = store_->find("c" + std::to_string(size));
        ASSERT_TRUE(no.has_value());
        EXPECT_EQ(store_->load(*no).value().state.size(), size);
        EXPECT_THAT(journal_of(*store_, *no), ElementsAre(std::string(size, 'j')));
    }
}

TEST_P(StoreContractTest, TheJournalIsWalkedNewestFirstAcrossCommits) {
    must(commit_of({write("anna", "s", kNever, {entry("1"), entry("2")}),
                    write("bert", "s", kNever, {entry("b1")})}));
    must(commit_of({write("anna", "s")}));
    must(commit_of(
        {write("bert", "s", kNever, {entry("b2")}), write("anna", "s", kNever, {entry("3")})}));
    reopen();
    must(commit_of({write("anna", "s", kNever, {entry("4"), entry("5")})}));
    EXPECT_THAT(journal_of(*store_, 0), ElementsAre("5", "4", "3", "2", "1"));
    EXPECT_THAT(journal_of(*store_, 1), ElementsAre("b2", "b1"));
}

TEST_P(StoreContractTest, JournalEntriesKeepKindTimeAndBytes) {
    const std::string payload("\0\xff binary", 9);
    must(commit_of({write("anna", "s", kNever,
                          {entry(payload, -5, JournalKind::trace),
                           entry("", 7'000'000'000'000, JournalKind::internal)})}));
    std::vector<JournalEntry> found;
    ASSERT_TRUE(store_->journal(0, [&](const JournalEntry& one) {
        found.push_back(one);
        return true;
    }));
    ASSERT_EQ(found.size(), 2U);
    EXPECT_EQ(found[0].kind, JournalKind::internal);
    EXPECT_EQ(found[0].at, from_ms(7'000'000'000'000));
    EXPECT_EQ(found[0].payload, "");
    EXPECT_EQ(found[1].kind, JournalKind::trace);
    EXPECT_EQ(found[1].at, from_ms(-5));
    EXPECT_EQ(found[1].payload, payload);
}

TEST_P(StoreContractTest, TheWalkStopsWhenTheVisitorSaysSo) {
    must(commit_of({write("anna", "s", kNever, {entry("1"), entry("2"), entry("3")})}));
    std::vector<std::string> found;
    ASSERT_TRUE(store_->journal(0, [&](const JournalEntry& one) {
        found.push_back(one.payload);
        return found.size() < 2;
    }));
    EXPECT_THAT(found, ElementsAre("3", "2"));
}

TEST_P(StoreContractTest, AVisitorMayUseTheStore) {
    must(commit_of({write("anna", "s", kNever, {entry("1"), entry("2")})}));
    int visited = 0;
    ASSERT_TRUE(store_->journal(0, [&](const JournalEntry&) {
        ++visited;
        EXPECT_EQ(store_->load(0).value().customer, "anna");
        must(commit_of({write("anna", "t", kNever, {entry("later")})}));
        return true;
    }));
    EXPECT_EQ(visited, 2);
    EXPECT_THAT(journal_of(*store_, 0), ElementsAre("later", "later", "2", "1"));
}

TEST_P(StoreContractTest, DueTimesAreRebuiltAtOpen) {
    must(commit_of(
        {write("anna", "s", from_ms(5)), write("bert", "s"), write("carl", "s", from_ms(7))}));
    must(commit_of({write("carl", "s"), write("bert", "s", from_ms(9))}));
    for (int round = 0; round < 2; ++round) {
        EXPECT_THAT(dues_of(*store_),
                    UnorderedElementsAre(Pair(0, from_ms(5)), Pair(1, from_ms(9))));
        reopen();
    }
}

TEST_P(StoreContractTest, ACustomerStandsOnceInACommit) {
    must(commit_of({write("anna", "before")}));
    EXPECT_EQ(refusal(commit_of({write("anna", "1"), write("bert", "1"), write("anna", "2")})),
              Errc::invalid_argument);
    EXPECT_EQ(refusal(commit_of({write("new", "1"), write("new", "2")})), Errc::invalid_argument);
    EXPECT_EQ(store_->customers(), 1U);
    EXPECT_EQ(store_->load(0).value().state, "before");
}

TEST_P(StoreContractTest, WhatNoFrameCanHoldIsRefused) {
    const std::string huge(5U << 20U, 'x');
    EXPECT_EQ(refusal(commit_of({write("", "s")})), Errc::invalid_argument);
    EXPECT_EQ(refusal(commit_of({write(std::string(70'000, 'c'), "s")})), Errc::invalid_argument);
    EXPECT_EQ(refusal(commit_of({write("anna", huge)})), Errc::invalid_argument);
    EXPECT_EQ(refusal(commit_of({write("anna", "s", kNever, {entry(huge)})})),
              Errc::invalid_argument);
    EXPECT_EQ(store_->customers(), 0U);
}

TEST_P(StoreContractTest, CustomerIdsAreBytes) {
    const std::string odd("an\0na\xff", 6);
    must(commit_of({write(odd, "s"), write("an", "t")}));
    reopen();
    EXPECT_EQ(store_->find(odd), 0U);
    EXPECT_EQ(store_->find("an"), 1U);
    EXPECT_EQ(store_->load(0).value().customer, odd);
}

TEST_P(StoreContractTest, SeenHoldsTheNewestIds) {
    for (int i = 0; i < 250; i += 10) {
        Commit commit;
        for (int k = i; k < i + 10; ++k) {
            commit.dedupe.push_back(message_id(k));
        }
        must(commit);
        if (i == 130) {
            reopen();
        }
    }
    for (int round = 0; round < 2; ++round) {
        for (int i = 0; i < 250; ++i) {
            EXPECT_EQ(store_->seen(message_id(i)), i >= 150) << i;
        }
        reopen();
    }
}

TEST_P(StoreContractTest, ARepeatedIdCountsOnce) {
    Commit commit;
    commit.dedupe = {message_id(0), message_id(0), message_id(1), message_id(0)};
    must(commit);
    must(commit);
    for (int i = 2; i < 101; ++i) {  // the 101st id of a window of 100 pushes the first one out
        Commit one;
        one.dedupe = {message_id(i)};
        must(one);
        EXPECT_EQ(store_->seen(message_id(0)), i < 100);
    }
    reopen();
    EXPECT_FALSE(store_->seen(message_id(0)));
    EXPECT_TRUE(store_->seen(message_id(1)));
}

TEST_P(StoreContractTest, EvictedIdsAreForgottenAfterMaintenanceToo) {
    for (int i = 0; i < 1'000; ++i) {
        Commit commit;
        commit.dedupe = {message_id(i)};
        must(commit);
        ASSERT_TRUE(store_->maintain());
    }
    reopen();
    for (int i = 0; i < 1'000; ++i) {
        EXPECT_EQ(store_->seen(message_id(i)), i >= 900) << i;
    }
}

TEST_P(StoreContractTest, OutboxRowsComeBackWhole) {
    OutboxRow row = message("m1", OutboxStatus::unknown);
    row.is_call = true;
    row.attempts = 3;
    row.provider_id = "p-1";
    Commit commit;
    commit.outbox = {row};
    must(commit);
    reopen();
    auto found = store_->outbox_row("m1").value();
    ASSERT_TRUE(found.has_value());
    EXPECT_EQ(found->id, "m1");
    EXPECT_EQ(found->customer, "anna");
    EXPECT_TRUE(found->is_call);
    EXPECT_EQ(found->channel, 2);
    EXPECT_EQ(found->status, OutboxStatus::unknown);
    EXPECT_EQ(found->created_at, from_ms(1'000));
    EXPECT_EQ(found->not_before, from_ms(2'000));
    EXPECT_EQ(found->expires_at, from_ms(9'000));
    EXPECT_EQ(found->attempts, 3U);
    EXPECT_EQ(found->outcome, "none yet");
    EXPECT_EQ(found->provider_id, "p-1");
    EXPECT_EQ(found->body, std::string("body\0with a zero", 16));
    EXPECT_FALSE(store_->outbox_row("m2").value().has_value());
}

TEST_P(StoreContractTest, OutboxIsListedByStatusOldestFirst) {
    Commit commit;
    commit.outbox = {message("z"), message("k", OutboxStatus::accepted), message("a"),
                     message("m")};
    must(commit);
    commit.outbox = {message("b"), message("c", OutboxStatus::failed)};
    must(commit);
    reopen();
    EXPECT_THAT(with_status(OutboxStatus::ready), ElementsAre("z", "a", "m", "b"));
    EXPECT_THAT(with_status(OutboxStatus::ready, 2), ElementsAre("z", "a"));
    EXPECT_THAT(with_status(OutboxStatus::ready, 0), IsEmpty());
    EXPECT_THAT(with_status(OutboxStatus::accepted), ElementsAre("k"));
    EXPECT_THAT(with_status(OutboxStatus::failed), ElementsAre("c"));
    EXPECT_THAT(with_status(OutboxStatus::claimed), IsEmpty());
    EXPECT_THAT(with_status(OutboxStatus::unknown), IsEmpty());
    EXPECT_THAT(with_status(OutboxStatus::skipped), IsEmpty());
}

TEST_P(StoreContractTest, HeadsAreEveryRowOfAStatusWithoutItsBody) {
    Commit commit;
    for (int i = 0; i < 50; ++i) {
        commit.outbox.push_back(message("m" + std::to_string(i)));
    }
    commit.outbox.push_back(message("done", OutboxStatus::accepted));
    must(commit);
    reopen();
    std::vector<OutboxRow> heads;
    auto keep = [&](const OutboxRow& row) { heads.push_back(row); };
    ASSERT_TRUE(store_->outbox_heads(OutboxStatus::ready, keep));
    ASSERT_EQ(heads.size(), 50U);
    for (const OutboxRow& head : heads) {
        EXPECT_EQ(head.body, "");
        EXPECT_EQ(head.status, OutboxStatus::ready);
        EXPECT_EQ(head.not_before, from_ms(2'000));
        EXPECT_TRUE(store_->outbox_row(head.id).value().has_value());
    }
    heads.clear();
    ASSERT_TRUE(store_->outbox_heads(OutboxStatus::accepted, keep));
    EXPECT_THAT(ids_of(heads), ElementsAre("done"));
}

TEST_P(StoreContractTest, AnUpdateMovesARowBetweenStatuses) {
    Commit commit;
    commit.outbox = {message("m1"), message("m2")};
    must(commit);
    for (auto status : {OutboxStatus::claimed, OutboxStatus::unknown, OutboxStatus::ready,
                        OutboxStatus::accepted}) {
        Commit change;
        change.outbox_updates = {OutboxUpdate{"m1", status, from_ms(77), 4, "250 ok", "p-9"}};
        must(change);
        EXPECT_EQ(store_->outbox_row("m1").value()->status, status);
        const bool ready = status == OutboxStatus::ready;
        EXPECT_EQ(with_status(OutboxStatus::ready).size(), ready ? 2U : 1U);
    }
    reopen();
    auto row = store_->outbox_row("m1").value();
    EXPECT_EQ(row->not_before, from_ms(77));
    EXPECT_EQ(row->attempts, 4U);
    EXPECT_EQ(row->outcome, "250 ok");
    EXPECT_EQ(row->provider_id, "p-9");
    EXPECT_EQ(row->body, message("m1").body);
    EXPECT_THAT(with_status(OutboxStatus::accepted), ElementsAre("m1"));
}

TEST_P(StoreContractTest, ARowMayBeUpdatedInTheCommitThatAddsIt) {
    Commit commit;
    commit.outbox = {message("m1")};
    commit.outbox_updates = {OutboxUpdate{"m1", OutboxStatus::skipped, kEpoch, 0, "quiet", ""}};
    must(commit);
    EXPECT_THAT(with_status(OutboxStatus::skipped), ElementsAre("m1"));
}

TEST_P(StoreContractTest, AttemptsAreKeptInOrderAndFinished) {
    Commit commit;
    commit.attempts = {AttemptRow{"m1", 2, from_ms(20), kNever, "smtp", ""},
                       AttemptRow{"m1", 1, from_ms(10), kNever, "smtp", ""},
                       AttemptRow{"m10", 1, from_ms(10), kNever, "smtp", ""}};
    commit.attempts_finished = {AttemptRow{"m1", 1, kEpoch, from_ms(15), "ignored", "deferred"}};
    must(commit);
    reopen();
    auto rows = store_->attempts("m1").value();
    ASSERT_EQ(rows.size(), 2U);
    EXPECT_EQ(rows[0].message_id, "m1");
    EXPECT_EQ(rows[0].number, 1U);
    EXPECT_EQ(rows[0].started_at, from_ms(10));
    EXPECT_EQ(rows[0].finished_at, from_ms(15));
    EXPECT_EQ(rows[0].connector, "smtp");
    EXPECT_EQ(rows[0].outcome, "deferred");
    EXPECT_EQ(rows[1].number, 2U);
    EXPECT_EQ(rows[1].finished_at, kNever);
    EXPECT_THAT(store_->attempts("m").value(), IsEmpty());
}

TEST_P(StoreContractTest, SuppressionsAreByChannelAndAddressAndTheLastOneStands) {
    Commit commit;
    commit.suppressions = {SuppressionRow{1, message_id(1), "manual", from_ms(1)},
                           SuppressionRow{2, message_id(2), "manual", from_ms(2)}};
    must(commit);
    commit.suppressions = {SuppressionRow{1, message_id(1), "bounce_hard", from_ms(3)}};
    must(commit);
    reopen();
    auto found = store_->suppression(1, message_id(1));
    ASSERT_TRUE(found.has_value());
    EXPECT_EQ(found->channel, 1);
    EXPECT_EQ(found->address, message_id(1));
    EXPECT_EQ(found->reason, "bounce_hard");
    EXPECT_EQ(found->at, from_ms(3));
    EXPECT_FALSE(store_->suppression(2, message_id(1)).has_value());
    EXPECT_TRUE(store_->suppression(2, message_id(2)).has_value());
    std::vector<std::pair<int, std::string>> all;
    ASSERT_TRUE(store_->suppressions([&](const SuppressionRow& row) {
        EXPECT_EQ(row.address, message_id(row.channel));
        all.emplace_back(row.channel, row.reason);
    }));
    EXPECT_THAT(all, UnorderedElementsAre(Pair(1, "bounce_hard"), Pair(2, "manual")));
}

TEST_P(StoreContractTest, TheLinksOfARecordAreFoundNewestFirst) {
    const IdentityLink one{"anonymous:1", "anna", from_ms(10), false};
    const IdentityLink other{"anonymous:1", "bert", from_ms(20), false};
    const IdentityLink same_time{"anonymous:1", "carl", from_ms(20), true};
    const IdentityLink known{"a-2", "anna", kEpoch, false};
    Commit commit;
    commit.identities = {one, known};
    must(commit);
    commit.identities = {other, same_time};
    must(commit);
    reopen();
    EXPECT_THAT(store_->links_of("anonymous:1").value(), ElementsAre(same_time, other, one));
    EXPECT_THAT(store_->links_of("a-2").value(), ElementsAre(known));
    EXPECT_THAT(store_->links_of("anonymous:").value(), IsEmpty());
    EXPECT_THAT(store_->links_of("anonymous:11").value(), IsEmpty());
    std::vector<IdentityLink> all;
    ASSERT_TRUE(store_->identities([&](const IdentityLink& link) { all.push_back(link); }));
    EXPECT_THAT(all, UnorderedElementsAre(one, other, same_time, known));
}

TEST_P(StoreContractTest, ALinkThatIsCommittedAgainKeepsTheLaterTimeAndStaysDone) {
    Commit commit;
    commit.identities = {{"anonymous:1", "anna", from_ms(10), false}};
    must(commit);
    commit.identities = {{"anonymous:1", "anna", from_ms(30), true}};
    must(commit);
    commit.identities = {{"anonymous:1", "anna", from_ms(20), false}};
    must(commit);
    reopen();
    EXPECT_THAT(store_->links_of("anonymous:1").value(),
                ElementsAre(IdentityLink{"anonymous:1", "anna", from_ms(30), true}));
}

TEST_P(StoreContractTest, ReleasesAreListedInOrderAndGivenOnce) {
    ASSERT_TRUE(store_->add_release(Release{2, "hash-2", from_ms(20), "bundle 2"}));
    ASSERT_TRUE(store_->add_release(Release{1, "hash-1", from_ms(10), std::string("b\0", 2)}));
    EXPECT_EQ(store_->add_release(Release{2, "other", from_ms(30), "x"}).error().code,
              Errc::conflict);
    reopen();
    auto releases = store_->releases().value();
    ASSERT_EQ(releases.size(), 2U);
    EXPECT_EQ(releases[0].number, 1U);
    EXPECT_EQ(releases[0].bundle, std::string("b\0", 2));
    EXPECT_EQ(releases[1].program_hash, "hash-2");
    EXPECT_EQ(releases[1].at, from_ms(20));
}

TEST_P(StoreContractTest, TheOptionsOfAReleaseMayChangeAndNothingElseOfIt) {
    ASSERT_TRUE(store_->add_release(Release{1, "hash-1", from_ms(10), "bundle", "old"}));
    ASSERT_TRUE(store_->add_release(Release{2, "hash-2", from_ms(20), "bundle 2", "kept"}));
    ASSERT_TRUE(store_->set_release_options(1, "new"));
    EXPECT_EQ(store_->set_release_options(3, "new").error().code, Errc::not_found);
    reopen();
    auto releases = store_->releases().value();
    ASSERT_EQ(releases.size(), 2U);
    EXPECT_EQ(releases[0].options, "new");
    EXPECT_EQ(releases[0].bundle, "bundle");
    EXPECT_EQ(releases[1].options, "kept");
}

TEST_P(StoreContractTest, ANoteIsWhatWasLastSet) {
    EXPECT_EQ(store_->note("experiments").value(), "");
    ASSERT_TRUE(store_->set_note("experiments", "first"));
    ASSERT_TRUE(store_->set_note("shard", "other"));  // no key of the store's own is touched
    ASSERT_TRUE(store_->set_note("experiments", std::string("s\0cond", 7)));
    reopen();
    EXPECT_EQ(store_->note("experiments").value(), std::string("s\0cond", 7));
    EXPECT_EQ(store_->note("shard").value(), "other");
    EXPECT_EQ(store_->note("experiment").value(), "");
}

// Every way to be refused, each in a commit that also changes everything else.
struct Refusal {
    const char* name;
    Errc want;
    std::function<void(Commit&)> spoil;
};

std::vector<Refusal> refusals() {
    const AttemptRow old{"m0", 1, kEpoch, kNever, "c", ""};
    const AttemptRow none{"m0", 9, kEpoch, kNever, "c", ""};
    return {
        {"stored outbox id", Errc::conflict, [](Commit& c) { c.outbox.push_back(message("m0")); }},
        {"outbox id twice", Errc::conflict, [](Commit& c) { c.outbox.push_back(message("m1")); }},
        {"unknown outbox id", Errc::not_found,
         [](Commit& c) {
             c.outbox_updates.push_back(OutboxUpdate{"m9", {}, {}, 0, "", ""});
         }},
        {"stored attempt", Errc::conflict, [=](Commit& c) { c.attempts.push_back(old); }},
        {"unknown attempt", Errc::not_found,
         [=](Commit& c) { c.attempts_finished.push_back(none); }},
        {"customer twice", Errc::invalid_argument,
         [](Commit& c) { c.customers.push_back(c.customers.front()); }},
    };
}

TEST_P(StoreContractTest, ARefusedCommitLeavesNothingBehind) {
    Commit before = commit_of({write("anna", "before", from_ms(1), {entry("j0")})});
    before.outbox = {message("m0")};
    before.attempts = {AttemptRow{"m0", 1, kEpoch, kNever, "c", ""}};
    must(before);
    for (const Refusal& one : refusals()) {
        SCOPED_TRACE(one.name);
        Commit commit = commit_of({write("anna", "after", from_ms(2), {entry("j1")}),
                                   write("bert", "new", from_ms(3), {entry("b1")})});
        commit.outbox = {message("m1")};
        commit.outbox_updates = {OutboxUpdate{"m0", OutboxStatus::claimed, {}, 1, "", ""}};
        commit.attempts = {AttemptRow{"m1", 1, kEpoch, kNever, "c", ""}};
        commit.attempts_finished = {AttemptRow{"m0", 1, kEpoch, from_ms(9), "c", "done"}};
        commit.suppressions = {SuppressionRow{1, message_id(1), "manual", kEpoch}};
        commit.identities = {IdentityLink{"anonymous:1", "anna", kEpoch, false}};
        commit.dedupe = {message_id(5)};
        one.spoil(commit);
        EXPECT_EQ(refusal(commit), one.want);
        reopen();
        EXPECT_EQ(store_->customers(), 1U);
        EXPECT_FALSE(store_->find("bert").has_value());
        EXPECT_EQ(store_->load(0).value().state, "before");
        EXPECT_THAT(journal_of(*store_, 0), ElementsAre("j0"));
        EXPECT_THAT(dues_of(*store_), ElementsAre(Pair(0, from_ms(1))));
        EXPECT_THAT(with_status(OutboxStatus::ready), ElementsAre("m0"));
        EXPECT_THAT(with_status(OutboxStatus::claimed), IsEmpty());
        EXPECT_THAT(store_->attempts("m1").value(), IsEmpty());
        EXPECT_EQ(store_->attempts("m0").value().at(0).finished_at, kNever);
        EXPECT_FALSE(store_->suppression(1, message_id(1)).has_value());
        EXPECT_THAT(store_->links_of("anonymous:1").value(), IsEmpty());
        EXPECT_FALSE(store_->seen(message_id(5)));
    }
    EXPECT_THAT(must(commit_of({write("bert", "b")})), ElementsAre(1));
}

INSTANTIATE_TEST_SUITE_P(All, StoreContractTest,
                         ::testing::Values(Kind{"Memory", false}, Kind{"Sqlite", true}),
                         [](const auto& one) { return std::string(one.param.name); });

}  // namespace
}  // namespace sluice::store_test
