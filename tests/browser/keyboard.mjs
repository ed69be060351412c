// The way of the Tab key through a page.

/** More stops than any page has. */
const MOST = 400;

/** What has the focus; null where that is the page itself. */
const focused = () => {
  const e = document.activeElement;
  if (!e || e === document.body || e === document.documentElement) return null;
  const style = getComputedStyle(e);
  const box = e.getBoundingClientRect();
  const at = document.elementFromPoint(
    Math.min(Math.max(box.left + box.width / 2, 0), innerWidth - 1),
    Math.min(Math.max(box.top + Math.min(box.height / 2, innerHeight / 2), 0), innerHeight - 1),
  );
  // A field of a day and an hour has a stop for each of its parts, which the browser marks itself.
  const isPart = globalThis.lastStop === e;
  if (!isPart) e.dataset.stops = Number(e.dataset.stops ?? 0) + 1;
  globalThis.lastStop = e;
  return {
    name: `${e.tagName.toLowerCase()}${e.id && `#${e.id}`}${e.className && `.${e.className}`} "${(e.innerText || e.value || "").trim().slice(0, 30)}"`,
    isMarked: isPart || (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2),
    isInView: box.bottom > 0 && box.right > 0 && box.top < innerHeight && box.left < innerWidth,
    isBare: Boolean(at) && (e.contains(at) || at.contains(e)),
    stops: Number(e.dataset.stops),
  };
};

/** The things of a page that can have the focus, as far as they are shown to anybody: what is hidden from all who read is a trap for programs. */
const stops = () => {
  const all = document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex]:not([tabindex='-1'])");
  // Of several of which one is chosen, that one is the stop: the arrow keys lead to the others.
  const isBeside = (e) => e.type === "radio" && !e.checked && [...(e.form?.elements[e.name] ?? [])].some((other) => other.checked);
  const isThere = (e) => !e.disabled && !isBeside(e) && !(e.tabIndex < 0 && e.closest("[aria-hidden=true]")) && e.checkVisibility({ visibilityProperty: true }) && !e.closest("details:not([open]) > :not(summary)");
  return [...all].filter(isThere);
};

/** The first stop is the way past the navigation, or the first thing that there is; all of the round only where it is asked for. */
export async function ring(page, faults, path, isWhole) {
  if (path.startsWith("/docs")) return;
  await page.evaluate(() => {
    // Tab goes on from what was clicked last, even if it has the focus no more: the page itself takes it.
    document.body.tabIndex = -1;
    document.body.focus();
    document.body.removeAttribute("tabindex");
    for (const e of document.querySelectorAll("[data-stops]")) delete e.dataset.stops;
    globalThis.lastStop = null;
    scrollTo(0, 0);
  });
  const first = await page.evaluate(`(${stops})()[0]?.className`);
  const hasPlaces = (await page.locator("nav").count()) > 0;
  if (hasPlaces && first !== "skip") faults.add(path, "the first stop of the Tab key is not the way past the navigation");
  const count = await page.evaluate(`(${stops})().length`);
  for (let nth = 0; nth < (isWhole ? MOST : Math.min(count, 1)); nth += 1) {
    await page.keyboard.press("Tab");
    const it = await page.evaluate(focused);
    if (!it) break;
    if (it.stops > 1) break;
    if (!it.isMarked) faults.add(path, `the focus is not to be seen on ${it.name}`);
    if (!it.isInView) faults.add(path, `the focus is out of sight on ${it.name}`);
    if (it.isInView && !it.isBare) faults.add(path, `something hides ${it.name}, which has the focus`);
  }
  if (!isWhole) return;
  const missed = await page.evaluate(`(${stops})().filter((e) => !e.dataset.stops).map((e) => e.outerHTML.slice(0, 120))`);
  for (const html of missed.slice(0, 3)) faults.add(path, `the Tab key does not reach ${html}`);
}
