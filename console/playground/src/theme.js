// How the editor looks. Colours are the page's own properties, which reach into the shadow root and follow
// the reader's choice of light or dark.

import { EditorView } from "@codemirror/view";

const floating = {
  color: "var(--text)",
  backgroundColor: "var(--card)",
  border: "1px solid var(--edge)",
  borderRadius: "8px",
  boxShadow: "var(--shadow)",
};

/** A wavy line, drawn by the browser. */
function wavy(colour) {
  return {
    backgroundImage: "none",
    textDecoration: `underline wavy ${colour} 1.5px`,
    textUnderlineOffset: "3px",
    textDecorationSkipInk: "none",
    paddingBottom: "0",
  };
}

function gutter_mark(colour, shape) {
  return { content: "none", width: "9px", height: "9px", margin: "6px auto 0", backgroundColor: colour, ...shape };
}

export const theme = EditorView.theme({
  "&": { height: "100%", color: "var(--text)", backgroundColor: "var(--card)", fontSize: "13.5px" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.6" },
  ".cm-content": { padding: "12px 0 40vh", caretColor: "var(--accent)" },
  ".cm-line": { padding: "0 16px 0 6px" },
  ".cm-cursor, .cm-dropCursor": { borderLeftColor: "var(--accent)", borderLeftWidth: "2px" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground":
    { background: "var(--selection)" },
  ".cm-gutters": { color: "var(--faint)", backgroundColor: "var(--card)", border: "none" },
  ".cm-lineNumbers .cm-gutterElement": { padding: "0 8px 0 14px", minWidth: "38px" },
  ".cm-activeLine": { backgroundColor: "var(--line)" },
  ".cm-activeLineGutter": { color: "var(--text)", backgroundColor: "transparent" },
  "&.cm-focused .cm-matchingBracket": { backgroundColor: "var(--selection)", outline: "none" },
  "&.cm-focused .cm-nonmatchingBracket": { backgroundColor: "transparent" },
  ".cm-selectionMatch": { backgroundColor: "var(--match)" },

  ".flow-keyword": { color: "var(--ink-keyword)" },
  ".flow-name": { color: "var(--ink-name)", fontWeight: "600" },
  ".flow-data": { color: "var(--ink-data)" },
  ".flow-time, .flow-number": { color: "var(--ink-time)" },
  ".flow-text": { color: "var(--ink-text)" },
  ".flow-comment": { color: "var(--soft)", fontStyle: "italic" },
  ".flow-label": { color: "var(--ink-label)" },

  ".cm-lintRange-error": wavy("var(--error)"),
  ".cm-lintRange-warning": wavy("var(--warning)"),
  ".cm-lintRange-active": { backgroundColor: "var(--match)" },
  ".cm-lintPoint-error:after": { borderBottomColor: "var(--error)" },
  ".cm-lintPoint-warning:after": { borderBottomColor: "var(--warning)" },
  ".cm-gutter-lint": { width: "16px" },
  ".cm-gutter-lint .cm-gutterElement": { padding: "0" },
  ".cm-lint-marker-error": gutter_mark("var(--error)", { borderRadius: "50%" }),
  ".cm-lint-marker-warning": gutter_mark("var(--warning)", { transform: "rotate(45deg) scale(.85)" }),

  ".cm-tooltip": floating,
  ".cm-tooltip .cm-tooltip-section:not(:first-child)": { borderTop: "1px solid var(--edge)" },
  ".cm-tooltip-hover": { maxWidth: "min(560px, 90vw)", maxHeight: "320px", overflowY: "auto" },
  ".cm-tooltip-lint": { padding: "4px 0" },
  ".cm-diagnostic": { padding: "8px 12px", borderLeft: "none", fontFamily: "var(--sans)", lineHeight: "1.5", whiteSpace: "pre-wrap" },
  ".cm-diagnosticText": { display: "block" },
  ".cm-diagnosticSource": { display: "none" },
  ".cm-diagnosticAction": { font: "600 12.5px var(--sans)", padding: "4px 10px", margin: "8px 8px 0 0", borderRadius: "6px",
    color: "var(--on-accent)", backgroundColor: "var(--accent)", cursor: "pointer" },
  ".cm-diagnosticText code, .note code": { fontFamily: "var(--mono)", fontSize: ".92em" },
  ".note": { padding: "8px 14px", font: "13.5px/1.55 var(--sans)", maxWidth: "560px" },
  ".note p": { margin: "6px 0" },
  ".note pre": { margin: "6px 0", padding: "8px 10px", borderRadius: "6px", backgroundColor: "var(--page)", overflowX: "auto" },

  ".cm-tooltip.cm-tooltip-autocomplete > ul": { fontFamily: "var(--mono)", fontSize: "13px", maxHeight: "264px", padding: "4px" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li": { padding: "4px 8px", borderRadius: "5px", lineHeight: "1.4" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]": { color: "var(--on-accent)", backgroundColor: "var(--accent)" },
  ".cm-completionMatchedText": { textDecoration: "none", fontWeight: "700" },
  ".cm-completionDetail": { color: "var(--soft)", fontStyle: "normal", marginLeft: "12px" },
  "li[aria-selected] .cm-completionDetail": { color: "inherit", opacity: ".8" },
  ".cm-tooltip.cm-completionInfo": { ...floating, padding: "0", maxWidth: "380px" },
  ".cm-snippetField": { backgroundColor: "var(--match)" },

  ".cm-panels": { color: "var(--text)", backgroundColor: "var(--page)", borderColor: "var(--edge)" },
  ".cm-panels-bottom": { borderTop: "1px solid var(--edge)" },
  ".cm-panel.cm-search": { padding: "8px 12px", fontFamily: "var(--sans)" },
  ".cm-panel.cm-search label": { fontSize: "12.5px" },
  ".cm-textfield": { font: "13px var(--sans)", padding: "4px 8px", borderRadius: "6px", border: "1px solid var(--edge)",
    color: "var(--text)", backgroundColor: "var(--card)" },
  ".cm-button": { font: "13px var(--sans)", padding: "4px 10px", borderRadius: "6px", border: "1px solid var(--edge)",
    color: "var(--text)", background: "var(--card)" },
  ".cm-panel.cm-panel-lint ul": { fontFamily: "var(--sans)", maxHeight: "160px" },
  ".cm-searchMatch": { backgroundColor: "var(--match)" },
  ".cm-searchMatch-selected": { backgroundColor: "var(--selection)" },
});
