// A browser on this machine's Chromium that leaves it for nowhere.
import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";

// Installed by tests/run from the lock file beside this.
export const require = createRequire(join(resolve(process.env.MODULES), "package.json"));
const { chromium } = require("playwright-core");

/** The sizes that pages are looked at in: a desk and the narrowest phone (WCAG 1.4.10). */
export const SIZES = [{ width: 1280, height: 800 }, { width: 320, height: 640 }];
export const SCHEMES = ["light", "dark"];

export async function open() {
  const args = ["--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1", "--disable-background-networking"];
  // Chromium's sandbox refuses to run as root.
  if (process.getuid() === 0) args.push("--no-sandbox");
  const executablePath = execFileSync("which", ["chromium"], { encoding: "utf8" }).trim();
  return chromium.launch({ executablePath, args });
}
