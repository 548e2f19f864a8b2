#include "engine/behaviour/experiment_tally.hpp"

#include <algorithm>

namespace sluice {
namespace {

constexpr std::int64_t kDayMs = 86'400'000;

}  // namespace

std::int64_t utc_day(Instant at) {
    const std::int64_t ms = to_ms(at);
    return ms / kDayMs - (ms % kDayMs < 0 ? 1 : 0);
}

Instant utc_midnight(std::int64_t day) {
    return from_ms(day * kDayMs);
}

void ExperimentTally::put(std::uint64_t count, std::uint32_t variant, std::int64_t day,
                          const Day& more) {
    Days& days = days_[{count, variant}];
    Day& sum = days[day];
    sum.assigned += more.assigned;
    sum.measured += more.measured;
    sum.converted += more.converted;
    if (sum == Day{}) {
        days.erase(day);
    }
    if (days.empty()) {
        days_.erase({count, variant});
    }
}

/// Somebody whose time is over at midnight sharp was measured before that midnight: `until` is the
/// first instant that does not count any more.
void ExperimentTally::change(const Assignment& assignment, std::int64_t by) {
    put(assignment.count, assignment.variant, utc_day(assignment.at), {by, 0, 0});
    put(assignment.count, assignment.variant, utc_day(assignment.until - Millis{1}),
        {0, by, assignment.converted ? by : 0});
}

void ExperimentTally::merge(const ExperimentTally& other) {
    for (const auto& [key, days] : other.days_) {
        for (const auto& [day, sum] : days) {
            put(key.first, key.second, day, sum);
        }
    }
}

VariantCounts ExperimentTally::before(std::uint64_t count, std::size_t ways,
                                      std::int64_t day) const {
    VariantCounts out(ways);
    for (std::uint32_t variant = 0; variant < ways; ++variant) {
        const auto place = days_.find({count, variant});
        if (place == days_.end()) {
            continue;
        }
        const Days& days = place->second;
        for (auto at = days.begin(); at != days.end() && at->first < day; ++at) {
            out[variant].assigned += static_cast<std::uint64_t>(at->second.assigned);
            out[variant].measured += static_cast<std::uint64_t>(at->second.measured);
            out[variant].converted += static_cast<std::uint64_t>(at->second.converted);
        }
    }
    return out;
}

std::optional<std::int64_t> ExperimentTally::first_day() const {
    std::optional<std::int64_t> first;
    for (const auto& [key, days] : days_) {
        first = std::min(first.value_or(days.begin()->first), days.begin()->first);
    }
    return first;
}

}  // namespace sluice
