"""A number that a source keeps: asked for by who serves the customer, answered by the data steward, told to who asked."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import Live, sign_in

pytestmark = pytest.mark.e2e


def test_a_correction_is_asked_for_and_answered(live: Live, page: Page, browser: Browser) -> None:
    sign_in(page, live, "客户经理")
    page.goto(f"{live.address}/records/party")
    page.get_by_test_id("row").first.get_by_role("link").first.click()
    page.get_by_test_id("correct").first.click()
    page.get_by_test_id("input-mobile").fill("13911112222")
    page.get_by_test_id("correct-send").click()
    expect(page.get_by_text(re.compile("至少 4 个字")).last).to_be_visible()
    page.get_by_test_id("correct-why").fill("客户换了手机号码")
    page.get_by_test_id("correct-send").click()
    page.wait_for_url(re.compile("/records/party/[0-9a-f-]{36}$"))

    steward = browser.new_context(locale="zh-CN").new_page()
    sign_in(steward, live, "数据管理员")
    steward.goto(f"{live.address}/work")
    steward.get_by_text("申请更正：手机").first.click()
    proposed = steward.get_by_test_id("proposed-mobile")
    expect(proposed).to_contain_text("139****2222")
    proposed.get_by_test_id("unmask-mobile").last.click()
    steward.get_by_test_id("unmask-reason").fill("与柜台核对新号码")
    steward.get_by_test_id("unmask-confirm").click()
    expect(proposed).to_contain_text("13911112222")
    steward.get_by_test_id("result-corrected").click()
    steward.get_by_test_id("work-note").fill("柜台已改，次日生效")
    steward.get_by_test_id("work-complete").click()
    expect(steward.get_by_test_id("work-result")).to_contain_text("已更正")
    steward.context.close()

    page.goto(f"{live.address}/work?view=asked")
    page.get_by_text("申请更正：手机").first.click()
    expect(page.get_by_test_id("work-result")).to_contain_text("已更正")
    expect(page.get_by_test_id("work-result")).to_contain_text("柜台已改，次日生效")
