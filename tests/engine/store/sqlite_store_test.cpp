// What only the store in a file promises: who may open it, what damage it finds, readers, recovery
// from what a crash leaves, and a disk that refuses.

#include "engine/store/sqlite_store.hpp"

#include "tests/engine/store/store_fixture.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <sys/resource.h>
#include <csignal>
#include <fstream>

namespace sluice::store_test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class SqliteStoreTest : public ::testing::Test {
protected:
    [[nodiscard]] SqliteStore::Options options() const {
        SqliteStore::Options out;
        out.path = path_;
        return out;
    }
    std::unique_ptr<Store> open() {
        auto opened = SqliteStore::open(options());
        EXPECT_TRUE(opened) << opened.error().detail;
        return opened ? std::move(opened).value() : nullptr;
    }
    std::unique_ptr<SqliteStore> open_reader() {
        auto opened = SqliteStore::open_reader(options());
        EXPECT_TRUE(opened) << opened.error().detail;
        return opened ? std::move(opened).value() : nullptr;
    }
    // Why opening is refused.
    static Error refusal(const SqliteStore::Options& options) {
        auto opened = SqliteStore::open(options);
        return opened ? Error{Errc::invalid_argument, "it opened"} : opened.error();
    }
    // Runs SQL on the file as somebody else would.
    void edit(const std::string& sql) {
        sqlite3* database = nullptr;
        ASSERT_EQ(sqlite3_open(path_.c_str(), &database), SQLITE_OK);
        char* why = nullptr;
        EXPECT_EQ(sqlite3_exec(database, sql.c_str(), nullptr, nullptr, &why), SQLITE_OK) << why;
        sqlite3_close(database);
    }

    TempFolder folder_;
    std::string path_ = folder_.file("shard.db");
};

TEST_F(SqliteStoreTest, ASecondWriterIsRefusedUntilTheFirstIsGone) {
    auto first = open();
    const Error error = refusal(options());
    EXPECT_EQ(error.code, Errc::unavailable);
    EXPECT_THAT(error.detail, HasSubstr("already open by another sluice process"));
    EXPECT_THAT(error.detail, HasSubstr(std::to_string(::getpid())));
    first.reset();
    EXPECT_NE(open(), nullptr);
}

TEST_F(SqliteStoreTest, TheFileIsForItsOwnerAlone) {
    auto store = open();
    ASSERT_TRUE(store->commit(commit_of({write("anna", "s")})));
    for (const char* suffix : {"", "-wal", "-shm", ".lock"}) {
        auto rights = std::filesystem::status(path_ + suffix).permissions();
        EXPECT_EQ(rights & std::filesystem::perms::all,
                  std::filesystem::perms::owner_read | std::filesystem::perms::owner_write)
            << suffix;
    }
}

TEST_F(SqliteStoreTest, AnotherShardsFileIsRefused) {
    auto shard_two = options();
    shard_two.shard = 2;
    shard_two.shards = 4;
    ASSERT_TRUE(SqliteStore::open(shard_two));
    EXPECT_TRUE(SqliteStore::open(shard_two));
    auto wrong_number = shard_two;
    wrong_number.shard = 1;
    auto wrong_count = shard_two;
    wrong_count.shards = 8;
    for (const auto& wrong : {wrong_number, wrong_count, options()}) {
        const Error error = refusal(wrong);
        EXPECT_EQ(error.code, Errc::config);
        EXPECT_THAT(error.detail, HasSubstr("holds shard 2 of 4"));
    }
    wrong_count.read_only = true;
    EXPECT_EQ(refusal(wrong_count).code, Errc::config);
}

TEST_F(SqliteStoreTest, ANewerSchemaIsRefused) {
    open();
    edit("PRAGMA user_version=99");
    auto reader = options();
    reader.read_only = true;
    for (const auto& one : {options(), reader}) {
        const Error error = refusal(one);
        EXPECT_EQ(error.code, Errc::unsupported);
        EXPECT_THAT(error.detail, HasSubstr("newer sluice"));
    }
}

