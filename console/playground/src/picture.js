// The picture of a flow, a lifecycle or all flows. The SVG stands in a shadow root with its style sheet
// adopted; a click on a card leads to its line.

const MIN = 0.25;
const MAX = 2.5;
/** Below this a picture that is made to fit cannot be read any more. */
const READABLE = 0.55;

export class Picture {
  #root;
  #host;
  #svg = null;
  #text = "";
  #zoom = 0; // 0: as wide as there is place

  /** `chosen(step)` is told the id of the step that was clicked. */
  constructor(host, chosen) {
    this.#host = host;
    this.#root = host.attachShadow({ mode: "open" });
    const choose = (event) => {
      const card = event.target.closest?.("[data-id]");
      if (card !== null && card !== undefined) {
        chosen(card.dataset.id);
      }
    };
    this.#root.addEventListener("click", choose);
    new ResizeObserver(() => this.#size()).observe(host);
  }

  show(text) {
    if (text === this.#text) {
      return;
    }
    this.#text = text;
    // A style element would be refused by the page's policy as soon as it is parsed.
    const rules = [];
    const plain = text.replace(/<style>([^]*?)<\/style>/g, (_, style) => {
      rules.push(style);
      return "";
    });
    const parsed = new DOMParser().parseFromString(plain, "image/svg+xml").documentElement;
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(`${rules.join("\n")}\n:host{display:block}svg{display:block;margin:0 auto}[data-id]{cursor:pointer}`);
    this.#root.adoptedStyleSheets = [sheet];
    this.#svg = document.importNode(parsed, true);
    this.#root.replaceChildren(this.#svg);
    this.#size();
  }

  zoom(factor) {
    this.#zoom = Math.min(MAX, Math.max(MIN, this.#scale() * factor));
    this.#size();
  }

  fit() {
    this.#zoom = 0;
    this.#size();
  }

  #scale() {
    const width = this.#svg?.viewBox.baseVal.width ?? 0;
    const fitting = width > 0 ? Math.max(READABLE, Math.min(1, this.#host.clientWidth / width)) : 1;
    return this.#zoom === 0 ? fitting : this.#zoom;
  }

  #size() {
    if (this.#svg !== null) {
      const { width, height } = this.#svg.viewBox.baseVal;
      this.#svg.setAttribute("width", String(Math.round(width * this.#scale())));
      this.#svg.setAttribute("height", String(Math.round(height * this.#scale())));
    }
  }
}
