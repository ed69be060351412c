// Reads orders and products, marks an order as sent, makes a webhook: what a shop's own script does.

import assert from 'node:assert/strict';

const [base, key, order, product, category] = process.argv.slice(2);

async function call(method, path, body) {
  const answer = await fetch(base + path, {
    method,
    headers: { 'X-API-KEY': key, 'Content-Type': 'application/json' },
    body: body && JSON.stringify(body),
  });
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, body: text ? JSON.parse(text) : null };
}

const list = await call('GET', '/order?status=5&limit=50');
assert.equal(list.headers.get('x-total-count'), '1');
const { paging, ...rows } = list.body;
assert.deepEqual(paging, { previous: null, next: null });
assert.equal(Object.keys(list.body).at(-1), 'paging');
const [first] = Object.values(rows);
assert.equal(first.id, Number(order));
assert.equal(first.total, 157.03);
assert.deepEqual(first.coupon, { code: 'bajevolp', type: 'percent', value: 10 });
assert.match(first.created_at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d$/);

const changed = await call('PUT', `/order/${order}`, { status: '2', note: 'Olá' });
assert.deepEqual([changed.status, changed.body.status_alias, changed.body.note], [200, 'processing', 'Olá']);

const bowl = (await call('GET', `/product/?id=${product}`)).body;
assert.equal(bowl.handle, 'rustic-spice-bowl-set');
assert.equal(bowl.video_embed_url, false);
assert.equal(bowl.price_promo, 0);
for (const option of bowl.options) {
  assert.equal(typeof option.price, 'number');
  assert.equal(typeof option.active, 'boolean');
}
assert.equal((await call('GET', `/category/${category}`)).body.handle, 'cozinha');

const hook = await call('POST', '/webhook', { url: 'https://hooks.shop.example/in', event: 'order_paid' });
assert.equal(hook.status, 201);
assert.deepEqual(Object.keys(hook.body), ['id', 'event', 'url', 'active']);
assert.equal((await call('DELETE', `/webhook/${hook.body.id}`)).status, 204);

// As some program does it that forgets to write JSON.
const careless = await fetch(`${base}/order/${order}`, { method: 'PUT', headers: { 'X-API-KEY': key }, body: String({}) });
assert.deepEqual([careless.status, await careless.json()], [400, { message: 'Bad request.' }]);
console.log('all of the contract holds');
