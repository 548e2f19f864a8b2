#include "engine/base/log.hpp"
#include "engine/model/codec.hpp"
#include "engine/policy/gate.hpp"
#include "engine/policy/retry.hpp"
#include "engine/runtime/batch.hpp"
#include "engine/runtime/doubt.hpp"

#include <algorithm>

namespace sluice {
namespace {

/// Webhook calls that declare no `retry N times` are tried this often.
constexpr std::int64_t kCallRetriesDefault = 5;

std::string outcome_text(const Outcome& outcome) {
    std::string text(to_text(outcome.status));
    if (outcome.why != Outcome::Class::none) {
        text += " " + std::string(to_text(outcome.why));
    }
    if (!outcome.code.empty()) {
        text += " " + outcome.code;
    }
    return text;
}

/// A call's own `retry N times` bounds what the general rule allows.
bool out_of_retries(const OutboxRow& row) {
    if (!row.is_call) {
        return false;
    }
    auto call = decode_call(row.body);
    const std::int64_t declared = call.has_value() ? call.value().retry_times : 0;
    return row.attempts > (declared > 0 ? declared : kCallRetriesDefault);
}

}  // namespace

void Batch::update_row(const OutboxRow& row) {
    commit_.outbox_updates.push_back(update_of(row));
}

Result<void> Batch::claim() {
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
        SLUICE_TRY(claim_lane(lane));
    }
    // What this batch made itself was asked about a moment ago and needs no second look.
    std::vector<OutboxRow> left;
    for (OutboxRow& row : fresh_) {
        const bool late = row.expires_at <= now_;
        if (late || !shard_.shared_.lanes[lane_of(row)].try_take(now_)) {
            left.push_back(std::move(row));
            continue;
        }
        start_attempt(std::move(row), true);
    }
    fresh_ = std::move(left);
    return success();
}

/// The oldest due messages of a lane, as many as it has credits for.
Result<void> Batch::claim_lane(std::size_t lane) {
    auto& ready = shard_.ready_[lane];
    while (!ready.empty() && ready.begin()->first <= now_) {
        if (!shard_.shared_.lanes[lane].try_take(now_)) {
            return success();
        }
        const std::string id = ready.begin()->second;
        ready.erase(ready.begin());
        SLUICE_TRY(auto found, shard_.store_->outbox_row(id));
        if (!found || found->status != OutboxStatus::ready) {
            shard_.shared_.lanes[lane].give_back();
            continue;
        }
        auto allowed = still_allowed(*found);
        if (!allowed.has_value() || !allowed.value()) {
            shard_.shared_.lanes[lane].give_back();
            SLUICE_TRY(auto stopped, std::move(allowed));
            static_cast<void>(stopped);
            continue;
        }
        start_attempt(std::move(*found), false);
    }
    return success();
}

/// Policy again, in the commit that creates the attempt: after an opt-out is acknowledged nothing
/// leaves that is not already on the wire.
Result<bool> Batch::still_allowed(OutboxRow& row) {
    if (row.is_call) {
        return true;
    }
    SLUICE_TRY(auto* touched, touch(row.customer));
    // The record is asked as it was when its message was made, if it is no more: the person has
    // traits of her own, and may be another shard's.
    SLUICE_TRY(const auto given, given_record(*touched));
    const Customer& customer = given ? *given : touched->cached->customer;
    auto stop = [&](Reason reason, std::string detail) {
        const bool doubtful = fate_unknown(row);
        row.status = doubtful ? OutboxStatus::unknown : OutboxStatus::skipped;
        row.outcome = (doubtful ? row.outcome + ", and not tried again: " : std::string()) +
                      std::string(to_text(reason)) + ": " + detail;
        update_row(row);
        note_attempt(*touched, row, doubtful ? Reason::none : reason,
                     doubtful ? row.outcome : std::move(detail));
        ++(doubtful ? shard_.counters_.in_doubt : shard_.counters_.skipped);
        return false;
    };
    if (row.expires_at <= now_) {
        return stop(Reason::stale, "it could not be handed over in time");
    }
    const Layout& layout = customer.layouts.front();
    const ReadyProgram* ready = shard_.releases_->find(layout.release);
    if (ready == nullptr) {
        return stop(Reason::merged, "what it was allowed by is gone");
    }
    const dsl::Program& program = *ready->program;
    const auto channel = static_cast<Channel>(row.channel);
    SLUICE_TRY(auto message, decode_message(row.body));
    std::uint8_t suppressed = 0;
    if (shard_.shared_.suppressions.contains(channel, message.to)) {
        suppressed = static_cast<std::uint8_t>(1U << row.channel);
    }
    const Context context{program, customer, layout,    now_, zone_of(program, layout),
                          nullptr, nullptr,  suppressed};
    GateRequest request;
    request.channel = channel;
    request.transactional = message.transactional;
    request.requested_at = row.created_at;
    const ::sluice::Verdict verdict = decide_attempt(context, request);
    if (verdict.kind == ::sluice::Verdict::Kind::skip) {
        return stop(verdict.reason, verdict.rule);
    }
    if (verdict.kind == ::sluice::Verdict::Kind::hold) {
        row.not_before = verdict.until;
        update_row(row);
        back_to_ready_.push_back({lane_of(row), {row.not_before, row.id}});
        return false;
    }
    return true;
}

