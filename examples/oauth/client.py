#!/usr/bin/env python3
"""An app that somebody lets into a shop by OAuth 2.0, with Authlib as it comes.

    client.py SHOP [SCOPE…]        such as: client.py http://127.0.0.1:8080 read:products

prints the address to open in a browser, waits until somebody says yes there, and prints what the API then shows. With
KEYWRIGHT_CLIENT_SECRET it is a confidential app, without one a public app; both use PKCE.
"""

import http.server
import json
import os
import secrets
import sys
import urllib.parse

import requests
from authlib.integrations.requests_client import OAuth2Session

PAGE = b"<!doctype html><title>Done</title><p>Done: close this page."


class Callback(http.server.BaseHTTPRequestHandler):
    """Takes the one request with which the browser comes back."""

    def do_GET(self):
        self.server.came_back_to = self.path
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(PAGE)))
        self.end_headers()
        self.wfile.write(PAGE)

    def log_message(self, *args):
        """The address holds a code: it is in no log."""


def main():
    shop = sys.argv[1].rstrip("/")
    scope = " ".join(sys.argv[2:]) or "read:products"
    # Where everything is (RFC 8414). The address says who answers, so it must be the one that was asked for.
    server = requests.get(f"{shop}/.well-known/oauth-authorization-server", timeout=10).json()
    if server["issuer"] != shop:
        sys.exit(f"this is {server['issuer']}, not {shop}")

    # Any free port: for a registered loopback address the port does not count.
    listener = http.server.HTTPServer(("127.0.0.1", 0), Callback)
    secret = os.environ.get("KEYWRIGHT_CLIENT_SECRET")
    app = OAuth2Session(
        os.environ["KEYWRIGHT_CLIENT_ID"],
        secret,
        scope=scope,
        redirect_uri=f"http://127.0.0.1:{listener.server_port}/callback",
        token_endpoint_auth_method="client_secret_basic" if secret else "none",
        revocation_endpoint_auth_method="client_secret_basic" if secret else "none",
        code_challenge_method="S256",
        token_endpoint=server["token_endpoint"],
    )
    verifier = secrets.token_urlsafe(48)
    address, state = app.create_authorization_url(server["authorization_endpoint"], code_verifier=verifier)
    print(address, flush=True)

    listener.handle_request()
    came_back_to = listener.came_back_to
    answer = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(came_back_to).query))
    # RFC 9207: the answer is this shop's and no other server's.
    if answer.get("iss") != shop:
        sys.exit("this answer is not the shop's")
    if "error" in answer:
        sys.exit(f"not let in: {answer['error']}")
    # Authlib looks at `state` itself.
    app.fetch_token(server["token_endpoint"], authorization_response=came_back_to, state=state, code_verifier=verifier)

    products = app.get(f"{shop}/v1/products", timeout=10)
    products.raise_for_status()
    app.refresh_token(server["token_endpoint"])
    again = app.get(f"{shop}/v1/products", timeout=10)
    again.raise_for_status()
    app.revoke_token(server["revocation_endpoint"], token=app.token["refresh_token"], token_type_hint="refresh_token")
    after = requests.get(
        f"{shop}/v1/products", headers={"Authorization": f"Bearer {app.token['access_token']}"}, timeout=10
    )
    print(json.dumps({"scope": app.token["scope"], "products": again.json()["data"], "after_the_end": after.status_code}))


if __name__ == "__main__":
    main()
