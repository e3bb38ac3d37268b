"""The golden day on screen: list, customer page, audience, refusals and effect show the figures worked out by hand."""

from __future__ import annotations

from datetime import datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Live, sign_in
from tests.factories import golden
from tests.integration.engagement.test_campaigns import REFUSED

pytestmark = pytest.mark.e2e
_GET = "async (path) => (await fetch('/api/v1' + path)).json()"
_POST = """async ([path, body]) => (await fetch('/api/v1' + path, {method: 'POST', body: JSON.stringify(body), headers:
  {'Content-Type': 'application/json', 'X-CSRFToken': document.cookie.match(/csrftoken=([^;]+)/)[1]}})).json()"""


def _choose(page: Page, test_id: str, text: str) -> None:
    page.get_by_test_id(test_id).click()
    page.keyboard.type(text)
    page.keyboard.press("Enter")


def _audience(page: Page, live: Live, at_least_wan: str, name: str) -> str:
    """Build "total assets at least" by the screen; return the count it shows."""
    page.goto(f"{live.address}/audiences/new")
    expect(page.get_by_test_id("condition-field").first.locator("input")).to_be_focused()
    page.keyboard.type("总资产")
    page.keyboard.press("Enter")
    value = page.get_by_test_id("condition-value").locator("input")
    (value.first if value.count() else page.get_by_test_id("condition-value")).fill(at_least_wan)
    page.keyboard.press("Tab")
    counter = page.get_by_test_id("audience-count")
    expect(counter).not_to_have_text("", timeout=15_000)
    page.wait_for_function("() => !document.querySelector('.stale, [aria-busy=true]')")
    page.get_by_test_id("audience-save").click()
    page.get_by_test_id("audience-name").fill(name)
    page.get_by_test_id("audience-save-confirm").click()
    page.get_by_test_id("use-in-campaign").wait_for()
    return "".join(c for c in counter.inner_text() if c.isdigit())


def _launch(page: Page, name: str, control: int) -> str:
    """Launch the golden day's campaign on the audience shown; return its uid once everybody has been decided about."""
    plan = golden.inputs()["campaign"]
    page.get_by_test_id("use-in-campaign").click()
    page.get_by_test_id("campaign-name").fill(name)
    _choose(page, "campaign-template", "账户服务")
    page.get_by_test_id("campaign-script").fill("您好，邀请您做一次账户服务体检。")
    page.get_by_test_id("campaign-control").fill(str(control))
    page.get_by_test_id("campaign-goal").fill(plan["goal"])
    page.get_by_test_id("campaign-days").fill(str(plan["days"]))
    page.get_by_test_id("campaign-save").click()
    page.get_by_test_id("estimate").click()
    expect(page.get_by_test_id("estimate-count")).to_have_text("12")
    page.get_by_test_id("confirm").click()
    page.get_by_test_id("confirm-ok").click()
    page.get_by_test_id("launch").click()
    page.get_by_test_id("launch-confirm").click()
    page.get_by_test_id("pause").wait_for()
    uid = page.url.rstrip("/").rsplit("/", 1)[-1]
    expect(page.get_by_test_id("effect-waiting")).to_have_text("0", timeout=30_000)
    return uid


def _numbers(page: Page, columns: list[str]) -> dict[str, dict]:
    """The parties of the list by their record in the golden day."""
    question = {"sort": [{"field": "total_asset", "direction": "desc"}], "columns": ["customer_no", *columns]}
    rows = page.evaluate(_POST, ["/objects/party/query", question])["rows"]
    return {_record(row["values"]["customer_no"]): row for row in rows}


def _record(customer_no: str | None) -> str:
    """Lists mask the number but for its end; the one without came by the app, and 张伟 was opened twice at the counter."""
    return f"counter:{int(customer_no[-4:].replace('0011', '0001')):09}" if customer_no else "app:U004"


def _people(page: Page, uid: str) -> dict[str, dict]:
    """The rows behind the campaign's numbers by their record in the golden day."""
    uids = {row["uid"]: record for record, row in _numbers(page, []).items()}
    return {uids[row["party"]["uid"]]: row for row in page.evaluate(_GET, f"/campaigns/{uid}/members")["items"]}


