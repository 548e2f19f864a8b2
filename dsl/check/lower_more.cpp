// Steps that spread, repeat and hand on: experiments, loops, other flows, lifecycles.
#include "dsl/check/lifecycles.hpp"
#include "dsl/check/lower_flow.hpp"

#include <algorithm>

namespace sluice::dsl::check {
namespace {

constexpr std::int64_t kWhole = 100 * kDecimalScale;
constexpr std::int64_t kRoundsMax = 1'000;

struct WaitFinder {
    bool block(const ast::Block& steps) const {
        return std::any_of(steps.begin(), steps.end(),
                           [this](const ast::Step& step) { return std::visit(*this, step.node); });
    }
    bool operator()(const ast::WaitDuration&) const { return true; }
    bool operator()(const ast::WaitUntil&) const { return true; }
    bool operator()(const ast::WaitForEvent&) const { return true; }
    bool operator()(const ast::WaitUpTo&) const { return true; }
    bool operator()(const ast::If& node) const {
        return std::any_of(node.arms.begin(), node.arms.end(),
                           [this](const ast::IfArm& arm) { return block(arm.block); }) ||
               (node.otherwise && block(*node.otherwise));
    }
    bool operator()(const ast::Split& node) const { return any_arm(node.arms); }
    bool operator()(const ast::Experiment& node) const { return any_arm(node.variants); }
    bool operator()(const ast::Repeat& node) const { return block(node.block); }
    bool operator()(const ast::Send& node) const {
        return node.if_not_sent && block(*node.if_not_sent);
    }
    template <typename Other>
    bool operator()(const Other&) const {
        return false;
    }
    bool any_arm(const std::vector<ast::SplitArm>& arms) const {
        return std::any_of(arms.begin(), arms.end(),
                           [this](const ast::SplitArm& arm) { return block(arm.block); });
    }
};

}  // namespace

void StepLowering::check_experiment(const ast::Experiment& node, const ast::Step& step) {
    std::int64_t sum = node.holdout_scaled;
    for (const ast::SplitArm& arm : node.variants) {
        sum += arm.percent_scaled;
        if (arm.percent_scaled <= 0) {
            c_.error("E303", arm.span, "Nobody gets this variant, because its share is 0%:").help =
                "Give it a share or remove it.";
        }
        const auto same =
            std::count_if(node.variants.begin(), node.variants.end(),
                          [&](const ast::SplitArm& other) { return other.name == arm.name; });
        if (same > 1) {
            c_.error("E205", arm.span, "Two variants are called `" + arm.name + "`:").help =
                "Give each its own name.";
            return;
        }
    }
    if (scope_.flow->damaged) {
        return;  // a line that could not be read may be the one that is missing
    }
    if (sum != kWhole) {
        c_.error("E303", step.span,
                 "The variants" + std::string(node.holdout_scaled > 0 ? " and the holdout" : "") +
                     " add up to " + to_text(Value::of_number(sum)) + "%, not 100%:")
            .help = "Change them so that every customer gets exactly one.";
    }
    if (!node.measure && (node.winner_after > 0 || node.bandit)) {
        c_.error("E303", step.span, "Nothing says what makes a variant the better one:").help =
            "Add, for example:  measure Order Placed within 14 days";
    }
}

void StepLowering::step(const ast::Experiment& node, const ast::Step& step) {
    check_experiment(node, step);
    auto& known = c_.names.tables[Kind::experiment];
    const Index index = to_index(c_.program.experiments.size());
    c_.note(Kind::experiment, node.name, true);
    const auto [entry, added] = known.try_emplace(node.name.text, Declared{index, node.name.span});
    if (!added) {
        c_.duplicate(node.name.span, "There are two experiments called `" + node.name.text + "`:",
                     entry->second.span);
    }
    Experiment experiment;
    experiment.name = node.name.text;
    experiment.holdout_scaled = node.holdout_scaled;
    experiment.winner_after = node.winner_after;
    experiment.bandit = node.bandit;
    if (node.measure) {
        Scope plain;  // counted after the run is over, too: nothing of the run can be read
        plain.place = Scope::Place::outside;
        experiment.measure = lower_pattern(c_, *node.measure, plain);
        experiment.measure_within = lowered(node.measure_within);
        check_positive(node.measure_within);
    }
    for (const ast::SplitArm& arm : node.variants) {
        experiment.variants.emplace_back(arm.name, arm.percent_scaled);
    }
    c_.program.experiments.push_back(std::move(experiment));
    const Index choice = emit_op(OpExperiment{index, {}, 0});
    OpExperiment op{index, {}, 0};
    std::vector<Index> ends;
    std::vector<Reach> ways;
    for (const ast::SplitArm& arm : node.variants) {
        op.targets.push_back(here());
        ways.push_back(block(arm.block));
        if (ways.back().falls_through) {
            ends.push_back(emit_jump());
        }
    }
    drop_last_jump(ends);
    land(ends);
    op.held_out = here();
    flow().code[choice].op = std::move(op);
    if (node.holdout_scaled > 0) {
        ways.emplace_back();
    }
    join(ways);
}

void StepLowering::step(const ast::Repeat& node, const ast::Step& step) {
    if (node.times < 1 || node.times > kRoundsMax) {
        c_.error("E304", step.span, "A loop makes at least 1 and at most 1000 rounds:").help =
            "Write, for example:  repeat up to 3 times";
    }
    if (!WaitFinder{}.block(node.block) && !scope_.flow->damaged) {
        c_.error("E402", step.span,
                 "All " + std::to_string(node.times) + " rounds would happen in the same second:")
            .help = "Put a wait inside, for example:  wait 30 days, then until Tuesday at 10:00";
    }
    OpLoop op;
    op.counter = flow().counters++;
    op.times = node.times;
    if (node.until != nullptr) {
        op.until = lower_cond(c_, *node.until, scope_);
    }
    const Index head = emit_op(OpLoop{});
    const std::set<std::string> known = scope_.known;
    const Reach way = block(node.block);
    scope_.known = known;
    if (way.falls_through) {
        const Index back = emit_jump();
        std::get<OpJump>(flow().code[back].op).target = head;
    }
    op.exit = here();
    flow().code[head].op = op;
    if (!way.falls_through && node.until == nullptr) {
        join({way});
    }
}

void StepLowering::step(const ast::StartFlowStep& node, const ast::Step& step) {
    const Index target = c_.find(Kind::flow, "E204", node.flow);
    if (target == kNone) {
        return;
    }
    emit_op(OpStartFlow{target});
    started.push_back({target, step.span});
}

void StepLowering::step(const ast::MoveStep& node, const ast::Step&) {
    const auto state = declared_state(c_, node.state.text);
    if (!state) {
        c_.find(Kind::state, "E203", node.state);
        return;
    }
    const Lifecycle& lifecycle = c_.program.lifecycles[state->lifecycle];
    const bool by_hand = lifecycle.kind == Lifecycle::Kind::transitions &&
                         std::any_of(lifecycle.transitions.begin(), lifecycle.transitions.end(),
                                     [&](const Transition& way) { return way.to == state->state; });
    if (!by_hand) {
        const bool conditions = lifecycle.kind != Lifecycle::Kind::transitions;
        c_.error("E406", node.state.span,
                 conditions ? "Who is in `" + node.state.text + "` is decided by its condition:"
                            : "No way of its lifecycle leads to `" + node.state.text + "`:")
            .help = conditions ? "Only lifecycles written as transitions can be moved by a flow."
                               : "Declare one:  from … to " + spelled(node.state.text) + " when …";
        return;
    }
    emit_op(OpMove{state->lifecycle, state->state});
}

}  // namespace sluice::dsl::check
