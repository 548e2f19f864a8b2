#pragma once

#include "dsl/value.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

/// The part of a Program that says what is known and asked of a customer: schema, conditions, the
/// memories they read, segments, lifecycles and experiments. See dsl/program.hpp.
namespace sluice::dsl {

using Index = std::uint32_t;
inline constexpr Index kNone = 0xffff'ffff;

enum class Channel : std::uint8_t { email, sms };
inline constexpr std::size_t kChannels = 2;
std::string_view to_text(Channel channel);

/// Calendar part (months, then days, in the run's zone) first, then exact seconds (T1).
struct Duration {
    std::int32_t months = 0;
    std::int32_t days = 0;
    std::int64_t seconds = 0;
    friend bool operator==(const Duration&, const Duration&) = default;
};
/// The author's words: `2 days 4 hours`; `0 seconds` when empty.
std::string to_text(const Duration& duration);

// ---- schema

struct Field {
    std::string name;
    Type type;
    bool optional = false;  // may be unknown; `personal` never appears in logs or traces
    bool personal = false;
    bool predicted = false;
    bool key = false;
    Value default_value;  // unknown when none is declared
};

/// A declared event, or one of the built-in ones (`Email Sent`, `Unsubscribed`, …), which stand
/// first in Program::events and have the fields message, topic, link and flow, all optional text.
struct EventType {
    std::string name;
    std::string wire_name;  // `from "…"`: the name on the wire; otherwise equal to name
    bool builtin = false;
    bool catalog = false;  // belongs to no customer: only starts flows, for an audience
    std::vector<Field> fields;
};

struct Webhook {
    std::string name;
    std::string url;
    std::string secret;  // name of the secret (environment variable), empty: unsigned
    std::int64_t retry_times = 0;
};

// ---- conditions: one flat pool of nodes in Program::conditions, referred to by index

enum class CompareOp : std::uint8_t { equal, not_equal, greater, greater_equal, less, less_equal };

struct Operand {
    enum class Kind : std::uint8_t {
        literal,         // value
        customer_field,  // field = index into Program::customer_fields
        slot_field,      // slot = binding of the flow, field = index into that event's fields
        event_field,     // field of the candidate event; only inside an EventPattern's filter
        now,             // the evaluation instant
        today,           // its date in the customer's zone
        measure,         // field = index into Program::measures
    };
    Kind kind = Kind::literal;
    Index slot = kNone;
    Index field = kNone;
    Value value;
};

/// Which remembered occurrences count. An event at `at` is in the last D while now < at + D (T8).
struct HistoryWindow {
    enum class Kind : std::uint8_t {
        ever,
        in_the_last,
        since_entry,
        since_date,
        before_entry,
        since_last
    };
    Kind kind = Kind::ever;
    Duration duration;        // in_the_last
    std::int64_t date = 0;    // since_date: days since 1970-01-01, midnight in the zone
    Index aggregate = kNone;  // since_last: occurrences after the newest of this aggregate
};

/// A number (or the value of one field) read from an aggregate: `total of Order Placed.total in the
/// last 365 days`, `last Order Placed.category`.
struct Measure {
    enum class Function : std::uint8_t {
        total,
        average,
        highest,
        lowest,
        count,
        different,     // number of different values
        first_value,   // the field of the first occurrence
        last_value,    // … of the newest
        intent,        // exponentially decayed count
        days_between,  // median gap between occurrences, in days
        engagement,    // share of the last messages opened or clicked, 0 to 1
    };
    Function function = Function::total;
    Index aggregate = kNone;  // into Program::aggregates
    Operand key;              // value looked up when the aggregate is keyed
    HistoryWindow window;
    std::int64_t last = 0;  // engagement: how many of the newest messages count
};

struct CondAlways {
    bool value = true;
};
struct CondAll {
    std::vector<Index> terms;
};  // and
struct CondAny {
    std::vector<Index> terms;
};  // or
struct CondNot {
    Index term = kNone;
};
/// Two-valued: false when either side is unknown; `is not` is CondNot of equal, hence true then.
struct CondCompare {
    Operand left;
    CompareOp op = CompareOp::equal;
    Operand right;
};
struct CondKnown {
    Operand operand;
};
struct CondOneOf {
    Operand operand;
    std::vector<Operand> values;
};
struct CondContains {
    Operand operand;
    Operand value;
};  // list has item | text has part
/// date field lies in the next/last D: (now, now+D] or (now-D, now], by calendar in the zone.
struct CondInThe {
    Operand operand;
    bool next = false;
    Duration duration;
};
/// Number of events of an aggregate inside a window lies in [min, max].
struct CondQuantity {
    Index aggregate = kNone;  // into Program::aggregates
    Operand key;              // value looked up when the aggregate is keyed
    std::int64_t min = 0;
    std::int64_t max = -1;  // -1: no upper bound
    HistoryWindow window;
};
/// How many of the newest messages met an outcome lies in [min, max].
enum class MessageOutcome : std::uint8_t { opened, clicked, delivered, bounced, ignored };
struct CondMessages {
    Index aggregate = kNone;
    std::int64_t last = 1;  // of so many newest messages; fewer when fewer were sent
    MessageOutcome outcome = MessageOutcome::opened;
    std::int64_t min = 0;
    std::int64_t max = -1;
};
/// last/first Event was more than | less than | between D ago. False when there was none.
struct CondRecency {
    enum class Op : std::uint8_t { more_than, less_than, between };
    Index aggregate = kNone;
    Operand key;
    bool first = false;
    Op op = Op::more_than;
    Duration low, high;  // between: low <= age <= high with low < high; else only low
};
struct CondCanGet {
    Channel channel = Channel::email;
};  // address known, consent, not suppressed
struct CondInSegment {
    Index segment = kNone;
};  // into Program::segments; its condition, asked now
struct CondInState {
    Index lifecycle = kNone;
    Index state = kNone;
};
/// In the state now, and for more (or less) than D. False outside the state.
struct CondBeenIn {
    Index lifecycle = kNone;
    Index state = kNone;
    bool more = true;
    Duration duration;
};
/// Bit 0 = Monday … bit 6 = Sunday, in the customer's zone.
struct CondToday {
    std::uint8_t weekdays = 0;
};
struct CondTodayDate {
    bool before = false;
    std::int64_t date = 0;
};  // strictly before / after
struct CondNowBetween {
    std::int32_t from = 0, to = 0;
};  // minutes; half-open; may cross midnight

struct Condition {
    std::variant<CondAlways, CondAll, CondAny, CondNot, CondCompare, CondKnown, CondOneOf,
                 CondContains, CondInThe, CondQuantity, CondMessages, CondRecency, CondCanGet,
                 CondInSegment, CondInState, CondBeenIn, CondToday, CondTodayDate, CondNowBetween>
        node;
    std::string text;  // the author's words, single-spaced, for traces and explain
};

/// An event with an optional filter that may also read the customer and the run's slots.
struct EventPattern {
    Index event = kNone;
    Index filter = kNone;
};

/// Bounded per-customer memory of one (event, filter): what every history condition reads
/// (language.md §3.2). Shared by all conditions with the same pattern and kind.
struct Aggregate {
    enum class Kind : std::uint8_t {
        occurrences,   // newest instants, the first, a total
        sums,          // … with a number each: total and average
        highest,       // … only those no later and higher one outdoes
        lowest,        // … no later and lower one
        different,     // newest instant of each different value
        values,        // the field of the first and of the newest occurrence
        followed,      // occurrences that `then` followed within D, at its instant
        not_followed,  // occurrences that nothing has followed so far
        messages,      // newest messages sent, with what became of them
        intent,        // one decaying weight
        samples,       // newest instants with some fields each, for what is asked later
    };
    Kind kind = Kind::occurrences;
    Index event = kNone;        // into Program::events; kNone for messages
    Index filter = kNone;       // over event_field and literals only while kept; kNone: every event
    Index key_field = kNone;    // field whose value keys the memory; kNone: one memory
    Index value_field = kNone;  // sums, highest, lowest, different, values
    std::uint16_t newest = 1;   // how many newest occurrences are kept
    EventPattern then;          // followed, not_followed
    Duration within;            // followed, not_followed: half-open; intent: the half-life
    std::optional<Channel> channel;  // messages; empty: every channel
    std::vector<Index> fields;       // samples: the fields remembered, ascending
    /// An aggregate whose filters compare with the customer's or the run's data, or with the time,
    /// keeps nothing: it is made, each time it is asked, from the remembered occurrences of
    /// `source` (of the key asked for), and those of `then_source`, in the order they were applied.
    /// kNone: kept.
    Index source = kNone;
    Index then_source = kNone;
    std::string identity;  // canonical text of all of the above but `newest`: stable over programs

