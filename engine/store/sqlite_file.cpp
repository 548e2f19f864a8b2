#include "engine/store/sqlite_file.hpp"

#include "engine/store/file_lock.hpp"

#include <array>
#include <filesystem>
#include <string_view>
#include <system_error>

namespace sluice {
namespace {

// Step n takes a file from schema n to n + 1. Steps are only ever appended.
//
// Packs are append-only and written in row order: SQLite is fast when it appends and slow when it
// touches random pages. Tables for questions (outbox and below) are ordinary ones. The body of a
// message stands apart from its row, so that a change of status does not rewrite it.
constexpr std::array<std::string_view, 2> kMigrations = {R"sql(
CREATE TABLE meta(key TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE state_pack(id INTEGER PRIMARY KEY, body BLOB NOT NULL);
CREATE TABLE journal_pack(id INTEGER PRIMARY KEY, body BLOB NOT NULL);
CREATE TABLE dedupe_pack(id INTEGER PRIMARY KEY, body BLOB NOT NULL);
CREATE TABLE outbox(
    seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, customer TEXT NOT NULL,
    is_call INTEGER NOT NULL, channel INTEGER NOT NULL, status INTEGER NOT NULL,
    created_at INTEGER NOT NULL, not_before INTEGER NOT NULL, expires_at INTEGER NOT NULL,
    attempts INTEGER NOT NULL, outcome TEXT NOT NULL, provider_id TEXT NOT NULL);
CREATE INDEX outbox_open ON outbox(status, seq) WHERE status IN (0, 1, 4);
CREATE TABLE outbox_body(seq INTEGER PRIMARY KEY, body BLOB NOT NULL);
CREATE TABLE attempt(
    message_id TEXT NOT NULL, number INTEGER NOT NULL, started_at INTEGER NOT NULL,
    finished_at INTEGER NOT NULL, connector TEXT NOT NULL, outcome TEXT NOT NULL,
    PRIMARY KEY(message_id, number)) WITHOUT ROWID;
CREATE TABLE suppression(
    channel INTEGER NOT NULL, address BLOB NOT NULL, reason TEXT NOT NULL, at INTEGER NOT NULL,
    PRIMARY KEY(channel, address)) WITHOUT ROWID;
CREATE TABLE identity(anonymous_id TEXT PRIMARY KEY, customer TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE release(
    number INTEGER PRIMARY KEY, program_hash TEXT NOT NULL, at INTEGER NOT NULL,
    bundle BLOB NOT NULL, options TEXT NOT NULL);
)sql",
                                                         R"sql(
CREATE TABLE link(
    record TEXT NOT NULL, customer TEXT NOT NULL, at INTEGER NOT NULL, done INTEGER NOT NULL,
    PRIMARY KEY(record, customer)) WITHOUT ROWID;
INSERT INTO link SELECT 'anonymous:' || anonymous_id, customer, 0, 0 FROM identity;
DROP TABLE identity;
)sql"};

// FULL: an acknowledged commit outlives a power loss. FAST overwrites deleted rows where that costs
// no extra page. The log is checkpointed by Store::maintain alone.
constexpr std::string_view kWriterPragmas =
    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=0;"
    "PRAGMA secure_delete=FAST; PRAGMA cache_size=-16384; PRAGMA temp_store=MEMORY;"
    "PRAGMA foreign_keys=OFF;";

Result<std::int64_t> meta_integer(Connection& file, std::string_view key) {
    SLUICE_TRY(Statement statement, file.prepare("SELECT value FROM meta WHERE key = ?1"));
    SLUICE_TRY(bool row, statement.bind_text(1, key).step());
    return row ? statement.integer(0) : -1;
}

Result<void> set_meta(Connection& file, std::string_view key, std::int64_t value) {
    SLUICE_TRY(Statement statement, file.prepare("INSERT INTO meta(key, value) VALUES(?1, ?2)"));
    return statement.bind_text(1, key).bind(2, value).run();
}

Result<void> check_place(Connection& file, const ShardPlace& place) {
    SLUICE_TRY(std::int64_t shard, meta_integer(file, "shard"));
    SLUICE_TRY(std::int64_t shards, meta_integer(file, "shards"));
    if (shard == place.shard && shards == place.shards) {
        return success();
    }
    auto number = [](auto value) { return std::to_string(value); };
    return fail(Errc::config, "the store holds shard " + number(shard) + " of " + number(shards) +
                                  " but is opened as shard " + number(place.shard) + " of " +
                                  number(place.shards) +
                                  "; the number of shards is fixed when a project is initialised");
}

/// The schema of the file; 0 for a new, empty one.
Result<std::int64_t> schema_of(Connection& file) {
    SLUICE_TRY(std::int64_t application, file.query_integer("PRAGMA application_id"));
    SLUICE_TRY(std::int64_t version, file.query_integer("PRAGMA user_version"));
    SLUICE_TRY(std::int64_t tables, file.query_integer("SELECT count(*) FROM sqlite_schema"));
    if (application != kApplicationId && (application != 0 || version != 0 || tables != 0)) {
        return fail(Errc::config, "the file is a database of another program");
    }
    if (version > newest_schema()) {
        return fail(Errc::unsupported, "the store has schema " + std::to_string(version) +
                                           ", written by a newer sluice; this one knows up to " +
                                           std::to_string(newest_schema()));
    }
    return version;
}

Result<void> migrate(Connection& file, const ShardPlace& place) {
    SLUICE_TRY(std::int64_t version, schema_of(file));
    if (version == newest_schema()) {
        return success();
    }
    // One transaction: a crash in the middle leaves the older schema, whole.
    SLUICE_TRY(file.execute("BEGIN IMMEDIATE"));
    for (auto step = static_cast<std::size_t>(version); step < kMigrations.size(); ++step) {
        SLUICE_TRY(file.execute(std::string(kMigrations[step])));
    }
    if (version == 0) {
        SLUICE_TRY(file.execute("PRAGMA application_id=" + std::to_string(kApplicationId)));
        SLUICE_TRY(set_meta(file, "shard", place.shard));
        SLUICE_TRY(set_meta(file, "shards", place.shards));
    }
    SLUICE_TRY(file.execute("PRAGMA user_version=" + std::to_string(newest_schema())));
    return file.execute("COMMIT");
}

Result<void> prepare_writer(Connection& file, const ShardPlace& place) {
    SLUICE_TRY(schema_of(file));  // before the first write to what may be somebody else's file
    SLUICE_TRY(file.execute(std::string(kWriterPragmas)));
    SLUICE_TRY(migrate(file, place));
    return check_place(file, place);
}

Result<void> prepare_reader(Connection& file, const ShardPlace& place) {
    file.keep_wal_on_close();
    SLUICE_TRY(std::int64_t version, schema_of(file));
    if (version < newest_schema()) {
        return fail(Errc::unsupported, "the store has schema " + std::to_string(version) +
                                           "; start the daemon once to migrate it");
    }
    return check_place(file, place);
}

Error within(const std::string& path, const Error& error) {
    return Error{error.code, "open " + path + ": " + error.detail};
}

}  // namespace

std::int64_t newest_schema() {
    return static_cast<std::int64_t>(kMigrations.size());
}

Result<Connection> open_writer(const std::string& path, const ShardPlace& place) {
    SLUICE_TRY(create_private_file(path));
    SLUICE_TRY(Connection file, Connection::open(path, Connection::Mode::read_write));
    if (auto ready = prepare_writer(file, place); !ready) {
        Error error = within(path, ready.error());
        return fail(error.code, std::move(error.detail));
    }
    return file;
}

Result<Connection> open_reader(const std::string& path, const ShardPlace& place) {
    std::error_code ignored;
    if (!std::filesystem::exists(path, ignored)) {
        return fail(Errc::not_found, "open " + path + ": there is no such store");
    }
    SLUICE_TRY(Connection file, Connection::open(path, Connection::Mode::read_only));
    if (auto ready = prepare_reader(file, place); !ready) {
        Error error = within(path, ready.error());
        return fail(error.code, std::move(error.detail));
    }
    return file;
}

}  // namespace sluice
