"""A file sent on the loads page: loaded by the worker, its rejected row explained, a bad one changing nothing."""

from __future__ import annotations

import io

import pytest
from openpyxl import Workbook
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


def _workbook() -> bytes:
    """A workbook as a clerk keeps one: a title, heads that are called otherwise, a sum, a hidden sheet in front."""
    book, stream = Workbook(), io.BytesIO()
    hidden = book.active
    hidden.title, hidden.sheet_state = "参数", "hidden"
    sheet = book.create_sheet("机构")
    book.active = 1
    for row in (
        ["机构清单"],
        ["网点号", "机构名称", "机构类型", "上级机构代码"],
        *(line.split(",") for line in ROWS.splitlines()),
        ["合计", "4 个"],
    ):
        sheet.append(row)
    book.save(stream)
    return stream.getvalue()


def test_a_workbook_from_choosing_to_loaded(golden_live: Live, page: Page) -> None:
    sign_in(page, golden_live, "运营")
    page.goto(f"{golden_live.address}/loads")
    page.get_by_test_id("upload").click()
    page.get_by_test_id("upload-source").click()
    page.keyboard.type("柜台机构")
    page.keyboard.press("Enter")
    with page.expect_download() as saved:
        page.get_by_test_id("template-xlsx").click()
    assert saved.value.suggested_filename.startswith("counter_branch_")

    mime = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    file = {"name": "counter_branch_20260318.xlsx", "mimeType": mime, "buffer": _workbook()}
    page.locator("input[type=file]").set_input_files(files=[file])
    expect(page.get_by_test_id("preview-faults")).to_contain_text("缺少列“机构代码”")
    expect(page.get_by_test_id("upload-start")).to_be_disabled()

    page.get_by_test_id("choose-机构代码").click()
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("preview-headline")).to_have_text("可读取 4 行")
    expect(page.get_by_test_id("preview-notes")).to_contain_text("表头在第 2 行，已从第 2 行读取")
    expect(page.get_by_test_id("preview-notes")).to_contain_text("末尾 1 行是合计，未读取")
    page.get_by_test_id("remember").check()
    page.get_by_test_id("upload-start").click()

    done = page.locator("[data-testid=run][data-state=done]").filter(has_text="counter_branch_20260318.xlsx")
    done.get_by_test_id("run-load").click(timeout=60_000)
    expect(page.get_by_test_id("rows-loaded")).to_have_text("4")
    expect(page.get_by_text("列“网点号”作为“机构代码”读取")).to_be_visible()
