// Rebuilding memory from the file: packs are read in order of their ids, and of two frames of one
// customer the later one is the newer. Compaction keeps that true, because it appends what it moves
// under a new, higher id, and it moves only the newest. A reader goes on where it stopped last.

#include "engine/store/crc32c.hpp"
#include "engine/store/sqlite_store.hpp"

namespace sluice {
namespace {

constexpr std::size_t kSumBytes = 4;  // dedupe packs end in the checksum of their ids

Error in_pack(std::string_view table, std::int64_t pack, const Error& error) {
    return Error{error.code, std::string(table) + " " + std::to_string(pack) + ": " + error.detail};
}

bool sum_matches(std::string_view body) {
    if (body.size() < kSumBytes || (body.size() - kSumBytes) % sizeof(Digest) != 0) {
        return false;
    }
    std::uint32_t sum = 0;
    body.copy(reinterpret_cast<char*>(&sum), kSumBytes, body.size() - kSumBytes);
    return sum == crc32c(body.substr(0, body.size() - kSumBytes));
}

}  // namespace

Result<void> SqliteStore::reload() {
    SLUICE_TRY(healthy());
    end_read();
    SLUICE_TRY(begin_deferred_.run());  // one moment for all tables
    auto scanned = scan();
    if (auto ended = commit_.run(); !ended && scanned) {
        return ended;
    }
    return scanned;
}

Result<void> SqliteStore::scan() {
    SLUICE_TRY(scan_state());
    if (placed_ != index_.size()) {
        return fail(Errc::corrupt, "state_pack: " + std::to_string(index_.size() - placed_) +
                                       " customers have no record");
    }
    return scan_dedupe();
}

Result<void> SqliteStore::scan_state() {
    SLUICE_TRY(Statement row,
               file_.prepare("SELECT id, body FROM state_pack WHERE id > ?1 ORDER BY id"));
    row.bind(1, last_state_pack_);
    while (true) {
        SLUICE_TRY(bool more, row.step());
        if (!more) {
            return success();
        }
        const std::int64_t pack = row.integer(0);
        if (auto taken = take_pack(pack, row.bytes(1)); !taken) {
            Error error = in_pack("state_pack", pack, taken.error());
            return fail(error.code, std::move(error.detail));
        }
        last_state_pack_ = pack;
    }
}

Result<void> SqliteStore::take_pack(std::int64_t pack, std::string_view body) {
    for (std::size_t at = 0; at < body.size();) {
        SLUICE_TRY(std::size_t length, frame_length(body.substr(at), kStateHeaderBytes));
        SLUICE_TRY(StateFrame frame, decode_state(body.substr(at, length)));
        const bool known = frame.no < index_.size() && index_[frame.no].state;
        if (known) {
            volume_.live -= index_[frame.no].bytes;
        } else {
            index_.add(frame.no, index_.fingerprint(frame.customer));
            ++placed_;
        }
        if (at > kPackBytes || static_cast<std::size_t>(frame.journal_tail.offset()) > kPackBytes) {
            return fail(Errc::corrupt, "a frame stands where no pack has one");
        }
        index_.put(frame.no,
                   {Locator::of(pack, at), frame.journal_tail, static_cast<std::uint32_t>(length)});
        index_.set_due(frame.no, frame.due);
        volume_.live += length;
        volume_.total += length;
        at += length;
    }
    return success();
}

/// The due times once more, from the newest record of everybody.
Result<void> SqliteStore::scan_due(const std::function<void(CustomerNo, Instant)>& visit) {
    SLUICE_TRY(Statement row, file_.prepare("SELECT id, body FROM state_pack ORDER BY id"));
    while (true) {
        SLUICE_TRY(bool more, row.step());
        if (!more) {
            return success();
        }
        const std::int64_t pack = row.integer(0);
        const std::string_view body = row.bytes(1);
        for (std::size_t at = 0; at < body.size();) {
            SLUICE_TRY(std::size_t length, frame_length(body.substr(at), kStateHeaderBytes));
            SLUICE_TRY(StateFrame frame, decode_state(body.substr(at, length)));
            const bool newest =
                frame.no < index_.size() && index_[frame.no].state == Locator::of(pack, at);
            if (newest && frame.due != kNever) {
                visit(frame.no, frame.due);
            }
            at += length;
        }
    }
}

Result<void> SqliteStore::scan_dedupe() {
    SLUICE_TRY(Statement row,
               file_.prepare("SELECT id, body FROM dedupe_pack WHERE id > ?1 ORDER BY id"));
    row.bind(1, last_dedupe_pack_);
    while (true) {
        SLUICE_TRY(bool more, row.step());
        if (!more) {
            return success();
        }
        const std::int64_t pack = row.integer(0);
        std::string_view body = row.bytes(1);
        if (!sum_matches(body)) {
            return fail(Errc::corrupt,
                        "dedupe_pack " + std::to_string(pack) + " has a wrong checksum");
        }
        for (std::size_t at = 0; at + kSumBytes < body.size(); at += sizeof(Digest)) {
            Digest id{};
            body.copy(reinterpret_cast<char*>(id.data()), id.size(), at);
            dedupe_.insert(id);
            ++dedupe_stored_;
        }
        last_dedupe_pack_ = pack;
    }
}

}  // namespace sluice
