#include "engine/behaviour/aggregates.hpp"

#include "engine/base/limits.hpp"

#include <algorithm>

namespace sluice {
namespace {

void remember(Memory& memory, Mark mark, std::size_t newest_max) {
    if (memory.total == 0 || mark.at < memory.first.at) {
        memory.first = mark;
    }
    ++memory.total;
    // Late events are sorted in by time; among equals the later applied stands later.
    auto place = std::upper_bound(memory.newest.begin(), memory.newest.end(), mark,
                                  [](const Mark& a, const Mark& b) { return a.at < b.at; });
    memory.newest.insert(place, mark);
    if (memory.newest.size() > newest_max) {
        memory.newest.erase(memory.newest.begin());
    }
}

Memory& keyed_memory(AggregateState& state, const std::string& key) {
    for (auto& [known, memory] : state.keyed) {
        if (known == key) {
            return memory;
        }
    }
    if (state.keyed.size() >= limits::kAggregateKeysMax) {
        auto last_seen = [](const std::pair<std::string, Memory>& kept) {
            return kept.second.newest.empty() ? kEpoch : kept.second.newest.back().at;
        };
        state.keyed.erase(std::min_element(
            state.keyed.begin(), state.keyed.end(),
            [&](const auto& a, const auto& b) { return last_seen(a) < last_seen(b); }));
    }
    return state.keyed.emplace_back(key, Memory{}).second;
}

}  // namespace

std::string key_text(const Value& value) {
    return dsl::to_text(value);
}

void fold(const dsl::Program& program, const Customer& customer, Layout& layout,
          const Occurrence& occurrence) {
    const Fields& fields = occurrence.fields;
    // A filter reads nothing but the event and literals, so the zone does not matter to it.
    const Context context{program, customer, layout,  occurrence.mark.at,
                          Zone{},  nullptr,  &fields, 0};
    for (Index index : program.aggregates_of_event[occurrence.event]) {
        const dsl::Aggregate& aggregate = program.aggregates[index];
        if (aggregate.filter != kNone && !evaluate(context, aggregate.filter)) {
            continue;
        }
        const Mark mark = occurrence.mark;
        AggregateState& state = layout.aggregates[index];
        if (aggregate.key_field == kNone) {
            remember(state.memory, mark, aggregate.newest);
            continue;
        }
        const Value& key = fields[aggregate.key_field];
        if (key.known()) {
            remember(keyed_memory(state, key_text(key)), mark, aggregate.newest);
        }
    }
}

const Memory* memory_of(const Layout& layout, const dsl::Program& program, Index aggregate,
                        const Value& key) {
    if (aggregate >= layout.aggregates.size()) {
        return nullptr;
    }
    const AggregateState& state = layout.aggregates[aggregate];
    if (program.aggregates[aggregate].key_field == kNone) {
        return state.memory.total == 0 ? nullptr : &state.memory;
    }
    if (!key.known()) {
        return nullptr;
    }
    const std::string wanted = key_text(key);
    for (const auto& [known, memory] : state.keyed) {
        if (known == wanted) {
            return &memory;
        }
    }
    return nullptr;
}

}  // namespace sluice
