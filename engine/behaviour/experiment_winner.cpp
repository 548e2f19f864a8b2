#include "engine/behaviour/experiment_winner.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace sluice {
namespace {

/// How many times the other's rate: from what is worth knowing to what nobody overlooks.
constexpr std::array<double, 6> kFactors = {1.05, 1.1, 1.2, 1.4, 1.8, 2.6};

/// Compares a/b with c/d without rounding: rates of counts.
bool higher_rate(const VariantCount& a, const VariantCount& b) {
    return a.converted * std::max<std::uint64_t>(1, b.measured) >
           b.converted * std::max<std::uint64_t>(1, a.measured);
}

bool enough(const dsl::Experiment& experiment, const VariantCounts& counts) {
    std::uint64_t assigned = 0;
    std::uint64_t measured = 0;
    for (const VariantCount& count : counts) {
        assigned += count.assigned;
        measured += count.measured;
    }
    const auto wanted = static_cast<std::uint64_t>(experiment.winner_after);
    return assigned >= wanted && 2 * measured >= wanted;
}

}  // namespace

double log_evidence(std::uint64_t better, std::uint64_t other, double share) {
    const auto x = static_cast<double>(better);
    const auto rest = static_cast<double>(other);
    std::array<double, kFactors.size()> terms{};
    for (std::size_t at = 0; at < kFactors.size(); ++at) {
        // q/s and (1-q)/(1-s) with q = s r / (s r + 1 - s).
        const double whole = share * kFactors[at] + 1 - share;
        terms[at] = x * (std::log(kFactors[at]) - std::log(whole)) - rest * std::log(whole);
    }
    const double largest = *std::max_element(terms.begin(), terms.end());
    double sum = 0;
    for (const double term : terms) {
        sum += std::exp(term - largest);
    }
    return largest + std::log(sum / static_cast<double>(kFactors.size()));
}

std::optional<std::uint32_t> find_winner(const dsl::Experiment& experiment,
                                         const VariantCounts& counts) {
    const std::size_t variants = experiment.variants.size();
    if (variants < 2 || counts.size() < variants || !enough(experiment, counts)) {
        return std::nullopt;
    }
    std::size_t best = 0;
    for (std::size_t at = 1; at < variants; ++at) {
        best = higher_rate(counts[at], counts[best]) ? at : best;
    }
    const double bar = std::log(static_cast<double>(variants) / kWinnerAlpha);
    const auto of_best = static_cast<double>(experiment.variants[best].second);
    for (std::size_t at = 0; at < variants; ++at) {
        const auto of_other = static_cast<double>(experiment.variants[at].second);
        const bool beaten = at == best || log_evidence(counts[best].converted, counts[at].converted,
                                                       of_best / (of_best + of_other)) >= bar;
        if (!beaten) {
            return std::nullopt;
        }
    }
    return static_cast<std::uint32_t>(best);
}

}  // namespace sluice
