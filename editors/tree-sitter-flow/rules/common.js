/** What several parts of the grammar share. */
/// <reference types="tree-sitter-cli/dsl" />

const commas = (rule) => seq(rule, repeat(seq(",", rule)));
const braces = (rule) => seq("{", repeat(rule), "}");
const at_time = ($) => seq("at", $.time);

module.exports = { at_time, braces, commas };
