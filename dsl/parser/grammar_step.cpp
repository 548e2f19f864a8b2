#include "dsl/parser/grammar.hpp"

namespace sluice::dsl::parser {

namespace {

constexpr Habit kElse(TokenKind::word, kw("else"), "otherwise");
constexpr Habit kElif(TokenKind::word, kw("elif"), "otherwise if");
constexpr Habit kElsif(TokenKind::word, kw("elsif"), "otherwise if");

using Until = x3::rule<struct UntilRule>;
using Wait = x3::rule<struct WaitRule>;
using Send = x3::rule<struct SendRule>;
using Args = x3::rule<struct ArgsRule>;
using Fork = x3::rule<struct ForkRule>;
using Change = x3::rule<struct ChangeRule>;
using Header = x3::rule<struct HeaderRule>;

const Until until{"a time, a day, a date or `between`"};
const Wait wait{"a wait"};
const Send send{"a send"};
const Args args{"a word to pass on, such as `cart` or `code = \"HELLO\"`"};
const Fork fork_step{"a branching step"};
const Change change_step{"a change"};
const Header header{"a header line"};

const auto at_time = "at"_k > kTime;

// ---- wait

const auto if_missing = named("`, if missing stop` or `, if missing skip`",
                              kComma > "if"_k > "missing"_k >
                                  Choice(Node::kind, "`stop` or `skip`", {kw("stop"), kw("skip")}));

const auto until_def =
    node(Node::until_time, kTime) | node(Node::until_date, kDate > -at_time) |
    node(Node::until_between,
         "between"_k > kTime > "and"_k > kTime > -("on"_k > "a"_k > "weekday"_k)) |
    node(Node::until_best, "best"_k >> kChannel > "time"_k > "within"_k > duration) |
    node(Node::until_day_kind, "a"_k > kDayKind > "at"_k > kTime) |
    node(Node::until_day, kName > "at"_k > kTime) |
    node(Node::until_path, duration > kBeforeAfter > path > -at_time > if_missing) |
    node(Node::until_path, path > -at_time > if_missing);

const auto branch = node(
    Node::branch, "on"_k > named("`timeout` or an event",
                                 "timeout"_k | (event_pattern > -("as"_k > kOperand))) > block);
const auto branches = braces(Place::branches, branch);

const auto wait_def =
    "wait"_k >
    named("a duration, `until`, `for` an event or `up to`",
          node(Node::wait_event, "for"_k > event_pattern > "up"_k > "to"_k > duration > -branches) |
              node(Node::wait_up_to, "up"_k > "to"_k > duration >
                                         named("`{` and the branches of the wait", branches)) |
              node(Node::wait_until, "until"_k > until) |
              node(Node::wait_duration, duration > -(kComma > "then"_k > "until"_k > until)));

// ---- send, call, record

const auto arg = node(Node::arg, kOperand > -(kAssign > value));
const auto args_def = node(Node::args, arg >> *(kComma > named("a word to pass on", arg)));

const auto best_time = node(Node::best_time, "at"_k >> "best"_k > "time"_k > "within"_k > duration);
const auto not_sent = node(Node::not_sent, "if"_k >> "not"_k >> "sent"_k > block);

const auto send_def = node(Node::send, "send"_k > node(Node::recipient, kChannel > kName) >
                                           -node(Node::alternative, "or"_k > kChannel > kName) >
                                           -("with"_k > args) > -best_time > -not_sent);

// ---- if, split, experiment, repeat

const auto otherwise = "otherwise"_k | kElse;
const auto another_if = (otherwise >> "if"_k) | kElif | kElsif;

const auto split_arm = node(Node::split_arm, kPercent > -(kSameLine >> kName) > block);

const auto experiment_line =
    node(Node::measure, "measure"_k > event_pattern > "within"_k > duration) |
    node(Node::holdout, "holdout"_k > kPercent) |
    node(Node::winner, "winner"_k > "after"_k > kNumber > "customers"_k) |
    node(Node::bandit, "choose"_k > "by"_k > "bandit"_k) |
    node(Node::variant, "variant"_k > kName > kPercent > block);

const auto fork_step_def =
    node(Node::if_step, "if"_k > node(Node::arm, condition > block) >
                            *node(Node::arm, another_if > condition > block) >
                            -node(Node::otherwise, otherwise > block)) |
    node(Node::split,
         "split"_k > named("`{` and the parts of the split", braces(Place::split, split_arm))) |
    node(Node::experiment,
         "experiment"_k > kName > named("`{` and the lines of the experiment",
                                        braces(Place::experiment, experiment_line))) |
    node(Node::repeat,
         "repeat"_k > "up"_k > "to"_k > kNumber > "times"_k > -("until"_k > condition) > block);

// ---- the short steps

const auto change_step_def = node(Node::set, "set"_k > path > "to"_k > value) |
                             node(Node::add, "add"_k > value > "to"_k > path) |
                             node(Node::remove, "remove"_k > value > "from"_k > path) |
                             node(Node::clear, "clear"_k > path) |
                             node(Node::call, "call"_k > kName > -("with"_k > args)) |
                             node(Node::record, "record"_k > kName > -("with"_k > args)) |
                             node(Node::stop, "stop"_k > -("because"_k > kText)) |
                             node(Node::start_flow, "start"_k > "flow"_k > kName) |
                             node(Node::move, "move"_k > "customer"_k > "to"_k > kName);

const auto step =
    node(Node::step, (wait | send | fork_step | change_step) > -(kSameLine >> kLabel));

const auto block_def = node(Node::block, braces(Place::block, step));

// ---- the header of a flow

const auto change_of_state_def =
    node(Node::change_of_state, ("enters"_k > kName) | ("leaves"_k > kName) |
                                    ("moves"_k > "from"_k > kName > "to"_k > kName));

const auto customer_moves = "customer"_k >> change_of_state;

const auto every_year = -("every"_k > "year"_k);

const auto fan_out = node(Node::fan_out, kComma > "for"_k > "customers"_k > "with"_k > history);

const auto start =
    node(Node::start_state, "when"_k >> "customer"_k > change_of_state) |
    node(Node::start_event,
         "when"_k > named("an event such as `Order Placed`, or `customer enters`", event_pattern) >
             -("as"_k > kOperand) > -fan_out) |
    node(Node::start_date, "on"_k > path > every_year > -at_time) |
    node(Node::start_every, "every"_k >
                                named("`day`, `weekday` or a day such as `Monday`",
                                      Choice(Node::kind, "", {kw("day"), kw("weekday")}) | kName) >
                                "at"_k > kTime > -("for"_k > "customers"_k > "in"_k > kName)) |
    node(Node::start_date, duration > kBeforeAfter > path > every_year > -at_time);

const auto header_def =
    ("starts"_k > named("`when`, `on`, `every` or a duration", start)) |
    node(Node::only_if, "only"_k > "if"_k > condition) |
    node(Node::re_entry,
         "re-entry"_k > named("`never`, `any time` or `after`",
                              "never"_k | ("any"_k > "time"_k) | ("after"_k > duration))) |
    node(Node::one_run, "one"_k > "run"_k > "per"_k > path) |
    node(Node::while_running, "while"_k > "running"_k > Choice(Node::kind, "`ignore` or `restart`",
                                                               {kw("ignore"), kw("restart")})) |
    node(Node::goal,
         "goal"_k > event_pattern > -("since"_k > "entry"_k) > -("within"_k > duration)) |
    node(Node::ends_when, "ends"_k > "when"_k > named("an event, a condition or `customer leaves`",
                                                      customer_moves | event_pattern | condition)) |
    node(Node::priority, "priority"_k > Choice(Node::kind, "`low`, `normal` or `high`",
                                               {kw("low"), kw("normal"), kw("high")})) |
    node(Node::flow_holdout, "holdout"_k > kPercent);

const auto flow_body_def = braces(Place::flow, node(Node::header, header) | step);

BOOST_SPIRIT_DEFINE(until, wait, send, args, fork_step, change_step, header)

}  // namespace

SLUICE_RULE(Block, block)
SLUICE_RULE(ChangeOfState, change_of_state)
SLUICE_RULE(FlowBody, flow_body)

}  // namespace sluice::dsl::parser
