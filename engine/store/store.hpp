#pragma once

#include "engine/base/clock.hpp"
#include "engine/base/hash.hpp"
#include "engine/base/result.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// The Store seam: what one shard keeps, and the one atomic commit it is changed by.
namespace sluice {

/// Dense number of a customer within one shard, given in order of first commit, never reused.
using CustomerNo = std::uint32_t;

/// What a journal entry is. Values are stored: never renumber.
enum class JournalKind : std::uint8_t {
    event = 1,     // an InboundEvent as it came (model/codec)
    trace = 2,     // why something did or did not happen (model/trace)
    internal = 3,  // an event the engine made itself (Email Sent, set …, record …)
    taken = 4,     // part of the past of another record that is the same person (runtime/past)
    given = 5,     // the record as it was when it was given to another (model/codec)
};

/// One fact about one customer. Entries of a customer form a chain that is walked newest first.
struct JournalEntry {
    JournalKind kind = JournalKind::event;
    Instant at;
    std::string payload;
};

/// The new state of one customer and what happened to it, within one commit.
struct CustomerWrite {
    std::string customer;
    std::string state;     // encoded record, opaque to the store
    Instant due = kNever;  // earliest instant at which the customer needs a step; kNever: none
    std::vector<JournalEntry> journal;  // in order
};

/// Life of an outbox row. Values are stored: never renumber.
enum class OutboxStatus : std::uint8_t {
    ready = 0,     // may be attempted from not_before on
    claimed = 1,   // an attempt row is committed; the connector may have it
    accepted = 2,  // final: the provider took it
    failed = 3,    // final: rejected, expired or out of attempts
    unknown = 4,   // in doubt: listed by `sluice doubts`, never sent again by itself
    skipped = 5,   // final: policy stopped it at the attempt, or the run ended
};

/// One message or webhook call. `body` is the encoded RenderedMessage or RenderedCall.
struct OutboxRow {
    std::string id;  // idempotency key, unique for ever
    std::string customer;
    bool is_call = false;
    std::uint8_t channel = 0;
    OutboxStatus status = OutboxStatus::ready;
    Instant created_at;
    Instant not_before;
    Instant expires_at = kNever;
    std::uint32_t attempts = 0;
    std::string outcome;  // last outcome's code and class, for people
    std::string provider_id;
    std::string body;
};

/// Changes of an existing row; only the fields that a transition may change.
struct OutboxUpdate {
    std::string id;
    OutboxStatus status = OutboxStatus::ready;
    Instant not_before;
    std::uint32_t attempts = 0;
    std::string outcome;
    std::string provider_id;
};

/// One try, written before the socket is touched (started) and completed by its outcome.
struct AttemptRow {
    std::string message_id;
    std::uint32_t number = 1;
    Instant started_at;
    Instant finished_at = kNever;  // kNever: started, not finished
    std::string connector;
    std::string outcome;
};

/// An address that must not be written to: channel, HMAC-free digest of the normalised address.
struct SuppressionRow {
    std::uint8_t channel = 0;
    Digest address{};
    std::string reason;  // "bounce_hard" | "unsubscribed" | "manual"
    Instant at;
};

/// One record is another person's, as learnt by identify and alias (runtime/identity). Kept in the
/// store of the shard that owns the person.
struct IdentityLink {
    std::string record;    // record id: "anonymous:X", or an id that was known
    std::string customer;  // record id of the person
    Instant at;            // when it was learnt; kEpoch: before that was written down
    bool done = false;     // the past of `record` has been brought over
    friend bool operator==(const IdentityLink&, const IdentityLink&) = default;
};

/// The order in which links of one record count: learnt later, and of one instant the same one for
/// everybody.
inline bool newer_link(const IdentityLink& a, const IdentityLink& b) {
    return a.at != b.at ? a.at > b.at : a.customer > b.customer;
}

/// Everything one batch changes. All of it is durable and visible, or none of it.
struct Commit {
    std::vector<CustomerWrite> customers;  // each customer at most once
    std::vector<OutboxRow> outbox;
    std::vector<OutboxUpdate> outbox_updates;
    std::vector<AttemptRow> attempts;           // inserted
    std::vector<AttemptRow> attempts_finished;  // matched by (message_id, number)
    std::vector<SuppressionRow> suppressions;
    std::vector<IdentityLink> identities;
    std::vector<Digest> dedupe;  // message ids of the events in this commit
};

/// A set of sources that customers' runs refer to: kept until no run needs it.
struct Release {
    std::uint32_t number = 0;  // 1, 2, …
    std::string program_hash;
    Instant at;
    std::string bundle;  // encoded SourceSet with message bodies
    std::string options =
        {};  // how it came to be and what its deploy asked for, see daemon/release
};

/// One shard's durable memory.
///
/// Owner:    its Shard (or a reader). Exactly one writer a store, which also checkpoints.
/// Threads:  one thread; readers are separate instances opened read-only.
/// Errors:   a failed commit leaves nothing behind; after Errc::io from commit() the fate may be
///           unknown and the owner must reopen the store before going on.
class Store {
public:
    virtual ~Store() = default;

