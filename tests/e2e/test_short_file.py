"""Three rows in place of a whole customer file: the file waits, its page says what it would do, nothing is changed."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Live, sign_in

pytestmark = pytest.mark.e2e
_COUNT = """() => fetch('/api/v1/objects/coverage/count', {method: 'POST', headers: {
  'Content-Type': 'application/json', 'X-CSRFToken': document.cookie.match(/csrftoken=([^;]+)/)[1]},
  body: JSON.stringify({refinement: 'serving'})}).then((answer) => answer.json()).then((found) => found.count)"""


def test_a_short_file_waits_and_is_put_away(live: Live, page: Page) -> None:
    whole = max((live.home / "sample").glob("counter_customer_*.csv"))
    head, *rows = whole.read_bytes().splitlines(keepends=True)
    sign_in(page, live, "运营")
    served = page.evaluate(_COUNT)
    page.goto(f"{live.address}/loads")
    page.get_by_test_id("upload").click()
    page.get_by_test_id("upload-source").click()
    page.keyboard.type("柜台客户")
    page.keyboard.press("Enter")
    file = {"name": whole.name, "mimeType": "text/csv", "buffer": head + b"".join(rows[:3])}
    page.locator("input[type=file]").set_input_files(files=[file])
    expect(page.get_by_test_id("preview-headline")).to_have_text("可读取 3 行")
    page.get_by_test_id("upload-start").click()

    run = page.locator("[data-testid=run][data-state=done]").filter(has_text=whole.name).first
    expect(run).to_contain_text("待人工确认", timeout=60_000)
    run.get_by_test_id("run-load").click()
    expect(page.get_by_test_id("load-waits")).to_contain_text("服务关系：终止")
    expect(page.get_by_test_id("load-state")).to_have_text("待确认")
    expect(page.get_by_test_id("effect").filter(has_text="终止")).to_contain_text("营业部")

    page.get_by_test_id("load-discard").click()
    page.get_by_role("dialog").get_by_role("button", name="放弃文件").click()
    expect(page.get_by_test_id("load-state")).to_have_text("已放弃")
    assert page.evaluate(_COUNT) == served > 20
