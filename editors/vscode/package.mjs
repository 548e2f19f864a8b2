// Packs the extension: node package.mjs [FILE.vsix]
// The files are gathered in a folder of their own, so that nothing but what is named here gets in.

import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import vsce from "@vscode/vsce";
import esbuild from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const target = resolve(process.argv[2] ?? join(here, "sluice-flow.vsix"));
const stage = mkdtempSync(join(tmpdir(), "sluice-flow-"));

const COPIED = [
  "README.md",
  "CHANGELOG.md",
  "language-configuration.json",
  "icons",
  "snippets",
  "syntaxes",
];

try {
  for (const name of COPIED) {
    cpSync(join(here, name), join(stage, name), { recursive: true });
  }
  cpSync(join(here, "../../LICENSE"), join(stage, "LICENSE"));
  const manifest = JSON.parse(readFileSync(join(here, "package.json"), "utf8"));
  for (const key of ["private", "scripts", "devDependencies"]) {
    delete manifest[key];
  }
  writeFileSync(join(stage, "package.json"), JSON.stringify(manifest, null, 2) + "\n");
  await esbuild.build({
    entryPoints: [join(here, "extension.js")],
    outfile: join(stage, "dist/extension.js"),
    bundle: true,
    minify: true,
    platform: "node",
    format: "cjs",
    target: "node20",
    external: ["vscode"],
    legalComments: "eof",
    logLevel: "warning",
  });
  mkdirSync(dirname(target), { recursive: true });
  process.chdir(stage); // vsce prints the sizes of files as seen from where it runs
  await vsce.createVSIX({
    cwd: stage,
    packagePath: target,
    dependencies: false,
    allowMissingRepository: true,
  });
} finally {
  process.chdir(here);
  rmSync(stage, { recursive: true, force: true });
}
