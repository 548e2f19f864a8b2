#pragma once

#include "dsl/ast_cond.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

/// The tree of one file as written: plain structs, names not yet resolved, every node with its
/// span. The whole grammar of language.md §5.2 (and its amendments) has a place here.
/// A node that was being read when a syntax error struck is left out of its parent's list.
namespace sluice::dsl::ast {

// ---- steps

struct Step;
using Block = std::vector<Step>;

/// word [ "=" value ]: without a value the word names a binding passed whole (`with cart`).
struct Arg {
    std::string word;
    std::optional<ValueExpr> value;
    Span span;
};

struct UntilTime {
    TimeOfDay at;
};
struct UntilNamedDay {
    Name day;
    TimeOfDay at;
};
struct UntilDayKind {
    bool weekend = false;
    TimeOfDay at;
};
struct UntilDate {
    Date date;
    std::optional<TimeOfDay> at;
};
struct UntilBetween {
    TimeOfDay from;
    TimeOfDay to;
    bool on_a_weekday = false;
};
struct UntilBest {
    Channel channel;
    Duration within;
};
struct UntilPath {  // [dur before|after] path [at TIME], if missing stop|skip
    std::optional<Duration> offset;
    bool before = true;
    Path path;
    std::optional<TimeOfDay> at;
    bool stop_if_missing = true;
};
struct Until {
    std::variant<UntilTime, UntilNamedDay, UntilDayKind, UntilDate, UntilBetween, UntilBest,
                 UntilPath>
        node;
    Span span;
};

struct WaitDuration {
    Duration duration;
    std::optional<Until> then_until;
};
struct WaitUntil {
    Until until;
};
struct WaitBranch {                     // on timeout {…} | on Event where … as word {…}
    std::optional<EventPattern> event;  // empty: timeout
    std::string binding;                // empty: none
    Block block;
    Span span;
};
struct WaitForEvent {
    EventPattern event;
    Duration up_to;
    std::vector<WaitBranch> branches;
};
struct WaitUpTo {
    Duration up_to;
    std::vector<WaitBranch> branches;
};

struct Recipient {
    Channel channel;
    Name message;
};
struct Send {
    Recipient first;
    std::optional<Recipient> alternative;  // or chan name
    std::vector<Arg> args;
    std::optional<Duration> best_time_within;
    std::optional<Block> if_not_sent;
};
struct IfArm {
    Cond cond;
    Block block;
};
struct If {
    std::vector<IfArm> arms;
    std::optional<Block> otherwise;
};
struct SplitArm {
    std::int64_t percent_scaled = 0;
    std::string name;
    Block block;
    Span span;
};
struct Split {
    std::vector<SplitArm> arms;
};
struct Experiment {
    Name name;
    std::optional<EventPattern> measure;
    Duration measure_within;
    std::int64_t holdout_scaled = 0;
    std::int64_t winner_after = 0;
    bool bandit = false;
    std::vector<SplitArm> variants;
};
struct Repeat {
    std::int64_t times = 0;
    CondPtr until;
    Block block;
};
struct SetStep {
    Path path;
    ValueExpr value;
};
struct AddStep {
    ValueExpr value;
    Path path;
};
struct RemoveStep {
    ValueExpr value;
    Path path;
};
struct ClearStep {
    Path path;
};
struct CallStep {
    Name webhook;
    std::vector<Arg> args;
};
struct RecordStep {
    Name event;
    std::vector<Arg> args;
};
struct StopStep {
    std::string because;
};  // empty: no reason given
struct StartFlowStep {
    Name flow;
};
struct MoveStep {
    Name state;
};  // move customer to State

struct Step {
    std::variant<WaitDuration, WaitUntil, WaitForEvent, WaitUpTo, Send, If, Split, Experiment,
                 Repeat, SetStep, AddStep, RemoveStep, ClearStep, CallStep, RecordStep, StopStep,
                 StartFlowStep, MoveStep>
        node;
    std::string label;  // without the @; empty: none
    Span label_span;
    Span span;  // from the first keyword to the end of the step's own line(s), blocks excluded
};

// ---- declarations

struct FieldDecl {
    std::string name;
    Span name_span;
    Type type;
    bool optional = false, personal = false, predicted = false, key = false;
    std::optional<ValueExpr> default_value;
    Span span;
};
struct CustomerDecl {
    std::vector<FieldDecl> fields;
};
struct EventDecl {
    Name name;
    bool catalog = false;
    std::string from;
    std::vector<FieldDecl> fields;
};

struct UsesDecl {  // uses Checkout Started as cart | uses code text
    std::optional<Name> event;
    std::string word;
    std::optional<FieldDecl> field;
    Span span;
};
/// A quoted text with its span; the span covers the text between the quotes.
struct Text {
    std::string text;
    Span span;
};
struct EmailContent {
    std::optional<Text> subject, preview, body;
    bool body_is_file = false;
    Span span;
};
struct MessageDecl {
    Name name;
    std::optional<Name> topic;
    bool transactional = false;
    Span transactional_span;
    std::vector<UsesDecl> uses;
    std::optional<EmailContent> email;
    std::optional<Text> sms;
};
struct SegmentDecl {
    Name name;
    Cond when;
};

struct StateDecl {
    Name name;
    CondPtr when, enters, leaves;
    bool otherwise = false, final_state = false;
    std::optional<Duration> stays_at_least;
};
struct TransitionDecl {        // from A|any to B when <event or cond> | after D
    std::optional<Name> from;  // empty: any
    Name to;
    CondPtr when;
    std::optional<EventPattern> on;
    std::optional<Duration> after;
    Span span;
};
struct LifecycleDecl {
    Name name;
    std::optional<Name> starts_in;
    std::vector<StateDecl> states;
    std::vector<TransitionDecl> transitions;
};

struct QuietHours {
    std::optional<Channel> channel;
    TimeOfDay from, to;
    bool skip = false;
    std::optional<Duration> hold_up_to;
    Span span;
};
struct Cap {
    std::int64_t count = 0;
    std::string kind;  // "sms" | "emails" | "messages"
    Duration per;      // hour = 3600 seconds; day, week, month = calendar
    Span span;
};
struct ConsentRule {
    Channel channel;
    Cond when;
    Span span;
};
struct PolicyDecl {
    Name name;
    std::optional<Path> time_zone;
    std::optional<Text> fallback_zone;
    Span time_zone_span;
    std::vector<ConsentRule> consent;
    std::vector<QuietHours> quiet_hours;
    std::vector<Cap> caps;
    std::optional<std::int64_t> holdout_scaled;  // percent x 10'000
    Span holdout_span;
    std::vector<std::string> transactional_skips;  // "caps" | "quiet hours" | "holdout"
    std::optional<Duration> stale_after;
};
struct WebhookDecl {
    Name name;
    Text url;
    std::optional<Text> secret;
    std::int64_t retry_times = 0;
};

struct StateChange {  // customer enters X | leaves X | moves from X to Y
    enum class Kind : std::uint8_t { enters, leaves, moves } kind = Kind::enters;
    Name state;
    Name to;
    Span span;
};
struct StartWhenEvent {
    EventPattern event;
    std::string binding;
    Span binding_span;
    CondPtr for_customers_with;  // catalog fan-out
};
struct StartWhenState {
    StateChange change;
};
struct StartDate {
    std::optional<Duration> offset;
    bool before = true;
    Path path;
    bool every_year = false;
    std::optional<TimeOfDay> at;
};
struct StartEvery {
    std::string what;
    Name day;
    TimeOfDay at;
    std::optional<Name> in_state;
};  // what: day|weekday|named

struct HeaderStart {
    std::variant<StartWhenEvent, StartWhenState, StartDate, StartEvery> node;
};
struct HeaderOnlyIf {
    CondPtr cond;  // never null
};
struct HeaderReEntry {
    enum class Kind : std::uint8_t { never, any_time, after } kind = Kind::any_time;
    Duration after;
};
struct HeaderOneRunPer {
    Path path;
};
struct HeaderWhileRunning {
    bool restart = false;
};
struct HeaderGoal {
    EventPattern event;
    bool since_entry = false;
    std::optional<Duration> within;
};
struct HeaderEndsWhen {
    std::variant<EventPattern, StateChange, CondPtr> node;
};
struct HeaderPriority {
    std::string level;
};  // low | normal | high
struct HeaderHoldout {
    std::int64_t percent_scaled = 0;
};
struct Header {
    std::variant<HeaderStart, HeaderOnlyIf, HeaderReEntry, HeaderOneRunPer, HeaderWhileRunning,
                 HeaderGoal, HeaderEndsWhen, HeaderPriority, HeaderHoldout>
        node;
    Span span;
};
struct FlowDecl {
    Name name;
    std::string description;
    std::vector<Header> headers;
    Block steps;
};

/// `{ word value … }` of given, at and event rows in tests.
struct Prop {
    std::string word;
    Span span;
    std::vector<ValueExpr> values;
    bool is_list = false;
};
struct Moment {  // DATE TIME, or a duration after the test's clock
    std::optional<Date> date;
    TimeOfDay time;
    Duration after;
    Span span;
};
struct GivenCustomer {
    std::vector<Prop> props;
};
struct GivenEvent {
    Name event;
    Duration ago;
    std::vector<Prop> props;
};
struct AtCustomer {
    Moment at;
    std::vector<Prop> props;
};
struct AtEvent {
    Moment at;
    Name event;
    std::vector<Prop> props;
};
struct Advance {
    Duration duration;
};
struct ExpectNothing {};
struct ExpectNo {
    Channel channel;
    std::optional<Name> message;
};
struct ExpectAtSend {
    Moment at;
    Recipient what;
};
struct ExpectAtCall {
    Moment at;
    Name webhook;
};
struct ExpectCount {
    std::int64_t count = 0;
    std::string kind;
};  // emails | sms | messages
struct ExpectGoal {};
struct ExpectEnded {
    std::optional<std::string> because;
};
struct ExpectCond {
    CondPtr cond;  // never null
};
struct TestItem {
    std::variant<GivenCustomer, GivenEvent, AtCustomer, AtEvent, Advance, ExpectNothing, ExpectNo,
                 ExpectAtSend, ExpectAtCall, ExpectCount, ExpectGoal, ExpectEnded, ExpectCond>
        node;
    Span span;
};
struct TestDecl {
    Text title;
    Name flow;
    std::optional<Date> clock_date;
    TimeOfDay clock_time;
    std::vector<TestItem> items;
};
/// @old moves to @new | @old stops
struct LabelChange {
    std::string from, to;  // without the @; `to` empty: stops
    Span span;
};
struct ChangeDecl {  // change Flow { … }: what a deploy does with people inside
    Name flow;
    std::vector<LabelChange> labels;
    std::optional<Name> was_named;
};

struct Decl {
    std::variant<CustomerDecl, EventDecl, MessageDecl, SegmentDecl, LifecycleDecl, PolicyDecl,
                 WebhookDecl, FlowDecl, TestDecl, ChangeDecl>
        node;
    Span span;  // of the declaring keyword and name
};

struct File {
    std::uint32_t file = 0;  // index into SourceSet::files
    std::vector<Decl> decls;
};

}  // namespace sluice::dsl::ast
