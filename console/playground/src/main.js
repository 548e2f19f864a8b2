// The page: files, editor, problems, picture. Everything is worked out here, nothing is sent anywhere.

import { Checker } from "./checker.js";
import { $, make } from "./dom.js";
import { Editor } from "./editor.js";
import { ask_path, show_files } from "./files.js";
import { render } from "./markdown.js";
import { Picture } from "./picture.js";
import { show_problems, summary_of, underline_of } from "./problems.js";
import { Project } from "./project.js";
import { pack, unpack } from "./share.js";

/* global EXAMPLE */
const START = { files: EXAMPLE, open: "flows/cart-reminder.flow" };
const OVERVIEW = "";
const CHECK_MS = 60; // a pause in typing that is worth a check

let checker;
let report = { ok: true, text: "", diagnostics: [], drawings: [], colours: [] };
let timer = 0;
let drawing = null; // the name of what is drawn
let stood_in = ""; // the name of what the cursor was in last

// ---- asking the language

function ask(verb, parameters = {}) {
  try {
    return checker.ask(verb, project_files(), parameters);
  } catch (error) {
    say(`The checker stopped: ${error.message}. It starts again with the next change.`, "error");
    return { error: error.message };
  }
}

function at_cursor(verb, at) {
  return project.open.endsWith(".flow") ? ask(verb, { path: project.open, argument: at }) : {};
}

/** Flow text with the colours of the editor, for pages and hovers. */
function coloured(text) {
  let colours = [];
  try {
    colours = checker.ask("colours", [["a.flow", text]], { path: "a.flow" }).colours ?? [];
  } catch {
    // The text is shown without colours.
  }
  const out = [];
  let at = 0;
  for (const [from, to, kind] of colours) {
    out.push(text.slice(at, from), make("span", { className: `flow-${kind}`, textContent: text.slice(from, to) }));
    at = to;
  }
  return [...out, text.slice(at)];
}

const page_of = (markdown) => render(markdown, coloured);

// ---- the parts

const editor = new Editor($("#editor"), {
  language: {
    complete: (at) => at_cursor("complete", at).items ?? [],
    hover: (at) => {
      const found = at_cursor("hover", at);
      return found.markdown ? found : null;
    },
    definition: go_to_declaration,
  },
  render: page_of,
  changed(kind) {
    if (kind === "text") {
      clearTimeout(timer);
      timer = setTimeout(check, CHECK_MS);
    } else {
      follow_cursor();
    }
  },
  commands: [
    { key: "Shift-Alt-f", run: format, preventDefault: true },
    { key: "F12", run: () => go_to_declaration(editor.cursor), preventDefault: true },
  ],
});
const project = new Project((path, text) => editor.state_of(path, text));
const picture = new Picture($("#canvas"), (id) => {
  const shown = report.drawings.find((one) => one.name === drawing);
  const named = report.drawings.find((one) => one.name === id);
  const line = shown?.steps[id];
  if (line !== undefined) {
    open_file(shown.path);
    editor.go(editor.line_start(line));
  } else if (named ?? shown) {
    const { path, from } = named ?? shown;
    open_file(path);
    editor.go(from);
  }
});

function project_files() {
  if (project.has(project.open)) {
    project.keep(project.open, editor.state);
  }
  return project.files;
}

function say(text, kind) {
  const status = $("#status");
  status.textContent = text;
  status.className = kind;
}

// ---- checking

const acts = {
  go({ path, from, to }) {
    if (path !== null) {
      open_file(path);
      editor.go(from, to);
    }
  },
  explain,
  edit: make_edits,
};

/** The worst that was found in a file. */
function worst(path) {
  return ["error", "warning"].find((severity) =>
    report.diagnostics.some((one) => one.path === path && one.severity === severity)) ?? "";
}

function check() {
  clearTimeout(timer);
  const answer = ask("check", { path: project.open });
  if (answer.error) {
    return;
  }
  report = answer;
  project.save();
  $("#terminal pre").textContent = `$ sluice check .\n${report.text}`;
  editor.colour(report.colours);
  editor.underline(report.diagnostics.filter((one) => one.path === project.open)
    .map((found) => underline_of(found, acts)));
  const { text, kind } = summary_of(report.diagnostics);
  say(text, kind);
  show_problems(report.diagnostics, acts);
  show_files(project.paths, project.open, worst, open_file);
  list_drawings();
  follow_cursor();
  draw();
}

function make_edits(edits) {
  for (const path of new Set(edits.map((edit) => edit.path))) {
    const changes = edits.filter((edit) => edit.path === path).map(({ from, to, insert }) => ({ from, to, insert }));
    if (path === project.open) {
      editor.change(changes);
    } else {
      project.keep(path, project.state(path).update({ changes, userEvent: "input.fix" }).state);
    }
  }
  check();
}

/** Replaces a text by another, leaving alone what is equal at both ends. */
function replace_text(path, text) {
  const old = project.state(path).doc.toString();
  let from = 0;
  while (from < Math.min(old.length, text.length) && old[from] === text[from]) {
    from += 1;
  }
  let tail = 0;
  while (tail < Math.min(old.length, text.length) - from && old.at(-1 - tail) === text.at(-1 - tail)) {
    tail += 1;
  }
  make_edits([{ path, from, to: old.length - tail, insert: text.slice(from, text.length - tail) }]);
}

function fix_all() {
  for (const { path, text } of ask("fix").files ?? []) {
    replace_text(path, text);
  }
}

