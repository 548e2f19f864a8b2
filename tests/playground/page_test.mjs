// The built page in Chromium, as a visitor meets it. Served on loopback; nothing may ask for anything else.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { extname, join, normalize } from "node:path";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { chromium } from "playwright-core";
import { built, folder, load_checker, on_disk, site, sluice } from "./support.mjs";

const require = createRequire(import.meta.url);
const AXE = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const TYPES = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml",
  ".wasm": "application/wasm" };
const FLOW = "flows/cart-reminder.flow";
const example = folder("console/playground/example");
const WAIT = { timeout: 20_000 };

built("index.html");
const checker = await load_checker();

let server;
let origin;
let browser;
let context;
let page;
let troubles; // what a page may never do

before(async () => {
  server = createServer((request, response) => {
    const { pathname } = new URL(request.url, "http://localhost");
    const name = normalize(pathname === "/" ? "/index.html" : pathname);
    try {
      const body = readFileSync(join(site, name));
      response.writeHead(200, { "content-type": TYPES[extname(name)] ?? "application/octet-stream" }).end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  origin = `http://127.0.0.1:${server.address().port}`;
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
      "--disable-component-update", "--disable-sync"],
  });
});

after(async () => {
  await browser?.close();
  server?.closeAllConnections();
  server?.close();
});

async function open(address = "/", options = {}) {
  context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
  await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin });
  await context.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (event) =>
      console.error(`violation of ${event.violatedDirective}: ${event.blockedURI}`));
  });
  page = await context.newPage();
  page.on("console", (message) => ["error", "warning"].includes(message.type()) && troubles.push(message.text()));
  page.on("pageerror", (error) => troubles.push(error.message));
  context.on("request", (request) => request.url().startsWith(`${origin}/`) ||
    request.url().startsWith("data:") || troubles.push(`request of ${request.url()}`));
  await page.goto(origin + address);
  await ready();
}

async function ready() {
  await page.locator("#status:not(.waiting)").waitFor(WAIT);
}

beforeEach(() => {
  troubles = [];
});
afterEach(async () => {
  await context?.close();
  assert.deepEqual(troubles, []);
});

const status = () => page.locator("#status").textContent();
const text = () => page.locator(".cm-content").evaluate((content) =>
  [...content.querySelectorAll(".cm-line")].map((line) => line.textContent).join("\n"));
const terminal = () => page.locator("#terminal pre").textContent();
const squiggles = () => page.locator(".cm-lintRange-error");
const file = (path) => page.locator("#files li button", { hasText: path.split("/").at(-1) });

async function said(wanted) {
  await page.locator("#status", { hasText: wanted }).waitFor(WAIT);
}

/** Puts the cursor behind the first occurrence of a piece of text in the editor, with its search. */
async function behind(piece) {
  await page.locator(".cm-content").focus();
  await page.keyboard.press("Control+Home");
  await page.keyboard.press("Control+f");
  await page.locator(".cm-search input[name=search]").fill("");
  await page.keyboard.type(piece);
  await page.keyboard.press("Enter");
  await page.locator(".cm-selectionMatch, .cm-searchMatch-selected").first().waitFor(WAIT);
  await page.keyboard.press("Escape");
  await page.keyboard.press("ArrowRight");
}

function changed(path, before, now) {
  return example.map(([name, body]) => [name, name === path ? body.replace(before, now) : body]);
}

test("the example opens without a problem, with its colours and its picture", async () => {
  await open();
  assert.equal(await status(), "No problems");
  assert.equal(await text(), example.find(([path]) => path === FLOW)[1].replace(/\n$/, "\n"));
  assert.match(await terminal(), /^\$ sluice check \.\n6 files, 2 flows, 4 messages, 2 tests: no errors, 0 warnings\n$/);
  assert.equal(await page.locator(".flow-keyword", { hasText: /^flow$/ }).count(), 1);
  assert.equal(await page.locator("#canvas svg [data-id^=s]").count(), 7);
  assert.equal(await page.locator("#drawing").inputValue(), "Cart Reminder");
});

test("a mistake is underlined and told as `sluice check` tells it, and Fix mends it", async () => {
  await open();
  await behind("starts when Checkout Start");
  await page.keyboard.press("Backspace");
  await said("1 error");
  assert.equal(await squiggles().first().textContent(), "Checkout Stared");
  const mistaken = changed(FLOW, "starts when Checkout Started", "starts when Checkout Stared");
  const { code, out } = await sluice(on_disk(mistaken), "check", ".");
  assert.equal(code, 1);
  assert.equal(await terminal(), `$ sluice check .\n${out}`);
  const problem = page.locator("#problems li.error");
  assert.equal(await problem.count(), 1);
  assert.equal(await problem.locator(".place").textContent(), `${FLOW}:4`);
  assert.equal(await problem.locator(".code").textContent(), "E201");
  assert.ok(out.replaceAll("`", "").includes(await problem.locator(".message").textContent()), out);
  assert.equal(await file(FLOW).getAttribute("class"), "error");
  await problem.getByRole("button", { name: "Fix: Change to `Checkout Started`" }).click();
  await said("No problems");
  assert.equal(await squiggles().count(), 0);
  assert.equal(await text(), example.find(([path]) => path === FLOW)[1]);
  await page.locator(".cm-content").focus();
  await page.keyboard.press("Control+z");
  await said("1 error");
});

