// Truth and how long it lasts: the leaves say when time alone flips them, and/or/not combine
// (language.md, section 3.3).
#include "engine/behaviour/aggregates.hpp"
#include "engine/behaviour/evaluate.hpp"
#include "engine/behaviour/history.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace sluice {
namespace {

using dsl::Operand;

constexpr Millis kTick{1};
constexpr Millis kMinute{60'000};
constexpr std::int64_t kMsPerDay = 86'400'000;

bool holds(dsl::CompareOp op, int order) {
    switch (op) {
        case dsl::CompareOp::equal:
            return order == 0;
        case dsl::CompareOp::not_equal:
            return order != 0;
        case dsl::CompareOp::greater:
            return order > 0;
        case dsl::CompareOp::greater_equal:
            return order >= 0;
        case dsl::CompareOp::less:
            return order < 0;
        case dsl::CompareOp::less_equal:
            return order <= 0;
    }
    return false;
}

bool contains(const Value& whole, const Value& part) {
    if (whole.kind == Value::Kind::list) {
        const std::string wanted = dsl::to_text(part);
        return std::find(whole.items.begin(), whole.items.end(), wanted) != whole.items.end();
    }
    return whole.kind == Value::Kind::text && part.kind == Value::Kind::text &&
           whole.text.find(part.text) != std::string::npos;
}

bool inside(std::int64_t found, std::int64_t min, std::int64_t max) {
    return found >= min && (max < 0 || found <= max);
}

std::int64_t today(const Context& context) {
    return to_local(context.now, context.zone).days;
}

Instant next_midnight(const Context& context) {
    // Midnight may not exist on some day of some zone; the next one then stands for it.
    for (std::int64_t day = today(context) + 1;; ++day) {
        if (const Instant at = local_midnight(day, context.zone); at > context.now) {
            return at;
        }
    }
}

Context at_instant(const Context& context, Instant now) {
    Context later = context;
    later.now = now;
    return later;
}

/// One walk over a condition. Without `timed` only the value is found, and `until` means nothing.
class Judge {
public:
    Judge(const Context& context, bool timed) : context_(context), timed_(timed) {}

    [[nodiscard]] Truth of(Index condition) const {
        return std::visit([this](const auto& node) { return see(node); },
                          context_.program.conditions[condition].node);
    }

private:
    static Truth constant(bool value) { return {value, kNever}; }

    /// The first of these instants at which the value differs.
    template <class ValueAt>
    [[nodiscard]] Truth flips(std::vector<Instant> instants, ValueAt value_at) const {
        Truth out{value_at(context_), kNever};
        if (!timed_) {
            return out;
        }
        std::sort(instants.begin(), instants.end());
        for (const Instant at : instants) {
            if (at > context_.now && value_at(at_instant(context_, at)) != out.value) {
                out.until = at;
                return out;
            }
        }
        return out;
    }

    Truth see(const dsl::CondAlways& node) const { return constant(node.value); }
    Truth see(const dsl::CondAll& node) const { return joined(node.terms, true); }
    Truth see(const dsl::CondAny& node) const { return joined(node.terms, false); }
    Truth see(const dsl::CondNot& node) const {
        const Truth term = of(node.term);
        return {!term.value, term.until};
    }

    /// `and`: true until the first term fails; false until the last false one may hold. `or` is its
    /// mirror image.
    [[nodiscard]] Truth joined(const std::vector<Index>& terms, bool is_and) const {
        Truth out{is_and, kNever};
        Instant against = context_.now;
        for (const Index term : terms) {
            const Truth one = of(term);
            if (one.value == is_and) {
                out.until = std::min(out.until, one.until);
                continue;
            }
            out.value = !is_and;
            against = std::max(against, one.until);
            if (!timed_) {
                return out;
            }
        }
        if (out.value != is_and) {
            out.until = against;
        }
        return out;
    }

    [[nodiscard]] bool compares(const Context& context, const dsl::CondCompare& node) const {
        const auto order = compare(evaluate(context, node.left), evaluate(context, node.right));
        return order && holds(node.op, *order);
    }

    Truth see(const dsl::CondCompare& node) const {
        if (!timed_) {
            return constant(compares(context_, node));
        }
        std::vector<Instant> instants;
        candidates(node.left, node.right, instants);
        candidates(node.right, node.left, instants);
        Truth out = flips(instants, [&](const Context& at) { return compares(at, node); });
        for (const auto* operand : {&node.left, &node.right}) {
            if (operand->kind == Operand::Kind::measure) {
                out.until = std::min(out.until, measure_flips(node, *operand, out.value));
            }
        }
        return out;
    }

    /// Instants at which `today` or `now` passes the other side.
    void candidates(const Operand& moving, const Operand& other, std::vector<Instant>& out) const {
        if (moving.kind != Operand::Kind::today && moving.kind != Operand::Kind::now) {
            return;
        }
        const Value fixed = evaluate(context_, other);
        std::int64_t day = fixed.number;
        if (fixed.kind == Value::Kind::moment) {
            day = fixed.number / kMsPerDay - 1;
            out.push_back(from_ms(fixed.number));
            out.push_back(from_ms(fixed.number) + kTick);
        } else if (fixed.kind == Value::Kind::date) {
            out.push_back(from_ms(day * kMsPerDay));
            out.push_back(from_ms(day * kMsPerDay) + kTick);
        } else {
            return;
        }
        for (std::int64_t next = day; next < day + 4; ++next) {
            out.push_back(local_midnight(next, context_.zone));
        }
        if (other.kind == Operand::Kind::today || other.kind == Operand::Kind::now) {
            out.push_back(next_midnight(context_));
        }
    }

    [[nodiscard]] Instant measure_flips(const dsl::CondCompare& node, const Operand& operand,
                                        bool value) const {
        const dsl::Measure& measure = context_.program.measures[operand.field];
        const Instant filters = filters_until(context_, measure.aggregate, measure.key);
        if (measure.function == dsl::Measure::Function::intent) {
            return std::min(filters, intent_flips(node, operand, value));
        }
        const bool left = &operand == &node.left;
        const Value other = evaluate(context_, left ? node.right : node.left);
        Instant flip = kNever;
        each_future(context_, measure, [&](Instant at, const Value& later) {
            const auto order = left ? compare(later, other) : compare(other, later);
            const bool flips = (order && holds(node.op, *order)) != value;
            flip = flips ? at : kNever;
            return !flips;
        });
        return std::min(filters, flip);
    }

    /// The weight only falls, so there is at most one flip per comparison: found by halving the
    /// time in which it can lie.
    [[nodiscard]] Instant intent_flips(const dsl::CondCompare& node, const Operand& operand,
                                       bool value) const {
        const auto same_at = [&](Millis after) {
            return compares(at_instant(context_, context_.now + after), node) == value;
        };
        const auto guess = half_lives_left(node, operand);
        if (guess && guess->count() < 0) {
            return kNever;
        }
        // Around the guess as far as needed; without one from now on.
        Millis step = guess ? std::max(kTick, *guess / 4'096) : kTick;
        Millis low{0};
        Millis high = step;
        if (guess && *guess > step && same_at(*guess - step)) {
            low = *guess - step;
            high = *guess + step;
        }
        constexpr Millis kFar{std::int64_t{1} << 42U};  // far beyond any half-life
        while (same_at(high)) {
            if (high > kFar) {
                return kNever;
            }
            low = high;
            step *= 2;
            high += step;
        }
        while (high - low > kTick) {
            const Millis middle = low + (high - low) / 2;
            (same_at(middle) ? low : high) = middle;
        }
        return context_.now + high;
    }

    /// About how long the weight needs to fall to what it is compared with; negative when it is
    /// below. Empty where that is no question.
    [[nodiscard]] std::optional<Millis> half_lives_left(const dsl::CondCompare& node,
                                                        const Operand& operand) const {
        const bool ordered =
            node.op != dsl::CompareOp::equal && node.op != dsl::CompareOp::not_equal;
        const Operand& other = &operand == &node.left ? node.right : node.left;
        const Value weight = evaluate(context_, operand);
        const Value border = evaluate(context_, other);
        if (!ordered || border.kind != Value::Kind::number || border.number <= 0 ||
            other.kind == Operand::Kind::measure) {
            return std::nullopt;
        }
        if (weight.number < border.number) {
            return Millis{-1};
        }
        const dsl::Measure& measure = context_.program.measures[operand.field];
        const double half_lives =
            std::log2(static_cast<double>(weight.number) / static_cast<double>(border.number));
        return Millis{static_cast<std::int64_t>(
            half_lives * half_life_ms(context_.program.aggregates[measure.aggregate]))};
    }

    /// When an operand's value may change by itself.
    [[nodiscard]] Instant operand_until(const Operand& operand) const {
        switch (operand.kind) {
            case Operand::Kind::today:
                return next_midnight(context_);
            case Operand::Kind::now:
                return context_.now + kTick;
            case Operand::Kind::measure: {
                const dsl::Measure& measure = context_.program.measures[operand.field];
                if (measure.function == dsl::Measure::Function::intent) {
                    return context_.now + kMinute;
                }
                const Instant filters = filters_until(context_, measure.aggregate, measure.key);
                Instant first = kNever;
                each_future(context_, measure, [&](Instant at, const Value&) {
                    first = at;
                    return false;
                });
                return std::min(filters, first);
            }
            default:
                return kNever;
        }
    }

    Truth see(const dsl::CondKnown& node) const {
        return {evaluate(context_, node.operand).known(),
                timed_ ? operand_until(node.operand) : kNever};
    }
    Truth see(const dsl::CondOneOf& node) const {
        const Value value = evaluate(context_, node.operand);
        Truth out;
        out.value = std::any_of(node.values.begin(), node.values.end(), [&](const Operand& choice) {
            return compare(value, evaluate(context_, choice)) == 0;
        });
        if (timed_) {
            out.until = operand_until(node.operand);
            for (const Operand& choice : node.values) {
                out.until = std::min(out.until, operand_until(choice));
            }
        }
        return out;
    }
    Truth see(const dsl::CondContains& node) const {
        return {contains(evaluate(context_, node.operand), evaluate(context_, node.value)),
                timed_ ? std::min(operand_until(node.operand), operand_until(node.value)) : kNever};
    }

    /// A date is in the last D from its midnight until D later, in the next D from D before it.
    Truth see(const dsl::CondInThe& node) const {
        const Value value = evaluate(context_, node.operand);
        Truth out{false, timed_ ? operand_until(node.operand) : kNever};
        if (value.kind != Value::Kind::date && value.kind != Value::Kind::moment) {
            return out;
        }
        const Instant at = value.kind == Value::Kind::moment
                               ? from_ms(value.number)
                               : local_midnight(value.number, context_.zone);
        const CalendarSpan span = to_span(node.duration);
        const Instant begin = node.next ? subtract(at, span, context_.zone) : at;
        const Instant end = node.next ? at : add(at, span, context_.zone);
        out.value = begin <= context_.now && context_.now < end;
        if (context_.now < end) {
            out.until = std::min(out.until, out.value ? end : begin);
        }
        return out;
    }

    Truth see(const dsl::CondQuantity& node) const {
        Truth out = constant(
            inside(count_in(context_, node.aggregate, node.key, node.window), node.min, node.max));
        if (!timed_) {
            return out;
        }
        out.until = filters_until(context_, node.aggregate, node.key);
        each_count(context_, node.aggregate, node.key, node.window,
                   [&](Instant at, std::int64_t count) {
                       const bool flips = inside(count, node.min, node.max) != out.value;
                       out.until = flips ? std::min(out.until, at) : out.until;
                       return !flips;
                   });
        return out;
    }
    Truth see(const dsl::CondMessages& node) const {
        return constant(inside(count_messages(context_, node), node.min, node.max));
    }

    /// An event exactly D ago is neither more nor less than D ago; it is `between D and …` (T8).
    Truth see(const dsl::CondRecency& node) const {
        Truth out = recency(node);
        if (timed_) {
            out.until = std::min(out.until, filters_until(context_, node.aggregate, node.key));
        }
        return out;
    }
    [[nodiscard]] Truth recency(const dsl::CondRecency& node) const {
        const auto at = newest_at(context_, node);
        if (!at) {
            return constant(false);
        }
        const Instant low = add(*at, to_span(node.low), context_.zone);
        switch (node.op) {
            case dsl::CondRecency::Op::more_than:
                return context_.now > low ? constant(true) : Truth{false, low + kTick};
            case dsl::CondRecency::Op::less_than:
                return context_.now < low ? Truth{true, low} : constant(false);
            case dsl::CondRecency::Op::between:
                break;
        }
        if (context_.now < low) {
            return {false, low};
        }
        const Instant high = add(*at, to_span(node.high), context_.zone);
        return context_.now < high ? Truth{true, high} : constant(false);
    }

    Truth see(const dsl::CondCanGet& node) const {
        const dsl::Policy& policy = context_.program.policy;
        const Index field =
            node.channel == Channel::email ? policy.email_field : policy.phone_field;
        if (field == kNone || field >= context_.layout.traits.size() ||
            context_.layout.traits[field].text.empty()) {
            return constant(false);
        }
        const auto bit = static_cast<std::uint8_t>(node.channel);
        const Index consent = policy.consent[bit];
        if (((context_.suppressed >> bit) & 1U) != 0 || consent == kNone) {
            return constant(false);
        }
        return of(consent);
    }
    Truth see(const dsl::CondInSegment& node) const {
        return of(context_.program.segments[node.segment].condition);
    }
    Truth see(const dsl::CondInState& node) const {
        return constant(standing(node.lifecycle).state == node.state);
    }
    Truth see(const dsl::CondBeenIn& node) const {
        const Standing& here = standing(node.lifecycle);
        if (here.state != node.state) {
            return constant(false);
        }
        const Instant long_enough = add(here.since, to_span(node.duration), context_.zone);
        if (node.more) {
            return context_.now > long_enough ? constant(true) : Truth{false, long_enough + kTick};
        }
        return context_.now < long_enough ? Truth{true, long_enough} : constant(false);
    }
    [[nodiscard]] const Standing& standing(Index lifecycle) const {
        static const Standing nowhere;
        const auto& standings = context_.layout.standings;
        return lifecycle < standings.size() ? standings[lifecycle] : nowhere;
    }

    Truth see(const dsl::CondToday& node) const {
        const auto fits = [&](std::int64_t day) {
            LocalTime local;
            local.days = day;
            return ((node.weekdays >> local.weekday()) & 1U) != 0;
        };
        const std::int64_t day = today(context_);
        Truth out = constant(fits(day));
        for (std::int64_t next = day + 1; timed_ && next <= day + 7; ++next) {
            if (fits(next) != out.value) {
                out.until = std::max(local_midnight(next, context_.zone), context_.now + kTick);
                return out;
            }
        }
        return out;
    }
    Truth see(const dsl::CondTodayDate& node) const {
        const std::int64_t edge = node.before ? node.date : node.date + 1;
        const bool past = today(context_) >= edge;
        const Instant flip = local_midnight(edge, context_.zone);
        return {past != node.before, past ? kNever : std::max(flip, context_.now + kTick)};
    }

    Truth see(const dsl::CondNowBetween& node) const {
        const auto value_at = [&](Instant at) {
            return in_window(at, node.from, node.to, context_.zone);
        };
        Truth out = constant(value_at(context_.now));
        if (!timed_) {
            return out;
        }
        const std::int32_t edge = out.value ? node.to : node.from;
        out.until = next_local(context_.now, edge, kEveryDay, false, context_.zone);
        const Instant day_before = context_.now - Millis{kMsPerDay};
        if (utc_offset(day_before, context_.zone) != utc_offset(out.until, context_.zone)) {
            // The clocks change before then, or have just gone back: some wall times come twice or
            // never.
            const Millis into_minute = context_.now.time_since_epoch() % kMinute;
            for (Instant at = context_.now - into_minute + kMinute; at < out.until; at += kMinute) {
                if (value_at(at) != out.value) {
                    out.until = at;
                }
            }
        }
        return out;
    }

    const Context& context_;
    bool timed_;
};

}  // namespace

bool evaluate(const Context& context, Index condition) {
    return Judge(context, false).of(condition).value;
}

Truth judge(const Context& context, Index condition) {
    return Judge(context, true).of(condition);
}

}  // namespace sluice
