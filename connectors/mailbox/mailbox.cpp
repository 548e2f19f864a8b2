#include "connectors/mailbox/mailbox.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <mutex>

namespace sluice {
namespace {

constexpr int kFormat = 1;  // PRAGMA user_version; README.md describes the table

constexpr const char* kSchema = R"sql(
CREATE TABLE IF NOT EXISTS mailbox (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  channel INTEGER NOT NULL,
  at INTEGER NOT NULL,
  transactional INTEGER NOT NULL,
  attempt INTEGER NOT NULL,
  recipient TEXT NOT NULL,
  subject TEXT NOT NULL,
  preview TEXT NOT NULL,
  html TEXT NOT NULL,
  body TEXT NOT NULL,
  flow TEXT NOT NULL,
  step TEXT NOT NULL,
  message TEXT NOT NULL,
  customer TEXT NOT NULL
) STRICT;
)sql";

constexpr const char* kColumns =
    "seq, id, channel, at, transactional, attempt, recipient, subject, preview, html, body, flow, "
    "step, message, customer";

/// One use of a prepared statement.
class Query {
public:
    Query(sqlite3* db, const std::string& sql) : db_(db) {
        ok_ = sqlite3_prepare_v2(db, sql.c_str(), -1, &statement_, nullptr) == SQLITE_OK;
    }
    ~Query() { sqlite3_finalize(statement_); }
    Query(const Query&) = delete;
    Query& operator=(const Query&) = delete;

    Query& bind(const std::string& text) {
        ok_ =
            ok_ && sqlite3_bind_text(statement_, ++bound_, text.data(),
                                     static_cast<int>(text.size()), SQLITE_TRANSIENT) == SQLITE_OK;
        return *this;
    }
    Query& bind(std::int64_t number) {
        ok_ = ok_ && sqlite3_bind_int64(statement_, ++bound_, number) == SQLITE_OK;
        return *this;
    }
    /// True while there is a row.
    bool step() {
        const int code = ok_ ? sqlite3_step(statement_) : SQLITE_ERROR;
        ok_ = code == SQLITE_ROW || code == SQLITE_DONE;
        return code == SQLITE_ROW;
    }
    std::string text(int column) {
        const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
        const int size = sqlite3_column_bytes(statement_, column);
        return bytes == nullptr ? "" : std::string(bytes, static_cast<std::size_t>(size));
    }
    std::int64_t number(int column) { return sqlite3_column_int64(statement_, column); }

    [[nodiscard]] Result<void> check() const {
        if (!ok_) {
            return fail(Errc::io, std::string("mailbox: ") + sqlite3_errmsg(db_));
        }
        return success();
    }

private:
    sqlite3* db_;
    sqlite3_stmt* statement_ = nullptr;
    int bound_ = 0;
    bool ok_ = false;
};

Result<void> run(sqlite3* db, const std::string& sql) {
    if (sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
        return fail(Errc::io, std::string("mailbox: ") + sqlite3_errmsg(db));
    }
    return success();
}

MailboxEntry read_entry(Query& query) {
    MailboxEntry entry;
    entry.seq = query.number(0);
    entry.id = query.text(1);
    entry.channel = query.number(2) == 0 ? Channel::email : Channel::sms;
    entry.at = from_ms(query.number(3));
    entry.transactional = query.number(4) != 0;
    entry.attempt = static_cast<std::uint32_t>(query.number(5));
    entry.to = query.text(6);
    entry.subject = query.text(7);
    entry.preview = query.text(8);
    entry.html = query.text(9);
    entry.text = query.text(10);
    entry.flow = query.text(11);
    entry.step = query.text(12);
    entry.message = query.text(13);
    entry.customer = query.text(14);
    return entry;
}

/// The words as a LIKE pattern in which % and _ stand for themselves.
std::string like_pattern(const std::string& text) {
    std::string out = "%";
    for (const char c : text) {
        if (c == '%' || c == '_' || c == '\\') {
            out.push_back('\\');
        }
        out.push_back(c);
    }
    return out + "%";
}

std::string list_sql(const MailboxQuery& query) {
    std::string sql = std::string("SELECT ") + kColumns + " FROM mailbox WHERE 1";
    if (query.before > 0) {
        sql += " AND seq < ?";
    }
    if (query.channel) {
        sql += " AND channel = ?";
    }
    if (!query.text.empty()) {
        sql +=
            " AND (recipient || char(10) || subject || char(10) || body || char(10) || flow"
            " || char(10) || step || char(10) || customer) LIKE ? ESCAPE '\\'";
    }
    return sql + " ORDER BY seq DESC LIMIT ?";
}

std::int64_t channel_number(Channel channel) {
    return channel == Channel::email ? 0 : 1;
}

}  // namespace

