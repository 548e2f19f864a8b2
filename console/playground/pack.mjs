// Puts the page together: node pack.mjs WASM FOLDER
// The folder then holds everything; any web server can serve it, nothing is fetched from elsewhere.

import { createHash } from "node:crypto";
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const [wasm, folder] = process.argv.slice(2).map((path) => resolve(path));
if (!folder) {
  console.error("usage: node pack.mjs WASM FOLDER");
  process.exit(2);
}

let esbuild;
try {
  esbuild = (await import("esbuild")).default;
} catch {
  console.error("pack.mjs: the npm packages are not installed: npm install --prefix console/playground");
  process.exit(1);
}

const example = readdirSync(join(here, "example"), { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
  .map((path) => [relative(join(here, "example"), path), readFileSync(path, "utf8")])
  .sort(([a], [b]) => (a < b ? -1 : 1));

rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
await esbuild.build({
  entryPoints: [join(here, "src/main.js")],
  outfile: join(folder, "playground.js"),
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  legalComments: "eof",
  logLevel: "warning",
  define: { EXAMPLE: JSON.stringify(example) },
});
await esbuild.build({
  entryPoints: [join(here, "style.css")],
  outfile: join(folder, "style.css"),
  minify: true,
  logLevel: "warning",
});
for (const name of ["index.html", "icon.svg"]) {
  cpSync(join(here, name), join(folder, name));
}
cpSync(wasm, join(folder, "sluice.wasm"));

// The service worker names its cache after what it holds, so that a new build replaces an old one.
const hash = createHash("sha256");
const names = readdirSync(folder).sort();
for (const name of names) {
  hash.update(name).update(readFileSync(join(folder, name)));
}
writeFileSync(join(folder, "worker.js"), readFileSync(join(here, "worker.js"), "utf8")
  .replace("@VERSION@", hash.digest("hex").slice(0, 16))
  .replace('"@FILES@"', names.map((name) => JSON.stringify(name)).join(", ")));
