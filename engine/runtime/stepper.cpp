#include "engine/runtime/stepper.hpp"

#include "engine/base/assert.hpp"
#include "engine/base/hash.hpp"
#include "engine/base/limits.hpp"

#include <algorithm>

namespace sluice {

Stepper::Stepper(const Releases& releases, const StepOptions& options, Customer& customer,
                 Effects& effects)
    : releases_(releases),
      options_(options),
      customer_(customer),
      effects_(effects),
      current_(releases.ready()),
      now_(customer.last_at),
      zone_(zone_of(*releases.ready().program, customer.layouts.front())) {
    look_up_suppression();
    if (customer.layouts.front().start_due.size() != current_.clock_starts.size()) {
        refresh_clock_starts();
    }
}

const ReadyProgram& Stepper::ready_of(const Run& run) const {
    const ReadyProgram* ready = releases_.find(run.release);
    ASSERT(ready != nullptr);  // the owner loads every release its customers' runs refer to
    return *ready;
}

const dsl::Flow& Stepper::flow_of(const Run& run) const {
    return ready_of(run).program->flows[run.flow];
}

Context Stepper::context_of(std::uint32_t release, const Run* run) const {
    const ReadyProgram* ready = releases_.find(release);
    const Layout* layout = customer_.layout(release);
    ASSERT(ready != nullptr && layout != nullptr);
    return {*ready->program, customer_, *layout, now_, zone_, run, nullptr, suppressed_};
}

/// Addresses are those of the current release; found once, again when a trait changes.
void Stepper::look_up_suppression() {
    suppressed_ = 0;
    if (!options_.suppressed) {
        return;
    }
    for (std::uint8_t bit = 0; bit < dsl::kChannels; ++bit) {
        const auto channel = static_cast<Channel>(bit);
        const std::string address =
            address_of(*current_.program, customer_.layouts.front(), channel);
        if (!address.empty() && options_.suppressed(channel, address)) {
            suppressed_ = static_cast<std::uint8_t>(suppressed_ | (1U << bit));
        }
    }
}

void Stepper::set_now(Instant at) {
    now_ = std::max(at, customer_.last_at);
    customer_.last_at = now_;
}

std::string Stepper::message_id(const Run& run, std::string_view step,
                                std::string_view kind) const {
    return to_hex(digest({customer_.id, flow_of(run).name, std::to_string(run.id), step,
                          std::to_string(run.sends), kind}));
}

TraceRow& Stepper::trace(TraceKind kind, const Run& run, Index step) {
    TraceRow& row = effects_.trace.emplace_back();
    const dsl::Flow& flow = flow_of(run);
    row.kind = kind;
    row.at = now_;
    row.flow = flow.name;
    row.run = run.id;
    if (step != kNone) {
        row.step = flow.steps[step].id;
    }
    return row;
}

void Stepper::remember_entry(const dsl::Flow& flow, const Run& run) {
    if (flow.re_entry == dsl::ReEntry::any_time) {
        return;
    }
    const std::uint64_t name = hash64(flow.name);
    for (Entry& entry : customer_.entries) {
        if (entry.flow == name && entry.key == run.key) {
            entry.at = run.entered_at;
            return;
        }
    }
    if (customer_.entries.size() >= limits::kEntriesPerCustomerMax) {
        customer_.entries.erase(
            std::min_element(customer_.entries.begin(), customer_.entries.end(),
                             [](const Entry& a, const Entry& b) { return a.at < b.at; }));
    }
    customer_.entries.push_back({name, run.key, run.entered_at});
}

/// Drops the runs that are over and watch for nothing, and what was kept for them.
void Stepper::sweep() {
    std::erase_if(customer_.runs,
                  [](const Run& run) { return run.park == Park::ended && run.due == kNever; });
    // What is queued may still be about an older release.
    if (customer_.layouts.size() > 1 && queue_.empty()) {
        drop_layouts();
    }
}

}  // namespace sluice
