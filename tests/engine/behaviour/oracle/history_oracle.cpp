// Conditions over a customer, asked of the engine's bounded memories and of a scan over her whole
// history; see README.md. SLUICE_ORACLE_CHECKS says how many questions, SLUICE_ORACLE_SEED which
// ones: a failure prints the seed of its program, and that seed alone asks it again.
#include "engine/base/civil_time.hpp"
#include "tests/engine/behaviour/oracle/author.hpp"
#include "tests/engine/behaviour/oracle/shopper.hpp"
#include "tests/engine/behaviour/oracle/shrink.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <map>
#include <set>

namespace sluice::oracle {
namespace {

constexpr std::uint64_t kChecks = 60'000;
constexpr std::uint64_t kChunks = 8;
constexpr std::size_t kConditions = 36;
constexpr std::size_t kPeople = 12;
constexpr std::size_t kRounds = 3;
constexpr std::uint64_t kSeedStep = 1'000'003;
constexpr Millis kTick{1};
constexpr Millis kFar{120LL * 86'400'000};

std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
    const char* text = std::getenv(name);
    return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

struct Figures {
    std::uint64_t checks = 0, yes = 0, borders = 0, later = 0, ends = 0, flips = 0, beyond = 0;
};

/// The questions of one program, about many people.
class Questions {
public:
    Questions(std::uint64_t seed, std::map<std::string_view, Figures>& figures)
        : random_(seed), author_(random_), fate_(random_), figures_(figures) {
        // A lifecycle with a state that nobody can be in (E406) is refused: another one then.
        do {
            author_.declare();
            asked_.clear();
            for (std::size_t i = 0; i < kConditions; ++i) {
                asked_.push_back(author_.condition(i));
            }
            compiled_ = compile(asked_);
        } while (compiled_.refused.find("E406") != std::string::npos);
    }

    /// Why the flow text was refused; empty when it was not.
    [[nodiscard]] std::string refused() const {
        const bool all = compiled_.conditions.size() == asked_.size();
        return compiled_.program && !all ? "some conditions were left out" : compiled_.refused;
    }

    /// What went wrong, made small; empty when nothing did.
    std::optional<Case> person() {
        const std::size_t events = 3 + below(below(12) == 0 ? 240 : 60);
        Life life = fate_.life(events);
        Notes notes;
        Shopper shopper(compiled_, life);
        for (std::size_t round = 0; round < kRounds; ++round) {
            shopper.apply_to(life.events.size());
            for (std::size_t i = 0; i < asked_.size(); ++i) {
                const auto wrong = check(i, life, notes, shopper);
                if (wrong) {
                    return Case{asked_, i, life, wrong->first, wrong->second};
                }
            }
            fate_.happen(life);
        }
        return std::nullopt;
    }

private:
    using Wrong = std::optional<std::pair<Instant, std::optional<Instant>>>;

    std::uint64_t below(std::uint64_t bound) { return random_() % bound; }

    Wrong check(std::size_t i, const Life& life, Notes& notes, const Shopper& shopper) {
        bool beyond = false;
        const Instant last = life.events.back().received;
        const Moment then{life, life.events.size(), last, notes, beyond};
        std::vector<Instant> borders;
        asked_[i].borders(then, borders);
        std::erase_if(borders, [&](Instant at) { return at < last || at > last + kFar; });
        const Instant now = moment(last, borders);
        const bool want = asked_[i].holds(then.at(now));
        Figures& count = figures_[asked_[i].family];
        if (beyond) {
            ++count.beyond;
            return std::nullopt;
        }
        ++count.checks;
        count.yes += want ? 1 : 0;
        count.borders += std::find(borders.begin(), borders.end(), now) != borders.end() ? 1 : 0;
        if (shopper.holds(i, now) != want) {
            return std::pair(now, std::optional<Instant>{});
        }
        const Truth truth = shopper.judge(i, now);
        EXPECT_EQ(truth.value, want);
        EXPECT_GT(truth.until, now);
        return lasts(i, then.at(now), truth, borders);
    }

