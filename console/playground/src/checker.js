// The language, compiled to WebAssembly (dsl/wasm/README.md): bytes in, JSON out, nothing kept.

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

/** The day that has begun everywhere, in days since 1970-01-01; as `sluice check` counts it. */
export function today(now = Date.now()) {
  return Math.floor((now - 12 * HOUR_MS) / DAY_MS);
}

/** Texts, each behind four bytes of length, the lowest first. */
export function encode(texts) {
  const encoder = new TextEncoder();
  const pieces = texts.map((text) => encoder.encode(text));
  const bytes = new Uint8Array(pieces.reduce((sum, piece) => sum + 4 + piece.length, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const piece of pieces) {
    view.setUint32(at, piece.length, true);
    bytes.set(piece, at + 4);
    at += 4 + piece.length;
  }
  return bytes;
}

// What WASI's C library would write its last words with. The language itself asks for nothing.
const NO_SUCH_CALL = 52; // ENOSYS of WASI
const SYSTEM = { fd_close: () => NO_SUCH_CALL, fd_seek: () => NO_SUCH_CALL, fd_write: () => NO_SUCH_CALL };

export class Checker {
  #module;
  #exports = null;

  constructor(module) {
    this.#module = module;
  }

  static async load(bytes) {
    return new Checker(await WebAssembly.compile(bytes));
  }

  /** `files` is a list of [path, text]. Throws only when the module itself fails. */
  ask(verb, files, { path = "", argument = "", day = today() } = {}) {
    return JSON.parse(this.#call(encode([verb, path, String(argument), String(day), ...files.flat()])));
  }

  /** What the module has taken of the browser's memory. */
  get memory_bytes() {
    return this.#exports?.memory.buffer.byteLength ?? 0;
  }

  #call(request) {
    this.#exports ??= this.#start();
    const { memory, sluice_allocate, sluice_free, sluice_call } = this.#exports;
    try {
      const given = sluice_allocate(request.length);
      new Uint8Array(memory.buffer, given, request.length).set(request);
      const taken = sluice_call(given, request.length);
      const length = new DataView(memory.buffer).getUint32(taken, true);
      const text = new TextDecoder().decode(new Uint8Array(memory.buffer, taken + 4, length));
      sluice_free(taken);
      sluice_free(given);
      return text;
    } catch (error) {
      this.#exports = null; // what trapped may have left its memory half written
      throw error;
    }
  }

  #start() {
    const { exports } = new WebAssembly.Instance(this.#module, { wasi_snapshot_preview1: SYSTEM });
    exports._initialize();
    return exports;
  }
}
