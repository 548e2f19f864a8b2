#pragma once

#include "engine/base/result.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_blob;
struct sqlite3_stmt;

/// The little of SQLite that the store needs, with errors as Results. The only user of sqlite3.h is
/// sqlite_connection.cpp.
namespace sluice {

/// A prepared statement. Parameters and columns are counted as SQLite does: from 1 and from 0.
class Statement {
public:
    Statement() = default;

    Statement& bind(int parameter, std::int64_t value);
    /// Both keep no copy: the text must live until the statement is reset.
    Statement& bind_text(int parameter, std::string_view text);
    Statement& bind_blob(int parameter, std::string_view bytes);

    /// Runs to the next row: true when there is one. After false or an error it is reset.
    Result<bool> step();
    /// Runs a statement that gives no rows.
    Result<void> run();
    void reset();

    [[nodiscard]] std::int64_t integer(int column) const;
    [[nodiscard]] std::string text(int column) const;
    /// Valid until the next step or reset.
    [[nodiscard]] std::string_view bytes(int column) const;

private:
    friend class Connection;
    struct Finalize {
        void operator()(sqlite3_stmt* statement) const;
    };
    explicit Statement(sqlite3_stmt* handle) : handle_(handle) {}

    std::unique_ptr<sqlite3_stmt, Finalize> handle_;
    int bind_result_ = 0;
};

/// Resets a statement at the end of a scope, however it is left.
class StatementScope {
public:
    explicit StatementScope(Statement& statement) : statement_(statement) {}
    ~StatementScope() { statement_.reset(); }
    StatementScope(const StatementScope&) = delete;
    StatementScope& operator=(const StatementScope&) = delete;

private:
    Statement& statement_;
};

/// One open database. Threads: one at a time.
class Connection {
public:
    enum class Mode : std::uint8_t { read_only, read_write };
    struct WalState {
        int frames = 0;        // pages in the log since it last began anew
        int checkpointed = 0;  // of these, copied into the database
    };

    Connection() = default;
    static Result<Connection> open(const std::string& path, Mode mode);

    Result<void> execute(const std::string& sql);
    Result<Statement> prepare(std::string_view sql);
    /// The first column of the first row; 0 when there is no row.
    Result<std::int64_t> query_integer(std::string_view sql);

    [[nodiscard]] int changes() const;
    [[nodiscard]] std::int64_t last_row() const;
    /// The text of the database's last error as an Error of ours.
    [[nodiscard]] Error error(std::string_view doing) const;

    /// Takes the checkpoints away from SQLite: from here on only checkpoint() makes them.
    /// `frames` is told the length of the log after each commit and must outlive the connection.
    void watch_wal(int* frames);
    enum class Checkpoint : std::uint8_t { passive, truncate };
    /// A reader in the way is not an error: the rest is copied another time.
    Result<WalState> checkpoint(Checkpoint kind);
    /// Leaves the log as it is when this connection closes.
    void keep_wal_on_close();

private:
    friend class BlobReader;
    struct Close {
        void operator()(sqlite3* database) const;
    };
    std::unique_ptr<sqlite3, Close> handle_;
};

/// Reads parts of the `body` column of one table by row number without copying the whole row.
/// While open it holds a read transaction.
class BlobReader {
public:
    BlobReader(const Connection& connection, std::string table);

    /// Errc::not_found when there is no such row; Errc::corrupt when the row is shorter.
    Result<void> read(std::int64_t row, int offset, std::size_t length, std::string& out);
    /// Bytes in the row that read() went to last.
    [[nodiscard]] std::size_t row_bytes() const;
    void close() { blob_.reset(); }

private:
    Result<void> go_to(std::int64_t row);
    struct Close {
        void operator()(sqlite3_blob* blob) const;
    };
    const Connection& connection_;
    std::string table_;
    std::int64_t row_ = 0;
    std::unique_ptr<sqlite3_blob, Close> blob_;
};

}  // namespace sluice
