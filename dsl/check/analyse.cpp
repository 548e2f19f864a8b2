#include "dsl/check/analyse.hpp"

#include <algorithm>

namespace sluice::dsl::check {
namespace {

constexpr std::int64_t kHour = 3600;
constexpr std::int64_t kDay = 24 * kHour;
/// The next such time of day is at most a day ahead, and clocks may be put back.
constexpr std::int64_t kNextTime = kDay + 2 * kHour;

std::int64_t most_until(const Until& until) {
    if (std::holds_alternative<UntilTime>(until)) {
        return kNextTime;
    }
    if (const auto* day = std::get_if<UntilWeekday>(&until)) {
        return day->weekdays == 0x7f ? kNextTime : 7 * kDay + 2 * kHour;
    }
    if (const auto* between = std::get_if<UntilBetween>(&until)) {
        return between->weekdays_only ? 3 * kDay + 2 * kHour : kNextTime;
    }
    if (const auto* best = std::get_if<UntilBest>(&until)) {
        return most_seconds(best->within);
    }
    return kForever;
}

struct Edges {
    const Flow& flow;
    Index at;
    std::vector<Edge> out;

    void to(Index target) { out.push_back({target, true, false}); }
    void next() { to(at + 1); }

    void operator()(const OpBranch& op) {
        next();
        to(op.otherwise);
    }
    void operator()(const OpJump& op) { to(op.target); }
    void operator()(const OpEnd&) {}
    void operator()(const OpAwait& op) {
        for (const AwaitBranch& branch : op.branches) {
            out.push_back({branch.target, true, true});
        }
        to(op.timeout);
    }
    void operator()(const OpSend& op) {
        next();
        if (op.not_sent != kNone) {
            out.push_back({op.not_sent, false, false});
        }
    }
    void operator()(const OpSplit& op) {
        for (const SplitArm& arm : op.arms) {
            to(arm.target);
        }
    }
    void operator()(const OpExperiment& op) {
        for (const Index target : op.targets) {
            to(target);
        }
        to(op.held_out);
    }
    void operator()(const OpLoop& op) {
        next();
        to(op.exit);
    }
    template <typename Plain>
    void operator()(const Plain&) {
        next();
    }
};

}  // namespace

void analyse(Compilation& c) {
    c.places.steps.resize(c.program.flows.size());
    c.places.starts.resize(c.program.flows.size());
    const std::set<Index> reported = analyse_conditions(c);
    analyse_lifecycles(c, reported);
    analyse_branches(c, reported);
    analyse_dates(c);
    analyse_memory(c);
    analyse_sends(c);
    analyse_starts(c);
    analyse_circles(c);
}

std::vector<Edge> edges_of(const Flow& flow, Index at) {
    Edges edges{flow, at, {}};
    std::visit(edges, flow.code[at].op);
    return std::move(edges.out);
}

Span place_of(const Compilation& c, Index flow, Index instruction) {
    const Index step = c.program.flows[flow].code[instruction].step;
    const auto& steps = c.places.steps[flow];
    if (step < steps.size()) {
        return steps[step];
    }
    const Declared* declared = c.declared(Kind::flow, c.program.flows[flow].name);
    return declared == nullptr ? Span{} : declared->span;
}

std::int64_t least_wait(const Instruction& instruction, const Edge& edge) {
    if (const auto* sleep = std::get_if<OpSleep>(&instruction.op)) {
        return least_seconds(sleep->duration);
    }
    const auto* await = std::get_if<OpAwait>(&instruction.op);
    return await != nullptr && !edge.event ? least_seconds(await->up_to) : 0;
}

std::int64_t most_wait(const Instruction& instruction) {
    if (const auto* sleep = std::get_if<OpSleep>(&instruction.op)) {
        const std::int64_t more = sleep->then_until ? most_until(*sleep->then_until) : 0;
        return std::min(kForever, most_seconds(sleep->duration) + more);
    }
    if (const auto* until = std::get_if<OpUntil>(&instruction.op)) {
        return most_until(until->until);
    }
    const auto* await = std::get_if<OpAwait>(&instruction.op);
    return await == nullptr ? 0 : most_seconds(await->up_to);
}

void analyse_dates(Compilation& c) {
    if (!c.options.today) {
        return;
    }
    for (Index flow = 0; flow < c.program.flows.size(); ++flow) {
        const auto& code = c.program.flows[flow].code;
        for (Index at = 0; at < code.size(); ++at) {
            const auto* sleep = std::get_if<OpSleep>(&code[at].op);
            const auto* wait = std::get_if<OpUntil>(&code[at].op);
            const Until* until = wait != nullptr                         ? &wait->until
                                 : sleep != nullptr && sleep->then_until ? &*sleep->then_until
                                                                         : nullptr;
            const auto* date = until == nullptr ? nullptr : std::get_if<UntilDate>(until);
            if (date != nullptr && date->date < *c.options.today) {
                c.error("E404", place_of(c, flow, at),
                        "This waits until " + format_date(date->date) + ", and that day is over:")
                    .help =
                    "Nobody who comes here now would wait at all. Write a later date, or "
                    "remove the step.";
            }
        }
    }
}

}  // namespace sluice::dsl::check
