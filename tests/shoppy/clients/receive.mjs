// Verifies a webhook: by the bytes that came, and by what JSON's reader and writer make of them.
import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";

const [secret, signature] = process.argv.slice(2);
const body = readFileSync(0, "utf8");
for (const told of [body, JSON.stringify(JSON.parse(body))]) {
  if (createHmac("sha512", secret).update(told).digest("hex") !== signature) throw new Error(told);
}
console.log("verified");
