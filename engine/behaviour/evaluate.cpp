#include "engine/behaviour/evaluate.hpp"

#include "engine/behaviour/aggregates.hpp"

#include <algorithm>
#include <type_traits>
#include <unordered_map>

namespace sluice {
namespace {

using dsl::Operand;

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

Instant local_midnight(std::int64_t days, Zone zone) {
    LocalTime local;
    local.days = days;
    return resolve(local, zone);
}

/// Date fields lie in the next or last D by the calendar: the date's midnight in the zone.
bool in_the(const Context& context, const dsl::CondInThe& node) {
    const Value value = evaluate(context, node.operand);
    if (value.kind != Value::Kind::date && value.kind != Value::Kind::moment) {
        return false;
    }
    const Instant at = value.kind == Value::Kind::moment
                           ? from_ms(value.number)
                           : local_midnight(value.number, context.zone);
    const CalendarSpan span = to_span(node.duration);
    if (node.next) {
        return at > context.now && at <= add(context.now, span, context.zone);
    }
    return at <= context.now && at > subtract(context.now, span, context.zone);
}

std::int64_t count_after(const Memory& memory, Instant cutoff) {
    auto first_inside = std::upper_bound(memory.newest.begin(), memory.newest.end(), cutoff,
                                         [](Instant at, const Mark& mark) { return at < mark.at; });
    return memory.newest.end() - first_inside;
}

/// Applied after the entry and not older than it. A late event that happened before the entry is
/// not since it, however late it came: those marks may have left the ring already.
bool since_entry(const Context& context, const Mark& mark) {
    const Run* run = context.run;
    return run != nullptr && mark.ordinal > run->entered_ordinal && mark.at >= run->entered_at;
}

std::int64_t count_since_entry(const Context& context, const Memory& memory) {
    return std::count_if(memory.newest.begin(), memory.newest.end(),
                         [&](const Mark& mark) { return since_entry(context, mark); });
}

/// Exact while no more than a ring has come since the entry, and always about none or any.
std::int64_t count_before_entry(const Context& context, const Memory& memory) {
    return since_entry(context, memory.first) ? 0
                                              : memory.total - count_since_entry(context, memory);
}

std::int64_t count(const Context& context, const dsl::CondQuantity& node) {
    using Window = dsl::CondQuantity::Window;
    const Memory* memory =
        memory_of(context.layout, context.program, node.aggregate, evaluate(context, node.key));
    if (memory == nullptr) {
        return 0;
    }
    switch (node.window) {
        case Window::ever:
            return memory->total;
        case Window::in_the_last:
            return count_after(*memory,
                               subtract(context.now, to_span(node.duration), context.zone));
        case Window::since_entry:
            return count_since_entry(context, *memory);
        case Window::since_date:
            return count_after(*memory, local_midnight(node.since, context.zone) - Millis{1});
        case Window::before_entry:
            return count_before_entry(context, *memory);
    }
    return 0;
}

bool quantity(const Context& context, const dsl::CondQuantity& node) {
    const std::int64_t found = count(context, node);
    return found >= node.min && (node.max < 0 || found <= node.max);
}

bool recency(const Context& context, const dsl::CondRecency& node) {
    const Memory* memory =
        memory_of(context.layout, context.program, node.aggregate, evaluate(context, node.key));
    if (memory == nullptr || memory->newest.empty()) {
        return false;
    }
    const Instant at = node.first ? memory->first.at : memory->newest.back().at;
    const Instant low = subtract(context.now, to_span(node.low), context.zone);
    switch (node.op) {
        // An event exactly D ago is outside "in the last D": its age is not less than D (T8).
        case dsl::CondRecency::Op::more_than:
            return at < low;
        case dsl::CondRecency::Op::less_than:
            return at > low;
        case dsl::CondRecency::Op::between:
            return at <= low && at > subtract(context.now, to_span(node.high), context.zone);
    }
    return false;
}

bool can_get(const Context& context, Channel channel) {
    const dsl::Policy& policy = context.program.policy;
    const Index field = channel == Channel::email ? policy.email_field : policy.phone_field;
    if (field == kNone || field >= context.layout.traits.size() ||
        context.layout.traits[field].text.empty()) {
        return false;
    }
    const auto bit = static_cast<std::uint8_t>(channel);
    const Index consent = policy.consent[bit];
    return ((context.suppressed >> bit) & 1U) == 0 && consent != kNone &&
           evaluate(context, consent);
}

std::int64_t today(const Context& context) {
    return to_local(context.now, context.zone).days;
}

/// One overload for each kind of condition: the compiler lists the rest when a kind is added.
struct Evaluator {
    const Context& context;

