"""No request says something that nothing reads: neither in its body nor in its address nor in a form."""

from __future__ import annotations

import re
import uuid

import pytest

import zhike.server.urls  # noqa: F401  (adds the routers)
from tests.factories.records import SYSTEM, build_firm, customer, signed_in
from zhike.platform.objects import api as objects
from zhike.platform.objects.types import RecordQuery
from zhike.server.http import api

pytestmark = pytest.mark.django_db

WOMEN = {"op": "=", "left": {"field": "sex"}, "right": {"value": "female", "type": "text"}}


@pytest.fixture(scope="module")
def document():
    return api.get_openapi_schema()


@pytest.fixture
def client():
    build_firm()
    return signed_in({"E0009": "operator"})["operator"]


def routes(document):
    for path, methods in document["paths"].items():
        for method, found in methods.items():
            yield method.upper(), path, found


def bodies(document):
    for method, path, found in routes(document):
        content = found.get("requestBody", {}).get("content", {})
        if "application/json" in content:
            yield method, path, content["application/json"]["schema"]


def open_objects(node, document, seen=()):
    """The parts of a schema that take any key, though they name some."""
    if isinstance(node, list):
        return [one for item in node for one in open_objects(item, document, seen)]
    if not isinstance(node, dict):
        return []
    reference = node.get("$ref")
    if reference in seen:
        return []
    if reference:
        named = document["components"]["schemas"][reference.rpartition("/")[2]]
        return open_objects(named, document, (*seen, reference))
    here = [node.get("title") or list(node["properties"])] if takes_any(node) else []
    return here + open_objects(list(node.values()), document, seen)


def takes_any(node):
    return (
        "properties" in node and isinstance(node["properties"], dict) and node.get("additionalProperties") is not False
    )


def concrete(path):
    return re.sub(r"\{[^}]+\}", str(uuid.UUID(int=7)), path)


def test_every_body_and_every_part_of_one_is_closed(document):
    assert len(list(bodies(document))) > 15
    assert [(path, found) for _m, path, schema in bodies(document) if (found := open_objects(schema, document))] == []


def test_every_route_refuses_a_key_that_it_does_not_have(document, client):
    for method, path, _schema in bodies(document):
        answer = client.generic(method, concrete(path), b'{"wehre": 1}', content_type="application/json")
        said = answer.json()
        unknown = [found for found in said["findings"] if found["code"] == "request.unknown_key"]
        assert (answer.status_code, said["code"], len(unknown)) == (422, "request.invalid", 1), path
        assert (unknown[0]["facts"]["key"], unknown[0]["path"]) == ("wehre", "wehre"), path
        assert unknown[0]["facts"]["has"], path


def test_every_route_refuses_a_parameter_that_it_does_not_have(document, client):
    asked = 0
    for method, path, _found in routes(document):
        answer = client.generic(method, f"{concrete(path)}?wehre=1", b"", content_type="application/json")
        assert (answer.status_code, answer.json()["code"]) == (422, "request.unknown_parameter"), f"{method} {path}"
        assert answer.json()["facts"]["key"] == "wehre"
        asked += 1
    assert asked > 45


def test_a_misspelt_condition_counts_nobody_and_says_what_there_is(client):
    customer("张三", sex="female")
    customer("李四", sex="male")
    path = "/api/v1/objects/party/count"
    right = client.post(path, {"condition": WOMEN}, content_type="application/json")
    wrong = client.post(path, {"where": WOMEN}, content_type="application/json", headers={"Accept-Language": "en"})

    assert (right.status_code, right.json()["count"]) == (200, 1)
    assert "count" not in wrong.json()
    assert wrong.json()["findings"] == [
        {
            "code": "request.unknown_key",
            "message": "There is no key 'where'. There are: columns, condition, cursor, exact, limit, of, q, refinement, served_by, sort, uids, unit",
            "path": "where",
            "facts": {
                "key": "where",
                "has": [
                    "columns",
                    "condition",
                    "cursor",
                    "exact",
                    "limit",
                    "of",
                    "q",
                    "refinement",
                    "served_by",
                    "sort",
                    "uids",
                    "unit",
                ],
            },
        }
    ]


def unknown(answer):
    assert answer.status_code == 422, answer.json()
    return [(f["path"], f["facts"]["has"]) for f in answer.json()["findings"] if f["code"] == "request.unknown_key"]


def test_a_part_of_a_body_says_which_keys_that_part_has(client):
    path = "/api/v1/objects/party/query"
    order = client.post(path, {"sort": [{"field": "name", "dir": "asc"}]}, content_type="application/json")
    assert unknown(order) == [("sort.0.dir", ["direction", "field"])]
    amount = {"values": {"amount": {"amount": "1", "currenc": "USD"}}}
    wrong = client.post("/api/v1/objects/account_product/records", amount, content_type="application/json")
    assert unknown(wrong) == [("values.amount.currenc", ["amount", "currency"])]


def test_a_reference_may_be_sent_back_as_it_was_shown(client):
    party = customer("张三")
    given = {"party": {"uid": str(party.uid), "display": "张*", "object": "party"}, "channel": "phone"}
    given |= {"subject": "回访", "at": "2026-03-18T09:00:00+08:00"}
    assert objects.create("interaction", given, principal=SYSTEM).values["party"]["uid"] == str(party.uid)
    manager = signed_in({"E1001": "account_manager"}, unit="B1")["account_manager"]
    path = "/api/v1/objects/interaction/records"
    answer = manager.post(path, {"values": given}, content_type="application/json")
    assert (answer.status_code, answer.json().get("findings", [])) == (201, [])


def test_a_part_of_a_form_that_nothing_reads_is_refused(client):
    answer = client.post("/api/v1/loads", {"source": "counter_branch", "bussiness_date": "2026-03-17"})
    assert (answer.status_code, answer.json()["facts"]) == (
        422,
        {"key": "bussiness_date", "has": ["business_date", "columns", "file", "remember", "source"]},
    )


def test_nothing_is_deleted_on_the_word_of_a_request_with_an_unknown_parameter(client):
    party = customer("张三")
    path = f"/api/v1/objects/party/records/{party.uid}?revision=1&dry_run=1"
    answer = client.delete(path)
    assert (answer.status_code, answer.json()["facts"]) == (422, {"key": "dry_run", "has": ["revision"]})
    assert objects.count(RecordQuery("party"), principal=SYSTEM).count == 1


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ({"amount": [1]}, [("values.amount.amount", "须为数字")]),
        ({"amount": "1", "currency": 5}, [("values.amount.currency", "须为文本")]),
        ({"uid": 5}, [("values.amount.uid", "须为文本")]),
        ({"display": "张*"}, [("values.amount.uid", "必填")]),
        ([1], [("values.amount.0", "须为文本")]),
    ],
)
def test_a_value_of_several_forms_is_told_once_at_its_own_place(client, value, told):
    path = "/api/v1/objects/account_product/records"
    answer = client.post(path, {"values": {"amount": value, "months": {"amount": []}}}, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (422, "request.invalid")
    assert [(one["path"], one["message"]) for one in answer.json()["findings"]] == [
        *told,
        ("values.months.amount", "须为数字"),
    ]
