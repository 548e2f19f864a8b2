/** Tests of flows. */
/// <reference types="tree-sitter-cli/dsl" />
const { braces, commas } = require("./common");

module.exports = {
  test: ($) =>
    seq(
      "test",
      field("title", $.string),
      "for",
      field("flow", $._name),
      braces(
        choice(
          $.clock,
          seq("given", choice($.given_customer, $.given_event)),
          $.at_customer,
          $.at_event,
          $.advance,
          seq("expect", $._expectation),
        ),
      ),
    ),
  clock: ($) => seq("clock", $.date, $.time),
  given_customer: ($) => seq("customer", $._props),
  given_event: ($) =>
    seq(field("event", $._name), $.duration, "ago", optional($._props)),
  at_customer: ($) => seq("at", $.moment, "customer", $._props),
  at_event: ($) =>
    seq("at", $.moment, field("event", $._name), optional($._props)),
  advance: ($) => seq("advance", $.duration),
  _expectation: ($) =>
    choice(
      $.expect_nothing,
      $.expect_no,
      $.expect_send,
      $.expect_call,
      $.expect_count,
      $.expect_goal,
      $.expect_ended,
      $.expect_condition,
    ),
  expect_nothing: (_) => seq("nothing", "sent"),
  expect_no: ($) =>
    seq("no", $._channel, optional(field("message", $._name))),
  expect_send: ($) =>
    seq("at", $.moment, $._channel, field("message", $._name)),
  expect_call: ($) => seq("at", $.moment, "call", field("webhook", $._name)),
  expect_count: ($) => seq($.number, $._messages, "sent"),
  expect_goal: (_) => seq("goal", "reached"),
  expect_ended: ($) => seq("ended", optional(seq("because", $.string))),
  expect_condition: ($) => $.condition,
  moment: ($) => choice(seq($.date, $.time), $.duration),
  _props: ($) => braces($.prop),
  prop: ($) => seq(field("name", $.word), choice(alias($._values, $.list), $.value)),
  _values: ($) => seq("[", optional(commas($.value)), "]"),
};
