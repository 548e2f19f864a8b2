#pragma once

#include "dsl/source.hpp"
#include "dsl/template/template.hpp"
#include "dsl/value.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// The compiled form of one project directory: immutable, content-hashed, all names resolved to
/// indexes. The engine reads nothing but this; it never sees source text or the AST.
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
    };
    Kind kind = Kind::literal;
    Index slot = kNone;
    Index field = kNone;
    Value value;
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
    enum class Window : std::uint8_t { ever, in_the_last, since_entry, since_date, before_entry };
    Index aggregate = kNone;  // into Program::aggregates
    Operand key;              // value looked up when the aggregate is keyed
    std::int64_t min = 0;
    std::int64_t max = -1;  // -1: no upper bound
    Window window = Window::ever;
    Duration duration;       // in_the_last: an event exactly this old is outside (T8)
    std::int64_t since = 0;  // since_date: days since 1970-01-01, midnight in the zone
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
};  // into Program::segments
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
                 CondContains, CondInThe, CondQuantity, CondRecency, CondCanGet, CondInSegment,
                 CondToday, CondTodayDate, CondNowBetween>
        node;
    std::string text;  // the author's words, single-spaced, for traces and explain
};

/// Bounded per-customer memory of one (event, filter): what every history condition reads
/// (language.md §3.2). Shared by all conditions with the same pattern.
struct Aggregate {
    Index event = kNone;       // into Program::events
    Index filter = kNone;      // condition over event_field and literals only; kNone: every event
    Index key_field = kNone;   // field whose value keys the memory; kNone: one memory
    std::uint16_t newest = 1;  // how many newest occurrences are kept (1..64+1)
    std::string identity;      // canonical text of event, filter and key: stable between programs
};

struct Segment {
    std::string name;
    Index condition = kNone;
};

/// An event with an optional filter that may also read the customer and the run's slots.
struct EventPattern {
    Index event = kNone;
    Index filter = kNone;
};

// ---- policy

struct QuietHours {
    std::optional<Channel> channel;  // empty: both
    std::int32_t from = 0, to = 0;   // minutes; half-open; may cross midnight
    bool skip = false;               // skip instead of hold
    std::optional<Duration> hold_up_to;
};
struct Cap {
    std::int64_t count = 0;
    std::optional<Channel> channel;  // empty: messages of every channel
    Duration per;                    // sliding, half-open
    std::string text;                // `cap 1 sms per day`
};
struct Policy {
    std::string name;
    Index time_zone_field = kNone;  // customer field of type timezone
    std::string fallback_zone = "UTC";
    std::array<Index, kChannels> consent = {kNone, kNone};  // condition; kNone: nobody consented
    std::vector<QuietHours> quiet_hours;
    std::vector<Cap> caps;
    std::int64_t holdout_scaled = 0;  // percent x 10'000
    bool transactional_skips_caps = false;
    bool transactional_skips_quiet_hours = false;
    bool transactional_skips_holdout = false;
    Duration stale_after = {0, 0, 24 * 3600};
    Index email_field = kNone;  // customer field `email`
    Index phone_field = kNone;  // customer field `phone`
};

// ---- messages

/// What a message needs from each send: a bound event, or one scalar.
struct MessageParam {
    std::string name;
    Index event = kNone;
    Type type;
    bool optional = false;
};

struct EmailContent {
    tpl::Template subject, preview, body;  // body renders HTML
};
struct Message {
    std::string name;
    std::string topic;
    bool transactional = false;
    std::vector<MessageParam> params;
    std::optional<EmailContent> email;
    std::optional<tpl::Template> sms;
};

// ---- flows

struct UntilTime {
    std::int32_t at = 0;
};  // next local time
struct UntilWeekday {
    std::uint8_t weekdays = 0;
    std::int32_t at = 0;
};  // bit 0 = Monday
struct UntilDate {
    std::int64_t date = 0;
    std::int32_t at = 0;
};
struct UntilBetween {
    std::int32_t from = 0, to = 0;
    bool weekdays_only = false;
};
struct UntilMoment {  // [offset before|after] path [at TIME], if missing stop|skip
    Operand operand;  // date field
    Duration offset;
    bool before = false;
    std::optional<std::int32_t> at;  // empty: midnight
    bool stop_if_missing = true;
};
using Until = std::variant<UntilTime, UntilWeekday, UntilDate, UntilBetween, UntilMoment>;

/// One datum handed to a message, webhook or recorded event.
struct Arg {
    std::string name;
    Index slot = kNone;  // a whole bound event, else the operand
    Operand operand;
};

struct OpBranch {
    Index condition = kNone;
    Index otherwise = 0;
};  // true: next instruction
struct OpJump {
    Index target = 0;
};
struct OpEnd {
    std::string reason;
};  // "completed", or the stop text
struct OpSleep {
    Duration duration;
    std::optional<Until> then_until;
};  // parks
struct OpUntil {
    Until until;
};  // parks
struct AwaitBranch {
    EventPattern event;
    Index slot = kNone;
    Index target = 0;
};
struct OpAwait {
    std::vector<AwaitBranch> branches;
    Duration up_to;
    Index timeout = 0;
};  // parks
struct SendTarget {
    Channel channel = Channel::email;
    Index message = kNone;
};
struct OpSend {
    SendTarget first;
    std::optional<SendTarget> alternative;
    std::vector<Arg> args;
    Index not_sent = kNone;  // where to go when nothing was let through; kNone: next instruction
};
struct SplitArm {
    std::int64_t percent_scaled = 0;
    std::string name;
    Index target = 0;
};
struct OpSplit {
    std::vector<SplitArm> arms;
};
enum class TraitChange : std::uint8_t { set, add, remove, clear };
struct OpTrait {
    TraitChange change = TraitChange::set;
    Index field = kNone;
    Operand value;
};
struct OpCall {
    Index webhook = kNone;
    std::vector<Arg> args;
};
struct OpRecord {
    Index event = kNone;
    std::vector<Arg> args;
};

