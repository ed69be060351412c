// The first minutes: from the link that the server printed to its first page, as somebody does it who fills in what is asked for and
// presses the one button: {clicks, fields, steps, path, cookies, faults}.
import { Faults, answer, go, looks, open, tab, task } from "./lib.mjs";
import { ring } from "./keyboard.mjs";

/** More steps than anybody wants to go. */
const MOST = 12;

const browser = await open();
const faults = new Faults();
const page = await tab(browser, faults, { javaScriptEnabled: task.hasScript });
let clicks = 1;
let fields = 0;
const steps = [];

/** Looks at a page, while the clock stands still. */
async function look(name) {
  if (!task.hasScript) return;
  await looks(page, faults, name, `setup-${steps.length}`);
  await ring(page, faults, name, true);
}

/** Fills in what a form wants to have and does not. */
async function fill(form) {
  for (const input of await form.locator("input:required:visible, select:required:visible, textarea:required:visible").all()) {
    if (await input.inputValue()) continue;
    await input.fill(task.typed[await input.getAttribute("name")] ?? task.typed["*"]);
    fields += 1;
  }
}

await go(page, task.link);
while (new URL(page.url()).pathname !== task.until && steps.length < MOST) {
  const form = page.locator("main form:has(button[type=submit])").first();
  const heading = await page.locator("h1").innerText();
  steps.push({ heading });
  await look(heading);
  const begun = performance.now();
  await fill(form);
  await Promise.all([page.waitForEvent("framenavigated"), form.locator("button[type=submit]").first().click()]);
  await page.waitForLoadState("load");
  clicks += 1;
  steps.at(-1).ms = Math.round(performance.now() - begun);
}
await look("at the end");
const cookies = (await page.context().cookies()).map(({ name, value }) => ({ name, value }));
const path = new URL(page.url()).pathname;
await browser.close();
answer({ clicks, fields, steps, path, cookies, faults: [...faults.list] });
