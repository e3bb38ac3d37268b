"""What is wrong with a request is said in the one error shape, never by a fault of ours; a database that is away, too."""

from __future__ import annotations

import base64
import json

import pytest
from django.db import OperationalError, connection
from django.test import Client
from psycopg.errors import DeadlockDetected, SerializationFailure

from tests.factories.records import SYSTEM, build_firm, customer, give_work, signed_in
from zhike.kernel import cursors
from zhike.kernel.encryption import keyring
from zhike.platform.objects import api as objects
from zhike.platform.objects.types import RecordQuery
from zhike.platform.organization.models import User
from zhike.platform.work.models import WorkItem

pytestmark = pytest.mark.django_db
QUERY = "/api/v1/objects/party/query"


@pytest.fixture
def firm():
    return build_firm()


@pytest.fixture
def client(firm):
    found = Client(raise_request_exception=False)
    found.force_login(User.objects.get(pk=firm.manager.user_id))
    return found


def sent(client, path, body):
    """Send JSON, or bytes as they are; return (status, code)."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    answer = client.post(path, raw, content_type="application/json")
    return answer.status_code, answer.json()["code"]


@pytest.mark.parametrize(
    "condition",
    [
        {"param": "me"},
        {"field": "name"},
        {"value": "yes", "type": "text"},
        {"value": None},
        {"aggregate": "sum", "over": "coverages", "value": {"field": "credit"}},
        {"op": "+", "left": {"value": 1}, "right": {"value": 2}},
    ],
)
@pytest.mark.parametrize("path", [QUERY, "/api/v1/objects/party/count"])
def test_a_condition_is_true_or_false(client, path, condition):
    answer = client.post(path, {"condition": condition}, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (422, "expression.invalid")
    assert [finding["code"] for finding in answer.json()["findings"]] == ["expression.condition_type"]


@pytest.mark.parametrize("condition", [{}, {"field": "name", "wehre": 1}, {"op": "in", "left": {"field": "name"}}])
def test_a_condition_has_no_key_that_nothing_reads(client, condition):
    answer = client.post(QUERY, {"condition": condition}, content_type="application/json")
    assert (answer.status_code, answer.json()["findings"][0]["code"]) == (422, "expression.malformed")


def forged(*parts):
    """A cursor as it was written before cursors were sealed."""
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode()


@pytest.mark.parametrize(
    "cursor", ["x", forged("mobile", "asc", "1", 1, False), forged("id", "asc", {"a": 1}, 1, False), "1:2:3", "1:2:é"]
)
def test_nobody_writes_a_cursor(client, cursor):
    assert sent(client, QUERY, {"cursor": cursor}) == (422, "bad_cursor")
    assert client.get("/api/v1/work", {"cursor": cursor}).json()["code"] == "bad_cursor"


def test_a_cursor_fits_its_own_list_and_order_only(client, firm):
    for number in range(3):
        customer(f"客户{number}", risk_valid_until=f"2026-03-0{number + 1}")
    asked = {"sort": [{"field": "risk_valid_until", "direction": "asc"}], "columns": ["risk_valid_until"], "limit": 1}
    cursor = client.post(QUERY, asked, content_type="application/json").json()["next_cursor"]

    second = client.post(QUERY, asked | {"cursor": cursor}, content_type="application/json").json()
    assert [row["values"]["risk_valid_until"] for row in second["rows"]] == ["2026-03-02"]
    assert sent(client, QUERY, {"cursor": cursor}) == (422, "bad_cursor")
    assert client.get("/api/v1/work", {"cursor": cursor}).json()["code"] == "bad_cursor"


def test_a_cursor_tells_nothing_of_the_value_it_stands_at(firm):
    for number in range(2):
        customer(f"客户{number}", mobile=f"1380000000{number}")
    cursor = objects.page(RecordQuery("party", sort=(("mobile", "asc"),), limit=1), principal=SYSTEM).next_cursor

    body = base64.b64decode(cursor.rpartition(":")[2])
    assert b"13800000000" not in body and "13800000000" not in cursor
    assert json.loads(keyring().decrypt(cursor))[-1] == "13800000000"


SORTED = {"sort": [{"field": "risk_valid_until", "direction": "asc"}], "limit": 1}
NARROWED = [
    {"refinement": "mine"},
    {"q": "客户"},
    {"condition": {"op": "is_not_empty", "left": {"field": "risk_level"}}},
    {"unit": {"code": "HQ"}},
    {"served_by": "E1001"},
    {"sort": [{"field": "risk_valid_until", "direction": "desc"}]},
]


def listed(client, **body):
    return client.post(QUERY, SORTED | body, content_type="application/json")


@pytest.fixture
def head(firm):
    return signed_in({"E4001": "branch_head"})["branch_head"]


@pytest.fixture
def marked(head):
    """The cursor of the second of three customers, in the list of a branch head."""
    for number in range(3):
        customer(f"客户{number}", risk_valid_until=f"2026-03-0{number + 1}")
    return listed(head).json()["next_cursor"]


@pytest.mark.parametrize("narrowed", NARROWED, ids=[next(iter(one)) for one in NARROWED])
def test_a_cursor_fits_the_list_alone_as_it_was_narrowed(head, marked, narrowed):
    assert listed(head, **narrowed).status_code == 200
    assert listed(head, **narrowed, cursor=marked).json()["code"] == "bad_cursor"


def test_a_cursor_of_somebody_else_is_none(client, marked):
    assert listed(client).status_code == 200
    assert listed(client, cursor=marked).json()["code"] == "bad_cursor"


def test_a_cursor_of_the_list_of_users_is_of_whoever_asked(firm):
    operator = signed_in({"E4009": "operator"})["operator"]
    for number, status in (("E4009", 200), ("E4008", 422)):
        cursor = cursors.seal(f"users user:{number}", ["E1001"])
        assert operator.get("/api/v1/users", {"cursor": cursor}).status_code == status


def test_a_page_says_with_which_row_it_begins(head, marked):
    def page(cursor):
        return listed(head, cursor=cursor).json()

    second = page(marked)
    third = page(second["next_cursor"])
    assert [page("")["first"], second["first"], third["first"]] == [1, 2, 3]
    back = page(third["previous_cursor"])
    assert (back["first"], page(back["previous_cursor"])["first"]) == (2, 1)


def test_a_page_of_work_goes_on_after_its_last_item(client, firm):
    parties = [customer(f"客户{number}") for number in range(51)]
    for party in parties:
        give_work(party.id, "E1001")
    first = client.get("/api/v1/work").json()
    second = client.get("/api/v1/work", {"cursor": first["next_cursor"]}).json()

    assert (len(first["items"]), len(second["items"]), second["next_cursor"]) == (50, 1, None)
    other = signed_in({"E4001": "branch_head"})["branch_head"]
    assert other.get("/api/v1/work", {"cursor": first["next_cursor"]}).json()["code"] == "bad_cursor"
    assert {item["uid"] for item in first["items"] + second["items"]} == {
        str(uid) for uid in WorkItem.objects.values_list("uid", flat=True)
    }


@pytest.mark.parametrize(
    ("method", "path", "takes"),
    [
        ("delete", "/api/v1/me", "GET, PATCH"),
        ("get", QUERY, "POST"),
        ("put", "/_allauth/browser/v1/auth/session", "DELETE, GET, HEAD, OPTIONS"),
    ],
)
def test_a_method_that_an_address_does_not_take_is_refused_in_the_one_shape(client, method, path, takes):
    answers = {lang: getattr(client, method)(path, headers={"accept-language": lang}) for lang in ("zh", "en")}
    for answer in answers.values():
        assert (answer.status_code, answer["Content-Type"]) == (405, "application/json")
        assert ", ".join(sorted(answer["Allow"].split(", "))) == takes
    said = {lang: answer.json() for lang, answer in answers.items()}
    assert said["zh"] == {
        "code": "method_not_allowed", "message": "这个地址不支持该请求方法", "facts": {}, "findings": [],
    }  # fmt: skip
    assert said["en"]["message"] == "This address does not take requests of this method"


@pytest.mark.parametrize("text", ["a\\u0000b", "\\ud83d", "\\udc00x"])
def test_no_text_holds_what_cannot_be_stored(client, text):
    assert sent(client, QUERY, f'{{"q": "{text}"}}'.encode()) == (422, "request.bad_text")
    assert sent(client, "/api/v1/objects/party/records", f'{{"values": {{"{text}": 1}}}}'.encode()) == (
        422,
        "request.bad_text",
    )


def test_a_pair_of_surrogates_is_one_character(client):
    assert client.post(QUERY, b'{"q": "\\ud83d\\ude00"}', content_type="application/json").status_code == 200


@pytest.mark.parametrize("path", ["/api/v1/search?q=%00", "/api/v1/runs?kind=a%00", "/api/v1/work?cursor=%00"])
def test_no_question_holds_what_cannot_be_stored(client, path):
    answer = client.get(path)
    assert (answer.status_code, answer.json()["code"]) == (422, "request.bad_text")


@pytest.mark.parametrize(
    "body",
    [b"{", b"\xff\xfe", b'{"q": NaN}', b'{"limit": Infinity}', b'{"condition": ' + b"[" * 100_000, b"\xed\xa0\x80"],
)
def test_what_is_no_json_is_said_so(client, body):
    assert sent(client, QUERY, body)[0] == 400


def test_a_body_above_the_limit_is_too_large(client, settings):
    body = json.dumps({"q": "x" * settings.DATA_UPLOAD_MAX_MEMORY_SIZE}).encode()
    assert sent(client, QUERY, body) == (413, "request.too_large")


@pytest.mark.parametrize("method", ["post", "patch"])
def test_a_form_that_is_not_what_it_says_is_unreadable(firm, method):
    client = signed_in({"E0009": "operator"})["operator"]
    path = "/api/v1/loads" if method == "post" else "/api/v1/me"
    answer = client.generic(method.upper(), path, b"--x\r\n", content_type="multipart/form-data; boundary=")
    assert answer.status_code == 400
    assert answer.json()["code"] == "request.unreadable"


@pytest.mark.parametrize("text", ["9" * 400, "9" * 20_000, "张" * 256, "张" * 257, "张" * 20_000])
def test_what_is_longer_than_any_value_is_found_nowhere(client, text):
    customer("张" * 200, mobile="13800001234", certificate_number="310101199001011234")
    operator = signed_in({"E0009": "operator"})["operator"]
    for asked in (client, operator):
        found = asked.post(QUERY, {"q": text}, content_type="application/json")
        assert (found.status_code, found.json()["rows"]) == (200, [])
        assert asked.get("/api/v1/search", {"q": text}).json() == {"groups": []}
    assert len(client.post(QUERY, {"q": "张" * 200}, content_type="application/json").json()["rows"]) == 1


@pytest.fixture
def away(client, monkeypatch):
    """A database that answers nothing any more to somebody who has signed in."""

    def closed(*_arguments, **_named):
        raise OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr(connection, "cursor", closed)


@pytest.mark.parametrize(
    ("language", "said"),
    [("zh", "数据库暂不可用，请稍后重试"), ("en", "The database cannot be reached; please try again later")],
)
@pytest.mark.parametrize("path", ["/api/v1/me", "/api/v1/objects/party/records/00000000-0000-0000-0000-000000000001"])
def test_while_the_database_is_away_the_one_shape_says_so(client, away, path, language, said):
    answer = client.get(path, headers={"Accept-Language": language})

    assert answer.status_code == 503
    assert answer.json() == {"code": "database.away", "message": said, "facts": {}, "findings": []}


@pytest.mark.parametrize("met", [DeadlockDetected, SerializationFailure])
def test_whoever_met_another_in_the_database_is_told_to_try_again(client, monkeypatch, met):
    def meet(*_arguments, **_named):
        raise OperationalError("met") from met("met")

    monkeypatch.setattr(connection, "cursor", meet)
    answer = client.get("/api/v1/me")

    assert (answer.status_code, answer.json()["code"]) == (503, "contended")


@pytest.mark.parametrize("path", ["/", "/records/party?group=risk_level", "/favicon.ico", "/assets/index-1.js"])
def test_while_the_database_is_away_pages_and_their_files_are_there(client, away, settings, tmp_path, path):
    settings.PAGES = tmp_path
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("<title>知客</title>", encoding="utf-8")
    (tmp_path / "assets" / "index-1.js").write_text("export {};", encoding="utf-8")
    answer = client.get(path)

    assert answer.status_code == 200
    assert b"".join(answer.streaming_content).startswith(b"export" if path.startswith("/assets/") else b"<title>")
