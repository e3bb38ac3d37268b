"""Whatever a request holds, on whatever route: what is wrong with it is said by a code and in both languages, and is no fault."""

from __future__ import annotations

import json
import logging
import uuid
from urllib.parse import quote

import pytest
from django.db import OperationalError, connection, transaction

import zhike.server.urls  # noqa: F401  (adds the routers)
from tests.contract.test_bad_input import forged
from tests.depth import examples
from tests.factories.records import build_firm, customer, give_work, signed_in
from zhike.platform.work.models import WorkItem
from zhike.server.http import api

pytestmark = pytest.mark.django_db
LOGIN = "/_allauth/browser/v1/auth/login"
#: What ends the session of whoever sends the others.
LAST = ("/me/sign-out-everywhere", "/me/password")

#: Bodies that are no JSON, or none that can be taken.
NO_JSON = {
    "cut off": b'{"q": ',
    "not UTF-8": b"\xff\xfe\x00",
    "half a sign": b'{"q": "\\ud83d"}',
    "half a sign as a key": b'{"\\udc00": 1}',
    "NUL": b'{"q": "a\\u0000b"}',
    "not a number": b'{"limit": NaN}',
    "endless": b'{"limit": -Infinity}',
    "a number of 10,000 digits": b'{"limit": ' + b"9" * 10_000 + b"}",
    "deep": b'{"condition": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "deep in objects": b'{"condition": ' + b'{"and":' * 50_000,
    "a list": b"[1, 2]",
    "a text": b'"x"',
}
#: Values that stand in the place of any other.
TEXTS = {
    "NUL": "a\0b",
    "half a sign": "\ud83d",
    "huge": "9" * 400,
    "exponent": "1e999",
    "below zero": "-1",
    "no whole number": "0.5",
    "64 bits": str(2**63),
    "long": "长" * 20_000,
    "a list": "[1]",
    "an object": '{"a": 1}',
    "first day": "0001-01-01",
    "last instant": "9999-12-31T23:59:59+14:00",
    "no day": "2026-02-30",
    "a percent sign": "%",
    "a backslash": "\\",
    "forged": forged("id", "asc", {"a": 1}, 1, False),
    "sealed by nobody": "1:2:3",
}
VALUES = {
    **TEXTS,
    "number": 10**400,
    "number below zero": -(2**63) - 1,
    "fraction": 1e308,
    "yes": True,
    "nothing": None,
    "empty list": [],
    "list of lists": [[[]]],
    "empty object": {},
    "object": {"a": {"b": 1}},
    "no yes or no": {"field": "name"},
    "a value alone": {"value": "yes", "type": "text"},
}
STRICT = ("NUL", "half a sign")
#: This firm has no day behind it.
NOT_YET = ("audience.nothing_published",)


@pytest.fixture(autouse=True)
def quiet():
    """Thousands of refusals are no lines of the log worth keeping."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture(scope="module")
def document():
    return api.get_openapi_schema()


@pytest.fixture
def world():
    """A client that may do most, and what stands in addresses."""
    build_firm()
    party = customer("张三")
    give_work(party.id, "E1001")
    client = signed_in({"E0009": "operator"})["operator"]
    client.raise_request_exception = False
    work = str(WorkItem.objects.get().uid)
    return client, {"object": "party", "key": "home_operator", "party": str(party.uid), "uid": str(party.uid)}, work


def routes(document):
    found = [(method.upper(), path, one) for path, ways in document["paths"].items() for method, one in ways.items()]
    return sorted(found, key=lambda route: route[1].endswith(LAST))


def filled(path, names, work, **other):
    """The address with what there is in its places, and some `other` in one of them."""
    known = {**names, "uid": work if path.startswith("/api/v1/work") else names["uid"]}
    for name in [part[1:-1] for part in path.split("/") if part.startswith("{")]:
        value = other.get(name, known.get(name, str(uuid.UUID(int=7))))
        path = path.replace("{" + name + "}", encoded(value), 1)
    return path


def encoded(text):
    return quote(text.encode("utf-8", "surrogatepass"), safe="")


class Answers:
    """What was answered: every refusal says what is wrong, in both languages."""

    def __init__(self):
        self.faults, self.said, self.asked = [], {}, 0

    def take(self, what, ask, *, strict):
        with transaction.atomic():  # what one request leaves is not there for the next
            answer = ask("zh")
            transaction.set_rollback(True)
        self.asked += 1
        told = answer.json() if answer.get("Content-Type", "").startswith("application/json") else {}
        if answer.status_code >= 500 and told.get("code") not in NOT_YET or (strict and answer.status_code < 400):
            self.faults.append(f"{what}: {answer.status_code} {told.get('code')}")
        elif answer.status_code >= 400:
            self.refusal(what, answer.status_code, told, ask)

    def refusal(self, what, status, told, ask):
        if "errors" in told and "/_allauth/" in what:  # the sign-in library, whose codes the page has sentences for
            return
        if not told.get("code") or not told.get("message"):
            self.faults.append(f"{what}: {status} without a code or a sentence")
        elif told["code"] not in self.said:
            self.said[told["code"]] = told["message"]
            if ask("en").json().get("message", "") in ("", told["message"]):
                self.faults.append(f"{what}: {told['code']} in one language only")


def media(operation):
    return operation.get("requestBody", {}).get("content", {})


def sender(client, method, path, body, content_type="application/json"):
    return lambda language: client.generic(
        method, path, body, content_type=content_type, headers={"Accept-Language": language}
    )


def test_no_body_is_a_fault(document, world, settings):
    client, names, work = world
    answers, large = Answers(), b'{"q": "' + b"x" * settings.DATA_UPLOAD_MAX_MEMORY_SIZE + b'"}'
    taking = [
        (method, filled(path, names, work))
        for method, path, one in routes(document)
        if "application/json" in media(one)
    ]
    for method, path in [*taking, ("POST", LOGIN)]:
        for name, body in {**NO_JSON, "too large": large}.items():
            answers.take(f"{method} {path} {name}", sender(client, method, path, body), strict=True)
        for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "x"):
            strict = path != LOGIN
            answers.take(f"{method} {path} as {kind}", sender(client, method, path, b"{}", kind), strict=strict)
    assert not answers.faults, "\n".join(answers.faults)
    assert {"request.unreadable", "request.too_large", "request.bad_text", "request.bad_number"} <= answers.said.keys()
    assert answers.asked > 700


def test_no_value_of_a_body_is_a_fault(document, world):
    client, names, work = world
    answers = Answers()
    for method, path, one in routes(document):
        schema = media(one).get("application/json", {}).get("schema")
        if schema is None:
            continue
        whole = sample(schema, document)
        for place in places(whole):
            # Of what a body need not have only what is asked about: nothing else is refused in its stead.
            kept = {key: whole[key] for key in (*required(schema, document), place[0])}
            for name, value in some(VALUES, answers.asked):
                body = json.dumps(put(kept, place, value)).encode()
                what = f"{method} {path} {'.'.join(map(str, place))} {name}"
                answers.take(what, sender(client, method, filled(path, names, work), body), strict=name in STRICT)
    assert not answers.faults, "\n".join(answers.faults)
    assert answers.asked > 1_000


def test_no_parameter_is_a_fault(document, world):
    client, names, work = world
    answers = Answers()
    for method, path, one in routes(document):
        body = b"{}" if "application/json" in media(one) else b""
        for parameter in one.get("parameters", ()):
            for name, text in some(TEXTS, answers.asked):
                if parameter["in"] == "path":
                    address = filled(path, names, work, **{parameter["name"]: text})
                else:
                    address = f"{filled(path, names, work)}?{parameter['name']}={encoded(text)}"
                answers.take(
                    f"{method} {path} {parameter['name']} {name}",
                    sender(client, method, address, body),
                    strict=name == "NUL",
                )
    assert not answers.faults, "\n".join(answers.faults)
    assert answers.asked > 500


def part(headers, content=b"x"):
    return b"--edge\r\n" + headers + b"\r\n\r\n" + content + b"\r\n"


SOURCE = part(b'Content-Disposition: form-data; name="source"', b"counter_branch")
FILE = b'Content-Disposition: form-data; name="file"; filename="%s"'
END = b"--edge--\r\n"
FORMS = {
    "nothing": b"",
    "no parts": END,
    "cut off": b"--edge\r\nContent-Disposition: form-da",
    "no head": b"--edge\r\n\r\nx\r\n" + END,
    "not this edge": b"--other\r\n\r\nx\r\n--other--",
    "a text for a file": SOURCE + part(b'Content-Disposition: form-data; name="file"') + END,
    "no file": SOURCE + END,
    "NUL in a text": part(b'Content-Disposition: form-data; name="source"', b"a\0b") + part(FILE % b"a.csv") + END,
    "half a sign": part(b'Content-Disposition: form-data; name="source"', b"\xed\xa0\xbd")
    + part(FILE % b"a.csv")
    + END,
    "NUL in a name": SOURCE + part(FILE % b"a\0b.csv") + END,
    "half a sign in a name": SOURCE + part(FILE % b"\xed\xa0\xbd.csv") + END,
    "no name": SOURCE + part(FILE % b"") + END,
    "a name of dots": SOURCE + part(FILE % b"..") + END,
    "a long name": SOURCE + part(FILE % (b"a" * 5_000)) + END,
    "base 64 that is none": SOURCE + part(FILE % b"a.csv" + b"\r\nContent-Transfer-Encoding: base64", b"???=") + END,
    "twice": SOURCE * 2 + part(FILE % b"a.csv") * 2 + END,
    "a thousand texts": SOURCE * 1_001 + part(FILE % b"a.csv") + END,
    "a large text": part(b'Content-Disposition: form-data; name="source"', b"x" * (6 << 20))
    + part(FILE % b"a.csv")
    + END,
    "columns that are no JSON": SOURCE
    + part(b'Content-Disposition: form-data; name="columns"', b"[" * 100_000)
    + part(FILE % b"a.csv")
    + END,
    "columns with half a sign": SOURCE
    + part(b'Content-Disposition: form-data; name="columns"', b'{"\\ud83d": "a\\u0000"}')
    + part(FILE % b"a.csv")
    + END,
}


#: What of these a file may be, and is told by its content.
READABLE = ("NUL in a name", "half a sign in a name", "base 64 that is none", "twice")


def test_no_form_is_a_fault(document, world):
    client, names, work = world
    answers = Answers()
    for method, path, one in routes(document):
        if "multipart/form-data" not in media(one):
            continue
        for name, body in FORMS.items():
            ask = sender(client, method, filled(path, names, work), body, "multipart/form-data; boundary=edge")
            answers.take(f"{method} {path} {name}", ask, strict=name not in READABLE)
        for kind in (
            "multipart/form-data",
            "multipart/form-data; boundary=",
            "multipart/mixed; boundary=edge",
            "text/plain",
            "application/json",
        ):
            ask = sender(client, method, filled(path, names, work), FORMS["no file"], kind)
            answers.take(f"{method} {path} as {kind}", ask, strict=True)
    assert not answers.faults, "\n".join(answers.faults)
    assert answers.asked == 3 * (len(FORMS) + 5)


def test_while_the_database_is_away_every_route_says_to_try_again(document, world, monkeypatch):
    client, names, work = world

    def closed(*_arguments, **_named):
        raise OperationalError("server closed the connection unexpectedly")

    asked = [(method, filled(path, names, work)) for method, path, _one in routes(document)]
    monkeypatch.setattr(connection, "cursor", closed)
    for method, path in [*asked, ("POST", LOGIN), ("GET", "/metrics")]:
        answer = client.generic(method, path, b'{"username": "E1", "password": "x"}', content_type="application/json")
        assert (answer.status_code, answer.json()["code"]) == (503, "database.away"), f"{method} {path}"
        assert answer.json()["message"] == "数据库暂不可用，请稍后重试"


def some(values, turn):
    """The values that are refused everywhere, and of the others some in turn; all of them under `make prove`."""
    others = [one for one in values.items() if one[0] not in STRICT]
    few, first = examples(3), turn % len(others)
    return [(name, values[name]) for name in STRICT] + (others[first:] + others[:first])[:few]


def sample(schema, document, depth=0):
    """A value of a schema with every key that it names."""
    if "$ref" in schema:
        return sample(document["components"]["schemas"][schema["$ref"].rpartition("/")[2]], document, depth + 1)
    if "const" in schema or "enum" in schema:
        return schema.get("const", schema.get("enum", [None])[0])
    for forms in ("anyOf", "oneOf", "allOf"):
        if forms in schema:
            told = [one for one in schema[forms] if one.get("type") != "null"]
            return sample(told[0], document, depth) if told and depth < 6 else None
    kind = schema.get("type")
    if kind == "object" or "properties" in schema:
        named = schema.get("properties", {}) if depth < 6 else {}
        return {key: sample(one, document, depth + 1) for key, one in named.items()}
    if kind == "array":
        return [sample(schema.get("items", {}), document, depth + 1)] if depth < 6 else []
    formats = {"uuid": str(uuid.UUID(int=7)), "date": "2026-03-17", "date-time": "2026-03-17T01:00:00Z"}
    return {"integer": 1, "number": 1, "boolean": True}.get(kind, formats.get(schema.get("format", ""), "x"))


def required(schema, document):
    """The keys that a body has to have."""
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema.get("required", ())


def places(value, at=()):
    """Where the values of a body stand, not deeper than three steps."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inner:
        yield (*at, key)
        if len(at) < 2:
            yield from places(one, (*at, key))


def put(whole, place, value):
    """The body with another value at a place."""
    if not place:
        return value
    copy = dict(whole) if isinstance(whole, dict) else list(whole)
    copy[place[0]] = put(whole[place[0]], place[1:], value)
    return copy
