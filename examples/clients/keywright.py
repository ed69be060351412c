"""A client of keywright in one file: Python 3.8 or newer, nothing else.

Copy it beside your application:

    from keywright import Keywright, LicenceError, Unavailable
    shop = Keywright("https://shop.example")
    usage_id = shop.activate(key, email)["usage_id"]    # once; keep it
    try:                                                # at each start
        shop.check(key, usage_id, email)
        settings.last_good = time.time()
    except LicenceError as error:                       # the server said no
        lock(f"This licence is not valid ({error.code} {error.name}).")
    except Unavailable:                                 # no verdict: the buyer may just be offline
        if time.time() - settings.last_good > 30 * 86400:
            lock("Please connect to the internet once, so that the licence can be checked.")
"""
import http.client
import json
import os
import secrets
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

API = "/applications/softwaremarketplace/interface/licenses/index.php"


class LicenceError(Exception):
    """The server's refusal: a code such as 1201 and its name, MAX_USES."""

    def __init__(self, code, name):
        super().__init__(f"{code} {name}")
        self.code, self.name = code, name


class Unavailable(Exception):
    """No verdict: the network, a time-out, a stranger's answer, or a server that is busy (1903, 1905)."""


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A redirected POST would lose its parameters on the way and be refused for that."""

    def redirect_request(self, *args):
        return None


class Keywright:
    """A shop. `timeout` is in seconds, for connecting and for each wait on the answer."""

    def __init__(self, base_url, timeout=10.0):
        self.base_url, self.timeout = base_url.rstrip("/"), timeout
        self._opener = urllib.request.build_opener(_NoRedirects)

    def activate(self, key, identifier=None, nonce=None):
        """Takes a use. Every try carries the same nonce, so an answer that got lost takes no second use; to go on
        trying after a restart, keep a nonce of your own until there is an answer."""
        nonce = nonce or secrets.token_hex(16)
        bind = "1" if identifier else None
        for pause in (1, 1, None):
            try:
                return self._call("activate", "usage_id", key=key, identifier=identifier, setIdentifier=bind,
                                  nonce=nonce)
            except Unavailable:
                if pause is None:
                    raise
                time.sleep(pause)

    def check(self, key, usage_id, identifier=None):
        return self._call("check", "status", key=key, usage_id=usage_id, identifier=identifier)

    def info(self, key, identifier=None):
        return self._call("info", "key", key=key, identifier=identifier)

    def update_extra(self, key, usage_id, extra, identifier=None):
        """Keeps a value of yours, at most 4 KiB of JSON, with this use; `info` shows it."""
        return self._call("updateExtra", "status", key=key, usage_id=usage_id, extra=json.dumps(extra),
                          identifier=identifier)

    def update(self, product_id, installed):
        """The newest release, if its longversion is above the installed one; else None."""
        installed, product = int(installed), urllib.parse.quote(str(product_id), safe="")
        answer = self._send(f"/software/updatecheck/{product}", None, "longversion")
        return answer if answer and answer["longversion"] > installed else None

    def _call(self, action, field, **params):
        """By POST, so that keys stay out of the logs of proxies."""
        form = urllib.parse.urlencode({name: value for name, value in params.items() if value is not None})
        return self._send(f"{API}?{action}", form.encode(), field)

    def _send(self, path, body, field):
        try:
            with self._opener.open(self.base_url + path, body, self.timeout) as reply:
                status, text = reply.status, reply.read()
        except urllib.error.HTTPError as reply:
            with reply:
                status, text = reply.code, self._rest(reply)
        except (OSError, http.client.HTTPException) as error:
            raise Unavailable(str(getattr(error, "reason", error))) from error
        try:
            answer = json.loads(text)
        except ValueError:
            answer = None
        if isinstance(answer, dict):
            code, name = answer.get("errorCode"), answer.get("errorMessage")
            if status == 200 and field in answer:
                return answer
            if status == 404 and "error" in answer and field == "longversion":
                return None  # nothing is published yet
            if code in (1903, 1905):
                raise Unavailable(f"{code} {name}")
            if isinstance(code, int):
                raise LicenceError(code, name)
        raise Unavailable(f"HTTP {status} without a licence answer")

    @staticmethod
    def _rest(reply):
        try:
            return reply.read()
        except (OSError, http.client.HTTPException) as error:
            raise Unavailable(str(error)) from error


def main(args):
    """Exit code 0: the answer is printed; 1: refused; 2: no verdict; 64: wrong arguments."""
    verbs = {"activate": (1, 2), "check": (2, 3), "info": (1, 2), "update-extra": (3, 4), "update": (2, 2)}
    least, most = verbs.get(args[1], (1, 0)) if len(args) > 1 else (1, 0)
    rest = args[2:]
    if not least <= len(rest) <= most:
        print("usage: keywright.py BASE_URL activate KEY [IDENTIFIER] | check KEY USAGE_ID [IDENTIFIER]"
              " | info KEY [IDENTIFIER] | update-extra KEY USAGE_ID JSON [IDENTIFIER]"
              " | update PRODUCT_ID INSTALLED_LONGVERSION", file=sys.stderr)
        return 64
    try:
        shop = Keywright(args[0], float(os.environ.get("KEYWRIGHT_TIMEOUT", "10")))
        if args[1] == "update-extra":
            rest[2] = json.loads(rest[2])
        answer = getattr(shop, args[1].replace("-", "_"))(*rest)
    except LicenceError as error:
        print(error, file=sys.stderr)
        return 1
    except Unavailable as error:
        print(f"no verdict: {error}", file=sys.stderr)
        return 2
    except ValueError as error:
        print(error, file=sys.stderr)
        return 64
    if answer is None:
        print("up to date", file=sys.stderr)
    else:
        sys.stdout.buffer.write(json.dumps(answer, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
