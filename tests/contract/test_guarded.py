"""What browsers are told of each answer, who reads the document of the interface, and a token that is gone."""

from __future__ import annotations

import json
import re
import runpy
from pathlib import Path

import pytest
from django.test import Client

from tests.factories.records import build_firm, signed_in
from zhike.kernel.wire import file_operation
from zhike.platform.organization import api as organization
from zhike.server.uploads import takes_files

pytestmark = pytest.mark.django_db
LOGIN = "/_allauth/browser/v1/auth/login"
DOCUMENT = "/api/v1/openapi.json"
SETTINGS = Path(__file__).parents[2] / "zhike" / "server" / "settings.py"
PAGE = Path(__file__).parents[2] / "web" / "index.html"


@pytest.fixture
def pages(settings, tmp_path):
    settings.PAGES = tmp_path
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("<title>知客</title>", encoding="utf-8")
    (tmp_path / "assets" / "index-1.js").write_text("export {};", encoding="utf-8")


def policy(answer):
    parts = (part.split(" ", 1) for part in answer["Content-Security-Policy"].split("; "))
    return {name: rest[0] if rest else "" for name, *rest in parts}


@pytest.mark.parametrize(
    "path", ["/", "/records/party", "/assets/index-1.js", "/api/v1/session", "/api/v1/me", "/healthz"]
)
def test_every_answer_says_what_a_browser_may_do_with_it(pages, path):
    answer = Client().get(path)
    told = policy(answer)
    assert told["default-src"] == "'none'" and told["frame-ancestors"] == "'none'"
    assert "geolocation=()" in answer["Permissions-Policy"]
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
    assert not answer.has_header("Strict-Transport-Security")


def test_a_page_runs_only_what_the_server_has(pages):
    told = policy(Client().get("/"))
    assert told["script-src"] == told["connect-src"] == told["font-src"] == "'self'"
    assert told["base-uri"] == "'none'"
    assert [name for name, rest in told.items() if "unsafe" in rest] == ["style-src"]
    assert "script-src" not in policy(Client().get("/api/v1/session"))


def test_the_page_holds_no_script_of_its_own():
    page = PAGE.read_text(encoding="utf-8")
    assert re.findall(r"<script(?![^>]* src=)", page) == []
    assert re.findall(r"<[^>]* on\w+=", page) == []


@pytest.fixture
def over_tls(settings, monkeypatch):
    """The settings of an installation behind a proxy that speaks TLS."""
    given = {"ZHIKE_HTTPS": "1", "ZHIKE_HOSTS": "crm.example", "ZHIKE_SECRET_KEY": "x" * 40}
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    found = runpy.run_path(str(SETTINGS))
    names = ("SECURE", "HSTS_SECONDS", "CSRF_TRUSTED_ORIGINS", "SECURE_PROXY_SSL_HEADER", "ALLOWED_HOSTS")
    for name in (*names, "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE"):
        setattr(settings, name, found[name])


@pytest.mark.parametrize("proxy", [{}, {"X-Forwarded-Proto": "https"}])
def test_over_tls_browsers_ask_in_no_other_way_and_sign_in(over_tls, proxy):
    build_firm()
    password = organization.set_password("E1001")[1]
    client = Client(enforce_csrf_checks=True, headers={"Host": "crm.example", **proxy})
    opened = client.get("/api/v1/session")
    assert opened["Strict-Transport-Security"] == "max-age=31536000"
    headers = {"X-CSRFToken": opened.json()["csrf"], "Origin": "https://crm.example"}
    body = json.dumps({"username": "E1001", "password": password})
    answer = client.post(LOGIN, body, content_type="application/json", headers=headers)
    assert answer.status_code == 200
    assert answer.cookies["sessionid"]["secure"]
    stranger = headers | {"Origin": "https://elsewhere.example"}
    assert client.post("/api/v1/me/sign-out-everywhere", headers=stranger).status_code == 403


