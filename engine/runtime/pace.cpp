#include "engine/runtime/pace.hpp"

#include <algorithm>

namespace sluice {
namespace {

constexpr std::int64_t kMinute = 60'000;

}  // namespace

/// Slots k and k + per_minute are exactly a minute apart, whatever the division leaves over.
Instant RetimePace::at(std::int64_t slot) const {
    return options_.begin + Millis{slot * kMinute / options_.per_minute};
}

Instant RetimePace::next(Instant from) {
    const Instant earliest = std::max(from, free_from_);
    const std::int64_t since = std::max<std::int64_t>(0, (earliest - options_.begin).count());
    // The first slot that is not before: at() rounds down, so one may be missing.
    std::int64_t first = since * options_.per_minute / kMinute;
    while (at(first) < earliest) {
        ++first;
    }
    const std::int64_t behind = first - next_;
    if (behind > 0) {
        const std::int64_t shards = options_.shards;
        next_ += (behind + shards - 1) / shards * shards;
    }
    const Instant slot = at(next_);
    next_ += options_.shards;
    last_ = slot;
    return slot;
}

/// Another grid may lie anywhere: a whole step later nothing of it is in the way.
void RetimePace::taken(Instant at) {
    if (at <= last_) {
        return;
    }
    last_ = at;
    free_from_ = at + Millis{kMinute * options_.shards / options_.per_minute + 1};
}

}  // namespace sluice
