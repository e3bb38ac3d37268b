"""Whatever a request gets wrong is said in words of ours, in the caller's language, at its place."""

from __future__ import annotations

import json
import re
from typing import get_args

import pytest
from pydantic_core.core_schema import ErrorType

from tests.contract.test_unknown_keys import bodies, concrete
from tests.factories.records import build_firm, signed_in
from zhike.kernel.definition_parts import RULE_BROKEN
from zhike.platform.organization.models import User
from zhike.server.http import api
from zhike.server.request_wording import sentence

pytestmark = pytest.mark.django_db
KINDS = [kind for kind in get_args(ErrorType) if kind not in ("extra_forbidden", RULE_BROKEN)]
NEWCOMER = {"employee_no": "E1009", "name": "苏念", "role": "account_manager", "unit": "B1"}
ENGLISH = {"Accept-Language": "en"}
#: How pydantic and Django begin their sentences.
FOREIGN = re.compile(r"Input should|Value error|Field required|Extra inputs|String should|body\.|[{}]")
HAN = re.compile("[\u4e00-\u9fff]")


@pytest.fixture
def client():
    build_firm()
    return signed_in({"E0009": "operator"})["operator"]


def refused(client, path, body, headers=None):
    answer = client.post(path, json.dumps(body), content_type="application/json", headers=headers or {})
    assert (answer.status_code, answer.json()["code"]) == (422, "request.invalid")
    return answer.json()["findings"]


def test_every_fault_that_pydantic_knows_has_a_sentence_in_both_languages():
    assert len(KINDS) > 90
    for kind in KINDS:
        said = sentence(kind, {})
        assert HAN.search(said.zh) and not HAN.search(said.en), kind
        assert not FOREIGN.search(said.zh + said.en), kind


@pytest.mark.parametrize(
    ("kind", "facts", "zh", "en"),
    [
        ("int_parsing", {}, "须为整数", "A whole number is wanted"),
        ("string_too_short", {"min_length": 1}, "必填", "Required"),
        ("string_too_short", {"min_length": 3}, "至少 3 个字符", "At least 3 characters are wanted"),
        ("literal_error", {"expected": "'zh' or 'en'"}, "只能是：zh、en", "It must be one of: zh, en"),
        ("date_from_datetime_parsing", {}, "日期应为 2026-03-01 的写法", "Dates are written 2026-03-01"),
        ("less_than_equal", {"le": 200}, "不大于 200", "It must be at most 200"),
    ],
)
def test_a_sentence_says_what_is_wanted(kind, facts, zh, en):
    assert dict(sentence(kind, facts)) == {"zh": zh, "en": en}


def test_an_employee_number_is_refused_at_its_field(client):
    wrong = {**NEWCOMER, "employee_no": "E8 01", "name": " ", "valid_from": "五月一日"}
    number, name, day = (
        {
            "code": "request.rule_broken",
            "message": "须为 1 至 32 位字母、数字、“-”或“_”",
            "path": "employee_no",
            "field": "employee_no",
        },
        {"code": "request.string_too_short", "message": "必填", "path": "name", "field": "name"},
        {
            "code": "request.date_from_datetime_parsing",
            "message": "日期应为 2026-03-01 的写法",
            "path": "valid_from",
            "field": "valid_from",
        },
    )
    found = {one["field"]: one for one in refused(client, "/api/v1/users", wrong)}
    assert found == {"employee_no": number, "name": name, "valid_from": day}
    english = {one["field"]: one["message"] for one in refused(client, "/api/v1/users", wrong, ENGLISH)}
    assert english == {
        "employee_no": "1 to 32 letters, digits, '-' or '_' are wanted",
        "name": "Required",
        "valid_from": "Dates are written 2026-03-01",
    }
    assert not User.objects.filter(name="苏念").exists()


def test_no_route_says_what_only_the_framework_would(client):
    asked = 0
    for headers, strange in (({}, lambda said: not HAN.search(said)), (ENGLISH, HAN.search)):
        for method, path, _schema in bodies(api.get_openapi_schema()):
            for body in (b"{}", b"[]", b"null", b'{"wehre": 1}'):
                answer = client.generic(method, concrete(path), body, content_type="application/json", headers=headers)
                for found in answer.json().get("findings", []) if answer.status_code == 422 else []:
                    said = found["message"]
                    assert not FOREIGN.search(said) and not strange(said), (path, found)
                    asked += 1
    assert asked > 100


def test_a_parameter_of_an_address_is_said_by_its_name(client):
    answer = client.get("/api/v1/pages/customer", {"record": "17"})
    assert [(one["path"], one["message"]) for one in answer.json()["findings"]] == [("record", "编号格式不正确")]
