// The WebAssembly module says, byte for byte, what the `sluice` program says.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { pack, unpack } from "../../console/playground/src/share.js";
import { built, each, folder, load_checker, native, on_disk, projects, root, sluice } from "./support.mjs";

/** What a visitor's browser may have to fetch for the checker, packed; README.md has the figures. */
const GZIP_BYTES_MAX = 440 * 1024;

const checker = await load_checker();
const all = projects();

test("the corpus is there", () => {
  assert.ok(all.size > 130, String(all.size));
  assert.ok(all.get("flows/library").length > 60);
});

test("check says what `sluice check` prints, as text and as JSON", async () => {
  await each(all, async ([name, files]) => {
    const directory = on_disk(files);
    const said = checker.ask("check", files);
    const text = await sluice(directory, "check", ".");
    const json = await sluice(directory, "check", "--json", ".");
    assert.equal(said.text, text.out, name);
    assert.equal(said.json, json.out, name);
    assert.equal(said.ok, text.code === 0, name);
    assert.equal(said.diagnostics.length, json.out.trim().split("\n").length - 1, name);
  });
});

test("places of the editor are the places of the JSON", () => {
  for (const [name, files] of all) {
    const said = checker.ask("check", files);
    const lines = said.json.trim().split("\n").slice(0, -1).map((line) => JSON.parse(line));
    for (const [at, found] of said.diagnostics.entries()) {
      const { file, line, column, code, message } = lines[at];
      assert.deepEqual([found.code, found.message, found.line], [code, message, line], name);
      if (found.path !== null) {
        assert.equal(found.path, file, name);
        const text = files.find(([path]) => path === file)[1];
        const before = text.slice(0, found.from).replace(/\r\n/g, "\n").split("\n");
        assert.equal(before.length, line, name);
        assert.equal(Buffer.byteLength(before.at(-1)) + 1, column, name);
      }
    }
  }
});

test("fix writes what `sluice check --fix` writes", async () => {
  const broken = [...all].filter(([, files]) => checker.ask("check", files).diagnostics
    .some((found) => found.actions.some((action) => action.fix)));
  assert.ok(broken.length > 20, String(broken.length));
  await each(broken, async ([name, files]) => {
    const directory = on_disk(files);
    const fixed = checker.ask("fix", files);
    const after = files.map(([path, text]) => [path, fixed.files.find((file) => file.path === path)?.text ?? text]);
    const { out } = await sluice(directory, "check", "--fix", ".");
    assert.equal(fixed.log + checker.ask("check", after).text, out, name);
    for (const [path, text] of after) {
      assert.equal(text, readFileSync(join(directory, path), "utf8"), `${name} ${path}`);
    }
  });
});

test("format lays out as `sluice fmt` does", async () => {
  await each(all, async ([name, files]) => {
    const directory = on_disk(files);
    for (const [path] of files.filter(([other]) => other.endsWith(".flow"))) {
      const laid_out = checker.ask("format", files, { path });
      const { out, complaints } = await sluice(directory, "fmt", "--stdout", path);
      assert.equal(laid_out.text, out, `${name} ${path}`);
      assert.ok(complaints.startsWith(laid_out.complaints), `${name} ${path}`);
      assert.equal(laid_out.complaints === "", complaints === "", `${name} ${path}`);
    }
  });
});

test("graph draws what `sluice graph` draws", async () => {
  let drawn = 0;
  await each([...all].filter(([name]) => !name.startsWith("parser/")), async ([name, files]) => {
    const directory = on_disk(files);
    const names = name.startsWith("check/") ? [] : checker.ask("check", files).drawings.map((one) => one.name);
    for (const argument of ["", ...names]) {
      const picture = checker.ask("graph", files, { argument });
      const words = argument === "" ? [] : [argument];
      const { code, out } = await sluice(directory, "graph", ".", ...words, "--format", "svg");
      assert.equal(picture.svg, out, `${name} ${argument}`);
      assert.equal(picture.whole, code === 0, `${name} ${argument}`);
      drawn += 1;
    }
  });
  assert.ok(drawn > 140, String(drawn));
});

test("explain has the page of every code", async () => {
  const codes = readdirSync(join(root, "docs/language/errors")).map((name) => name.replace(/\.md$/, ""));
  assert.ok(codes.length > 50, String(codes.length));
  await each(codes, async (code) => {
    const page = checker.ask("explain", [], { argument: code });
    assert.equal(page.plain, (await sluice(root, "explain", code)).out);
    assert.equal(page.markdown, readFileSync(join(root, `docs/language/errors/${code}.md`), "utf8"));
  });
});

