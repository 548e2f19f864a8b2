#pragma once

#include "dsl/ast.hpp"
#include "engine/base/civil_time.hpp"
#include "engine/base/clock.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

/// The flow language, read once more from its page: slow, obvious, and sharing nothing with the
/// engine but the syntax tree and the calendar (which has oracles of its own). Conditions look at
/// the whole history every time; a run stands in the tree itself. One customer who may be written
/// to at any time, and no caps.
namespace sluice::reference {

/// Something that happened: numbers by field name, and text where it is text.
struct Event {
    std::string name;
    std::map<std::string, std::int64_t> numbers;  // scaled by dsl::kDecimalScale
    std::map<std::string, std::string> texts;
    Instant at;
    std::size_t ordinal = 0;
};

class Interpreter {
public:
    /// `lengths` are the durations the file's conditions use: time alone can change a condition
    /// only when something is as old as one of them (or as two of them together), at midnight, or
    /// at the full hour; those instants are all looked at.
    Interpreter(const dsl::ast::File& file, Zone zone, std::vector<dsl::ast::Duration> lengths);

    /// The customer is heard of for the first time, before anything happens to her.
    void meet(Instant at);
    void happen(Event event);
    /// Fires every timer due at or before the instant.
    void pass_to(Instant at);
    /// `2026-03-02T10:00:00Z sent email Hello`, `… entered F`, `… goal F`, `… ended F: completed`.
    [[nodiscard]] const std::vector<std::string>& log() const { return log_; }

private:
    using Block = dsl::ast::Block;
    struct Frame {
        const Block* block = nullptr;
        std::size_t at = 0;
        const dsl::ast::Repeat* loop = nullptr;
        std::int64_t rounds = 0;
    };
    enum class State { running, asleep, awaiting, over };
    struct Run {
        std::size_t id = 0;
        const dsl::ast::FlowDecl* flow = nullptr;
        std::string key;
        Instant entered_at;
        std::size_t entered_ordinal = 0;
        State state = State::running;
        Instant due = kNever;
        std::size_t order = 0;  // of going to sleep
        const dsl::ast::Step* waits_at = nullptr;
        std::vector<Frame> frames;
        std::map<std::string, Event> bound;
    };
    struct Scope {
        const Run* run = nullptr;
        const Event* event = nullptr;  // inside a `where`
    };

    // headers
    [[nodiscard]] int priority(const dsl::ast::FlowDecl& flow) const;
    void start_flows(const Event& event);
    [[nodiscard]] bool may_start(const dsl::ast::FlowDecl& flow, const Run& candidate);
    [[nodiscard]] bool reaches_goal(Run& run, const Event& event);
    [[nodiscard]] bool leaves(Run& run, const Event& event);
    void end(Run& run, const std::string& why);

    // states
    void settle();
    void announce();
    void check_conditions();
    [[nodiscard]] bool ends_by_condition(Run& run);
    [[nodiscard]] Instant next_look(Instant after) const;
    void try_start(const dsl::ast::FlowDecl& flow, const Event* event, const std::string& binding);

    // steps
    void advance_all();
    void advance(Run& run);
    bool perform(Run& run, const dsl::ast::Step& step);
    bool sleep_until(Run& run, const dsl::ast::Step& step, Instant due, State state);
    [[nodiscard]] Instant until(const dsl::ast::Until& until, Instant from, bool inclusive) const;
    void wake(Run& run, const Block* block);
    [[nodiscard]] bool receive(Run& run, const Event& event);

    // conditions
    [[nodiscard]] bool holds(const dsl::ast::Cond& cond, const Scope& scope) const;
    [[nodiscard]] bool fits(const dsl::ast::EventPattern& pattern, const Event& event,
                            const Scope& scope) const;
    [[nodiscard]] std::optional<std::int64_t> number(const dsl::ast::Path& path,
                                                     const Scope& scope) const;
    [[nodiscard]] std::optional<std::int64_t> number(const dsl::ast::ValueExpr& value,
                                                     const Scope& scope) const;
    [[nodiscard]] bool compares(std::optional<std::int64_t> left,
                                const dsl::ast::Comparison& comparison, const Scope& scope) const;
    [[nodiscard]] std::vector<const Event*> occurrences(
        const dsl::ast::EventPattern& pattern, const std::optional<dsl::ast::Window>& window,
        const Scope& scope) const;
    [[nodiscard]] bool history(const dsl::ast::CondHistory& node, const Scope& scope) const;
    [[nodiscard]] bool recency(const dsl::ast::CondRecency& node, const Scope& scope) const;
    [[nodiscard]] bool aggregate(const dsl::ast::CondAggregate& node, const Scope& scope) const;

    [[nodiscard]] Instant later(Instant at, const dsl::ast::Duration& duration) const;
    void say(const std::string& what);

    struct Move {
        const dsl::ast::LifecycleDecl* lifecycle = nullptr;
        std::string from, to;
    };
    std::vector<const dsl::ast::FlowDecl*> flows_;
    std::vector<const dsl::ast::LifecycleDecl*> lifecycles_;
    std::map<const dsl::ast::LifecycleDecl*, std::string> states_;
    std::vector<Move> moves_;  // not told yet
    bool recheck_ = false;
    bool met_ = false;
    std::vector<dsl::ast::Duration> lengths_;
    std::vector<Instant> looks_;  // ascending
    Zone zone_;
    Instant now_ = kEpoch;
    std::vector<Event> past_;
    std::map<std::string, std::int64_t> traits_;
    std::vector<Run> runs_;
    std::map<std::pair<std::string, std::string>, Instant> entries_;
    std::size_t next_run_ = 1, next_order_ = 1;
    std::vector<std::string> log_;
};

}  // namespace sluice::reference