struct Instruction {
    std::variant<OpBranch, OpJump, OpEnd, OpSleep, OpUntil, OpAwait, OpSend, OpSplit, OpTrait,
                 OpCall, OpRecord>
        op;
    Index step = kNone;  // into Flow::steps; kNone for jumps and the final end
};

/// One step as written. `id` is the label without @, else "s" + its number in source order.
struct StepInfo {
    std::string id;
    std::string text;
    std::uint32_t line = 0;
};

/// A bound event of a run. Slot i of a run holds the fields of `event`.
struct Slot {
    std::string name;
    Index event = kNone;
};

struct Start {
    EventPattern event;
    Index slot = kNone;
};

struct Goal {
    EventPattern event;
    std::optional<Duration> within;
};

enum class ReEntry : std::uint8_t { any_time, never, after };
enum class Priority : std::uint8_t { low, normal, high };

struct Flow {
    std::string name;
    std::string description;
    std::string file;
    std::uint32_t line = 0;
    std::vector<Start> starts;
    Index only_if = kNone;
    ReEntry re_entry = ReEntry::any_time;
    Duration re_entry_after;
    std::optional<Operand>
        key;  // one run per: a slot_field of the starting event, or customer field
    bool restart_while_running = false;
    std::optional<Goal> goal;
    std::vector<EventPattern> ends_when;
    Priority priority = Priority::normal;
    std::vector<Slot> slots;
    std::vector<StepInfo> steps;
    std::vector<Instruction> code;  // entry at 0; every path ends in OpEnd
};

// ---- tests (`test "…" for Flow { … }`), run by the engine on virtual time

/// Values for declared fields: (index into the event's or the customer's fields, value).
using FieldValues = std::vector<std::pair<Index, Value>>;

/// A duration after the test's clock, or an absolute local date and time.
struct TestMoment {
    Duration after;
    std::optional<std::int64_t> date;
    std::int32_t time = 0;
};

struct TestCustomer {
    TestMoment at;
    FieldValues fields;
};  // at a moment
struct TestGivenCustomer {
    FieldValues fields;
};  // before the clock starts
struct TestGivenEvent {
    Index event = kNone;
    Duration ago;
    FieldValues fields;
};
struct TestEvent {
    TestMoment at;
    Index event = kNone;
    FieldValues fields;
};
struct TestAdvance {
    Duration duration;
};
struct TestExpectNothing {};
struct TestExpectNo {
    Channel channel;
    Index message = kNone;
};  // kNone: none at all
struct TestExpectSend {
    TestMoment at;
    Channel channel;
    Index message = kNone;
};
struct TestExpectCall {
    TestMoment at;
    Index webhook = kNone;
};
struct TestExpectCount {
    std::int64_t count = 0;
    std::optional<Channel> channel;
};
struct TestExpectGoal {};
struct TestExpectEnded {
    std::optional<std::string> because;
};
struct TestExpectCond {
    Index condition = kNone;
};
struct TestItem {
    std::variant<TestCustomer, TestGivenCustomer, TestGivenEvent, TestEvent, TestAdvance,
                 TestExpectNothing, TestExpectNo, TestExpectSend, TestExpectCall, TestExpectCount,
                 TestExpectGoal, TestExpectEnded, TestExpectCond>
        node;
    std::uint32_t line = 0;
    std::string text;  // the row as written, single-spaced
};
struct Test {
    std::string title;
    std::string file;
    std::uint32_t line = 0;
    Index flow = kNone;
    std::int64_t clock_date = 0;  // local date in the fallback zone; default 2026-01-05
    std::int32_t clock_time = 0;  // minutes; default 09:00
    std::vector<TestItem> items;
};

struct Program {
    std::string hash;  // 32 hex digits over dump() and the templates; formatting does not change it
    std::vector<Field> customer_fields;
    std::vector<EventType> events;
    std::vector<Webhook> webhooks;
    std::vector<Condition> conditions;
    std::vector<Aggregate> aggregates;
    std::vector<Segment> segments;
    Policy policy;
    std::vector<Message> messages;
    std::vector<Flow> flows;  // by file path, then place in the file
    std::vector<Test> tests;

    /// Aggregates fed by an event, by event index; built by the compiler.
    std::vector<std::vector<Index>> aggregates_of_event;

    [[nodiscard]] Index find_event(std::string_view wire_name) const;
    [[nodiscard]] Index find_customer_field(std::string_view name) const;
    [[nodiscard]] Index find_flow(std::string_view name) const;
    [[nodiscard]] Index find_message(std::string_view name) const;
    [[nodiscard]] static Index find_field(const std::vector<Field>& fields, std::string_view name);
};

/// The canonical text of a whole program, or of one flow: numbered instructions, conditions in
/// place, one line each. Equal programs give equal text; tests compare it.
std::string dump(const Program& program);
std::string dump(const Program& program, const Flow& flow);

}  // namespace sluice::dsl
