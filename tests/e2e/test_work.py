"""Work from hand to hand: a task given, talked about and done; an export above the limit, approved and fetched."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

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


@pytest.fixture
def one_row_alone(live: Live, tmp_path):  # type: ignore[no-untyped-def]
    """The firm's own rule: more than one row leaves with an approval only."""
    file = tmp_path / "exports.yaml"
    file.write_text(RULE, encoding="utf-8")
    live.zhike("definition", "change", str(file), "--yes")
    yield
    live.zhike("definition", "change", "--drop", "export_rule", "default", "--yes")


def _sign_in_anew(page: Page, live: Live, role: str) -> None:
    """Sign in as somebody else; whoever has no home of their own is led to their work."""
    who = live.sign_ins[role]
    page.context.clear_cookies()
    page.goto(live.address)
    page.get_by_test_id("sign-in-employee-no").fill(who["employee_no"])
    page.get_by_test_id("sign-in-password").fill(who["password"])
    page.get_by_test_id("sign-in-submit").click()
    page.get_by_test_id("menu-work").wait_for()


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
    expect(page.get_by_role("alert")).to_contain_text("请写明原因")
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
    name = page.get_by_role("dialog").inner_text()
    page.get_by_test_id("task-subject").fill("核对联系地址")
    page.context.clear_cookies()  # the session and the token are gone
    page.get_by_test_id("task-confirm").click()
    page.get_by_test_id("session-ended").wait_for()
    page.get_by_test_id("sign-in-password").fill(live.sign_ins["客户经理"]["password"])
    page.get_by_test_id("sign-in-submit").click()
    expect(page.get_by_test_id("session-ended")).to_be_hidden()
    page.get_by_test_id("task-subject").press("Enter")
    expect(page.get_by_test_id("block-record_work")).to_contain_text("核对联系地址")
    assert "/records/party/" in page.url and "*" in name


@pytest.mark.parametrize("width", [1440, 390])
def test_a_head_gives_several_pieces_of_work_to_somebody_else(live: Live, page: Page, width: int) -> None:
    who = live.sign_ins["客户经理"]
    sign_in(page, live, "营业部负责人")
    page.set_viewport_size({"width": width, "height": 844})
    token = page.request.get(f"{live.address}/api/v1/session").json()["csrf"]
    for number in range(2):
        task = {"kind": "task", "subject": f"核对地址 {width}-{number}"}
        sent = page.request.post(f"{live.address}/api/v1/work", data=task, headers={"X-CSRFToken": token})
        assert sent.status == 201, sent.text()
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
