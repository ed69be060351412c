// What a test notes of every page that its browser comes to.
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { SCHEMES, SIZES, require } from "./browser.mjs";

export { SCHEMES, SIZES, open } from "./browser.mjs";
const AXE = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** What the test asks for, on standard input unless orders come there; and the way to answer it. */
export const task = JSON.parse(process.argv[2] ?? readFileSync(0, "utf8"));
export const answer = (value) => process.stdout.write(JSON.stringify(value));

/** Faults of pages, each once, however often it is seen. */
export class Faults {
  list = new Set();
  add(where, what) {
    this.list.add(`${where}: ${what}`);
  }
}

/** A tab whose every word on the console and every request is noted. */
export async function tab(browser, faults, { cookies = [], ...options } = {}) {
  const context = await browser.newContext({ viewport: SIZES[0], serviceWorkers: "block", ...options });
  await context.addCookies(cookies.map(({ name, value }) => ({ name, value, url: task.origin })));
  const page = await context.newPage();
  const here = () => page.url().replace(task.origin, "");
  page.on("console", (said) => {
    // The browser's own words about a status: of pages and parts, these are looked at by themselves.
    if (["error", "warning"].includes(said.type()) && !said.text().startsWith("Failed to load resource: the server responded")) {
      faults.add(here(), `${said.type()} on the console: ${said.text()}`);
    }
  });
  page.on("response", (response) => {
    const isPart = response.request().resourceType() !== "document";
    if (isPart && response.status() >= 400) faults.add(here(), `${response.url()} answered ${response.status()}`);
  });
  page.on("pageerror", (e) => faults.add(here(), `error in a script: ${e.message}`));
  page.on("dialog", (dialog) => {
    faults.add(here(), `a dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  context.on("page", (other) => other !== page && faults.add(here(), "another window"));
  context.on("request", (request) => {
    const url = new URL(request.url());
    if (!["data:", "blob:"].includes(url.protocol) && url.origin !== task.origin) faults.add(here(), `a request to ${url.origin}`);
  });
  return page;
}

/** Goes somewhere: the answer to it, or null where that is a file to keep. */
export async function go(page, path) {
  try {
    const response = await page.goto(new URL(path, task.origin).href, { waitUntil: "load" });
    // It is put together in the browser.
    if (path.startsWith("/docs")) await page.locator("h1").first().waitFor();
    return response;
  } catch (e) {
    if (/Download is starting|ERR_ABORTED/.test(e.message)) return null;
    throw e;
  }
}

/** Whether a page is as wide as the window that it is in. */
export async function fits(page, faults, where) {
  const wide = await page.evaluate(() => {
    const root = document.scrollingElement;
    if (root.scrollWidth <= innerWidth) return null;
    const sticksOut = (e) => e.getBoundingClientRect().right > innerWidth + 1;
    const name = (e) => `${e.tagName.toLowerCase()}.${e.className} ${e.textContent.trim().slice(0, 40)}`;
    return `${root.scrollWidth} px: ${[...document.body.querySelectorAll("*")].filter(sticksOut).slice(0, 3).map(name).join("; ")}`;
  });
  if (wide) faults.add(where, `wider than the window, ${wide}`);
}

/** What axe-core has against a page. It is brought in by the protocol of the developer's tools, which no policy of a page stops. */
export async function axe(page, faults, where, runOnly = TAGS) {
  const tools = await page.context().newCDPSession(page);
  const run = async (expression) => {
    const { result, exceptionDetails } = await tools.send("Runtime.evaluate", { expression, awaitPromise: true, returnByValue: true });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  };
  if (!(await run("typeof axe === 'object'"))) await run(`${AXE};0`);
  const exclude = JSON.stringify(task.strangers ?? []);
  const found = await run(`axe.run({ exclude: ${exclude} }, { runOnly: ${JSON.stringify(runOnly)}, resultTypes: ["violations"] }).then((all) =>
    all.violations.map((one) => one.id + ": " + one.help + " at " + one.nodes.slice(0, 3).map((node) => node.target.join(" ") + " " + node.html.slice(0, 160)).join(" | ")))`);
  for (const violation of found) faults.add(where, violation);
  await tools.detach();
}

/** All looks of a page that is there: each size in each scheme. */
export async function looks(page, faults, where, name) {
  for (const [nth, size] of SIZES.entries()) {
    for (const scheme of SCHEMES) {
      await page.setViewportSize(size);
      await page.emulateMedia({ colorScheme: scheme });
      const look = `${where} (${size.width} px, ${scheme})`;
      await fits(page, faults, look);
      // Each size and each scheme once with all rules; colours in the other scheme, and sizes in the other size, add nothing.
      if (nth === SCHEMES.indexOf(scheme)) await axe(page, faults, look);
      await picture(page, `${name}-${size.width}-${scheme}`);
    }
  }
  await page.setViewportSize(SIZES[0]);
  await page.emulateMedia({ colorScheme: SCHEMES[0] });
}

/** Keeps a picture where somebody wants to look at them: in the folder that KEYWRIGHT_PICTURES names. */
async function picture(page, name) {
  const folder = process.env.KEYWRIGHT_PICTURES;
  if (!folder) return;
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name.replace(/[^\w-]+/g, "_")}.png`), fullPage: true });
}

/** The kind of an address: its path with the numbers out, and the names in its query. */
export function template(path) {
  const url = new URL(path, task.origin);
  const way = url.pathname.replace(/\/\d+[^/]*(?=\/|$)/g, "/{id}");
  return [way, ...[...new Set(url.searchParams.keys())].sort()].join("?");
}
