// The list of files, and the form that asks for a path.

import { $, make } from "./dom.js";
import { path_problem } from "./project.js";

/** `worst` gives "error", "warning" or "" for a path. */
export function show_files(paths, open, worst, choose) {
  $("#files ul").replaceChildren(...paths.map((path) => {
    const slash = path.lastIndexOf("/") + 1;
    const state = worst(path);
    const button = make("button", { type: "button", className: state },
      make("span", { className: "folder", textContent: path.slice(0, slash) }), path.slice(slash));
    if (state !== "") {
      button.append(make("span", { className: "hidden", textContent: `, has ${state}s` }));
    }
    if (path === open) {
      button.setAttribute("aria-current", "true");
    }
    button.addEventListener("click", () => choose(path));
    return make("li", {}, button);
  }));
  const list = $("#files ul"); // one row on a narrow screen
  list.scrollLeft = (list.querySelector("[aria-current]")?.offsetLeft ?? 0) - list.offsetLeft - list.clientWidth / 4;
  $("#remove-file").disabled = paths.length === 1;
}

/** Asks for a path that is not taken, or the old one, and hands it on. */
export function ask_path(value, taken, done) {
  const form = $("#name-form");
  const field = $("#name-field");
  const close = () => {
    form.hidden = true;
    $("#name-problem").textContent = "";
  };
  form.hidden = false;
  field.value = value;
  field.focus();
  field.setSelectionRange(value.lastIndexOf("/") + 1, value.lastIndexOf("."));
  $("#name-cancel").onclick = close;
  form.onsubmit = (event) => {
    event.preventDefault();
    const path = field.value.trim();
    const problem = path === value ? "" : path_problem(path, taken);
    $("#name-problem").textContent = problem;
    if (problem === "") {
      close();
      done(path);
    }
  };
}
