// Calls every method of the client once, against a server with a shop that is empty. Arguments: base URL, site, key, signing secret.
// Prints how many calls it made; any that goes wrong ends it.

import assert from "node:assert/strict";

import { createClient, ShopError, signatureHeader, verifyWebhookSignature } from "./client.ts";

const [baseUrl = "", siteId = "", apiKey = "", signingSecret] = process.argv.slice(2);
const whole = createClient({ apiKey, siteId, baseUrl, ...(signingSecret ? { signingSecret } : {}) });

// Each method notes that it was called: one that is left out below is told in the end.
const left = new Set<string>();
for (const [noun, methods] of Object.entries(whole) as [string, Record<string, (...given: never[]) => Promise<unknown>>][]) {
  for (const [verb, method] of Object.entries(methods)) {
    left.add(`${noun}.${verb}`);
    methods[verb] = async (...given) => {
      left.delete(`${noun}.${verb}`);
      return method(...given);
    };
  }
}
const shop = whole;

const made = await shop.products.create({ name: "Classic White T-Shirt", price: 2999, compareAtPrice: 3999, currency: "EUR" });
assert.equal(made.slug, "classic-white-t-shirt");
const { items, pagination } = await shop.products.list({ limit: 20, expand: ["variants", "brand", "categories"] });
assert.equal(pagination?.total, 1);
assert.equal(items[0]?.variants?.length, 1);
const byCursor = await shop.products.list({ cursor: "", limit: 1, fields: ["name"], search: "classic" });
assert.deepEqual([byCursor.hasNextPage, byCursor.cursor, Object.keys(byCursor.items[0] ?? {})], [false, null, ["id", "name"]]);
assert.equal((await shop.products.get("classic-white-t-shirt")).id, made.id);
assert.equal((await shop.products.update(made.id, { featured: true })).featured, true);

const large = await shop.products.createVariant(made.id, {
  name: "Large / Black",
  sku: "TS-BLK-L",
  inventoryCount: 10,
  options: { Size: "Large", Color: "Black" },
});
const small = await shop.products.createVariant(made.id, { name: "Small / White", inventoryCount: 1 });
assert.equal((await shop.products.updateVariant(made.id, small.id, { isDefault: true })).isDefault, true);
await shop.products.deleteVariant(made.id, small.id);
assert.deepEqual((await shop.products.listVariants(made.id)).map((variant) => variant.isDefault), [true]);

const review = await shop.products.submitReview(made.id, { rating: 5, content: "Looks brand new.", reviewerName: "Jane" });
assert.equal(review.status, "PENDING");
assert.equal((await shop.products.listReviews(made.id, { status: "PENDING" })).items.length, 1);
assert.deepEqual(await shop.categories.list({ slug: "none" }), []);
assert.deepEqual(await shop.brands.list(), []);

assert.equal((await shop.inventory.adjust(made.id, { operation: "increment", quantity: 10, variantId: large.id })).inventoryCount, 20);
assert.equal((await shop.inventory.list({ sku: "TS-BLK-L" })).items[0]?.variantId, large.id);
const tooMany = await shop.inventory.adjust(made.id, { operation: "decrement", quantity: 21 }).catch((e: ShopError) => e);
assert.ok(tooMany instanceof ShopError && tooMany.status === 409 && tooMany.message.startsWith("OUT_OF_STOCK"));

const promotion = await shop.promotions.create({ code: "WELCOME20", type: "PERCENTAGE", value: 20 });
assert.equal((await shop.promotions.list({ status: "ACTIVE" })).items.length, 1);
const check = await shop.promotions.validate({ code: "WELCOME20", cartTotal: 5000 });
assert.deepEqual([check.valid, check.discount], [true, 1000]);
await shop.promotions.delete(promotion.id);

const card = await shop.giftCards.issue({ initialBalance: 5000, note: "Birthday gift" });
assert.equal((await shop.giftCards.redeem(card.id, { amount: 2500 })).remainingBalance, 2500);
assert.equal((await shop.giftCards.setExpiry(card.id, "2099-12-31T23:59:59Z")).status, "ACTIVE");
assert.equal((await shop.giftCards.void(card.id)).status, "VOID");
assert.equal((await shop.giftCards.list({ code: card.code })).items.length, 1);

const jane = (await shop.customers.list({ search: "jane" })).items[0];
assert.ok(jane, "the shop has a customer with this name");
assert.equal((await shop.customers.update(jane.id, { lastName: "Miller" })).lastName, "Miller");
assert.equal((await shop.customers.get(jane.id)).email, jane.email);
assert.equal((await shop.storeCredit.change(jane.id, { type: "CREDIT", amount: 5000, note: "Welcome bonus" })).balance, 5000);
assert.equal((await shop.storeCredit.get(jane.id)).transactions.length, 1);
assert.equal((await shop.loyalty.award(jane.id, { points: 1000 })).points, 1000);
assert.equal((await shop.loyalty.redeem(jane.id, { points: 100 })).pointsRemaining, 900);
assert.equal((await shop.loyalty.get(jane.id)).tier, "GOLD");

