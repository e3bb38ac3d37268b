"""The OpenAPI document: it builds, holds the API and nothing else, and no address of it answers somebody signed out."""

from __future__ import annotations

import re
import uuid

import pytest
from django.test import Client

import zhike.server.urls  # noqa: F401  (adds the routers)
from zhike.server.http import api

pytestmark = pytest.mark.django_db
PREFIX = "/api/v1/"
OPEN = {"/api/v1/session"}
METHODS = {"get", "post", "put", "patch", "delete"}


@pytest.fixture(scope="module")
def document():
    return api.get_openapi_schema()


def concrete(path):
    return re.sub(r"\{[^}]+\}", str(uuid.UUID(int=7)), path)


def test_the_document_builds_and_every_operation_is_under_the_one_prefix(document):
    assert (document["info"]["title"], document["info"]["version"]) == ("Zhike", "1")
    assert document["paths"]
    assert [path for path in document["paths"] if not path.startswith(PREFIX)] == []


def test_every_operation_has_a_name_of_its_own_and_says_what_it_answers(document):
    operations = [found for methods in document["paths"].values() for found in methods.values()]
    names = [found["operationId"] for found in operations]

    assert len(set(names)) == len(names)
    assert [found["operationId"] for found in operations if not found.get("description")] == []


def test_only_the_session_is_open(document):
    secured = {path: [bool(found.get("security")) for found in ops.values()] for path, ops in document["paths"].items()}
    assert {path for path, found in secured.items() if not all(found)} == OPEN
    assert Client().get("/api/v1/session").json()["signed_in"] is False


def test_every_other_address_asks_the_signed_out_to_sign_in(document):
    client, asked = Client(), 0
    for path, methods in document["paths"].items():
        for method in METHODS & methods.keys() if path not in OPEN else ():
            answer = client.generic(method.upper(), concrete(path), b"{}", content_type="application/json")
            assert answer.status_code == 401, f"{method} {path}"
            assert answer.json() == {
                "code": "sign_in_required",
                "message": "登录已过期，请重新登录",
                "facts": {},
                "findings": [],
            }, f"{method} {path}"
            asked += 1
    assert asked > 30


def test_the_one_error_shape_speaks_the_callers_language():
    answer = Client().get("/api/v1/me", headers={"Accept-Language": "en"})
    assert answer.json()["message"] == "Your session has ended; please sign in again"
