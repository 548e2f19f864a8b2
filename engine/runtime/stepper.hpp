#pragma once

#include "engine/behaviour/evaluate.hpp"
#include "engine/policy/gate.hpp"
#include "engine/runtime/step.hpp"

#include <deque>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace sluice {

/// The same event seen by another program: matched by name, field by field. kNone when that
/// program does not declare it.
AppliedEvent translate(const AppliedEvent& event, const dsl::Program& from, const dsl::Program& to);

/// What a merge leaves to be done once two records are one: see merge_customer().
struct Union {
    std::vector<Moved> entered;  // between states neither of the two was in
    std::vector<Moved> known;    // … one of them was in: nothing starts
    bool traits_changed = false;
    const std::vector<InboundEvent>* history = nullptr;  // of both
    TraceRow row;
};

/// One step of one customer; private to step.cpp and its parts. Lives for one call.
///
/// The order within an instant (language.md §3.4): what time alone changes (lifecycles, held
/// messages, waits, starts by the clock); then the event: traits, aggregates, lifecycles; running
/// flows (goal, ends when, waits); starts; then every runnable run is advanced to its next park,
/// higher priority first. What the engine makes itself (Email Sent, record, a move between states,
/// …) is queued and applied in the same instant, after its cause.
class Stepper {
public:
    Stepper(const Releases& releases, const StepOptions& options, Customer& customer,
            Effects& effects);

    void run_timers(Instant now);
    void apply(const AppliedEvent& event);
    void settle(Instant now);
    void fire(Instant now, const std::vector<Moved>& moved);
    void unite(const Union& united);

private:
    /// A customer moved between states; seen by the flows of its release.
    struct StateMove {
        Moved moved;
        bool may_start = true;
        bool starts = true;  // false: nothing even asks to begin
    };
    /// `start flow`, by name: the run that asks may belong to an older release.
    struct StartRequest {
        std::string flow;
    };
    /// A run changed the customer's data: conditions that end runs may hold now.
    struct Recheck {};
    struct Queued {
        std::variant<AppliedEvent, StateMove, StartRequest, Recheck> what;
        std::uint32_t release;  // program it is bound to
        int depth;
    };
    /// What began a run: the start's note, and its event if there is one.
    struct Beginning {
        std::string note;
        const AppliedEvent* event = nullptr;
        bool may_start = true;
    };

    struct Executor;

    // timers (stepper_timers.cpp)
    void fire_standings();
    void fire_clock_starts();
    void refresh_clock_starts();
    [[nodiscard]] Instant next_clock_start(const dsl::Start& start, Instant after) const;
    void fire_held(Instant round);
    void fire_runs(Instant round);
    void wake(Run& run);
    void recompute_waits();

    // deploys (stepper_migrate.cpp)
    void migrate_runs();
    bool migrate(Run& run);
    void take_over(Run& run, const dsl::FlowMatch& match, const dsl::ParkMatch& park);
    bool retime(Run& run, const dsl::Instruction& instruction);
    void rebind(Run& run, const dsl::FlowMatch& match);
    void disarm(Run& run);
    void drop_layouts();

    // merges (stepper_merge.cpp)
    void end_doubles();
    void end_surplus();
    void measure_again(const std::vector<InboundEvent>& history);

    // events (stepper_events.cpp)
    void process(const Queued& queued);
    void process_event(const AppliedEvent& event, std::uint32_t release);
    void process_move(const StateMove& move, std::uint32_t release);
    bool change_traits(const AppliedEvent& event);
    void settle_layout(Layout& layout, const Cause& cause, bool may_start);
    void settle_everywhere(bool everything, bool may_start);
    void announce(std::uint32_t release, const std::vector<Moved>& moved, bool may_start,
                  bool starts = true);
    bool leaves_by_condition(Run& run);
    void check_conditions();
    void watch(const AppliedEvent& event, std::uint32_t release);
    bool reaches_goal(Run& run, const AppliedEvent& event);
    void leave_or_wake(Run& run, const AppliedEvent& event);
    void start_flows(const AppliedEvent& event);
    void try_start(Index flow, const dsl::StartOnEvent* start, const Beginning& beginning);
    Reason refuse(const dsl::Flow& flow, const Run& candidate);
    Run* running(const dsl::Flow& flow, std::string_view key);
    void drain_queue();
    void enqueue(std::uint32_t release, Index event, Fields fields);

    // instructions (stepper_run.cpp)
    void advance_runnable();
    void advance(Run& run);
    void pass(const Run& run, Index outcome) const;
    [[nodiscard]] std::optional<Index> told_way(const Run& run, std::size_t ways) const;
    bool execute(Run& run, const dsl::Instruction& instruction);
    bool park(Run& run, const dsl::Instruction& instruction);
    void time_out(Run& run, const dsl::Instruction& instruction);
    void change_trait(Run& run, const dsl::OpTrait& op, Index step);
    void call(Run& run, const dsl::OpCall& op, Index step);
    void record(Run& run, const dsl::OpRecord& op);
    Index choose_arm(const Run& run, const dsl::OpSplit& op, Index step);
    [[nodiscard]] std::size_t draw_arm(const Run& run, const dsl::OpSplit& op, Index step) const;
    Index next_round(Run& run, const dsl::OpLoop& op);
    void move(const Run& run, const dsl::OpMove& op, Index step);
    void end(Run& run, Reason reason, std::string_view note);

    // experiments (stepper_experiments.cpp)
    Index choose_variant(const Run& run, const dsl::OpExperiment& op, Index step);
    [[nodiscard]] std::uint32_t draw_variant(const dsl::Experiment& experiment) const;
    std::uint32_t assign(const dsl::Experiment& experiment, std::uint64_t count, TraceRow& row);
    void measure(const AppliedEvent& event, std::uint32_t release);
    void measure_one(const AppliedEvent& event, Index experiment);

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
    void fold_everywhere(const AppliedEvent& event, std::uint32_t release, bool everything);
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
