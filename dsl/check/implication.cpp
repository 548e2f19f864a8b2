// A tableau: facts are taken apart until only leaves are left, each of which narrows what its
// operand, memory or lifecycle can still be. A way on which something has nothing left to be is
// closed; when all ways are closed, the facts exclude each other.
#include "dsl/check/implication.hpp"

#include "dsl/check/worlds.hpp"

#include <algorithm>

namespace sluice::dsl::check {
namespace {

/// Ways tried before giving up, and facts taken apart on all of them together.
constexpr int kWaysMax = 512;
constexpr int kStepsMax = 20'000;

constexpr std::int64_t kDay = 86'400;
/// Clocks change by an hour or two; a place that changes its zone has moved by up to a day and two
/// hours.
constexpr std::int64_t kClockChange = 2 * 3600;
constexpr std::int64_t kZoneChange = 26 * 3600;

/// Seconds of a length of time, with months of so many days; clocks count for whole days only.
std::int64_t bound(const Duration& duration, std::int64_t month, std::int64_t clocks) {
    const std::int64_t days = duration.months * month + duration.days;
    return days == 0 ? duration.seconds
                     : std::max<std::int64_t>(0, days * kDay + clocks) + duration.seconds;
}

class Tableau {
public:
    explicit Tableau(const Program& program) : program_(program) {}

    /// Whether every way contradicts itself.
    bool closes(Worlds worlds, std::vector<Fact> pending) {
        while (!pending.empty()) {
            if (++steps_ > kStepsMax) {
                return false;
            }
            const Fact fact = pending.back();
            pending.pop_back();
            std::vector<Fact> parts;
            if (splits(fact, parts) && parts.size() != 1) {
                // Put off until nothing else is left: what is certain closes most ways.
                choices_.push_back(std::move(parts));
            } else if (!parts.empty()) {
                pending.insert(pending.end(), parts.begin(), parts.end());
            } else if (!worlds.admits(fact, pending)) {
                return true;
            }
        }
        return choose(worlds);
    }

private:
    /// Takes `and`, `or`, `not` and segments apart. True: one of the parts; false: all of them (a
    /// leaf has none).
    bool splits(const Fact& fact, std::vector<Fact>& parts) {
        const auto& node = program_.conditions[fact.condition].node;
        const auto* all = std::get_if<CondAll>(&node);
        const auto* any = std::get_if<CondAny>(&node);
        if (all != nullptr || any != nullptr) {
            for (const Index term : all != nullptr ? all->terms : any->terms) {
                parts.push_back({term, fact.holds, fact.candidate_slot});
            }
            return (any != nullptr) == fact.holds;
        }
        if (const auto* inverted = std::get_if<CondNot>(&node)) {
            parts.push_back({inverted->term, !fact.holds, fact.candidate_slot});
        } else if (const auto* inside = std::get_if<CondInSegment>(&node)) {
            const Index condition = program_.segments[inside->segment].condition;
            if (condition != kNone) {
                parts.push_back({condition, fact.holds, kNone});
            }
        }
        return false;
    }

    bool choose(const Worlds& worlds) {
        if (choices_.empty()) {
            return false;
        }
        const std::vector<Fact> choice = std::move(choices_.back());
        choices_.pop_back();
        const std::vector<std::vector<Fact>> left = choices_;
        for (const Fact& way : choice) {
            choices_ = left;
            if (++ways_ > kWaysMax || !closes(worlds, {way})) {
                return false;
            }
        }
        return true;
    }

    const Program& program_;
    std::vector<std::vector<Fact>> choices_;
    int ways_ = 0;
    int steps_ = 0;
};

}  // namespace

bool impossible(const Program& program, std::span<const Fact> facts) {
    const bool incomplete = std::any_of(facts.begin(), facts.end(),
                                        [](const Fact& fact) { return fact.condition == kNone; });
    return !incomplete &&
           Tableau(program).closes(Worlds(program), std::vector<Fact>(facts.begin(), facts.end()));
}

bool always_true(const Program& program, Index condition) {
    const Fact fails{condition, false, kNone};
    return impossible(program, {&fails, 1});
}

std::int64_t least_seconds(const Duration& duration) {
    return bound(duration, 28, -kClockChange);
}

std::int64_t most_seconds(const Duration& duration) {
    return bound(duration, 31, kClockChange);
}

bool never_longer(const Duration& one, const Duration& other) {
    const bool each_part =
        one.months <= other.months && one.days <= other.days && one.seconds <= other.seconds;
    return each_part || bound(one, 31, kZoneChange) <= bound(other, 28, -kZoneChange);
}

}  // namespace sluice::dsl::check
