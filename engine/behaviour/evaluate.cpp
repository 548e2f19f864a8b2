#include "engine/behaviour/evaluate.hpp"

#include "engine/behaviour/history.hpp"

#include <unordered_map>

namespace sluice {
namespace {

using dsl::Operand;

constexpr std::int64_t kMsPerDay = 86'400'000;

}  // namespace

CalendarSpan to_span(const dsl::Duration& duration) {
    return {duration.months, duration.days, duration.seconds};
}

Instant local_midnight(std::int64_t days, Zone zone) {
    LocalTime local;
    local.days = days;
    return resolve(local, zone);
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
            return Value::of_date(to_local(context.now, context.zone).days);
        case Operand::Kind::measure:
            return measure_of(context, context.program.measures[operand.field]);
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
