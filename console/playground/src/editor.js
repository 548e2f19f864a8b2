// The editor: CodeMirror in a shadow root, so that its styles are adopted sheets and the page needs no
// exception in its content security policy.

import { acceptCompletion, autocompletion, completionKeymap, snippet } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { bracketMatching, indentUnit } from "@codemirror/language";
import { lintGutter, lintKeymap, setDiagnostics } from "@codemirror/lint";
import { highlightSelectionMatches, searchKeymap } from "@codemirror/search";
import { EditorState, Prec, StateEffect, StateField } from "@codemirror/state";
import {
  Decoration, drawSelection, EditorView, highlightActiveLine, highlightActiveLineGutter, hoverTooltip, keymap,
  lineNumbers,
} from "@codemirror/view";
import { theme } from "./theme.js";

const set_colours = StateEffect.define();

/** Decorations of [[from, to, kind], …] that fit a document. */
function marks(colours, length) {
  return Decoration.set(colours.filter(([from, to]) => from < to && to <= length)
    .map(([from, to, kind]) => Decoration.mark({ class: `flow-${kind}` }).range(from, to)), true);
}

const colour_field = StateField.define({
  create: () => Decoration.none,
  update(value, transaction) {
    const effect = transaction.effects.find((one) => one.is(set_colours));
    return effect ? marks(effect.value, transaction.newDoc.length) : value.map(transaction.changes);
  },
  provide: (field) => EditorView.decorations.from(field),
});

/** Tab stops of the Language Server Protocol as CodeMirror writes them. */
function template_of(insert) {
  return insert.replace(/\$(\d+)/g, (_, number) => (number === "0" ? "${}" : `\${${number}}`))
    .replace(/\$\{(\d+)\|([^,|]*)[^|]*\|\}/g, "${$1:$2}")
    .replace(/\$\{0(?::([^{}]*))?\}/g, "${$1}");
}

const TYPES = { keyword: "keyword", snippet: "text", name: "class", field: "property", binding: "variable", value: "constant" };

function option_of(item, render) {
  const fill = item.snippet ? snippet(template_of(item.insert)) : null;
  return {
    label: item.label,
    type: TYPES[item.kind],
    detail: item.detail || undefined,
    info: item.documentation ? () => note(render(item.documentation)) : undefined,
    apply(view, completion, from, to) {
      if (fill) {
        fill(view, completion, from, to);
      } else {
        view.dispatch({ changes: { from, to, insert: item.insert }, selection: { anchor: from + item.insert.length },
          userEvent: "input.complete" });
      }
    },
  };
}

function note(content) {
  const out = document.createElement("div");
  out.className = "note";
  out.append(content);
  return out;
}

/**
 * `language` answers questions about the open file: complete(at), hover(at), definition(at); `render` turns
 * Markdown into nodes; `changed(kind)` is told of "text" and "cursor"; `commands` are key bindings.
 */
export class Editor {
  #view;
  #extensions;

  constructor(host, { language, render, changed, commands }) {
    const root = host.attachShadow({ mode: "open" });
    const complete = (context) => {
      if (!context.explicit && !context.matchBefore(/[\p{L}\d_."]$/u)) {
        return null;
      }
      const items = language.complete(context.pos);
      const typed = items.length === 0 ? "" : context.state.sliceDoc(items[0].from, context.pos);
      const done = !context.explicit && items.some((item) => item.label === typed);
      return items.length === 0 || done ? null
        : { from: items[0].from, options: items.filter((item) => item.from === items[0].from)
          .map((item, at) => ({ ...option_of(item, render), boost: -at / items.length })) };
    };
    const hover = (view, at) => {
      const found = language.hover(at);
      return found === null ? null
        : { pos: found.from, end: found.to, above: true, create: () => ({ dom: note(render(found.markdown)) }) };
    };
    this.#extensions = [
      lineNumbers(), highlightActiveLineGutter(), highlightActiveLine(), history(), drawSelection(),
      EditorState.allowMultipleSelections.of(true), indentUnit.of("  "), bracketMatching(), highlightSelectionMatches(),
      autocompletion({ override: [complete], icons: false }), lintGutter(), hoverTooltip(hover, { hoverTime: 350 }),
      colour_field, EditorView.lineWrapping, theme,
      Prec.high(keymap.of([{ key: "Tab", run: acceptCompletion }, ...commands])),
      keymap.of([...completionKeymap, ...lintKeymap, ...searchKeymap, ...historyKeymap, ...defaultKeymap]),
      EditorView.domEventHandlers({
        mousedown: (event, view) => {
          const at = event.ctrlKey || event.metaKey ? view.posAtCoords({ x: event.clientX, y: event.clientY }) : null;
          return at !== null && language.definition(at);
        },
      }),
      EditorView.updateListener.of((update) => {
        if (update.docChanged) {
          changed("text");
        } else if (update.selectionSet) {
          changed("cursor");
        }
      }),
    ];
    this.#view = new EditorView({ state: this.state_of("", ""), parent: root, root });
  }

  state_of(path, text) {
    return EditorState.create({ doc: text, extensions: [...this.#extensions,
      EditorView.contentAttributes.of({ "aria-label": `Text of ${path}`, tabindex: "0" })] });
  }

  get state() {
    return this.#view.state;
  }

  get cursor() {
    return this.#view.state.selection.main.head;
  }

  show(state) {
    this.#view.setState(state);
  }

  colour(colours) {
    this.#view.dispatch({ effects: set_colours.of(colours) });
  }

  underline(diagnostics) {
    const { length } = this.#view.state.doc;
    this.#view.dispatch(setDiagnostics(this.#view.state, diagnostics.filter((one) => one.to <= length)));
  }

  /** Changes as one step that can be undone. */
  change(changes) {
    this.#view.dispatch({ changes, userEvent: "input.fix", scrollIntoView: true });
  }

  go(from, to = from) {
    const { length } = this.#view.state.doc;
    this.#view.dispatch({
      selection: { anchor: Math.min(from, length), head: Math.min(to, length) },
      effects: EditorView.scrollIntoView(Math.min(from, length), { y: "center" }),
    });
    this.#view.focus();
  }

  line_start(line) {
    const { doc } = this.#view.state;
    return doc.line(Math.min(Math.max(line, 1), doc.lines)).from;
  }
}
