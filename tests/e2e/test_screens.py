"""What a screen owes its reader at every width: nothing over another thing, targets a thumb can hit, the focus kept."""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import Live, sign_in

pytestmark = pytest.mark.e2e
LONG = "稳健型客户账户服务体检与资产配置回访活动" * 4
THUMB = 44


def _height(target: Locator) -> float:
    target.wait_for()
    box = target.bounding_box()
    assert box is not None
    return box["height"]


def _width(target: Locator) -> float:
    box = target.bounding_box()
    assert box is not None
    return box["width"]


def test_the_name_of_an_audience_is_never_wider_than_its_field(golden_live: Live, page: Page) -> None:
    sign_in(page, golden_live, "运营")
    page.goto(f"{golden_live.address}/audiences/new")
    page.get_by_test_id("condition-field").first.click()
    page.keyboard.type("总资产")
    page.keyboard.press("Enter")
    page.get_by_test_id("condition-value").fill("0.1")
    page.keyboard.press("Tab")
    page.get_by_test_id("audience-save").click()
    page.get_by_test_id("audience-name").fill(LONG)
    page.get_by_test_id("audience-save-confirm").click()
    page.get_by_test_id("use-in-campaign").click()
    name, audience = page.get_by_test_id("campaign-name"), page.get_by_test_id("campaign-audience")
    expect(audience).to_contain_text(LONG)
    assert _width(audience) < _width(name) / 2 < _width(page.get_by_test_id("campaign-template")) + 16


def test_a_closed_dialog_gives_the_focus_back(golden_live: Live, page: Page) -> None:
    sign_in(page, golden_live, "运营")
    page.goto(f"{golden_live.address}/users")
    for opener in ("user-add", "users-import"):
        page.get_by_test_id(opener).click()
        expect(page.get_by_test_id(f"{opener}-confirm")).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.get_by_test_id(opener)).to_be_focused()


