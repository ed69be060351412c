// scratch
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { open } from "./browser.mjs";
const port = 8765;
const demo = spawn("target/debug/keywright", ["demo", "--port", String(port)], { stdio: ["ignore", "pipe", "inherit"] });
let password;
for await (const line of createInterface({ input: demo.stdout })) {
  password ??= /Sign in at \/admin as (\S+) with the password (\S+)/.exec(line);
  if (line.includes("/healthz")) break;
}
const browser = await open();
const origin = `http://127.0.0.1:${port}`;
const page = await (await browser.newContext({ viewport: { width: 1280, height: 900 } })).newPage();
await page.goto(origin + "/admin/sign-in");
await page.fill("#email", password[1]); await page.fill("#password", password[2]);
await Promise.all([page.waitForNavigation(), page.click("main button[type=submit]")]);
const paths = process.argv.slice(2);
let n = 0;
for (const p of paths) {
  for (const [w, h, s] of [[1280, 900, "light"], [360, 800, "dark"]]) {
    await page.setViewportSize({ width: w, height: h });
    await page.emulateMedia({ colorScheme: s });
    await page.goto(origin + p);
    for (const d of await page.locator("details.columns summary").all()) if (p.includes("#open")) await d.click();
    if (p.includes("#tick")) { for (const b of (await page.locator('input[form="several"]').all()).slice(0, 3)) await b.check(); if (p.includes("#go")) { await Promise.all([page.waitForNavigation(), page.locator("#several button").first().click()]); } }
    await page.screenshot({ path: `/tmp/shot-${n}-${w}.png`, fullPage: p.includes("#full") });
  }
  n++;
}
await browser.close(); demo.kill();
