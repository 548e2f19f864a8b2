// Waits: until when, and what may happen meanwhile.
#include "dsl/check/lower_flow.hpp"

#include <algorithm>

namespace sluice::dsl::check {

std::optional<Until> StepLowering::until_moment(const ast::UntilPath& node) {
    const auto date = resolve_path(c_, node.path, scope_);
    if (!date) {
        return std::nullopt;
    }
    if (date->type.kind != TypeKind::date) {
        c_.error("E301", node.path.span,
                 "`" + date->words + "` holds " + content_of(date->type) +
                     ", and only a date can be waited for:")
            .help = declared_note(c_, date->declared, date->type);
        return std::nullopt;
    }
    UntilMoment out;
    out.operand = date->operand;
    if (node.offset) {
        check_positive(*node.offset);
        out.offset = lowered(*node.offset);
        out.before = node.before;
    }
    if (node.at) {
        out.at = node.at->minutes;
    }
    out.stop_if_missing = node.stop_if_missing;
    return out;
}

std::optional<Until> StepLowering::until(const ast::Until& until) {
    if (const auto* time = std::get_if<ast::UntilTime>(&until.node)) {
        return UntilTime{time->at.minutes};
    }
    if (const auto* day = std::get_if<ast::UntilNamedDay>(&until.node)) {
        const std::uint8_t bits = checked_weekday(c_, day->day);
        return bits == 0 ? std::nullopt : std::optional<Until>(UntilWeekday{bits, day->at.minutes});
    }
    if (const auto* kind = std::get_if<ast::UntilDayKind>(&until.node)) {
        return UntilWeekday{kind->weekend ? kWeekend : kWorkdays, kind->at.minutes};
    }
    if (const auto* date = std::get_if<ast::UntilDate>(&until.node)) {
        return UntilDate{date->date.days, date->at ? date->at->minutes : 0};
    }
    if (const auto* between = std::get_if<ast::UntilBetween>(&until.node)) {
        if (between->from.minutes == between->to.minutes) {
            c_.error("E404", until.span, "This window is empty, so the wait would never end:")
                .help = "The window starts at the first time and ends just before the second.";
            return std::nullopt;
        }
        return UntilBetween{between->from.minutes, between->to.minutes, between->on_a_weekday};
    }
    if (const auto* path = std::get_if<ast::UntilPath>(&until.node)) {
        return until_moment(*path);
    }
    const auto& best = std::get<ast::UntilBest>(until.node);
    check_positive(best.within);
    return UntilBest{lowered(best.channel), lowered(best.within)};
}

void StepLowering::step(const ast::WaitDuration& node, const ast::Step&) {
    check_positive(node.duration);
    OpSleep op{lowered(node.duration), std::nullopt};
    if (node.then_until) {
        op.then_until = until(*node.then_until);
    }
    emit_op(std::move(op));
}

void StepLowering::step(const ast::WaitUntil& node, const ast::Step&) {
    const auto target = until(node.until);
    if (target) {
        emit_op(OpUntil{*target});
    }
}

void StepLowering::step(const ast::WaitForEvent& node, const ast::Step&) {
    wait_branches(&node.event, node.up_to, node.branches);
}

void StepLowering::step(const ast::WaitUpTo& node, const ast::Step&) {
    wait_branches(nullptr, node.up_to, node.branches);
}

/// A branch on the awaited event means that event with everything said about it in the first line.
EventPattern StepLowering::branch_pattern(const ast::WaitBranch& branch,
                                          const ast::EventPattern* head,
                                          const EventPattern& lowered_head) {
    EventPattern own = lower_pattern(c_, *branch.event, scope_);
    const bool same = head != nullptr && own.event != kNone && own.event == lowered_head.event;
    if (!same || lowered_head.filter == kNone) {
        return own;
    }
    own.filter = own.filter == kNone ? lowered_head.filter
                                     : add_condition(c_, CondAll{{lowered_head.filter, own.filter}},
                                                     branch.event->span);
    return own;
}

/// A branch behind one that takes every such event, and a second `on timeout`.
void StepLowering::check_covered(const std::vector<ast::WaitBranch>& branches) {
    for (auto branch = branches.begin(); branch != branches.end(); ++branch) {
        const auto covers = [&](const ast::WaitBranch& earlier) {
            if (!branch->event || !earlier.event) {
                return !branch->event && !earlier.event;
            }
            return earlier.event->where == nullptr &&
                   earlier.event->event.text == branch->event->event.text;
        };
        const auto earlier = std::find_if(branches.begin(), branch, covers);
        if (earlier == branch) {
            continue;
        }
        if (!branch->event) {
            c_.duplicate(branch->span, "This wait has two `on timeout` branches:", earlier->span);
            continue;
        }
        Diagnostic& diagnostic =
            c_.error("E401", branch->event->span, "This branch is never taken:");
        diagnostic.labels.push_back(
            {earlier->event->span,
             "this one takes every `" + earlier->event->event.text + "` before"});
        diagnostic.help = "The first branch that fits wins. Put the narrower one first.";
    }
}

Reach StepLowering::branch_block(const ast::WaitBranch& branch, Index slot) {
    Binding* binding = nullptr;
    for (Binding& candidate : scope_.flow->bindings) {
        if (slot != kNone && candidate.slot == slot) {
            binding = &candidate;
        }
    }
    if (binding != nullptr) {
        const Binding* shadowed = scope_.flow->visible(binding->name);
        const bool reserved = binding->name == "customer" || binding->name == "event";
        if (shadowed != nullptr || reserved) {
            binding->used = true;
            c_.duplicate(binding->span, "`" + binding->name + "` already has a meaning here:",
                         shadowed == nullptr ? Span{} : shadowed->span);
        }
        binding->visible = shadowed == nullptr;
    }
    const std::size_t position =
        binding == nullptr ? 0 : static_cast<std::size_t>(binding - scope_.flow->bindings.data());
    const std::set<std::string> known = scope_.known;
    Reach way = block(branch.block);
    scope_.known = known;
    if (binding != nullptr) {
        scope_.flow->bindings[position].visible = false;
    }
    return way;
}

void StepLowering::wait_branches(const ast::EventPattern* head, const ast::Duration& up_to,
                                 const std::vector<ast::WaitBranch>& branches) {
    check_positive(up_to);
    check_covered(branches);
    const EventPattern awaited =
        head == nullptr ? EventPattern{} : lower_pattern(c_, *head, scope_);
    const Index await = emit_op(OpAwait{});
    OpAwait op;
    op.up_to = lowered(up_to);
    std::vector<Index> ends;
    std::vector<Reach> ways;
    bool timeout_seen = false;
    bool head_covered = head == nullptr;
    for (const ast::WaitBranch& branch : branches) {
        Index slot = kNone;
        if (branch.event) {
            const EventPattern pattern = branch_pattern(branch, head, awaited);
            head_covered =
                head_covered || (pattern.event == awaited.event && branch.event->where == nullptr);
            slot = slot_of(branch);
            op.branches.push_back({pattern, slot, here()});
        } else {
            timeout_seen = true;
            op.timeout = here();
        }
        ways.push_back(branch_block(branch, slot));
        if (ways.back().falls_through) {
            ends.push_back(emit_jump());
        }
    }
    drop_last_jump(ends);
    land(ends);
    if (!head_covered) {
        op.branches.push_back({awaited, kNone, here()});
        ways.push_back({});
    }
    if (!timeout_seen) {
        op.timeout = here();
        ways.push_back({});
    }
    flow().code[await].op = std::move(op);
    join(ways);
}

/// A jump to the very next instruction says nothing.
void StepLowering::drop_last_jump(std::vector<Index>& ends) {
    if (!ends.empty() && ends.back() + 1 == here()) {
        flow().code.pop_back();
        ends.pop_back();
    }
}

Index StepLowering::slot_of(const ast::WaitBranch& branch) {
    if (branch.binding.empty() || !branch.event) {
        return kNone;
    }
    // Bindings of waits were collected in the order in which steps are lowered.
    const auto& bindings = scope_.flow->bindings;
    const std::size_t position = scope_.flow->start_bindings_count + wait_bindings_seen_++;
    return position < bindings.size() ? bindings[position].slot : kNone;
}

}  // namespace sluice::dsl::check