/// What the first schema knew of identities becomes links whose past is still to be brought over.
TEST_F(SqliteStoreTest, TheFirstSchemaIsMigrated) {
    ASSERT_TRUE(open()->commit(commit_of({write("anna", "s")})));
    edit(
        "DROP TABLE link;"
        "CREATE TABLE identity(anonymous_id TEXT PRIMARY KEY, customer TEXT NOT NULL)"
        " WITHOUT ROWID;"
        "INSERT INTO identity VALUES('web-1', 'anna'), ('web-2', 'bert');"
        "PRAGMA user_version=1");
    auto reader = options();
    reader.read_only = true;
    EXPECT_EQ(refusal(reader).code, Errc::unsupported);
    auto store = open();
    ASSERT_NE(store, nullptr);
    EXPECT_EQ(store->load(0).value().state, "s");
    EXPECT_EQ(store->links_of("anonymous:web-1").value(),
              std::vector<IdentityLink>({{"anonymous:web-1", "anna", kEpoch, false}}));
    EXPECT_EQ(store->links_of("anonymous:web-2").value(),
              std::vector<IdentityLink>({{"anonymous:web-2", "bert", kEpoch, false}}));
    EXPECT_TRUE(store->links_of("web-1").value().empty());
}

TEST_F(SqliteStoreTest, AFileOfAnotherProgramIsRefusedAndLeftAlone) {
    edit("CREATE TABLE theirs(x); PRAGMA application_id=77");
    EXPECT_EQ(refusal(options()).code, Errc::config);
    edit("PRAGMA application_id=0");
    EXPECT_EQ(refusal(options()).code, Errc::config);
    edit("INSERT INTO theirs VALUES(1)");
}

