#pragma once

#include "engine/behaviour/evaluate.hpp"
#include "engine/policy/gate.hpp"
#include "engine/runtime/step.hpp"

#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

/// One step of one customer; private to step.cpp and its parts. Lives for one call.
///
/// The order within an instant (language.md §3.4): held messages and timers; then the event:
/// traits and aggregates; running flows (goal, ends when, waits); starts; then every runnable run
/// is advanced to its next park, higher priority first. Events the engine makes itself (Email Sent,
/// record …) are queued and applied in the same instant, after their cause.
class Stepper {
public:
    Stepper(const Releases& releases, const StepOptions& options, Customer& customer,
            Effects& effects);

    void run_timers(Instant now);
    void apply(const AppliedEvent& event);

private:
    struct Queued {
        AppliedEvent event;
        std::uint32_t release;  // program the event is bound to
        int depth;
    };

    // timers (stepper_timers.cpp)
    void fire_held();
    void fire_runs();
    void wake(Run& run);
    void recompute_waits();

    // events (stepper_events.cpp)
    void process(const Queued& queued);
    void change_traits(const AppliedEvent& event);
    void watch(const AppliedEvent& event, std::uint32_t release);
    bool reaches_goal(Run& run, const AppliedEvent& event);
    void leave_or_wake(Run& run, const AppliedEvent& event);
    void start_flows(const AppliedEvent& event);
    void try_start(const ReadyProgram::StartRef& ref, const AppliedEvent& event);
    Reason refuse(const dsl::Flow& flow, const Run& candidate);
    Run* running(const dsl::Flow& flow, std::string_view key);
    void drain_queue();
    void enqueue(std::uint32_t release, Index event, Fields fields);

    // instructions (stepper_run.cpp)
    void advance_runnable();
    void advance(Run& run);
    bool execute(Run& run, const dsl::Instruction& instruction);
    bool park(Run& run, const dsl::Instruction& instruction);
    void change_trait(Run& run, const dsl::OpTrait& op, Index step);
    void call(Run& run, const dsl::OpCall& op, Index step);
    void record(Run& run, const dsl::OpRecord& op);
    Index choose_arm(const Run& run, const dsl::OpSplit& op, Index step);
    void end(Run& run, Reason reason, std::string_view note);

    // messages (stepper_send.cpp)
    Index send(Run& run, const dsl::OpSend& op, Index step);
    [[nodiscard]] Verdict ask(const HeldMessage& message) const;
    void let_go(const HeldMessage& message);
    void skip(const HeldMessage& message, const Verdict& verdict);
    void drop_held(const Run& run);
    [[nodiscard]] Arguments arguments_of(const Run& run, const std::vector<dsl::Arg>& args) const;

    // shared
    [[nodiscard]] const ReadyProgram& ready_of(const Run& run) const;
    [[nodiscard]] const dsl::Flow& flow_of(const Run& run) const;
    [[nodiscard]] Context context_of(std::uint32_t release, const Run* run) const;
    [[nodiscard]] Context context_of(const Run& run) const { return context_of(run.release, &run); }
    void fold_everywhere(const AppliedEvent& event, std::uint32_t release);
    [[nodiscard]] std::string message_id(const Run& run, std::string_view step,
                                         std::string_view kind) const;
    TraceRow& trace(TraceKind kind, const Run& run, Index step = kNone);
    void set_now(Instant at);
    void remember_entry(const dsl::Flow& flow, const Run& run);
    void sweep();
    void look_up_suppression();

    const Releases& releases_;
    const StepOptions& options_;
    Customer& customer_;
    Effects& effects_;
    const ReadyProgram& current_;
    Instant now_;
    Zone zone_;
    std::uint8_t suppressed_ = 0;
    std::deque<Queued> queue_;
    int depth_ = 0;
};

}  // namespace sluice
