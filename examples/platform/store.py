"""A shop window for keywright: serves store.html, and does for the browser what a shopper may do. Python 3.8 or newer only.

    KEYWRIGHT_API_KEY=sk_test_… python3 store.py --shop http://127.0.0.1:8080 --port 8390

The API key stays here, since it opens every customer's orders. The browser asks under /api/, where there are the few routes
below and no others. An order is shown to whoever holds its token, and only the browser that placed it is told that.
"""
import argparse
import base64
import hashlib
import hmac
import importlib.util
import json
import os
import pathlib
import re
import secrets
import sys
import traceback
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

# By its place and under another name: Python has a module `platform` of its own.
_spec = importlib.util.spec_from_file_location("platform_api", pathlib.Path(__file__).with_name("platform.py"))
platform_api = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(platform_api)

PAGE = pathlib.Path(__file__).with_name("store.html")
# The longest body, in bytes, and the longest word in one, in characters.
BODY, WORD = 64 * 1024, 1024


class Fault(Exception):
    """What the browser is told instead, in the API's own form."""

    def __init__(self, status, code, message, details=None):
        super().__init__(message)
        self.status, self.body = status, {"error": {"code": code, "message": message, "details": details or {}}}


NOT_FOUND = ("not_found", "there is nothing at this address, or this order is not yours")
UNAVAILABLE = ("unavailable", "the shop does not answer: try again in a moment")


class Store:
    """What a shopper may do. Each answer names its fields: whatever else the API tells stays here."""

    def __init__(self, shop, secret):
        self.shop, self.secret, self.account = shop, secret, shop.get("/account")

    def about(self, asked):
        return {"name": self.account["name"], "mode": self.account["mode"]}

    def products(self, asked):
        query = asked.fields(optional=("q", "cursor"))
        page = self.shop.get("/products", status="active", **query)
        return {"data": [on_sale(row) for row in page["data"] if is_active(row)], "next_cursor": page["next_cursor"]}

    def product(self, asked):
        asked.fields()
        rule = self.shop.get(f"/products/{asked.id}/prerequisites")
        return {**on_sale(self._active(asked.id)), "requires": {**rule, "products": self._named(rule["products"])}}

    def place(self, asked):
        given = asked.fields(("product_id", "email", "once"), ("quantity", "coupon"))
        if not re.fullmatch("[0-9]{1,18}", given["product_id"]):
            raise wrong(product_id="must be a whole number")
        if not re.fullmatch("[A-Za-z0-9_-]{16,64}", given["once"]):
            raise wrong(once="must be 16 to 64 letters and digits that nobody guesses")
        # The API sells to a vendor's program what the catalogue does not show.
        self._active(given["product_id"])
        line = {"product_id": given["product_id"], "quantity": given.get("quantity", "1")}
        draft = {"customer": {"email": given["email"]}, "lines": [line], "coupon": given.get("coupon")}
        order = self.shop.post("/orders", draft, once=f"store-order-{given['once']}")
        return {"token": self._token(order["id"]), "order": self._order(order)}

    def order(self, asked):
        asked.fields()
        return self._order(self._theirs(asked))

    def pay(self, asked):
        given, order = asked.fields(("card_number",)), self._theirs(asked)
        return self._order(self.shop.post(f"/orders/{order['id']}/pay", {"method": "card", **given}))

    def downloads(self, asked):
        asked.fields()
        offer = self.shop.get(f"/purchases/{self._purchase(asked)}/downloads")
        if not offer["is_open"]:
            gate, match = offer["gate"], None
            missing = self._named(gate["details"].get("products", []))
            if missing:
                product_id = self.shop.get(f"/purchases/{asked.id}")["product_id"]
                match = self.shop.get(f"/products/{product_id}/prerequisites")["match"]
            return {"is_open": False, "gate": {**gate, "missing": missing, "match": match}}
        releases = [
            {
                **{name: row[name] for name in ("id", "version", "channel", "released_at", "notes_html")},
                "files": [{"platform": f["platform"], "name": f.get("name"), "size": f.get("size")} for f in row["files"]],
            }
            for row in offer["releases"]
        ]
        return {"is_open": True, "external_url": offer["external_url"], "releases": releases}

    def install_url(self, asked):
        given = asked.fields(("install_url",))
        self.shop.post(f"/purchases/{self._purchase(asked)}/install-url", given)
        return self._order(self._theirs(asked))

    def download(self, asked):
        wanted = asked.fields(optional=("release", "platform"))
        return {"url": self.shop.get(f"/purchases/{self._purchase(asked)}/download", **wanted)["url"]}

    def _token(self, order_id):
        proof = hmac.new(self.secret.encode(), f"order {order_id}".encode(), hashlib.sha256).hexdigest()
        return f"{order_id}-{proof}"

    def _theirs(self, asked):
        """The order whose token came with the request."""
        order_id = asked.token.partition("-")[0]
        if not hmac.compare_digest(self._token(order_id).encode(), asked.token.encode()):
            raise Fault(404, *NOT_FOUND)
        return self.shop.get(f"/orders/{order_id}")

    def _purchase(self, asked):
        """The purchase in the path, if the order has it."""
        if not any(asked.id in map(str, line["purchases"]) for line in self._theirs(asked)["lines"]):
            raise Fault(404, *NOT_FOUND)
        return asked.id

    def _active(self, product_id):
        product = self.shop.get(f"/products/{product_id}")
        if not is_active(product):
            raise Fault(404, *NOT_FOUND)
        return product

    def _named(self, ids):
        found = [self.shop.get(f"/products/{product_id}") for product_id in ids]
        return [{"id": row["id"], "title": row["title"], "on_sale": is_active(row)} for row in found]

    def _order(self, order):
        names = ("id", "payment_status", "fulfilment_status", "subtotal", "discount", "tax", "total", "coupon")
        lines = [{name: line[name] for name in ("title", "quantity", "unit_price")} for line in order["lines"]]
        return {**{name: order[name] for name in names}, "lines": lines, "purchases": self._bought(order)}

    def _bought(self, order):
        titles = {line["product_id"]: line["title"] for line in order["lines"]}
        missing, bought = {id for line in order["lines"] for id in line["purchases"]}, []
        if not missing:
            return bought
        for row in self.shop.all("/purchases", customer=order["customer_id"]):
            if row["id"] in missing:
                if row["product_id"] not in titles:  # a bundle's item
                    titles[row["product_id"]] = self.shop.get(f"/products/{row['product_id']}")["title"]
                names = ("id", "key", "status", "install_url", "expires_at")
                bought.append({**{name: row[name] for name in names}, "title": titles[row["product_id"]]})
                missing.remove(row["id"])
                if not missing:
                    break
        return bought[::-1]


