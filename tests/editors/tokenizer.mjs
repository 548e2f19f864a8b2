// VS Code's own tokeniser with the grammars of editors/vscode.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import oniguruma from "vscode-oniguruma";
import textmate from "vscode-textmate";

const require = createRequire(import.meta.url);
export const vscodeFolder = new URL("../../editors/vscode/", import.meta.url);

export async function loadGrammar() {
  const wasm = readFileSync(require.resolve("vscode-oniguruma/release/onig.wasm"));
  await oniguruma.loadWASM(wasm);
  const registry = new textmate.Registry({
    onigLib: Promise.resolve({
      createOnigScanner: (patterns) => new oniguruma.OnigScanner(patterns),
      createOnigString: (text) => new oniguruma.OnigString(text),
    }),
    loadGrammar: async (scope) => {
      if (scope !== "source.flow") return null;
      const path = new URL("syntaxes/flow.tmLanguage.json", vscodeFolder);
      return textmate.parseRawGrammar(readFileSync(path, "utf8"), path.pathname);
    },
  });
  return registry.loadGrammar("source.flow");
}

/** [{text, line, begin, end, scopes}] of a whole text; begin and end in bytes from its start. */
export function tokenize(grammar, text) {
  const tokens = [];
  let state = textmate.INITIAL;
  let offset = 0;
  text.split("\n").forEach((line, number) => {
    const result = grammar.tokenizeLine(line, state);
    for (const token of result.tokens) {
      const part = line.slice(token.startIndex, token.endIndex);
      const begin = offset + Buffer.byteLength(line.slice(0, token.startIndex));
      const end = begin + Buffer.byteLength(part);
      tokens.push({ text: part, line: number + 1, begin, end, scopes: token.scopes.slice(1) });
    }
    state = result.ruleStack;
    offset += Buffer.byteLength(line) + 1;
  });
  return tokens;
}