    /// Number of a customer, if it was ever committed.
    virtual std::optional<CustomerNo> find(std::string_view customer) const = 0;
    [[nodiscard]] virtual std::size_t customers() const = 0;

    struct Loaded {
        std::string customer;
        std::string state;
        Instant due = kNever;
    };
    /// The newest committed record. Errc::not_found, Errc::corrupt or Errc::io.
    virtual Result<Loaded> load(CustomerNo no) = 0;

    /// Walks a customer's journal newest first until `visit` returns false.
    virtual Result<void> journal(CustomerNo no,
                                 const std::function<bool(const JournalEntry&)>& visit) = 0;

    /// Makes the batch durable (fsync) and gives numbers to new customers, in order.
    /// On success `numbers[i]` belongs to commit.customers[i].
    virtual Result<std::vector<CustomerNo>> commit(const Commit& commit) = 0;

    /// Whether an event with this message id was committed, within the dedupe window
    /// (limits::kDedupeEntriesMax newest ids).
    [[nodiscard]] virtual bool seen(const Digest& message_id) const = 0;

    /// Every customer with a due time, in no order: to rebuild the timers at start.
    virtual Result<void> due(const std::function<void(CustomerNo, Instant)>& visit) = 0;

    /// Rows by status, oldest first; at most `limit`.
    virtual Result<std::vector<OutboxRow>> outbox(OutboxStatus status, std::size_t limit) = 0;
    /// Every row of a status without its body, in no order: to rebuild the queues at start.
    virtual Result<void> outbox_heads(OutboxStatus status,
                                      const std::function<void(const OutboxRow&)>& visit) = 0;
    virtual Result<std::optional<OutboxRow>> outbox_row(std::string_view id) = 0;
    virtual Result<std::vector<AttemptRow>> attempts(std::string_view message_id) = 0;

    [[nodiscard]] virtual std::optional<SuppressionRow> suppression(
        std::uint8_t channel, const Digest& address) const = 0;
    virtual Result<void> suppressions(const std::function<void(const SuppressionRow&)>& visit) = 0;
    /// A link is known by both ids: one that is committed again keeps the later time, and stays
    /// done when it was.
    virtual Result<void> identities(const std::function<void(const IdentityLink&)>& visit) = 0;
    /// Those of one record, newest first.
    virtual Result<std::vector<IdentityLink>> links_of(std::string_view record) = 0;

    virtual Result<std::vector<Release>> releases() = 0;
    virtual Result<void> add_release(const Release& release) = 0;
    /// Replaces the options of a release that is kept; Errc::not_found when there is none.
    virtual Result<void> set_release_options(std::uint32_t number, const std::string& options) = 0;

    /// A small text kept under a name, for what concerns no single customer; empty when there is
    /// none. Setting one is durable when it returns.
    virtual Result<std::string> note(std::string_view name) = 0;
    virtual Result<void> set_note(std::string_view name, std::string_view text) = 0;

    /// Bounded background work (sequential compaction, a paced checkpoint); called by the owner
    /// when idle and every few commits. Returns whether there is more to do at once.
    virtual Result<bool> maintain() = 0;
};

}  // namespace sluice
