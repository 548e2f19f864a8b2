#pragma once

#include "dsl/program.hpp"
#include "engine/behaviour/experiment_tally.hpp"

#include <cstdint>
#include <optional>

/// When one variant is better than the others: a sequential test, so that the counts may be looked
/// at every day and the answer still means what it says.
///
/// The test looks at those who did what is measured. Each of them had, independently of everything
/// else, variant b rather than j with the odds of their shares times their rates; were b no better
/// than j, at most a share s = share_b / (share_b + share_j) of those two variants' converted
/// customers would be b's. For a factor r > 1 by which b's rate may be higher, q = s r / (s r + 1 -
/// s) is the share there would be, and
///
///     M = mean over r of  (q / s)^x  ((1 - q) / (1 - s))^(n - x)
///
/// for x of n is a mixture of likelihood ratios: a supermartingale with mean at most 1 as long as b
/// is no better, whatever the rates are and however they change from day to day. By Ville's
/// inequality it ever exceeds 1/a with a chance of at most a: it may be looked at after every
/// customer. It is the mixture sequential probability ratio test of H. Robbins, "Statistical
/// methods related to the law of the iterated logarithm", Ann. Math. Statist. 41 (1970), as R.
/// Johari, P. Koomen, L. Pekelis and D. Walsh use it for experiments: "Always valid inference:
/// continuous monitoring of A/B tests", Operations Research 70 (2022); with a mixture of six
/// factors instead of a density, which needs nothing but logarithms.
namespace sluice {

/// The chance, over a whole experiment, that a variant is declared the winner although another is
/// as good or better. With k variants each comparison gets alpha / k of it.
inline constexpr double kWinnerAlpha = 0.05;

/// log M for `better` of the `better + other` converted customers, when chance alone gives the
/// first variant `share` of them.
double log_evidence(std::uint64_t better, std::uint64_t other, double share);

/// The variant that is better than every other by the test; empty as long as none is: because fewer
/// than `winner after` customers (the holdout too) were assigned, because fewer than half as many
/// have had their time to do what is measured, or because the evidence does not suffice.
std::optional<std::uint32_t> find_winner(const dsl::Experiment& experiment,
                                         const VariantCounts& counts);

}  // namespace sluice
