#include "engine/store/sqlite_connection.hpp"

#include <sqlite3.h>

#include <utility>

namespace sluice {
namespace {

// A reader that recovers the log after a crash holds its locks for as long as that takes.
constexpr int kBusyTimeoutMs = 5'000;

Errc code_of(int extended) {
    switch (extended & 0xff) {
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
            return Errc::corrupt;
        case SQLITE_CONSTRAINT:
            return Errc::conflict;
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
            return Errc::unavailable;
        default:
            return Errc::io;
    }
}

Error error_of(sqlite3* database, std::string_view doing) {
    std::string detail(doing);
    detail += ": ";
    detail += sqlite3_errmsg(database);
    return Error{code_of(sqlite3_extended_errcode(database)), std::move(detail)};
}

int on_commit(void* frames, sqlite3*, const char*, int pages) {
    *static_cast<int*>(frames) = pages;
    return SQLITE_OK;
}

}  // namespace

void Statement::Finalize::operator()(sqlite3_stmt* statement) const {
    sqlite3_finalize(statement);
}

Statement& Statement::bind(int parameter, std::int64_t value) {
    bind_result_ |= sqlite3_bind_int64(handle_.get(), parameter, value);
    return *this;
}

Statement& Statement::bind_text(int parameter, std::string_view text) {
    bind_result_ |= sqlite3_bind_text64(handle_.get(), parameter, text.empty() ? "" : text.data(),
                                        text.size(), SQLITE_STATIC, SQLITE_UTF8);
    return *this;
}

Statement& Statement::bind_blob(int parameter, std::string_view bytes) {
    bind_result_ |= sqlite3_bind_blob64(handle_.get(), parameter, bytes.empty() ? "" : bytes.data(),
                                        bytes.size(), SQLITE_STATIC);
    return *this;
}

Result<bool> Statement::step() {
    sqlite3* database = sqlite3_db_handle(handle_.get());
    if (bind_result_ != SQLITE_OK) {
        reset();
        return fail(Errc::io, "bind: a value was refused by SQLite");
    }
    int result = sqlite3_step(handle_.get());
    if (result == SQLITE_ROW) {
        return true;
    }
    if (result == SQLITE_DONE) {
        reset();
        return false;
    }
    Error error = error_of(database, "statement");
    reset();
    return fail(error.code, std::move(error.detail));
}

Result<void> Statement::run() {
    SLUICE_TRY(step());
    reset();
    return success();
}

void Statement::reset() {
    bind_result_ = SQLITE_OK;
    sqlite3_reset(handle_.get());
}

std::int64_t Statement::integer(int column) const {
    return sqlite3_column_int64(handle_.get(), column);
}

std::string Statement::text(int column) const {
    return std::string(bytes(column));
}

std::string_view Statement::bytes(int column) const {
    const auto* data = static_cast<const char*>(sqlite3_column_blob(handle_.get(), column));
    auto size = static_cast<std::size_t>(sqlite3_column_bytes(handle_.get(), column));
    return data == nullptr ? std::string_view() : std::string_view(data, size);
}

void Connection::Close::operator()(sqlite3* database) const {
    sqlite3_close_v2(database);
}

Result<Connection> Connection::open(const std::string& path, Mode mode) {
    const int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE |
                      (mode == Mode::read_only ? SQLITE_OPEN_READONLY
                                               : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
    sqlite3* database = nullptr;
    int result = sqlite3_open_v2(path.c_str(), &database, flags, nullptr);
    Connection out;
    out.handle_.reset(database);
    if (result != SQLITE_OK) {
        Error error = error_of(database, "open " + path);
        return fail(error.code, std::move(error.detail));
    }
    sqlite3_busy_timeout(database, kBusyTimeoutMs);
    return out;
}

Result<void> Connection::execute(const std::string& sql) {
    if (sqlite3_exec(handle_.get(), sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
        Error failed = error(sql.substr(0, 60));
        return fail(failed.code, std::move(failed.detail));
    }
    return success();
}

Result<Statement> Connection::prepare(std::string_view sql) {
    sqlite3_stmt* statement = nullptr;
    if (sqlite3_prepare_v3(handle_.get(), sql.data(), static_cast<int>(sql.size()),
                           SQLITE_PREPARE_PERSISTENT, &statement, nullptr) != SQLITE_OK) {
        Error failed = error("prepare");
        return fail(failed.code, std::move(failed.detail));
    }
    return Statement(statement);
}

Result<std::int64_t> Connection::query_integer(std::string_view sql) {
    SLUICE_TRY(Statement statement, prepare(sql));
    SLUICE_TRY(bool row, statement.step());
    return row ? statement.integer(0) : 0;
}

int Connection::changes() const {
    return sqlite3_changes(handle_.get());
}

std::int64_t Connection::last_row() const {
    return sqlite3_last_insert_rowid(handle_.get());
}

Error Connection::error(std::string_view doing) const {
    return error_of(handle_.get(), doing);
}

void Connection::watch_wal(int* frames) {
    // Installing a hook replaces the automatic checkpoint, which is itself such a hook.
    sqlite3_wal_hook(handle_.get(), on_commit, frames);
}

Result<Connection::WalState> Connection::checkpoint(Checkpoint kind) {
    WalState state;
    int mode = kind == Checkpoint::passive ? SQLITE_CHECKPOINT_PASSIVE : SQLITE_CHECKPOINT_TRUNCATE;
    int result =
        sqlite3_wal_checkpoint_v2(handle_.get(), nullptr, mode, &state.frames, &state.checkpointed);
    if (result != SQLITE_OK && (result & 0xff) != SQLITE_BUSY) {
        Error failed = error("checkpoint");
        return fail(failed.code, std::move(failed.detail));
    }
    return state;
}

void Connection::keep_wal_on_close() {
    sqlite3_db_config(handle_.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
}

BlobReader::BlobReader(const Connection& connection, std::string table)
    : connection_(connection), table_(std::move(table)) {}

void BlobReader::Close::operator()(sqlite3_blob* blob) const {
    sqlite3_blob_close(blob);
}

Result<void> BlobReader::go_to(std::int64_t row) {
    if (blob_ && row == row_) {
        return success();
    }
    // Moving an open handle costs half of opening one. A failed move spoils the handle.
    if (blob_ && sqlite3_blob_reopen(blob_.get(), row) == SQLITE_OK) {
        row_ = row;
        return success();
    }
    blob_.reset();
    sqlite3* database = connection_.handle_.get();
    sqlite3_blob* opened = nullptr;
    int result = sqlite3_blob_open(database, "main", table_.c_str(), "body", row, 0, &opened);
    if (result == SQLITE_OK) {
        blob_.reset(opened);
        row_ = row;
        return success();
    }
    std::string place = table_ + " " + std::to_string(row);
    if (result == SQLITE_ERROR) {
        return fail(Errc::not_found, place + " is not there");
    }
    Error failed = connection_.error("read " + place);
    return fail(failed.code, std::move(failed.detail));
}

Result<void> BlobReader::read(std::int64_t row, int offset, std::size_t length, std::string& out) {
    SLUICE_TRY(go_to(row));
    if (static_cast<std::size_t>(offset) + length > row_bytes()) {
        return fail(Errc::corrupt, table_ + " " + std::to_string(row) + " ends inside a frame");
    }
    out.resize(length);
    if (sqlite3_blob_read(blob_.get(), out.data(), static_cast<int>(length), offset) != SQLITE_OK) {
        Error failed = connection_.error("read " + table_ + " " + std::to_string(row));
        blob_.reset();
        return fail(failed.code, std::move(failed.detail));
    }
    return success();
}

std::size_t BlobReader::row_bytes() const {
    return static_cast<std::size_t>(sqlite3_blob_bytes(blob_.get()));
}

}  // namespace sluice
