#pragma once

#include "dsl/check/scope.hpp"

#include <optional>

/// The bounded memories (Program::aggregates) that conditions over the past read. Private to
/// dsl/check.
namespace sluice::dsl::check {

/// Thresholds up to this are exact; it bounds the ring of occurrences.
inline constexpr std::int64_t kCountMax = 64;
/// Occurrences of which it is not known yet whether something follows them in time.
inline constexpr std::int64_t kUndecidedMax = 16;
/// Occurrences that sums, counts and different values look back on.
inline constexpr std::uint16_t kValuesMax = 256;

/// A memory and the value that picks its key.
struct Memory {
    Index aggregate = kNone;
    Operand key;
};

/// The memory of an event pattern: `wanted` says what is remembered, the pattern which occurrences,
/// and `then` what comes behind them (null: nothing). Conditions that want the same share one.
/// Nothing after a report.
std::optional<Memory> memory_of(Compilation& c, const ast::EventPattern& pattern, Aggregate wanted,
                                Scope& scope, const ast::EventPattern* then = nullptr);

/// The same for a memory that is already complete.
Index shared_memory(Compilation& c, Aggregate wanted);

/// A written window, checked; nothing after a report.
std::optional<HistoryWindow> lowered_window(Compilation& c,
                                            const std::optional<ast::Window>& window, Scope& scope);

/// How many are asked for: [min, max], -1: no upper bound; `newest` must be remembered.
struct Bounds {
    std::int64_t min = 0;
    std::int64_t max = -1;
    std::int64_t newest = 1;
};
/// "emails", "sms"; empty for "messages".
std::optional<Channel> channel_of(std::string_view kind);

/// Nothing after a report.
std::optional<Bounds> checked_bounds(Compilation& c, const ast::Quantity& quantity);

}  // namespace sluice::dsl::check
