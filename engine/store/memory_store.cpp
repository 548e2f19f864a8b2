#include "engine/store/memory_store.hpp"

#include "engine/store/commit_check.hpp"

#include <algorithm>

namespace sluice {
namespace {

Error no_customer(CustomerNo no) {
    return Error{Errc::not_found, "there is no customer number " + std::to_string(no)};
}

}  // namespace

MemoryStore::MemoryStore(std::size_t dedupe_entries_max) : dedupe_(dedupe_entries_max) {}

std::optional<CustomerNo> MemoryStore::find(std::string_view customer) const {
    auto found = numbers_.find(customer);
    return found == numbers_.end() ? std::nullopt : std::optional<CustomerNo>(found->second);
}

Result<Store::Loaded> MemoryStore::load(CustomerNo no) {
    if (no >= customers_.size()) {
        return no_customer(no);
    }
    return customers_[no].record;
}

Result<void> MemoryStore::journal(CustomerNo no,
                                  const std::function<bool(const JournalEntry&)>& visit) {
    if (no >= customers_.size()) {
        return no_customer(no);
    }
    const std::vector<JournalEntry>& entries = customers_[no].journal;
    for (std::size_t left = entries.size(); left > 0; --left) {
        const JournalEntry entry = entries[left - 1];  // a copy, because visit may commit
        if (!visit(entry)) {
            break;
        }
    }
    return success();
}

Result<std::vector<CustomerNo>> MemoryStore::commit(const Commit& commit) {
    SLUICE_TRY(check(commit));
    std::vector<CustomerNo> numbers;
    numbers.reserve(commit.customers.size());
    for (const CustomerWrite& write : commit.customers) {
        numbers.push_back(apply(write));
    }
    for (const Digest& id : dedupe_.fresh(commit.dedupe)) {
        dedupe_.insert(id);
    }
    apply_outbox(commit);
    apply_rest(commit);
    return numbers;
}

Result<void> MemoryStore::check(const Commit& commit) const {
    SLUICE_TRY(check_customers(commit));
    SLUICE_TRY(check_twice(commit));
    SLUICE_TRY(check_outbox(commit));
    return check_attempts(commit);
}

Result<void> MemoryStore::check_twice(const Commit& commit) const {
    std::set<std::string_view> seen_here;
    for (const CustomerWrite& write : commit.customers) {
        if (!seen_here.insert(write.customer).second) {
            return customer_twice(write.customer);
        }
    }
    return success();
}

Result<void> MemoryStore::check_outbox(const Commit& commit) const {
    std::set<std::string_view> added;
    for (const OutboxRow& row : commit.outbox) {
        if (outbox_ids_.contains(row.id) || !added.insert(row.id).second) {
            return fail(Errc::conflict, "outbox row " + row.id + " exists already");
        }
    }
    for (const OutboxUpdate& update : commit.outbox_updates) {
        if (!outbox_ids_.contains(update.id) && !added.contains(update.id)) {
            return fail(Errc::not_found, "there is no outbox row " + update.id);
        }
    }
    return success();
}

Result<void> MemoryStore::check_attempts(const Commit& commit) const {
    std::set<AttemptKey> added;
    for (const AttemptRow& attempt : commit.attempts) {
        AttemptKey key{attempt.message_id, attempt.number};
        if (attempts_.contains(key) || !added.insert(key).second) {
            return fail(Errc::conflict, "attempt of " + attempt.message_id + " exists already");
        }
    }
    for (const AttemptRow& attempt : commit.attempts_finished) {
        AttemptKey key{attempt.message_id, attempt.number};
        if (!attempts_.contains(key) && !added.contains(key)) {
            return fail(Errc::not_found, "there is no attempt " + std::to_string(attempt.number) +
                                             " of " + attempt.message_id);
        }
    }
    return success();
}

CustomerNo MemoryStore::apply(const CustomerWrite& write) {
    auto [place, is_new] =
        numbers_.try_emplace(write.customer, static_cast<CustomerNo>(customers_.size()));
    if (is_new) {
        customers_.emplace_back();
    }
    Customer& customer = customers_[place->second];
    customer.record = Loaded{write.customer, write.state, write.due};
    customer.journal.insert(customer.journal.end(), write.journal.begin(), write.journal.end());
    return place->second;
}

void MemoryStore::apply_outbox(const Commit& commit) {
    for (const OutboxRow& row : commit.outbox) {
        outbox_ids_.emplace(row.id, outbox_.size());
        outbox_by_status_[static_cast<std::size_t>(row.status)].insert(outbox_.size());
        outbox_.push_back(row);
    }
    for (const OutboxUpdate& update : commit.outbox_updates) {
        const std::size_t place = outbox_ids_.find(update.id)->second;
        OutboxRow& row = outbox_[place];
        outbox_by_status_[static_cast<std::size_t>(row.status)].erase(place);
        outbox_by_status_[static_cast<std::size_t>(update.status)].insert(place);
        row.status = update.status;
        row.not_before = update.not_before;
        row.attempts = update.attempts;
        row.outcome = update.outcome;
        row.provider_id = update.provider_id;
    }
}

void MemoryStore::apply_rest(const Commit& commit) {
    for (const AttemptRow& attempt : commit.attempts) {
        attempts_.emplace(AttemptKey{attempt.message_id, attempt.number}, attempt);
    }
    for (const AttemptRow& attempt : commit.attempts_finished) {
        AttemptRow& row = attempts_.find(AttemptKey{attempt.message_id, attempt.number})->second;
        row.finished_at = attempt.finished_at;
        row.outcome = attempt.outcome;
    }
    for (const SuppressionRow& row : commit.suppressions) {
        suppressions_.insert_or_assign({row.channel, row.address}, row);
    }
    for (const IdentityLink& link : commit.identities) {
        IdentityLink& kept = identities_[{link.record, link.customer}];
        kept = {link.record, link.customer, std::max(kept.at, link.at), kept.done || link.done};
    }
}

bool MemoryStore::seen(const Digest& message_id) const {
    return dedupe_.contains(message_id);
}

Result<void> MemoryStore::due(const std::function<void(CustomerNo, Instant)>& visit) {
    for (std::size_t i = 0; i < customers_.size(); ++i) {
        if (customers_[i].record.due != kNever) {
            visit(static_cast<CustomerNo>(i), customers_[i].record.due);
        }
    }
    return success();
}

Result<std::vector<OutboxRow>> MemoryStore::outbox(OutboxStatus status, std::size_t limit) {
    std::vector<OutboxRow> out;
    for (std::size_t place : outbox_by_status_[static_cast<std::size_t>(status)]) {
        if (out.size() == limit) {
            break;
        }
        out.push_back(outbox_[place]);
    }
    return out;
}

Result<void> MemoryStore::outbox_heads(OutboxStatus status,
                                       const std::function<void(const OutboxRow&)>& visit) {
    for (std::size_t place : outbox_by_status_[static_cast<std::size_t>(status)]) {
        OutboxRow head = outbox_[place];
        head.body.clear();
        visit(head);
    }
    return success();
}

Result<std::optional<OutboxRow>> MemoryStore::outbox_row(std::string_view id) {
    auto found = outbox_ids_.find(id);
    return found == outbox_ids_.end() ? std::nullopt
                                      : std::optional<OutboxRow>(outbox_[found->second]);
}

Result<std::vector<AttemptRow>> MemoryStore::attempts(std::string_view message_id) {
    std::vector<AttemptRow> out;
    auto at = attempts_.lower_bound(AttemptKey{std::string(message_id), 0});
    for (; at != attempts_.end() && at->first.first == message_id; ++at) {
        out.push_back(at->second);
    }
    return out;
}

std::optional<SuppressionRow> MemoryStore::suppression(std::uint8_t channel,
                                                       const Digest& address) const {
    auto found = suppressions_.find({channel, address});
    return found == suppressions_.end() ? std::nullopt
                                        : std::optional<SuppressionRow>(found->second);
}

Result<void> MemoryStore::suppressions(const std::function<void(const SuppressionRow&)>& visit) {
    for (const auto& [key, row] : suppressions_) {
        visit(row);
    }
    return success();
}

Result<void> MemoryStore::identities(const std::function<void(const IdentityLink&)>& visit) {
    for (const auto& [ids, link] : identities_) {
        visit(link);
    }
    return success();
}

Result<std::vector<IdentityLink>> MemoryStore::links_of(std::string_view record) {
    std::vector<IdentityLink> out;
    for (auto at = identities_.lower_bound({std::string(record), ""});
         at != identities_.end() && at->first.first == record; ++at) {
        out.push_back(at->second);
    }
    std::sort(out.begin(), out.end(), newer_link);
    return out;
}

Result<std::vector<Release>> MemoryStore::releases() {
    std::vector<Release> out;
    for (const auto& [number, release] : releases_) {
        out.push_back(release);
    }
    return out;
}

Result<void> MemoryStore::add_release(const Release& release) {
    if (!releases_.emplace(release.number, release).second) {
        return fail(Errc::conflict,
                    "release " + std::to_string(release.number) + " exists already");
    }
    return success();
}

Result<void> MemoryStore::set_release_options(std::uint32_t number, const std::string& options) {
    const auto found = releases_.find(number);
    if (found == releases_.end()) {
        return fail(Errc::not_found, "there is no release " + std::to_string(number));
    }
    found->second.options = options;
    return success();
}

Result<std::string> MemoryStore::note(std::string_view name) {
    const auto found = notes_.find(name);
    return found == notes_.end() ? std::string{} : found->second;
}

Result<void> MemoryStore::set_note(std::string_view name, std::string_view text) {
    notes_.insert_or_assign(std::string(name), std::string(text));
    return success();
}

}  // namespace sluice