/** The text without each of its tokens in turn. */
function mutants(text) {
  return [...text.matchAll(/"[^"\n]*"|[\p{L}\d_.@%-]+|[^\s\p{L}\d]/gu)]
    .map(({ 0: token, index }) => text.slice(0, index) + text.slice(index + token.length));
}

function said(request) {
  return JSON.stringify(checker.ask(request.verb, request.files, request));
}

async function same_as_native(requests) {
  const wanted = await native(requests);
  assert.equal(wanted.length, requests.length);
  for (const [at, request] of requests.entries()) {
    assert.equal(said(request), JSON.stringify(JSON.parse(wanted[at])), `${request.verb} ${request.path} ${at}`);
  }
}

for (const name of ["11-abandoned-cart.flow", "02-lifecycle.flow", "03-messages.flow"]) {
  test(`every mutant of ${name} is judged as natively`, async (t) => {
    const files = folder("tests/data/shop");
    const text = files.find(([path]) => path === name)[1];
    const requests = mutants(text).map((mutant) => ({
      verb: "check", path: name, files: files.map(([path, other]) => [path, path === name ? mutant : other]) }));
    assert.ok(requests.length > 80, String(requests.length));
    await same_as_native(requests);
    const refused = requests.filter(({ files: mutant }) => !checker.ask("check", mutant).ok).length;
    t.diagnostic(`${requests.length} mutants, ${refused} refused`);
    assert.ok(refused > requests.length / 2 && refused < requests.length);
  });
}

test("hover, completion, declarations and colours are as natively", async () => {
  const files = folder("console/playground/example");
  const requests = [];
  for (const [path, text] of files.filter(([other]) => other.endsWith(".flow"))) {
    requests.push({ verb: "colours", path, files });
    for (let argument = 0; argument <= text.length; argument += 7) {
      requests.push(...["hover", "complete", "definition"].map((verb) => ({ verb, path, argument, files })));
    }
  }
  await same_as_native(requests);
});

test("places are counted as JavaScript counts", () => {
  const before = "# 🎈 é\n";
  const text = `${before}event Ordér Plàced\nflow A {\n  starts when Ordér Plàced\n}\n`;
  const files = [["a.flow", text]];
  const use = text.lastIndexOf("Ordér Plàced");
  const [place] = checker.ask("definition", files, { path: "a.flow", argument: use + 2 }).places;
  assert.deepEqual(place, { path: "a.flow", from: before.length + 6, to: before.length + 18 });
  const { colours } = checker.ask("colours", files, { path: "a.flow" });
  assert.deepEqual(colours[0], [0, before.length - 1, "comment"]);
  assert.ok(colours.every(([from, to]) => from < to && to <= text.length));
});

test("zones are those of the engine", () => {
  execFileSync(process.env.NATIVE, ["zones"]);
});

test("a request that makes no sense is answered", () => {
  assert.match(checker.ask("sing", []).error, /no verb "sing"/);
  assert.match(checker.ask("graph", [], { argument: "Nobody" }).error, /no flow or lifecycle/);
  assert.match(checker.ask("check", [], { day: "soon" }).error, /cannot be read/);
  assert.match(checker.ask("check", [["a.flow", ""], ["a.flow", ""]]).error, /cannot be read/);
  assert.match(checker.ask("format", [], { path: "a.flow" }).error, /no flow file/);
  assert.match(checker.ask("hover", [["a.flow", ""]], { path: "a.flow", argument: "x" }).error, /place in it/);
  assert.match(checker.ask("explain", [], { argument: "E999" }).error, /no code E999/);
});

test("a file nested too deeply is a diagnostic, not a trap", () => {
  for (const part of ["if customer.a {", "(", "{"]) {
    const text = `flow A {\n  starts when B\n${part.repeat(20_000)}`;
    assert.equal(checker.ask("check", [["a.flow", text]]).ok, false);
  }
  const bodies = [["a.flow", 'message A { topic B  email { subject "x"  body file "a.html" } }'],
    ["a.html", "{% if a %}".repeat(5_000)]];
  assert.equal(checker.ask("check", bodies).ok, false);
});

test("memory does not grow from one check to the next", () => {
  const files = all.get("flows/library");
  const grown = [];
  for (let round = 0; round < 40; round += 1) {
    checker.ask("check", files, { path: "flows/welcome.flow" });
    grown.push(checker.memory_bytes);
  }
  assert.equal(grown.at(-1), grown[5]);
  assert.ok(grown.at(-1) < 64 << 20, String(grown.at(-1)));
});

test("the module asks the browser for nothing but what WASI's C library links", async () => {
  const module = await WebAssembly.compile(readFileSync(built("sluice.wasm")));
  assert.deepEqual(WebAssembly.Module.imports(module).map((one) => `${one.module}.${one.name}`).sort(),
    ["fd_close", "fd_seek", "fd_write"].map((name) => `wasi_snapshot_preview1.${name}`));
  assert.deepEqual(WebAssembly.Module.exports(module).map((one) => one.name).sort(),
    ["_initialize", "memory", "sluice_allocate", "sluice_call", "sluice_free"]);
});

test("the module is small, and quick", (t) => {
  const bytes = readFileSync(built("sluice.wasm"));
  const packed = gzipSync(bytes, { level: 9 }).length;
  const begun = performance.now();
  const rounds = 20;
  for (let round = 0; round < rounds; round += 1) {
    checker.ask("check", all.get("console/playground/example"), { path: "flows/cart-reminder.flow" });
  }
  const check_ms = (performance.now() - begun) / rounds;
  t.diagnostic(`sluice.wasm: ${bytes.length} bytes, ${packed} packed with gzip, of at most ${GZIP_BYTES_MAX}`);
  t.diagnostic(`a check of the example takes ${check_ms.toFixed(1)} ms`);
  assert.ok(packed <= GZIP_BYTES_MAX, `${packed} bytes`);
});

test("a shared project comes back as it was, and damage is told", async () => {
  const files = all.get("flows/library");
  const fragment = await pack(files, "flows/welcome.flow");
  assert.match(fragment, /^1\.[\w-]+$/);
  assert.deepEqual(await unpack(fragment), { files, open: "flows/welcome.flow" });
  await assert.rejects(unpack(fragment.slice(0, 200)), /cut off or damaged/);
  await assert.rejects(unpack("2.abc"), /not a link/);
  await assert.rejects(unpack(await pack([], "")), /no files/);
  await assert.rejects(unpack(await pack([["a.flow", "x".repeat(2 << 20)]], "a.flow")), /more than a megabyte/);
});
