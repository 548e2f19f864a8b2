// The little Markdown that the pages and hovers of the language are written in, as elements. Text stays
// text: nothing is ever read as HTML.

function element(name, ...children) {
  const out = document.createElement(name);
  out.append(...children);
  return out;
}

/** `code`, **strong** and [text](address); addresses lead into the page only. */
export function inline(text) {
  const parts = text.split(/(`[^`]+`|\*\*[^*]+\*\*|\[[^\]]+\]\([^)]*\))/);
  return parts.filter((part) => part !== "").map((part) => {
    if (part.startsWith("`") && part.length > 2) {
      return element("code", part.slice(1, -1));
    }
    if (part.startsWith("**") && part.length > 4) {
      return element("strong", ...inline(part.slice(2, -2)));
    }
    const link = part.match(/^\[([^\]]+)\]\([^)]*\)$/);
    return link ? element("em", link[1]) : part;
  });
}

function fence(info, lines, colour) {
  const code = element("code");
  const text = lines.join("\n");
  const flow = /^flow\b/.test(info);
  code.append(...(flow ? colour(text) : [text]));
  const out = element("pre", code);
  const wrong = info.match(/fails=(\w+)/);
  if (wrong) {
    out.className = "wrong";
    out.dataset.code = wrong[1];
  }
  out.tabIndex = 0;
  return out;
}

function table(lines) {
  const cells = (line) => line.replace(/^\||\|$/g, "").split("|").map((cell) => cell.trim());
  const row = (line, name) => element("tr", ...cells(line).map((cell) => element(name, ...inline(cell))));
  return element("table", element("thead", row(lines[0], "th")),
    element("tbody", ...lines.slice(2).map((line) => row(line, "td"))));
}

/** `colour` turns flow text into nodes. */
export function render(markdown, colour = (text) => [text]) {
  const out = document.createDocumentFragment();
  const lines = markdown.split("\n");
  const take = (test) => {
    const taken = [];
    while (lines.length > 0 && test(lines[0])) {
      taken.push(lines.shift());
    }
    return taken;
  };
  while (lines.length > 0) {
    const line = lines[0];
    const heading = line.match(/^(#{1,4}) (.*)/);
    if (line.startsWith("```")) {
      lines.shift();
      const body = take((next) => !next.startsWith("```"));
      lines.shift();
      out.append(fence(line.slice(3).trim(), body, colour));
    } else if (heading) {
      lines.shift();
      out.append(element(`h${heading[1].length + 1}`, ...inline(heading[2])));
    } else if (/^[-*] /.test(line)) {
      const items = take((next) => /^([-*] |  )/.test(next)).join("\n").split(/^[-*] /m).slice(1);
      out.append(element("ul", ...items.map((item) => element("li", ...inline(item.replace(/\n\s*/g, " "))))));
    } else if (line.startsWith("|")) {
      out.append(table(take((next) => next.startsWith("|"))));
    } else if (line.trim() === "") {
      lines.shift();
    } else {
      const text = take((next) => next.trim() !== "" && !/^(```|#|\||[-*] )/.test(next));
      out.append(element("p", ...inline((text.length > 0 ? text : [lines.shift()]).join(" "))));
    }
  }
  return out;
}
