#pragma once

#include "engine/store/dedupe_set.hpp"
#include "engine/store/store.hpp"

#include <array>
#include <cstddef>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace sluice {

/// A Store that forgets everything when it goes: for tests, scenarios and simulation, and the plain
/// reading of the contract that SqliteStore is compared with. Threads: one.
class MemoryStore final : public Store {
public:
    explicit MemoryStore(std::size_t dedupe_entries_max = limits::kDedupeEntriesMax);

    std::optional<CustomerNo> find(std::string_view customer) const override;
    [[nodiscard]] std::size_t customers() const override { return customers_.size(); }
    Result<Loaded> load(CustomerNo no) override;
    Result<void> journal(CustomerNo no,
                         const std::function<bool(const JournalEntry&)>& visit) override;
    Result<std::vector<CustomerNo>> commit(const Commit& commit) override;
    [[nodiscard]] bool seen(const Digest& message_id) const override;
    Result<void> due(const std::function<void(CustomerNo, Instant)>& visit) override;
    Result<std::vector<OutboxRow>> outbox(OutboxStatus status, std::size_t limit) override;
    Result<void> outbox_heads(OutboxStatus status,
                              const std::function<void(const OutboxRow&)>& visit) override;
    Result<std::optional<OutboxRow>> outbox_row(std::string_view id) override;
    Result<std::vector<AttemptRow>> attempts(std::string_view message_id) override;
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
    Result<bool> maintain() override { return false; }

private:
    struct Customer {
        Loaded record;
        std::vector<JournalEntry> journal;
    };
    using AttemptKey = std::pair<std::string, std::uint32_t>;

    // Everything that may be refused is looked at before anything is changed.
    [[nodiscard]] Result<void> check(const Commit& commit) const;
    [[nodiscard]] Result<void> check_twice(const Commit& commit) const;
    [[nodiscard]] Result<void> check_outbox(const Commit& commit) const;
    [[nodiscard]] Result<void> check_attempts(const Commit& commit) const;
    CustomerNo apply(const CustomerWrite& write);
    void apply_outbox(const Commit& commit);
    void apply_rest(const Commit& commit);

    std::deque<Customer> customers_;
    std::map<std::string, CustomerNo, std::less<>> numbers_;
    DedupeSet dedupe_;
    std::deque<OutboxRow> outbox_;
    std::map<std::string, std::size_t, std::less<>> outbox_ids_;
    std::array<std::set<std::size_t>, 6> outbox_by_status_;
    std::map<AttemptKey, AttemptRow> attempts_;
    std::map<std::pair<std::uint8_t, Digest>, SuppressionRow> suppressions_;
    std::map<std::pair<std::string, std::string>, IdentityLink> identities_;  // by both ids
    std::map<std::uint32_t, Release> releases_;
    std::map<std::string, std::string, std::less<>> notes_;
};

}  // namespace sluice
