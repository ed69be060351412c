#!/usr/bin/env python3
"""Takes webhooks of keywright, whichever format they have, and prints the events that are genuine.

    KEYWRIGHT_WEBHOOK_SECRET=whsec_... python3 receive.py PORT
"""
import base64
import hashlib
import hmac
import json
import os
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

TOLERANCE = 300  # seconds that a timestamp may be off


def is_genuine(headers, body, secret):
    """Whether these headers sign this body (bytes) under this secret."""
    if "webhook-signature" in headers:  # Standard Webhooks
        event, sent_at = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
        if not sent_at.isdigit() or abs(time.time() - int(sent_at)) > TOLERANCE:
            return False
        key = base64.b64decode(secret.removeprefix("whsec_"))
        mac = hmac.new(key, f"{event}.{sent_at}.".encode() + body, hashlib.sha256).digest()
        expected = "v1," + base64.b64encode(mac).decode()
        given = headers["webhook-signature"].split(" ")
    else:
        expected = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        names = ("x-webhook-signature", "x-webhook-signature-previous")
        given = [headers.get(name, "") for name in names]
    return any(hmac.compare_digest(expected.encode(), one.encode()) for one in given)


class Receiver(BaseHTTPRequestHandler):
    seen = set()  # a real one keeps this with what the event changed, in one transaction

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        if not is_genuine(headers, body, os.environ["KEYWRIGHT_WEBHOOK_SECRET"]):
            self.send_response(401)
            self.end_headers()
            return
        event = json.loads(body)
        if event["id"] not in self.seen:  # the same event may come twice
            self.seen.add(event["id"])
            print(event["event"], json.dumps(event["data"]), flush=True)
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        pass


if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Receiver).serve_forever()
