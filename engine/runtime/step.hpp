#pragma once

#include "dsl/migrate/match.hpp"
#include "dsl/program.hpp"
#include "engine/base/clock.hpp"
#include "engine/behaviour/lifecycle.hpp"
#include "engine/model/customer.hpp"
#include "engine/model/event.hpp"
#include "engine/model/trace.hpp"

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

/// The heart: what an input does to one customer. Pure: no clock, no I/O, no randomness; the same
/// customer, input and programs give the same new state and effects. The daemon, the test runner,
/// the simulator and explain all run this and nothing else.
namespace sluice {

/// A program made ready to run: which flows an event can start, and which events matter at all.
struct ReadyProgram {
    struct StartRef {
        Index flow = kNone;
        Index start = kNone;
    };
    explicit ReadyProgram(std::shared_ptr<const dsl::Program> made);
    void add_start(StartRef ref, const dsl::Start& start);

    std::shared_ptr<const dsl::Program> program;
    // Each list: priority first, then order of files.
    std::vector<std::vector<StartRef>> starts_of_event;
    std::vector<std::vector<StartRef>> starts_of_lifecycle;
    std::vector<StartRef> clock_starts;  // on dates and schedules; Layout::start_due goes beside
    std::vector<bool> event_matters;     // read by a flow, an aggregate or a lifecycle
    std::vector<LifecycleNeeds> lifecycle_needs;
    std::vector<std::uint64_t> experiment_counts;       // Assignment::count, by experiment
    std::vector<std::vector<Index>> measured_by_event;  // experiments, by event
};

/// Ten a second: what a small provider takes without complaint.
inline constexpr std::uint32_t kRetimesPerMinute = 600;

/// What a deploy asks for beyond the defaults of language.md §5.10.
struct DeployChoices {
    bool fire = false;   // lifecycle and segment moves caused by the edit start flows
    bool sweep = false;  // conditions that hold already end the runs the edit took over
    bool stop = false;   // runs of flows that are gone end at once; else they finish the old way
    std::vector<std::string> retime;  // `Flow@step`: waits counted anew from their beginning
    /// Runs that a retimed wait makes due at once go at most so many a minute.
    std::uint32_t retime_per_minute = kRetimesPerMinute;

    /// Whether anything is asked that concerns people who are inside already.
    [[nodiscard]] bool any() const { return fire || sweep || stop || !retime.empty(); }
};

/// The programs that runs belong to, by release number. New runs start on the current one; a run
/// of an older one moves to it at the first wait that both versions share.
class Releases {
public:
    /// Not while others read it: a daemon makes a new set for a new release.
    void add(std::uint32_t number, std::shared_ptr<const dsl::Program> program);
    [[nodiscard]] std::uint32_t current() const { return current_; }
    [[nodiscard]] const ReadyProgram& ready() const { return *programs_.at(current_).ready; }
    /// Null when the release is not loaded.
    [[nodiscard]] const ReadyProgram* find(std::uint32_t number) const;
    [[nodiscard]] std::size_t size() const { return programs_.size(); }
    /// How an older release's waits are found in the current one. Thread-safe.
    [[nodiscard]] const dsl::ProgramMatch& match(std::uint32_t number) const;

