"""A refusal names the operation and what it is about as screens do, in the caller's language."""

from __future__ import annotations

import json
import uuid

import pytest

import zhike.server.urls  # noqa: F401  (adds the routers)
from tests.factories.records import build_firm, signed_in
from zhike.kernel.errors import NotFound, Refused
from zhike.platform.permissions import parts
from zhike.platform.permissions.logic.resources import OPERATIONS
from zhike.server import refusals

pytestmark = pytest.mark.django_db
EVERY = [
    *(f"party.{name}" for name in sorted(OPERATIONS)),
    *(f"{part}.{name}" for part, found in parts.registered().items() for name in sorted(found.operations)),
    *(f"home.{desk}" for desk in ("branch_head", "manager", "operator")),
]


def said(operation):
    return [refusals.message(Refused(operation=operation), lang) for lang in ("zh", "en")]


@pytest.mark.parametrize("operation", EVERY)
def test_no_refusal_says_a_key(operation):
    zh, en = said(operation)
    assert operation not in zh + en and "_" not in zh + en
    assert operation.partition(".")[0] not in zh


def test_a_refusal_says_what_is_refused():
    assert said("party.read") == ["您没有查看“客户”的权限", "You may not see 'Customer'"]
    assert said("party.mobile") == ["您没有查看“客户 · 手机”的权限", "You may not see 'Customer · Mobile'"]
    assert said("user.update") == ["您没有修改“用户”的权限", "You may not change 'Users'"]
    assert said("nothing.read") == ["您没有“nothing.read”权限", "You have no right to 'nothing.read'"]
    gone = NotFound(kind="party", id=1)
    assert refusals.message(gone, "en") == gone.message("en")


@pytest.mark.parametrize(("lang", "message"), [("zh", "您没有新建“用户”的权限"), ("en", "You may not create 'Users'")])
def test_whoever_is_refused_is_told_so(lang, message):
    build_firm()
    manager = signed_in({"E1001": "account_manager"}, unit="B1")["account_manager"]
    body = {"employee_no": "E9", "name": "甲", "role": "operator", "unit": "HQ"}
    answer = manager.post(
        "/api/v1/users", json.dumps(body), content_type="application/json", headers={"Accept-Language": lang}
    )
    assert (answer.status_code, answer.json()["code"], answer.json()["message"]) == (403, "refused", message)
    assert answer.json()["facts"] == {"operation": "user.create"}
    assert manager.get(f"/api/v1/users/{uuid.UUID(int=7)}").status_code in (403, 404)
