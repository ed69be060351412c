// Opens pages that hold what somebody else wrote, by a browser that keeps to their policy and by one that would let everything run:
// {pages, faults}.
import { Faults, answer, go, open, tab, task } from "./lib.mjs";

/** What no text may bring in, and what runs in nobody's name. */
const foreign = () => {
  const found = [];
  const say = (e, why) => found.push(`${why}: ${e.outerHTML.slice(0, 160)}`);
  const isOurs = (url) => url.startsWith(`${location.origin}/`);
  for (const e of document.querySelectorAll("*")) {
    for (const { name } of e.attributes) if (/^(on|style$|srcdoc$|formaction$)/.test(name)) say(e, `an attribute ${name}`);
    const tag = e.localName;
    if (["iframe", "frame", "object", "embed", "base", "style", "math", "template", "video", "audio", "img", "marquee"].includes(tag)) say(e, "a foreign element");
    if (tag === "svg" && !e.classList.contains("chart")) say(e, "a foreign drawing");
    if (tag === "meta" && e.httpEquiv) say(e, "a foreign head");
    if (tag === "script" && !(isOurs(e.src) && e.textContent === "")) say(e, "a foreign script");
    if (tag === "link" && !isOurs(e.href) && e.href !== "data:,") say(e, "a foreign file");
    if (tag === "form" && !isOurs(e.action)) say(e, "a form that leads away");
    if (tag === "a" && e.hasAttribute("href") && !["http:", "https:", "mailto:"].includes(e.protocol)) say(e, "a link that runs");
  }
  for (const node of [document.documentElement, document.body]) {
    const strange = [...node.childNodes].filter((one) => one.nodeType === Node.COMMENT_NODE);
    if (strange.length > 0) found.push("a comment");
  }
  if (window.__pwned) found.push("a script ran");
  return found;
};

const browser = await open();
const faults = new Faults();
const pages = [];
for (const bypassCSP of [false, true]) {
  const page = await tab(browser, faults, { cookies: task.cookies, bypassCSP });
  const waiting = [...task.seeds];
  const seen = new Set();
  while (waiting.length > 0) {
    const path = waiting.shift();
    if (seen.has(path)) continue;
    seen.add(path);
    const response = await go(page, path);
    if (!response) continue;
    if (response.status() !== 200) faults.add(path, `answered ${response.status()}`);
    pages.push(path);
    for (const what of await page.evaluate(foreign)) faults.add(path, what);
    // The rest of a list; of what it lists, the first of each page.
    const links = await page.evaluate(() => [...document.querySelectorAll("a[rel=next], tbody tr:first-child a, main a[href*='audit?']")].map((a) => a.pathname + a.search));
    waiting.push(...links.filter((link) => link.startsWith("/admin")));
    if (seen.size > task.most) break;
  }
  // What is waiting for a hand on it.
  await page.mouse.move(300, 300);
  await page.keyboard.press("Tab");
  for (const what of await page.evaluate(foreign)) faults.add("the last page", what);
  await page.context().close();
}
await browser.close();
answer({ pages, kinds: [], faults: [...faults.list] });
