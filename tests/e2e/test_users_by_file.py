"""Users from a workbook as Excel saves it: what was left out is said, passwords are saved, posts to come are listed."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from openpyxl import Workbook
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Live, sign_in

pytestmark = pytest.mark.e2e


def _workbook() -> bytes:
    book, stream = Workbook(), io.BytesIO()
    sheet = book.worksheets[0]
    sheet.append(["知客证券人员名单"])
    sheet.append(["工号", "姓名", "角色", "机构", "开始日期", "备注"])
    sheet.append(["E7701", "顾言", "客户经理", "B001", "2027/11/1", "新员工"])
    sheet.append(["E7702", "=1+1", "客户经理", "B001", "2027/11/1", ""])
    sheet["B4"].data_type = "s"
    book.create_sheet("说明").append(["在职人员"])
    book.save(stream)
    return stream.getvalue()


def test_users_from_a_workbook(golden_live: Live, page: Page) -> None:
    sign_in(page, golden_live, "运营")
    page.goto(f"{golden_live.address}/users")
    page.get_by_test_id("users-import").click()
    file = {"name": "人员.xlsx", "mimeType": "application/octet-stream", "buffer": _workbook()}
    page.locator("input[type=file]").set_input_files(files=[file])
    page.get_by_test_id("users-import-confirm").click()
    expect(page.get_by_test_id("users-imported")).to_have_text("新增 1 人，已有用户增加岗位 0 个，1 行未处理")
    expect(page.get_by_test_id("users-ignored")).to_have_text("未读取：备注、工作表“说明”")
    expect(page.get_by_text("不可用：姓名（不能以 = + - @ 开头）")).to_be_visible()
    with page.expect_download() as saved:
        page.get_by_test_id("users-passwords").click()
    titles, given = Path(saved.value.path()).read_text(encoding="utf-8-sig").splitlines()
    assert titles == "工号,姓名,初始密码"
    assert given.startswith('"E7701","顾言","')
    with page.expect_download() as saved:
        page.get_by_test_id("users-refused").click()
    titles, refused = Path(saved.value.path()).read_text(encoding="utf-8-sig").splitlines()
    assert titles == "工号,姓名,角色,机构,开始日期,截止日期,未处理原因"
    assert refused.startswith('"E7702","\'=1+1","客户经理","B001","2027/11/1","",')
    page.keyboard.press("Escape")

    page.get_by_test_id("list-search").fill("E7701")
    row = page.get_by_test_id("user-row")
    expect(row).to_have_count(1)
    expect(row).to_contain_text("客户经理")
    expect(row).to_contain_text("2027-11-01 起")
