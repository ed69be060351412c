"""What schemathesis cannot read in the description: values of forms that only the server knows, and two rules of the contract."""

import itertools

import schemathesis
from hypothesis import strategies as st
from schemathesis.core import NotSet
from schemathesis.core.parameters import ParameterLocation
from schemathesis.generation import GenerationMode


def form(name, *values):
    schemathesis.openapi.format(name, st.sampled_from(values))


form("currency", "EUR", "USD", "JPY")
form("time-zone", "UTC", "Europe/Berlin", "America/New_York")
form("uri", "https://example.com/", "http://forum.example.com:8080/a?b=c", "https://xn--bcher-kva.example/")
form("email", "mia@customer.example", "other@customer.example", "new+tag@customer.example", "erased-1@customer.invalid")
form("ip", "203.0.113.7", "2001:db8::7")
# Times are from 1970 to 9998.
form("date-time", "1970-01-01T00:00:00Z", "2026-11-22T08:00:00.25+01:00", "2031-02-28T23:59:59Z", "9998-12-31T23:59:59Z")

def whole(value):
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, list):
        return [whole(item) for item in value]
    if isinstance(value, dict):
        return {name: whole(item) for name, item in value.items()}
    return value


numbers = itertools.count(1)


def is_good(case):
    return case.meta is None or case.meta.generation.mode.is_positive


@schemathesis.hook
def filter_case(context, case):
    """Unknown headers are no fault: proxies and browsers add them as they like."""
    return "x-schemathesis-unknown-property" not in (case.headers or {})


@schemathesis.hook
def before_call(context, case, kwargs):
    """To leave a body out that need not be there makes no request bad, though it is called so."""
    parts = case.meta.components if case.meta else {}
    bad = [place for place, part in parts.items() if part.mode.is_negative]
    may_lack = isinstance(case.body, NotSet) and not any(body.is_required for body in case.operation.body)
    if bad == [ParameterLocation.BODY] and may_lack:
        case.meta.generation.mode = GenerationMode.POSITIVE


@schemathesis.hook
def map_case(context, case):
    """Of good requests: a cursor is one that a list gave, times are from 1970 to 9998, and an Idempotency-Key is one request's own,
    so that only its length is kept. JSON Schema takes 5.0 for a whole number; this server refuses a float whatever it is worth, for money is never one."""
    if is_good(case):
        query = case.query or {}
        query.pop("cursor", None)
        for name in ("from", "to"):
            if name in query and not "1970" <= str(query[name])[:4] <= "9998":
                del query[name]
        key = (case.headers or {}).get("Idempotency-Key")
        if isinstance(key, str):
            case.headers["Idempotency-Key"] = f"{next(numbers):0{len(key)}}"
    case.body = whole(case.body)
    return case
