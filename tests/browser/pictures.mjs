// Takes the pictures of packaging/screenshots, light and dark, of a throw-away shop with demo data:
//   MODULES=target/browser node tests/browser/pictures.mjs target/release/keywright packaging/screenshots
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { SCHEMES, open } from "./browser.mjs";

const SIZE = { width: 1280, height: 800 };
/** No picture is larger, in bytes. */
const MOST = 120_000;

const [program, folder] = process.argv.slice(2);
const letters = mkdtempSync(join(tmpdir(), "letters-"));
mkdirSync(folder, { recursive: true });

const port = await new Promise((done) => {
  const server = createServer().listen(0, "127.0.0.1", () => {
    const { port } = server.address();
    server.close(() => done(port));
  });
});
const env = { ...process.env, KEYWRIGHT_LOG: "pretty", KEYWRIGHT_MAIL_FOLDER: letters, KEYWRIGHT_MAIL_FROM: "Harbour <shop@harbour.example>" };
const demo = spawn(resolve(program), ["demo", "--port", String(port)], { env, stdio: ["ignore", "pipe", "inherit"] });
let password;
const signed = /Sign in at \/admin as (\S+) with the password (\S+)/;
for await (const line of createInterface({ input: demo.stdout })) {
  password ??= signed.exec(line);
  if (line.includes("/healthz")) break;
}
const [, owner, secret] = password;
const origin = `http://127.0.0.1:${port}`;

const browser = await open();
const page = await (await browser.newContext({ viewport: SIZE })).newPage();
const go = (path) => page.goto(origin + path, { waitUntil: "load" });

/** A link of a page, or of the first row of its list. */
const link = (selector) => page.locator(selector).first().getAttribute("href");

async function take(name, path) {
  if (path) await go(path);
  for (const scheme of SCHEMES) {
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
    const file = join(folder, `${name}-${scheme}.png`);
    await page.screenshot({ path: file });
    const { size } = statSync(file);
    if (size > MOST) throw new Error(`${file} has ${size} bytes`);
    process.stdout.write(`${file} ${size}\n`);
  }
}

async function press(selector) {
  await Promise.all([page.waitForEvent("framenavigated"), page.locator(selector).first().click()]);
  await page.waitForLoadState("load");
}

try {
  await take("shop", "/");
  const item = await link(".items a");
  await take("item", item);
  await page.locator("a.button:has-text('Buy Now')").first().click();
  await page.waitForURL(/checkout/);
  await take("checkout");

  await go("/admin/sign-in");
  await page.fill("#email", owner);
  await page.fill("#password", secret);
  await press("main button[type=submit]");
  await take("home");
  await go("/admin/products");
  await take("product", `${await link("tbody a")}/edit`);
  await go("/admin/licences?status=active");
  const licence = await link("tbody a");
  await go(licence);
  const email = await page.locator("dd:has-text('@')").first().innerText();
  await go(licence.replace("/licences/", "/begin/activation/"));
  const [call] = /http[^"]+/.exec(await page.locator("#line").innerText());
  await fetch(`${call}&extra=${encodeURIComponent('{"host":"desk","os":"linux"}')}`);
  await page.locator("#wait .done").waitFor();
  await take("first-activation");
  await take("licence", licence);

  await go("/account/sign-in");
  await page.fill("#email", email.trim());
  await press("main button[type=submit]");
  const letter = () => readdirSync(letters).find((name) => name.endsWith("-sign_in.eml"));
  while (!letter()) await page.waitForTimeout(50);
  await page.fill("#code", /began: (\d{6})/.exec(readFileSync(join(letters, letter()), "utf8"))[1]);
  await press("main button[type=submit]");
  await take("my-licences", "/account");
} finally {
  await browser.close();
  demo.kill("SIGTERM");
  rmSync(letters, { recursive: true });
}