    bool operator()(const dsl::CondAlways& node) const { return node.value; }
    bool operator()(const dsl::CondAll& node) const {
        return std::all_of(node.terms.begin(), node.terms.end(),
                           [&](Index term) { return evaluate(context, term); });
    }
    bool operator()(const dsl::CondAny& node) const {
        return std::any_of(node.terms.begin(), node.terms.end(),
                           [&](Index term) { return evaluate(context, term); });
    }
    bool operator()(const dsl::CondNot& node) const { return !evaluate(context, node.term); }
    bool operator()(const dsl::CondCompare& node) const {
        const auto order = compare(evaluate(context, node.left), evaluate(context, node.right));
        return order && holds(node.op, *order);
    }
    bool operator()(const dsl::CondKnown& node) const {
        return evaluate(context, node.operand).known();
    }
    bool operator()(const dsl::CondOneOf& node) const {
        const Value value = evaluate(context, node.operand);
        return std::any_of(node.values.begin(), node.values.end(), [&](const Operand& choice) {
            return compare(value, evaluate(context, choice)) == 0;
        });
    }
    bool operator()(const dsl::CondContains& node) const {
        return contains(evaluate(context, node.operand), evaluate(context, node.value));
    }
    bool operator()(const dsl::CondInThe& node) const { return in_the(context, node); }
    bool operator()(const dsl::CondQuantity& node) const { return quantity(context, node); }
    bool operator()(const dsl::CondRecency& node) const { return recency(context, node); }
    bool operator()(const dsl::CondCanGet& node) const {
        return can_get(context, static_cast<Channel>(node.channel));
    }
    bool operator()(const dsl::CondInSegment& node) const {
        return evaluate(context, context.program.segments[node.segment].condition);
    }
    bool operator()(const dsl::CondToday& node) const {
        const int weekday = to_local(context.now, context.zone).weekday();
        return ((node.weekdays >> weekday) & 1U) != 0;
    }
    bool operator()(const dsl::CondTodayDate& node) const {
        return node.before ? today(context) < node.date : today(context) > node.date;
    }
    bool operator()(const dsl::CondNowBetween& node) const {
        return in_window(context.now, node.from, node.to, context.zone);
    }
};

}  // namespace

CalendarSpan to_span(const dsl::Duration& duration) {
    return {duration.months, duration.days, duration.seconds};
}

std::optional<int> compare(const Value& left, const Value& right) {
    if (!left.known() || !right.known()) {
        return std::nullopt;
    }
    auto sign = [](std::int64_t a, std::int64_t b) { return a < b ? -1 : (a > b ? 1 : 0); };
    if (left.kind == right.kind) {
        if (left.kind == Value::Kind::text) {
            return sign(left.text.compare(right.text), 0);
        }
        if (left.kind == Value::Kind::list) {
            return left.items == right.items ? 0 : 1;
        }
        return sign(left.number, right.number);
    }
    // A moment compares with a date by its UTC day.
    if (left.kind == Value::Kind::moment && right.kind == Value::Kind::date) {
        return sign(left.number, right.number * kMsPerDay);
    }
    if (left.kind == Value::Kind::date && right.kind == Value::Kind::moment) {
        return sign(left.number * kMsPerDay, right.number);
    }
    return std::nullopt;
}

bool evaluate(const Context& context, Index condition) {
    return std::visit(Evaluator{context}, context.program.conditions[condition].node);
}

Value evaluate(const Context& context, const Operand& operand) {
    auto field_of = [&](const Fields& fields) {
        return operand.field < fields.size() ? fields[operand.field] : Value{};
    };
    switch (operand.kind) {
        case Operand::Kind::literal:
            return operand.value;
        case Operand::Kind::customer_field:
            return field_of(context.layout.traits);
        case Operand::Kind::slot_field:
            if (context.run == nullptr || operand.slot >= context.run->slots.size()) {
                return {};
            }
            return field_of(context.run->slots[operand.slot]);
        case Operand::Kind::event_field:
            return context.candidate == nullptr ? Value{} : field_of(*context.candidate);
        case Operand::Kind::now:
            return Value::of_moment(to_ms(context.now));
        case Operand::Kind::today:
            return Value::of_date(today(context));
    }
    return {};
}

bool fits(const Context& context, const dsl::EventPattern& pattern, const Fields& event) {
    if (pattern.filter == kNone) {
        return true;
    }
    Context inner = context;
    inner.candidate = &event;
    return evaluate(inner, pattern.filter);
}

Zone zone_of(const dsl::Program& program, const Layout& layout) {
    // Looking a zone up costs a search over the whole database; a thread meets few of them.
    thread_local std::unordered_map<std::string, std::optional<Zone>> known;
    auto look_up = [](const std::string& id) -> const std::optional<Zone>& {
        if (known.size() > 4'096) {
            known.clear();
        }
        auto [place, fresh] = known.try_emplace(id);
        if (fresh) {
            place->second = find_zone(id);
        }
        return place->second;
    };
    const Index field = program.policy.time_zone_field;
    if (field != kNone && field < layout.traits.size() && layout.traits[field].known()) {
        if (const auto& zone = look_up(layout.traits[field].text)) {
            return *zone;
        }
    }
    return look_up(program.policy.fallback_zone).value_or(Zone{});
}

}  // namespace sluice
