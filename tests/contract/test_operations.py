"""What operators see: health, figures, and logs that name the request but never a person."""

from __future__ import annotations

import io
import json
import logging

import pytest
from django.db import IntegrityError, OperationalError, connection
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

from tests.factories.records import build_firm, customer
from zhike.platform.objects import api as objects
from zhike.platform.organization.models import User
from zhike.server.logs import JsonFormatter

pytestmark = pytest.mark.django_db
PERSONAL = ("张三丰", "13800001234", "310101199001011234")


@pytest.fixture
def manager():
    build_firm()
    client = Client(raise_request_exception=False)
    client.force_login(User.objects.get(employee_no="E1001"))
    return client


@pytest.fixture
def log():
    """Every line logged from INFO on, parsed."""
    stream, root = io.StringIO(), logging.getLogger()
    handler, level = logging.StreamHandler(stream), root.level
    handler.setFormatter(JsonFormatter())
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.removeHandler(handler)
    root.setLevel(level)


def test_health_is_the_database_answering(monkeypatch):
    assert (Client().get("/healthz").status_code, Client().get("/healthz").json()) == (200, {"status": "ok"})

    def away():  # type: ignore[no-untyped-def]
        raise OperationalError("server closed the connection")

    monkeypatch.setattr(connection, "cursor", away)
    answer = Client().get("/healthz")
    assert (answer.status_code, answer.json()) == (503, {"status": "database unavailable"})


@pytest.fixture
def token(settings):
    """How a program reads the figures."""
    settings.METRICS_TOKEN = "3f9c1b"
    return {"Authorization": "Bearer 3f9c1b"}


def test_figures_are_for_whoever_may_read_background_work_and_for_who_knows_the_token(manager, token, settings):
    def asked(client, **headers):  # type: ignore[no-untyped-def]
        answer = client.get("/metrics", headers=headers)
        return answer.status_code, answer.json()["code"] if answer.status_code != 200 else ""

    operator = Client()
    operator.force_login(User.objects.get(employee_no="E3001"))
    assert [asked(operator), asked(Client(), **token)] == [(200, ""), (200, "")]
    assert asked(manager) == (403, "refused")
    for wrong in ({}, {"Authorization": "Bearer 3f9c1"}, {"Authorization": "3f9c1b"}, {"Authorization": "Bearer ："}):
        assert asked(Client(), **wrong) == (401, "sign_in_required")
    settings.METRICS_TOKEN = ""
    assert asked(Client(), Authorization="Bearer ") == (401, "sign_in_required")


def test_an_answer_of_the_interface_is_kept_by_nobody(manager):
    for path in ("/api/v1/me", "/api/v1/session", "/api/v1/nowhere", "/api/v1/jobs"):
        assert manager.get(path)["Cache-Control"] == "no-store", path


def _requests(token) -> dict[tuple[str, str], float]:
    families = text_string_to_metric_families(Client().get("/metrics", headers=token).content.decode())
    return {
        (sample.labels["method"], sample.labels["status"]): sample.value
        for family in families
        for sample in family.samples
        if sample.name == "zhike_requests_total"
    }


def test_figures_count_requests_by_method_and_status(token):
    before = _requests(token)
    Client().get("/healthz")
    Client().get("/api/v1/me")

    after = _requests(token)
    grown = {key: after[key] - before.get(key, 0) for key in after if after[key] != before.get(key, 0)}
    # The first reading of the figures is itself a request that the second one sees.
    assert grown == {("GET", "200"): 2, ("GET", "401"): 1}


def test_a_line_a_request_with_its_id_and_no_personal_value(manager, log):
    record = customer("张三丰", mobile="13800001234", certificate_number="310101199001011234")
    path = f"/api/v1/objects/party/records/{record.uid}"
    manager.get("/api/v1/search", {"q": "张三丰"}, headers={"X-Request-Id": "request-0001"})
    body = {"values": {"remark": "电话 13800001234", "mobile": "13800001234"}, "revision": 1}
    manager.patch(path, body, content_type="application/json", headers={"X-Request-Id": "request-0002"})
    answer = manager.post(f"{path}/unmask", {"field": "mobile", "reason": "回访客户"}, content_type="application/json")

    lines = [line for line in log() if line["logger"] == "zhike.requests"]
    assert [(line["request_id"], line["method"], line["path"], line["status"]) for line in lines] == [
        ("request-0001", "GET", "/api/v1/search", 200),
        ("request-0002", "PATCH", path, 200),
        (answer["X-Request-Id"], "POST", f"{path}/unmask", 200),
    ]
    assert answer.json()["value"] == "13800001234"
    assert all(line["milliseconds"] > 0 and line["level"] == "info" for line in lines)
    assert [value for value in PERSONAL if value in json.dumps(log(), ensure_ascii=False)] == []


def test_a_fault_is_logged_with_its_place_but_without_the_row_it_quotes(manager, log, monkeypatch):
    def broken(*_arguments, **_named):  # type: ignore[no-untyped-def]
        try:
            raise ValueError("13800001234")
        except ValueError as error:
            raise IntegrityError("Key (mobile)=(13800001234) already exists: 张三丰") from error

    monkeypatch.setattr(objects, "page", broken)
    answer = manager.post(
        "/api/v1/objects/party/query", {}, content_type="application/json", headers={"X-Request-Id": "request-0003"}
    )

    assert (answer.status_code, answer.json()["facts"]) == (500, {"request_id": "request-0003"})
    assert answer.json()["message"] == "系统出现故障，未保存任何更改"  # whoever shows it shows the number beside it
    fault = next(line for line in log() if line["logger"] == "zhike.http")
    assert (fault["level"], fault["request_id"], fault["path"]) == (
        "error",
        "request-0003",
        "/api/v1/objects/party/query",
    )
    assert [line for line in fault["trace"] if not line.startswith(" ")] == ["IntegrityError", "ValueError"]
    assert any(line.endswith(" broken") for line in fault["trace"])
    text = json.dumps(log(), ensure_ascii=False) + answer.content.decode()
    assert [value for value in PERSONAL if value in text] == []
