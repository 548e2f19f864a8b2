// A commit in four steps: numbers for the customers, frames into packs, one transaction, and only
// when that has succeeded the index in memory. A failure at any point leaves memory as it was.

#include "engine/base/assert.hpp"
#include "engine/store/commit_check.hpp"
#include "engine/store/crc32c.hpp"
#include "engine/store/sqlite_store.hpp"

#include <algorithm>

namespace sluice {

Result<std::vector<CustomerNo>> SqliteStore::commit(const Commit& commit) {
    SLUICE_TRY(writable());
    SLUICE_TRY(check_customers(commit));
    SLUICE_TRY(number_customers(commit));
    encode(commit);
    // Ids that are known already are not stored again, so that the file holds exactly what was put
    // into the set, in its order: reading it back gives the same set.
    fresh_ = dedupe_.fresh(commit.dedupe);
    SLUICE_TRY(begin_write());
    if (auto staged = stage(commit); !staged) {
        roll_back();
        return staged.error();
    }
    SLUICE_TRY(end_write());
    publish();
    if (checkpoint_due(options_.tuning.wal_bytes_max) && !checkpoint()) {
        failed_ = true;  // this commit is safe in the log; the next call tells the owner
    }
    std::vector<CustomerNo> numbers;
    numbers.reserve(pending_.size());
    for (const Pending& pending : pending_) {
        numbers.push_back(pending.no);
    }
    return numbers;
}

Result<void> SqliteStore::number_customers(const Commit& commit) {
    pending_.clear();
    auto next = static_cast<CustomerNo>(index_.size());
    for (const CustomerWrite& write : commit.customers) {
        Pending& pending = pending_.emplace_back();
        pending.print = index_.fingerprint(write.customer);
        if (auto known = index_.find(pending.print)) {
            pending.no = *known;
            pending.slot = index_[*known];
        } else {
            ASSERT(next != UINT32_MAX);
            pending.no = next++;
            pending.is_new = true;
        }
    }
    return refuse_twice(commit);
}

Result<void> SqliteStore::refuse_twice(const Commit& commit) {
    std::vector<std::pair<SipHash128, std::size_t>> prints;
    prints.reserve(pending_.size());
    for (const Pending& pending : pending_) {
        prints.emplace_back(pending.print, prints.size());
    }
    std::sort(prints.begin(), prints.end());
    auto twice = std::adjacent_find(prints.begin(), prints.end(), [](const auto& a, const auto& b) {
        return a.first == b.first;
    });
    if (twice != prints.end()) {
        Error error = customer_twice(commit.customers[twice->second].customer);
        return fail(error.code, std::move(error.detail));
    }
    return success();
}

void SqliteStore::encode(const Commit& commit) {
    state_packs_.start(last_state_pack_ + 1);
    journal_packs_.start(last_journal_pack_ + 1);
    for (std::size_t i = 0; i < pending_.size(); ++i) {
        const CustomerWrite& write = commit.customers[i];
        Pending& pending = pending_[i];
        for (const JournalEntry& entry : write.journal) {
            const JournalFrame frame{pending.no, pending.slot.journal_tail, entry.kind, entry.at,
                                     entry.payload};
            pending.slot.journal_tail = journal_packs_.append(frame);
        }
        const StateFrame frame{pending.no, write.due, pending.slot.journal_tail, write.customer,
                               write.state};
        pending.due = write.due;
        pending.slot.bytes = static_cast<std::uint32_t>(frame.bytes());
        pending.slot.state = state_packs_.append(frame);
    }
}

Result<void> SqliteStore::stage(const Commit& commit) {
    SLUICE_TRY(insert_packs(insert_state_, state_packs_));
    SLUICE_TRY(insert_packs(insert_journal_, journal_packs_));
    SLUICE_TRY(insert_dedupe());
    return tables_->apply(commit);
}

Result<void> SqliteStore::insert_packs(Statement& insert, const PackWriter& packs) {
    for (const PackWriter::Pack& pack : packs.packs()) {
        SLUICE_TRY(insert.bind(1, pack.id).bind_blob(2, pack.body).run());
    }
    return success();
}

Result<void> SqliteStore::insert_dedupe() {
    if (fresh_.empty()) {
        return success();
    }
    std::string body;
    body.reserve(fresh_.size() * sizeof(Digest) + sizeof(std::uint32_t));
    for (const Digest& id : fresh_) {
        body.append(reinterpret_cast<const char*>(id.data()), id.size());
    }
    const std::uint32_t sum = crc32c(body);
    body.append(reinterpret_cast<const char*>(&sum), sizeof sum);
    return insert_dedupe_.bind(1, last_dedupe_pack_ + 1).bind_blob(2, body).run();
}

void SqliteStore::publish() {
    for (const Pending& pending : pending_) {
        if (pending.is_new) {
            index_.add(pending.no, pending.print);
            ++placed_;
        } else {
            volume_.live -= index_[pending.no].bytes;
        }
        index_.put(pending.no, pending.slot);
        index_.set_due(pending.no, pending.due);
        volume_.live += pending.slot.bytes;
        volume_.total += pending.slot.bytes;
    }
    for (const Digest& id : fresh_) {
        dedupe_.insert(id);
    }
    dedupe_stored_ += fresh_.size();
    last_dedupe_pack_ += fresh_.empty() ? 0 : 1;
    last_state_pack_ = state_packs_.next_id() - 1;
    last_journal_pack_ = journal_packs_.next_id() - 1;
}

Result<void> SqliteStore::begin_write() {
    end_read();
    return begin_immediate_.run();
}

Result<void> SqliteStore::end_write() {
    auto done = commit_.run();
    if (done) {
        // A log shorter than what was copied of it has begun anew.
        wal_copied_ = wal_frames_ < wal_copied_ ? 0 : wal_copied_;
        return success();
    }
    // Whether the log holds it is not known here. After a failed sync the kernel may have dropped
    // the pages, so trying again would prove nothing: only a reopened file tells.
    failed_ = true;
    roll_back();
    return fail(Errc::io, "commit of unknown fate, reopen the store: " + done.error().detail);
}

void SqliteStore::roll_back() {
    if (!roll_back_.run()) {
        failed_ = true;
    }
}

void SqliteStore::end_read() {
    state_reader_.close();
    journal_reader_.close();
    if (reading_) {
        reading_ = false;
        roll_back();
    }
}

}  // namespace sluice
