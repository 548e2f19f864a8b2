#pragma once

#include "engine/behaviour/experiment_decisions.hpp"
#include "engine/runtime/step.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>

namespace sluice {

/// Where the shards bring their counts together and read what was decided.
///
/// When a decision is due (behaviour/experiment_decisions: once a day, at a fixed instant), no
/// shard goes on before all of them have brought their tallies and the first shard has decided and
/// kept the decision: a step at or after that instant sees it, one before does not, on any number
/// of shards. A shard that has to wait does nothing until it is woken; that is milliseconds a day.
///
/// Place:    engine/runtime; one a daemon, beside its shards.
/// Owner:    the daemon; outlives the shards.
/// Threads:  any. `wake` is called on the thread of another shard and must only put something in an
///           inbox.
/// Crash:    what is kept is what holds. A meeting that was interrupted takes place again at the
///           next start, before anything else.
class ExperimentBoard {
public:
    ExperimentBoard(std::uint32_t shards, std::function<void(std::uint32_t shard)> wake);

    /// What was kept; before the shards start.
    void recover(ExperimentDecisions decisions);

    /// Whether a shard may go on at `now`; false: not before it is woken. `deciding`: its flows
    /// have experiments that are decided. Once a shard has had such, decisions go on being due.
    bool may_go_on(std::uint32_t shard, Instant now, bool deciding, const ExperimentTally& tally);

    /// All that was brought, when everybody has.
    struct Meeting {
        std::int64_t day = 0;
        ExperimentTally tally;
        ExperimentDecisions before;
    };
    [[nodiscard]] std::optional<Meeting> complete() const;
    /// The first shard has kept the decisions of a meeting: they hold, and everybody goes on.
    void close(ExperimentDecisions decisions);

    [[nodiscard]] std::optional<Winner> winner(std::uint64_t count, Instant at) const;
    /// When a decision is due next; kNever when nothing is ever decided.
    [[nodiscard]] Instant next_due(bool deciding, Instant now) const;
    [[nodiscard]] ExperimentDecisions decisions() const;

private:
    void wake_others(std::uint32_t but) const;

    const std::uint32_t shards_;
    const std::function<void(std::uint32_t)> wake_;
    mutable std::mutex mutex_;  // guards what follows
    ExperimentDecisions decisions_;
    std::optional<std::int64_t> meeting_;  // the day that is being decided on
    std::map<std::uint32_t, ExperimentTally> brought_;
};

}  // namespace sluice
