#include "dsl/parser/grammar.hpp"
#include "dsl/parser/grammar_entry.hpp"

namespace sluice::dsl::parser {

namespace {

using Field = x3::rule<struct FieldRule>;
using FieldType = x3::rule<struct FieldTypeRule>;
using Audience = x3::rule<struct AudienceRule>;
using Rules = x3::rule<struct RulesRule>;

const Field field{"a field"};
const FieldType field_type{
    "a type such as `text`, `number`, `money` or `date`\x1ftime timezone yes-no list one"};
const Audience audience{"a segment or lifecycle"};
const Rules rules{"a policy, webhook or change"};

const auto text_list = kText > *(kComma > kText);

// ---- customer, event, message

const auto field_type_def =
    node(Node::type, ("list"_k > "of"_k > "text"_k) | ("one"_k > "of"_k > text_list) |
                         Choice(Node::kind, "",
                                {kw("text"), kw("number"), kw("money"), kw("date"), kw("time"),
                                 kw("timezone"), kw("yes-no")}));

const auto literal =
    node(Node::value, kNumber | kText | "yes"_k | "no"_k | "today"_k | kDate | kTime);

const auto field_def = node(
    Node::field, kWord > field_type >
                     *("optional"_k | "personal"_k | "predicted"_k | "key"_k |
                       ("default"_k > named("a value such as `0`, `\"text\"` or `yes`", literal))));

const auto customer = node(Node::customer, "customer"_k > braces(Place::customer, field));

const auto event =
    node(Node::event,
         "catalog"_k > "event"_k > kName > -("from"_k > kText) > -braces(Place::event, field)) |
    node(Node::event, "event"_k > kName > -("from"_k > kText) > -braces(Place::event, field));

const auto email_line =
    node(Node::subject, "subject"_k > kText) | node(Node::preview, "preview"_k > kText) |
    node(Node::body, "body"_k > named("`file` or a text in quotes", kText | ("file"_k > kText)));

const auto message_line = node(Node::topic, "topic"_k > kName) |
                          node(Node::transactional, "transactional"_k) |
                          node(Node::uses, "uses"_k > named("an event, or a word and its type",
                                                            (kName > "as"_k > kOperand) | field)) |
                          node(Node::email, "email"_k > braces(Place::email, email_line)) |
                          node(Node::sms, "sms"_k > kText);

const auto message =
    node(Node::message, "message"_k > kName > braces(Place::message, message_line));

// ---- segment, lifecycle

const auto stays = node(Node::stays, "stays"_k > "at"_k > "least"_k > duration);

const auto state_line = node(Node::enters, "enters"_k > "when"_k > condition) |
                        node(Node::leaves, "leaves"_k > "when"_k > condition) | stays | "final"_k;

const auto state = node(
    Node::state, "state"_k > kName > -"final"_k > -(("when"_k > condition) | "otherwise"_k |
                                                    braces(Place::state, state_line)) > -"final"_k);

const auto transition =
    node(Node::transition,
         "from"_k > named("a state or `any`", "any"_k | kName) > "to"_k > kName >
             named("`when` or `after`",
                   ("when"_k > named("an event or a condition", event_pattern | condition)) |
                       ("after"_k > duration)));

const auto starts_in = node(Node::starts_in, "starts"_k > "in"_k > kName);

const auto audience_def =
    node(Node::segment, "segment"_k > kName > "when"_k > condition) |
    node(Node::lifecycle,
         "lifecycle"_k > kName > braces(Place::lifecycle, state | transition | starts_in));

// ---- policy, webhook, change

const auto skipped = node(Node::kind, "caps"_k | ("quiet"_k > "hours"_k) | "holdout"_k);
const auto skipped_named = named("`caps`, `quiet hours` or `holdout`", skipped);

const auto policy_line =
    node(Node::time_zone, "time"_k > "zone"_k > path > -(kComma > "otherwise"_k > kText)) |
    node(Node::consent, "consent"_k > kChannel > "when"_k > condition) |
    node(Node::quiet_hours,
         "quiet"_k > "hours"_k > -kChannel > "from"_k > kTime > "to"_k > kTime >
             -(kComma > named("`hold up to` or `skip`",
                              "skip"_k | ("hold"_k > "up"_k > "to"_k > duration)))) |
    node(Node::cap, "cap"_k > kNumber > kMessages > "per"_k >
                        named("a period such as `day` or `7 days`", duration | kUnit)) |
    node(Node::policy_holdout, "holdout"_k > kPercent > "of"_k > "customers"_k) |
    node(Node::skips, "transactional"_k > "skips"_k > skipped_named > *(kComma > skipped_named)) |
    node(Node::stale, "stale"_k > "after"_k > duration);

const auto webhook_line = node(Node::post, "post"_k > kText) |
                          node(Node::secret, "secret"_k > kText) |
                          node(Node::retry, "retry"_k > kNumber > "times"_k);

const auto change_line =
    (kLabel > named("`moves to` or `stops`", "stops"_k | ("moves"_k > "to"_k > kLabel))) |
    ("was"_k > "named"_k > kName);

const auto rules_def =
    node(Node::policy, "policy"_k > kName > braces(Place::policy, policy_line)) |
    node(Node::webhook, "webhook"_k > kName > braces(Place::webhook, webhook_line)) |
    node(Node::change, "change"_k > kName > braces(Place::change, change_line));

// ---- the file

const auto flow = node(Node::flow, "flow"_k > kName > -kText > flow_body);

const auto declaration_def =
    flow | customer | event | message | audience | rules | test_declaration;

const auto file_rule_def = *(statement(Place::file, declaration) | Unknown(Place::file));

BOOST_SPIRIT_DEFINE(field, field_type, audience, rules)

}  // namespace

SLUICE_RULE(DeclRule, declaration)
SLUICE_RULE(FileRule, file_rule)

void run_grammar(const Token* first, const Token* last, Recorder& recorder) {
    const Context context = x3::make_context<RecorderTag>(recorder);
    file_rule.parse(first, last, context, x3::unused, x3::unused);
}

}  // namespace sluice::dsl::parser
