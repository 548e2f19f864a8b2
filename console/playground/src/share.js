// A project as the part of an address behind the #: deflated JSON in the letters of base64url.

const VERSION = "1.";
/** What a shared project may hold, unpacked; a link is somebody else's text. */
const BYTES_MAX = 1 << 20;

async function through(stream, bytes) {
  const reader = new Blob([bytes]).stream().pipeThrough(stream).getReader();
  const pieces = [];
  let size = 0;
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    pieces.push(read.value);
    size += read.value.length;
    if (size > BYTES_MAX) {
      await reader.cancel();
      throw new Error("it holds more than a megabyte");
    }
  }
  return new Uint8Array(await new Blob(pieces).arrayBuffer());
}

/** `files` is a list of [path, text], `open` the path of the one that is shown. */
export async function pack(files, open) {
  const bytes = new TextEncoder().encode(JSON.stringify({ files, open }));
  const packed = await through(new CompressionStream("deflate-raw"), bytes);
  let letters = "";
  for (const byte of packed) {
    letters += String.fromCharCode(byte);
  }
  return VERSION + btoa(letters).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function is_project(value) {
  return Array.isArray(value?.files) && value.files.length > 0 &&
    value.files.every((file) => Array.isArray(file) && file.length === 2 &&
      file.every((part) => typeof part === "string") && file[0] !== "") &&
    new Set(value.files.map(([path]) => path)).size === value.files.length;
}

/** The project of a fragment without its #. Throws with words for people. */
export async function unpack(fragment) {
  if (!fragment.startsWith(VERSION)) {
    throw new Error("it is not a link of this playground");
  }
  let value;
  try {
    const letters = atob(fragment.slice(VERSION.length).replaceAll("-", "+").replaceAll("_", "/"));
    const packed = Uint8Array.from(letters, (letter) => letter.charCodeAt(0));
    const bytes = await through(new DecompressionStream("deflate-raw"), packed);
    value = JSON.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    throw new Error(error.message.startsWith("it ") ? error.message : "it is cut off or damaged");
  }
  if (!is_project(value)) {
    throw new Error("it holds no files");
  }
  const open = value.files.some(([path]) => path === value.open) ? value.open : value.files[0][0];
  return { files: value.files, open };
}