struct Mailbox::State {
    ~State() { sqlite3_close(db); }

    std::mutex mutex;
    sqlite3* db = nullptr;
    std::size_t entries_max = 0;
};

Mailbox::Mailbox(std::unique_ptr<State> state) : state_(std::move(state)) {}
Mailbox::~Mailbox() = default;

Result<std::unique_ptr<Mailbox>> Mailbox::open(const std::string& path, std::size_t entries_max) {
    auto state = std::make_unique<State>();
    state->entries_max = std::max<std::size_t>(entries_max, 1);
    const char* name = path.empty() ? ":memory:" : path.c_str();
    constexpr int kFlags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    if (sqlite3_open_v2(name, &state->db, kFlags, nullptr) != SQLITE_OK) {
        return fail(Errc::io, std::string("mailbox: ") + sqlite3_errmsg(state->db));
    }
    sqlite3_busy_timeout(state->db, 5'000);
    // WAL with NORMAL keeps every commit over a crash of the process without an fsync each.
    SLUICE_TRY(run(state->db, "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"));
    std::int64_t format = 0;
    {
        Query version(state->db, "PRAGMA user_version");
        format = version.step() ? version.number(0) : 0;
        SLUICE_TRY(version.check());
    }
    if (format != 0 && format != kFormat) {
        return fail(Errc::unsupported, "mailbox: the file is of another version");
    }
    SLUICE_TRY(run(state->db, kSchema));
    SLUICE_TRY(run(state->db, "PRAGMA user_version=" + std::to_string(kFormat)));
    return std::unique_ptr<Mailbox>(new Mailbox(std::move(state)));
}

Result<bool> Mailbox::add(const MailboxEntry& entry) {
    const std::lock_guard lock(state_->mutex);
    Query insert(state_->db, std::string("INSERT OR IGNORE INTO mailbox (") + kColumns +
                                 ") VALUES (NULL,?,?,?,?,?,?,?,?,?,?,?,?,?,?)");
    insert.bind(entry.id)
        .bind(channel_number(entry.channel))
        .bind(to_ms(entry.at))
        .bind(std::int64_t{entry.transactional ? 1 : 0})
        .bind(std::int64_t{entry.attempt})
        .bind(entry.to)
        .bind(entry.subject)
        .bind(entry.preview)
        .bind(entry.html)
        .bind(entry.text)
        .bind(entry.flow)
        .bind(entry.step)
        .bind(entry.message)
        .bind(entry.customer);
    insert.step();
    SLUICE_TRY(insert.check());
    if (sqlite3_changes(state_->db) == 0) {
        return false;
    }
    Query trim(state_->db, "DELETE FROM mailbox WHERE seq <= ?");
    trim.bind(sqlite3_last_insert_rowid(state_->db) -
              static_cast<std::int64_t>(state_->entries_max));
    trim.step();
    SLUICE_TRY(trim.check());
    return true;
}

Result<std::vector<MailboxEntry>> Mailbox::list(const MailboxQuery& query) {
    const std::lock_guard lock(state_->mutex);
    Query select(state_->db, list_sql(query));
    if (query.before > 0) {
        select.bind(query.before);
    }
    if (query.channel) {
        select.bind(channel_number(*query.channel));
    }
    if (!query.text.empty()) {
        select.bind(like_pattern(query.text));
    }
    select.bind(static_cast<std::int64_t>(std::clamp<std::size_t>(query.limit, 1, 500)));
    std::vector<MailboxEntry> entries;
    while (select.step()) {
        entries.push_back(read_entry(select));
    }
    SLUICE_TRY(select.check());
    return entries;
}

Result<std::optional<MailboxEntry>> Mailbox::get(const std::string& id) {
    const std::lock_guard lock(state_->mutex);
    Query select(state_->db, std::string("SELECT ") + kColumns + " FROM mailbox WHERE id = ?");
    select.bind(id);
    std::optional<MailboxEntry> entry;
    if (select.step()) {
        entry = read_entry(select);
    }
    SLUICE_TRY(select.check());
    return entry;
}

Result<std::size_t> Mailbox::count() {
    const std::lock_guard lock(state_->mutex);
    Query select(state_->db, "SELECT count(*) FROM mailbox");
    const std::size_t found = select.step() ? static_cast<std::size_t>(select.number(0)) : 0;
    SLUICE_TRY(select.check());
    return found;
}

Result<void> Mailbox::clear() {
    const std::lock_guard lock(state_->mutex);
    return run(state_->db, "DELETE FROM mailbox");
}

}  // namespace sluice
