"""A client of keywright's platform API in one file: Python 3.8 or newer, nothing else.

Copy it beside your own programs:

    from platform_api import Platform, Refused      # under whatever name you give the file
    shop = Platform("https://shop.example", key)
    order = shop.post("/orders", {"customer": {"email": mail}, "lines": [{"product_id": 1}]}, once=f"cart-{cart.id}")
    shop.post(f"/orders/{order['id']}/pay", {"reference": bank_line}, once=f"payment-{bank_line}")
    for licence in shop.all("/licences", customer=order["customer_id"]):
        send(mail, licence["key"])

`once` is your own name for the act. Send it again with the same name as often as you like, after a crash too: it is done once.
"""
import hashlib
import hmac
import json
import os
import secrets
import sys
import time
import urllib.error
import urllib.parse
import urllib.request


class Refused(Exception):
    """The server's refusal: HTTP status, a code for programs, and what is wrong with each field."""

    def __init__(self, status, error):
        super().__init__(f"{status} {error['code']}: {error['message']} {error['details'] or ''}".rstrip())
        self.status, self.code, self.details = status, error["code"], error["details"]


class Platform:
    """A shop. With the key's signing secret, every request is signed."""

    def __init__(self, base_url, key, secret=None, timeout=10.0, tries=4):
        self.base_url, self.key, self.secret = base_url.rstrip("/") + "/v1", key, secret
        self.timeout, self.tries = timeout, tries

    def get(self, path, **query):
        query = {name: value for name, value in query.items() if value is not None}
        return self.call("GET", path + ("?" + urllib.parse.urlencode(query) if query else ""))

    def all(self, path, **query):
        """Every row of a list, page by page."""
        cursor = None
        while True:
            page = self.get(path, limit=100, cursor=cursor, **query)
            yield from page["data"]
            cursor = page["next_cursor"]
            if cursor is None:
                return

    def post(self, path, body=None, once=None):
        return self.call("POST", path, body, once)

    def patch(self, path, body, once=None):
        return self.call("PATCH", path, body, once)

    def call(self, method, path, body=None, once=None):
        """One call. Busy answers and lost ones are tried again: a change carries an Idempotency-Key, so it is made once."""
        data = b"" if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {self.key}"}
        if method != "GET":
            headers["Idempotency-Key"] = once or secrets.token_hex(16)
        for left in reversed(range(self.tries)):
            if self.secret:
                headers["X-Signature"] = self._signature(method, path, data)
            request = urllib.request.Request(self.base_url + path, data or None, headers, method=method)
            try:
                with urllib.request.urlopen(request, timeout=self.timeout) as answer:
                    return json.load(answer)
            except urllib.error.HTTPError as error:
                if error.code not in (429, 503) or not left:
                    raise Refused(error.code, json.load(error)["error"]) from None
                time.sleep(min(int(error.headers.get("Retry-After", 1)), 30))
            except OSError:
                if not left:
                    raise
                time.sleep(0.5)

    def _signature(self, method, path, data):
        """The stronger form: it covers method and path too, and a nonce lets the same words be signed twice in a second."""
        at, nonce = int(time.time()), secrets.token_hex(8)
        target = urllib.parse.urlsplit(self.base_url + path)
        target = target.path + ("?" + target.query if target.query else "")
        message = f"{at}.{nonce}.{method}.{target}.".encode() + data
        return f"t={at},n={nonce},v2={hmac.new(self.secret.encode(), message, hashlib.sha256).hexdigest()}"


def main(args):
    """platform.py URL METHOD PATH [JSON]: one call, its answer as JSON; key and secret from the environment."""
    if len(args) not in (3, 4):
        sys.exit("usage: KEYWRIGHT_API_KEY=… platform.py URL METHOD PATH [JSON]")
    shop = Platform(args[0], os.environ.get("KEYWRIGHT_API_KEY", ""), os.environ.get("KEYWRIGHT_API_SECRET"))
    method, path = args[1], args[2]
    if method == "ALL":
        answer = list(shop.all(path))
    else:
        answer = shop.call(method, path, json.loads(args[3]) if len(args) == 4 else None)
    json.dump(answer, sys.stdout, separators=(",", ":"))
    print()


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except Refused as refused:
        sys.exit(str(refused))
    except OSError as error:
        sys.exit(f"no answer: {error}")