def is_active(row):
    return row["status"] == "active" and row["price"] is not None


def on_sale(row):
    return {name: row[name] for name in ("id", "kind", "title", "description", "price", "tax_bp")}


def wrong(**details):
    return Fault(400, "validation_failed", "some of what was sent is wrong: see details", details)


class Asked:
    """A request: the id in its path, its parameters or its body, and the token of an order."""

    def __init__(self, row_id, given, token):
        self.id, self.given, self.token = row_id, given, token

    def fields(self, needed=(), optional=()):
        """Words and whole numbers by their names, as text; what is not asked for is refused."""
        details = {name: "is missing" for name in needed if self.given.get(name) in (None, "")}
        fields = {}
        for name, value in self.given.items():
            if name not in needed + optional:
                details[name[:WORD]] = "is not a field of this call"
            elif not isinstance(value, (str, int)) or isinstance(value, bool) or len(str(value)) > WORD:
                details[name] = f"must be text of {WORD} characters at the most"
            elif value != "":
                fields[name] = str(value)
        if details:
            raise wrong(**details)
        return fields


ROUTES = [
    ("GET", "/api/shop", Store.about),
    ("GET", "/api/products", Store.products),
    ("GET", "/api/products/{id}", Store.product),
    ("POST", "/api/orders", Store.place),
    ("GET", "/api/order", Store.order),
    ("POST", "/api/order/pay", Store.pay),
    ("GET", "/api/order/purchases/{id}/downloads", Store.downloads),
    ("POST", "/api/order/purchases/{id}/install-url", Store.install_url),
    ("GET", "/api/order/purchases/{id}/download", Store.download),
]
ROUTES = [(method, re.compile(path.replace("{id}", "([0-9]{1,18})")), do) for method, path, do in ROUTES]


