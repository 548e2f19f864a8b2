#include "engine/behaviour/history.hpp"

#include "engine/behaviour/aggregates.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>

namespace sluice {
namespace {

using dsl::HistoryWindow;
using dsl::Measure;

constexpr std::int64_t kMsPerDay = 86'400'000;

/// Between which exact lengths a span of the calendar lies, wherever and whenever it begins.
struct Length {
    Millis shortest{0};
    Millis longest{0};

    explicit Length(const dsl::Duration& duration) {
        // A zone's clocks have never been moved by more than the day that Apia left out.
        constexpr std::int64_t kMoved = 26 * 3'600'000;
        const bool calendar = duration.months != 0 || duration.days != 0;
        const std::int64_t exact = duration.seconds * 1'000 + duration.days * kMsPerDay;
        const std::int64_t moved = calendar ? kMoved : 0;
        shortest = Millis{exact + duration.months * 28 * kMsPerDay - moved};
        longest = Millis{exact + duration.months * 31 * kMsPerDay + moved};
    }
};

/// One window over one memory, at one instant.
struct View {
    const Context& context;
    const dsl::Aggregate& aggregate;
    const Memory* memory;  // null: nothing was remembered
    const HistoryWindow& window;
    std::shared_ptr<const Memory> made;  // keeps `memory` alive when it was made to be asked
    Length length;

    /// When the occurrence begins to count: an absence only once its time is over.
    [[nodiscard]] Instant begins(const Mark& mark) const {
        return aggregate.kind == dsl::Aggregate::Kind::not_followed
                   ? add(mark.at, to_span(aggregate.within), context.zone)
                   : mark.at;
    }

    /// When it stops to count because time has passed.
    [[nodiscard]] Instant ends(Instant begin) const {
        return window.kind == HistoryWindow::Kind::in_the_last
                   ? add(begin, to_span(window.duration), context.zone)
                   : kNever;
    }

    /// Whether it has stopped to count; the calendar is asked only near the border.
    [[nodiscard]] bool over(Instant begin) const {
        if (window.kind != HistoryWindow::Kind::in_the_last) {
            return false;
        }
        const Millis age = context.now - begin;
        return age >= length.shortest && (age >= length.longest || context.now >= ends(begin));
    }

    /// Applied after the entry and not older than it. A late event that happened before the entry
    /// is not since it, however late it came: those marks may have left the ring already.
    [[nodiscard]] bool since_entry(const Mark& mark) const {
        const Run* run = context.run;
        return run != nullptr && mark.ordinal > run->entered_ordinal && mark.at >= run->entered_at;
    }

    /// Everything but the passing of time.
    [[nodiscard]] bool fits(const Mark& mark) const {
        switch (window.kind) {
            case HistoryWindow::Kind::ever:
            case HistoryWindow::Kind::in_the_last:
                return true;
            case HistoryWindow::Kind::since_entry:
                return since_entry(mark);
            case HistoryWindow::Kind::before_entry:
                return !since_entry(mark);
            case HistoryWindow::Kind::since_date:
                return mark.at >= local_midnight(window.date, context.zone);
            case HistoryWindow::Kind::since_last: {
                const Memory* other =
                    memory_of(context.layout, context.program, window.aggregate, Value{});
                return other == nullptr || other->newest.empty() ||
                       std::pair(mark.at, mark.ordinal) >
                           std::pair(other->newest.back().at, other->newest.back().ordinal);
            }
        }
        return false;
    }

