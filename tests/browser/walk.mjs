// Walks the pages that links lead to, at most so many of each kind, and looks at each in every way: {pages, faults}.
import { Faults, SCHEMES, SIZES, answer, fits, go, looks, open, tab, task, template } from "./lib.mjs";
import { ring } from "./keyboard.mjs";

/** Pages of each kind. */
const EACH = 2;

const browser = await open();
const faults = new Faults();
const kinds = new Map();
const pages = [];

/** The paths on this server that a page links to. */
const links = (page) =>
  page.evaluate(() => [...document.querySelectorAll("a[href]")].filter((a) => a.origin === location.origin).map((a) => a.pathname + a.search));

async function look(page, path) {
  const response = await go(page, path);
  if (!response) return [];
  const wanted = task.statuses?.[path] ?? 200;
  if (response.status() !== wanted) faults.add(path, `answered ${response.status()}`);
  if (!/text\/html/.test(response.headers()["content-type"] ?? "")) return [];
  // Whoever is sent elsewhere looks at another page.
  const where = page.url().replace(task.origin, "");
  if (where !== path) return [where];
  pages.push(path);
  const isFirst = kinds.get(template(path)) === 1;
  const found = await links(page);
  await looks(page, faults, path, `${task.name}-${template(path)}`);
  await ring(page, faults, path, isFirst);
  if (isFirst) await quiet(path, wanted);
  return found;
}

// The same without JavaScript: what there is to see and to fill in, and that it fits.
const still = await tab(browser, faults, { cookies: task.cookies, javaScriptEnabled: false });
async function quiet(path, wanted) {
  const response = await go(still, path);
  const where = `${path} (without JavaScript)`;
  if (response?.status() !== wanted) faults.add(where, `answered ${response?.status()}`);
  for (const size of SIZES) {
    await still.setViewportSize(size);
    for (const colorScheme of SCHEMES) {
      await still.emulateMedia({ colorScheme });
      await fits(still, faults, `${where} (${size.width} px, ${colorScheme})`);
    }
  }
  const headings = await still.locator("h1").count();
  const words = (await still.locator("body").innerText()).trim();
  if (headings !== 1 || words.length < 20) faults.add(where, "there is nothing to see");
}

/** Ticks the first rows of a list by two clicks, the second with Shift. */
async function tick(page, at, ticks) {
  const boxes = page.locator('input[form="several"]');
  await boxes.first().click();
  await boxes.nth(ticks - 1).click({ modifiers: ["Shift"] });
  const told = await page.locator("[data-ticked]").innerText();
  if (told !== `${ticks} ticked:`) faults.add(at, `${ticks} rows are ticked, and it says: ${told}`);
}

const waiting = [...task.seeds];
const page = await tab(browser, faults, { cookies: task.cookies });
const seen = new Set();
while (waiting.length > 0) {
  const path = waiting.shift();
  const kind = template(path);
  const count = kinds.get(kind) ?? 0;
  // What the test names is looked at in any case.
  if (seen.has(path) || (count >= EACH && !task.seeds.includes(path))) continue;
  seen.add(path);
  kinds.set(kind, count + 1);
  waiting.push(...(await look(page, path)));
}
// Pages that only forms lead to.
for (const { at, typed, ticks, press } of task.forms ?? []) {
  await go(page, at);
  for (const [field, text] of Object.entries(typed ?? {})) await page.locator(field).fill(text);
  if (ticks) await tick(page, at, ticks);
  await Promise.all([page.waitForEvent("framenavigated"), page.locator(press).first().click()]);
  await page.waitForLoadState("load");
  // A page that a form led on to is a page like others.
  if (await page.evaluate(() => performance.getEntriesByType("navigation")[0].redirectCount > 0)) pages.push(page.url().replace(task.origin, ""));
  const where = `${at}, sent`;
  await looks(page, faults, where, `${task.name}-${template(at)}-sent`);
  await ring(page, faults, where, true);
}
await browser.close();
answer({ pages, kinds: [...kinds.keys()], faults: [...faults.list] });
