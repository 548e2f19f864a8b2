#include "engine/store/query_tables.hpp"

#include <algorithm>
#include <limits>
#include <string>
#include <utility>

namespace sluice {
namespace {

constexpr std::string_view kOutboxColumns =
    "SELECT o.id, o.customer, o.is_call, o.channel, o.status, o.created_at, o.not_before,"
    " o.expires_at, o.attempts, o.outcome, o.provider_id, ";
constexpr std::string_view kWithBody = "b.body FROM outbox o JOIN outbox_body b ON b.seq = o.seq ";
constexpr std::string_view kWithoutBody = "'' FROM outbox o ";

std::string_view as_bytes(const Digest& digest) {
    return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

// The planner uses the partial index only when it finds the index's own condition in the query.
std::string outbox_query(std::string_view body, std::size_t status) {
    const bool open = status == 0 || status == 1 || status == 4;
    return std::string(kOutboxColumns) + std::string(body) + "WHERE " +
           (open ? "o.status IN (0, 1, 4) AND " : "") + "o.status = " + std::to_string(status) +
           " ORDER BY o.seq LIMIT ?1";
}

Result<OutboxRow> outbox_row_of(const Statement& row) {
    OutboxRow out;
    out.id = row.text(0);
    out.customer = row.text(1);
    out.is_call = row.integer(2) != 0;
    out.channel = static_cast<std::uint8_t>(row.integer(3));
    if (row.integer(4) < 0 || row.integer(4) > static_cast<int>(OutboxStatus::skipped)) {
        return fail(Errc::corrupt, "outbox row " + out.id + " has an unknown status");
    }
    out.status = static_cast<OutboxStatus>(row.integer(4));
    out.created_at = from_ms(row.integer(5));
    out.not_before = from_ms(row.integer(6));
    out.expires_at = from_ms(row.integer(7));
    out.attempts = static_cast<std::uint32_t>(row.integer(8));
    out.outcome = row.text(9);
    out.provider_id = row.text(10);
    out.body = row.text(11);
    return out;
}

IdentityLink link_of(const Statement& row) {
    return {row.text(0), row.text(1), from_ms(row.integer(2)), row.integer(3) != 0};
}

Error named(Error error, std::string_view what, std::string_view id) {
    if (error.code == Errc::conflict) {
        error.detail = std::string(what) + " " + std::string(id) + " exists already";
    }
    return error;
}

template <class Items, class Apply>
Result<void> each(const Items& items, Apply apply) {
    for (const auto& item : items) {
        SLUICE_TRY(apply(item));
    }
    return success();
}

}  // namespace

Result<QueryTables> QueryTables::prepare(Connection& file) {
    QueryTables out(file);
    SLUICE_TRY(out.prepare_all());
    return out;
}

Result<void> QueryTables::prepare_all() {
    const std::pair<Statement*, std::string> wanted[] = {
        {&insert_outbox_,
         "INSERT INTO outbox(id, customer, is_call, channel, status, created_at, not_before,"
         " expires_at, attempts, outcome, provider_id) VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11)"},
        {&insert_body_, "INSERT INTO outbox_body(seq, body) VALUES(?1, ?2)"},
        {&update_outbox_,
         "UPDATE outbox SET status = ?2, not_before = ?3, attempts = ?4, outcome = ?5,"
         " provider_id = ?6 WHERE id = ?1"},
        {&select_outbox_row_,
         std::string(kOutboxColumns) + std::string(kWithBody) + "WHERE o.id = ?1"},
        {&insert_attempt_, "INSERT INTO attempt VALUES(?1, ?2, ?3, ?4, ?5, ?6)"},
        {&finish_attempt_,
         "UPDATE attempt SET finished_at = ?3, outcome = ?4 WHERE message_id = ?1 AND number = ?2"},
        {&select_attempts_,
         "SELECT message_id, number, started_at, finished_at, connector, outcome FROM attempt"
         " WHERE message_id = ?1 ORDER BY number"},
        {&put_suppression_, "INSERT OR REPLACE INTO suppression VALUES(?1, ?2, ?3, ?4)"},
        {&select_suppression_,
         "SELECT reason, at FROM suppression WHERE channel = ?1 AND address = ?2"},
        {&put_link_,
         "INSERT INTO link VALUES(?1, ?2, ?3, ?4) ON CONFLICT(record, customer) DO UPDATE"
         " SET at = max(at, excluded.at), done = max(done, excluded.done)"},
        {&select_links_,
         "SELECT record, customer, at, done FROM link WHERE record = ?1"
         " ORDER BY at DESC, customer DESC"},
        {&update_release_, "UPDATE release SET options = ?2 WHERE number = ?1"},
        {&select_note_, "SELECT value FROM meta WHERE key = ?1"},
        {&upsert_note_, "INSERT OR REPLACE INTO meta VALUES(?1, ?2)"},
        {&insert_release_, "INSERT INTO release VALUES(?1, ?2, ?3, ?4, ?5)"},
        {&select_releases_,
         "SELECT number, program_hash, at, bundle, options FROM release ORDER BY number"},
    };
    for (const auto& [statement, sql] : wanted) {
        SLUICE_TRY(*statement, file_->prepare(sql));
    }
    for (std::size_t status = 0; status < select_outbox_.size(); ++status) {
        SLUICE_TRY(select_outbox_[status], file_->prepare(outbox_query(kWithBody, status)));
    }
    return success();
}

Result<void> QueryTables::apply(const Commit& commit) {
    SLUICE_TRY(each(commit.outbox, [&](const auto& row) { return insert_outbox(row); }));
    SLUICE_TRY(each(commit.outbox_updates, [&](const auto& row) { return update_outbox(row); }));
    SLUICE_TRY(each(commit.attempts, [&](const auto& row) { return insert_attempt(row); }));
    SLUICE_TRY(
        each(commit.attempts_finished, [&](const auto& row) { return finish_attempt(row); }));
    SLUICE_TRY(each(commit.suppressions, [&](const auto& row) { return put_suppression(row); }));
    return each(commit.identities, [&](const auto& link) { return put_link(link); });
}

Result<void> QueryTables::insert_outbox(const OutboxRow& row) {
    insert_outbox_.bind_text(1, row.id).bind_text(2, row.customer).bind(3, row.is_call ? 1 : 0);
    insert_outbox_.bind(4, row.channel).bind(5, static_cast<std::int64_t>(row.status));
    insert_outbox_.bind(6, to_ms(row.created_at)).bind(7, to_ms(row.not_before));
    insert_outbox_.bind(8, to_ms(row.expires_at)).bind(9, row.attempts);
    insert_outbox_.bind_text(10, row.outcome).bind_text(11, row.provider_id);
    if (auto done = insert_outbox_.run(); !done) {
        Error error = named(done.error(), "outbox row", row.id);
        return fail(error.code, std::move(error.detail));
    }
    return insert_body_.bind(1, file_->last_row()).bind_blob(2, row.body).run();
}

Result<void> QueryTables::update_outbox(const OutboxUpdate& update) {
    update_outbox_.bind_text(1, update.id).bind(2, static_cast<std::int64_t>(update.status));
    update_outbox_.bind(3, to_ms(update.not_before)).bind(4, update.attempts);
    update_outbox_.bind_text(5, update.outcome).bind_text(6, update.provider_id);
    SLUICE_TRY(update_outbox_.run());
    if (file_->changes() == 0) {
        return fail(Errc::not_found, "there is no outbox row " + update.id);
    }
    return success();
}

Result<void> QueryTables::insert_attempt(const AttemptRow& attempt) {
    insert_attempt_.bind_text(1, attempt.message_id).bind(2, attempt.number);
    insert_attempt_.bind(3, to_ms(attempt.started_at)).bind(4, to_ms(attempt.finished_at));
    insert_attempt_.bind_text(5, attempt.connector).bind_text(6, attempt.outcome);
    if (auto done = insert_attempt_.run(); !done) {
        Error error = named(done.error(), "attempt of", attempt.message_id);
        return fail(error.code, std::move(error.detail));
    }
    return success();
}

Result<void> QueryTables::finish_attempt(const AttemptRow& attempt) {
    finish_attempt_.bind_text(1, attempt.message_id).bind(2, attempt.number);
    finish_attempt_.bind(3, to_ms(attempt.finished_at)).bind_text(4, attempt.outcome);
    SLUICE_TRY(finish_attempt_.run());
    if (file_->changes() == 0) {
        return fail(Errc::not_found, "there is no attempt " + std::to_string(attempt.number) +
                                         " of " + attempt.message_id);
    }
    return success();
}

Result<void> QueryTables::put_suppression(const SuppressionRow& row) {
    put_suppression_.bind(1, row.channel).bind_blob(2, as_bytes(row.address));
    return put_suppression_.bind_text(3, row.reason).bind(4, to_ms(row.at)).run();
}

Result<void> QueryTables::put_link(const IdentityLink& link) {
    put_link_.bind_text(1, link.record).bind_text(2, link.customer);
    return put_link_.bind(3, to_ms(link.at)).bind(4, link.done ? 1 : 0).run();
}

Result<std::vector<OutboxRow>> QueryTables::outbox(OutboxStatus status, std::size_t limit) {
    Statement& select = select_outbox_[static_cast<std::size_t>(status)];
    StatementScope scope(select);
    const auto most = static_cast<std::size_t>(std::numeric_limits<std::int64_t>::max());
    select.bind(1, static_cast<std::int64_t>(std::min(limit, most)));
    std::vector<OutboxRow> out;
    while (true) {
        SLUICE_TRY(bool more, select.step());
        if (!more) {
            return out;
        }
        SLUICE_TRY(OutboxRow row, outbox_row_of(select));
        out.push_back(std::move(row));
    }
}

Result<void> QueryTables::outbox_heads(OutboxStatus status,
                                       const std::function<void(const OutboxRow&)>& visit) {
    SLUICE_TRY(Statement row,
               file_->prepare(outbox_query(kWithoutBody, static_cast<std::size_t>(status))));
    row.bind(1, std::numeric_limits<std::int64_t>::max());
    while (true) {
        SLUICE_TRY(bool more, row.step());
        if (!more) {
            return success();
        }
        SLUICE_TRY(OutboxRow head, outbox_row_of(row));
        visit(head);
    }
}

Result<std::optional<OutboxRow>> QueryTables::outbox_row(std::string_view id) {
    StatementScope scope(select_outbox_row_);
    SLUICE_TRY(bool found, select_outbox_row_.bind_text(1, id).step());
    std::optional<OutboxRow> out;
    if (found) {
        SLUICE_TRY(out, outbox_row_of(select_outbox_row_));
    }
    return out;
}

Result<std::vector<AttemptRow>> QueryTables::attempts(std::string_view message_id) {
    Statement& row = select_attempts_;
    StatementScope scope(row);
    row.bind_text(1, message_id);
    std::vector<AttemptRow> out;
    while (true) {
        SLUICE_TRY(bool more, row.step());
        if (!more) {
            return out;
        }
        AttemptRow& attempt = out.emplace_back();
        attempt.message_id = row.text(0);
        attempt.number = static_cast<std::uint32_t>(row.integer(1));
        attempt.started_at = from_ms(row.integer(2));
        attempt.finished_at = from_ms(row.integer(3));
        attempt.connector = row.text(4);
        attempt.outcome = row.text(5);
    }
}

Result<std::optional<SuppressionRow>> QueryTables::suppression(std::uint8_t channel,
                                                               const Digest& address) {
    StatementScope scope(select_suppression_);
    select_suppression_.bind(1, channel).bind_blob(2, as_bytes(address));
    SLUICE_TRY(bool found, select_suppression_.step());
    std::optional<SuppressionRow> out;
    if (found) {
        out = SuppressionRow{channel, address, select_suppression_.text(0),
                             from_ms(select_suppression_.integer(1))};
    }
    return out;
}

Result<std::vector<IdentityLink>> QueryTables::links_of(std::string_view record) {
    Statement& row = select_links_;
    StatementScope scope(row);
    row.bind_text(1, record);
    std::vector<IdentityLink> out;
    while (true) {
        SLUICE_TRY(bool more, row.step());
        if (!more) {
            return out;
        }
        out.push_back(link_of(row));
    }
}

Result<void> QueryTables::suppressions(const std::function<void(const SuppressionRow&)>& visit) {
    SLUICE_TRY(Statement row,
               file_->prepare("SELECT channel, address, reason, at FROM suppression"));
    while (true) {
        SLUICE_TRY(bool more, row.step());
        if (!more) {
            return success();
        }
        SuppressionRow found;
        found.channel = static_cast<std::uint8_t>(row.integer(0));
        if (row.bytes(1).size() != found.address.size()) {
            return fail(Errc::corrupt, "suppression: an address is not a digest");
        }
        row.bytes(1).copy(reinterpret_cast<char*>(found.address.data()), found.address.size());
        found.reason = row.text(2);
        found.at = from_ms(row.integer(3));
        visit(found);
    }
}

Result<void> QueryTables::identities(const std::function<void(const IdentityLink&)>& visit) {
    SLUICE_TRY(Statement row, file_->prepare("SELECT record, customer, at, done FROM link"));
    while (true) {
        SLUICE_TRY(bool more, row.step());
        if (!more) {
            return success();
        }
        visit(link_of(row));
    }
}

Result<std::vector<Release>> QueryTables::releases() {
    Statement& row = select_releases_;
    StatementScope scope(row);
    std::vector<Release> out;
    while (true) {
        SLUICE_TRY(bool more, row.step());
        if (!more) {
            return out;
        }
        out.push_back(Release{static_cast<std::uint32_t>(row.integer(0)), row.text(1),
                              from_ms(row.integer(2)), row.text(3), row.text(4)});
    }
}

Result<void> QueryTables::add_release(const Release& release) {
    insert_release_.bind(1, release.number).bind_text(2, release.program_hash);
    insert_release_.bind(3, to_ms(release.at)).bind_blob(4, release.bundle);
    insert_release_.bind_text(5, release.options);
    if (auto done = insert_release_.run(); !done) {
        Error error = named(done.error(), "release", std::to_string(release.number));
        return fail(error.code, std::move(error.detail));
    }
    return success();
}

Result<void> QueryTables::set_release_options(std::uint32_t number, const std::string& options) {
    update_release_.bind(1, number).bind_text(2, options);
    if (auto done = update_release_.run(); !done) {
        return named(done.error(), "release", std::to_string(number));
    }
    if (file_->changes() == 0) {
        return fail(Errc::not_found, "there is no release " + std::to_string(number));
    }
    return success();
}

// Notes stand in `meta` beside what the file says of itself, under names of their own.
Result<std::string> QueryTables::note(std::string_view name) {
    const std::string key = "note:" + std::string(name);
    StatementScope scope(select_note_);
    SLUICE_TRY(const bool known, select_note_.bind_text(1, key).step());
    return known ? std::string(select_note_.bytes(0)) : std::string{};
}

Result<void> QueryTables::set_note(std::string_view name, std::string_view text) {
    const std::string key = "note:" + std::string(name);
    return upsert_note_.bind_text(1, key).bind_blob(2, text).run();
}

}  // namespace sluice