    [[nodiscard]] bool counts(const Mark& mark) const {
        if (!fits(mark)) {
            return false;
        }
        const Instant begin = begins(mark);
        return begin <= context.now && !over(begin);
    }
};

View view_of(const Context& context, Index aggregate, const dsl::Operand& key,
             const HistoryWindow& window) {
    const dsl::Aggregate& declared = context.program.aggregates[aggregate];
    const Value wanted = declared.key_field == kNone ? Value{} : evaluate(context, key);
    if (declared.kept()) {
        return {context, declared, memory_of(context.layout, context.program, aggregate, wanted),
                window,  nullptr,  Length(window.duration)};
    }
    auto made = std::make_shared<const Memory>(make_memory(context, declared, wanted));
    const Memory* memory = made->total == 0 ? nullptr : made.get();
    return {context, declared, memory, window, std::move(made), Length(window.duration)};
}

/// Totals over all there ever were are kept beside the ring.
bool uses_total(const View& view) {
    return view.window.kind == HistoryWindow::Kind::ever &&
           view.aggregate.kind != dsl::Aggregate::Kind::not_followed &&
           view.aggregate.kind != dsl::Aggregate::Kind::different;
}

/// Exact while no more than a ring has come since the entry, and always about none or any.
std::int64_t count_before_entry(const View& view) {
    const Memory& memory = *view.memory;
    if (view.since_entry(memory.first)) {
        return 0;
    }
    const auto since = std::count_if(memory.newest.begin(), memory.newest.end(),
                                     [&](const Mark& mark) { return view.since_entry(mark); });
    return memory.total - since;
}

std::int64_t count_of(const View& view) {
    if (view.memory == nullptr) {
        return 0;
    }
    if (uses_total(view)) {
        return view.memory->total;
    }
    const bool counted_from_total = view.window.kind == HistoryWindow::Kind::before_entry &&
                                    (view.aggregate.kind == dsl::Aggregate::Kind::occurrences ||
                                     view.aggregate.kind == dsl::Aggregate::Kind::followed);
    if (counted_from_total) {
        return count_before_entry(view);
    }
    const auto& newest = view.memory->newest;
    return std::count_if(newest.begin(), newest.end(),
                         [&](const Mark& mark) { return view.counts(mark); });
}

/// The marks that count now or will, with when they come and go.
struct Passing {
    Instant begin, end;
    std::size_t at = 0;  // in Memory::newest
};

std::vector<Passing> passings(const View& view) {
    std::vector<Passing> out;
    for (std::size_t at = 0; view.memory != nullptr && at < view.memory->newest.size(); ++at) {
        const Mark& mark = view.memory->newest[at];
        if (!view.fits(mark)) {
            continue;
        }
        const Instant begin = view.begins(mark);
        if (!view.over(begin)) {
            out.push_back({begin, view.ends(begin), at});
        }
    }
    return out;
}

/// Whether all of them count now, so that the only thing to come is that they go; then in the order
/// in which they do.
bool only_go(std::vector<Passing>& list, Instant now) {
    const bool all =
        std::all_of(list.begin(), list.end(), [&](const Passing& one) { return one.begin <= now; });
    if (all) {
        std::stable_sort(list.begin(), list.end(),
                         [](const Passing& a, const Passing& b) { return a.end < b.end; });
    }
    return all;
}

std::vector<Instant> changes(const std::vector<Passing>& list, Instant now) {
    std::vector<Instant> out;
    for (const Passing& one : list) {
        if (one.begin > now) {
            out.push_back(one.begin);
        }
        if (one.end != kNever) {
            out.push_back(one.end);
        }
    }
    std::sort(out.begin(), out.end());
    out.erase(std::unique(out.begin(), out.end()), out.end());
    return out;
}

std::uint32_t occurrences_in(const Memory& memory, std::size_t at) {
    return at < memory.merged.size() ? memory.merged[at] : 1;
}

/// The median gap between neighbours, in days; unknown before there are two.
Value median_gap(const std::vector<Instant>& marks) {
    if (marks.size() < 2) {
        return {};
    }
    std::vector<std::int64_t> gaps;
    for (std::size_t at = 1; at < marks.size(); ++at) {
        gaps.push_back((marks[at] - marks[at - 1]).count());
    }
    std::sort(gaps.begin(), gaps.end());
    // Whole numbers only: in floating point 0.57 days are a little less than 0.57.
    const std::int64_t twice = gaps[gaps.size() / 2] + gaps[(gaps.size() - 1) / 2];
    return Value::of_number(twice * dsl::kDecimalScale / (2 * kMsPerDay));
}

/// A measure over those marks that count at one instant.
class Tally {
public:
    struct Sums {
        std::int64_t sum = 0;
        std::int64_t count = 0;
        std::int64_t extreme = 0;
    };

    Tally(const View& view, Measure::Function function) : view_(view), function_(function) {}

    Value at(const std::vector<Passing>& list, Instant now) const {
        if (function_ == Measure::Function::days_between) {
            return median_gap(instants(list, now));
        }
        const bool repeated = view_.aggregate.kind == dsl::Aggregate::Kind::samples;
        if (function_ == Measure::Function::different && repeated) {
            return Value::of_number(different(list, now) * dsl::kDecimalScale);
        }
        Sums sums;
        for (const Passing& one : list) {
            if (one.begin <= now && now < one.end) {
                add(sums, one);
            }
        }
        return result(sums);
    }

    /// What is left as one after the other goes, the last one first: one walk for all of them.
    /// Empty when this measure is not a sum.
    [[nodiscard]] std::vector<Sums> left(const std::vector<Passing>& list) const {
        const bool repeated = view_.aggregate.kind == dsl::Aggregate::Kind::samples;
        if (function_ == Measure::Function::days_between ||
            (function_ == Measure::Function::different && repeated)) {
            return {};
        }
        std::vector<Sums> out(list.size() + 1);
        for (std::size_t at = list.size(); at-- > 0;) {
            out[at] = out[at + 1];
            add(out[at], list[at]);
        }
        return out;
    }

