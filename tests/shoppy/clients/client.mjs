// A program of a seller, as it was written for the old service: pages until nothing comes, and reads the fields that the contract names.
import assert from "node:assert/strict";

const [base, key] = process.argv.slice(2);

async function call(method, path, body) {
  const options = { method, headers: { Authorization: key } };
  if (body) options.body = JSON.stringify(body);
  const answer = await fetch(base + path, options);
  if (!answer.ok) throw Object.assign(new Error(answer.status), { told: await answer.json() });
  return answer.json();
}

const orders = [];
for (let page = 1; page > 0; page++) {
  const rows = await call("GET", `/v1/orders?page=${page}`);
  if (rows.length === 0) break;
  orders.push(...rows);
}
for (const order of orders) {
  for (const name of ["id", "email", "gateway", "currency", "created_at", "hash"]) assert.equal(typeof order[name], "string", name);
  for (const name of ["price", "quantity", "delivered", "confirmations"]) assert.equal(typeof order[name], "number", name);
  assert.ok(!Number.isNaN(Date.parse(order.created_at)));
  assert.equal(order.is_partial != null, false);
  assert.equal(typeof order.agent.data.browser, "object");
  const old = await call("GET", `/1.0/orders/${order.id}`);
  assert.equal(old.invoice_id, order.id);
  assert.equal(old.original_price, order.price);
}
const form = await fetch(base + "/v1/products", {
  method: "PUT",
  headers: { Authorization: `Bearer ${key}` },
  body: new URLSearchParams({ title: "By form", price: "2.50", type: "service", "quantity[max]": "3", unlisted: "1" }),
});
const made = await form.json();
assert.deepEqual([made.status, made.resource.price, made.resource.quantity.max, made.resource.unlisted], [true, 2.5, 3, true]);
await assert.rejects(call("PUT", "/v1/products", { title: "x" }), ({ told }) => {
  assert.deepEqual(Object.keys(told), ["status", "message", "errors"]);
  return Array.isArray(told.errors.title) && told.status === false;
});
await call("DELETE", `/v1/products/${made.resource.id}`);
const pay = await call("POST", "/v2/pay", { title: "T", value: "5.00", webhook_urls: [], confirmations: 1 });
assert.equal(pay.details.urls.payment.url, pay.url);
console.log("all of it is read", orders.length);
