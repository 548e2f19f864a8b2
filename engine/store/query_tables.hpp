#pragma once

#include "engine/base/result.hpp"
#include "engine/store/sqlite_connection.hpp"
#include "engine/store/store.hpp"

#include <array>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

namespace sluice {

/// The ordinary tables of a store file: outbox, attempts, suppressions, identities, releases.
/// Owner: SqliteStore, whose connection outlives it. Every write is part of the caller's
/// transaction.
class QueryTables {
public:
    static Result<QueryTables> prepare(Connection& file);

    /// Writes those parts of a commit that belong here, in the order of the members of Commit.
    /// Errc::conflict for an outbox row or attempt that exists; Errc::not_found for an update of
    /// one that does not. The caller rolls back.
    Result<void> apply(const Commit& commit);

    Result<std::vector<OutboxRow>> outbox(OutboxStatus status, std::size_t limit);
    Result<void> outbox_heads(OutboxStatus status,
                              const std::function<void(const OutboxRow&)>& visit);
    Result<std::optional<OutboxRow>> outbox_row(std::string_view id);
    Result<std::vector<AttemptRow>> attempts(std::string_view message_id);
    Result<std::optional<SuppressionRow>> suppression(std::uint8_t channel, const Digest& address);
    Result<std::vector<IdentityLink>> links_of(std::string_view record);
    Result<void> suppressions(const std::function<void(const SuppressionRow&)>& visit);
    Result<void> identities(const std::function<void(const IdentityLink&)>& visit);
    Result<std::vector<Release>> releases();
    Result<void> add_release(const Release& release);
    Result<void> set_release_options(std::uint32_t number, const std::string& options);
    Result<std::string> note(std::string_view name);
    Result<void> set_note(std::string_view name, std::string_view text);

private:
    explicit QueryTables(Connection& file) : file_(&file) {}

    Result<void> prepare_all();
    Result<void> insert_outbox(const OutboxRow& row);
    Result<void> update_outbox(const OutboxUpdate& update);
    Result<void> insert_attempt(const AttemptRow& attempt);
    Result<void> finish_attempt(const AttemptRow& attempt);
    Result<void> put_suppression(const SuppressionRow& row);
    Result<void> put_link(const IdentityLink& link);

    Connection* file_;
    Statement insert_outbox_, insert_body_, update_outbox_, select_outbox_row_;
    std::array<Statement, 6> select_outbox_;  // by OutboxStatus
    Statement insert_attempt_, finish_attempt_, select_attempts_;
    Statement put_suppression_, select_suppression_;
    Statement put_link_, select_links_;
    Statement insert_release_, select_releases_, update_release_;
    Statement select_note_, upsert_note_;
};

}  // namespace sluice