test("a problem leads to its place, in another file as well", async () => {
  await open();
  await file("messages.flow").click();
  await behind("uses Checkout Start");
  await page.keyboard.press("Backspace");
  await said("error");
  await file("policy.flow").click();
  assert.equal(await squiggles().count(), 0);
  await page.locator("#problems .problem").first().click();
  assert.equal(await file("messages.flow").getAttribute("aria-current"), "true");
  assert.equal(await page.evaluate(() => document.querySelector("#editor").shadowRoot.activeElement?.className
    .includes("cm-content")), true);
  assert.ok(await squiggles().count() > 0);
});

test("Fix all makes what `sluice check --fix` makes", async () => {
  await open();
  await behind("wait 1 hour");
  await page.keyboard.type("\n  wait until 9am\n  wait until 5pm");
  await said("2 errors");
  await page.locator("#fix-all").click();
  await said("No problems");
  assert.match(await text(), /wait until 09:00\n +wait until 17:00\n/);
  assert.equal(await page.locator("#fix-all").isDisabled(), true);
});

test("the picture follows the text", async () => {
  await open();
  const cards = page.locator("#canvas svg [data-id^=s]");
  assert.equal(await cards.count(), 7);
  await behind("wait 1 hour");
  await page.keyboard.type("\n  wait 2 days");
  await page.locator("#canvas svg [data-id='s8']").waitFor(WAIT);
  assert.equal(await cards.count(), 8);
  const now = changed(FLOW, "wait 1 hour", "wait 1 hour\n  wait 2 days");
  const { out } = await sluice(on_disk(now), "graph", ".", "Cart Reminder", "--format", "svg");
  const described = out.match(/<desc[^>]*>([^]*?)<\/desc>/)[1].replaceAll("&gt;", ">");
  assert.equal(await page.locator("#canvas svg desc").textContent(), described);
});

test("the picture follows the cursor, and its cards lead back to the text", async () => {
  await open();
  await file("win-back.flow").click();
  await page.locator("#canvas svg title", { hasText: "Flow Win Back" }).waitFor({ ...WAIT, state: "attached" });
  await page.locator("#drawing").selectOption("Cart Reminder");
  await page.locator("#canvas svg [data-id='s2']").click();
  assert.equal(await file(FLOW).getAttribute("aria-current"), "true");
  assert.equal(await page.locator(".cm-activeLine").textContent(), "  send email Cart Reminder with cart");
  await page.locator("#drawing").selectOption({ label: "All flows" });
  await page.locator("#canvas svg title", { hasText: "All flows" }).waitFor({ ...WAIT, state: "attached" });
});

test("a code leads to its page", async () => {
  await open();
  await behind("wait 1 hour");
  await page.keyboard.type("\n  wait until 9am");
  await said("1 error");
  await page.locator("#problems .code").click();
  const article = page.locator("#explain article");
  const { plain } = checker.ask("explain", [], { argument: await page.locator("#problems .code").textContent() });
  assert.equal(await article.locator("h2").textContent(), plain.split("\n")[0]);
  assert.ok(await article.locator("pre .flow-keyword").count() > 0);
  assert.equal(await page.locator("#tab-explain").getAttribute("aria-selected"), "true");
});

test("completion offers what fits, hover says what it is", async () => {
  await open();
  await behind("starts when Checkout Started");
  await page.keyboard.press("Shift+Home");
  await page.keyboard.type("  starts when Ord");
  const offered = page.locator(".cm-tooltip-autocomplete li", { hasText: "Order Placed" });
  await offered.click(WAIT); // Enter takes nothing in the first moments of a list, lest it was meant for the text
  await page.locator(".flow-name", { hasText: /^Order Placed$/ }).first().waitFor(WAIT);
  assert.match(await text(), /starts when Order Placed where/);
  await page.locator(".flow-name", { hasText: /^Order Placed$/ }).first().hover();
  const hover = page.locator(".cm-tooltip-hover .note", { hasText: "order_id" });
  await hover.waitFor(WAIT);
  assert.ok(await hover.locator(".flow-keyword").count() > 0);
});

