#!/usr/bin/env python3
"""Holds the editor grammars to the words of the language.

    keywords_test.py          the tests
    keywords_test.py --list   prints the words

The words of the language are those of dsl/parser/keywords.hpp that a rule of the compiler's grammar reads.
The table also holds habits from other languages (`else`), which are read with an error, and words that only
messages use; no editor may show these as words of the language."""

import hashlib
import json
import re
import sys
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PARSER = ROOT / "dsl" / "parser"
TREE_SITTER = ROOT / "editors" / "tree-sitter-flow"
TEXTMATE = ROOT / "editors" / "vscode" / "syntaxes" / "flow.tmLanguage.json"

WORD = re.compile(r"[a-z][a-z-]*")


def table():
    text = (PARSER / "keywords.hpp").read_text()
    listed = text[text.index("kKeywords = "):]
    return set(re.findall(r'"([^"]+)"', listed[:listed.index("});")]))


def grammar_sources():
    return "\n".join(path.read_text() for path in
                     sorted(PARSER.glob("grammar*.cpp")) + [PARSER / "grammar.hpp"])


def habits():
    return set(re.findall(r'Habit \w+\(TokenKind::word, kw\("([^"]+)"\)', grammar_sources()))


def language():
    sources = grammar_sources()
    used = set(re.findall(r'"([^"]+)"_k\b', sources)) | set(re.findall(r'\bkw\("([^"]+)"\)', sources))
    return (used & table()) - habits()


def words_of_regex(regex):
    """The words a regular expression spells out: `\\b(?:days?|week)\\b` has day, days and week."""
    regex = re.sub(r"\\x\{[^}]*\}|\\[A-Za-z.]|\[[^\]]*\]|\(\?[<=!:]+", " ", regex)
    words = set()
    for word, optional in re.findall(r"([a-z][a-z-]*)(\??)", regex):
        words.add(word)
        if optional:
            words.add(word[:-1])
    return words


def rules_of(node):
    """Every rule of the TextMate grammar that has a regular expression."""
    if isinstance(node, list):
        for part in node:
            yield from rules_of(part)
    elif isinstance(node, dict):
        if "match" in node or "begin" in node:
            yield node
        for part in node.values():
            yield from rules_of(part)


def textmate_words():
    """(words of the language, habits) as the TextMate grammar colours them."""
    good, bad = set(), set()
    for rule in rules_of(json.loads(TEXTMATE.read_text())["repository"]):
        words = words_of_regex(rule.get("match", "")) | words_of_regex(rule.get("begin", ""))
        (bad if rule.get("name", "").startswith("invalid.") else good).update(words)
    return good, bad


def highlight_words():
    text = (TREE_SITTER / "queries" / "highlights.scm").read_text()
    text = re.sub(r"^\s*;.*$", "", text, flags=re.M)
    return {word for word in re.findall(r'"([^"]+)"', text) if WORD.fullmatch(word)}


def tree_sitter_words():
    found = set()

    def walk(node):
        if isinstance(node, list):
            for part in node:
                walk(part)
        elif isinstance(node, dict):
            if node.get("type") == "STRING" and WORD.fullmatch(node["value"]):
                found.add(node["value"])
            for part in node.values():
                walk(part)

    walk(json.loads((TREE_SITTER / "src" / "grammar.json").read_text())["rules"])
    return found


class KeywordsTest(unittest.TestCase):
    maxDiff = None

    def test_the_compilers_sources_are_understood(self):
        self.assertGreater(len(language()), 180)
        self.assertEqual(habits(), {"else", "elif", "elsif", "true", "false"})
        self.assertTrue({"wait", "half-life", "re-entry", "yes-no"} <= language())

    def test_textmate_colours_the_words_of_the_language_and_no_others(self):
        self.assertEqual(textmate_words()[0], language())

    def test_textmate_marks_the_habits_as_wrong(self):
        self.assertEqual(textmate_words()[1], habits())

    def test_tree_sitter_reads_the_words_of_the_language_and_no_others(self):
        self.assertEqual(tree_sitter_words(), language())

    def test_tree_sitter_colours_the_words_of_the_language_and_no_others(self):
        self.assertEqual(highlight_words(), language())


class GeneratedTest(unittest.TestCase):
    def test_the_generated_parser_belongs_to_the_grammar(self):
        sums = dict(line.split()[::-1] for line in
                    (TREE_SITTER / "src" / "grammar.sha256").read_text().splitlines())
        sources = [TREE_SITTER / "grammar.js"] + sorted((TREE_SITTER / "rules").glob("*.js"))
        got = {path.relative_to(TREE_SITTER).as_posix():
               hashlib.sha256(path.read_bytes()).hexdigest() for path in sources}
        self.assertEqual(sums, got, "run `npm run generate` in editors/tree-sitter-flow")

    def test_parser_and_grammar_json_have_the_same_rules(self):
        code = (TREE_SITTER / "src" / "parser.c").read_text()
        rules = json.loads((TREE_SITTER / "src" / "grammar.json").read_text())["rules"]
        names = set(re.findall(r'^  \[(?:alias_)?(?:sym|aux_sym)_\w+\] = "(\w+)",$', code, re.M))
        for rule in rules:
            if not rule.startswith("_"):
                self.assertIn(rule, names)

    def test_parser_has_the_abi_that_older_editors_read(self):
        code = (TREE_SITTER / "src" / "parser.c").read_text()
        self.assertIn("#define LANGUAGE_VERSION 14\n", code)


class WordsOfRegexTest(unittest.TestCase):
    def test_reads_what_a_regex_spells_out(self):
        self.assertEqual(words_of_regex(r"\b(?:days?|half-life)\b(?!-)\s+([a-z_][\w-]*)(?<=\bto)"),
                         {"day", "days", "half-life", "to"})


if __name__ == "__main__":
    if sys.argv[1:] == ["--list"]:
        print("\n".join(sorted(language())))
    else:
        unittest.main()
