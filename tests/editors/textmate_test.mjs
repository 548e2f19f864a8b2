// The TextMate grammar against the compiler: in every file it accepts, every token has a colour of its
// kind. And against golden lines, which say which colour.
//   FLOW_TOKENS=program node --test textmate_test.mjs      UPDATE_GOLDEN=1 rewrites golden/*.tokens
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { loadGrammar, tokenize, vscodeFolder } from "./tokenizer.mjs";

const FITTING = {
  keyword: /^(keyword|storage|support|constant\.language)/,
  data: /^variable\./,
  name: /^entity\.name\.type/,
  text: /^(string|punctuation\.definition\.string)/,
  number: /^constant\.numeric/,
  label: /^entity\.name\.label/,
  sign: /^(punctuation|keyword\.operator)/,
};

const program = process.env.FLOW_TOKENS;
const readings = JSON.parse(execFileSync(program, { maxBuffer: 1 << 26 }).toString());
const accepted = readings.filter((file) => file.errors === 0);
const grammar = await loadGrammar();

/** What the tokens of VS Code say where the compiler has one: all scopes at its first byte. */
function compare(file) {
  const found = tokenize(grammar, file.text);
  const bytes = Buffer.from(file.text);
  const wrong = [];
  for (const [offset, length, what] of file.tokens) {
    const token = found.find((one) => one.begin <= offset && offset < one.end);
    const end = found.find((one) => one.begin < offset + length && offset + length <= one.end);
    const fits = [token, end].every((one) => one.scopes.some((scope) => FITTING[what].test(scope)));
    if (!fits) {
      const word = bytes.subarray(offset, offset + length);
      wrong.push(`${file.path}:${token.line}: ${what} "${word}" is ${token.scopes.join(" ")}`);
    }
  }
  return wrong;
}

test("every token of every accepted file has a colour of its kind", () => {
  assert.ok(accepted.length >= 140, `${accepted.length} files`);
  assert.deepEqual(accepted.flatMap(compare), []);
});

test("every word of the language stands as one in some file", () => {
  const seen = new Set();
  for (const file of accepted) {
    const bytes = Buffer.from(file.text);
    for (const [offset, length, what] of file.tokens) {
      if (what === "keyword") seen.add(bytes.subarray(offset, offset + length).toString());
    }
  }
  const listed = execFileSync("python3", ["keywords_test.py", "--list"], { cwd: new URL(".", import.meta.url) })
    .toString().trim().split("\n");
  assert.deepEqual(listed.filter((word) => !seen.has(word)), []);
});

const goldens = new URL("golden/", import.meta.url);
for (const name of readdirSync(goldens).filter((file) => file.endsWith(".flow"))) {
  test(`golden ${name}`, () => {
    const text = readFileSync(new URL(name, goldens), "utf8");
    const shown = tokenize(grammar, text)
      .filter((token) => token.text.trim() !== "")
      .map((token) => `${token.line} ${token.text.trim()}  ${token.scopes.join(" ")}\n`)
      .join("");
    const path = new URL(name.replace(/flow$/, "tokens"), goldens);
    if (process.env.UPDATE_GOLDEN) writeFileSync(path, shown);
    assert.equal(shown, readFileSync(path, "utf8"));
  });
}

test("a text without its end does not colour the next line", () => {
  const tokens = tokenize(grammar, 'flow F "never closed {\n  wait 2 days\n');
  const wait = tokens.find((token) => token.text === "wait");
  assert.deepEqual(wait.scopes, ["keyword.control.flow"]);
});

test("language-configuration.json folds, indents and picks words", () => {
  const path = new URL("language-configuration.json", vscodeFolder);
  const config = JSON.parse(readFileSync(path, "utf8"));
  const increase = new RegExp(config.indentationRules.increaseIndentPattern);
  const decrease = new RegExp(config.indentationRules.decreaseIndentPattern);
  for (const line of ["flow F {", '  send email A if not sent { # "x"', "  } otherwise {", 'webhook "a }" {']) {
    assert.match(line, increase);
  }
  for (const line of ["  wait 1 day", "  if any A { stop }", "# flow {", '  sms "{code}"', '  sms "{"']) {
    assert.doesNotMatch(line, increase);
  }
  assert.match("  } otherwise {", decrease);
  assert.doesNotMatch("  wait 1 day }", decrease);
  const words = "re-entry customer.first_name @second-wait Übergröße".match(
    new RegExp(config.wordPattern, "gu"));
  assert.deepEqual(words, ["re-entry", "customer", "first_name", "@second-wait", "Übergröße"]);
});