def test_list_and_customer_page(golden_live: Live, page: Page) -> None:
    sign_in(page, golden_live, "运营")
    page.goto(f"{golden_live.address}/records/party")
    expect(page.get_by_test_id("row").filter(has_text="350.00")).to_have_count(1)
    expect(page.get_by_test_id("list-count")).to_contain_text("12")
    listed = _numbers(page, ["total_asset", "value_tier"])
    wanted = golden.expected()
    assert {
        record: (Decimal(row["values"]["total_asset"]), row["values"]["value_tier"]) for record, row in listed.items()
    } == {
        record: (Decimal(row["total_asset"]), wanted["tags"][record]["value_tier"])
        for record, row in wanted["indicators"].items()
    }
    page.goto(f"{golden_live.address}/records/party/{listed['counter:000000008']['uid']}")
    shown = page.locator("main")
    for words in ("净流入 \N{MINUS SIGN}15.00 万", "大额流出", "大幅下降", "可推介 R1–R4"):
        expect(shown).to_contain_text(words)


def test_audience_refusals_and_effect(golden_live: Live, page: Page) -> None:
    sign_in(page, golden_live, "运营")
    assert _audience(page, golden_live, "50", "高净值") == str(golden.expected()["audiences"]["wealthy"])
    assert _audience(page, golden_live, "0", "全部客户") == "12"
    everybody = page.url

    refused = _launch(page, "服务体检", 0)
    people = _people(page, refused)
    refusals = {
        record: [r["code"] for r in row["reasons"]] for record, row in people.items() if row["state"] == "refused"
    }
    assert refusals == {_record(number): codes for number, codes in REFUSED["service_checkup"].items()}
    page.goto(f"{golden_live.address}/campaigns/{refused}/effect")
    expect(page.get_by_test_id("effect-sent")).to_have_text("8")
    expect(page.get_by_test_id("effect-refused")).to_have_text("4")
    _work_is_refused_without_consent_to_calls(page, refused)
    page.goto(f"{golden_live.address}/records/party/{people['counter:000000008']['party']['uid']}")
    expect(page.get_by_text("已撤回邮件营销授权").first).to_be_visible()

    page.goto(everybody)
    compared = _launch(page, "服务体检对照", 50)
    files = golden_live.home / "later"
    last = golden.write_later(files, golden.calendar())
    evening = datetime.combine(last, time(22), ZoneInfo("Asia/Shanghai"))  # no file tells of days to come
    golden_live.zhike("load", "packs/securities", "--from", str(files), at=evening)
    golden_live.zhike("stage", "run", last.isoformat())
    _effect_is_that_of_the_groups(page, golden_live, compared)


def _work_is_refused_without_consent_to_calls(page: Page, uid: str) -> None:
    """Nine have a manager; one of them never agreed to calls, one took it back: seven pieces of work."""
    expect(page.get_by_test_id("effect-work-given")).to_contain_text("7")
    page.get_by_test_id("work-refusal-consent_withdrawn").click()
    expect(page.get_by_test_id("members-count")).to_have_text("1 户")
    listed = page.evaluate(_GET, f"/campaigns/{uid}/members?state=work_refused")["items"]
    wanted = golden.expected()["effect"]["work_refused"]
    assert sorted([reason["code"] for reason in row["reasons"]] for row in listed) == sorted(wanted.values())


def _effect_is_that_of_the_groups(page: Page, live: Live, uid: str) -> None:
    """The groups are drawn by the campaign's random id; each person's outcome is written down, so the means are known."""
    expected, people = golden.expected()["effect"]["people"], _people(page, uid)
    assert {record: (Decimal(row["much"]), row["converted"]) for record, row in people.items()} == {
        record: (Decimal(row["net_inflow"]), row["converted"]) for record, row in expected.items()
    }
    shown = page.evaluate(_GET, f"/campaigns/{uid}/effect")
    measures = {row["key"]: row for row in shown["measures"]}
    for group in ("treated", "control"):
        inflow = [Decimal(expected[record]["net_inflow"]) for record, row in people.items() if row["group"] == group]
        converted = [expected[record]["converted"] for record, row in people.items() if row["group"] == group]
        if inflow:
            assert Decimal(measures["net_inflow"][group]) == round(sum(inflow) / len(inflow), 4)
            assert Decimal(measures["conversion"][group]) == round(Decimal(100 * sum(converted)) / len(converted), 4)
    page.goto(f"{live.address}/campaigns/{uid}/effect")
    expect(page.get_by_test_id("effect-chosen")).to_have_text("12")
    expect(page.get_by_test_id("measure-row").first).to_be_visible()
