"""Makes orders in keywright of what was paid at Stripe: takes Stripe's webhooks. Python 3.8 or newer only.

    STRIPE_WEBHOOK_SECRET=whsec_… KEYWRIGHT_API_KEY=sk_live_… python3 stripe_bridge.py --shop https://shop.example

Create the Checkout Session with metadata[keywright_product_id]=1, and metadata[keywright_quantity]=2 if it is more than one.
Let Stripe send checkout.session.completed, checkout.session.async_payment_succeeded and charge.refunded to /webhook.

It keeps no database. What makes each act happen once is its name, made from Stripe's own ids, which keywright remembers for a
day. For the same reason it cannot tell which order a charge belongs to: a refund is passed on if the charge's metadata has
keywright_order_id. Put it there before you refund; the answer to the webhook and the log say which order it became.
"""
import argparse
import hashlib
import hmac
import importlib.util
import json
import os
import pathlib
import re
import sys
import threading
import time
import traceback
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

# By its place and under another name: Python has a module `platform` of its own.
_spec = importlib.util.spec_from_file_location("platform_api", pathlib.Path(__file__).with_name("platform.py"))
platform_api = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(platform_api)

TOLERANCE = 300  # seconds that a signature may be off
REMEMBERED = 23 * 3600  # keywright forgets an Idempotency-Key after 24 hours; an hour less, for clocks that differ
BODY = 1024 * 1024


def is_signed(header, body, secret, now):
    """Whether Stripe signed this body just now. While a secret is rolled there are several v1; one that fits is enough."""
    fields = [part.strip().partition("=")[::2] for part in header.split(",")]
    at = [value for name, value in fields if name == "t"]
    if len(at) != 1 or not re.fullmatch("[0-9]{1,12}", at[0]) or abs(now - int(at[0])) > TOLERANCE:
        return False
    expected = hmac.new(secret.encode(), at[0].encode() + b"." + body, hashlib.sha256).hexdigest().encode()
    return any(hmac.compare_digest(value.encode(), expected) for name, value in fields if name == "v1")


class Bridge:
    """From events to orders. What comes of each is told, as the answer to Stripe."""

    def __init__(self, shop):
        self.shop, self.is_live = shop, shop.key.startswith("sk_live_")
        self.one_refund = threading.Lock()

    def take(self, event):
        kind, thing = event["type"], event["data"]["object"]
        if kind in ("checkout.session.completed", "checkout.session.async_payment_succeeded"):
            act = self.sold
        elif kind == "charge.refunded":
            act = self.refunded
        else:
            return {"ignored": kind}
        if event["livemode"] != self.is_live:
            return warn(f"{event['id']}: Stripe and the API key are not both live, or both in test mode")
        return act(event, thing)

    def sold(self, event, session):
        if session["payment_status"] != "paid":
            return {"ignored": f"payment_status {session['payment_status']}"}
        product_id = (session.get("metadata") or {}).get("keywright_product_id")
        if not product_id:
            return {"ignored": "no keywright_product_id"}
        email = (session.get("customer_details") or {}).get("email")
        if not email:
            return warn(f"{session['id']} has no e-mail address: nothing was ordered for it")
        line = {"product_id": product_id, "quantity": session["metadata"].get("keywright_quantity") or "1"}
        draft = {"customer": {"email": email}, "lines": [line]}
        order = self._made_before(event, draft)
        if not order:
            order = self.shop.post("/orders", draft, once=f"stripe-{session['id']}-order")
        told = {"order_id": order["id"]}
        if order["payment_status"] != "unpaid":
            return warn(f"{session['id']} comes late; order {order['id']} looks like it: if it is another, make one", told)
        due, paid = order["total"], {"amount": session["amount_total"], "currency": session["currency"].upper()}
        if due != paid:
            return warn(f"{session['id']} paid {words(paid)}, but {words(due)} is due: order {order['id']} stays unpaid", told)
        reference = session.get("payment_intent") or session["id"]
        payment = {"method": "manual", "amount": paid, "reference": reference}
        try:
            self.shop.post(f"/orders/{order['id']}/pay", payment, once=f"stripe-{session['id']}-payment")
        except platform_api.Refused as refused:
            # By hand, say. The money is there, and the keys are.
            if refused.code != "already_paid":
                raise
        log(f"order {order['id']} is paid by {reference}")
        return {**told, "paid": True}

    def _made_before(self, event, draft):
        """The order that an earlier delivery of an old event made, as far as that can be told by what is in it."""
        if time.time() - event["created"] < REMEMBERED:
            return None
        since = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(event["created"] - TOLERANCE))
        wanted = [tuple(str(line[name]) for name in ("product_id", "quantity")) for line in draft["lines"]]
        for order in self.shop.all("/orders", **{"from": since}):
            lines = [tuple(str(line[name]) for name in ("product_id", "quantity")) for line in order["lines"]]
            if lines == wanted and order["email"].casefold() == draft["customer"]["email"].casefold():
                return order
        return None

    def refunded(self, event, charge):
        order_id = str((charge.get("metadata") or {}).get("keywright_order_id", ""))
        if not re.fullmatch("[0-9]{1,18}", order_id):
            return warn(f"{charge['id']} was refunded, but its metadata has no keywright_order_id: refund its order yourself")
        told, currency = {"order_id": int(order_id)}, charge["currency"].upper()
        # Stripe tells the sum of all refunds so far: of two events at once, the second must see what the first did.
        with self.one_refund:
            order = self.shop.get(f"/orders/{order_id}")
            paid = {"amount": charge["amount"], "currency": currency}
            if order["paid"] != paid:
                of = f"{charge['id']} is of {words(paid)}, order {order_id} of {words(order['paid'])}"
                return warn(f"{of}: nothing is refunded", told)
            due = charge["amount_refunded"] - order["refunded"]["amount"]
            if due > 0:
                refund = {"amount": {"amount": due, "currency": currency}, "reason": charge["id"]}
                once = f"stripe-{charge['id']}-refund-{charge['amount_refunded']}"
                self.shop.post(f"/orders/{order_id}/refund", refund, once=once)
                log(f"order {order_id}: {words(refund['amount'])} given back")
        return {**told, "refunded": max(due, 0)}


