#pragma once

#include "engine/base/result.hpp"
#include "engine/behaviour/experiment_tally.hpp"
#include "engine/behaviour/experiment_winner.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Which experiments have a winner, and since when.
namespace sluice {

/// After a midnight in UTC, experiments are decided on what happened before it; what was decided
/// holds from this much later on. In the meantime what is on its way (phones, queues) still
/// arrives.
inline constexpr Millis kDecisionLag{3'600'000};

/// The last midnight that is decided on at or before `now`, as a day.
std::int64_t decision_day(Instant now);
/// When the decision on a day is due, and holds from.
Instant decision_due(std::int64_t day);

/// An experiment that is decided. Whoever comes to it from `since` on gets the winner.
struct ExperimentDecision {
    std::uint64_t count = 0;  // Assignment::count
    std::string experiment;
    std::uint32_t variant = 0;
    std::string name;  // of the variant
    Instant counted_to;
    Instant since;
    VariantCounts counts;  // what it was decided on
};

/// Under which number the assignments of a program's experiments are counted, by index.
std::vector<std::uint64_t> experiment_counts(const dsl::Program& program);

/// What has been decided so far. A value: the shards agree on one, the first of them keeps it.
struct ExperimentDecisions {
    std::optional<std::int64_t> day;       // midnights up to this one have been looked at
    std::vector<ExperimentDecision> made;  // oldest first

    /// The winner of a count at an instant; null when there is none yet.
    [[nodiscard]] const ExperimentDecision* find(std::uint64_t count, Instant at) const;
    /// Looks at every midnight from the last one that was looked at to `to`.
    void look(const dsl::Program& program, const ExperimentTally& tally, std::int64_t to);

private:
    void look_at(const dsl::Program& program, const std::vector<std::uint64_t>& counts,
                 const ExperimentTally& tally, std::int64_t at);
};

/// Whether anything of the program is ever decided.
bool decides(const dsl::Program& program);

/// 1:byte day:signed decisions; see README.md.
std::string encode(const ExperimentDecisions& decisions);
/// An empty text is nothing decided yet.
Result<ExperimentDecisions> decode_decisions(std::string_view bytes);

}  // namespace sluice
