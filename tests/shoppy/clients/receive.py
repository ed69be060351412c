"""Verifies a webhook: by the bytes that came, and by what JSON's reader and writer make of them."""

import hashlib
import hmac
import json
import sys

secret, signature, body = sys.argv[1], sys.argv[2], sys.stdin.buffer.read()
again = json.dumps(json.loads(body), separators=(",", ":"), ensure_ascii=False).encode()
for told in (body, again):
    assert hmac.compare_digest(hmac.new(secret.encode(), told, hashlib.sha512).hexdigest(), signature), told
print("verified")
