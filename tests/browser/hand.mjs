// A hand on one window: an order a line on standard input, and for each a line that tells what came of it.
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { Faults, SIZES, fits, go, looks, open, tab, task } from "./lib.mjs";
import { ring } from "./keyboard.mjs";

/** How long something may take to be there, in milliseconds. */
const PATIENCE = 20_000;

const browser = await open();
const faults = new Faults();
/** With JavaScript at a desk, without it on a phone. */
const stranger = {
  javaScriptEnabled: task.hasScript,
  viewport: SIZES[task.hasScript ? 0 : 1],
  permissions: ["clipboard-read", "clipboard-write"],
};
let page = await tab(browser, faults, stranger);
const path = () => page.url().replace(task.origin, "");
/** The first that is seen: of some things there are two, one for each size. */
const at = (selector) => page.locator(selector).locator("visible=true").first();

const orders = {
  async go({ to }) {
    const response = await go(page, to);
    return response?.status();
  },
  async fill({ field, text }) {
    await at(field).fill(text);
  },
  /** A box that is to be ticked, whether it is or not. */
  async tick({ what }) {
    await at(what).check();
  },
  /** One of the choices of a field, by a part of its words. */
  async choose({ field, text }) {
    const value = await at(field).locator("option", { hasText: text }).first().getAttribute("value");
    await at(field).selectOption(value);
  },
  async attach({ field, file }) {
    await at(field).setInputFiles(file);
  },
  async type({ keys }) {
    await page.keyboard.press(keys);
  },
  async followByKey({ keys }) {
    await Promise.all([page.waitForEvent("framenavigated", { timeout: PATIENCE }), page.keyboard.press(keys)]);
    await page.waitForLoadState("load");
  },
  async text({ what }) {
    return at(what).textContent();
  },
  /** What has the focus, by its id. */
  async focused() {
    return page.evaluate(() => document.activeElement.id);
  },
  async clipboard() {
    return page.evaluate(() => navigator.clipboard.readText());
  },
  /** Something that leads to another page, or to this one again. */
  async follow({ what }) {
    await Promise.all([page.waitForEvent("framenavigated", { timeout: PATIENCE }), at(what).click()]);
    await page.waitForLoadState("load");
  },
  async press({ what }) {
    await at(what).click();
  },
  /** Something that comes without a hand on it. */
  async await({ what }) {
    await at(what).waitFor({ timeout: PATIENCE });
  },
  async read({ what }) {
    return at(what).innerText();
  },
  async value({ what }) {
    return at(what).inputValue();
  },
  async count({ what }) {
    return page.locator(what).count();
  },
  /** The name and the bytes of a file that something leads to. */
  async keep({ what }) {
    const [file] = await Promise.all([page.waitForEvent("download", { timeout: PATIENCE }), at(what).click()]);
    return { name: file.suggestedFilename(), text: readFileSync(await file.path(), "utf8") };
  },
  /** Marks the page that is there: a page that is loaded again has no mark. */
  async mark() {
    await page.evaluate(() => { window.isMarked = true; });
  },
  async isMarked() {
    return page.evaluate(() => window.isMarked === true);
  },
  async look({ name }) {
    if (!task.hasScript) {
      await fits(page, faults, `${name}, ${path()} (without JavaScript)`);
      return;
    }
    await looks(page, faults, `${name}, ${path()}`, `${task.name}-${name}`);
    await ring(page, faults, path(), true);
  },
  /** Somebody else sits down: a browser that knows nobody. */
  async change() {
    await page.context().close();
    page = await tab(browser, faults, stranger);
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const order = JSON.parse(line);
  const begun = performance.now();
  let answer;
  try {
    const value = await orders[order.do](order);
    answer = { value: value ?? null };
  } catch (e) {
    answer = { error: `${e.message} at ${path()}: ${await page.locator("body").innerText().catch(() => "nothing")}` };
  }
  const ms = performance.now() - begun;
  process.stdout.write(`${JSON.stringify({ ...answer, ms, path: path(), faults: [...faults.list] })}\n`);
}
await browser.close();
