#include "engine/runtime/batch.hpp"

#include "engine/base/assert.hpp"
#include "engine/base/log.hpp"
#include "engine/model/codec.hpp"
#include "engine/policy/gate.hpp"
#include "engine/runtime/doubt.hpp"
#include "engine/runtime/render.hpp"

#include <algorithm>

namespace sluice {
namespace {

/// Events older than this when they arrive are counted but start nothing (T12).
constexpr Millis kBackfillAge{72LL * 3600 * 1000};

OutboxRow without_body(const OutboxRow& row) {
    OutboxRow head = row;
    head.body.clear();
    return head;
}

}  // namespace

Result<Batch::Touched*> Batch::touch(const std::string& id) {
    if (auto place = touched_.find(id); place != touched_.end()) {
        return &place->second;
    }
    SLUICE_TRY(auto* cached, shard_.load(id));
    return &touch(*cached);
}

Batch::Touched& Batch::touch(Shard::Cached& cached) {
    const auto [place, fresh] = touched_.try_emplace(cached.customer.id);
    if (fresh) {
        place->second.cached = &cached;
        order_.push_back(cached.customer.id);
    }
    if (cached.relaid) {
        cached.relaid = false;
        Effects effects;
        if (shard_.releases_->choices.fire && !cached.edited.empty()) {
            fire_moves(*shard_.releases_, shard_.options_, cached.customer, now_, cached.edited,
                       effects);
        }
        take_effects(place->second, effects);
    }
    return place->second;
}

Result<void> Batch::apply(const InboundEvent& event, std::vector<InboundEvent>& passed_on) {
    const Digest key = digest({"event", event.message_id});
    std::string key_bytes(reinterpret_cast<const char*>(key.data()), key.size());
    if (shard_.store_->seen(key) || new_ids_.contains(key_bytes)) {
        ++shard_.counters_.duplicates;
        return success();
    }
    SLUICE_TRY(const bool elsewhere, belongs_elsewhere(event.customer));
    if (elsewhere) {
        ++shard_.counters_.passed_on;
        passed_on.push_back(event);
        return success();
    }
    new_ids_.insert(std::move(key_bytes));
    SLUICE_TRY(auto* touched, touch(event.customer));
    commit_.dedupe.push_back(key);
    AppliedEvent applied = apply_program(*shard_.releases_->ready().program, event);
    applied.at = std::min(applied.at, now_);
    applied.may_start = event.received_at - event.occurred_at <= kBackfillAge;
    // What is due before the event stands before it in the journal, too.
    Customer& customer = touched->cached->customer;
    if (const Instant at = std::max(applied.at, customer.last_at); customer.due() <= at) {
        Effects before;
        run_timers(*shard_.releases_, shard_.options_, customer, at, before);
        take_effects(*touched, before);
    }
    touched->journal.push_back({JournalKind::event, event.occurred_at, encode(event)});
    SLUICE_TRY(learn(event));
    Effects effects;
    apply_event(*shard_.releases_, shard_.options_, customer, applied, effects);
    take_effects(*touched, effects);
    ++events_;
    return success();
}

Result<void> Batch::fire_timers(CustomerNo no) {
    SLUICE_TRY(auto* cached, shard_.load(no));
    if (cached->customer.given_away()) {
        return success();
    }
    Touched& touched = touch(*cached);
    Effects effects;
    run_timers(*shard_.releases_, shard_.options_, cached->customer, now_, effects);
    take_effects(touched, effects);
    ++timers_;
    return success();
}

Result<void> Batch::apply_catalog(CustomerNo no, std::string_view message_id,
                                  const AppliedEvent& event) {
    SLUICE_TRY(auto* cached, shard_.load(no));
    const Digest key = digest({"catalog", message_id, cached->customer.id});
    if (cached->customer.given_away() || shard_.store_->seen(key)) {
        return success();
    }
    commit_.dedupe.push_back(key);
    Touched& touched = touch(*cached);
    Effects effects;
    apply_event(*shard_.releases_, shard_.options_, cached->customer, event, effects);
    take_effects(touched, effects);
    ++events_;
    return success();
}

Result<void> Batch::relay(CustomerNo no) {
    if (!shard_.cached_by_no_.contains(no)) {
        // Most records are up to date; those need not push others out of the cache.
        SLUICE_TRY(auto loaded, shard_.store_->load(no));
        SLUICE_TRY(auto customer, decode_customer(loaded.state));
        if (!needs_relayout(*shard_.releases_, customer)) {
            note_releases(customer);
            return success();
        }
    }
    SLUICE_TRY(auto* cached, shard_.load(no));
    if (cached->relaid) {
        Touched& touched = touch(*cached);
        Effects effects;
        settle_customer(*shard_.releases_, shard_.options_, cached->customer, now_, effects);
        take_effects(touched, effects);
    }
    note_releases(cached->customer);
    return success();
}

void Batch::note_releases(const Customer& customer) {
    std::set<std::uint32_t>& needed = shard_.needed_;
    for (const Layout& layout : customer.layouts) {
        needed.insert(layout.release);
    }
    for (const Run& run : customer.runs) {
        needed.insert(run.release);
    }
    for (const HeldMessage& held : customer.held) {
        needed.insert(held.release);
    }
}

void Batch::take_effects(Touched& touched, Effects& effects) {
    for (const InboundEvent& fact : effects.internal) {
        touched.journal.push_back({JournalKind::internal, fact.occurred_at, encode(fact)});
    }
    for (const TraceRow& row : effects.trace) {
        touched.journal.push_back({JournalKind::trace, row.at, encode(row)});
        shard_.counters_.skipped += row.kind == TraceKind::skipped ? 1 : 0;
    }
    for (const MessageIntent& intent : effects.messages) {
        put_message(touched, intent);
    }
    for (const CallIntent& intent : effects.calls) {
        put_call(touched, intent);
    }
}

void Batch::put_message(Touched& touched, const MessageIntent& intent) {
    const dsl::Program& program = *shard_.releases_->find(intent.release)->program;
    Customer& customer = touched.cached->customer;
    const Layout* layout = customer.layout(intent.release);
    // A held message may outlive the layout of its release: names that both declare still fit.
    const Layout& known = layout ? *layout : customer.layouts.front();
    auto rendered = render_message(program, known, customer.id, intent);
    OutboxRow row;
    row.id = intent.id;
    row.customer = customer.id;
    row.channel = static_cast<std::uint8_t>(intent.channel);
    row.created_at = intent.at;
    row.not_before = intent.at;
    row.expires_at = add(intent.at, to_span(program.policy.stale_after), zone_of(program, known));
    if (rendered.has_value()) {
        row.body = encode(rendered.value());
    } else {
        row.status = OutboxStatus::failed;
        row.outcome = "render: " + rendered.error().detail;
        log(LogLevel::error, "message.render_failed",
            {{"message_id", row.id}, {"detail", rendered.error().detail}});
        note_attempt(touched, row, Reason::failed, row.outcome);
    }
    put_row(std::move(row));
}

void Batch::put_call(Touched& touched, const CallIntent& intent) {
    const dsl::Program& program = *shard_.releases_->find(intent.release)->program;
    OutboxRow row;
    row.id = intent.id;
    row.customer = touched.cached->customer.id;
    row.is_call = true;
    row.created_at = intent.at;
    row.not_before = intent.at;
    row.expires_at = intent.at + Millis{86'400'000};
    row.body = encode(render_call(program, row.customer, intent));
    put_row(std::move(row));
}

void Batch::put_row(OutboxRow row) {
    ++shard_.counters_.messages;
    if (row.status == OutboxStatus::ready) {
        fresh_.push_back(std::move(row));
    } else {
        commit_.outbox.push_back(std::move(row));
    }
}

/// What became of a hand-over stands in the customer's journal, for explain.
void Batch::note_attempt(Touched& touched, const OutboxRow& row, Reason reason, std::string note) {
    const TraceRow trace = attempt_trace(row, now_, reason, std::move(note));
    touched.journal.push_back({JournalKind::trace, now_, encode(trace)});
}

bool Batch::empty() const {
    return order_.empty() && commit_.outbox_updates.empty() && commit_.attempts.empty() &&
           commit_.identities.empty() && fresh_.empty();
}

Result<void> Batch::commit() {
    for (OutboxRow& row : fresh_) {
        back_to_ready_.push_back({lane_of(row), {row.not_before, row.id}});
        commit_.outbox.push_back(std::move(row));
    }
    for (const std::string& id : order_) {
        Touched& touched = touched_[id];
        touched.place = commit_.customers.size();
        CustomerWrite& write = commit_.customers.emplace_back();
        write.customer = id;
        write.state = encode(touched.cached->customer);
        write.due = touched.cached->customer.due();
        write.journal = std::move(touched.journal);
    }
    auto numbers = shard_.store_->commit(commit_);
    if (!numbers.has_value()) {
        for (const ClaimedMessage& message : claimed_) {
            shard_.shared_.lanes[lane_of(message.row)].give_back();
        }
        return numbers.error();
    }
    for (const std::string& id : order_) {
        Touched& touched = touched_[id];
        touched.cached->no = numbers.value()[touched.place];
        shard_.cached_by_no_[touched.cached->no] = touched.cached;
        shard_.timers_.set(touched.cached->no, touched.cached->customer.due());
        shard_.tally(*touched.cached);
        shard_.audience_.add(touched.cached->no, touched.cached->customer, *shard_.releases_);
    }
    for (const SuppressionRow& row : commit_.suppressions) {
        shard_.shared_.suppressions.add(row);
    }
    for (auto& [lane, entry] : back_to_ready_) {
        shard_.ready_[lane].insert(std::move(entry));
    }
    for (const std::string& id : finished_) {
        shard_.in_flight_.erase(id);
    }
    for (const ClaimedMessage& message : claimed_) {
        shard_.in_flight_[message.row.id] = without_body(message.row);
    }
    ShardCounters& counters = shard_.counters_;
    counters.events += events_;
    counters.timers_fired += timers_;
    counters.attempts += claimed_.size();
    ++counters.commits;
    if (!claimed_.empty()) {
        shard_.shared_.hand_over(std::move(claimed_));
    }
    if (!linked_.empty() && shard_.shared_.identity.linked) {
        shard_.shared_.identity.linked(std::move(linked_));
    }
    return success();
}

}  // namespace sluice