class Handler(BaseHTTPRequestHandler):
    timeout = 10  # for whoever connects and says nothing

    def do_GET(self):
        if self.path.partition("?")[0] == "/":
            self._page()
        else:
            self._answer("GET")

    def do_POST(self):
        self._answer("POST")

    def _answer(self, method):
        try:
            status, said = 200, self._do(method)
        except Fault as fault:
            status, said = fault.status, fault.body
        except platform_api.Refused as refused:
            status, said = refused.status, Fault(refused.status, refused.code, refused.message, refused.details).body
            if status in (401, 403) or refused.code == "http_error":
                # The key, or what stands before the shop: nothing that a shopper could mend.
                self.log_error("the shop refuses this program: %s", refused)
                status, said = 503, Fault(503, *UNAVAILABLE).body
        except platform_api.NoAnswer as error:
            self.log_error("the shop does not answer: %s", error)
            status, said = 503, Fault(503, *UNAVAILABLE).body
        except Exception:
            traceback.print_exc()
            status, said = 500, Fault(500, "internal_error", "something went wrong here; the store's log says what").body
        self._send(status, "application/json", json.dumps(said).encode())

    def _do(self, method):
        given = self._body() if method == "POST" else {}
        path, _, query = self.path.partition("?")
        if method == "GET":
            try:
                given = dict(urllib.parse.parse_qsl(query, keep_blank_values=True, errors="strict", max_num_fields=10))
            except ValueError:
                raise Fault(400, "malformed", "the query is not UTF-8, or has too many parameters") from None
        token = self.headers.get("Authorization", "").partition(" ")[2]
        found = [(of, do, match) for of, pattern, do in ROUTES for match in [pattern.fullmatch(path)] if match]
        for of, do, match in found:
            if of == method:
                return do(self.server.store, Asked(match[1] if match.groups() else None, given, token))
        raise Fault(405, "method_not_allowed", f"this address answers {found[0][0]}") if found else Fault(404, *NOT_FOUND)

    def _body(self):
        length = self.headers.get("Content-Length", "")
        if "Transfer-Encoding" in self.headers or not re.fullmatch("[0-9]{1,9}", length):
            raise Fault(411, "length_required", "say in Content-Length how long the body is")
        body = self.rfile.read(min(int(length), 16 * BODY))  # a body left unread would cost the sender our answer
        if int(length) > BODY:
            raise Fault(413, "too_large", f"the body is longer than {BODY} bytes")
        # No form of another site can send this type, so none can place an order in a visitor's name.
        if self.headers.get_content_type() != "application/json":
            raise Fault(415, "not_json", "send JSON, with Content-Type: application/json")
        try:
            given = json.loads(body)
        except (ValueError, RecursionError):
            given = None
        if not isinstance(given, dict):
            raise Fault(400, "malformed", "the body is not a JSON object")
        return given

    def _page(self):
        page = PAGE.read_text(encoding="utf-8")
        # Only the page's own style and script run, whatever finds its way into it.
        style, script = (hashed(page, tag) for tag in ("style", "script"))
        policy = f"default-src 'none'; style-src {style}; script-src {script}; connect-src 'self'; img-src data:; "
        policy += "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        self._send(200, "text/html; charset=utf-8", page.encode(), policy)

    def _send(self, status, kind, body, policy="default-src 'none'"):
        self.send_response(status)
        for name, value in [
            ("Content-Type", kind),
            ("Content-Length", str(len(body))),
            ("Content-Security-Policy", policy),
            ("Cache-Control", "no-store"),
            ("Referrer-Policy", "no-referrer"),
            ("X-Content-Type-Options", "nosniff"),
        ]:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


def hashed(page, tag):
    text = page.partition(f"<{tag}>")[2].partition(f"</{tag}>")[0]
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shop", required=True, metavar="URL", help="address of the keywright server")
    parser.add_argument("--port", type=int, default=8390, help="0 takes a free one; the first line says which")
    parser.add_argument("--host", default="127.0.0.1", help="address to serve on; behind a proxy with TLS leave it")
    parser.add_argument("--live", action="store_true", help="take a live key: orders then wait until you record their payment")
    args = parser.parse_args()
    key, secret = os.environ.get("KEYWRIGHT_API_KEY", ""), os.environ.get("STORE_SECRET", "")
    if not key.startswith(("sk_test_", "sk_live_")):
        sys.exit("set KEYWRIGHT_API_KEY to a test key: keywright api-key create --mode test "
                 "--scopes read:account,read:products,read:orders,write:orders")
    if key.startswith("sk_live_") and not args.live:
        sys.exit("KEYWRIGHT_API_KEY is a live key, and in live mode no card is taken: orders would be real ones that wait "
                 "until you record their payment. Take a test key (keywright api-key create --mode test), or say --live.")
    if not secret:
        print("STORE_SECRET is not set: links to orders are good until this program ends", file=sys.stderr)
    shop = platform_api.Platform(args.shop, key, os.environ.get("KEYWRIGHT_API_SECRET"), timeout=5, tries=2)
    try:
        store = Store(shop, secret or secrets.token_hex(32))
    except (platform_api.NoAnswer, platform_api.Refused) as error:
        sys.exit(f"{args.shop} does not let this program in: {error}")
    server = ThreadingHTTPServer((args.host, args.port), Handler)
    server.store = store
    print(f"http://{args.host}:{server.server_address[1]}/", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass


if __name__ == "__main__":
    main()