function format() {
  if (project.open.endsWith(".flow")) {
    const laid_out = ask("format", { path: project.open });
    if (laid_out.changed) {
      replace_text(project.open, laid_out.text);
    } else if (laid_out.complaints) {
      say("A file is laid out once it can be read; see its problems", "error");
    }
  }
  return true;
}

function go_to_declaration(at) {
  const place = at_cursor("definition", at).places?.[0];
  if (place === undefined) {
    return false;
  }
  open_file(place.path);
  editor.go(place.from, place.to);
  return true;
}

// ---- files

function open_file(path) {
  if (path === project.open || !project.has(path)) {
    return;
  }
  project.keep(project.open, editor.state);
  project.open = path;
  editor.show(project.state());
  check();
}

function new_file() {
  ask_path("flows/new.flow", project.paths, (path) => {
    project.add(path, "");
    open_file(path);
    editor.go(0);
  });
}

function rename_file() {
  const old = project.open;
  ask_path(old, project.paths, (path) => {
    if (path !== old) {
      const text = editor.state.doc.toString();
      project.remove(old);
      project.add(path, text);
      project.open = path;
      editor.show(project.state());
      check();
    }
  });
}

function remove_file() {
  project.remove(project.open);
  project.open = project.paths[0];
  editor.show(project.state());
  check();
}

// ---- views

function list_drawings() {
  const select = $("#drawing");
  const options = [[OVERVIEW, "All flows"], ...report.drawings.map((one) => [one.name, one.name])];
  if (drawing !== null && !options.some(([name]) => name === drawing)) {
    drawing = null;
  }
  select.replaceChildren(...options.map(([value, text]) => make("option", { value, textContent: text })));
  select.value = drawing ?? OVERVIEW;
}

/** What the cursor comes to stand in is drawn; elsewhere, and until it leaves, the reader's choice stays. */
function follow_cursor() {
  const inside = report.drawings.find((one) =>
    one.path === project.open && one.from <= editor.cursor && editor.cursor <= one.to)?.name;
  const entered = inside !== undefined && inside !== stood_in;
  const name = entered ? inside : drawing ?? report.drawings[0]?.name ?? OVERVIEW;
  stood_in = inside ?? stood_in;
  if (name !== drawing) {
    drawing = name;
    $("#drawing").value = name;
    draw();
  }
}

function draw() {
  const drawn = ask("graph", { argument: drawing ?? OVERVIEW });
  if (drawn.svg) {
    picture.show(drawn.svg);
    $("#partly").hidden = drawn.whole;
  }
}

function show_view(name) {
  for (const tab of document.querySelectorAll("[role=tab]")) {
    const chosen = tab.getAttribute("aria-controls") === name;
    tab.setAttribute("aria-selected", String(chosen));
    tab.tabIndex = chosen ? 0 : -1;
    $(`#${tab.getAttribute("aria-controls")}`).hidden = !chosen;
  }
}

function explain(code) {
  const page = ask("explain", { argument: code });
  if (page.markdown) {
    $("#explain article").replaceChildren(page_of(page.markdown));
    show_view("explain");
    $("#explain article").focus();
  }
}

// ---- starting, sharing

function load(given) {
  project.load(given);
  drawing = null;
  stood_in = "";
  editor.show(project.state());
  check();
}

async function load_link() {
  try {
    load(await unpack(location.hash.slice(1)));
    return true;
  } catch (error) {
    say(`This link cannot be opened: ${error.message}`, "error");
    return false;
  }
}

async function share() {
  const fragment = await pack(project_files(), project.open);
  history.replaceState(null, "", `#${fragment}`);
  try {
    await navigator.clipboard.writeText(location.href);
    say("The link is copied: the whole project is in it", "fine");
  } catch {
    say("The link stands in the address bar: the whole project is in it", "fine");
  }
}

function connect() {
  const clicks = { "#format": format, "#fix-all": fix_all, "#share": share, "#new-file": new_file, "#rename-file": rename_file,
    "#remove-file": remove_file, "#smaller": () => picture.zoom(0.8), "#larger": () => picture.zoom(1.25), "#fit": () => picture.fit() };
  for (const [selector, run] of Object.entries(clicks)) {
    $(selector).addEventListener("click", () => run());
  }
  $("#restart").addEventListener("click", () => {
    Project.forget();
    history.replaceState(null, "", location.pathname);
    load(START);
  });
  $("#drawing").addEventListener("change", (event) => {
    drawing = event.target.value;
    draw();
  });
  const tabs = [...document.querySelectorAll("[role=tab]")];
  for (const [at, tab] of tabs.entries()) {
    tab.addEventListener("click", () => show_view(tab.getAttribute("aria-controls")));
    tab.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (step !== undefined) {
        const next = tabs[(at + step + tabs.length) % tabs.length];
        show_view(next.getAttribute("aria-controls"));
        next.focus();
      }
    });
  }
  window.addEventListener("hashchange", () => load_link());
}

async function start() {
  connect();
  try {
    const response = await fetch("sluice.wasm");
    if (!response.ok) {
      throw new Error(`the server answered ${response.status}`);
    }
    checker = await Checker.load(await response.arrayBuffer());
  } catch (error) {
    say(`The checker cannot be loaded: ${error.message}`, "error");
    return;
  }
  load(Project.saved() ?? START);
  if (location.hash.length > 1) {
    await load_link();
  }
  navigator.serviceWorker?.register("worker.js").catch(() => {
    // Without it the page needs the server again the next time.
  });
}

start();
