#pragma once

#include "engine/base/limits.hpp"
#include "engine/store/customer_index.hpp"
#include "engine/store/dedupe_set.hpp"
#include "engine/store/file_lock.hpp"
#include "engine/store/pack_writer.hpp"
#include "engine/store/query_tables.hpp"
#include "engine/store/sqlite_connection.hpp"
#include "engine/store/store.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace sluice {

/// When a store tidies up and how much it remembers. Tests make the numbers small; the defaults are
/// measured (docs/decisions/0002-storage-layout.md).
struct StoreTuning {
    std::size_t dedupe_entries_max = limits::kDedupeEntriesMax;
    std::uint64_t compact_from_bytes = 8U << 20U;     // dead state bytes below this are let be
    std::uint64_t compact_step_bytes = 4U << 20U;     // state bytes one maintain() goes through
    std::uint64_t checkpoint_from_bytes = 8U << 20U;  // log bytes maintain() lets gather
    std::uint64_t wal_bytes_max = 64U << 20U;         // here commit() makes the checkpoint itself
};

/// A Store in one SQLite file: records and journal appended in packs, found through memory.
///
/// Place:    engine/store; one a shard, opened by the daemon; readers by queries and verbs.
/// Owner:    see Store. A writer holds `<path>.lock` and is the only one that checkpoints.
/// Threads:  one. A reader in the same process is an instance of its own.
/// Errors:   after a COMMIT that failed, or a log that could not be synced, every further call
/// gives
///           Errc::io: reopen. find, customers and seen go on to answer from memory.
/// Crash:    what commit() returned is there after kill -9 and after power loss (WAL, FULL).
/// Readers:  see what was committed when they were opened or last reloaded; a record that
/// compaction
///           has moved since makes them reload by themselves. Tables are read as of now.
class SqliteStore final : public Store {
public:
    struct Options {
        std::string path;
        std::uint32_t shard = 0;
        std::uint32_t shards = 1;
        bool read_only = false;
        StoreTuning tuning = {};
    };
    /// Creates, migrates or recovers the file and rebuilds the index in memory by one sequential
    /// read. Errors: Errc::unavailable while another writer has it; Errc::unsupported for a newer
    /// schema; Errc::config for another shard's file; Errc::not_found for a reader without a file;
    /// Errc::corrupt, naming the pack; Errc::io.
    static Result<std::unique_ptr<Store>> open(Options options);
    /// The same with read_only set, for callers that reload().
    static Result<std::unique_ptr<SqliteStore>> open_reader(Options options);

    ~SqliteStore() override;
    SqliteStore(const SqliteStore&) = delete;
    SqliteStore& operator=(const SqliteStore&) = delete;

    /// Readers: takes in what was committed since. Costs only what is new.
    Result<void> reload();

    std::optional<CustomerNo> find(std::string_view customer) const override;
    [[nodiscard]] std::size_t customers() const override { return index_.size(); }
    Result<Loaded> load(CustomerNo no) override;
    Result<void> journal(CustomerNo no,
                         const std::function<bool(const JournalEntry&)>& visit) override;
    Result<std::vector<CustomerNo>> commit(const Commit& commit) override;
    [[nodiscard]] bool seen(const Digest& message_id) const override {
        return dedupe_.contains(message_id);
    }
    Result<void> due(const std::function<void(CustomerNo, Instant)>& visit) override;
    Result<std::vector<OutboxRow>> outbox(OutboxStatus status, std::size_t limit) override;
    /// As for the other walks over tables, `visit` must not change the store.
    Result<void> outbox_heads(OutboxStatus status,
                              const std::function<void(const OutboxRow&)>& visit) override;
    Result<std::optional<OutboxRow>> outbox_row(std::string_view id) override;
    Result<std::vector<AttemptRow>> attempts(std::string_view message_id) override;
    /// When the table cannot be read the address counts as suppressed (reason "store_error") and
    /// the store as failed: nobody is written to because a disk is broken.
    [[nodiscard]] std::optional<SuppressionRow> suppression(std::uint8_t channel,
                                                            const Digest& address) const override;
    Result<void> suppressions(const std::function<void(const SuppressionRow&)>& visit) override;
    Result<void> identities(const std::function<void(const IdentityLink&)>& visit) override;
    Result<std::vector<IdentityLink>> links_of(std::string_view record) override;
    Result<std::vector<Release>> releases() override;
    Result<void> add_release(const Release& release) override;
    Result<void> set_release_options(std::uint32_t number, const std::string& options) override;
    Result<std::string> note(std::string_view name) override;
    Result<void> set_note(std::string_view name, std::string_view text) override;
    Result<bool> maintain() override;

