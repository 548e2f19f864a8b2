// Experiments: who gets which variant, and who then does what is measured (language.md, section
// 5.4). What is counted stands in the customer's record, so it is as durable and as exact as the
// run that made it; tallies are sums over records.
#include "engine/base/hash.hpp"
#include "engine/base/limits.hpp"
#include "engine/behaviour/aggregates.hpp"
#include "engine/runtime/bind.hpp"
#include "engine/runtime/stepper.hpp"

#include <algorithm>

namespace sluice {

/// The variant by shares; their number stands for the holdout.
std::uint32_t Stepper::draw_variant(const dsl::Experiment& experiment) const {
    const std::uint32_t point = draw({"experiment", options_.salt, experiment.name, customer_.id});
    std::int64_t edge = 0;
    for (std::uint32_t at = 0; at < experiment.variants.size(); ++at) {
        edge += experiment.variants[at].second;
        if (point < edge) {
            return at;
        }
    }
    return static_cast<std::uint32_t>(experiment.variants.size());
}

/// Sticky: whoever has a variant keeps it. Whoever comes first after the decision gets the winner,
/// unless she is held out, and is no part of the count any more.
std::uint32_t Stepper::assign(const dsl::Experiment& experiment, std::uint64_t count,
                              TraceRow& row) {
    const auto known = std::find_if(customer_.assignments.begin(), customer_.assignments.end(),
                                    [&](const Assignment& one) { return one.count == count; });
    if (known != customer_.assignments.end()) {
        return known->variant;
    }
    const std::uint32_t drawn = draw_variant(experiment);
    const auto winner = options_.winner ? options_.winner(count, now_) : std::nullopt;
    if (winner && winner->variant < experiment.variants.size()) {
        if (drawn >= experiment.variants.size()) {
            return drawn;
        }
        row.detail = " (the winner since " + format_rfc3339(winner->since) + ")";
        return winner->variant;
    }
    // A run that finishes an older version may come to a count that nobody measures any more.
    const auto& counts = current_.experiment_counts;
    if (std::find(counts.begin(), counts.end(), count) == counts.end()) {
        return drawn;
    }
    if (customer_.assignments.size() >= limits::kAssignmentsMax) {
        customer_.assignments.erase(customer_.assignments.begin());
    }
    Assignment& fresh = customer_.assignments.emplace_back();
    fresh.count = count;
    fresh.variant = drawn;
    fresh.at = now_;
    fresh.until = add(now_, to_span(experiment.measure_within), zone_);
    return drawn;
}

Index Stepper::choose_variant(const Run& run, const dsl::OpExperiment& op, Index step) {
    const ReadyProgram& ready = ready_of(run);
    const dsl::Experiment& experiment = ready.program->experiments[op.experiment];
    TraceRow& row = trace(TraceKind::assigned, run, step);
    row.note = experiment.name;
    const auto told = told_way(run, op.targets.size() + 1);
    const Index at = told ? *told : assign(experiment, ready.experiment_counts[op.experiment], row);
    const bool held_out = at >= op.targets.size();
    row.detail = (held_out ? "holdout" : experiment.variants[at].first) + row.detail;
    pass(run, at);
    return held_out ? op.held_out : op.targets[at];
}

/// An event may be what an experiment of the current program measures. Those of older releases are
/// counted on as far as the current program has them, too.
void Stepper::measure(const AppliedEvent& event, std::uint32_t release) {
    if (customer_.assignments.empty()) {
        return;
    }
    const bool current = release == releases_.current();
    const dsl::Program& source = *releases_.find(release)->program;
    const AppliedEvent seen =
        current ? AppliedEvent{} : translate(event, source, *current_.program);
    const AppliedEvent& here = current ? event : seen;
    if (here.event == kNone) {
        return;
    }
    for (const Index experiment : current_.measured_by_event[here.event]) {
        measure_one(here, experiment);
    }
}

void Stepper::measure_one(const AppliedEvent& event, Index experiment) {
    const std::uint64_t count = current_.experiment_counts[experiment];
    for (Assignment& assignment : customer_.assignments) {
        const bool open = assignment.count == count && !assignment.converted &&
                          event.at >= assignment.at && event.at < assignment.until;
        if (!open) {
            continue;
        }
        const dsl::Experiment& measured = current_.program->experiments[experiment];
        const Context context = context_of(releases_.current(), nullptr);
        if (!fits(context, measured.measure, event.fields)) {
            continue;
        }
        assignment.converted = true;
        TraceRow& row = effects_.trace.emplace_back();
        row.kind = TraceKind::measured;
        row.at = now_;
        row.note = measured.name;
        row.detail = current_.program->events[event.event].name;
    }
}

}  // namespace sluice