test("Format lays the file out as `sluice fmt` does", async () => {
  await open();
  await behind("  wait 1 hour");
  await page.keyboard.type("     \n\n\n\n       wait    2    days");
  await page.locator("#picture [data-id='s8']").waitFor(WAIT);
  const untidy = await text();
  await page.locator("#format").click();
  const { text: tidy } = checker.ask("format", [[FLOW, untidy]], { path: FLOW });
  assert.notEqual(tidy, untidy);
  assert.equal(await text(), tidy);
});

test("a shared address brings the project back", async () => {
  await open();
  await behind("wait 1 hour");
  await page.keyboard.type("\n  wait 3 days");
  await page.locator("#picture [data-id='s8']").waitFor(WAIT); // the check's own word comes first
  await page.locator("#share").click();
  await said("The link is copied");
  const address = await page.evaluate(() => navigator.clipboard.readText());
  assert.ok(address.startsWith(`${origin}/#1.`), address);
  assert.equal(address, page.url());
  await context.close();
  await open(new URL(address).pathname + new URL(address).hash);
  assert.match(await text(), /wait 1 hour\n +wait 3 days\n/);
  assert.equal(await status(), "No problems");
  await page.evaluate(() => { location.hash = "#1.broken"; });
  await said("cannot be opened");
});

test("what was written is there after a reload, until Start over", async () => {
  await open();
  await behind("wait 1 hour");
  await page.keyboard.type("\n  wait 4 days");
  await page.locator("#picture [data-id='s8']").waitFor(WAIT);
  await page.reload();
  await ready();
  assert.match(await text(), /wait 4 days/);
  await page.locator("#restart").click();
  assert.doesNotMatch(await text(), /wait 4 days/);
  await page.reload();
  await ready();
  assert.doesNotMatch(await text(), /wait 4 days/);
});

test("files are made, renamed and removed", async () => {
  await open();
  const name = page.locator("#name-field");
  await page.locator("#new-file").click();
  await name.fill("a.txt/");
  await page.keyboard.press("Enter");
  assert.match(await page.locator("#name-problem").textContent(), /ends in \.flow/);
  await name.fill("extra.flow");
  await page.keyboard.press("Enter");
  await page.keyboard.type("event Extra Thing");
  await page.locator("#terminal pre", { hasText: "7 files" }).waitFor({ ...WAIT, state: "attached" });
  await page.locator("#rename-file").click();
  await name.fill("flows/other.flow");
  await page.keyboard.press("Enter");
  assert.equal(await file("other.flow").getAttribute("aria-current"), "true");
  assert.equal(await text(), "event Extra Thing");
  await page.locator("#remove-file").click();
  await page.locator("#terminal pre", { hasText: "6 files" }).waitFor({ ...WAIT, state: "attached" });
  assert.equal(await file("other.flow").count(), 0);
});

test("it opens again without a network", async () => {
  await open();
  await page.evaluate(() => navigator.serviceWorker.ready);
  await page.reload();
  await ready();
  await context.setOffline(true);
  await page.reload();
  await ready();
  assert.equal(await status(), "No problems");
  assert.equal(await page.locator("#canvas svg [data-id^=s]").count(), 7);
  await context.setOffline(false);
});

test("the keyboard is enough", async () => {
  await open();
  await page.locator("#share").focus();
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.closest("#files") !== null), true);
  await page.locator(".cm-content").focus();
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.id !== "editor"), true, "Tab leaves the editor");
  await page.locator("#tab-picture").focus();
  await page.keyboard.press("ArrowRight");
  assert.equal(await page.locator("#terminal").isVisible(), true);
  await page.keyboard.press("ArrowLeft");
  assert.equal(await page.locator("#picture").isVisible(), true);
});

for (const colorScheme of ["light", "dark"]) {
  for (const width of [1440, 900, 390]) {
    test(`nobody is kept out: ${colorScheme}, ${width} pixels wide`, async () => {
      await open("/", { colorScheme, viewport: { width, height: 844 } });
      await behind("wait 1 hour");
      await page.keyboard.type("\n  wait until 9am");
      await said("1 error");
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      assert.ok(wide <= 0, `${wide} pixels too wide`);
      if (process.env.SCREENSHOTS) {
        await page.screenshot({ path: join(process.env.SCREENSHOTS, `${colorScheme}-${width}.png`), fullPage: width < 640 });
      }
      await page.evaluate(AXE);
      const { violations } = await page.evaluate(() => globalThis.axe.run(document, {
        runOnly: ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"] }));
      assert.deepEqual(violations.map(({ id, nodes }) => [id, nodes.map((node) => node.html)]), []);
    });
  }
}

test("without the module the page says so", async () => {
  context = await browser.newContext();
  page = await context.newPage();
  await page.route("**/sluice.wasm", (route) => route.fulfill({ status: 503 }));
  await page.goto(origin);
  await said("cannot be loaded: the server answered 503");
});