    DeployChoices choices;         // of the current release
    Instant deployed_at = kEpoch;  // the current release

private:
    struct Match {
        std::once_flag once;
        dsl::ProgramMatch found;
    };
    struct Entry {
        std::shared_ptr<const ReadyProgram> ready;
        std::shared_ptr<Match> match;  // made at first use
    };
    std::uint32_t current_ = 0;
    std::map<std::uint32_t, Entry> programs_;
};

/// The variant that everybody gets who comes to an experiment from `since` on.
struct Winner {
    std::uint32_t variant = 0;
    Instant since;
};

/// A message that policy let through: to be rendered and put in the outbox.
struct MessageIntent {
    std::string id;
    std::uint32_t release = 0;
    Index flow = kNone;
    Index step = kNone;
    Index message = kNone;
    Channel channel = Channel::email;
    Instant at;  // the instant policy let it go
    std::string to;
    Arguments arguments;
};

/// A webhook to be called.
struct CallIntent {
    std::string id;
    std::uint32_t release = 0;
    Index flow = kNone;
    Index step = kNone;
    Index webhook = kNone;
    Instant at;
    Arguments arguments;
};

/// Everything a step wants done besides the new customer state.
struct Effects {
    std::vector<TraceRow> trace;
    std::vector<MessageIntent> messages;
    std::vector<CallIntent> calls;
    std::vector<InboundEvent> internal;  // events and trait changes the engine made itself
};

/// A run came to an instruction (no outcome), or left it by one of its ways. Ways are numbered by
/// the kind of instruction: branch 0 yes, 1 no; await its branches, then the timeout; split its
/// arms; experiment its variants, then the holdout; loop 0 another round, 1 out; send 0 the first
/// choice, 1 the alternative, 2 nothing; a wait for a date 0 in time, 1 missing or past.
struct Passage {
    std::uint32_t release = 0;
    Index flow = kNone;
    Index instruction = kNone;
    Index outcome = kNone;
};

struct StepOptions {
    /// Whether an address must not be written to. Not set: none is.
    std::function<bool(Channel, const std::string& address)> suppressed;
    /// Only this flow may start; kNone: every flow. For tests of one flow.
    Index only_flow = kNone;
    /// Nobody is withheld: tests and previews of what a customer would get.
    bool ignore_holdout = false;
    /// Whether flows may start at all; without it history is only remembered.
    bool starts = true;
    /// Changes every random choice (splits, holdout); empty: the choices of the live system.
    std::string salt;
    /// Waits, wake-ups and branches are traced too, with the values they saw.
    bool trace_everything = false;
    /// Told of every passage, in order: coverage. Not set: nobody counts.
    std::function<void(const Passage&)> passed;
    /// Takes the place of chance: the way a run takes at a split or an experiment, when it has a
    /// value. Not set: chance decides.
    std::function<std::optional<Index>(Index flow, Index instruction)> choose;
    /// Who won an experiment (by Assignment::count), as things stood at an instant. Not set, or
    /// empty: shares decide.
    std::function<std::optional<Winner>(std::uint64_t count, Instant at)> winner;
    /// When a run may go whose retimed wait ends at `wanted`: then, or, when that is over by the
    /// clock on the wall, at a turn of its own (engine/runtime/pace). Not set: at once.
    std::function<Instant(Instant wanted)> pace;
    /// A timer later than this runs at the present instant instead of the one it was due at, so
    /// that after a downtime the waits behind it keep their length (T12). Not set: virtual time.
    std::optional<Millis> catch_up_after;
};

/// An event resolved against the current program.
struct AppliedEvent {
    Index event = kNone;  // kNone: an identify call, or an event no program declares
    Fields fields;
    std::vector<std::pair<Index, Value>> traits;  // changes made by identify
    Instant at;
    bool may_start = true;  // backfilled events are counted but start nothing (T12)
};

/// Resolves a call against a program: identify into trait changes, everything else into an event.
AppliedEvent apply_program(const dsl::Program& program, const InboundEvent& event);

/// A customer that nothing is known of yet, laid out for the current release.
Customer new_customer(const Releases& releases, std::string id);

/// Whether the customer was last stepped under an older release.
bool needs_relayout(const Releases& releases, const Customer& customer);

/// Lays a customer of an older release out for the current one. `history` holds the calls and
/// internal events of the customer, oldest first; traits and aggregates are folded anew from them;
/// runs, entries and caps are kept, and so are the layouts of releases that runs still belong to.
/// Returns how the edit moved the customer between states: (lifecycle of the current program, from,
/// to), by name. Runs move on in the next step.
std::vector<Moved> relayout(const Releases& releases, Customer& customer,
                            const std::vector<InboundEvent>& history);

/// Lets moves that an edit caused start and end flows, as `deploy --fire` asks.
void fire_moves(const Releases& releases, const StepOptions& options, Customer& customer,
                Instant now, const std::vector<Moved>& moved, Effects& effects);

/// Fires every timer due at or before `now`: by due time, then creation; held messages first.
void run_timers(const Releases& releases, const StepOptions& options, Customer& customer,
                Instant now, Effects& effects);

/// Fires every timer due at or before `now`, then looks at every lifecycle once, so that a customer
/// nothing has happened to yet stands somewhere.
void settle_customer(const Releases& releases, const StepOptions& options, Customer& customer,
                     Instant now, Effects& effects);

/// Fires the timers due at or before the event, then applies it (language.md §3.4).
void apply_event(const Releases& releases, const StepOptions& options, Customer& customer,
                 const AppliedEvent& event, Effects& effects);

}  // namespace sluice
