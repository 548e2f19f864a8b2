#include "engine/runtime/audience.hpp"

#include "engine/base/hash.hpp"
#include "engine/behaviour/aggregates.hpp"

#include <algorithm>
#include <iterator>

namespace sluice {
namespace {

std::uint64_t place_of(std::string_view identity, std::string_view key) {
    std::string text(identity);
    text.push_back('\n');
    text += key;
    return hash64(text);
}

/// A keyed count that must hold for the audience, read by the event's own field.
const dsl::CondQuantity* keyed_count(const dsl::Program& program, Index condition, Index slot) {
    const auto& node = program.conditions[condition].node;
    if (const auto* all = std::get_if<dsl::CondAll>(&node)) {
        for (const Index term : all->terms) {
            if (const auto* found = keyed_count(program, term, slot)) {
                return found;
            }
        }
        return nullptr;
    }
    const auto* count = std::get_if<dsl::CondQuantity>(&node);
    const bool useful =
        count != nullptr && count->min > 0 && count->key.kind == dsl::Operand::Kind::slot_field &&
        count->key.slot == slot && program.aggregates[count->aggregate].key_field != kNone;
    return useful ? count : nullptr;
}

}  // namespace

void AudienceIndex::reset(const Releases& releases) {
    starts_.clear();
    customers_.clear();
    const dsl::Program& program = *releases.ready().program;
    for (const dsl::Flow& flow : program.flows) {
        for (const dsl::Start& start : flow.starts) {
            const auto* event = std::get_if<dsl::StartOnEvent>(&start);
            if (event == nullptr || !program.events[event->event.event].catalog) {
                continue;
            }
            CatalogStart made;
            made.event = event->event.event;
            const auto* count = event->audience == kNone
                                    ? nullptr
                                    : keyed_count(program, event->audience, event->slot);
            if (count != nullptr) {
                const dsl::Aggregate& asked = program.aggregates[count->aggregate];
                made.identity =
                    asked.kept() ? asked.identity : program.aggregates[asked.source].identity;
                made.field = count->key.field;
            }
            starts_.push_back(std::move(made));
        }
    }
}

void AudienceIndex::add(CustomerNo no, const Customer& customer, const Releases& releases) {
    if (starts_.empty() || customer.layouts.empty()) {
        return;
    }
    const Layout& layout = customer.layouts.front();
    const ReadyProgram* ready = releases.find(layout.release);
    if (ready == nullptr) {
        return;
    }
    const auto& aggregates = ready->program->aggregates;
    for (std::size_t at = 0; at < std::min(aggregates.size(), layout.aggregates.size()); ++at) {
        const std::string& identity = aggregates[at].identity;
        if (std::any_of(starts_.begin(), starts_.end(),
                        [&](const CatalogStart& start) { return start.identity == identity; })) {
            add_keys(no, identity, layout.aggregates[at]);
        }
    }
}

void AudienceIndex::add_keys(CustomerNo no, const std::string& identity,
                             const AggregateState& state) {
    for (const auto& [key, memory] : state.keyed) {
        auto& list = customers_[place_of(identity, key)];
        const auto place = std::lower_bound(list.begin(), list.end(), no);
        if (place == list.end() || *place != no) {
            list.insert(place, no);
        }
    }
}

std::optional<std::vector<CustomerNo>> AudienceIndex::of(const AppliedEvent& event) const {
    std::vector<CustomerNo> out;
    for (const CatalogStart& start : starts_) {
        if (start.event != event.event) {
            continue;
        }
        if (start.identity.empty()) {
            return std::nullopt;
        }
        if (start.field >= event.fields.size() || !event.fields[start.field].known()) {
            continue;
        }
        const auto place =
            customers_.find(place_of(start.identity, key_text(event.fields[start.field])));
        if (place == customers_.end()) {
            continue;
        }
        std::vector<CustomerNo> both;
        std::set_union(out.begin(), out.end(), place->second.begin(), place->second.end(),
                       std::back_inserter(both));
        out = std::move(both);
    }
    return out;
}

}  // namespace sluice
