// The files of the project with an editor state each, and what the browser keeps of them.

const KEY = "sluice-playground";

/** Why a path cannot be given to a file; empty when it can. */
export function path_problem(path, taken) {
  if (!/\.(flow|html|htm|liquid|txt)$/.test(path)) {
    return "A file ends in .flow, or as a message body in .html, .liquid or .txt.";
  }
  if (!path.split("/").every((part) => part !== "" && !part.startsWith("."))) {
    return "Folders stand before a single slash, and no part begins with a dot.";
  }
  return taken.includes(path) ? "There is a file of this name already." : "";
}

export class Project {
  #states = new Map();
  #make;
  open = "";

  /** `make(path, text)` gives an editor state. */
  constructor(make) {
    this.#make = make;
  }

  load({ files, open }) {
    this.#states = new Map(files.map(([path, text]) => [path, this.#make(path, text)]));
    this.open = this.#states.has(open) ? open : this.paths[0];
  }

  /** Folders behind the files beside them. */
  get paths() {
    const key = (path) => path.split("/").map((part, at, all) => (at + 1 < all.length ? `1${part}` : `0${part}`)).join("/");
    return [...this.#states.keys()].sort((a, b) => (key(a) < key(b) ? -1 : 1));
  }

  get files() {
    return this.paths.map((path) => [path, this.#states.get(path).doc.toString()]);
  }

  has(path) {
    return this.#states.has(path);
  }

  state(path = this.open) {
    return this.#states.get(path);
  }

  keep(path, state) {
    this.#states.set(path, state);
  }

  add(path, text) {
    this.#states.set(path, this.#make(path, text));
  }

  remove(path) {
    this.#states.delete(path);
  }

  save() {
    try {
      localStorage.setItem(KEY, JSON.stringify({ files: this.files, open: this.open }));
    } catch {
      // A browser that keeps nothing, or no more: the page works all the same.
    }
  }

  static saved() {
    try {
      const value = JSON.parse(localStorage.getItem(KEY));
      return Array.isArray(value?.files) && value.files.length > 0 ? value : null;
    } catch {
      return null;
    }
  }

  static forget() {
    try {
      localStorage.removeItem(KEY);
    } catch {
      // As in save().
    }
  }
}
