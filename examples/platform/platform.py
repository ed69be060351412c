"""A client of keywright's platform API in one file: Python 3.8 or newer, nothing else.

Copy it beside your own programs:

    from platform_api import Platform, Refused      # under whatever name you give the file
    shop = Platform("https://shop.example", key)
    order = shop.post("/orders", {"customer": {"email": mail}, "lines": [{"product_id": 1}]}, once=f"cart-{cart.id}")
    shop.post(f"/orders/{order['id']}/pay", {"reference": bank_line}, once=f"payment-{bank_line}")
    for licence in shop.all("/licences", customer=order["customer_id"]):
        send(mail, licence["key"])
    file = shop.upload("build/quill-1.2.0.zip")

`once` is your own name for the act. Send it again with the same name as often as you like, after a crash too: it is done once.
"""
import hashlib
import hmac
import http.client
import json
import os
import secrets
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

# Of an upload, this much is in memory at a time, and this much at most is sent once more after a break.
PIECE = 8 * 1024 * 1024


class Refused(Exception):
    """The server's refusal: HTTP status, a code for programs, and what is wrong with each field."""

    def __init__(self, status, error, retry_after=None):
        super().__init__(f"{status} {error['code']}: {error['message']} {error['details'] or ''}".rstrip())
        self.status, self.code, self.message, self.details = status, error["code"], error["message"], error["details"]
        self.retry_after = retry_after  # in seconds; None where trying again changes nothing


class NoAnswer(OSError):
    """No answer came, or it broke off. A change may have been made: send it again with the same `once`."""


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A download's 302 is the answer. To follow it would hand the key to wherever it leads."""

    def redirect_request(self, *args):
        return None


