"""Work from hand to hand: a task given, talked about and done; an export above the limit, approved and fetched."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import Live, sign_in

pytestmark = pytest.mark.e2e
RULE = """
kind: export_rule
key: default
labels: {zh: 导出规则, en: Rule on exports}
rows: 1
most: 100000
growth_percent: 0
keep_days: 7
approval: approval
roles: [compliance, branch_head]
"""


VISIT = """
kind: work_kind
key: visit
labels: {zh: 上门拜访, en: Visit}
results: task
by_hand: true
pausable: true
form:
- {key: visited_on, type: date, required: true, labels: {zh: 拜访日期, en: Day of the visit}}
- {key: minutes, type: integer, labels: {zh: 时长, en: Minutes}}
"""


def _defined(live: Live, file: Path, text: str, kind: str, key: str) -> Iterator[None]:
    """The firm's own definition, dropped when a test is over."""
    file.write_text(text, encoding="utf-8")
    live.zhike("definition", "change", str(file), "--yes")
    yield
    live.zhike("definition", "change", "--drop", kind, key, "--yes")


@pytest.fixture
def visits(live: Live, tmp_path: Path) -> Iterator[None]:
    """The firm's own kind of work, which asks for a day; none of it may be left open."""
    yield from _defined(live, tmp_path / "visit.yaml", VISIT, "work_kind", "visit")


@pytest.fixture
def one_row_alone(live: Live, tmp_path: Path) -> Iterator[None]:
    """The firm's own rule: more than one row leaves with an approval only."""
    yield from _defined(live, tmp_path / "exports.yaml", RULE, "export_rule", "default")


def _sign_in_anew(page: Page, live: Live, role: str) -> None:
    """Sign in as somebody else; whoever has no home of their own is led to their work."""
    who = live.sign_ins[role]
    page.context.clear_cookies()
    page.goto(live.address)
    page.get_by_test_id("sign-in-employee-no").fill(who["employee_no"])
    page.get_by_test_id("sign-in-password").fill(who["password"])
    page.get_by_test_id("sign-in-submit").click()
    page.get_by_test_id("menu-work").wait_for()


def _post(page: Page, live: Live, act: str, **given: str) -> str:
    """Do something with work as whoever is signed in; return its uid."""
    token = page.request.get(f"{live.address}/api/v1/session").json()["csrf"]
    sent = page.request.post(f"{live.address}/api/v1/work{act}", data=given, headers={"X-CSRFToken": token})
    assert sent.ok, sent.text()
    return str(sent.json()["uid"])


def test_a_task_goes_from_hand_to_hand(live: Live, page: Page) -> None:
    sign_in(page, live, "营业部负责人")
    page.goto(f"{live.address}/work")
    page.get_by_test_id("work-new").click()
    page.get_by_test_id("task-subject").fill("补充三位客户的职业信息")
    page.get_by_test_id("colleague").click()
    page.keyboard.type(live.sign_ins["客户经理"]["employee_no"])
    page.get_by_text(live.sign_ins["客户经理"]["name"]).last.click()
    page.get_by_test_id("task-confirm").dblclick()
    page.get_by_test_id("tab-asked").click()
    expect(page.get_by_test_id("work-row").filter(has_text="补充三位客户的职业信息")).to_have_count(1)
    assert page.url.endswith("?view=asked")

    _sign_in_anew(page, live, "客户经理")
    page.goto(f"{live.address}/work?kind=task")  # others are more urgent
    page.get_by_text("补充三位客户的职业信息").click()
    page.get_by_test_id("work-comment").fill("已补两位")
    page.get_by_test_id("work-comment-say").dblclick()
    expect(page.get_by_test_id("work-comments").get_by_text("已补两位")).to_have_count(1)
    other = page.context.new_page()
    other.goto(page.url)
    other.get_by_test_id("result-done").click()
    page.get_by_test_id("result-not_possible").click()
    page.get_by_test_id("work-complete").click()
    expect(page.get_by_text("请写明原因")).to_be_visible()
    expect(page.get_by_test_id("work-note")).to_be_focused()
    page.get_by_test_id("result-done").click()
    page.get_by_test_id("work-complete").click()
    page.get_by_test_id("tab-done").click()
    expect(page.get_by_test_id("work-row").first).to_contain_text("已完成")
    other.get_by_test_id("work-complete").click()  # in a tab that does not know that it is done
    expect(other.get_by_test_id("work-result")).to_contain_text("已完成")
    expect(other.get_by_test_id("work-complete")).to_be_hidden()
    expect(other.locator(".failure-notice")).to_contain_text("已由")
    other.close()