def words(money):
    return f"{money['amount']} {money['currency']}"


def log(text):
    print(text, file=sys.stderr, flush=True)


def warn(text, told=None):
    """For what a person must look at. Stripe is answered all the same: to send it again would change nothing."""
    log(f"WARNING: {text}")
    return {**(told or {}), "warning": text}


class Handler(BaseHTTPRequestHandler):
    timeout = 10  # for whoever connects and says nothing

    def do_POST(self):
        length = self.headers.get("Content-Length", "")
        if not re.fullmatch("[0-9]{1,7}", length) or int(length) > BODY:
            self._send(413, {"error": f"a body of up to {BODY} bytes is read, and Content-Length says how long it is"})
            return
        body = self.rfile.read(int(length))
        if self.path != "/webhook":
            self._send(404, {"error": "Stripe's webhooks go to /webhook"})
        elif not is_signed(self.headers.get("Stripe-Signature", ""), body, self.server.secret, time.time()):
            self._send(400, {"error": "the Stripe-Signature is missing, wrong or old"})
        else:
            self._send(*self._outcome(body))

    def _outcome(self, body):
        try:
            return 200, self.server.bridge.take(json.loads(body))
        except platform_api.NoAnswer as error:
            log(f"keywright does not answer: {error}")
        except platform_api.Refused as refused:
            # A busy server, or a key that is not let in: once that is mended, what Stripe sends again goes through.
            if refused.status not in (401, 403) and refused.status < 500 and refused.retry_after is None:
                return 200, warn(f"{json.loads(body)['id']} is refused: {refused}")
            log(f"keywright cannot take it now: {refused}")
        except (ValueError, KeyError, TypeError, AttributeError):
            traceback.print_exc()
            return 400, {"error": "this is not an event as Stripe's API writes it"}
        return 503, {"error": "keywright does not answer: send it again"}

    def _send(self, status, said):
        body = json.dumps(said).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shop", required=True, metavar="URL", help="address of the keywright server")
    parser.add_argument("--port", type=int, default=8391, help="0 takes a free one; the first line says which")
    parser.add_argument("--host", default="127.0.0.1", help="address to serve on; behind a proxy with TLS leave it")
    args = parser.parse_args()
    key, secret = os.environ.get("KEYWRIGHT_API_KEY", ""), os.environ.get("STRIPE_WEBHOOK_SECRET", "")
    if not key.startswith(("sk_test_", "sk_live_")):
        sys.exit("set KEYWRIGHT_API_KEY: keywright api-key create --scopes read:orders,write:orders")
    if not secret:
        sys.exit("set STRIPE_WEBHOOK_SECRET to the signing secret of the endpoint, whsec_…")
    # Stripe waits for seconds only; what takes longer it sends again.
    shop = platform_api.Platform(args.shop, key, os.environ.get("KEYWRIGHT_API_SECRET"), timeout=4, tries=2)
    server = ThreadingHTTPServer((args.host, args.port), Handler)
    server.bridge, server.secret = Bridge(shop), secret
    print(f"http://{args.host}:{server.server_address[1]}/webhook", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass


if __name__ == "__main__":
    main()
