#pragma once

#include "dsl/program.hpp"
#include "engine/base/clock.hpp"
#include "engine/model/message.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

/// One customer's whole state: the record that is loaded, stepped and committed as one piece.
/// Plain data; what changes it is engine/runtime/step.
namespace sluice {

using dsl::Index;
using dsl::kNone;
using dsl::Value;

/// One remembered occurrence of an event. `ordinal` numbers the customer's events in the order they
/// were applied, so that "since entry" is exact even when two events share an instant.
struct Mark {
    Instant at;
    std::uint32_t ordinal = 0;
};

/// Bounded memory of one aggregate, or of one key of a keyed one. What beyond the marks is used
/// depends on the aggregate's kind (dsl::Aggregate::Kind); unused parts stay empty.
struct Memory {
    std::uint32_t total = 0;
    Mark first;
    std::vector<Mark> newest;  // oldest to newest by `at`; at most Aggregate::newest
    /// Beside `newest`: the number of a sum, the different value, a message's name, the field of
    /// the newest occurrence, or when what was followed happened.
    std::vector<Value> values;
    /// Beside `newest`: occurrences in each mark of a sum (empty: one each), flags of a message.
    std::vector<std::uint32_t> merged;
    std::vector<Mark> pending;  // followed: occurrences nothing has followed yet
    std::vector<Mark> answers;  // followed, not_followed: the newest of what may follow
    Value first_value;          // values: the field of the first occurrence
    std::int64_t sum = 0;       // sums: of all there ever were; intent: the scaled weight
    std::int64_t extreme = 0;   // highest, lowest: of all there ever were
};

/// Flags of a remembered message, in Memory::merged.
namespace message_flag {
inline constexpr std::uint32_t kDelivered = 1, kOpened = 2, kClicked = 4, kBounced = 8;
inline constexpr std::uint32_t kSms = 16;  // it was no email
}  // namespace message_flag

/// Everything remembered for one dsl::Aggregate. `keyed` is used when it has a key field: the least
/// recently seen key makes room for a new one beyond limits::kAggregateKeysMax.
struct AggregateState {
    Memory memory;
    std::vector<std::pair<std::string, Memory>> keyed;
};

/// The fields of one bound event, by field index. Empty: not bound.
using Fields = std::vector<Value>;

/// A datum handed to a message, webhook or recorded event: one value, or a whole bound event.
struct BoundEvent {
    Index event = kNone;
    Fields fields;
};
using Arguments = std::vector<std::pair<std::string, std::variant<Value, BoundEvent>>>;

enum class Park : std::uint8_t {
    none,   // runnable within the current tick only; never stored
    sleep,  // until `due`
    await,  // until an event or `due`
    ended,  // the run is over; kept until `due` for its goal's attribution window
};

/// One customer's run through one flow version. Stored only while parked.
struct Run {
    std::uint64_t id = 0;       // per customer, in order of entry
    std::uint32_t release = 0;  // program the run belongs to
    Index flow = kNone;         // in that program
    std::string key;            // `one run per`; empty: none
    Instant entered_at;
    std::uint32_t entered_ordinal = 0;
    Index pc = 0;  // the parked instruction, or the next one
    Park park = Park::none;
    std::uint64_t park_order = 0;  // timers of one instant fire in this order
    Instant parked_at;             // base of the wait: what `due` was computed from
    Instant due = kNever;
    bool promised = false;         // `due` stands although an edit gave the wait other words
    bool paced = false;            // `due` was given out by the pace of `deploy --retime`
    Instant hand_over;             // T10: later waits count from the last held send's hand-over
    std::uint32_t sends = 0;       // rounds: distinguishes the sends of one run
    Instant watch_until = kNever;  // when time alone can make an `ends when` condition true
    /// Bit i: condition i held when an edited flow took the run over, and does not end it until it
    /// has been false once.
    std::uint64_t disarmed = 0;
    std::vector<std::uint32_t> counters;  // rounds of each `repeat`
    std::vector<Fields> slots;
};

/// A message that policy holds until `release_at` (quiet hours).
struct HeldMessage {
    std::string id;
    std::uint64_t run = 0;
    std::uint32_t release = 0;
    Index flow = kNone;
    Index step = kNone;
    Index message = kNone;
    Channel channel = Channel::email;
    Instant requested_at;
    Instant release_at;
    Instant latest = kNever;  // `at best time within`: not sent later than this
    std::uint64_t order = 0;  // among equals: earlier request first
    Arguments arguments;
};

/// When a flow (by name) was last entered with a key: what re-entry rules read.
struct Entry {
    std::uint64_t flow = 0;  // hash64 of the flow's name, stable over releases
    std::string key;
    Instant at;
};

/// A message let through, for frequency caps.
struct SendMark {
    Channel channel = Channel::email;
    Instant at;
};

/// The variant of an experiment that a customer got first, and keeps; and whether the measured
/// event followed. One for each count the customer is part of.
struct Assignment {
    std::uint64_t count = 0;    // hash64 of dsl::dump(program, experiment)
    std::uint32_t variant = 0;  // their number stands for the holdout
    Instant at;
    Instant until;  // the measured event counts from `at` to before this
    bool converted = false;
    friend bool operator==(const Assignment&, const Assignment&) = default;
};

/// Where a customer stands in one lifecycle.
struct Standing {
    Index state = kNone;  // kNone: not placed yet
    Instant since;
    Instant until = kNever;  // when time alone can change it
};

/// What is known of a customer in the terms of one program: fields and aggregates by its indexes.
struct Layout {
    std::uint32_t release = 0;
    Fields traits;                           // by customer field
    std::vector<AggregateState> aggregates;  // by aggregate
    std::vector<Standing> standings;         // by lifecycle
    std::vector<Instant> start_due;          // by start on a date or a schedule, in program order
};

struct Customer {
    std::string id;
    std::uint32_t events = 0;  // ordinal of the last applied event
    std::uint64_t next_run = 1;
    std::uint64_t next_order = 1;
    Instant last_at = kEpoch;     // the customer's time never runs backwards
    std::vector<Layout> layouts;  // the current release first, then those that runs still need
    std::vector<Run> runs;        // by id
    std::vector<HeldMessage> held;
    std::vector<Entry> entries;
    std::vector<SendMark> sends;          // oldest first
    std::vector<Assignment> assignments;  // oldest first
    /// The record this one was given to, because both are one person; empty: to none. A record that
    /// was given away has nothing but its id: no runs, no memories, nothing to come.
    std::string merged_into;

    [[nodiscard]] bool given_away() const { return !merged_into.empty(); }

    /// The layout for a release; null when the customer has none.
    [[nodiscard]] Layout* layout(std::uint32_t release);

    /// Earliest instant at which the customer needs a step; kNever when there is none.
    [[nodiscard]] Instant due() const;
};

}  // namespace sluice
