// A record that turned out to be part of a person is brought over in two commits: its shard gives
// it away, hers takes it in (docs/decisions/0008). Between the two it stands in its own journal.
#include "engine/base/log.hpp"
#include "engine/model/codec.hpp"
#include "engine/runtime/batch.hpp"
#include "engine/runtime/explain.hpp"
#include "engine/runtime/merge.hpp"
#include "engine/runtime/past.hpp"
#include "engine/runtime/shard.hpp"

#include <algorithm>

namespace sluice {
namespace {

/// The newest release that somebody's runs and messages belong to.
std::uint32_t newest_release(const Customer& customer) {
    std::uint32_t newest = 0;
    for (const Run& run : customer.runs) {
        newest = std::max(newest, run.release);
    }
    for (const HeldMessage& held : customer.held) {
        newest = std::max(newest, held.release);
    }
    return newest;
}

Result<std::optional<Customer>> read_given(Store& store, CustomerNo no) {
    std::optional<std::string> state;
    SLUICE_TRY(store.journal(no, [&](const JournalEntry& entry) {
        if (entry.kind == JournalKind::given) {
            state = entry.payload;
        }
        return !state.has_value();
    }));
    std::optional<Customer> out;
    if (state) {
        SLUICE_TRY(out, decode_customer(*state));
    }
    return out;
}

}  // namespace

Result<Handover> Shard::give_away(const IdentityLink& link) {
    Handover out;
    out.link = link;
    const auto no = store_->find(link.record);
    if (!no) {
        return out;
    }
    SLUICE_TRY(auto* cached, load(*no));
    if (!cached->customer.given_away()) {
        Batch batch(*this, shared_.clock.now());
        SLUICE_TRY(batch.give_away(*no, link.customer));
        if (const auto kept = batch.commit(); !kept.has_value()) {
            fatal(kept.error());
        }
    } else if (cached->customer.merged_into != link.customer) {
        return out;  // the past belongs to whoever was first
    }
    return given_before(*no, std::move(out));
}

/// What the record was, from its journal.
Result<Handover> Shard::given_before(CustomerNo no, Handover handover) {
    SLUICE_TRY(auto given, read_given(*store_, no));
    if (!given) {
        return Error{Errc::corrupt, "the record \"" + handover.link.record + "\" was given away " +
                                        "and is not in its journal"};
    }
    SLUICE_TRY(handover.past, read_past(*store_, no));
    handover.record = std::move(*given);
    handover.anything = true;
    return handover;
}

Result<bool> Shard::is_done(const IdentityLink& link) {
    SLUICE_TRY(const auto links, store_->links_of(link.record));
    return std::any_of(links.begin(), links.end(), [&](const IdentityLink& one) {
        return one.customer == link.customer && one.done;
    });
}

/// What was due before is in the store before her history is read from there.
Result<void> Shard::catch_up(Cached& person) {
    const Instant now = shared_.clock.now();
    if (!person.relaid && person.customer.due() > now) {
        return success();
    }
    Batch batch(*this, now);
    SLUICE_TRY(batch.fire_timers(person.no));
    if (const auto kept = batch.commit(); !kept.has_value()) {
        fatal(kept.error());
    }
    return success();
}

Result<void> Shard::take_in(Handover handover) {
    SLUICE_TRY(const bool done, is_done(handover.link));
    if (done) {
        return success();
    }
    if (newest_release(handover.record) > releases_->current()) {
        return Error{Errc::unavailable, "the deploy has not come to this shard yet"};
    }
    SLUICE_TRY(auto* person, load(handover.link.customer));
    if (person->customer.given_away()) {
        return Error{Errc::conflict, "the person is part of another"};
    }
    std::vector<InboundEvent> own;
    if (const auto no = store_->find(handover.link.customer)) {
        SLUICE_TRY(catch_up(*person));
        SLUICE_TRY(own, read_calls(*store_, *no));
    }
    retire_unknown(handover.record);
    Batch batch(*this, shared_.clock.now());
    SLUICE_TRY(batch.take_in(handover, own));
    if (const auto kept = batch.commit(); !kept.has_value()) {
        fatal(kept.error());
    }
    ++counters_.merged;
    return success();
}

Result<void> Shard::finish(const std::vector<IdentityLink>& links) {
    Batch batch(*this, shared_.clock.now());
    for (const IdentityLink& link : links) {
        batch.finish(link);
    }
    if (const auto kept = batch.commit(); !kept.has_value()) {
        fatal(kept.error());
    }
    return success();
}

/// A record that exists says itself what it is; one that does not must not begin to exist once
/// somebody is known to be its person.
Result<bool> Batch::belongs_elsewhere(const std::string& customer) {
    if (!shard_.cache_.contains(customer) && !shard_.store_->find(customer)) {
        const auto& person_of = shard_.shared_.identity.person_of;
        return person_of && person_of(customer) != customer;
    }
    SLUICE_TRY(const auto* cached, shard_.load(customer));
    return cached->customer.given_away();
}

Result<void> Batch::learn(const InboundEvent& event) {
    for (const IdentityLink& link : links_in(event)) {
        SLUICE_TRY(learn(link));
    }
    return success();
}

Result<void> Batch::learn(const IdentityLink& link) {
    const auto& wanted = shard_.shared_.identity.wanted;
    if (wanted && !wanted(link)) {
        return success();
    }
    IdentityLink learnt = link;
    SLUICE_TRY(learnt.done, shard_.is_done(link));
    commit_.identities.push_back(learnt);
    linked_.push_back(std::move(learnt));
    return success();
}

Result<void> Batch::give_away(CustomerNo no, const std::string& customer) {
    SLUICE_TRY(auto* cached, shard_.load(no));
    Touched& touched = touch(*cached);
    Effects effects;
    Customer& record = cached->customer;
    run_timers(*shard_.releases_, shard_.options_, record, now_, effects);
    take_effects(touched, effects);
    touched.journal.push_back({JournalKind::given, now_, encode(record)});
    Customer tombstone;
    tombstone.id = record.id;
    tombstone.last_at = record.last_at;
    tombstone.merged_into = customer;
    record = std::move(tombstone);
    return success();
}

Result<void> Batch::take_in(Handover& handover, const std::vector<InboundEvent>& own) {
    SLUICE_TRY(auto* touched, touch(handover.link.customer));
    std::vector<InboundEvent> theirs;
    for (const JournalEntry& entry : handover.past) {
        if (entry.kind == JournalKind::trace) {
            continue;
        }
        SLUICE_TRY(auto event, decode_event(entry.payload));
        if (entry.kind == JournalKind::event) {
            // Sent again it comes here, and has been counted.
            commit_.dedupe.push_back(digest({"event", event.message_id}));
        }
        theirs.push_back(std::move(event));
    }
    auto packed = pack_past(handover.link.record, now_, handover.past);
    std::move(packed.begin(), packed.end(), std::back_inserter(touched->journal));
    Effects effects;
    merge_customer(*shard_.releases_, shard_.options_,
                   {touched->cached->customer, own, std::move(handover.record), theirs, now_},
                   effects);
    take_effects(*touched, effects);
    finish(handover.link);
    return success();
}

void Batch::finish(IdentityLink link) {
    link.done = true;
    commit_.identities.push_back(std::move(link));
}

/// What a tombstone was; empty for everybody else.
Result<std::optional<Customer>> Batch::given_record(const Touched& touched) {
    std::optional<Customer> out;
    if (touched.cached->customer.given_away()) {
        SLUICE_TRY(out, read_given(*shard_.store_, touched.cached->no));
    }
    return out;
}

}  // namespace sluice
