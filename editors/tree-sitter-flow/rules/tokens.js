/** Words, names, numbers and texts: dsl/parser/lexer.cpp. */
/// <reference types="tree-sitter-cli/dsl" />

// The same bytes that the lexer takes for letters: above Latin-1's signs, without the blocks of
// punctuation (U+2000-2FFF), private use and forms (U+F000-FFFF), and pictures (U+1F000-1FFFF).
const SMALL_FOREIGN = "\\u{DF}-\\u{FF}";
const OTHER_FOREIGN =
  "\\u{C0}-\\u{DE}\\u{100}-\\u{1FFF}\\u{3000}-\\u{EFFF}\\u{10000}-\\u{1EFFF}\\u{20000}-\\u{10FFFF}";
const IN_WORD = `[A-Za-z0-9_${SMALL_FOREIGN}${OTHER_FOREIGN}]`;
const REST_OF_WORD = `${IN_WORD}*(-[A-Za-z0-9]${IN_WORD}*)*`;
const CAPITALISED = `[A-Z${OTHER_FOREIGN}]${REST_OF_WORD}`;

const regex = (text) => new RegExp(text, "u");

module.exports = {
  comment: (_) => /#[^\n]*/,
  word: (_) => regex(`[a-z${SMALL_FOREIGN}]${REST_OF_WORD}`),
  name: (_) => regex(`${CAPITALISED}( ${CAPITALISED})*`),
  number: (_) => /-?\d+(\.\d+)?/,
  percent: (_) => /-?\d+(\.\d+)?%/,
  time: (_) => /\d{1,2}:\d{2}/,
  date: (_) => /\d{4}-\d{1,2}-\d{1,2}/,
  label: (_) => regex(`@${IN_WORD}${REST_OF_WORD}`),

  string: ($) =>
    seq(
      '"',
      repeat(choice($._plain, $.escape, $.placeholder)),
      token.immediate('"'),
    ),
  _plain: (_) => token.immediate(prec(1, /[^"\\{\r\n]+|\{/)),
  escape: (_) => token.immediate(prec(1, /\\[^\r\n]/)),
  placeholder: (_) => token.immediate(prec(2, /\{\s*[A-Za-z_][^{}"\r\n]*\}/)),

  _name: ($) => choice($.name, alias($.string, $.quoted_name)),
};
