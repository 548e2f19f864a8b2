#pragma once

#include "engine/model/customer.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

/// How many customers an experiment gave which variant, and how many of them did what it measures.
namespace sluice {

/// Customers of one variant, as of one instant. Each counts once.
struct VariantCount {
    std::uint64_t assigned = 0;
    std::uint64_t measured = 0;   // of these, whose time to do the measured event is over
    std::uint64_t converted = 0;  // of the measured, who did it
    friend bool operator==(const VariantCount&, const VariantCount&) = default;
};

/// By variant, then the holdout.
using VariantCounts = std::vector<VariantCount>;

/// Days since 1970-01-01 in UTC.
std::int64_t utc_day(Instant at);
Instant utc_midnight(std::int64_t day);

/// The assignments of many customers, added up by UTC day so that what was so at a midnight can
/// still be told later. A sum: what is added can be taken away again, and tallies of different
/// customers add up, in whatever order, to the tally of all of them.
///
/// Limits: three numbers for each experiment, variant and day on which something happened.
class ExperimentTally {
public:
    void add(const Assignment& assignment) { change(assignment, 1); }
    void remove(const Assignment& assignment) { change(assignment, -1); }
    void merge(const ExperimentTally& other);

    /// What had happened before the midnight at which `day` begins. `ways`: variants and the
    /// holdout.
    [[nodiscard]] VariantCounts before(std::uint64_t count, std::size_t ways,
                                       std::int64_t day) const;
    /// The first day on which anything happened; empty when nothing did.
    [[nodiscard]] std::optional<std::int64_t> first_day() const;

    friend bool operator==(const ExperimentTally&, const ExperimentTally&) = default;

private:
    struct Day {
        std::int64_t assigned = 0;
        std::int64_t measured = 0;
        std::int64_t converted = 0;
        friend bool operator==(const Day&, const Day&) = default;
    };
    using Days = std::map<std::int64_t, Day>;

    void change(const Assignment& assignment, std::int64_t by);
    void put(std::uint64_t count, std::uint32_t variant, std::int64_t day, const Day& more);

    std::map<std::pair<std::uint64_t, std::uint32_t>, Days> days_;  // by count and variant
};

}  // namespace sluice
