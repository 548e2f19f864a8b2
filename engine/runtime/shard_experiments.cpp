// A shard's part in deciding experiments: it keeps the tally of its customers, brings it to the
// board when a decision is due, and waits there for the others.
#include "engine/base/log.hpp"
#include "engine/model/codec.hpp"
#include "engine/runtime/batch.hpp"
#include "engine/runtime/shard.hpp"

namespace sluice {

/// Sums what every record says, once there is anything to sum. From then on commits keep it true.
Result<void> Shard::build_tally() {
    if (tallied_ || releases_->ready().program->experiments.empty()) {
        return success();
    }
    tally_ = {};
    const auto count = static_cast<CustomerNo>(store_->customers());
    for (CustomerNo no = 0; no < count; ++no) {
        SLUICE_TRY(auto loaded, store_->load(no));
        SLUICE_TRY(auto customer, decode_customer(loaded.state));
        for (const Assignment& assignment : customer.assignments) {
            tally_.add(assignment);
        }
    }
    tallied_ = true;
    return success();
}

/// The record is committed: the tally follows it.
void Shard::tally(Cached& cached) {
    if (!tallied_ || cached.tallied == cached.customer.assignments) {
        return;
    }
    for (const Assignment& assignment : cached.tallied) {
        tally_.remove(assignment);
    }
    for (const Assignment& assignment : cached.customer.assignments) {
        tally_.add(assignment);
    }
    cached.tallied = cached.customer.assignments;
}

/// Whether anything may be done at `now`. False: a decision is due that others have to take part
/// in; the board wakes this shard when it is made.
bool Shard::meet(Instant now) {
    ExperimentBoard* board = shared_.experiments;
    if (board == nullptr) {
        return true;
    }
    const bool deciding = decides(*releases_->ready().program);
    while (!board->may_go_on(number_, now, deciding, tally_)) {
        const auto meeting = number_ == 0 ? board->complete() : std::nullopt;
        if (!meeting) {
            waits_for_others_ = true;
            return false;
        }
        decide(*meeting);
    }
    waits_for_others_ = false;
    return true;
}

/// Kept before it holds: whoever is given a winner is given it again after a crash.
void Shard::decide(const ExperimentBoard::Meeting& meeting) {
    ExperimentDecisions decisions = meeting.before;
    decisions.look(*releases_->ready().program, meeting.tally, meeting.day);
    for (const ExperimentDecision& made : decisions.made) {
        if (meeting.before.find(made.count, kNever) == nullptr) {
            log(LogLevel::info, "experiment.decided",
                {{"experiment", made.experiment},
                 {"variant", made.name},
                 {"since", format_rfc3339(made.since)}});
        }
    }
    if (const auto kept = store_->set_note(kDecisionsNote, encode(decisions)); !kept.has_value()) {
        fatal(kept.error());
    }
    shared_.experiments->close(std::move(decisions));
}

/// What came while a decision was waited for and the shard was told to stop: events are not taken,
/// so that they are sent again; what became of messages waits for no decision and is kept.
void Shard::refuse_rest() {
    const Result<void> refused = Error{Errc::unavailable, "the engine is stopping"};
    for (Inbox rest = take_inbox(); !rest.empty(); rest = take_inbox()) {
        Batch batch(*this, shared_.clock.now());
        const auto keep = [&]() -> Result<void> {
            for (const AttemptResult& result : rest.results) {
                SLUICE_TRY(batch.settle(result));
            }
            return batch.empty() ? Result<void>(success()) : batch.commit();
        };
        if (const auto kept = keep(); !kept.has_value()) {
            fatal(kept.error());
        }
        for (const Submission& submission : rest.submissions) {
            submission.done(refused);
        }
    }
}

}  // namespace sluice
