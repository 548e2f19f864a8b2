#pragma once

#include "engine/runtime/shard.hpp"

#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

namespace sluice {

/// Everything one commit of a shard holds, from inputs to commit; private to the shard. Customers
/// are changed in the shard's cache; a batch that cannot be committed ends the process, so what the
/// cache holds beyond the disk is never seen.
class Batch {
public:
    Batch(Shard& shard, Instant now) : shard_(shard), now_(now) {}

    /// Applies one call; a repeated message id is acknowledged and changes nothing. One whose
    /// record is part of another goes to `passed_on` instead.
    Result<void> apply(const InboundEvent& event, std::vector<InboundEvent>& passed_on);
    Result<void> fire_timers(CustomerNo no);
    /// Gives a customer an event of the catalog; a repeated one changes nothing.
    Result<void> apply_catalog(CustomerNo no, std::string_view message_id,
                               const AppliedEvent& event);
    /// Marks a message id as seen.
    void remember(const Digest& key) { commit_.dedupe.push_back(key); }
    /// Brings a customer that is still laid out for an older release to the current one.
    Result<void> relay(CustomerNo no);
    /// The record is kept in its journal and becomes a tombstone.
    Result<void> give_away(CustomerNo no, const std::string& customer);
    /// The person takes the record in; `own` is her history so far.
    Result<void> take_in(Handover& handover, const std::vector<InboundEvent>& own);
    void finish(IdentityLink link);
    Result<void> settle(const AttemptResult& result);
    Result<void> resolve(const OutboxRow& row, DoubtVerdict verdict);
    /// Takes what may go out now: re-asks policy and writes the attempt rows.
    Result<void> claim();

    [[nodiscard]] bool empty() const;
    /// Commits, then publishes: cache, timers, ready queues, messages for the dispatcher.
    Result<void> commit();

private:
    struct Touched {
        Shard::Cached* cached = nullptr;  // in the shard's cache, changed in place
        std::vector<JournalEntry> journal;
        std::size_t place = 0;  // in commit_.customers
    };

    Result<Touched*> touch(const std::string& id);
    Touched& touch(Shard::Cached& cached);
    void note_releases(const Customer& customer);
    Result<bool> belongs_elsewhere(const std::string& customer);
    Result<void> learn(const InboundEvent& event);
    Result<void> learn(const IdentityLink& link);
    Result<std::optional<Customer>> given_record(const Touched& touched);
    void take_effects(Touched& touched, Effects& effects);
    void put_message(Touched& touched, const MessageIntent& intent);
    void put_call(Touched& touched, const CallIntent& intent);
    void put_row(OutboxRow row);
    void note_attempt(Touched& touched, const OutboxRow& row, Reason reason, std::string note);
    Result<void> claim_lane(std::size_t lane);
    Result<bool> still_allowed(OutboxRow& row);
    void start_attempt(OutboxRow row, bool fresh);
    void update_row(const OutboxRow& row);

    Shard& shard_;
    Instant now_;
    Commit commit_;
    std::unordered_map<std::string, Touched> touched_;
    std::vector<std::string> order_;           // customers in order of first touch
    std::unordered_set<std::string> new_ids_;  // message ids seen in this batch
    std::vector<OutboxRow> fresh_;             // made in this batch, not yet claimed
    std::vector<ClaimedMessage> claimed_;
    std::vector<std::pair<std::size_t, std::pair<Instant, std::string>>> back_to_ready_;
    std::vector<std::string> finished_;  // ids whose attempt is over
    std::vector<IdentityLink> linked_;   // learnt in this batch
    std::uint64_t events_ = 0, timers_ = 0;
};

}  // namespace sluice