const order = (await shop.orders.list({ customerId: jane.id })).items[0];
assert.ok(order, "she has an order");
assert.equal((await shop.orders.get(order.number)).id, order.id);

const cart = await shop.cart.create({ sessionId: "sess_abc123", currency: "EUR" });
assert.equal((await shop.cart.add(cart.id, { productId: made.id, quantity: 2 })).total, 5998);
assert.equal((await shop.cart.update(cart.id, { productId: made.id, quantity: 1 })).items[0]?.quantity, 1);
assert.deepEqual((await shop.cart.remove(cart.id, { productId: made.id })).items, []);
await shop.cart.delete(cart.id);
const full = await shop.cart.create({ currency: "EUR" });
await shop.cart.add(full.id, { productId: made.id });
assert.equal((await shop.cart.get(full.id)).status, "ACTIVE");
const checkout = await shop.checkout.create(full.id);
await shop.checkout.advance(checkout.id, "contact", { contact: { email: "bob@customer.example", firstName: "Bob" } });
await shop.checkout.advance(checkout.id, "shipping", { shipping: { city: "Athens" } });
const half = await shop.giftCards.issue({ initialBalance: 1500 });
await shop.checkout.advance(checkout.id, "payment", { payment: { method: "manual", giftCardCodes: [half.code] } });
const { totals } = await shop.checkout.get(checkout.id);
assert.deepEqual([totals?.total, totals?.due, totals?.giftCards[0]?.amount], [2999, 1499, 1500]);
await shop.checkout.advance(checkout.id, "review");
const placed = await shop.checkout.advance(checkout.id, "complete");
assert.equal((await shop.orders.get(placed.orderNumber ?? "")).paymentStatus, "PENDING");

const list = await shop.priceLists.create({ name: "Trade", prices: [{ variantId: large.id, price: 1999 }] });
assert.equal((await shop.priceLists.update(list.id, { prices: [{ variantId: large.id, minQuantity: 10, price: 1499 }] })).priceCount, 2);
assert.deepEqual((await shop.priceLists.get(list.id)).prices?.map((price) => price.minQuantity), [1, 10]);
assert.equal((await shop.priceLists.list()).items[0]?.name, "Trade");
const company = await shop.b2bAccounts.create({ companyName: "Acme Corp", paymentTerms: "NET_30", priceListId: list.id });
assert.equal((await shop.b2bAccounts.update(company.id, { contactCustomerIds: [jane.id] })).contacts[0]?.isPrimary, true);
assert.equal((await shop.b2bAccounts.list({ search: "acme", status: "ACTIVE" })).items.length, 1);
const trade = await shop.cart.create({ currency: "EUR", customerId: jane.id });
assert.equal((await shop.cart.add(trade.id, { productId: made.id, quantity: 10 })).total, 14990);
await shop.b2bAccounts.update(company.id, { status: "SUSPENDED", priceListId: null });
assert.equal((await shop.b2bAccounts.get(company.id)).status, "SUSPENDED");
await shop.priceLists.delete(list.id);
assert.equal((await shop.customers.update(jane.id, { group: "trade" })).group, "trade");
assert.equal((await shop.customers.list({ group: "trade" })).items.length, 1);

assert.deepEqual(await shop.content.pages(), []);
assert.deepEqual(await shop.content.menus(), []);
assert.equal((await shop.content.site()).id, siteId);

const hook = await shop.webhooks.create({ url: "https://hooks.example/in", events: ["order.created"] });
assert.match(hook.secret, /^whsec_/);
assert.deepEqual((await shop.webhooks.list({ limit: 1 })).items.map((webhook) => webhook.id), [hook.id]);
assert.equal((await shop.webhooks.update(hook.id, { isActive: false, events: ["payment.failed", "cart.abandoned"] })).isActive, false);
assert.deepEqual((await shop.webhooks.get(hook.id)).events, ["payment.failed", "cart.abandoned"]);
assert.notEqual((await shop.webhooks.rotate(hook.id)).secret, hook.secret);
await shop.webhooks.delete(hook.id);

const field = await shop.metafields.create("product", made.id, { namespace: "custom", key: "months", value: "24", valueType: "integer" });
assert.equal((await shop.metafields.update("product", made.id, field.id, { value: "36" })).value, "36");
assert.equal((await shop.metafields.list("product", made.id)).length, 1);
await shop.metafields.delete("product", made.id, field.id);
await shop.products.archive(made.id);

const signed = signatureHeader("{}", "secret");
assert.equal(verifyWebhookSignature("{}", signed, "secret"), true);
for (const [body, header, secret] of [["{ }", signed, "secret"], ["{}", signed, "other"], ["{}", "nonsense", "secret"]] as const) {
  assert.equal(verifyWebhookSignature(body, header, secret), false);
}
assert.equal(verifyWebhookSignature("{}", signatureHeader("{}", "secret", Date.now() - 301_000), "secret"), false);

assert.deepEqual([...left], [], "methods that were not called");
console.log("all of the client works");
