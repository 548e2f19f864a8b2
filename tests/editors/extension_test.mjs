// The VS Code extension: what is packed, what its snippets write, how it finds and starts the program.
//   FLOW_TOKENS=program VSIX=file node --test extension_test.mjs
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire, Module } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { fakeVscode } from "./fake_vscode.mjs";

const folder = fileURLToPath(new URL("../../editors/vscode/", import.meta.url));
const root = fileURLToPath(new URL("../../", import.meta.url));
const require = createRequire(import.meta.url);
const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
const scratch = mkdtempSync(join(tmpdir(), "sluice-editors-"));
after(() => rmSync(scratch, { recursive: true, force: true }));

// ---- the package

const vsix = process.env.VSIX;
execFileSync("node", ["package.mjs", vsix], { cwd: folder, stdio: "pipe" });
execFileSync("python3", ["-m", "zipfile", "-e", vsix, join(scratch, "vsix")]);

test("the package holds what it needs and nothing else", () => {
  const names = execFileSync("python3", ["-c",
    "import sys, zipfile; print('\\n'.join(sorted(zipfile.ZipFile(sys.argv[1]).namelist())))", vsix])
    .toString().trim().split("\n");
  assert.deepEqual(names, [
    "[Content_Types].xml",
    "extension.vsixmanifest",
    "extension/CHANGELOG.md",
    "extension/LICENSE.txt",
    "extension/README.md",
    "extension/dist/extension.js",
    "extension/icons/flow.svg",
    "extension/language-configuration.json",
    "extension/package.json",
    "extension/snippets/flow.json",
    "extension/syntaxes/flow.tmLanguage.json",
    "extension/syntaxes/markdown-flow.tmLanguage.json",
  ]);
});

test("every file the manifest names is in the package", () => {
  const packed = JSON.parse(readFileSync(join(scratch, "vsix/extension/package.json"), "utf8"));
  const named = JSON.stringify([packed.main, packed.contributes]).match(/"\.\/[^"]+"/g);
  assert.equal(named.length, 7);
  for (const name of named) {
    assert.ok(existsSync(join(scratch, "vsix/extension", JSON.parse(name))), name);
  }
});

test("the version is that of Sluice", () => {
  const cmake = readFileSync(join(root, "CMakeLists.txt"), "utf8");
  assert.equal(manifest.version, cmake.match(/project\(sluice VERSION (\S+)/)[1]);
});

// ---- snippets

/** A snippet as it stands when its places are left as they are. */
function expanded(body) {
  let text = [].concat(body).join("\n");
  for (let before = ""; before !== text;) {
    before = text;
    text = text.replace(/\$\{\d+\|([^,|]+)[^|]*\|\}/g, "$1")
      .replace(/\$\{\d+:((?:[^{}\\]|\\.|\{[^{}]*\\\})*)\}/g, "$1");
  }
  return text.replace(/\$0/g, "").replace(/\\([$}\\])/g, "$1");
}

const snippets = JSON.parse(readFileSync(join(folder, "snippets/flow.json"), "utf8"));
const STEPS = /^(wait|if|split|experiment|repeat|send)/;
for (const [title, snippet] of Object.entries(snippets)) {
  test(`snippet ${title} is accepted by the compiler`, () => {
    const text = expanded(snippet.body);
    assert.doesNotMatch(text, /\$/);
    assert.ok(text.startsWith(snippet.prefix.split(" ")[0]), "it begins as it is typed");
    const file = join(scratch, "snippet.flow");
    writeFileSync(file, STEPS.test(snippet.prefix) ? `flow F {\n${text}\n}\n` : `${text}\n`);
    const [reading] = JSON.parse(execFileSync(process.env.FLOW_TOKENS, [file]).toString());
    assert.equal(reading.errors, 0, reading.text);
    assert.ok(reading.tokens.length > 3);
  });
}

// ---- finding the program

const { expand, find, not_found_text } = require(join(folder, "program.js"));

function program_in(name) {
  const file = join(scratch, name);
  writeFileSync(file, "#!/bin/sh\n");
  chmodSync(file, 0o755);
  return file;
}

test("a bare name is looked up in PATH, a path is not", () => {
  const file = program_in("sluice");
  writeFileSync(join(scratch, "no-program"), "");
  const env = { PATH: `/nowhere:${scratch}` };
  assert.equal(find("sluice", { env }), file);
  assert.equal(find(file, { env: { PATH: "" } }), file);
  assert.equal(find("no-program", { env }), undefined);
  assert.equal(find("sluice", { env: {} }), undefined);
  assert.equal(find(scratch, { env }), undefined);
});

