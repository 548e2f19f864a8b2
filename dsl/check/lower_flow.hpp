#pragma once

#include "dsl/check/lower_cond.hpp"
#include "dsl/check/policy.hpp"

#include <string>
#include <vector>

/// One flow: headers, then steps to instructions. Private to dsl/check.
namespace sluice::dsl::check {

void declare_flows(Compilation& c, const Decls& decls, const PolicyFacts& policy);

/// Whether the next step can be reached, and what ended the way if not.
struct Reach {
    bool falls_through = true;
    std::vector<Span> enders;
};

/// Lowers the steps of one flow into its code.
class StepLowering {
public:
    /// `guards` are the paths the header has settled as known.
    StepLowering(Compilation& compilation, FlowScope& flow_scope, const PolicyFacts& policy_facts,
                 std::set<std::string> guards);

    /// The whole body with the final end.
    void lower(const ast::Block& steps);

    bool sends = false;
    /// The flows that `start flow` steps name, with their places.
    struct StartedFlow {
        Index flow = kNone;
        Span span;
    };
    std::vector<StartedFlow> started;

    void step(const ast::WaitDuration& node, const ast::Step& step);
    void step(const ast::WaitUntil& node, const ast::Step& step);
    void step(const ast::WaitForEvent& node, const ast::Step& step);
    void step(const ast::WaitUpTo& node, const ast::Step& step);
    void step(const ast::Send& node, const ast::Step& step);
    void step(const ast::If& node, const ast::Step& step);
    void step(const ast::Split& node, const ast::Step& step);
    void step(const ast::Experiment& node, const ast::Step& step);
    void step(const ast::Repeat& node, const ast::Step& step);
    void step(const ast::SetStep& node, const ast::Step& step);
    void step(const ast::AddStep& node, const ast::Step& step);
    void step(const ast::RemoveStep& node, const ast::Step& step);
    void step(const ast::ClearStep& node, const ast::Step& step);
    void step(const ast::CallStep& node, const ast::Step& step);
    void step(const ast::RecordStep& node, const ast::Step& step);
    void step(const ast::StopStep& node, const ast::Step& step);
    void step(const ast::StartFlowStep& node, const ast::Step& step);
    void step(const ast::MoveStep& node, const ast::Step& step);

private:
    Flow& flow() { return *scope_.flow->flow; }
    Reach block(const ast::Block& steps);
    void check_experiment(const ast::Experiment& node, const ast::Step& step);
    void one_step(const ast::Step& step);
    void begin_step(const ast::Step& step);

    Index emit(Instruction instruction);
    template <typename Op>
    Index emit_op(Op op) {
        return emit(Instruction{std::move(op), current_step_});
    }
    Index emit_jump();
    [[nodiscard]] Index here();
    void land(const std::vector<Index>& jumps);
    /// Merges the ends of alternative ways.
    void join(const std::vector<Reach>& ways);

    bool check_positive(const ast::Duration& duration);
    std::optional<Until> until(const ast::Until& until);
    std::optional<Until> until_moment(const ast::UntilPath& node);
    void wait_branches(const ast::EventPattern* head, const ast::Duration& up_to,
                       const std::vector<ast::WaitBranch>& branches);
    EventPattern branch_pattern(const ast::WaitBranch& branch, const ast::EventPattern* head,
                                const EventPattern& lowered_head);
    void check_covered(const std::vector<ast::WaitBranch>& branches);
    Reach branch_block(const ast::WaitBranch& branch, Index slot);
    void drop_last_jump(std::vector<Index>& ends);
    Index slot_of(const ast::WaitBranch& branch);

    void report_unused_arg(const ast::Send& node, const std::string& word, const Span& span);
    std::optional<Arg> record_arg(const ast::Arg& written, Index event);
    void trait_change(const ast::Path& path, const ast::ValueExpr* value, TraitChange change);
    [[nodiscard]] bool suits(const Typed& field, TraitChange change, const Span& span);

    Compilation& c_;
    Scope scope_;
    const PolicyFacts& policy_;
    Index current_step_ = kNone;
    std::string block_path_;  // of the block being lowered, with its slash
    std::string step_path_;   // of the step being lowered
    std::uint32_t blocks_in_step_ = 0;
    std::uint32_t place_in_block_ = 0;
    Reach reach_;
    std::size_t wait_bindings_seen_ = 0;
    std::vector<std::pair<std::string, Span>> labels_;
};

/// One `with` argument, resolved.
struct PassedArg {
    const ast::Arg* written = nullptr;
    Arg arg;
    Index event = kNone;    // of a whole binding
    Typed value;            // of anything else
    bool complete = false;  // false: already reported
    bool wanted = false;    // some message of this send uses it
};
PassedArg passed_arg(Compilation& c, const ast::Arg& written, Scope& scope);

}  // namespace sluice::dsl::check
