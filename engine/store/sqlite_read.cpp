// Reading one frame: the index has its locator and length, SQLite seeks the row and reads just
// these bytes. A writer keeps one read transaction over the loads between two commits, since
// starting one for each costs as much as the load; a reader never keeps one, because the log could
// not begin anew.

#include "engine/base/memory.hpp"
#include "engine/store/sqlite_store.hpp"

namespace sluice {
namespace {

constexpr int kReloadsMax = 8;  // a reader that loses this many races against compaction gives up

Error with_context(const char* table, Locator at, const Error& error) {
    return Error{error.code, std::string(table) + " " + std::to_string(at.pack()) + " at " +
                                 std::to_string(at.offset()) + ": " + error.detail};
}

// Closes what a reader opened when its call ends, and nothing for a writer.
class CallScope {
public:
    CallScope(BlobReader& blob, bool active) : blob_(blob), active_(active) {}
    ~CallScope() {
        if (active_) {
            blob_.close();
        }
    }
    CallScope(const CallScope&) = delete;
    CallScope& operator=(const CallScope&) = delete;

private:
    BlobReader& blob_;
    bool active_;
};

}  // namespace

Result<void> SqliteStore::begin_read() {
    SLUICE_TRY(healthy());
    if (options_.read_only || reading_) {
        return success();
    }
    SLUICE_TRY(begin_deferred_.run());
    reading_ = true;
    return success();
}

std::optional<CustomerNo> SqliteStore::find(std::string_view customer) const {
    return index_.find(index_.fingerprint(customer));
}

Result<Store::Loaded> SqliteStore::load(CustomerNo no) {
    SLUICE_TRY(begin_read());
    if (no >= index_.size()) {
        return fail(Errc::not_found, "there is no customer number " + std::to_string(no));
    }
    CallScope scope(state_reader_, options_.read_only);
    auto loaded = load_once(no);
    for (int i = 0; !loaded && loaded.error().code == Errc::not_found && i < kReloadsMax; ++i) {
        if (!options_.read_only) {
            break;
        }
        SLUICE_TRY(reload());  // compaction has moved the record since we looked last
        loaded = load_once(no);
    }
    if (!loaded) {
        // The customer exists, so a missing pack is damage and not an answer.
        Error error = with_context("state_pack", index_[no].state, loaded.error());
        error.code = error.code == Errc::not_found ? Errc::corrupt : error.code;
        return fail(error.code, std::move(error.detail));
    }
    return loaded;
}

Result<Store::Loaded> SqliteStore::load_once(CustomerNo no) {
    const CustomerSlot slot = index_[no];
    SLUICE_TRY(state_reader_.read(slot.state.pack(), slot.state.offset(), slot.bytes, buffer_));
    SLUICE_TRY(StateFrame frame, decode_state(buffer_));
    if (frame.no != no) {
        return fail(Errc::corrupt, "frame of another customer");
    }
    return Loaded{std::string(frame.customer), std::string(frame.state), frame.due};
}

Result<void> SqliteStore::journal(CustomerNo no,
                                  const std::function<bool(const JournalEntry&)>& visit) {
    SLUICE_TRY(healthy());
    if (no >= index_.size()) {
        return fail(Errc::not_found, "there is no customer number " + std::to_string(no));
    }
    CallScope scope(journal_reader_, options_.read_only);
    for (Locator at = index_[no].journal_tail; at;) {
        auto frame = read_journal(no, at);
        if (!frame) {
            Error error = with_context("journal_pack", at, frame.error());
            error.code = error.code == Errc::not_found ? Errc::corrupt : error.code;
            return fail(error.code, std::move(error.detail));
        }
        const JournalFrame& found = frame.value();
        at = found.previous;
        if (!visit(JournalEntry{found.kind, found.at, std::string(found.payload)})) {
            break;
        }
    }
    return success();
}

Result<JournalFrame> SqliteStore::read_journal(CustomerNo no, Locator at) {
    SLUICE_TRY(begin_read());
    SLUICE_TRY(journal_reader_.read(at.pack(), at.offset(), kJournalHeaderBytes, buffer_));
    SLUICE_TRY(std::size_t length, frame_length(buffer_, kJournalHeaderBytes));
    SLUICE_TRY(journal_reader_.read(at.pack(), at.offset(), length, buffer_));
    SLUICE_TRY(JournalFrame frame, decode_journal(buffer_));
    if (frame.no != no || frame.previous >= at) {
        return fail(Errc::corrupt, "frame outside its customer's chain");
    }
    return frame;
}

Result<void> SqliteStore::due(const std::function<void(CustomerNo, Instant)>& visit) {
    SLUICE_TRY(healthy());
    if (!index_.dues()) {
        return scan_due(visit);
    }
    const auto& dues = *index_.dues();
    for (std::size_t at = 0; at < dues.size(); ++at) {
        if (dues[at] != kNever) {
            visit(static_cast<CustomerNo>(at), dues[at]);
        }
    }
    index_.forget_dues();
    give_back_memory();  // eighty megabytes for ten million customers
    return success();
}

Result<std::vector<OutboxRow>> SqliteStore::outbox(OutboxStatus status, std::size_t limit) {
    SLUICE_TRY(healthy());
    return tables_->outbox(status, limit);
}

Result<void> SqliteStore::outbox_heads(OutboxStatus status,
                                       const std::function<void(const OutboxRow&)>& visit) {
    SLUICE_TRY(healthy());
    return tables_->outbox_heads(status, visit);
}

Result<std::optional<OutboxRow>> SqliteStore::outbox_row(std::string_view id) {
    SLUICE_TRY(healthy());
    return tables_->outbox_row(id);
}

Result<std::vector<AttemptRow>> SqliteStore::attempts(std::string_view message_id) {
    SLUICE_TRY(healthy());
    return tables_->attempts(message_id);
}

std::optional<SuppressionRow> SqliteStore::suppression(std::uint8_t channel,
                                                       const Digest& address) const {
    if (healthy()) {
        if (auto row = tables_->suppression(channel, address)) {
            return row.value();
        }
        failed_ = true;
    }
    return SuppressionRow{channel, address, "store_error", kEpoch};
}

Result<void> SqliteStore::suppressions(const std::function<void(const SuppressionRow&)>& visit) {
    SLUICE_TRY(healthy());
    return tables_->suppressions(visit);
}

Result<void> SqliteStore::identities(const std::function<void(const IdentityLink&)>& visit) {
    SLUICE_TRY(healthy());
    return tables_->identities(visit);
}

Result<std::vector<IdentityLink>> SqliteStore::links_of(std::string_view record) {
    SLUICE_TRY(healthy());
    return tables_->links_of(record);
}

Result<std::vector<Release>> SqliteStore::releases() {
    SLUICE_TRY(healthy());
    return tables_->releases();
}

Result<void> SqliteStore::add_release(const Release& release) {
    SLUICE_TRY(writable());
    SLUICE_TRY(begin_write());
    if (auto added = tables_->add_release(release); !added) {
        roll_back();
        return added;
    }
    return end_write();
}

Result<void> SqliteStore::set_release_options(std::uint32_t number, const std::string& options) {
    SLUICE_TRY(writable());
    SLUICE_TRY(begin_write());
    if (auto set = tables_->set_release_options(number, options); !set) {
        roll_back();
        return set;
    }
    return end_write();
}

Result<std::string> SqliteStore::note(std::string_view name) {
    return tables_->note(name);
}

Result<void> SqliteStore::set_note(std::string_view name, std::string_view text) {
    SLUICE_TRY(writable());
    SLUICE_TRY(begin_write());
    if (auto set = tables_->set_note(name, text); !set) {
        roll_back();
        return set;
    }
    return end_write();
}

}  // namespace sluice
