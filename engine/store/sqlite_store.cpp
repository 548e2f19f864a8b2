#include "engine/store/sqlite_store.hpp"

#include "engine/store/sqlite_file.hpp"

namespace sluice {

SqliteStore::SqliteStore(Options options)
    : options_(std::move(options)),
      state_reader_(file_, "state_pack"),
      journal_reader_(file_, "journal_pack"),
      dedupe_(options_.tuning.dedupe_entries_max) {}

SqliteStore::~SqliteStore() {
    end_read();
    if (options_.read_only) {
        return;
    }
    if (failed_) {
        // What the log holds is for the next one to judge; a broken disk is not written to again.
        file_.keep_wal_on_close();
    } else if (tables_) {
        // Closing has nobody to report to; what is not copied now is copied at the next open.
        static_cast<void>(file_.checkpoint(Connection::Checkpoint::truncate));
    }
}

Result<std::unique_ptr<SqliteStore>> SqliteStore::make(Options options) {
    std::unique_ptr<SqliteStore> store(new SqliteStore(std::move(options)));
    SLUICE_TRY(store->start());
    return store;
}

Result<std::unique_ptr<Store>> SqliteStore::open(Options options) {
    SLUICE_TRY(auto store, make(std::move(options)));
    return std::unique_ptr<Store>(std::move(store));
}

Result<std::unique_ptr<SqliteStore>> SqliteStore::open_reader(Options options) {
    options.read_only = true;
    return make(std::move(options));
}

Result<void> SqliteStore::start() {
    const ShardPlace place{options_.shard, options_.shards};
    if (options_.read_only) {
        SLUICE_TRY(file_, sluice::open_reader(options_.path, place));
    } else {
        SLUICE_TRY(lock_, FileLock::take(options_.path));
        SLUICE_TRY(file_, open_writer(options_.path, place));
        SLUICE_TRY(prepare_writing());
    }
    SLUICE_TRY(begin_deferred_, file_.prepare("BEGIN"));
    SLUICE_TRY(commit_, file_.prepare("COMMIT"));
    SLUICE_TRY(roll_back_, file_.prepare("ROLLBACK"));
    SLUICE_TRY(tables_, QueryTables::prepare(file_));
    if (auto scanned = reload(); !scanned) {
        Error error = scanned.error();
        return fail(error.code, "open " + options_.path + ": " + error.detail);
    }
    return success();
}

Result<void> SqliteStore::prepare_writing() {
    SLUICE_TRY(begin_immediate_, file_.prepare("BEGIN IMMEDIATE"));
    SLUICE_TRY(insert_state_, file_.prepare("INSERT INTO state_pack VALUES(?1, ?2)"));
    SLUICE_TRY(insert_journal_, file_.prepare("INSERT INTO journal_pack VALUES(?1, ?2)"));
    SLUICE_TRY(insert_dedupe_, file_.prepare("INSERT INTO dedupe_pack VALUES(?1, ?2)"));
    SLUICE_TRY(oldest_state_, file_.prepare("SELECT id, body FROM state_pack ORDER BY id"));
    SLUICE_TRY(delete_state_, file_.prepare("DELETE FROM state_pack WHERE id <= ?1"));
    SLUICE_TRY(oldest_dedupe_,
               file_.prepare("SELECT id, length(body) FROM dedupe_pack ORDER BY id LIMIT 1000"));
    SLUICE_TRY(delete_dedupe_, file_.prepare("DELETE FROM dedupe_pack WHERE id <= ?1"));
    SLUICE_TRY(std::int64_t page, file_.query_integer("PRAGMA page_size"));
    SLUICE_TRY(last_journal_pack_, file_.query_integer("SELECT max(id) FROM journal_pack"));
    page_bytes_ = static_cast<std::uint64_t>(page);
    file_.watch_wal(&wal_frames_);
    // What a crash left in the log goes into the database before the log is added to.
    SLUICE_TRY(file_.checkpoint(Connection::Checkpoint::truncate));
    return success();
}

Result<void> SqliteStore::healthy() const {
    if (failed_) {
        return fail(Errc::io, "the store failed earlier: reopen " + options_.path);
    }
    return success();
}

Result<void> SqliteStore::writable() const {
    if (options_.read_only) {
        return fail(Errc::unsupported, "the store was opened for reading only");
    }
    return healthy();
}

}  // namespace sluice