class Platform:
    """A shop. With the key's signing secret, every request is signed."""

    def __init__(self, base_url, key, secret=None, timeout=10.0, tries=4):
        self.base_url, self.key, self.secret = base_url.rstrip("/") + "/v1", key, secret
        self.timeout, self.tries = timeout, tries
        self._opener = urllib.request.build_opener(_NoRedirects)

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

    def call(self, method, path, body=None, once=None, headers=None):
        """One call. Busy answers and lost ones are tried again: a change carries an Idempotency-Key, so it is made once."""
        data = b"" if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json", **(headers or {})}
        if method != "GET":
            headers["Idempotency-Key"] = once or secrets.token_hex(16)
        for left in reversed(range(self.tries)):
            try:
                return self._send(method, path, data, headers, self.timeout)[1]
            except Refused as refused:
                if refused.retry_after is None or not left:
                    raise
                time.sleep(min(refused.retry_after, 30))
            except NoAnswer:
                if not left:
                    raise
                time.sleep(0.5)

    def upload(self, file, name=None):
        """Sends the file at a path, in pieces, and goes on after a break. Begun anew within a day, it goes on too."""
        name = name or os.path.basename(file)
        with open(file, "rb") as content:
            digest = hashlib.sha256()
            for block in iter(lambda: content.read(PIECE), b""):
                digest.update(block)
            size, sha256 = content.tell(), digest.hexdigest()
            body, length = {"name": name, "sha256": sha256}, {"Upload-Length": str(size)}
            # The same content under the same name is the same upload, unless that was deleted since, or begun otherwise.
            for once in (hashlib.sha256(f"{sha256} {name}".encode()).hexdigest(), None):
                try:
                    begun = self.call("POST", "/uploads", body, once, length)
                    return self._send_pieces(f"/uploads/{begun['file_id']}", content, size)
                except Refused as refused:
                    is_another = refused.status == 404 or refused.code == "idempotency_key_reused"
                    if not is_another or once is None:
                        raise

    def _send_pieces(self, path, content, size):
        offset, reached, left = None, -1, self.tries
        while True:
            try:
                if offset is None:
                    # What came before a break is kept, and only the server knows how much that is.
                    offset = int(self._send("HEAD", path, b"", {}, self.timeout)[0]["Upload-Offset"])
                if offset > reached:
                    reached, left = offset, self.tries
                content.seek(offset)
                piece = content.read(PIECE)
                if not piece and offset < size:
                    raise ValueError("the file became shorter while it was sent")
                headers = {"Upload-Offset": str(offset), "Content-Type": "application/octet-stream"}
                # The last piece is answered when the whole file has been hashed, which may take a while.
                answer = self._send("PATCH", path, piece, headers, 12 * self.timeout)[1]
                if answer["status"] == "complete":
                    return answer
                offset = answer["offset"]
            except (NoAnswer, Refused) as error:
                # A connection that broke off unseen holds the upload until the server gives it up, after ten seconds.
                is_break = isinstance(error, NoAnswer) or error.code in ("upload_busy", "offset_mismatch", "malformed")
                wait = 0.5 * 4 ** (self.tries - left) if is_break else error.retry_after
                left -= 1
                if wait is None or not left:
                    raise
                time.sleep(min(wait, 30))
                offset = None

    def _send(self, method, path, data, headers, timeout):
        """Sends once: the answer's head, and what its body says."""
        headers = {"Authorization": f"Bearer {self.key}", **headers}
        if self.secret:
            headers["X-Signature"] = self._signature(method, path, data)
        request = urllib.request.Request(self.base_url + path, data or None, headers, method=method)
        try:
            try:
                answer = self._opener.open(request, timeout=timeout)
            except urllib.error.HTTPError as error:
                answer = error
            with answer:
                status, head, text = answer.code, answer.headers, answer.read()
        except (OSError, http.client.HTTPException) as error:
            raise NoAnswer(str(getattr(error, "reason", error))) from error
        try:
            said = json.loads(text)
        except ValueError:
            said = text.decode(errors="replace")
        if status < 400:
            return head, said
        if not isinstance(said, dict) or "error" not in said:
            # A proxy in between answers for a server that does not, and HEAD has no body.
            said = {"error": {"code": "http_error", "message": answer.reason, "details": {}}}
        wait = head.get("Retry-After", "1")
        is_passing = status in (429, 502, 503, 504) or said["error"]["code"] == "idempotency_in_flight"
        raise Refused(status, said["error"], (int(wait) if wait.isdecimal() else 1) if is_passing else None)

    def _signature(self, method, path, data):
        """The stronger form: it covers method and path too, and a nonce lets the same words be signed twice in a second."""
        at, nonce = int(time.time()), secrets.token_hex(8)
        target = urllib.parse.urlsplit(self.base_url + path)
        target = target.path + ("?" + target.query if target.query else "")
        message = f"{at}.{nonce}.{method}.{target}.".encode() + data
        return f"t={at},n={nonce},v2={hmac.new(self.secret.encode(), message, hashlib.sha256).hexdigest()}"


def main(args):
    """platform.py URL METHOD PATH [JSON]: one call, its answer as JSON; key and secret from the environment.
    ALL as the method walks a list, and UPLOAD sends the file at PATH."""
    if len(args) not in (3, 4):
        sys.exit("usage: KEYWRIGHT_API_KEY=… platform.py URL METHOD PATH [JSON] | URL ALL PATH | URL UPLOAD FILE")
    shop = Platform(args[0], os.environ.get("KEYWRIGHT_API_KEY", ""), os.environ.get("KEYWRIGHT_API_SECRET"))
    method, path = args[1], args[2]
    if method == "ALL":
        answer = list(shop.all(path))
    elif method == "UPLOAD":
        answer = shop.upload(path)
    else:
        answer = shop.call(method, path, json.loads(args[3]) if len(args) == 4 else None)
    json.dump(answer, sys.stdout, separators=(",", ":"))
    print()


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except NoAnswer as error:
        sys.exit(f"no answer: {error}")
    except (Refused, OSError, ValueError) as error:
        sys.exit(str(error))
