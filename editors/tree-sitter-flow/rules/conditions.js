/** Conditions, and the parts they are made of. */
/// <reference types="tree-sitter-cli/dsl" />
const { commas } = require("./common");

module.exports = {
  condition: ($) =>
    seq($._primary, repeat(seq(choice("and", "or"), $._primary))),
  _primary: ($) =>
    choice(
      $.paren,
      $.negation,
      $.history,
      $.last_field,
      $.recency,
      $.aggregate,
      $.can_get,
      $.is_in,
      $.been_in,
      $.today_is,
      $.now_between,
      $.compare,
    ),
  paren: ($) => seq("(", $.condition, ")"),
  negation: ($) => seq("not", $._primary),
  compare: ($) => seq($.path, $._comparison),

  _comparison: ($) =>
    choice($.known, $.one_of, $.before_after, $.in_the, $.contains, $.sign),
  known: (_) => seq("is", optional("not"), choice("known", "unknown")),
  one_of: ($) => seq("is", "one", "of", $.list),
  before_after: ($) => seq("is", choice("before", "after"), $.value),
  in_the: ($) => seq("is", "in", "the", choice("next", "last"), $.duration),
  contains: ($) =>
    seq(choice("contains", seq("does", "not", "contain")), $.value),
  sign: ($) =>
    seq(choice(seq("is", optional("not")), ">", ">=", "<", "<="), $.value),
  list: ($) => seq("[", commas($.value), "]"),

  history: ($) =>
    seq(
      $.quantity,
      choice(
        $.messages,
        seq($.pattern, optional($.followed), optional($.window)),
      ),
    ),
  quantity: ($) =>
    choice(
      "any",
      "no",
      "none",
      seq("at", choice("least", "most"), $.number),
      seq(choice("more", "fewer"), "than", $.number),
      seq("exactly", $.number),
    ),
  messages: ($) =>
    seq(
      "of",
      "the",
      "last",
      $.number,
      $._messages,
      "were",
      choice("opened", "clicked", "delivered", "bounced", "ignored"),
    ),
  pattern: ($) =>
    seq(
      field("event", $._name),
      optional(seq("where", choice($.paren, $.compare))),
    ),
  followed: ($) =>
    seq(
      optional("not"),
      "followed",
      "by",
      $.pattern,
      "within",
      $.duration,
    ),
  window: ($) =>
    choice(
      seq("in", "the", "last", $.duration),
      seq("since", choice("entry", $.date, seq("the", "last", $._name))),
      seq("before", "entry"),
    ),
  last_field: ($) =>
    seq(
      choice("last", "first"),
      field("event", $._name),
      ".",
      field("field", $.word),
      $._comparison,
    ),
  recency: ($) =>
    seq(
      choice("last", "first"),
      $.pattern,
      "was",
      choice(
        seq(choice("more", "less"), "than", $.duration, "ago"),
        seq("between", $.duration, "and", $.duration, "ago"),
      ),
    ),
  aggregate: ($) =>
    seq(
      choice(
        seq(
          choice(
            seq(choice("total", "average", "highest", "lowest"), "of"),
            seq("number", "of", "different"),
          ),
          field("event", $._name),
          ".",
          field("field", $.word),
          optional(seq("where", choice($.paren, $.compare))),
          optional($.window),
        ),
        seq(
          choice(seq("count", "of"), seq("days", "between")),
          $.pattern,
          optional($.window),
        ),
        seq("intent", "of", $.pattern, "with", "half-life", $.duration),
        seq(
          "engagement",
          "with",
          $._channel,
          optional(seq("in", "the", "last", $.number, $._messages)),
        ),
      ),
      $._comparison,
    ),
  can_get: ($) => seq("customer", "can", "get", $._channel),
  is_in: ($) =>
    seq("customer", "is", optional("not"), "in", field("audience", $._name)),
  been_in: ($) =>
    seq(
      "customer",
      "has",
      "been",
      "in",
      field("audience", $._name),
      "for",
      choice("more", "less"),
      "than",
      $.duration,
    ),
  today_is: ($) =>
    seq(
      "today",
      "is",
      choice(
        seq("a", choice("weekday", "weekend")),
        seq(choice("before", "after"), $.date),
        field("day", $._name),
      ),
    ),
  now_between: ($) => seq("now", "is", "between", $.time, "and", $.time),

  _channel: (_) => choice("email", "sms"),
  _messages: (_) => choice("emails", "sms", "messages", "email", "message"),
  duration: ($) => repeat1(seq($.number, $.unit)),
  unit: (_) =>
    choice(
      "second",
      "seconds",
      "minute",
      "minutes",
      "hour",
      "hours",
      "day",
      "days",
      "week",
      "weeks",
      "month",
      "months",
      "year",
      "years",
    ),
  // A condition may begin with these words; where none of its forms follows, they are data.
  path: ($) => seq(choice($.word, $._soft_word), repeat(seq(".", $.word))),
  _soft_word: ($) =>
    prec(
      -1,
      alias(
        choice(
          "customer",
          "last",
          "first",
          "total",
          "average",
          "highest",
          "lowest",
          "number",
          "count",
          "days",
          "intent",
          "engagement",
        ),
        $.word,
      ),
    ),
  value: ($) =>
    choice(
      $.number,
      $.string,
      $.date,
      $.time,
      $.percent,
      "yes",
      "no",
      "today",
      "now",
      $.name,
      $.path,
    ),
};
