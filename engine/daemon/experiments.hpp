#pragma once

#include "engine/behaviour/experiment_decisions.hpp"
#include "engine/daemon/people.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// What experiments came to, for people: by variant, how many customers got it, how many of them
/// have had their time, and how many of those did what is measured.
namespace sluice {

struct ExperimentReport {
    struct Row {
        std::string name;               // of the variant, or `holdout`
        std::int64_t share_scaled = 0;  // percent x 10'000
        VariantCount count;
    };
    std::string name;
    std::string measure;  // `Order Placed within 14 days`; empty: nothing is measured
    std::int64_t winner_after = 0;
    std::vector<Row> rows;  // by variant, then the holdout when there is one
    std::optional<ExperimentDecision> decision;
};

/// Every experiment of the current release, as of `now`. Reads every customer's record.
Result<std::vector<ExperimentReport>> read_experiments(Readers& readers, const Releases& releases,
                                                       Instant now);

/// {"experiments":[{"name","measure","winner_after","variants":[{"name","share","assigned",
/// "measured","converted","rate"}],"winner":null|{"variant","since","counted_to"}}]}. `rate` is
/// converted/measured, null when nobody is measured yet.
std::string render_json(const std::vector<ExperimentReport>& reports);
/// A table for a terminal.
std::string render_text(const std::vector<ExperimentReport>& reports);

}  // namespace sluice
