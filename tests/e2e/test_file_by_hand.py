"""A file sent on the loads page: loaded by the worker, its rejected row explained, a bad one changing nothing."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Live, sign_in

pytestmark = pytest.mark.e2e
HEAD = "机构代码,机构名称,机构类型,上级机构代码\n"
ROWS = (
    "HQ,知客证券,总部,\nR01,华东分公司,分公司,HQ\nB001,临江中山路营业部,营业部,R01\nB002,云岭人民路营业部,营业部,R01\n"
)


def _send(page: Page, name: str, content: str) -> None:
    page.get_by_test_id("upload").click()
    page.get_by_test_id("upload-source").click()
    page.keyboard.type("柜台机构")
    page.keyboard.press("Enter")
    file = {"name": name, "mimeType": "text/csv", "buffer": content.encode("gb18030")}
    page.locator("input[type=file]").set_input_files(files=[file])
    page.get_by_test_id("upload-start").click()


def test_a_file_by_hand(golden_live: Live, page: Page) -> None:
    sign_in(page, golden_live, "运营")
    page.goto(f"{golden_live.address}/loads")

    _send(page, "机构.csv", HEAD + ROWS)
    expect(page.get_by_text("无法从文件名“机构.csv”得到业务日期")).to_be_visible()
    page.keyboard.press("Escape")

    _send(page, "counter_branch_20260318.csv", HEAD + ROWS + "B003,,营业部,R01\n")
    done = page.locator("[data-testid=run][data-state=done]").filter(has_text="counter_branch_20260318.csv")
    done.get_by_test_id("run-load").click(timeout=60_000)
    expect(page.get_by_test_id("rows-loaded")).to_have_text("4")
    expect(page.get_by_test_id("load-state")).to_have_text("完成，有拒绝")
    expect(page.get_by_test_id("rejected-row")).to_contain_text("必填列“机构名称”为空")

    page.goto(f"{golden_live.address}/loads")
    _send(page, "counter_branch_20260318.csv", HEAD)
    failed = page.locator("[data-testid=run][data-state=failed]").filter(has_text="counter_branch_20260318.csv")
    expect(failed).to_contain_text("文件没有数据行，数据未更改", timeout=60_000)