def test_a_thumb_hits_what_a_phone_shows(golden_live: Live, page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(golden_live.address)
    assert _height(page.get_by_test_id("sign-in-language")) >= THUMB
    sign_in(page, golden_live, "运营")
    page.goto(f"{golden_live.address}/users")
    search = page.get_by_test_id("list-search").locator("xpath=ancestor-or-self::*[contains(@class, 'find')]").first
    assert _height(search) >= THUMB
    assert _width(search) > 300
    page.get_by_test_id("user-row").first.get_by_role("button").click()
    assert _height(page.get_by_test_id("user-end-post").first) >= THUMB
    assert _height(page.get_by_test_id("user-add-post")) >= THUMB
    page.goto(f"{golden_live.address}/work?nobody=1")
    cross = page.get_by_test_id("nobody-chip").get_by_role("link")
    assert min(_height(cross), _width(cross)) >= THUMB


def test_text_that_is_no_number_stays_in_its_field_and_is_refused_there(golden_live: Live, page: Page) -> None:
    sign_in(page, golden_live, "运营")
    page.goto(f"{golden_live.address}/records/coverage/new")
    credit = page.get_by_test_id("input-credit")
    credit.fill("12a,3")
    page.get_by_test_id("save").click()
    expect(page.get_by_text("不是百分比；可写")).to_be_visible()
    expect(credit).to_have_value("12a,3")


def test_enter_in_a_field_of_a_day_takes_the_day_and_sends_nothing(golden_live: Live, page: Page) -> None:
    sign_in(page, golden_live, "运营")
    page.goto(f"{golden_live.address}/users")
    page.get_by_test_id("tab-active").click()
    page.get_by_test_id("user-row").first.get_by_role("button").click()
    page.get_by_test_id("user-add-post").click()
    for field in ("post-role", "post-unit"):
        page.get_by_test_id(field).click()
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        expect(page.locator(".ant-select-dropdown:visible")).to_have_count(0)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    page.locator("#valid_from").click()
    page.keyboard.type("20991101")
    page.keyboard.press("Enter")
    expect(page.locator(".ant-picker-dropdown:visible")).to_have_count(0)
    expect(page.locator("#valid_from")).to_have_value("2099-11-01")
    page.locator("#valid_to").focus()
    page.keyboard.type("2099-11-30")
    page.keyboard.press("Enter")
    expect(page.locator("#valid_to")).to_have_value("2099-11-30")

    page.goto(f"{golden_live.address}/jobs")
    page.get_by_test_id("job-replay").first.click()
    page.get_by_test_id("job-because").fill("补送一次")
    page.get_by_test_id("job-since").click()
    page.keyboard.press("Control+A")
    page.keyboard.type("2026-01-05 09:30")
    page.keyboard.press("Enter")
    expect(page.locator(".ant-picker-dropdown:visible")).to_have_count(0)
    expect(page.get_by_test_id("job-replay-confirm")).to_be_enabled()
    expect(page.get_by_test_id("job-since")).to_have_value("2026-01-05 09:30")
    page.keyboard.press("Enter")
    expect(page.locator(".ant-picker-dropdown:visible")).to_have_count(1)
    assert sent == []


def test_back_reload_and_a_shared_link_keep_a_list_as_it_was(live: Live, page: Page) -> None:
    sign_in(page, live, "运营")
    where = quote('["risk_level","in","C3","C2"]')
    page.goto(f"{live.address}/records/party?where={where}&sort=total_asset.asc")
    chips, rows = page.get_by_test_id("condition-chip"), page.get_by_test_id("row")
    expect(chips).to_have_count(1)
    first = rows.first.inner_text()
    page.get_by_test_id("page-next").click()
    expect(rows.first).not_to_have_text(first, use_inner_text=True)
    expect(page.get_by_text(re.compile("第 51 至"))).to_be_visible()
    shown = rows.first.inner_text()
    assert "cursor=" in page.url and "where=" in page.url
    rows.first.get_by_role("link").first.click()
    page.wait_for_url(re.compile("/records/party/[0-9a-f-]{36}"))
    page.go_back()
    for again in (lambda: None, page.reload):
        again()
        expect(rows.first).to_have_text(shown, use_inner_text=True)
        expect(chips).to_have_count(1)
    other = page.context.new_page()
    other.goto(page.url)
    expect(other.get_by_test_id("row").first).to_have_text(shown, use_inner_text=True)
    other.close()
    page.goto(f"{live.address}/records/party?cursor=of-another-list&from=51")
    expect(page.get_by_text(re.compile("第 1 至"))).to_be_visible()
    expect(page).to_have_url(f"{live.address}/records/party")
    page.get_by_test_id("list-search").fill("13800001234")
    expect(rows).to_have_count(0)
    assert "1380" not in page.url
    page.get_by_test_id("menu-party").first.click()  # the list as it usually is
    expect(chips).to_have_count(0)
    expect(page.get_by_test_id("list-search")).to_have_value("")
    assert page.url.endswith("/records/party")


def test_what_the_list_of_users_shows_stands_in_its_address(golden_live: Live, page: Page) -> None:
    """Reached by the keyboard, the drawer says posts and rights; the address brings the same list and drawer back."""
    sign_in(page, golden_live, "运营")
    page.goto(f"{golden_live.address}/users")
    page.get_by_test_id("tab-active").click()
    first = page.get_by_test_id("user-row").first.get_by_role("button")
    name = first.inner_text()
    page.get_by_test_id("list-search").fill(name)
    expect(page).to_have_url(re.compile("show=active&q="))
    expect(page.get_by_test_id("user-row")).to_have_count(1)
    first.focus()
    page.keyboard.press("Enter")
    drawer = page.get_by_test_id("user-drawer")
    expect(drawer.get_by_test_id("user-post").first).to_be_visible()
    expect(drawer.get_by_test_id("right-done").first).to_contain_text("能查看")
    page.reload()
    expect(page.get_by_test_id("list-search")).to_have_value(name)
    expect(page.get_by_test_id("tab-active")).to_have_attribute("aria-selected", "true")
    expect(drawer.get_by_test_id("right-done").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(drawer).to_be_hidden()
    expect(page).to_have_url(re.compile(r"show=active&q=[^&]*$"))


def test_background_work_says_what_waits_in_every_line(golden_live: Live, page: Page) -> None:
    sign_in(page, golden_live, "运营")
    page.goto(f"{golden_live.address}/jobs")
    expect(page.get_by_test_id("job-headline").get_by_role("status")).not_to_be_empty()
    lines = page.get_by_test_id("job-queue")
    expect(lines.filter(has_text="活动执行")).to_have_count(1)
    expect(lines.filter(has_text="定时任务")).to_have_count(1)
    page.get_by_test_id("segment-busy").click()
    expect(page).to_have_url(re.compile("show=busy"))
