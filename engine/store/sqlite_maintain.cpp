// Work in the background, in bounded steps that the owner calls between commits.
//
// Compaction goes round the packs like a log-structured file: the oldest packs are read in order,
// frames that are still somebody's newest are appended under new ids, and the old rows are deleted
// in the same transaction. With random updates the oldest packs are the deadest, so little is
// copied. It runs while more than half of the stored state is dead; the file reuses the freed pages
// and stays at about twice what is alive.

#include "engine/store/sqlite_store.hpp"

namespace sluice {
namespace {

// When compaction has fallen far behind, a step may be this much longer.
constexpr std::uint64_t kCatchUpFactor = 4;
constexpr std::size_t kSumBytes = 4;

}  // namespace

Result<bool> SqliteStore::maintain() {
    if (options_.read_only) {
        return false;
    }
    SLUICE_TRY(healthy());
    if (checkpoint_due(options_.tuning.checkpoint_from_bytes)) {
        SLUICE_TRY(checkpoint());
    } else if (compaction_due()) {
        SLUICE_TRY(compact());
    } else if (trim_due()) {
        SLUICE_TRY(trim_dedupe());
    }
    return compaction_due() || trim_due();
}

bool SqliteStore::checkpoint_due(std::uint64_t from_bytes) const {
    return static_cast<std::uint64_t>(wal_frames_ - wal_copied_) * page_bytes_ >= from_bytes;
}

Result<void> SqliteStore::checkpoint() {
    end_read();
    auto state = file_.checkpoint(Connection::Checkpoint::passive);
    if (!state) {
        failed_ = true;  // a failed sync is never tried again
        return state.error();
    }
    // With a reader in the way part of the log stays; it is tried again when the log has grown by
    // as much again, not at every call.
    wal_frames_ = state.value().frames;
    wal_copied_ = state.value().frames;
    return success();
}

bool SqliteStore::compaction_due() const {
    return volume_.dead() > volume_.live && volume_.dead() >= options_.tuning.compact_from_bytes;
}

Result<void> SqliteStore::compact() {
    SLUICE_TRY(begin_write());
    auto freed = move_oldest();
    if (!freed) {
        roll_back();
        return freed.error();
    }
    SLUICE_TRY(end_write());
    volume_.total -= freed.value();
    for (const auto& [no, at] : moves_) {
        CustomerSlot slot = index_[no];
        slot.state = at;
        index_.put(no, slot);
        volume_.total += slot.bytes;
    }
    last_state_pack_ = state_packs_.next_id() - 1;
    return success();
}

Result<std::uint64_t> SqliteStore::move_oldest() {
    const bool behind = volume_.dead() > 2 * volume_.live;
    const std::uint64_t budget = options_.tuning.compact_step_bytes * (behind ? kCatchUpFactor : 1);
    state_packs_.start(last_state_pack_ + 1);
    moves_.clear();
    std::uint64_t bytes = 0;
    std::int64_t last = 0;
    {
        StatementScope scope(oldest_state_);
        while (bytes < budget) {
            SLUICE_TRY(bool more, oldest_state_.step());
            if (!more) {
                break;
            }
            last = oldest_state_.integer(0);
            std::string_view body = oldest_state_.bytes(1);
            bytes += body.size();
            SLUICE_TRY(keep_live(last, body));
        }
    }
    SLUICE_TRY(delete_state_.bind(1, last).run());
    SLUICE_TRY(insert_packs(insert_state_, state_packs_));
    return bytes;
}

Result<void> SqliteStore::keep_live(std::int64_t pack, std::string_view body) {
    for (std::size_t at = 0; at < body.size();) {
        auto length = frame_length(body.substr(at), kStateHeaderBytes);
        if (!length) {
            return fail(Errc::corrupt,
                        "state_pack " + std::to_string(pack) + ": " + length.error().detail);
        }
        std::string_view bytes = body.substr(at, length.value());
        auto frame = decode_state(bytes);
        if (!frame || frame.value().no >= index_.size()) {
            return fail(Errc::corrupt, "state_pack " + std::to_string(pack) + ": bad frame at " +
                                           std::to_string(at));
        }
        const CustomerNo no = frame.value().no;
        if (index_[no].state == Locator::of(pack, at)) {
            moves_.emplace_back(no, state_packs_.append_encoded(bytes));
        }
        at += length.value();
    }
    return success();
}

bool SqliteStore::trim_due() const {
    const std::uint64_t slack = options_.tuning.dedupe_entries_max / 64 + 1;
    return dedupe_stored_ > dedupe_.size() + slack;
}

Result<void> SqliteStore::trim_dedupe() {
    SLUICE_TRY(begin_write());
    auto deleted = delete_evicted();
    if (!deleted) {
        roll_back();
        return deleted.error();
    }
    SLUICE_TRY(end_write());
    dedupe_stored_ -= deleted.value();
    return success();
}

Result<std::uint64_t> SqliteStore::delete_evicted() {
    const std::uint64_t evicted = dedupe_stored_ - dedupe_.size();
    std::uint64_t deleted = 0;
    std::int64_t last = 0;
    {
        StatementScope scope(oldest_dedupe_);
        while (true) {
            SLUICE_TRY(bool more, oldest_dedupe_.step());
            if (!more) {
                break;
            }
            auto ids = (static_cast<std::uint64_t>(oldest_dedupe_.integer(1)) - kSumBytes) /
                       sizeof(Digest);
            if (deleted + ids > evicted) {
                break;
            }
            deleted += ids;
            last = oldest_dedupe_.integer(0);
        }
    }
    SLUICE_TRY(delete_dedupe_.bind(1, last).run());
    return deleted;
}

}  // namespace sluice
