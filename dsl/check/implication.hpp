#pragma once

#include "dsl/program.hpp"

#include <span>

/// What follows from what, without knowing any customer. Private to dsl/check.
namespace sluice::dsl::check {

/// A condition taken as true, or as false.
struct Fact {
    Index condition = kNone;
    bool holds = true;
    /// The slot of a run that holds the event a filter looks at: its fields and the filter's are
    /// the same data. kNone: none.
    Index candidate_slot = kNone;
    friend auto operator<=>(const Fact&, const Fact&) = default;
};

/// True only when no customer can meet all of the facts at one instant. Sound and incomplete: it
/// looks at identical operands and memories only, and gives up (false) on very large conditions.
bool impossible(const Program& program, std::span<const Fact> facts);

/// Whether a condition holds for everybody, always. Sound and incomplete.
bool always_true(const Program& program, Index condition);

/// Whether the first length of time is never the longer one, at whatever instant and in whatever
/// zone both are counted from. Lengths that cannot be told apart for certain give false.
bool never_longer(const Duration& one, const Duration& other);

/// The least and the most seconds a length of time can last, changes of clocks included (but not a
/// whole country that changes its zone).
std::int64_t least_seconds(const Duration& duration);
std::int64_t most_seconds(const Duration& duration);

}  // namespace sluice::dsl::check