def test_an_export_above_the_limit_is_approved_and_fetched(live: Live, page: Page, one_row_alone: None) -> None:
    sign_in(page, live, "客户经理")
    page.goto(f"{live.address}/records/party")
    page.get_by_test_id("export").click()
    page.get_by_test_id("export-reason").fill("季度服务回访名单")
    page.get_by_test_id("export-ask").dblclick()
    expect(page.get_by_test_id("export-reason")).to_be_hidden()

    _sign_in_anew(page, live, "合规管理")
    page.goto(f"{live.address}/work?view=free")
    expect(page.get_by_test_id("work-row")).to_have_count(1)
    page.get_by_test_id("work-row").first.click()
    expect(page.get_by_test_id("work-script")).to_contain_text("季度服务回访名单")
    page.get_by_test_id("result-agreed").click()
    page.get_by_test_id("work-complete").click()
    expect(page.get_by_test_id("work-result")).to_contain_text("同意")

    _sign_in_anew(page, live, "客户经理")
    page.goto(f"{live.address}/work?view=asked")
    expect(page.get_by_test_id("work-row").first).to_contain_text("同意")
    page.get_by_test_id("work-row").first.click()
    with page.expect_download() as fetched:
        page.get_by_test_id("export-fetch").click(timeout=30_000)
    assert fetched.value.suggested_filename.startswith("客户-")


def test_a_task_about_a_customer_is_given_from_the_customers_page(live: Live, page: Page) -> None:
    sign_in(page, live, "客户经理")
    page.goto(f"{live.address}/records/party")
    page.get_by_test_id("row").first.get_by_role("link").first.click()
    page.get_by_test_id("create-record_work").click()
    expect(page.get_by_role("dialog")).to_contain_text("*")  # whose, masked, once it is read
    page.get_by_test_id("task-subject").fill("核对联系地址")
    page.context.clear_cookies()  # the session and the token are gone
    page.get_by_test_id("task-confirm").click()
    page.get_by_test_id("session-ended").wait_for()
    page.get_by_test_id("sign-in-password").fill(live.sign_ins["客户经理"]["password"])
    page.get_by_test_id("sign-in-submit").click()
    expect(page.get_by_test_id("session-ended")).to_be_hidden()
    page.get_by_test_id("task-subject").press("Enter")
    expect(page.get_by_test_id("block-record_work")).to_contain_text("核对联系地址")
    assert "/records/party/" in page.url


@pytest.mark.parametrize("width", [1440, 390])
def test_a_head_gives_several_pieces_of_work_to_somebody_else(live: Live, page: Page, width: int) -> None:
    who = live.sign_ins["客户经理"]
    sign_in(page, live, "营业部负责人")
    page.set_viewport_size({"width": width, "height": 844})
    for number in range(2):
        _post(page, live, "", kind="task", subject=f"核对地址 {width}-{number}")
    page.goto(f"{live.address}/work?kind=task&sort=newest")
    rows = page.get_by_test_id("work-row").filter(has_text=f"核对地址 {width}-")
    expect(rows).to_have_count(2)
    expect(page.get_by_test_id("reassign-chosen")).to_be_disabled()
    for number in range(2):
        rows.nth(number).get_by_test_id("choose").focus()
        page.keyboard.press("Space")
    expect(page.get_by_test_id("chosen")).to_have_text("已选 2 件")
    assert page.evaluate("document.documentElement.scrollWidth") <= width

    page.get_by_test_id("reassign-chosen").click()
    page.get_by_test_id("colleague").click()
    page.get_by_text(who["name"]).last.click()
    page.get_by_test_id("hand-reason").fill("休假")
    page.get_by_test_id("hand-confirm").dblclick()
    expect(page.get_by_text("已改派 2 件")).to_have_count(1)
    expect(page.get_by_test_id("chosen")).to_have_text("已选 0 件")
    expect(page.get_by_test_id("choose-all")).to_be_focused()
    page.keyboard.press("Space")
    expect(page.get_by_test_id("chosen")).not_to_have_text("已选 0 件")
    page.goto(f"{live.address}/work?kind=task&assignee={who['employee_no']}")
    expect(rows).to_have_count(2)


