#include "engine/behaviour/experiment_winner.hpp"

#include "engine/base/hash.hpp"
#include "engine/behaviour/experiment_decisions.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace sluice {
namespace {

/// A number in [0, 1) that is the same on every machine.
double point(std::mt19937_64& chance) {
    return static_cast<double>(chance() >> 11U) / 9'007'199'254'740'992.0;
}

dsl::Experiment experiment_of(const std::vector<std::int64_t>& percents,
                              std::int64_t winner_after) {
    dsl::Experiment out;
    out.name = "Offer";
    out.winner_after = winner_after;
    out.measure.event = 0;
    for (const std::int64_t share : percents) {
        out.variants.emplace_back(std::string(1, static_cast<char>('A' + out.variants.size())),
                                  share * 10'000);
    }
    return out;
}

/// Gives customers variants by chance and looks at the counts after every `look` of them, as a
/// day does. The first look that finds a winner ends it.
struct Trial {
    const dsl::Experiment& experiment;
    std::vector<double> rates;
    std::uint64_t customers = 0;
    std::uint64_t look = 0;

    std::optional<std::uint32_t> run(std::uint64_t seed) const {
        std::mt19937_64 chance(seed);
        VariantCounts counts(rates.size() + 1);
        for (std::uint64_t at = 1; at <= customers; ++at) {
            double left = point(chance) * 1'000'000;
            std::size_t variant = 0;
            while (variant + 1 < rates.size() &&
                   left >= static_cast<double>(experiment.variants[variant].second)) {
                left -= static_cast<double>(experiment.variants[variant].second);
                ++variant;
            }
            ++counts[variant].assigned;
            ++counts[variant].measured;
            counts[variant].converted += point(chance) < rates[variant] ? 1 : 0;
            if (at % look == 0) {
                if (const auto winner = find_winner(experiment, counts)) {
                    return winner;
                }
            }
        }
        return std::nullopt;
    }
};

double log_choose(double n, double k) {
    return std::lgamma(n + 1) - std::lgamma(k + 1) - std::lgamma(n - k + 1);
}

TEST(ExperimentWinnerTest, EvidenceIsAMartingaleWhenNothingIsBetter) {
    for (const double share : {0.5, 0.3, 0.9}) {
        for (const std::uint64_t n : {1, 7, 60, 400}) {
            double mean = 0;
            for (std::uint64_t x = 0; x <= n; ++x) {
                const auto a = static_cast<double>(x);
                const auto b = static_cast<double>(n - x);
                const double chance =
                    log_choose(a + b, a) + a * std::log(share) + b * std::log(1 - share);
                mean += std::exp(chance + log_evidence(x, n - x, share));
            }
            EXPECT_NEAR(mean, 1.0, 1e-9) << share << " " << n;
        }
    }
}

TEST(ExperimentWinnerTest, EvidenceOfASingleFactorIsItsLikelihoodRatio) {
    // By hand, at equal shares: one customer of each side gives the mean of 4 r / (1 + r)^2.
    double mean = 0;
    for (const double r : {1.05, 1.1, 1.2, 1.4, 1.8, 2.6}) {
        mean += 4 * r / ((1 + r) * (1 + r)) / 6;
    }
    EXPECT_NEAR(log_evidence(1, 1, 0.5), std::log(mean), 1e-12);
    EXPECT_DOUBLE_EQ(log_evidence(0, 0, 0.5), 0);
}

/// The exact chance that the evidence ever reaches the bar although nothing is better, looked at
/// after each of so many converted customers: over all sequences, by dynamic programming.
double chance_of_error(double share, double bar, std::size_t customers) {
    std::vector<double> mass = {1.0};  // by converted customers of the first variant
    double crossed = 0;
    for (std::size_t n = 1; n <= customers; ++n) {
        std::vector<double> next(n + 1, 0.0);
        for (std::size_t x = 0; x < n; ++x) {
            next[x + 1] += mass[x] * share;
            next[x] += mass[x] * (1 - share);
        }
        for (std::size_t x = 0; x <= n; ++x) {
            if (next[x] > 0 && log_evidence(x, n - x, share) >= bar) {
                crossed += next[x];
                next[x] = 0;
            }
        }
        mass = std::move(next);
    }
    return crossed;
}

TEST(ExperimentWinnerTest, LookingAfterEveryCustomerKeepsItsPromise) {
    for (const double share : {0.5, 0.25}) {
        for (const double alpha : {0.05, 0.025}) {
            const double found = chance_of_error(share, -std::log(alpha), 1'000);
            EXPECT_LE(found, alpha) << share;
            EXPECT_GT(found, alpha / 20) << share;  // and is no test that never speaks
        }
    }
}

TEST(ExperimentWinnerTest, EqualVariantsAreSeldomDeclaredDifferent) {
    struct Case {
        std::vector<std::int64_t> shares;
        double rate;
    };
    for (const Case& one : {Case{{50, 50}, 0.05}, Case{{50, 50}, 0.3}, Case{{80, 20}, 0.1},
                            Case{{34, 33, 33}, 0.2}}) {
        const auto experiment = experiment_of(one.shares, 500);
        const Trial trial{experiment, std::vector<double>(one.shares.size(), one.rate), 8'000, 200};
        int declared = 0;
        constexpr int kTrials = 400;
        for (int seed = 1; seed <= kTrials; ++seed) {
            declared += trial.run(static_cast<std::uint64_t>(seed)).has_value() ? 1 : 0;
        }
        EXPECT_LE(declared, kTrials * kWinnerAlpha) << one.shares.size() << " at " << one.rate;
    }
}

TEST(ExperimentWinnerTest, ABetterVariantIsFoundAndIsTheRightOne) {
    const auto experiment = experiment_of({50, 50}, 500);
    const Trial trial{experiment, {0.10, 0.14}, 20'000, 200};
    int right = 0;
    for (std::uint64_t seed = 1; seed <= 100; ++seed) {
        const auto winner = trial.run(seed);
        right += winner == 1U ? 1 : 0;
        EXPECT_NE(winner, std::optional<std::uint32_t>(0)) << seed;
    }
    EXPECT_GE(right, 95);
    const auto three = experiment_of({34, 33, 33}, 500);
    EXPECT_EQ((Trial{three, {0.1, 0.2, 0.1}, 20'000, 200}.run(7)), 1U);
}

TEST(ExperimentWinnerTest, NothingIsDecidedBeforeEnoughCustomers) {
    const auto experiment = experiment_of({50, 50}, 1'000);
    VariantCounts counts = {{490, 300, 10}, {490, 300, 150}, {19, 0, 0}};
    EXPECT_EQ(find_winner(experiment, counts), std::nullopt);  // 999 customers
    ++counts[2].assigned;
    EXPECT_EQ(find_winner(experiment, counts), 1U);
    counts[1].measured = 199;
    EXPECT_EQ(find_winner(experiment, counts), std::nullopt);  // 499 have had their time
}

TEST(ExperimentWinnerTest, TheHoldoutNeverWins) {
    const auto experiment = experiment_of({45, 45}, 100);
    const VariantCounts counts = {{450, 450, 40}, {450, 450, 42}, {100, 100, 90}};
    EXPECT_EQ(find_winner(experiment, counts), std::nullopt);
}

/// Assignments of many customers, counted one by one.
VariantCounts counted(const std::vector<Assignment>& all, std::uint64_t count, std::int64_t day) {
    VariantCounts out(3);
    const Instant to = utc_midnight(day);
    for (const Assignment& one : all) {
        if (one.count != count) {
            continue;
        }
        out[one.variant].assigned += one.at < to ? 1 : 0;
        out[one.variant].measured += one.until <= to ? 1 : 0;
        out[one.variant].converted += one.until <= to && one.converted ? 1 : 0;
    }
    return out;
}

TEST(ExperimentTallyTest, CountsAtEveryMidnightAsCountingOneByOneDoes) {
    std::mt19937_64 chance(20'260'101);
    std::vector<Assignment> all;
    ExperimentTally whole, first, second;
    constexpr std::int64_t kHour = 3'600'000;
    for (int at = 0; at < 3'000; ++at) {
        Assignment one;
        one.count = 1 + chance() % 2;
        one.variant = static_cast<std::uint32_t>(chance() % 3);
        one.at = from_ms(static_cast<std::int64_t>(chance() % 960) * kHour);
        one.until = one.at + Millis{static_cast<std::int64_t>(chance() % 240) * kHour};
        all.push_back(one);
        whole.add(one);
        (at % 2 == 0 ? first : second).add(one);
        if (chance() % 3 == 0) {
            const auto place = chance() % all.size();
            whole.remove(all[place]);
            second.remove(all[place]);
            all[place].converted = true;
            whole.add(all[place]);
            second.add(all[place]);
        }
    }
    first.merge(second);
    EXPECT_EQ(first, whole);
    for (std::int64_t day = -1; day <= 52; ++day) {
        for (std::uint64_t count = 1; count <= 3; ++count) {
            ASSERT_EQ(whole.before(count, 3, day), counted(all, count, day)) << day;
        }
    }
    for (const Assignment& one : all) {
        whole.remove(one);
    }
    EXPECT_EQ(whole, ExperimentTally{});
    EXPECT_EQ(whole.first_day(), std::nullopt);
}

TEST(ExperimentDecisionsTest, EveryMidnightIsLookedAtEvenWhenNobodyLookedThen) {
    dsl::Program program;
    program.events.resize(1);
    program.events[0].name = "Order Placed";
    program.experiments.push_back(experiment_of({50, 50}, 100));
    const std::uint64_t count = experiment_counts(program)[0];
    ExperimentTally tally;
    const auto put = [&](std::int64_t day, std::uint32_t variant, int people, bool converted) {
        for (int at = 0; at < people; ++at) {
            tally.add({count, variant, utc_midnight(day), utc_midnight(day + 2), converted});
        }
    };
    put(100, 0, 60, false);
    put(100, 1, 60, true);
    put(104, 0, 500, true);  // had it been looked at only now, A would have won
    ExperimentDecisions late, daily;
    late.look(program, tally, 99);
    late.look(program, tally, 110);
    for (std::int64_t day = 99; day <= 110; ++day) {
        daily.look(program, tally, day);
    }
    ASSERT_EQ(late.made.size(), 1U);
    EXPECT_EQ(late.made[0].variant, 1U);
    EXPECT_EQ(late.made[0].counted_to, utc_midnight(102));
    EXPECT_EQ(late.made[0].since, utc_midnight(102) + kDecisionLag);
    EXPECT_EQ(encode(late), encode(daily));
    EXPECT_EQ(late.find(count, late.made[0].since - Millis{1}), nullptr);
    EXPECT_NE(late.find(count, late.made[0].since), nullptr);

    const auto read = decode_decisions(encode(late));
    ASSERT_TRUE(read.has_value());
    EXPECT_EQ(encode(read.value()), encode(late));
    const std::string bytes = encode(late);
    for (std::size_t cut = 1; cut < bytes.size(); ++cut) {
        EXPECT_FALSE(decode_decisions(bytes.substr(0, cut)).has_value());
    }
    EXPECT_FALSE(decode_decisions("").value().day.has_value());
}

TEST(ExperimentDecisionsTest, WhatIsCountedFollowsVariantsAndMeasureAlone) {
    dsl::Program program;
    program.events.resize(2);
    program.events[0].name = "Order Placed";
    program.events[1].name = "Viewed";
    const auto number = [&](const dsl::Experiment& one) {
        program.experiments = {one};
        return experiment_counts(program)[0];
    };
    const auto plain = experiment_of({50, 50}, 100);
    auto later = plain;
    later.winner_after = 4'000;
    later.bandit = true;
    EXPECT_EQ(number(plain), number(later));
    auto shares = experiment_of({60, 40}, 100);
    EXPECT_NE(number(plain), number(shares));
    auto measure = plain;
    measure.measure.event = 1;
    EXPECT_NE(number(plain), number(measure));
    auto within = plain;
    within.measure_within.days = 3;
    EXPECT_NE(number(plain), number(within));
}

}  // namespace
}  // namespace sluice