TEST_F(SqliteStoreTest, AFileThatIsNoDatabaseIsCorrupt) {
    std::ofstream(path_) << std::string(5'000, 'x');
    EXPECT_EQ(refusal(options()).code, Errc::corrupt);
}

TEST_F(SqliteStoreTest, AFolderThatIsNotThereIsAnError) {
    auto nowhere = options();
    nowhere.path = folder_.file("missing/shard.db");
    EXPECT_EQ(refusal(nowhere).code, Errc::io);
    nowhere.read_only = true;
    EXPECT_EQ(refusal(nowhere).code, Errc::not_found);
}

TEST_F(SqliteStoreTest, ClosingLeavesNoLogBehind) {
    auto store = open();
    ASSERT_TRUE(store->commit(commit_of({write("anna", std::string(100'000, 's'))})));
    EXPECT_TRUE(std::filesystem::exists(path_ + "-wal"));
    store.reset();
    EXPECT_FALSE(std::filesystem::exists(path_ + "-wal"));
}

TEST_F(SqliteStoreTest, AnImageTakenWhileOpenHoldsEveryCommit) {
    auto store = open();
    for (int i = 0; i < 300; ++i) {
        const std::string name = "c" + std::to_string(i % 40);
        Commit commit = commit_of(
            {write(name, "s" + std::to_string(i), from_ms(i), {entry("j" + std::to_string(i))})});
        commit.dedupe = {message_id(i)};
        commit.outbox = {message("m" + std::to_string(i))};
        ASSERT_TRUE(store->commit(commit));
    }
    auto image = options();
    image.path = folder_.file("image.db");
    std::filesystem::copy_file(path_, image.path);
    std::filesystem::copy_file(path_ + "-wal", image.path + "-wal");
    auto opened = SqliteStore::open(image);
    ASSERT_TRUE(opened) << opened.error().detail;
    Store& copy = *opened.value();
    ASSERT_EQ(copy.customers(), 40U);
    for (CustomerNo no = 0; no < 40; ++no) {
        EXPECT_EQ(copy.load(no).value().state, store->load(no).value().state);
        EXPECT_EQ(journal_of(copy, no), journal_of(*store, no));
    }
    EXPECT_EQ(dues_of(copy), dues_of(*store));
    EXPECT_TRUE(copy.seen(message_id(0)) && copy.seen(message_id(299)));
    EXPECT_EQ(copy.outbox(OutboxStatus::ready, 1'000).value().size(), 300U);
}

TEST_F(SqliteStoreTest, ADamagedStateIsFoundByLoadAndByOpen) {
    auto store = open();
    ASSERT_TRUE(store->commit(commit_of({write("anna", std::string(50, 'a'))})));
    ASSERT_TRUE(store->commit(commit_of({write("bert", std::string(50, 'b'))})));
    edit(
        "UPDATE state_pack SET body = CAST(replace(body, x'62626262', x'62626362') AS BLOB)"
        " WHERE id = 2");
    EXPECT_TRUE(store->load(0));
    auto loaded = store->load(1);
    ASSERT_FALSE(loaded);
    EXPECT_EQ(loaded.error().code, Errc::corrupt);
    EXPECT_THAT(loaded.error().detail, HasSubstr("state_pack 2"));
    store.reset();
    const Error error = refusal(options());
    EXPECT_EQ(error.code, Errc::corrupt);
    EXPECT_THAT(error.detail, HasSubstr("state_pack 2"));
}

TEST_F(SqliteStoreTest, ADamagedJournalIsFoundByTheWalk) {
    auto store = open();
    for (const char* payload : {"one", "two", "three"}) {
        ASSERT_TRUE(store->commit(commit_of({write("anna", "s", kNever, {entry(payload)})})));
    }
    edit("UPDATE journal_pack SET body = substr(body, 1, length(body) - 1) WHERE id = 2");
    std::vector<std::string> found;
    auto walked = store->journal(0, [&](const JournalEntry& one) {
        found.push_back(one.payload);
        return true;
    });
    ASSERT_FALSE(walked);
    EXPECT_EQ(walked.error().code, Errc::corrupt);
    EXPECT_THAT(walked.error().detail, HasSubstr("journal_pack 2"));
    EXPECT_THAT(found, ElementsAre("three"));
}

TEST_F(SqliteStoreTest, AMissingPackIsDamageAndNotAnAnswer) {
    auto store = open();
    ASSERT_TRUE(store->commit(commit_of({write("anna", "s", kNever, {entry("one")})})));
    edit("DELETE FROM state_pack; DELETE FROM journal_pack");
    EXPECT_EQ(store->load(0).error().code, Errc::corrupt);
    EXPECT_EQ(store->journal(0, [](const auto&) { return true; }).error().code, Errc::corrupt);
}

TEST_F(SqliteStoreTest, DamagedDedupeIdsAreFoundByOpen) {
    auto store = open();
    Commit commit;
    commit.dedupe = {message_id(1)};
    ASSERT_TRUE(store->commit(commit));
    store.reset();
    edit("UPDATE dedupe_pack SET body = CAST(x'00' || substr(body, 2) AS BLOB)");
    const Error error = refusal(options());
    EXPECT_EQ(error.code, Errc::corrupt);
    EXPECT_THAT(error.detail, HasSubstr("dedupe_pack 1"));
}

TEST_F(SqliteStoreTest, ACustomerWithoutARecordIsFoundByOpen) {
    auto store = open();
    ASSERT_TRUE(store->commit(commit_of({write("anna", "s")})));
    ASSERT_TRUE(store->commit(commit_of({write("bert", "s")})));
    store.reset();
    edit("DELETE FROM state_pack WHERE id = 1");
    EXPECT_EQ(refusal(options()).code, Errc::corrupt);
}

TEST_F(SqliteStoreTest, AReaderSeesWhatWasCommittedAndReloads) {
    auto store = open();
    Commit commit = commit_of({write("anna", "one", from_ms(5), {entry("1")})});
    commit.outbox = {message("m1")};
    ASSERT_TRUE(store->commit(commit));
    auto reader = open_reader();
    EXPECT_EQ(reader->load(0).value().state, "one");
    Commit later = commit_of({write("anna", "two", kNever, {entry("2")}), write("bert", "new")});
    later.dedupe = {message_id(1)};
    ASSERT_TRUE(store->commit(later));
    EXPECT_EQ(reader->load(0).value().state, "one");
    EXPECT_FALSE(reader->find("bert").has_value());
    EXPECT_THAT(journal_of(*reader, 0), ElementsAre("1"));
    ASSERT_TRUE(reader->reload());
    EXPECT_EQ(reader->load(0).value().state, "two");
    EXPECT_EQ(reader->find("bert"), 1U);
    EXPECT_THAT(journal_of(*reader, 0), ElementsAre("2", "1"));
    EXPECT_TRUE(dues_of(*reader).empty());
    EXPECT_TRUE(reader->seen(message_id(1)));
    EXPECT_TRUE(reader->outbox_row("m1").value().has_value());
}

TEST_F(SqliteStoreTest, AReaderWorksWithoutAWriterAndChangesNothing) {
    ASSERT_TRUE(open()->commit(commit_of({write("anna", "one")})));
    auto reader = open_reader();
    ASSERT_NE(reader, nullptr);
    EXPECT_EQ(reader->load(0).value().state, "one");
    EXPECT_EQ(reader->commit(commit_of({write("anna", "two")})).error().code, Errc::unsupported);
    EXPECT_EQ(reader->add_release(Release{}).error().code, Errc::unsupported);
    EXPECT_FALSE(reader->maintain().value());
    EXPECT_NE(open(), nullptr) << "a reader does not keep a writer out";
}

TEST_F(SqliteStoreTest, AReaderDoesNotKeepTheLogFromBeginningAnew) {
    auto tuned = options();
    tuned.tuning.checkpoint_from_bytes = 64'000;
    auto store = std::move(SqliteStore::open(tuned)).value();
    ASSERT_TRUE(store->commit(commit_of({write("anna", "one", kNever, {entry("1")})})));
    auto reader = open_reader();
    for (int i = 0; i < 400; ++i) {
        ASSERT_TRUE(store->commit(commit_of({write("anna", std::string(2'000, 'x'))})));
        ASSERT_TRUE(store->maintain());
        ASSERT_TRUE(reader->load(0));
        ASSERT_EQ(journal_of(*reader, 0).size(), 1U);
        ASSERT_TRUE(reader->outbox(OutboxStatus::ready, 1));
    }
    EXPECT_LT(std::filesystem::file_size(path_ + "-wal"), 400'000U);
}

TEST_F(SqliteStoreTest, TheLogIsBoundedWithoutMaintenance) {
    auto tuned = options();
    tuned.tuning.wal_bytes_max = 200'000;
    auto store = std::move(SqliteStore::open(tuned)).value();
    for (int i = 0; i < 300; ++i) {
        ASSERT_TRUE(store->commit(commit_of({write("anna", std::string(4'000, 'x'))})));
    }
    EXPECT_LT(std::filesystem::file_size(path_ + "-wal"), 400'000U);
}

TEST_F(SqliteStoreTest, IdsThatLeftTheWindowAreDeleted) {
    auto tuned = options();
    tuned.tuning.dedupe_entries_max = 100;
    auto store = std::move(SqliteStore::open(tuned)).value();
    for (int i = 0; i < 500; ++i) {
        Commit commit;
        commit.dedupe = {message_id(2 * i), message_id(2 * i + 1)};
        ASSERT_TRUE(store->commit(commit));
        ASSERT_TRUE(store->maintain());
    }
    auto raw = std::move(Connection::open(path_, Connection::Mode::read_only)).value();
    const auto packs = raw.query_integer("SELECT count(*) FROM dedupe_pack").value();
    EXPECT_GE(packs, 50);
    EXPECT_LE(packs, 52);
}

// The operating system refuses to let the log grow: the nearest thing to a full disk in a test.
class FileSizeLimit {
public:
    explicit FileSizeLimit(rlim_t bytes) {
        std::signal(SIGXFSZ, SIG_IGN);
        ::getrlimit(RLIMIT_FSIZE, &before_);
        rlimit limited = before_;
        limited.rlim_cur = bytes;
        ::setrlimit(RLIMIT_FSIZE, &limited);
    }
    ~FileSizeLimit() { ::setrlimit(RLIMIT_FSIZE, &before_); }
    FileSizeLimit(const FileSizeLimit&) = delete;
    FileSizeLimit& operator=(const FileSizeLimit&) = delete;

private:
    rlimit before_{};
};

TEST_F(SqliteStoreTest, AfterAFailedCommitEveryCallSaysReopen) {
    auto store = open();
    Commit first = commit_of({write("anna", "before", from_ms(1), {entry("1")})});
    first.dedupe = {message_id(1)};
    ASSERT_TRUE(store->commit(first));
    {
        FileSizeLimit limit(std::filesystem::file_size(path_ + "-wal"));
        Commit commit = commit_of({write("anna", std::string(20'000, 'x')), write("bert", "b")});
        commit.dedupe = {message_id(2)};
        auto done = store->commit(commit);
        ASSERT_FALSE(done);
        EXPECT_EQ(done.error().code, Errc::io) << done.error().detail;
    }
    EXPECT_EQ(store->load(0).error().code, Errc::io);
    EXPECT_EQ(store->commit(Commit{}).error().code, Errc::io);
    EXPECT_EQ(store->journal(0, [](const auto&) { return true; }).error().code, Errc::io);
    EXPECT_EQ(store->due([](CustomerNo, Instant) {}).error().code, Errc::io);
    EXPECT_EQ(store->outbox(OutboxStatus::ready, 1).error().code, Errc::io);
    EXPECT_EQ(store->outbox_row("m").error().code, Errc::io);
    EXPECT_EQ(store->attempts("m").error().code, Errc::io);
    EXPECT_EQ(store->releases().error().code, Errc::io);
    EXPECT_EQ(store->add_release(Release{}).error().code, Errc::io);
    EXPECT_EQ(store->maintain().error().code, Errc::io);
    EXPECT_EQ(store->suppression(1, message_id(1))->reason, "store_error");
    EXPECT_EQ(store->links_of("anonymous:a").error().code, Errc::io);
    EXPECT_EQ(store->customers(), 1U);
    EXPECT_FALSE(store->find("bert").has_value());
    EXPECT_FALSE(store->seen(message_id(2)));
    store.reset();
    store = open();
    EXPECT_EQ(store->load(0).value().state, "before");
    EXPECT_EQ(store->customers(), 1U);
    EXPECT_TRUE(store->seen(message_id(1)));
    EXPECT_FALSE(store->seen(message_id(2)));
}

TEST_F(SqliteStoreTest, OpenRowsAreFoundByTheirIndex) {
    open();
    sqlite3* database = nullptr;
    ASSERT_EQ(sqlite3_open(path_.c_str(), &database), SQLITE_OK);
    sqlite3_stmt* plan = nullptr;
    ASSERT_EQ(sqlite3_prepare_v2(database,
                                 "EXPLAIN QUERY PLAN SELECT id FROM outbox o WHERE o.status IN "
                                 "(0, 1, 4) AND o.status = 0 ORDER BY o.seq LIMIT 5",
                                 -1, &plan, nullptr),
              SQLITE_OK);
    ASSERT_EQ(sqlite3_step(plan), SQLITE_ROW);
    const std::string text = reinterpret_cast<const char*>(sqlite3_column_text(plan, 3));
    EXPECT_THAT(text, HasSubstr("INDEX outbox_open"));
    EXPECT_EQ(sqlite3_step(plan), SQLITE_DONE) << "no sorting";
    sqlite3_finalize(plan);
    sqlite3_close(database);
}

}  // namespace
}  // namespace sluice::store_test
