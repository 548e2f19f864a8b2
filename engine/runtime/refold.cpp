#include "engine/runtime/refold.hpp"

#include "engine/base/assert.hpp"
#include "engine/base/json_text.hpp"
#include "engine/behaviour/aggregates.hpp"
#include "engine/behaviour/evaluate.hpp"

#include <algorithm>

namespace sluice {
namespace {

constexpr std::string_view kMovedName = "$moved";

std::string moved_data(const dsl::Lifecycle& lifecycle, const dsl::State& state) {
    return JsonObject().text("lifecycle", lifecycle.name).text("state", state.name).take();
}

}  // namespace

Layout empty_layout(const Releases& releases, std::uint32_t release) {
    const ReadyProgram* ready = releases.find(release);
    ASSERT(ready != nullptr);
    Layout layout;
    layout.release = release;
    layout.traits.reserve(ready->program->customer_fields.size());
    for (const dsl::Field& field : ready->program->customer_fields) {
        layout.traits.push_back(field.default_value);
    }
    layout.aggregates.resize(ready->program->aggregates.size());
    layout.standings.resize(ready->program->lifecycles.size());
    return layout;
}

InboundEvent moved_by_flow(const dsl::Lifecycle& lifecycle, Index state, Instant at) {
    InboundEvent fact;
    fact.kind = CallKind::track;
    fact.name = kMovedName;
    fact.data = moved_data(lifecycle, lifecycle.states[state]);
    fact.occurred_at = at;
    fact.received_at = at;
    return fact;
}

bool is_moved_by_flow(const InboundEvent& event) {
    return event.name == kMovedName && event.message_id.empty();
}

namespace {

/// Every call raised the ordinal when it was first applied, known to the program or not, so the
/// ordinals of runs that are inside stay meaningful.
class Refold {
public:
    Refold(const Releases& releases, const Customer& customer, Layout& layout)
        : ready_(*releases.find(layout.release)), customer_(customer), layout_(layout) {}

    void apply(const InboundEvent& event) {
        if (is_moved_by_flow(event)) {
            pass_to(event.occurred_at);
            ++ordinal_;
            go_by_flow(event.data);
            return;
        }
        const AppliedEvent applied = apply_program(*ready_.program, event);
        pass_to(applied.at);
        ++ordinal_;
        for (const auto& [field, value] : applied.traits) {
            layout_.traits[field] = value;
        }
        const Occurrence occurrence{applied.event, applied.fields, {applied.at, ordinal_}};
        const bool known = applied.event != kNone;
        if (known) {
            fold(*ready_.program, customer_, layout_, occurrence, zone());
        }
        look({known ? &occurrence : nullptr, !applied.traits.empty()});
    }

    /// Every instant at which time alone changes something, up to `now`.
    void pass_to(Instant now) {
        while (!layout_.standings.empty()) {
            const auto next = std::min_element(
                layout_.standings.begin(), layout_.standings.end(),
                [](const Standing& a, const Standing& b) { return a.until < b.until; });
            if (next->until > now) {
                break;
            }
            now_ = std::max(now_, next->until);
            look({});
        }
        now_ = std::max(now_, now);
    }

private:
    [[nodiscard]] Zone zone() const { return zone_of(*ready_.program, layout_); }

    [[nodiscard]] Context context() const {
        return {*ready_.program, customer_, layout_, now_, zone(), nullptr, nullptr, 0};
    }

    void look(const Cause& cause) {
        std::vector<Moved> unheard;
        settle(context(), ready_.lifecycle_needs, layout_, cause, unheard);
    }

    /// As then, where the way is open; nothing where this program has no such state.
    void go_by_flow(const std::string& data) {
        const auto& lifecycles = ready_.program->lifecycles;
        for (Index index = 0; index < lifecycles.size(); ++index) {
            const dsl::Lifecycle& lifecycle = lifecycles[index];
            const auto state = std::find_if(
                lifecycle.states.begin(), lifecycle.states.end(),
                [&](const dsl::State& one) { return moved_data(lifecycle, one) == data; });
            const auto to = static_cast<Index>(state - lifecycle.states.begin());
            if (state != lifecycle.states.end() &&
                may_move(lifecycle, layout_.standings[index].state, to)) {
                std::vector<Moved> unheard;
                move_to(context(), layout_, index, to, unheard);
                look({});
            }
        }
    }

    const ReadyProgram& ready_;
    const Customer& customer_;
    Layout& layout_;
    Instant now_ = kEpoch;
    std::uint32_t ordinal_ = 0;
};

}  // namespace

Layout folded_layout(const Releases& releases, const Customer& customer, std::uint32_t release,
                     const std::vector<InboundEvent>& history) {
    Layout layout = empty_layout(releases, release);
    Refold refold(releases, customer, layout);
    for (const InboundEvent& event : history) {
        refold.apply(event);
    }
    refold.pass_to(customer.last_at);
    return layout;
}

/// Where a state of the old program stands in the new one, by the names of both.
std::vector<Moved> moves_between(const Releases& releases, const Layout& before,
                                 const Layout& after) {
    std::vector<Moved> out;
    const ReadyProgram* old_ready = releases.find(before.release);
    if (old_ready == nullptr) {
        return out;
    }
    const auto& known = old_ready->program->lifecycles;
    const auto& made = releases.ready().program->lifecycles;
    for (Index at = 0; at < made.size() && at < after.standings.size(); ++at) {
        const auto place = std::find_if(known.begin(), known.end(), [&](const dsl::Lifecycle& one) {
            return one.name == made[at].name;
        });
        const auto old_at = static_cast<std::size_t>(place - known.begin());
        Moved moved{at, kNone, after.standings[at].state};
        const bool was_placed = place != known.end() && old_at < before.standings.size() &&
                                before.standings[old_at].state != kNone;
        if (was_placed) {
            const std::string& from = place->states[before.standings[old_at].state].name;
            const auto state =
                std::find_if(made[at].states.begin(), made[at].states.end(),
                             [&](const dsl::State& one) { return one.name == from; });
            moved.from = state == made[at].states.end()
                             ? kNone
                             : static_cast<Index>(state - made[at].states.begin());
        }
        if (moved.to != kNone && moved.from != moved.to) {
            out.push_back(moved);
        }
    }
    return out;
}

}  // namespace sluice
