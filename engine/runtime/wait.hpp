#pragma once

#include "dsl/program.hpp"
#include "engine/behaviour/evaluate.hpp"

#include <optional>

/// When a wait ends: language.md §2 on civil_time. Pure.
namespace sluice {

/// Whether and when: `at` <= base means "at once".
struct WaitEnd {
    Instant at;
    bool missing = false;  // a date path without a value, or one already past
    bool stop_if_missing = false;
};

/// `base` is the instant the wait is counted from; `inclusive` takes a wall time equal to base
/// (after the duration of `wait D, then until …`).
WaitEnd until_end(const Context& context, const dsl::Until& until, Instant base, bool inclusive);

/// The end of a parked instruction (sleep, until or await).
WaitEnd wait_end(const Context& context, const dsl::Instruction& instruction, Instant base);

/// Whether the end depends on the zone or on a trait, and so must be found again when they change.
bool follows_customer(const dsl::Instruction& instruction);

/// A start's date, `years` after the one of the customer, moved by its offset, at its time of day.
Instant moved_date(std::int64_t day, int years, const dsl::StartOnDate& start, Zone zone);

}  // namespace sluice