void Batch::start_attempt(OutboxRow row, bool fresh) {
    row.status = OutboxStatus::claimed;
    ++row.attempts;
    AttemptRow attempt;
    attempt.message_id = row.id;
    attempt.number = row.attempts;
    attempt.started_at = now_;
    attempt.connector = shard_.shared_.lanes[lane_of(row)].connector();
    commit_.attempts.push_back(std::move(attempt));
    if (fresh) {
        commit_.outbox.push_back(row);
    } else {
        update_row(row);
    }
    claimed_.push_back({shard_.number_, row.attempts, std::move(row)});
}

Result<void> Batch::settle(const AttemptResult& result) {
    SLUICE_TRY(auto found, shard_.store_->outbox_row(result.id));
    if (!found || found->status != OutboxStatus::claimed || found->attempts != result.attempt) {
        log(LogLevel::warn, "outbox.stray_outcome", {{"message_id", result.id}});
        return success();
    }
    OutboxRow row = std::move(*found);
    const bool idempotent = shard_.shared_.lanes[lane_of(row)].idempotent();
    NextMove move =
        next_move({result.outcome, row.attempts, now_, row.expires_at, idempotent, row.id});
    if (move.kind == NextMove::Kind::retry && out_of_retries(row)) {
        move.kind = NextMove::Kind::failed;
    }
    row.outcome = outcome_text(result.outcome);
    row.provider_id = result.outcome.provider_id;
    AttemptRow attempt;
    attempt.message_id = row.id;
    attempt.number = row.attempts;
    attempt.finished_at = now_;
    attempt.outcome = row.outcome;
    commit_.attempts_finished.push_back(std::move(attempt));
    finished_.push_back(row.id);
    Reason reason = Reason::none;
    switch (move.kind) {
        case NextMove::Kind::accepted:
            row.status = OutboxStatus::accepted;
            break;
        case NextMove::Kind::retry:
            row.status = OutboxStatus::ready;
            row.not_before = move.at;
            back_to_ready_.push_back({lane_of(row), {row.not_before, row.id}});
            break;
        case NextMove::Kind::failed:
            row.status = OutboxStatus::failed;
            reason = Reason::failed;
            break;
        case NextMove::Kind::hold:
            row.status = OutboxStatus::unknown;
            ++shard_.counters_.in_doubt;
            log(LogLevel::warn, "outbox.in_doubt", {{"message_id", row.id}});
            break;
    }
    update_row(row);
    SLUICE_TRY(auto* touched, touch(row.customer));
    note_attempt(*touched, row, reason, row.outcome);
    if (move.suppress && !row.is_call) {
        if (auto message = decode_message(row.body); message.has_value()) {
            const auto channel = static_cast<Channel>(row.channel);
            commit_.suppressions.push_back({row.channel,
                                            SuppressionList::digest_of(channel, message.value().to),
                                            std::string(to_text(result.outcome.why)), now_});
        }
    }
    return success();
}

Result<void> Batch::resolve(const OutboxRow& in_doubt, DoubtVerdict verdict) {
    OutboxRow row = in_doubt;
    SLUICE_TRY(settle_doubt(row, verdict, now_));
    if (row.status == OutboxStatus::ready) {
        back_to_ready_.push_back({lane_of(row), {row.not_before, row.id}});
    }
    update_row(row);
    SLUICE_TRY(auto* touched, touch(row.customer));
    note_attempt(*touched, row, Reason::none, row.outcome);
    return success();
}

}  // namespace sluice