test("the setting may name the home and the workspace", () => {
  assert.equal(expand("~/bin/sluice", { home: "/h" }), "/h/bin/sluice");
  assert.equal(expand("${workspaceFolder}/build/sluice", { folder: "/w" }), "/w/build/sluice");
  assert.equal(expand("  "), "sluice");
});

// ---- starting it

/** The extension's own code, with stand-ins for VS Code and the language client. */
function load(entry, options) {
  const fake = fakeVscode(options);
  const original = Module._load;
  Module._load = (name, ...rest) => {
    if (name === "vscode") return fake.vscode;
    return name === "vscode-languageclient/node" ? fake.client : original(name, ...rest);
  };
  try {
    delete require.cache[require.resolve(entry)];
    return { fake, extension: require(entry) };
  } finally {
    Module._load = original;
  }
}

const source = join(folder, "extension.js");

test("the server is started as `sluice lsp`, and stopped", async () => {
  const file = program_in("sluice");
  const { fake, extension } = load(source, { path: file });
  await extension.activate(fake.context);
  assert.deepEqual(fake.log, [`start ${file} lsp`]);
  await extension.deactivate();
  assert.deepEqual(fake.log, [`start ${file} lsp`, "stop"]);
});

test("without the program there is a message that says what to do", async () => {
  const { fake, extension } = load(source, { path: "/nowhere/sluice", answer: "Open Settings" });
  await extension.activate(fake.context);
  assert.deepEqual(fake.log, [
    `error ${not_found_text("/nowhere/sluice")} [Open Settings, Try Again]`,
    "command workbench.action.openSettings sluice.path",
  ]);
  assert.match(not_found_text("sluice"), /no program named sluice in PATH.*set sluice\.path/s);
});

test("a program that knows no `lsp` is said to be old", async () => {
  const { fake, extension } = load(source, { path: program_in("sluice"), fails: "it ended" });
  await extension.activate(fake.context);
  assert.match(fake.log[1], /^output .*sluice lsp: it ended$/);
  assert.match(fake.log[2], /^error .*did not start as a language server.*\[Show Output,/);
});

test("a changed setting restarts the server", async () => {
  const { fake, extension } = load(source, { path: "/nowhere/sluice" });
  await extension.activate(fake.context);
  const file = program_in("sluice-2");
  await fake.change("sluice.path", file);
  await fake.commands.get("sluice.restart")();
  assert.deepEqual(fake.log.slice(1), [`start ${file} lsp`, "stop", `start ${file} lsp`]);
  await fake.change("editor.tabSize", 2);
  assert.equal(fake.log.length, 4);
});

test("nothing is started in a workspace that is not trusted, until it is", async () => {
  const file = program_in("sluice");
  const { fake, extension } = load(source, { path: file, trusted: false });
  await extension.activate(fake.context);
  assert.deepEqual(fake.log, []);
  await fake.trust();
  await extension.deactivate();
  assert.deepEqual(fake.log, [`start ${file} lsp`, "stop"]);
});

test("the picture of a flow is shown, other answers are passed on", async () => {
  const { fake, extension } = load(source, { path: program_in("sluice") });
  await extension.activate(fake.context);
  const run = fake.clients[0].options.middleware.executeCommand;
  const answers = { "sluice.showGraph": { title: "Win Back", svg: "<svg/>" }, "sluice.runTests": { passed: 2 } };
  const next = async (command, parameters) => ({ ...answers[command], parameters });
  assert.equal((await run("sluice.runTests", [1], next)).passed, 2);
  assert.equal(fake.panels.length, 0);
  assert.deepEqual((await run("sluice.showGraph", ["a"], next)).parameters, ["a"]);
  assert.equal(fake.panels[0].title, "Win Back");
  assert.equal(fake.panels[0].options.enableScripts, false);
  assert.match(fake.panels[0].webview.html, /<body><svg\/><\/body>/);
});

test("every command of the manifest is registered", async () => {
  const { fake, extension } = load(source, { path: "/nowhere/sluice" });
  await extension.activate(fake.context);
  const named = manifest.contributes.commands.map((one) => one.command);
  assert.deepEqual([...fake.commands.keys()].sort(), named.sort());
});

test("the bundle carries its own language client", async () => {
  const bundle = join(scratch, "vsix/extension/dist/extension.js");
  const needed = new Set(readFileSync(bundle, "utf8").match(/require\("[^"]+"\)/g));
  const foreign = [...needed].map((call) => call.slice(9, -2))
    .filter((name) => !Module.builtinModules.includes(name.replace(/^node:/, "")));
  assert.deepEqual(foreign, ["vscode"]);
  const { extension } = load(bundle, {});
  assert.deepEqual(Object.keys(extension).sort(), ["activate", "deactivate"]);
});
