"""The condition builder on screen: it shows every condition, changes none that it cannot edit, and reads numbers as typed."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Live, sign_in

pytestmark = pytest.mark.e2e
_GET = "async (path) => (await fetch('/api/v1' + path)).json()"
_POST = """async ([path, body]) => (await fetch('/api/v1' + path, {method: 'POST', body: JSON.stringify(body), headers:
  {'Content-Type': 'application/json', 'X-CSRFToken': document.cookie.match(/csrftoken=([^;]+)/)[1]}})).json()"""
_LONG_AGO = {
    "op": "<",
    "left": {"field": "last_trade_date"},
    "right": {"op": "-", "left": {"param": "business_date"}, "right": {"value": 30, "type": "integer"}},
}
_NOT_HIGHEST = {"op": "!=", "left": {"field": "risk_level"}, "right": {"value": "C5", "type": "text"}}


def _made(page: Page, name: str, condition: dict) -> dict:
    made: dict = page.evaluate(_POST, ["/audiences", {"name": name, "description": "", "condition": condition}])
    return made


def _counted(page: Page, condition: dict) -> int:
    asked = page.evaluate(_POST, ["/audiences/preview", {"condition": condition}])
    return int(asked["count"])


def _save(page: Page, name: str) -> None:
    page.get_by_test_id("audience-save").click()
    page.get_by_test_id("audience-name").fill(name)
    page.get_by_test_id("audience-save-confirm").click()
    expect(page.get_by_role("heading", name=name)).to_be_visible()


def test_what_it_cannot_edit_is_a_sentence_and_keeps_its_count(live: Live, page: Page) -> None:
    sign_in(page, live, "运营")
    condition = {"and": [_LONG_AGO, {"op": ">=", "left": {"field": "total_asset"}, "right": {"value": 1000}}]}
    made = _made(page, "三十天没有成交", condition)
    assert 0 < made["count"] < _counted(page, condition["and"][1])  # type: ignore[index]

    page.goto(f"{live.address}/audiences/{made['uid']}")
    expect(page.get_by_test_id("condition-sentence")).to_contain_text("最近成交日 早于 业务日前 30 天")
    expect(page.get_by_test_id("audience-count")).to_have_text(f"{made['count']:,}")
    page.get_by_test_id("condition-sentence").get_by_test_id("row-menu").click()
    expect(page.get_by_role("menuitem")).to_have_text(["移除"])
    page.keyboard.press("Escape")
    _save(page, "三十天没有成交的客户")

    kept = page.evaluate(_GET, f"/audiences/{made['uid']}")
    assert (kept["condition"], kept["count"]) == (made["condition"], made["count"])

    # Another part is edited: 0.2 万 instead of 1,000 元. The sentence stays as it was.
    page.get_by_test_id("condition-value").fill("0.2万")
    page.keyboard.press("Tab")
    _save(page, "三十天没有成交的大户")
    edited = page.evaluate(_GET, f"/audiences/{made['uid']}")
    assert edited["condition"]["and"][0] == made["condition"]["and"][0]
    assert edited["condition"]["and"][1]["right"] == {"value": "2000.0", "type": "decimal"}


def test_it_asks_once_whether_those_without_a_value_count(live: Live, page: Page) -> None:
    sign_in(page, live, "运营")
    blank = {"op": "is_empty", "left": {"field": "risk_level"}}
    without, unknown = _counted(page, _NOT_HIGHEST), _counted(page, blank)
    assert unknown > 0
    made = _made(page, "不是激进型", _NOT_HIGHEST)
    page.goto(f"{live.address}/audiences/{made['uid']}")
    asked = page.get_by_test_id("blank-choice")
    expect(asked).to_contain_text(f"{unknown} 户没有值，现不算，算不算？")
    expect(page.get_by_test_id("audience-count")).to_have_text(f"{without:,}")

    asked.click()
    page.locator(".ant-select-item-option").filter(has_text="没有值的也算").click()
    expect(page.get_by_test_id("audience-count")).to_have_text(f"{without + unknown:,}")
    _save(page, "不是激进型，未测的也算")
    assert page.evaluate(_GET, f"/audiences/{made['uid']}")["condition"] == {"or": [_NOT_HIGHEST, blank]}

    page.reload()
    expect(page.get_by_test_id("condition-row")).to_have_count(1)
    expect(page.get_by_test_id("blank-choice")).to_contain_text("没有值的也算")


def test_numbers_are_read_as_people_write_them(live: Live, page: Page) -> None:
    sign_in(page, live, "运营")
    page.goto(f"{live.address}/audiences/new")
    expect(page.get_by_test_id("condition-field").first.locator("input")).to_be_focused()
    page.keyboard.type("总资产")
    page.locator(".ant-select-item-option-active").filter(has_text="总资产").wait_for()
    page.keyboard.press("Enter")
    value = page.get_by_test_id("condition-value")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.post_data or "") if "preview" in request.url else None)
    for typed, number in (("1.5", "15000"), ("１．６万", "16000"), ("0.02亿", "2000000"), ("3千", "3000")):
        with page.expect_request(lambda request, sought=f'"value":"{number}"': sought in (request.post_data or "")):
            value.fill("")
            value.fill(typed)
        expect(value).to_have_value(typed)
    value.fill("15%")
    expect(page.get_by_role("alert")).to_have_text("这里不填百分比，请填数值")
    value.fill("1亿2千")
    expect(page.get_by_role("alert")).to_contain_text("不是数字")
    expect(value).to_have_value("1亿2千")
    assert all("15%" not in body and "1亿2千" not in body for body in asked)
