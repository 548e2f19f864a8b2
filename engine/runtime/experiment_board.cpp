#include "engine/runtime/experiment_board.hpp"

#include <utility>

namespace sluice {

ExperimentBoard::ExperimentBoard(std::uint32_t shards, std::function<void(std::uint32_t)> wake)
    : shards_(shards), wake_(std::move(wake)) {}

void ExperimentBoard::recover(ExperimentDecisions decisions) {
    const std::lock_guard lock(mutex_);
    decisions_ = std::move(decisions);
}

void ExperimentBoard::wake_others(std::uint32_t but) const {
    for (std::uint32_t shard = 0; shard < shards_; ++shard) {
        if (shard != but) {
            wake_(shard);
        }
    }
}

bool ExperimentBoard::may_go_on(std::uint32_t shard, Instant now, bool deciding,
                                const ExperimentTally& tally) {
    bool opened = false;
    bool complete = false;
    {
        const std::lock_guard lock(mutex_);
        const std::int64_t day = decision_day(now);
        const bool due = decisions_.day ? *decisions_.day < day : deciding;
        if (!meeting_ && !due) {
            return true;
        }
        if (!meeting_) {
            meeting_ = day;
            opened = true;
        }
        const bool fresh = brought_.emplace(shard, tally).second;
        complete = fresh && brought_.size() == shards_;
    }
    if (opened) {
        wake_others(shard);
    } else if (complete && shard != 0) {
        wake_(0);
    }
    return false;
}

std::optional<ExperimentBoard::Meeting> ExperimentBoard::complete() const {
    const std::lock_guard lock(mutex_);
    if (!meeting_ || brought_.size() < shards_) {
        return std::nullopt;
    }
    Meeting out;
    out.day = *meeting_;
    out.before = decisions_;
    for (const auto& [shard, tally] : brought_) {
        out.tally.merge(tally);
    }
    return out;
}

void ExperimentBoard::close(ExperimentDecisions decisions) {
    {
        const std::lock_guard lock(mutex_);
        decisions_ = std::move(decisions);
        meeting_.reset();
        brought_.clear();
    }
    wake_others(0);
}

std::optional<Winner> ExperimentBoard::winner(std::uint64_t count, Instant at) const {
    const std::lock_guard lock(mutex_);
    const ExperimentDecision* decision = decisions_.find(count, at);
    return decision == nullptr ? std::nullopt
                               : std::optional<Winner>({decision->variant, decision->since});
}

Instant ExperimentBoard::next_due(bool deciding, Instant now) const {
    const std::lock_guard lock(mutex_);
    if (decisions_.day) {
        return decision_due(*decisions_.day + 1);
    }
    return deciding ? now : kNever;
}

ExperimentDecisions ExperimentBoard::decisions() const {
    const std::lock_guard lock(mutex_);
    return decisions_;
}

}  // namespace sluice
