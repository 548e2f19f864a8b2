// Steps to instructions: the walk, branches, data changes. Waits and sends have files of their own.
#include "dsl/check/lower_flow.hpp"

#include <algorithm>

namespace sluice::dsl::check {

StepLowering::StepLowering(Compilation& compilation, FlowScope& flow_scope,
                           const PolicyFacts& policy_facts, std::set<std::string> guards)
    : c_(compilation), policy_(policy_facts) {
    scope_.flow = &flow_scope;
    scope_.known = std::move(guards);
}

void StepLowering::lower(const ast::Block& steps) {
    block(steps);
    emit(Instruction{OpEnd{"completed"}, kNone});
    for (const auto& written : labels_) {
        const auto& label = written.first;
        const Span& span = written.second;
        const auto same = std::count_if(flow().steps.begin(), flow().steps.end(),
                                        [&](const StepInfo& info) { return info.id == label; });
        const auto first = std::find_if(labels_.begin(), labels_.end(),
                                        [&](const auto& entry) { return entry.first == label; });
        if (same > 1 && (first->second != span || label.front() == 's')) {
            c_.duplicate(span, "Two steps of this flow are called @" + label + ":",
                         first->second == span ? Span{} : first->second);
        }
    }
}

Index StepLowering::emit(Instruction instruction) {
    flow().code.push_back(std::move(instruction));
    return to_index(flow().code.size() - 1);
}

Index StepLowering::emit_jump() {
    return emit(Instruction{OpJump{}, kNone});
}

Index StepLowering::here() {
    return to_index(flow().code.size());
}

void StepLowering::land(const std::vector<Index>& jumps) {
    for (const Index jump : jumps) {
        std::get<OpJump>(flow().code[jump].op).target = here();
    }
}

void StepLowering::join(const std::vector<Reach>& ways) {
    const bool any =
        std::any_of(ways.begin(), ways.end(), [](const Reach& way) { return way.falls_through; });
    if (any) {
        return;
    }
    reach_.falls_through = false;
    for (const Reach& way : ways) {
        reach_.enders.insert(reach_.enders.end(), way.enders.begin(), way.enders.end());
    }
}

Reach StepLowering::block(const ast::Block& steps) {
    const Reach outside = std::move(reach_);
    reach_ = Reach{};
    const std::string outer_block = block_path_;
    const std::string outer_step = step_path_;
    const std::uint32_t outer_blocks = ++blocks_in_step_;
    const std::uint32_t outer_place = place_in_block_;
    if (!outer_step.empty()) {
        block_path_ = outer_step + "/" + std::to_string(outer_blocks) + ".";
    }
    place_in_block_ = 0;
    bool reported = false;
    for (const ast::Step& step : steps) {
        if (!reach_.falls_through && !reported) {
            reported = true;
            const bool several = reach_.enders.size() > 1;
            Diagnostic& diagnostic = c_.error(
                "E401", step.span,
                several ? "All branches above it end the flow:" : "The flow has ended before it:");
            for (const Span& ender : reach_.enders) {
                diagnostic.labels.push_back(
                    {ender, diagnostic.labels.empty() ? "ends here" : "and here"});
            }
            diagnostic.help = "So nobody arrives here. Remove the step, or let one way go on.";
        }
        one_step(step);
    }
    const Reach inside = std::move(reach_);
    reach_ = outside;
    block_path_ = outer_block;
    step_path_ = outer_step;
    blocks_in_step_ = outer_blocks;
    place_in_block_ = outer_place;
    return inside;
}

void StepLowering::begin_step(const ast::Step& step) {
    current_step_ = to_index(flow().steps.size());
    StepInfo info;
    info.id = step.label.empty() ? "s" + std::to_string(current_step_ + 1) : step.label;
    info.text = c_.words(step.span);
    info.line = step.span.line;
    step_path_ = block_path_ + std::to_string(place_in_block_++);
    blocks_in_step_ = 0;
    info.path = step_path_;
    flow().steps.push_back(std::move(info));
    const auto own = static_cast<std::size_t>(&flow() - c_.program.flows.data());
    c_.places.steps.resize(c_.program.flows.size());
    c_.places.steps[own].push_back(step.span);
    if (!step.label.empty()) {
        labels_.emplace_back(step.label, step.label_span);
    }
}

void StepLowering::one_step(const ast::Step& step_node) {
    begin_step(step_node);
    std::visit([&](const auto& node) { step(node, step_node); }, step_node.node);
}

bool StepLowering::check_positive(const ast::Duration& duration) {
    if (is_zero(duration)) {
        c_.error("E304", duration.span, "This length of time is zero:").help =
            "Write a length such as `2 hours`, or remove the step.";
    }
    return !is_zero(duration);
}

void StepLowering::step(const ast::If& node, const ast::Step&) {
    const std::set<std::string> before = scope_.known;
    const Index own_step = current_step_;
    std::set<std::string> otherwise_known = before;
    std::vector<Index> ends;
    std::vector<Reach> ways;
    for (const ast::IfArm& arm : node.arms) {
        scope_.known = otherwise_known;
        const Index condition = lower_cond(c_, arm.cond, scope_);
        const Index branch = emit(Instruction{OpBranch{condition, 0}, own_step});
        scope_.known.merge(known_when_true(arm.cond));
        ways.push_back(block(arm.block));
        const bool last = &arm == &node.arms.back() && !node.otherwise;
        if (!last && ways.back().falls_through) {
            ends.push_back(emit_jump());
        }
        std::get<OpBranch>(flow().code[branch].op).otherwise = here();
        otherwise_known.merge(known_when_false(arm.cond));
    }
    scope_.known = otherwise_known;
    ways.push_back(node.otherwise ? block(*node.otherwise) : Reach{});
    land(ends);
    const bool only_way =
        !ways.empty() && std::none_of(ways.begin(), ways.end() - 1,
                                      [](const Reach& way) { return way.falls_through; });
    scope_.known = only_way ? otherwise_known : before;
    join(ways);
}

void StepLowering::step(const ast::Split& node, const ast::Step& step) {
    const Index split = emit_op(OpSplit{});
    std::vector<Index> ends;
    std::vector<Reach> ways;
    std::vector<SplitArm> arms;
    std::int64_t sum = 0;
    for (const ast::SplitArm& arm : node.arms) {
        sum += arm.percent_scaled;
        if (arm.percent_scaled <= 0) {
            c_.error("E303", arm.span, "Nobody goes this way, because its share is 0%:").help =
                "Give it a share or remove it.";
        }
        arms.push_back({arm.percent_scaled, arm.name, here()});
        ways.push_back(block(arm.block));
        if (ways.back().falls_through && &arm != &node.arms.back()) {
            ends.push_back(emit_jump());
        }
    }
    land(ends);
    std::get<OpSplit>(flow().code[split].op).arms = std::move(arms);
    constexpr std::int64_t kWhole = 100 * kDecimalScale;
    if (sum != kWhole && !scope_.flow->damaged) {
        c_.error("E303", step.span,
                 "The shares of this split add up to " + to_text(Value::of_number(sum)) +
                     "%, not 100%:")
            .help = "Change them so that every customer goes exactly one way.";
    }
    join(ways);
}

void StepLowering::step(const ast::StopStep& node, const ast::Step& step) {
    emit_op(OpEnd{node.because.empty() ? std::string("stopped") : node.because});
    reach_.falls_through = false;
    reach_.enders.push_back(step.span);
}

bool StepLowering::suits(const Typed& field, TraitChange change, const Span& span) {
    const Family family = family_of(field.type.kind);
    const bool additive = family == Family::number || family == Family::list;
    const bool good = (change != TraitChange::add || additive) &&
                      (change != TraitChange::remove || family == Family::list);
    if (!good) {
        const bool adding = change == TraitChange::add;
        c_.error("E301", span,
                 "`" + field.words + "` holds " + content_of(field.type) + ", and nothing can be " +
                     (adding ? "added to" : "removed from") + " that:")
            .help = adding ? "Only numbers and lists can be added to; use `set`."
                           : "Only lists have something to remove; use `set` or `clear`.";
    }
    return good;
}

void StepLowering::trait_change(const ast::Path& path, const ast::ValueExpr* value,
                                TraitChange change) {
    auto field = resolve_path(c_, path, scope_);
    if (!field) {
        return;
    }
    if (!field->is_trait) {
        c_.error("E301", path.span,
                 "`" + field->words + "` belongs to something that has happened and cannot change:")
            .help = "Only fields of the customer can be changed.";
        return;
    }
    if (!suits(*field, change, path.span)) {
        return;
    }
    OpTrait op{change, field->operand.field, {}};
    if (value != nullptr) {
        const bool one_item = change != TraitChange::set && field->type.kind == TypeKind::list;
        if (one_item) {
            field->type = Type{TypeKind::text, {}};
        }
        const auto operand = operand_for(c_, *value, *field, scope_);
        if (!operand) {
            return;
        }
        if (operand->kind == Operand::Kind::now) {
            report_mismatch(c_, *value, *field, "a moment");
            return;
        }
        op.value = *operand;
        if (change == TraitChange::set && field->type.kind == TypeKind::list &&
            op.value.kind == Operand::Kind::literal) {
            op.value.value = Value::of_list({op.value.value.text});
        }
    }
    emit_op(std::move(op));
}

void StepLowering::step(const ast::SetStep& node, const ast::Step&) {
    trait_change(node.path, &node.value, TraitChange::set);
}

void StepLowering::step(const ast::AddStep& node, const ast::Step&) {
    trait_change(node.path, &node.value, TraitChange::add);
}

void StepLowering::step(const ast::RemoveStep& node, const ast::Step&) {
    trait_change(node.path, &node.value, TraitChange::remove);
}

void StepLowering::step(const ast::ClearStep& node, const ast::Step&) {
    trait_change(node.path, nullptr, TraitChange::clear);
}

}  // namespace sluice::dsl::check
