/** A flow: its headers and its steps. */
/// <reference types="tree-sitter-cli/dsl" />
const { at_time, braces, commas } = require("./common");

module.exports = {
  flow: ($) =>
    seq(
      "flow",
      field("name", $._name),
      field("description", optional($.string)),
      braces(choice($.header, $.step)),
    ),
  header: ($) =>
    choice(
      seq(
        "starts",
        choice($.start_event, $.start_state, $.start_date, $.start_every),
      ),
      $.only_if,
      $.re_entry,
      $.one_run,
      $.while_running,
      $.goal,
      $.ends_when,
      $.priority,
      $.flow_holdout,
    ),
  start_event: ($) =>
    seq(
      "when",
      $.pattern,
      optional(seq("as", field("binding", $.word))),
      optional($.fan_out),
    ),
  fan_out: ($) => seq(",", "for", "customers", "with", $.history),
  start_state: ($) => seq("when", "customer", $.change_of_state),
  start_date: ($) =>
    seq(
      choice("on", seq($.duration, choice("before", "after"))),
      $.path,
      optional(seq("every", "year")),
      optional(at_time($)),
    ),
  start_every: ($) =>
    seq(
      "every",
      choice("day", "weekday", field("day", $._name)),
      at_time($),
      optional(seq("for", "customers", "in", field("audience", $._name))),
    ),
  change_of_state: ($) =>
    choice(
      seq("enters", field("state", $._name)),
      seq("leaves", field("state", $._name)),
      seq("moves", "from", field("from", $._name), "to", field("to", $._name)),
    ),
  only_if: ($) => seq("only", "if", $.condition),
  re_entry: ($) =>
    seq(
      "re-entry",
      choice("never", seq("any", "time"), seq("after", $.duration)),
    ),
  one_run: ($) => seq("one", "run", "per", $.path),
  while_running: (_) => seq("while", "running", choice("ignore", "restart")),
  goal: ($) =>
    seq(
      "goal",
      $.pattern,
      optional(seq("since", "entry")),
      optional(seq("within", $.duration)),
    ),
  ends_when: ($) =>
    seq(
      "ends",
      "when",
      choice(seq("customer", $.change_of_state), $.pattern, $.condition),
    ),
  priority: (_) => seq("priority", choice("low", "normal", "high")),
  flow_holdout: ($) => seq("holdout", $.percent),

  block: ($) => braces($.step),
  step: ($) => seq($._step, optional(field("label", $.label))),
  _step: ($) =>
    choice(
      seq(
        "wait",
        choice($.wait_event, $.wait_up_to, $.wait_until, $.wait_duration),
      ),
      $.send,
      $.if_step,
      $.split,
      $.experiment,
      $.repeat,
      $.set,
      $.add,
      $.remove,
      $.clear,
      $.call,
      $.record,
      $.stop,
      $.start_flow,
      $.move,
    ),

  wait_event: ($) =>
    seq("for", $.pattern, "up", "to", $.duration, optional($._branches)),
  wait_up_to: ($) => seq("up", "to", $.duration, $._branches),
  wait_until: ($) => seq("until", $._until),
  wait_duration: ($) =>
    seq($.duration, optional(seq(",", "then", "until", $._until))),
  _branches: ($) => braces($.branch),
  branch: ($) =>
    seq(
      "on",
      choice(
        "timeout",
        seq($.pattern, optional(seq("as", field("binding", $.word)))),
      ),
      $.block,
    ),

  _until: ($) =>
    choice(
      $.until_time,
      $.until_date,
      $.until_between,
      $.until_best,
      $.until_day_kind,
      $.until_day,
      $.until_path,
    ),
  until_time: ($) => $.time,
  until_date: ($) => seq($.date, optional(at_time($))),
  until_between: ($) =>
    seq(
      "between",
      $.time,
      "and",
      $.time,
      optional(seq("on", "a", "weekday")),
    ),
  until_best: ($) => seq("best", $._channel, "time", "within", $.duration),
  until_day_kind: ($) =>
    seq("a", choice("weekday", "weekend"), at_time($)),
  until_day: ($) => seq(field("day", $._name), at_time($)),
  until_path: ($) =>
    seq(
      optional(seq($.duration, choice("before", "after"))),
      $.path,
      optional(at_time($)),
      ",",
      "if",
      "missing",
      choice("stop", "skip"),
    ),

  send: ($) =>
    seq(
      "send",
      $.recipient,
      optional($.alternative),
      optional(seq("with", $.args)),
      optional($.best_time),
      optional($.not_sent),
    ),
  recipient: ($) => seq($._channel, field("message", $._name)),
  alternative: ($) => seq("or", $._channel, field("message", $._name)),
  args: ($) => commas($.arg),
  arg: ($) =>
    seq(field("name", $.word), optional(seq("=", field("value", $.value)))),
  best_time: ($) => seq("at", "best", "time", "within", $.duration),
  not_sent: ($) => prec.dynamic(1, seq("if", "not", "sent", $.block)),

  if_step: ($) =>
    seq(
      "if",
      $.arm,
      repeat(alias($._another_arm, $.arm)),
      optional($.otherwise),
    ),
  arm: ($) => seq($.condition, $.block),
  _another_arm: ($) => seq("otherwise", "if", $.condition, $.block),
  otherwise: ($) => seq("otherwise", $.block),

  split: ($) => seq("split", braces($.split_arm)),
  split_arm: ($) => seq($.percent, optional(field("name", $._name)), $.block),

  experiment: ($) =>
    seq(
      "experiment",
      field("name", $._name),
      braces(
        choice($.measure, $.holdout, $.winner, $.bandit, $.variant),
      ),
    ),
  measure: ($) => seq("measure", $.pattern, "within", $.duration),
  holdout: ($) => seq("holdout", $.percent),
  winner: ($) => seq("winner", "after", $.number, "customers"),
  bandit: (_) => seq("choose", "by", "bandit"),
  variant: ($) => seq("variant", field("name", $._name), $.percent, $.block),

  repeat: ($) =>
    seq(
      "repeat",
      "up",
      "to",
      $.number,
      "times",
      optional(seq("until", $.condition)),
      $.block,
    ),

  set: ($) => seq("set", $.path, "to", $.value),
  add: ($) => seq("add", $.value, "to", $.path),
  remove: ($) => seq("remove", $.value, "from", $.path),
  clear: ($) => seq("clear", $.path),
  call: ($) =>
    seq("call", field("webhook", $._name), optional(seq("with", $.args))),
  record: ($) =>
    seq("record", field("event", $._name), optional(seq("with", $.args))),
  stop: ($) => seq("stop", optional(seq("because", $.string))),
  start_flow: ($) => seq("start", "flow", field("flow", $._name)),
  move: ($) => seq("move", "customer", "to", field("state", $._name)),
};
