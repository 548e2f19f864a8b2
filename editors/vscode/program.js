"use strict";
// Finding the sluice program, without VS Code so that it can be tested alone.

const fs = require("fs");
const os = require("os");
const path = require("path");

/** The setting `sluice.path` with `~/` and `${workspaceFolder}/` filled in. */
function expand(setting, { home = os.homedir(), folder } = {}) {
  const written = setting.trim() || "sluice";
  if (written.startsWith("~/")) {
    return path.join(home, written.slice(2));
  }
  return folder ? written.replace("${workspaceFolder}", folder) : written;
}

function is_program(file) {
  try {
    fs.accessSync(file, fs.constants.X_OK);
    return fs.statSync(file).isFile();
  } catch {
    return false;
  }
}

/** The path of the program, looked up in PATH when it is a bare name; undefined when there is none. */
function find(program, { env = process.env, platform = process.platform } = {}) {
  const endings = platform === "win32" ? ["", ".exe"] : [""];
  const bare = !program.includes("/") && !program.includes("\\");
  const folders = bare ? (env.PATH || env.Path || "").split(path.delimiter).filter(Boolean) : [""];
  for (const folder of folders) {
    for (const ending of endings) {
      const file = folder ? path.join(folder, program + ending) : path.resolve(program + ending);
      if (is_program(file)) {
        return file;
      }
    }
  }
  return undefined;
}

/** What to tell somebody whose program was not found. */
function not_found_text(program) {
  const where = program.includes("/") || program.includes("\\")
    ? `There is no program at ${program}.`
    : `I found no program named ${program} in PATH.`;
  return `Sluice: ${where} Colours and snippets work without it; checking, completion and ` +
    "formatting need it. Install Sluice, or set sluice.path to where the program is.";
}

module.exports = { expand, find, not_found_text };