def test_the_document_of_the_interface_is_for_whoever_may_read_background_work_and_for_who_knows_the_token(settings):
    settings.METRICS_TOKEN = "3f9c1b"
    clients = signed_in({"E0001": "account_manager", "E0002": "operator"})

    def asked(client, **headers):
        answer = client.get(DOCUMENT, headers=headers)
        return answer.status_code, answer.json().get("code", answer.json().get("openapi", "")[:1])

    assert asked(clients["operator"]) == asked(Client(), Authorization="Bearer 3f9c1b") == (200, "3")
    assert asked(clients["account_manager"]) == (403, "refused")
    assert asked(Client()) == asked(Client(), Authorization="Bearer x") == (401, "sign_in_required")


@pytest.mark.parametrize(
    ("language", "said"),
    [("zh", "登录状态已失效，请重新登录"), ("en", "Your sign-in is no longer valid; please sign in again")],
)
@pytest.mark.parametrize("lost", ["sessionid csrftoken", "csrftoken", ""])
@pytest.mark.parametrize("path", [LOGIN, "/api/v1/objects/party/query", "/api/v1/loads"])
def test_a_change_without_the_cookies_of_the_browser_is_told_to_sign_in_again(path, lost, language, said):
    """With both cookies it has no token in its header."""
    build_firm()
    password = organization.add_user(employee_no="E1001", name="林晓岚", role="operator", unit="B1")[1]
    client = Client(enforce_csrf_checks=True)
    token = client.get("/api/v1/session").json()["csrf"]
    who = json.dumps({"username": "E1001", "password": password})
    assert client.post(LOGIN, who, content_type="application/json", headers={"X-CSRFToken": token}).status_code == 200
    for name in lost.split():
        del client.cookies[name]
    answer = client.post(path, who, content_type="application/json", headers={"Accept-Language": language})
    assert answer.status_code == 403
    assert answer.json() == {"code": "sign_in_changed", "message": said, "facts": {}, "findings": []}


class Untouched:
    """A body of which nothing may be read."""

    def read(self, *_arguments):
        raise AssertionError("the body was read")

    readline = read


def of_file_routes():
    from tests.contract.test_one_state import every_operation

    return {name: one for name, one in every_operation().items() if takes_files(one)}


FORM = b"\r\n".join(
    (
        b"--edge",
        b'Content-Disposition: form-data; name="source"',
        b"",
        b"counter_branch",
        b"--edge",
        b'Content-Disposition: form-data; name="file"; filename="a.csv"',
        b"",
        b"x" * 100_000,
        b"--edge--",
        b"",
    )
)


def sent(client, operation, body=None):
    given = {"CONTENT_TYPE": "multipart/form-data; boundary=edge", "CONTENT_LENGTH": str(len(FORM))}
    if body is not None:
        given["wsgi.input"] = body
    return client.generic("POST", f"/api/v1{operation.path}", FORM, **given)


def test_a_file_of_whoever_may_not_send_it_is_not_read(settings):
    build_firm()
    anybody = Client(enforce_csrf_checks=True)
    anybody.cookies["csrftoken"] = "a" * 32
    # Nobody manages as many customers as would let them load a file.
    manager = signed_in({"E0001": "account_manager"}, unit="B1")["account_manager"]
    assert set(of_file_routes()) == {"importUsers", "previewFile", "uploadFile"}
    for operation in of_file_routes().values():
        assert file_operation(operation.view_func)
        for client, status, code in (
            (Client(), 401, "sign_in_required"),
            (anybody, 403, "sign_in_changed"),
            (manager, 403, "refused"),
        ):
            answer = sent(client, operation, Untouched())
            assert (answer.status_code, answer.json()["code"]) == (status, code), operation.operation_id


def test_nothing_of_a_file_is_written_by_a_route_that_takes_none(settings, tmp_path, monkeypatch):
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)
    written = []
    monkeypatch.setattr(
        "django.core.files.uploadhandler.TemporaryUploadedFile", lambda *given: written.append(given) or 1 / 0
    )
    operator = signed_in({"E0002": "operator"})["operator"]
    for path in ("/api/v1/objects/party/query", "/api/v1/me/sign-out-everywhere", LOGIN):
        answer = operator.generic("POST", path, FORM, content_type="multipart/form-data; boundary=edge")
        assert answer.status_code < 500 and not written, path
