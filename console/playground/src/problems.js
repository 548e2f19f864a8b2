// What was found, as the editor, the list and the header show it. `acts` says what a click does: go(found),
// explain(code) and edit(edits).

import { $, make } from "./dom.js";
import { inline } from "./markdown.js";

export function underline_of(found, acts) {
  return {
    from: found.from,
    to: found.to,
    severity: found.severity,
    source: found.code,
    message: found.help ? `${found.message}\n${found.help}` : found.message,
    actions: found.actions.map((action) => ({ name: action.title, apply: () => acts.edit(action.edits) })),
  };
}

/** "2 errors, 1 warning", and how bad that is. */
export function summary_of(diagnostics) {
  const errors = diagnostics.filter((one) => one.severity === "error").length;
  const warnings = diagnostics.length - errors;
  const counted = (count, noun) => (count === 0 ? [] : [`${count} ${noun}${count === 1 ? "" : "s"}`]);
  const text = [...counted(errors, "error"), ...counted(warnings, "warning")].join(", ");
  return { text: text === "" ? "No problems" : text, kind: errors > 0 ? "error" : warnings > 0 ? "warning" : "fine" };
}

function problem_item(found, acts) {
  const place = found.path === null ? "" : `${found.path}:${found.line}`;
  const go = make("button", { type: "button", className: "problem" },
    make("span", { className: "message" }, ...inline(found.message.replace(/:$/, ""))),
    make("span", { className: "place", textContent: place }));
  go.addEventListener("click", () => acts.go(found));
  const code = make("button", { type: "button", className: "code", textContent: found.code, title: `What ${found.code} means` });
  code.addEventListener("click", () => acts.explain(found.code));
  const fixes = found.actions.map((action) => {
    const button = make("button", { type: "button", className: action.fix ? "primary fix" : "fix", title: action.title,
      textContent: action.fix ? "Fix" : "Declare" });
    button.setAttribute("aria-label", `${button.textContent}: ${action.title}`);
    button.addEventListener("click", () => acts.edit(action.edits));
    return button;
  });
  return make("li", { className: found.severity }, code, go, ...fixes);
}

export function show_problems(diagnostics, acts) {
  $("#problems ol").replaceChildren(...diagnostics.map((found) => problem_item(found, acts)));
  $("#problems h2").textContent = diagnostics.length === 0 ? "No problems" : "Problems";
  $("#fix-all").disabled = !diagnostics.some((one) => one.actions.some((action) => action.fix));
}