def test_what_is_entered_about_work_is_judged_where_it_stands_and_not_lost(
    live: Live, page: Page, visits: None
) -> None:
    sign_in(page, live, "客户经理")
    for subject in ("拜访后一位", "拜访前一位"):
        _post(page, live, "", kind="visit", subject=subject, due_at="2026-04-30T17:00:00+08:00")
    page.goto(f"{live.address}/work?kind=visit&sort=newest")
    page.get_by_test_id("work-row").first.click()
    result, note = page.get_by_test_id("result-not_possible"), page.get_by_test_id("work-note")
    day, minutes = page.locator("[id='form.visited_on']"), page.get_by_test_id("input-minutes")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.url.endswith("/complete") else None)
    result.click()
    page.get_by_test_id("work-complete").click()
    expect(page.get_by_text("必填")).to_be_visible()
    expect(page.get_by_text("请写明原因")).to_be_visible()
    expect(day).to_be_focused()
    assert sent == []

    note.fill("客户出差")
    minutes.fill("99999999999999999999")  # a whole number that only the server knows to be too long
    page.get_by_test_id("work-comment").fill("下周再约")
    address = page.url
    for key in ("j", "Escape"):
        result.focus()
        page.keyboard.press(key)
        page.get_by_test_id("unsaved-stay").click()
        expect(page.get_by_test_id("unsaved-stay")).to_be_hidden()
        assert page.url == address
    page.get_by_test_id("work-pause").click()
    page.get_by_test_id("pause-reason").fill("等客户回来")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("work-pause-why")).to_be_visible()
    expect(note).to_have_value("客户出差")
    expect(minutes).to_have_value("99999999999999999999")
    expect(page.get_by_test_id("work-comment")).to_have_value("下周再约")
    expect(result).to_have_attribute("aria-checked", "true")

    day.fill("2026-03-16")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("时长：应为")).to_be_visible()
    expect(minutes).to_be_focused()
    expect(page.get_by_test_id("failure-line")).to_be_hidden()
    minutes.fill("45")
    page.get_by_test_id("work-comment-say").click()
    expect(page.get_by_test_id("work-comment")).to_have_value("")
    page.keyboard.press("Control+Enter")  # to the next one, and nothing is left to ask about
    expect(page.get_by_role("heading", name="拜访后一位")).to_be_visible()
    expect(note).to_have_value("")
    page.get_by_test_id("result-done").click()
    day.fill("2026-03-17")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_test_id("work-result")).to_contain_text("已完成")


def test_the_drawer_of_work_that_was_taken_back_closes(live: Live, page: Page, browser: Browser) -> None:
    head = browser.new_context().new_page()
    sign_in(head, live, "营业部负责人")
    uid = _post(head, live, "", kind="task", subject="核对开户资料")
    _post(head, live, f"/{uid}/delegate", to=live.sign_ins["客户经理"]["employee_no"])
    sign_in(page, live, "客户经理")
    page.goto(f"{live.address}/work/{uid}?kind=task&sort=newest")
    page.get_by_test_id("work-note").fill("核对了一半")
    expect(page.get_by_test_id("work-row").filter(has_text="核对开户资料")).to_have_count(1)
    _post(head, live, f"/{uid}/release")
    page.get_by_test_id("result-done").click()
    page.get_by_test_id("work-complete").click()
    expect(page.get_by_text("这项工作已不在您名下")).to_have_count(1)
    expect(page.get_by_test_id("work-drawer")).to_be_hidden()
    expect(page.get_by_test_id("work-row").filter(has_text="核对开户资料")).to_have_count(0)
    assert page.url.endswith("/work?kind=task&sort=newest")
    expect(page.locator(".failure-notice")).to_have_count(0)
    head.context.close()
