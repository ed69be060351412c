"""A program of a seller, as it was written for the old service: reads exactly the fields that the contract names."""

import json
import sys
import urllib.error
import urllib.request

base, key = sys.argv[1], sys.argv[2]


def call(method, path, body=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(base + path, data=data, method=method, headers={"Authorization": key})
    with urllib.request.urlopen(request) as answer:
        return json.load(answer), answer.headers


orders, page = [], 1
while True:
    rows, headers = call("GET", f"/v1/orders?page={page}")
    orders += rows
    if page >= int(headers["X-Total-Pages"]):
        break
    page += 1
for order in orders:
    geo, data = order["agent"]["geo"], order["agent"]["data"]
    assert isinstance(order["id"], str) and isinstance(order["price"], (int, float)), order
    assert isinstance(order["exchange_rate"], str) and isinstance(order["confirmations"], int), order
    assert order["delivered"] in (0, 1) and isinstance(order["accounts"], list), order
    assert order["is_partial"] is None and order["currency"] == "EUR", order
    for name in "ip iso_code country city state state_name postal_code lat lon timezone continent currency default".split():
        assert name in geo, name
    for name in "is_mobile is_tablet is_desktop platform browser device".split():
        assert name in data, name
    product = order["product"]
    assert product["quantity"]["min"] == 1 and product["email"]["enabled"] is False, product
    single, _ = call("GET", "/v1/orders/" + order["id"])
    assert single == order and not single.get("status")
products, _ = call("GET", "/v1/products")
assert [p["title"] for p in products] == ["Nightly build"] and products[0]["stock"] == 2**63 - 1
old, _ = call("GET", "/1.0/products/%d" % call("GET", "/1.0/products")[0][0]["product_id"])
assert old["webhook_urls"] is False and old["unlisted"] is False
made, _ = call("PUT", "/v1/products", {"title": "By Python", "price": 1.5, "currency": "EUR", "type": "account", "accounts": ["k"]})
assert made["status"] is True and made["resource"]["stock"] == 1
changed, _ = call("POST", "/v1/products/" + made["resource"]["id"], {"accounts": ["k", "l"]})
assert changed["resource"]["stock"] == 2
assert call("DELETE", "/v1/products/" + made["resource"]["id"])[0]["status"] is True
link, _ = call("POST", "/1.0/pay", {"title": "T", "value": 9.99})
assert link["status"] is True and "/pay/" in link["url"]
try:
    call("GET", "/v1/orders/nothing")
    raise AssertionError("found")
except urllib.error.HTTPError as e:
    told = json.load(e)
    assert e.code == 404 and told["status"] is False and told["error"]["message"]
print("all of it is read", len(orders))
