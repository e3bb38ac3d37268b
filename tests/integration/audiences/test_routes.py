"""The interface of the contract, over HTTP."""

from __future__ import annotations

import json
import uuid

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from tests.integration.audiences.day import ask, money

RICH = money("total_asset", ">=", "300000")


@pytest.fixture
def call(parties, firm):
    """Call the interface as the operator; return status and body."""
    client = Client()
    user = get_user_model().objects.get(employee_no="E3001")
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")

    def send(method, path, body=None):
        sent = {} if body is None else {"data": json.dumps(body), "content_type": "application/json"}
        answer = getattr(client, method)(f"/api/v1{path}", **sent)
        return answer.status_code, json.loads(answer.content) if answer.content else None

    return send


def test_the_vocabulary_names_indicators_fields_and_tags(call):
    status, body = call("get", "/audiences/vocabulary")

    assert (status, body["business_date"], body["visible_total"]) == (200, "2026-03-17", 12)
    items = {group["key"]: {item["key"]: item for item in group["items"]} for group in body["groups"]}
    assert items["indicator"]["total_asset"]["type"] == "decimal"
    assert items["indicator"]["total_asset"]["unit"] == "元"
    assert items["indicator"]["last_trade_date"]["type"] == "date"
    assert [option["key"] for option in items["tag"]["value_tier"]["options"]] == [
        "diamond",
        "platinum",
        "gold",
        "basic",
    ]
    assert items["field"]["risk_level"]["type"] == "choice"
    assert not {"name", "mobile", "email", "certificate_number"} & set(items["field"])


def test_counting_sampling_and_explaining(call, parties):
    status, preview = call(
        "post", "/audiences/preview", {"condition": {"and": [RICH, ask("risk_level", "in", "C5")]}, "nodes": True}
    )
    assert status == 200
    assert preview.pop("elapsed_ms") >= 0
    assert preview == {
        "count": 2, "visible_total": 12, "total": {"key": "total_asset", "labels": {"zh": "总资产", "en": "Total assets"}, "value": "14000000.00"}, "business_date": "2026-03-17",
        "nodes": [{"path": "and.0", "count": 6}, {"path": "and.1", "count": 2}, {"path": "", "count": 2}],
    }  # fmt: skip

    _status, sample = call("post", "/audiences/sample", {"condition": RICH, "seed": 3})
    assert len(sample["rows"]) == 6 and sample["business_date"] == "2026-03-17"
    assert set(sample["rows"][0]) == {"uid", "display", "values"}

    status, told = call("post", "/audiences/explain", {"condition": RICH, "party": str(parties["a"].uid)})
    tree = {"path": "", "kind": "condition", "result": True, "field": "total_asset", "actual": "6000000.00"}
    assert (status, told) == (200, {"member": True, "business_date": "2026-03-17", "tree": tree})


def test_the_life_of_an_audience(call):
    status, made = call("post", "/audiences", {"name": "高净值", "description": "", "condition": RICH})
    assert (status, made["count"], made["owner"], made["revision"]) == (201, 6, {"name": "沈聿"}, 1)
    path = f"/audiences/{made['uid']}"

    assert call("get", path)[1] == made
    assert made["condition"] == {
        "op": ">=",
        "left": {"field": "total_asset"},
        "right": {"value": "300000.0", "type": "decimal"},
    }
    status, snapshot = call("post", f"{path}/snapshots")
    assert (status, snapshot["count"], snapshot["business_date"]) == (200, 6, "2026-03-17")
    assert [item["uid"] for item in call("get", f"{path}/snapshots")[1]["items"]] == [snapshot["uid"]]

    assert call("patch", path, {"revision": 1, "name": "富裕"})[1]["name"] == "富裕"
    assert call("patch", path, {"revision": 1, "name": "又"})[0] == 409
    listed = call("get", "/audiences")[1]["items"]
    assert [(item["name"], item["snapshots"]) for item in listed] == [("富裕", 1)]
    assert call("delete", f"{path}?revision=2") == (204, None)
    assert call("get", path)[0] == 404


def test_faults_are_told(call):
    status, body = call("post", "/audiences/preview", {"condition": ask("assets", "=", "1")})
    assert (status, body["findings"][0]["code"]) == (422, "expression.unknown_field")
    assert call("post", "/audiences", {"name": "", "condition": RICH})[0] == 422
    assert call("post", "/audiences/preview", {"condition": [RICH]})[0] == 422
    assert call("get", f"/audiences/{uuid.uuid4()}")[0] == 404


def test_each_part_says_how_many_lack_the_value_that_would_tell(call):
    condition = {"and": [RICH, {"not": {"or": [ask("risk_level", "in", "C5"), money("net_inflow_30d", "<", "0")]}}]}
    status, preview = call("post", "/audiences/preview", {"condition": condition, "nodes": True, "unknown": True})
    assert status == 200
    found = {node["path"]: (node["count"], node["unknown"]) for node in preview["nodes"]}
    # e and k have no assets, i no risk level, d, e and k no inflow; b, g and j lose, a and g are C5.
    assert found == {
        "": (2, 3), "and.0": (6, 2), "and.1": (4, 4), "and.1.not.0": (4, 4),
        "and.1.not.0.or.0": (2, 1), "and.1.not.0.or.1": (3, 3),
    }  # fmt: skip
    assert preview["count"] == 2


def test_a_condition_is_put_into_words_in_both_languages(call):
    day = {"op": "-", "left": {"param": "business_date"}, "right": {"value": 30, "type": "integer"}}
    condition = {
        "and": [
            {"op": "<", "left": {"field": "last_trade_date"}, "right": day},
            {"op": "=", "left": {"field": "value_tier"}, "right": {"value": "gold", "type": "text"}},
        ]
    }
    status, body = call("post", "/audiences/words", {"condition": condition})
    assert (status, body) == (
        200,
        {
            "words": {
                "zh": "最近成交日 早于 业务日前 30 天，且价值分层 等于 黄金",
                "en": "Last trade is before 30 days before the business date and Value tier is Gold",
            }
        },
    )


def test_numbers_in_words_are_written_as_people_write_them(call):
    rich, losing = money("total_asset", ">=", "1000000"), money("net_inflow_30d", "<", "-80000.50")
    condition = {
        "and": [rich, losing, ask("trades_30d", ">", 1200, kind="integer"), money("asset_growth_30d", ">", "15.0")]
    }
    status, body = call("post", "/audiences/words", {"condition": condition})
    assert (status, body["words"]["zh"]) == (
        200,
        "总资产 不小于 1,000,000，且近30日净流入 小于 −80,000.5，且近30日成交笔数 大于 1,200，且近30日资产增长率 大于 15%",
    )


def test_words_are_refused_as_counting_is(call):
    status, body = call("post", "/audiences/words", {"condition": {"op": "is_empty", "left": {"field": "nothing"}}})
    assert (status, body["code"]) == (422, "expression.invalid")
