#pragma once

#include "dsl/program_conditions.hpp"
#include "dsl/source.hpp"
#include "dsl/template/template.hpp"

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
struct UntilBest {  // the customer's best hour for the channel, at most `within` from now
    Channel channel = Channel::email;
    Duration within;
};
using Until =
    std::variant<UntilTime, UntilWeekday, UntilDate, UntilBetween, UntilMoment, UntilBest>;

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
    std::optional<Duration> best_within;  // at best time within
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
/// One variant of an experiment, or past it.
struct OpExperiment {
    Index experiment = kNone;    // into Program::experiments
    std::vector<Index> targets;  // by variant
    Index held_out = 0;          // where the holdout goes on
};
/// Head of a `repeat`: the next round, or out.
struct OpLoop {
    Index counter = 0;  // into Run::counters
    std::int64_t times = 0;
    Index until = kNone;  // condition
    Index exit = 0;
};
struct OpStartFlow {
    Index flow = kNone;
};
struct OpMove {
    Index lifecycle = kNone;
    Index state = kNone;
};

struct Instruction {
    std::variant<OpBranch, OpJump, OpEnd, OpSleep, OpUntil, OpAwait, OpSend, OpSplit, OpTrait,
                 OpCall, OpRecord, OpExperiment, OpLoop, OpStartFlow, OpMove>
        op;
    Index step = kNone;  // into Flow::steps; kNone for jumps and the final end
};

/// One step as written. `id` is the label without @, else "s" + its number in source order.
struct StepInfo {
    std::string id;
    std::string text;
    std::uint32_t line = 0;
    std::string path;  // place in the structure: `2`, `2/1.0` is the first step in its first block
};

/// A bound event of a run. Slot i of a run holds the fields of `event`.
struct Slot {
    std::string name;
    Index event = kNone;
};

struct StartOnEvent {
    EventPattern event;
    Index slot = kNone;
    Index audience = kNone;  // catalog events: condition over the customer and the slot
};
struct StartOnState {
    StateChange change;
};
/// A date of the customer, moved by an offset; every year on that day (29 February: 28th).
struct StartOnDate {
    Index field = kNone;  // into Program::customer_fields
    Duration offset;
    bool before = true;
    bool every_year = false;
    std::int32_t at = 0;  // minutes
};
struct StartEvery {
    std::uint8_t weekdays = 0;  // bit 0 = Monday
    std::int32_t at = 0;
    Index lifecycle = kNone;  // only customers in this state; kNone: everybody
    Index state = kNone;
};
using Start = std::variant<StartOnEvent, StartOnState, StartOnDate, StartEvery>;

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
    std::vector<StateChange> ends_when_state;
    std::vector<Index> ends_when_true;  // conditions
    std::int64_t holdout_scaled = 0;    // percent x 10'000: run, but never written to
    std::uint32_t counters = 0;         // loops
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

/// `change Flow { … }`: what the author says about people who are inside when it is deployed.
struct FlowChange {
    Index flow = kNone;
    std::vector<std::pair<std::string, std::string>> labels;  // old, new; new empty: stops
    std::string was_named;
};

struct Program {
    std::string hash;  // 32 hex digits over dump() and the templates; formatting does not change it
    std::vector<Field> customer_fields;
    std::vector<EventType> events;
    std::vector<Webhook> webhooks;
    std::vector<Condition> conditions;
    std::vector<Aggregate> aggregates;
    std::vector<Measure> measures;
    std::vector<Segment> segments;
    std::vector<Lifecycle> lifecycles;
    std::vector<Index> lifecycle_order;  // each after those its conditions read
    std::vector<Experiment> experiments;
    Policy policy;
    std::vector<Message> messages;
    std::vector<Flow> flows;  // by file path, then place in the file
    std::vector<Test> tests;
    std::vector<FlowChange> changes;

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
/// Name, variants, shares and measure of an experiment: two versions of it that agree in this count
/// together.
std::string dump(const Program& program, const Experiment& experiment);

}  // namespace sluice::dsl