    /// Bytes of state frames in the file, and of those that are somebody's newest.
    struct Volume {
        std::uint64_t total = 0;
        std::uint64_t live = 0;
        [[nodiscard]] std::uint64_t dead() const { return total - live; }
    };
    [[nodiscard]] Volume volume() const { return volume_; }

private:
    struct Pending {  // one customer of the commit under way
        CustomerNo no = 0;
        bool is_new = false;
        SipHash128 print;
        CustomerSlot slot;
        Instant due = kNever;
    };
    using Move = std::pair<CustomerNo, Locator>;

    explicit SqliteStore(Options options);
    static Result<std::unique_ptr<SqliteStore>> make(Options options);
    Result<void> start();
    Result<void> prepare_writing();
    [[nodiscard]] Result<void> healthy() const;
    [[nodiscard]] Result<void> writable() const;

    // sqlite_scan.cpp: the index from the packs.
    Result<void> scan();
    Result<void> scan_state();
    Result<void> scan_dedupe();
    Result<void> take_pack(std::int64_t pack, std::string_view body);
    Result<void> scan_due(const std::function<void(CustomerNo, Instant)>& visit);

    // sqlite_commit.cpp: one transaction, then the index.
    Result<void> number_customers(const Commit& commit);
    Result<void> refuse_twice(const Commit& commit);
    void encode(const Commit& commit);
    Result<void> stage(const Commit& commit);
    Result<void> insert_packs(Statement& insert, const PackWriter& packs);
    Result<void> insert_dedupe();
    void publish();
    Result<void> begin_write();
    Result<void> end_write();
    void roll_back();
    void end_read();

    // sqlite_read.cpp: frames by locator.
    Result<void> begin_read();
    Result<Loaded> load_once(CustomerNo no);
    Result<JournalFrame> read_journal(CustomerNo no, Locator at);

    // sqlite_maintain.cpp
    Result<void> checkpoint();
    [[nodiscard]] bool checkpoint_due(std::uint64_t from_bytes) const;
    [[nodiscard]] bool compaction_due() const;
    Result<void> compact();
    Result<std::uint64_t> move_oldest();
    Result<void> keep_live(std::int64_t pack, std::string_view body);
    [[nodiscard]] bool trim_due() const;
    Result<void> trim_dedupe();
    Result<std::uint64_t> delete_evicted();

    Options options_;
    FileLock lock_;
    Connection file_;
    mutable std::optional<QueryTables> tables_;
    Statement begin_deferred_, begin_immediate_, commit_, roll_back_;
    Statement insert_state_, insert_journal_, insert_dedupe_;
    Statement oldest_state_, delete_state_, oldest_dedupe_, delete_dedupe_;
    BlobReader state_reader_;
    BlobReader journal_reader_;

    CustomerIndex index_;
    std::size_t placed_ = 0;  // slots that have a record; all of them but during a scan
    DedupeSet dedupe_;
    std::uint64_t dedupe_stored_ = 0;  // ids in the file, those already evicted included
    Volume volume_;
    std::int64_t last_state_pack_ = 0;
    std::int64_t last_journal_pack_ = 0;
    std::int64_t last_dedupe_pack_ = 0;

    mutable bool failed_ = false;
    bool reading_ = false;  // a read transaction spans the loads between two commits
    std::uint64_t page_bytes_ = 0;
    int wal_frames_ = 0;  // set by SQLite after each commit
    int wal_copied_ = 0;  // of these, in the database already

    // Scratch of a commit, kept for its memory.
    PackWriter state_packs_;
    PackWriter journal_packs_;
    std::vector<Pending> pending_;
    std::vector<Digest> fresh_;
    std::vector<Move> moves_;
    std::string buffer_;
};

}  // namespace sluice