    [[nodiscard]] bool kept() const { return source == kNone; }
};

struct Segment {
    std::string name;
    Index condition = kNone;
};

// ---- lifecycles

struct State {
    std::string name;
    Index enters = kNone;  // ordered kinds; kNone: `otherwise`
    Index leaves = kNone;  // kNone: leaves when `enters` no longer holds
    Duration stays;        // at least so long, unless a higher state takes over
    bool is_final = false;
};
/// A declared way from one state to another: on an event, when a condition holds, or after a time.
struct Transition {
    Index from = kNone;  // kNone: any other state
    Index to = kNone;
    EventPattern on;  // event kNone: none
    Index when = kNone;
    std::optional<Duration> after;
};
/// Exactly one state of each lifecycle at any moment (language.md §5.4).
struct Lifecycle {
    enum class Kind : std::uint8_t {
        ordered,      // first state whose condition holds; the last one otherwise
        transitions,  // explicit ways, starting in `starts_in`
        segment,      // a segment somebody watches: its one named state, or the nameless other
    };
    std::string name;
    Kind kind = Kind::ordered;
    std::vector<State> states;
    Index starts_in = 0;
    std::vector<Transition> transitions;
};
/// A change between states; kNone stands for any. Entering X is any -> X.
struct StateChange {
    Index lifecycle = kNone;
    Index from = kNone;
    Index to = kNone;
};

/// `experiment`: fixed shares, sticky by customer and name.
struct Experiment {
    std::string name;
    std::vector<std::pair<std::string, std::int64_t>> variants;  // name, percent x 10'000
    std::int64_t holdout_scaled = 0;
    EventPattern measure;  // event kNone: not measured
    Duration measure_within;
    std::int64_t winner_after = 0;  // customers; 0: never
    bool bandit = false;
};

}  // namespace sluice::dsl
