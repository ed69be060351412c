"""Reads orders and products, marks an order as sent, makes a coupon: what a shop's own script does."""

import json
import sys
import urllib.error
import urllib.request

BASE, KEY, ORDER, PRODUCT, CATEGORY = sys.argv[1:6]


def call(method, path, body=None):
    request = urllib.request.Request(BASE + path, method=method, headers={"X-API-KEY": KEY})
    if body is not None:
        request.data = json.dumps(body).encode()
        request.add_header("Content-Type", "application/json")
    try:
        with urllib.request.urlopen(request) as answer:
            text = answer.read()
            return answer.status, json.loads(text) if text else None, answer.headers
    except urllib.error.HTTPError as refused:
        return refused.code, json.loads(refused.read()), refused.headers


def rows(path):
    """All rows of a list, page by page."""
    while path:
        status, page, headers = call("GET", path)
        assert status == 200 and int(headers["X-Total-Count"]) >= 0
        for place in range(len(page) - 1):
            yield page[str(place)]
        following = page["paging"]["next"]
        path = following and following.removeprefix(BASE)


order = next(one for one in rows("/order?limit=1") if one["id"] == int(ORDER))
assert order["status_alias"] == "waiting_confirmation" and order["paid"] is False
assert isinstance(order["total"], float) and order["shipping"]["tax_percent"] is None
assert order["client"]["delivery"]["country_code"] == "PRT" and order["update_at"]
assert sum(line["price"] * line["quantity"] for line in order["products"]) == order["subtotal"]
_, sent, _ = call("PUT", f"/order/{ORDER}", {"paid": True, "status_alias": "sent"})
assert (sent["status"], sent["paid"], sent["is_new"]) == (3, True, False) and sent["sent_at"]
product = next(one for one in rows("/product?status_alias=active") if one["id"] == int(PRODUCT))
assert product["image"]["thumb"] and product["images"]["1"]["square"] and product["stock"]["stock_enabled"]
assert [group["title"] for group in product["option_groups"]] == ["Size", "Color"]
assert call("GET", f"/category/{CATEGORY}")[1]["total_products"] == 1
status, coupons, _ = call("POST", "/coupon/", {"code": "py", "limit": 0, "value": 5, "type": "money", "applies_to": "all_orders"})
assert status == 201 and coupons[0]["limit"] == 0
status, told, _ = call("POST", "/coupon", {"code": "PY", "limit": 0, "value": 5, "type": "money", "applies_to": "all_orders"})
assert status == 409 and told == {"message": "Already exists."}
assert call("DELETE", f"/coupon/{coupons[0]['id']}")[0] == 204
assert call("GET", "/shipping?country_code=prt")[1][0]["price_formatted"] == "6,76 €"
assert call("GET", "/order/999999")[:2] == (404, {"message": "Not found."})
print("all of the contract holds")
