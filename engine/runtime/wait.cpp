#include "engine/runtime/wait.hpp"

#include "engine/policy/gate.hpp"

#include <algorithm>

namespace sluice {
namespace {

constexpr std::int32_t kMinutesPerDay = 24 * 60;

struct UntilEnd {
    const Context& context;
    Instant base;
    bool inclusive;

    WaitEnd operator()(const dsl::UntilTime& until) const {
        return {next_local(base, until.at, kEveryDay, inclusive, context.zone), false, false};
    }
    WaitEnd operator()(const dsl::UntilWeekday& until) const {
        return {next_local(base, until.at, until.weekdays, inclusive, context.zone), false, false};
    }
    WaitEnd operator()(const dsl::UntilDate& until) const {
        LocalTime local;
        local.days = until.date;
        local.seconds = until.at * 60;
        return {resolve(local, context.zone), false, false};
    }
    WaitEnd operator()(const dsl::UntilBetween& until) const {
        // A window that crosses midnight belongs to the day it begins on.
        const LocalTime local = to_local(base, context.zone);
        const bool after_midnight = until.from > until.to && local.seconds < until.to * 60;
        const int weekday = after_midnight ? (local.weekday() + 6) % 7 : local.weekday();
        const bool day_fits = !until.weekdays_only || weekday < 5;
        if (day_fits && in_window(base, until.from, until.to, context.zone)) {
            return {base, false, false};
        }
        const std::uint8_t days = until.weekdays_only ? kWeekdays : kEveryDay;
        return {next_local(base, until.from % kMinutesPerDay, days, true, context.zone), false,
                false};
    }
    /// Nothing is known of anybody's best hour: the first one that is not quiet will do (T9).
    WaitEnd operator()(const dsl::UntilBest& until) const {
        const Instant latest = add(base, to_span(until.within), context.zone);
        return {std::min(quiet_end(context, until.channel, base), latest), false, false};
    }
    WaitEnd operator()(const dsl::UntilMoment& until) const {
        const Value value = evaluate(context, until.operand);
        LocalTime local;
        if (value.kind == Value::Kind::date) {
            local.days = value.number;
        } else if (value.kind == Value::Kind::moment) {
            local = to_local(from_ms(value.number), context.zone);
        } else {
            return {base, true, until.stop_if_missing};
        }
        // The calendar part moves the date; `at` then names the time on that date.
        const CalendarSpan span = to_span(until.offset);
        Instant at = resolve(local, context.zone);
        at = until.before ? subtract(at, span, context.zone) : add(at, span, context.zone);
        if (until.at) {
            local = to_local(at, context.zone);
            local.seconds = *until.at * 60;
            local.millis = 0;
            at = resolve(local, context.zone);
        }
        return {at, at <= base, until.stop_if_missing};
    }
};

struct InstructionEnd {
    const Context& context;
    Instant base;

    WaitEnd operator()(const dsl::OpSleep& op) const {
        const Instant first = add(base, to_span(op.duration), context.zone);
        if (!op.then_until) {
            return {first, false, false};
        }
        return until_end(context, *op.then_until, first, true);
    }
    WaitEnd operator()(const dsl::OpUntil& op) const {
        return until_end(context, op.until, base, false);
    }
    WaitEnd operator()(const dsl::OpAwait& op) const {
        return {add(base, to_span(op.up_to), context.zone), false, false};
    }
    template <class Other>
    WaitEnd operator()(const Other&) const {
        return {base, false, false};
    }
};

bool is_calendar(const dsl::Duration& duration) {
    return duration.months != 0 || duration.days != 0;
}

}  // namespace

WaitEnd until_end(const Context& context, const dsl::Until& until, Instant base, bool inclusive) {
    return std::visit(UntilEnd{context, base, inclusive}, until);
}

WaitEnd wait_end(const Context& context, const dsl::Instruction& instruction, Instant base) {
    return std::visit(InstructionEnd{context, base}, instruction.op);
}

Instant moved_date(std::int64_t day, int years, const dsl::StartOnDate& start, Zone zone) {
    // Reckoned at noon, where no zone has a gap, so that only the date moves; then the time of day.
    LocalTime local;
    local.days = day;
    local.seconds = 12 * 3'600;
    const Instant anchor = add(resolve(local, zone), {years * 12, 0, 0}, zone);
    const CalendarSpan span = to_span(start.offset);
    const bool exact = span.seconds != 0 && span.days == 0 && span.months == 0;
    if (exact) {
        local = to_local(anchor, zone);
        local.seconds = start.at * 60;
        const Instant at = resolve(local, zone);
        return start.before ? subtract(at, span, zone) : add(at, span, zone);
    }
    const Instant shifted = start.before ? subtract(anchor, span, zone) : add(anchor, span, zone);
    local = to_local(shifted, zone);
    local.seconds = start.at * 60;
    local.millis = 0;
    return resolve(local, zone);
}

bool follows_customer(const dsl::Instruction& instruction) {
    if (const auto* sleep = std::get_if<dsl::OpSleep>(&instruction.op)) {
        return sleep->then_until.has_value() || is_calendar(sleep->duration);
    }
    if (const auto* await = std::get_if<dsl::OpAwait>(&instruction.op)) {
        return is_calendar(await->up_to);
    }
    return std::holds_alternative<dsl::OpUntil>(instruction.op);
}

}  // namespace sluice
