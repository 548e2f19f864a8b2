// Projects as lists of [path, text], programs to compare with, and the checker of the built page.
import { execFile, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { Checker, encode, today } from "../../console/playground/src/checker.js";

export const root = fileURLToPath(new URL("../../", import.meta.url));
export const site = process.env.PLAYGROUND;
const BODIES = /\.(flow|html|htm|liquid|mjml|txt)$/;

export function built(name) {
  const path = join(site, name);
  if (!existsSync(path)) {
    throw new Error(`${path} is not there: build the target sluice_playground first, as scripts/test does`);
  }
  return path;
}

export async function load_checker() {
  return Checker.load(readFileSync(built("sluice.wasm")));
}

// ---- projects

/** Every flow file and body below a folder, by path. */
export function folder(path) {
  const base = join(root, path);
  return readdirSync(base, { recursive: true })
    .filter((name) => BODIES.test(name) && !name.endsWith("expected.txt") && !name.endsWith("fixed.txt"))
    .filter((name) => !name.split("/").some((part) => part.startsWith(".")))
    .sort()
    .map((name) => [relative(base, join(base, name)), readFileSync(join(base, name), "utf8")]);
}

/** Every project that the tree has: the goldens of parser and checker, the examples, the library, the shop. */
export function projects() {
  const out = new Map();
  const base = folder("tests/dsl/check/golden/_base");
  for (const name of readdirSync(join(root, "tests/dsl/check/golden"))) {
    if (!name.startsWith("_")) {
      const own = folder(`tests/dsl/check/golden/${name}`);
      const shared = base.filter(([path]) => !own.some(([other]) => other === path));
      out.set(`check/${name}`, [...own, ...shared]);
    }
  }
  for (const [path, text] of folder("tests/dsl/parser/golden")) {
    out.set(`parser/${path}`, [[path, text]]);
  }
  for (const path of ["tests/data/examples", "examples/cdnow/flows", "flows/library", "tests/data/shop",
    "console/playground/example"]) {
    out.set(path, folder(path));
  }
  return out;
}

const scratch = mkdtempSync(join(tmpdir(), "sluice-playground-"));
process.on("exit", () => rmSync(scratch, { recursive: true, force: true }));
let written = 0;

/** The project as a directory of its own. */
export function on_disk(files) {
  written += 1;
  const directory = join(scratch, String(written));
  for (const [path, text] of files) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), text);
  }
  return directory;
}

// ---- programs

/** Runs `sluice` in a directory. */
export function sluice(directory, ...words) {
  return new Promise((done) => {
    execFile(process.env.SLUICE, words, { cwd: directory, maxBuffer: 1 << 26 }, (error, out, complaints) =>
      done({ code: error ? error.code : 0, out, complaints }));
  });
}

/** Runs `work` on every item, as many at once as there are cores. */
export async function each(items, work) {
  const rest = [...items];
  await Promise.all(cpus().map(async () => {
    while (rest.length > 0) {
      await work(rest.shift());
    }
  }));
}

/** The native answers to requests {verb, files, path, argument}, as texts. */
export function native(requests) {
  return new Promise((done, failed) => {
    const child = spawn(process.env.NATIVE, [], { stdio: ["pipe", "pipe", "inherit"] });
    const pieces = [];
    child.stdout.on("data", (piece) => pieces.push(piece));
    child.on("error", failed);
    child.on("close", (code) => {
      const bytes = Buffer.concat(pieces);
      const out = [];
      for (let at = 0; at < bytes.length; at += 4 + bytes.readUInt32LE(at)) {
        out.push(bytes.subarray(at + 4, at + 4 + bytes.readUInt32LE(at)).toString());
      }
      return code === 0 ? done(out) : failed(new Error(`playground_native ended with ${code}`));
    });
    child.stdin.on("error", () => {}); // `close` tells why
    for (const { verb, files, path = "", argument = "" } of requests) {
      const request = encode([verb, path, String(argument), String(today()), ...files.flat()]);
      const length = Buffer.alloc(4);
      length.writeUInt32LE(request.length);
      child.stdin.write(length);
      child.stdin.write(request);
    }
    child.stdin.end();
  });
}
