/**
 * The .flow language of Sluice, for colours, folding and outlines. What a file means is decided by
 * `sluice check` alone; tests/editors holds this grammar to the same tree as the compiler's parser.
 *
 * Rules carry the names of the compiler's tree (dsl/parser/tree.hpp), so that the two can be compared.
 */
/// <reference types="tree-sitter-cli/dsl" />
// @ts-check

module.exports = grammar({
  name: "flow",
  word: ($) => $.word,
  extras: ($) => [/[\s\u200B\uFEFF]/, $.comment],
  inline: ($) => [$._comparison, $._branches, $._props],

  // Behind a send, `if` is either `if not sent { … }` of that send or the next step.
  conflicts: ($) => [[$.send]],

  rules: {
    source_file: ($) => repeat($._declaration),
    ...require("./rules/tokens"),
    ...require("./rules/declarations"),
    ...require("./rules/flow"),
    ...require("./rules/conditions"),
    ...require("./rules/tests"),
  },
});
