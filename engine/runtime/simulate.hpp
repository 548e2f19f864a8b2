#pragma once

#include "engine/behaviour/experiment_decisions.hpp"
#include "engine/runtime/step.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace sluice {

/// Replays a history on virtual time through the same step the daemon runs; sends nothing.
///
/// Customers do not meet, so each is run from its first event to the end by itself and the
/// decisions are put in order afterwards: by instant, then customer id, then their order within the
/// customer. Where experiments are decided, all of them are run from one decision to the next. Two
/// runs over the same input give identical bytes.
class Simulation {
public:
    struct Options {
        /// Fires every timer due before it and none at or after it. kNever: until nothing is left
        /// to happen; where something always is (states, dates, schedules), a year after the last
        /// event.
        Instant until = kNever;
        std::string salt;  // --seed: other random choices than the live ones
        /// Visitors also see every move between states; the log does not hold them.
        bool moves = false;
    };
    struct Totals {
        std::uint64_t customers = 0;
        std::uint64_t events = 0;
        std::uint64_t ignored = 0;  // events at or after `until`
        std::uint64_t entered = 0, goals = 0, ended = 0, sent = 0, skipped = 0;
    };

    Simulation(std::shared_ptr<const dsl::Program> program, Options options);
    Simulation(const Simulation&) = delete;
    Simulation& operator=(const Simulation&) = delete;

    /// Adds one call; calls of a customer may come in any order, equal instants keep the order
    /// given.
    void add(const InboundEvent& event);

    /// Runs everything. `write` gets the log a piece at a time: NDJSON in time order, one object
    /// for every message sent or skipped and for every entry, goal and end of a run. `progress`
    /// (may be empty) is told how many of how many customers are done.
    Totals run(const std::function<void(std::string_view)>& write,
               const std::function<void(std::size_t, std::size_t)>& progress);

    /// The same with the rows themselves.
    using Visit = std::function<void(const TraceRow&, std::string_view customer)>;
    Totals visit(const Visit& visit, const std::function<void(std::size_t, std::size_t)>& progress);

    /// After a run: which experiments were decided, and on what.
    [[nodiscard]] const ExperimentDecisions& decisions() const { return decisions_; }
    /// After a run: what every experiment came to.
    [[nodiscard]] const ExperimentTally& tally() const { return tally_; }

private:
    struct Person {
        std::string id;
        std::vector<AppliedEvent> events;
    };
    /// Somebody in the middle of a run.
    struct Underway {
        Customer customer;
        std::size_t next = 0;  // event
        std::uint32_t order = 0;
        std::vector<Assignment> tallied;
    };
    struct Line {
        Instant at;
        std::uint32_t person = 0;
        std::uint32_t order = 0;
        TraceRow row;
    };
    using Progress = std::function<void(std::size_t, std::size_t)>;
    void run_each(std::vector<Line>& lines, const Progress& progress);
    void run_together(std::vector<Line>& lines, const Progress& progress);
    [[nodiscard]] Underway begin(std::uint32_t person);
    void run_until(std::uint32_t person, Underway& underway, Instant end, std::vector<Line>& lines);
    [[nodiscard]] Instant next_of(std::uint32_t person, const Underway& underway) const;
    void tally(Underway& underway);
    [[nodiscard]] Instant horizon() const;

    std::shared_ptr<const dsl::Program> program_;
    Options options_;
    Releases releases_;
    std::vector<Person> people_;
    std::vector<AppliedEvent> catalog_;  // what happened to the catalog concerns everybody
    Instant last_event_ = kEpoch;
    std::unordered_map<std::string, std::uint32_t> by_id_;
    StepOptions step_;
    ExperimentDecisions decisions_;
    ExperimentTally tally_;
    Totals totals_;
};

/// The log line of a decision; empty for trace rows that are not part of the log. Ends in a
/// newline.
std::string log_line(const TraceRow& row, std::string_view customer);

}  // namespace sluice
