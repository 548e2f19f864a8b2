#pragma once

#include "engine/behaviour/evaluate.hpp"

#include <functional>
#include <optional>

/// What conditions read from a customer's memories: counts inside a window and measures, now and
/// as time goes on. Pure.
namespace sluice {

/// Scale of the weight that Memory::sum holds for an intent: 2^32, fractions of an occurrence.
inline constexpr double kIntentScale = 4'294'967'296.0;

/// Occurrences of the aggregate that count inside the window now.
std::int64_t count_in(const Context& context, Index aggregate, const dsl::Operand& key,
                      const dsl::HistoryWindow& window);

/// The first instant at which time alone can change which remembered occurrences fit the filters of
/// the aggregate; kNever when it is a kept one, whose filters are decided once.
Instant filters_until(const Context& context, Index aggregate, const dsl::Operand& key);

/// How many of the newest messages met an outcome.
std::int64_t count_messages(const Context& context, const dsl::CondMessages& node);

/// The newest (or first) occurrence's instant; empty when there was none.
std::optional<Instant> newest_at(const Context& context, const dsl::CondRecency& node);

/// The value of a measure now; unknown when nothing was measured.
Value measure_of(const Context& context, const dsl::Measure& measure);

/// What time alone will make of it: told (instant, value from then on), in order, later than now,
/// until `visit` gives false. `intent` is left out: it changes all the time.
void each_future(const Context& context, const dsl::Measure& measure,
                 const std::function<bool(Instant, const Value&)>& visit);
/// The same for a count.
void each_count(const Context& context, Index aggregate, const dsl::Operand& key,
                const dsl::HistoryWindow& window,
                const std::function<bool(Instant, std::int64_t)>& visit);

}  // namespace sluice