    [[nodiscard]] Value ever() const {
        const Memory& memory = *view_.memory;
        return result({memory.sum, memory.total, memory.extreme});
    }

    [[nodiscard]] Value result(const Sums& sums) const {
        switch (function_) {
            case Measure::Function::total:
                return Value::of_number(sums.sum);
            case Measure::Function::average:
                return sums.count == 0 ? Value{} : Value::of_number(sums.sum / sums.count);
            case Measure::Function::highest:
            case Measure::Function::lowest:
                return sums.count == 0 ? Value{} : Value::of_number(sums.extreme);
            default:
                return Value::of_number(sums.count * dsl::kDecimalScale);
        }
    }

private:
    void add(Sums& sums, const Passing& one) const {
        const Memory& memory = *view_.memory;
        const std::int64_t number =
            one.at < memory.values.size() ? memory.values[one.at].number : 0;
        const bool highest = function_ == Measure::Function::highest;
        const bool better = highest ? number > sums.extreme : number < sums.extreme;
        sums.extreme = sums.count == 0 || better ? number : sums.extreme;
        sums.sum += number;
        sums.count += occurrences_in(memory, one.at);
    }

    /// A memory of different values has each once, one of samples (asked before the entry) as often
    /// as it came.
    [[nodiscard]] std::int64_t different(const std::vector<Passing>& list, Instant now) const {
        std::vector<std::string> values;
        for (const Passing& one : list) {
            if (one.begin <= now && now < one.end) {
                values.push_back(dsl::to_text(view_.memory->values[one.at]));
            }
        }
        std::sort(values.begin(), values.end());
        return std::unique(values.begin(), values.end()) - values.begin();
    }

    [[nodiscard]] std::vector<Instant> instants(const std::vector<Passing>& list,
                                                Instant now) const {
        std::vector<Instant> out;
        for (const Passing& one : list) {
            if (one.begin <= now && now < one.end) {
                out.push_back(view_.memory->newest[one.at].at);
            }
        }
        return out;
    }