    /// Some time later, or at a border or a millisecond beside it.
    Instant moment(Instant last, const std::vector<Instant>& borders) {
        if (borders.empty() || below(4) == 0) {
            return last + Millis{static_cast<std::int64_t>(below(3'000'000'000))};
        }
        const Instant border = borders[below(borders.size())];
        return std::max(last, border + kTick * (static_cast<int>(below(3)) - 1));
    }

    /// An instant before the truth's own end at which it is already different: there must be none.
    Wrong lasts(std::size_t i, const Moment& now, const Truth& truth,
                const std::vector<Instant>& borders) {
        Figures& count = figures_[asked_[i].family];
        const Instant end = std::min(truth.until, now.now + kFar);
        const auto length = static_cast<std::uint64_t>((end - now.now).count());
        std::vector<Instant> instants = {
            end - kTick, now.now + kTick,
            now.now + Millis{static_cast<std::int64_t>(below(length))}};
        for (int tries = 0; tries < 3 && !borders.empty(); ++tries) {
            instants.push_back(borders[below(borders.size())] + kTick * static_cast<int>(below(2)));
        }
        for (const Instant at : instants) {
            bool beyond = false;
            const Moment later{now.life, now.applied, at, now.notes, beyond};
            if (at <= now.now || at >= end) {
                continue;
            }
            ++count.later;
            if (asked_[i].holds(later) != truth.value && !beyond) {
                return std::pair(now.now, std::optional(at));
            }
        }
        if (truth.until == end && end < kNever) {
            bool beyond = false;
            const Moment then{now.life, now.applied, end, now.notes, beyond};
            ++count.ends;
            count.flips += asked_[i].holds(then) != truth.value ? 1 : 0;
        }
        return std::nullopt;
    }

    Random random_;
    Author author_;
    Fate fate_;
    std::map<std::string_view, Figures>& figures_;
    std::vector<Asked> asked_;
    Compiled compiled_;
};

void print(const std::map<std::string_view, Figures>& figures) {
    Figures all;
    for (const auto& [family, count] : figures) {
        std::cout << "  " << family << ": " << count.checks << " checks, "
                  << (count.checks == 0 ? 0 : count.yes * 100 / count.checks) << "% yes, "
                  << count.borders << " at a border, " << count.later << " later instants, "
                  << count.flips << " flips at " << count.ends << " ends, " << count.beyond
                  << " beyond a bound\n";
        all.checks += count.checks;
        all.yes += count.yes;
        all.borders += count.borders;
        all.later += count.later;
        all.ends += count.ends;
        all.flips += count.flips;
        all.beyond += count.beyond;
    }
    std::cout << "  all: " << all.checks << " checks, " << all.yes * 100 / all.checks << "% yes, "
              << all.borders << " at a border, " << all.later << " later instants, " << all.flips
              << " flips at " << all.ends << " ends, " << all.beyond << " beyond a bound"
              << std::endl;
}

/// Every operator must have been asked, and in a long run each answered both ways.
void expect_telling(const std::map<std::string_view, Figures>& figures, bool both_ways) {
    static constexpr std::string_view kFamilies[] = {
        "quantity",     "recency",     "value of last/first",
        "total",        "average",     "highest",
        "lowest",       "count of",    "number of different",
        "days between", "intent",      "messages",
        "engagement",   "followed by", "not followed by",
        "is in",        "has been in", "and",
        "or",           "not",         "field",
        "date field",   "today is",    "now is between",
        "can get"};
    for (const std::string_view family : kFamilies) {
        const auto place = figures.find(family);
        ASSERT_NE(place, figures.end()) << family << " was never asked";
        if (both_ways) {
            EXPECT_GT(place->second.yes, 0U) << family;
            EXPECT_LT(place->second.yes, place->second.checks) << family;
        }
        EXPECT_LT(place->second.beyond, place->second.checks / 2) << family;
    }
}

class HistoryOracleTest : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(HistoryOracleTest, BoundedMemoryAgreesWithTheWholeHistory) {
    const std::uint64_t checks = from_environment("SLUICE_ORACLE_CHECKS", kChecks) / kChunks;
    const std::uint64_t first = from_environment("SLUICE_ORACLE_SEED", GetParam() * kSeedStep);
    const std::uint64_t programs = checks / (kConditions * kPeople * kRounds) + 1;
    std::map<std::string_view, Figures> figures;
    for (std::uint64_t seed = first; seed < first + programs; ++seed) {
        Questions questions(seed, figures);
        ASSERT_EQ(questions.refused(), "") << "seed " << seed;
        for (std::size_t person = 0; person < kPeople; ++person) {
            if (const auto wrong = questions.person()) {
                FAIL() << "SLUICE_ORACLE_SEED=" << seed << ", from " << wrong->life.events.size()
                       << " events:\n"
                       << report(shrunk(*wrong));
            }
        }
    }
    std::cout << "seeds " << first << " to " << first + programs - 1 << "\n";
    print(figures);
    if (programs >= 5) {
        expect_telling(figures, programs >= 40);
    }
}

INSTANTIATE_TEST_SUITE_P(Seeds, HistoryOracleTest, ::testing::Range<std::uint64_t>(1, kChunks + 1));

/// Everything but its events, which come in another order; no two of them share an instant.
Life shuffled(const Life& life, Random& random) {
    Life out = life;
    std::shuffle(out.events.begin(), out.events.end(), random);
    for (Happened& event : out.events) {
        event.received = life.events.back().received;
    }
    return out;
}

void part_instants(Life& life) {
    std::set<Instant> taken;
    for (Happened& event : life.events) {
        while (!taken.insert(event.at).second) {
            event.at -= kTick;
        }
    }
}

/// In whatever order events arrive, the answers are the same: memories are sorted by time. By
/// definition not so for `since entry` and `before entry` (what came after the entry), for what
/// became of a message (it concerns the newest sent so far) and for states (where she stood is not
/// rewritten by what arrives later).
TEST(HistoryOrderTest, TheOrderOfArrivalDoesNotMatter) {
    Random random(20'261'120);
    std::size_t compared = 0;
    for (int program = 0; program < 20; ++program) {
        Author author(random);
        Fate fate(random);
        author.declare();
        std::vector<Asked> asked;
        while (asked.size() < kConditions) {
            Asked one = author.condition(random());
            if (!one.by_arrival) {
                asked.push_back(std::move(one));
            }
        }
        const Compiled compiled = compile(asked);
        ASSERT_EQ(compiled.refused, "");
        for (int person = 0; person < 30; ++person) {
            Life life = fate.life(5 + random() % 55);
            part_instants(life);
            const Life other = shuffled(life, random);
            Shopper told(compiled, life);
            Shopper mixed(compiled, other);
            told.apply_to(life.events.size());
            mixed.apply_to(life.events.size());
            for (std::size_t i = 0; i < asked.size(); ++i) {
                Notes notes, other_notes;
                bool beyond = false;
                const Instant now = life.events.back().received +
                                    Millis{static_cast<std::int64_t>(random() % 3'000'000'000)};
                const std::size_t all = life.events.size();
                static_cast<void>(asked[i].holds({life, all, now, notes, beyond}));
                static_cast<void>(asked[i].holds({other, all, now, other_notes, beyond}));
                ASSERT_TRUE(beyond || told.holds(i, now) == mixed.holds(i, now))
                    << asked[i].text << "\n"
                    << report({asked, i, life, now, {}}) << report({asked, i, other, now, {}});
                compared += beyond ? 0 : 1;
            }
        }
    }
    EXPECT_GT(compared, 20'000U);
}

}  // namespace
}  // namespace sluice::oracle
