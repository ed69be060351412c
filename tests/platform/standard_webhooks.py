"""Takes webhooks and verifies each with the library of Standard Webhooks, as it comes: 204 if all secrets verify it, else 401.

    KEYWRIGHT_WEBHOOK_SECRET="whsec_... whsec_..." python3 standard_webhooks.py PORT
"""
import os
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from standardwebhooks.webhooks import Webhook, WebhookVerificationError


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        try:
            for secret in os.environ["KEYWRIGHT_WEBHOOK_SECRET"].split():
                Webhook(secret).verify(body, headers)
            self.send_response(204)
        except WebhookVerificationError:
            self.send_response(401)
        self.end_headers()

    def log_message(self, *_):
        pass


ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Receiver).serve_forever()