    const View& view_;
    Measure::Function function_;
};

/// Each occurrence weighs one and halves with every half-life.
Value intent_now(const View& view) {
    if (view.memory == nullptr || view.memory->newest.empty()) {
        return Value::of_number(0);
    }
    const double age =
        static_cast<double>((view.context.now - view.memory->newest.back().at).count());
    const double weight = static_cast<double>(view.memory->sum) / kIntentScale *
                          std::exp2(-age / half_life_ms(view.aggregate));
    return Value::of_number(
        static_cast<std::int64_t>(std::floor(weight * static_cast<double>(dsl::kDecimalScale))));
}

bool met(std::uint32_t flags, dsl::MessageOutcome outcome) {
    constexpr std::uint32_t kOpened = message_flag::kOpened;
    constexpr std::uint32_t kClicked = message_flag::kClicked;
    switch (outcome) {
        case dsl::MessageOutcome::opened:
            return (flags & (kOpened | kClicked)) != 0;  // nobody clicks what she has not opened
        case dsl::MessageOutcome::clicked:
            return (flags & kClicked) != 0;
        case dsl::MessageOutcome::delivered:
            return (flags & (message_flag::kDelivered | kOpened | kClicked)) != 0;
        case dsl::MessageOutcome::bounced:
            return (flags & message_flag::kBounced) != 0;
        case dsl::MessageOutcome::ignored:
            return (flags & (kOpened | kClicked)) == 0;
    }
    return false;
}

std::int64_t count_outcome(const Memory* memory, std::int64_t last, dsl::MessageOutcome outcome) {
    if (memory == nullptr) {
        return 0;
    }
    const auto size = static_cast<std::int64_t>(memory->merged.size());
    const auto begin = memory->merged.begin() + std::max<std::int64_t>(0, size - last);
    return std::count_if(begin, memory->merged.end(),
                         [&](std::uint32_t flags) { return met(flags, outcome); });
}

Value engagement(const View& view, std::int64_t last) {
    const Memory* memory = view.memory;
    const auto size = memory == nullptr ? 0 : static_cast<std::int64_t>(memory->values.size());
    if (size == 0) {
        return {};
    }
    const std::int64_t good = count_outcome(memory, last, dsl::MessageOutcome::opened);
    return Value::of_number(good * dsl::kDecimalScale / std::min(size, last));
}

}  // namespace

std::int64_t count_in(const Context& context, Index aggregate, const dsl::Operand& key,
                      const HistoryWindow& window) {
    return count_of(view_of(context, aggregate, key, window));
}

Instant filters_until(const Context& context, Index aggregate, const dsl::Operand& key) {
    const dsl::Aggregate& made = context.program.aggregates[aggregate];
    Instant until = kNever;
    if (made.kept()) {
        return until;
    }
    const Value wanted = made.key_field == kNone ? Value{} : evaluate(context, key);
    for (const Sample& sample : samples_of(context, made, wanted)) {
        Context inner = context;
        inner.candidate = &sample.fields;
        const Index filter = sample.then ? made.then.filter : made.filter;
        if (filter != kNone) {
            until = std::min(until, judge(inner, filter).until);
        }
    }
    return until;
}

std::int64_t count_messages(const Context& context, const dsl::CondMessages& node) {
    return count_outcome(memory_of(context.layout, context.program, node.aggregate, Value{}),
                         node.last, node.outcome);
}

std::optional<Instant> newest_at(const Context& context, const dsl::CondRecency& node) {
    const HistoryWindow ever;
    const View view = view_of(context, node.aggregate, node.key, ever);
    if (view.memory == nullptr || view.memory->newest.empty()) {
        return std::nullopt;
    }
    return node.first ? view.memory->first.at : view.memory->newest.back().at;
}

Value measure_of(const Context& context, const Measure& measure) {
    const View view = view_of(context, measure.aggregate, measure.key, measure.window);
    switch (measure.function) {
        case Measure::Function::count:
            return Value::of_number(count_of(view) * dsl::kDecimalScale);
        case Measure::Function::intent:
            return intent_now(view);
        case Measure::Function::engagement:
            return engagement(view, measure.last);
        case Measure::Function::first_value:
            return view.memory == nullptr ? Value{} : view.memory->first_value;
        case Measure::Function::last_value:
            return view.memory == nullptr || view.memory->values.empty()
                       ? Value{}
                       : view.memory->values.back();
        default:
            break;
    }
    const Tally tally(view, measure.function);
    const bool summed = measure.function != Measure::Function::days_between;
    if (view.memory != nullptr && uses_total(view) && summed) {
        return tally.ever();
    }
    return tally.at(passings(view), context.now);
}

void each_future(const Context& context, const Measure& measure,
                 const std::function<bool(Instant, const Value&)>& visit) {
    const View view = view_of(context, measure.aggregate, measure.key, measure.window);
    const bool timed = measure.window.kind == HistoryWindow::Kind::in_the_last ||
                       view.aggregate.kind == dsl::Aggregate::Kind::not_followed;
    if (!timed || view.memory == nullptr || measure.function == Measure::Function::intent) {
        return;
    }
    const Tally tally(view, measure.function);
    std::vector<Passing> list = passings(view);
    const bool simple = only_go(list, context.now);
    const std::vector<Tally::Sums> left = simple ? tally.left(list) : std::vector<Tally::Sums>{};
    if (left.empty()) {
        for (const Instant at : changes(list, context.now)) {
            if (!visit(at, tally.at(list, at))) {
                return;
            }
        }
        return;
    }
    for (std::size_t at = 0; at < list.size(); ++at) {
        const bool last_of_instant = at + 1 == list.size() || list[at + 1].end != list[at].end;
        const bool goes = last_of_instant && list[at].end != kNever;
        if (goes && !visit(list[at].end, tally.result(left[at + 1]))) {
            return;
        }
    }
}

void each_count(const Context& context, Index aggregate, const dsl::Operand& key,
                const HistoryWindow& window,
                const std::function<bool(Instant, std::int64_t)>& visit) {
    const View view = view_of(context, aggregate, key, window);
    const bool timed = window.kind == HistoryWindow::Kind::in_the_last ||
                       view.aggregate.kind == dsl::Aggregate::Kind::not_followed;
    if (!timed || view.memory == nullptr) {
        return;
    }
    std::vector<Passing> list = passings(view);
    if (!only_go(list, context.now)) {
        for (const Instant at : changes(list, context.now)) {
            const auto count = std::count_if(list.begin(), list.end(), [&](const Passing& one) {
                return one.begin <= at && at < one.end;
            });
            if (!visit(at, count)) {
                return;
            }
        }
        return;
    }
    for (std::size_t at = 0; at < list.size(); ++at) {
        const bool last_of_instant = at + 1 == list.size() || list[at + 1].end != list[at].end;
        const auto left = static_cast<std::int64_t>(list.size() - at - 1);
        if (last_of_instant && list[at].end != kNever && !visit(list[at].end, left)) {
            return;
        }
    }
}

}  // namespace sluice
