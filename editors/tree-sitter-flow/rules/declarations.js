/** Everything a file may hold but flows and tests. */
/// <reference types="tree-sitter-cli/dsl" />
const { braces, commas } = require("./common");

module.exports = {
  _declaration: ($) =>
    choice(
      $.flow,
      $.customer,
      $.event,
      $.message,
      $.segment,
      $.lifecycle,
      $.policy,
      $.webhook,
      $.test,
      $.change,
    ),

  customer: ($) => seq("customer", braces($.field)),
  event: ($) =>
    seq(
      optional("catalog"),
      "event",
      field("name", $._name),
      optional(seq("from", field("source", $.string))),
      optional(braces($.field)),
    ),
  field: ($) =>
    seq(
      field("name", $.word),
      field("type", $.type),
      repeat(
        choice(
          "optional",
          "personal",
          "predicted",
          "key",
          seq("default", field("default", alias($._literal, $.value))),
        ),
      ),
    ),
  type: ($) =>
    choice(
      "text",
      "number",
      "money",
      "date",
      "time",
      "timezone",
      "yes-no",
      seq("list", "of", "text"),
      seq("one", "of", commas($.string)),
    ),
  _literal: ($) =>
    choice($.number, $.string, "yes", "no", "today", $.date, $.time),

  message: ($) =>
    seq(
      "message",
      field("name", $._name),
      braces(choice($.topic, $.transactional, $.uses, $.email, $.sms)),
    ),
  topic: ($) => seq("topic", field("name", $._name)),
  transactional: (_) => "transactional",
  uses: ($) =>
    seq(
      "uses",
      choice(seq(field("event", $._name), "as", field("binding", $.word)), $.field),
    ),
  email: ($) => seq("email", braces(choice($.subject, $.preview, $.body))),
  subject: ($) => seq("subject", $.string),
  preview: ($) => seq("preview", $.string),
  body: ($) => seq("body", choice($.string, seq("file", $.string))),
  sms: ($) => seq("sms", $.string),

  segment: ($) => seq("segment", field("name", $._name), "when", $.condition),

  lifecycle: ($) =>
    seq(
      "lifecycle",
      field("name", $._name),
      braces(choice($.state, $.transition, $.starts_in)),
    ),
  starts_in: ($) => seq("starts", "in", field("state", $._name)),
  state: ($) =>
    seq(
      "state",
      field("name", $._name),
      optional("final"),
      optional(seq($._state_rule, optional("final"))),
    ),
  _state_rule: ($) =>
    choice(
      seq("when", $.condition),
      "otherwise",
      braces(choice($.enters, $.leaves, $.stays, "final")),
    ),
  enters: ($) => seq("enters", "when", $.condition),
  leaves: ($) => seq("leaves", "when", $.condition),
  stays: ($) => seq("stays", "at", "least", $.duration),
  transition: ($) =>
    seq(
      "from",
      choice("any", field("from", $._name)),
      "to",
      field("to", $._name),
      choice(
        seq("when", choice($.pattern, $.condition)),
        seq("after", $.duration),
      ),
    ),

  policy: ($) =>
    seq(
      "policy",
      field("name", $._name),
      braces(
        choice(
          $.time_zone,
          $.consent,
          $.quiet_hours,
          $.cap,
          $.policy_holdout,
          $.skips,
          $.stale,
        ),
      ),
    ),
  time_zone: ($) =>
    seq("time", "zone", $.path, optional(seq(",", "otherwise", $.string))),
  consent: ($) => seq("consent", $._channel, "when", $.condition),
  quiet_hours: ($) =>
    seq(
      "quiet",
      "hours",
      optional($._channel),
      "from",
      $.time,
      "to",
      $.time,
      optional(
        seq(",", choice("skip", seq("hold", "up", "to", $.duration))),
      ),
    ),
  cap: ($) =>
    seq("cap", $.number, $._messages, "per", choice($.duration, $.unit)),
  policy_holdout: ($) => seq("holdout", $.percent, "of", "customers"),
  skips: ($) =>
    seq(
      "transactional",
      "skips",
      commas(choice("caps", seq("quiet", "hours"), "holdout")),
    ),
  stale: ($) => seq("stale", "after", $.duration),

  webhook: ($) =>
    seq(
      "webhook",
      field("name", $._name),
      braces(choice($.post, $.secret, $.retry)),
    ),
  post: ($) => seq("post", $.string),
  secret: ($) => seq("secret", $.string),
  retry: ($) => seq("retry", $.number, "times"),

  change: ($) =>
    seq(
      "change",
      field("name", $._name),
      braces(choice($._moved, seq("was", "named", $._name))),
    ),
  _moved: ($) =>
    seq($.label, choice("stops", seq("moves", "to", $.label))),
};
