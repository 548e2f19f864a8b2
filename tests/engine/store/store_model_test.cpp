// Random commits against a plain model: the store in memory, the store in a file and the model must
// agree at every look, through compaction, checkpoints, refused commits and reopening.

#include "tests/engine/store/store_fixture.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace sluice::store_test {
namespace {

struct ModelCustomer {
    CustomerNo no = 0;
    std::string state;
    Instant due = kNever;
    std::vector<std::string> journal;  // oldest first
};

// Numbers so small that a few hundred commits compact, checkpoint and trim many times.
StoreTuning restless() {
    StoreTuning tuning;
    tuning.dedupe_entries_max = 200;
    tuning.compact_from_bytes = 10'000;
    tuning.compact_step_bytes = 8'000;
    tuning.checkpoint_from_bytes = 100'000;
    return tuning;
}

class StoreModelTest : public ::testing::TestWithParam<int> {
protected:
    void SetUp() override {
        random_.seed(static_cast<unsigned>(GetParam()));
        file_ = open_sqlite(path_, restless());
        ASSERT_NE(file_, nullptr);
    }
    std::size_t below(std::size_t bound) { return random_() % bound; }

    CustomerWrite random_write(const std::string& name) {
        CustomerWrite out = write(name, std::string(below(900), static_cast<char>(random_())));
        out.due = below(3) == 0 ? kNever : from_ms(static_cast<std::int64_t>(below(1'000'000)));
        for (std::size_t i = below(4); i > 0; --i) {
            out.journal.push_back(entry("entry " + std::to_string(entries_++)));
        }
        return out;
    }
    Commit random_commit() {
        Commit commit;
        std::map<std::string, int> chosen;
        for (std::size_t i = below(12); i > 0; --i) {
            const std::string name = "customer-" + std::to_string(below(80));
            if (chosen.emplace(name, 0).second) {
                commit.customers.push_back(random_write(name));
            }
        }
        for (std::size_t i = below(4); i > 0; --i) {
            commit.dedupe.push_back(message_id(static_cast<int>(below(600))));
        }
        add_messages(commit);
        return commit;
    }
    void add_messages(Commit& commit) {
        for (std::size_t i = below(3); i > 0; --i) {
            // Sometimes an id that is there already, so that whole commits are refused too.
            const std::size_t id = below(20) == 0 && messages_ > 0 ? below(messages_) : messages_++;
            commit.outbox.push_back(message("m" + std::to_string(id)));
        }
        for (std::size_t i = messages_ > 0 ? below(3) : 0; i > 0; --i) {
            OutboxUpdate update;
            update.id = "m" + std::to_string(below(messages_));
            update.status = static_cast<OutboxStatus>(below(6));
            update.outcome = std::to_string(below(1'000));
            commit.outbox_updates.push_back(update);
        }
    }
    void apply(const Commit& commit) {
        auto in_file = file_->commit(commit);
        auto in_memory = memory_.commit(commit);
        ASSERT_EQ(static_cast<bool>(in_file), static_cast<bool>(in_memory));
        if (!in_file) {
            EXPECT_EQ(in_file.error().code, in_memory.error().code);
            ++refused_;
            return;
        }
        EXPECT_EQ(in_file.value(), in_memory.value());
        for (const CustomerWrite& one : commit.customers) {
            ModelCustomer& customer =
                model_
                    .try_emplace(one.customer, ModelCustomer{CustomerNo(model_.size()), {}, {}, {}})
                    .first->second;
            customer.state = one.state;
            customer.due = one.due;
            for (const JournalEntry& happened : one.journal) {
                customer.journal.push_back(happened.payload);
            }
        }
    }
    void expect_like_model(Store& store) {
        ASSERT_EQ(store.customers(), model_.size());
        std::map<CustomerNo, Instant> dues;
        for (const auto& [name, want] : model_) {
            ASSERT_EQ(store.find(name), want.no) << name;
            auto loaded = store.load(want.no);
            ASSERT_TRUE(loaded) << loaded.error().detail;
            EXPECT_EQ(loaded.value().customer, name);
            EXPECT_EQ(loaded.value().state, want.state);
            EXPECT_EQ(loaded.value().due, want.due);
            std::vector<std::string> newest_first(want.journal.rbegin(), want.journal.rend());
            EXPECT_EQ(journal_of(store, want.no), newest_first);
            if (want.due != kNever) {
                dues.emplace(want.no, want.due);
            }
        }
        auto found = dues_of(store);
        EXPECT_EQ((std::map<CustomerNo, Instant>(found.begin(), found.end())), dues);
    }
    void expect_stores_equal() {
        for (int id = 0; id < 600; ++id) {
            ASSERT_EQ(file_->seen(message_id(id)), memory_.seen(message_id(id))) << id;
        }
        for (int status = 0; status < 6; ++status) {
            const auto which = static_cast<OutboxStatus>(status);
            auto in_file = file_->outbox(which, 10'000).value();
            auto in_memory = memory_.outbox(which, 10'000).value();
            ASSERT_EQ(ids_of(in_file), ids_of(in_memory));
            for (std::size_t i = 0; i < in_file.size(); ++i) {
                EXPECT_EQ(in_file[i].outcome, in_memory[i].outcome);
            }
        }
    }

    TempFolder folder_;
    std::string path_ = folder_.file("shard.db");
    std::mt19937 random_;
    std::unique_ptr<Store> file_;
    MemoryStore memory_{restless().dedupe_entries_max};
    std::map<std::string, ModelCustomer> model_;
    std::size_t messages_ = 0;
    int entries_ = 0;
    int refused_ = 0;
};

TEST_P(StoreModelTest, BothStoresAgreeWithTheModel) {
    SqliteStore::Options look;
    look.path = path_;
    look.tuning = restless();
    auto reader = std::move(SqliteStore::open_reader(look)).value();
    for (int round = 0; round < 400; ++round) {
        SCOPED_TRACE("round " + std::to_string(round));
        apply(random_commit());
        for (std::size_t i = below(3); i > 0; --i) {
            ASSERT_TRUE(file_->maintain());
        }
        if (below(40) == 0) {
            file_.reset();
            file_ = open_sqlite(path_, restless());
            ASSERT_NE(file_, nullptr);
        }
        if (below(25) == 0) {
            expect_like_model(*file_);
            expect_like_model(memory_);
            expect_stores_equal();
            ASSERT_TRUE(reader->reload());
            expect_like_model(*reader);
        }
        ASSERT_FALSE(HasFatalFailure());
    }
    expect_like_model(*file_);
    expect_stores_equal();
    EXPECT_GT(refused_, 0) << "the refused commits were meant to be tested too";
    EXPECT_LT(refused_, 200);
}

INSTANTIATE_TEST_SUITE_P(Seeds, StoreModelTest, ::testing::Range(1, 9));

TEST(StoreCompactionTest, KeepsEveryRecordAndBoundsTheFile) {
    TempFolder folder;
    auto store = open_sqlite(folder.file("shard.db"), restless());
    std::mt19937 random(11);
    std::map<CustomerNo, std::string> newest;
    for (int round = 0; round < 3'000; ++round) {
        const auto no = static_cast<CustomerNo>(round < 200 ? round : random() % 200);
        newest[no] = std::to_string(round) + std::string(500, 's');
        ASSERT_TRUE(store->commit(commit_of({write("c" + std::to_string(no), newest[no])})));
        ASSERT_TRUE(store->maintain());
    }
    while (store->maintain().value()) {
    }
    const auto volume = static_cast<SqliteStore&>(*store).volume();
    EXPECT_LE(volume.dead(), volume.live);
    for (const auto& [no, state] : newest) {
        EXPECT_EQ(store->load(no).value().state, state);
    }
    store.reset();
    // 200 records of 540 bytes, at most as much again that is dead, and freed pages to be reused.
    EXPECT_LT(std::filesystem::file_size(folder.file("shard.db")), 1'000'000U);
    store = open_sqlite(folder.file("shard.db"), restless());
    for (const auto& [no, state] : newest) {
        EXPECT_EQ(store->load(no).value().state, state);
    }
    const auto again = static_cast<SqliteStore&>(*store).volume();
    EXPECT_EQ(again.live, volume.live);
    EXPECT_EQ(again.total, volume.total);
}

TEST(StoreCompactionTest, AReaderFollowsARecordThatWasMoved) {
    TempFolder folder;
    auto store = open_sqlite(folder.file("shard.db"), restless());
    ASSERT_TRUE(store->commit(commit_of({write("still", "the same for ever")})));
    SqliteStore::Options look;
    look.path = folder.file("shard.db");
    auto reader = std::move(SqliteStore::open_reader(look)).value();
    for (int i = 0; i < 100; ++i) {
        ASSERT_TRUE(store->commit(commit_of({write("busy", std::string(3'000, 'x'))})));
        ASSERT_TRUE(store->maintain());
    }
    EXPECT_FALSE(reader->find("busy").has_value());
    EXPECT_EQ(reader->load(0).value().state, "the same for ever");
    EXPECT_TRUE(reader->find("busy").has_value()) << "the record was moved, so it had to reload";
}

TEST(StoreCompactionTest, DamageStopsItBeforeAnythingIsDeleted) {
    TempFolder folder;
    const std::string path = folder.file("shard.db");
    auto store = open_sqlite(path, restless());
    ASSERT_TRUE(store->commit(commit_of({write("still", "the same for ever")})));
    for (int i = 0; i < 10; ++i) {
        ASSERT_TRUE(store->commit(commit_of({write("busy", std::string(3'000, 'x'))})));
    }
    auto raw = Connection::open(path, Connection::Mode::read_write);
    ASSERT_TRUE(raw);
    ASSERT_TRUE(
        raw.value().execute("UPDATE state_pack SET body = CAST('?' || substr(body, 2) AS"
                            " BLOB) WHERE id = 1"));
    auto worked = store->maintain();
    for (int i = 0; worked && i < 10; ++i) {  // it may begin with a checkpoint
        worked = store->maintain();
    }
    ASSERT_FALSE(worked);
    EXPECT_EQ(worked.error().code, Errc::corrupt);
    EXPECT_NE(worked.error().detail.find("state_pack 1"), std::string::npos);
    EXPECT_EQ(raw.value().query_integer("SELECT min(id) FROM state_pack").value(), 1);
    EXPECT_EQ(store->load(1).value().state.size(), 3'000U);
}

}  // namespace
}  // namespace sluice::store_test
