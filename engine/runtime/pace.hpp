#pragma once

#include "engine/base/clock.hpp"

#include <cstdint>

namespace sluice {

/// Hands out the instants at which runs may go that `deploy --retime` would make due all at once:
/// at most so many within any minute, over all shards together.
///
/// The instants lie on one grid from the moment of the deploy; shard i of n takes every n-th of
/// them, so that shards need not talk to each other.
/// Owner:   a Shard. Threads: the shard's.
/// Restart: what was handed out stands in the customers' records (Run::paced) and is told again.
class RetimePace {
public:
    struct Options {
        Instant begin;                   // of the grid
        std::uint32_t per_minute = 600;  // over all shards, at least 1
        std::uint32_t shard = 0;
        std::uint32_t shards = 1;
    };
    RetimePace() : RetimePace(Options()) {}
    explicit RetimePace(Options options) : options_(options), next_(options.shard) {}

    /// The next instant that nobody has, not before `from`.
    Instant next(Instant from);
    /// Somebody has this instant already, or had it from an earlier deploy: later ones follow it.
    void taken(Instant at);
    /// The last instant that somebody has; kEpoch: nobody has any.
    [[nodiscard]] Instant last() const { return last_; }

private:
    [[nodiscard]] Instant at(std::int64_t slot) const;

    Options options_;
    std::int64_t next_;  // slot of the grid, of this shard
    Instant last_ = kEpoch;
    Instant free_from_ = kEpoch;  // what others have had is over then
};

}  // namespace sluice
