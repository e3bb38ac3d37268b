"""What is done in a list of records: columns made wider, records chosen and exported, rows grouped, a field changed."""

from __future__ import annotations

import io
import re
from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Live, sign_in

pytestmark = pytest.mark.e2e


def _width(page: Page, column: str) -> float:
    box = page.locator(f"th[data-column={column}]").bounding_box()
    assert box is not None
    return box["width"]


def _open(page: Page, live: Live, search: str = "") -> None:
    sign_in(page, live, "运营")
    page.goto(f"{live.address}/records/party{search}")
    page.get_by_test_id("row").first.wait_for()


def test_the_width_of_a_column_follows_its_edge_is_kept_and_fits(live: Live, page: Page) -> None:
    _open(page, live)
    usual, edge = _width(page, "name"), page.get_by_test_id("width-name")
    box = edge.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 4, box["y"] + 8)
    page.mouse.down()
    page.mouse.move(box["x"] + 104, box["y"] + 8, steps=4)
    page.mouse.up()
    assert _width(page, "name") == pytest.approx(usual + 100, abs=3)
    page.reload()
    page.get_by_test_id("row").first.wait_for()
    assert _width(page, "name") == pytest.approx(usual + 100, abs=3)
    edge.focus()
    page.keyboard.press("ArrowLeft")
    assert _width(page, "name") == pytest.approx(usual + 92, abs=3)
    edge.dblclick()
    assert _width(page, "name") < usual + 20
    page.get_by_test_id("columns").click()
    page.get_by_text("恢复默认").click()
    expect(page.locator("table.sized")).to_have_count(0)


def test_chosen_customers_are_added_up_asked_about_and_exported_alone(live: Live, page: Page) -> None:
    _open(page, live)
    boxes, shown = page.get_by_test_id("choose"), page.get_by_test_id("row")
    boxes.nth(0).click()
    boxes.nth(2).click(modifiers=["Shift"])
    expect(page.get_by_test_id("chosen")).to_have_text("已选 3 条")
    assets = [Decimal(shown.nth(n).locator("td.num").first.inner_text().replace(",", "")) for n in range(3)]
    said = re.search(r"[\d,.]+", page.get_by_test_id("chosen-sum").inner_text())
    assert said is not None
    assert abs(Decimal(said[0].replace(",", "")) - sum(assets)) < Decimal("0.02")
    expect(page.get_by_test_id("chosen-refused")).to_contain_text(re.compile(r"邮件触达将拦截 \d 户"))
    bar, last = page.get_by_test_id("chosen-bar").bounding_box(), page.locator(".table-wrap").bounding_box()
    assert bar is not None and last is not None and last["y"] + last["height"] <= bar["y"] + 1  # never over rows
    with page.expect_download() as saved:
        page.get_by_test_id("export-chosen").click()
    book = load_workbook(io.BytesIO(Path(saved.value.path()).read_bytes()))
    _mark, _head, *rows = book.worksheets[0].iter_rows(values_only=True)
    assert len(rows) == 3
    page.get_by_test_id("page-next").click()
    expect(page.get_by_test_id("chosen-bar")).to_contain_text("其中 3 条不在本页")
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("chosen-bar")).to_have_count(0)


def test_groups_of_a_list_stand_in_its_address(live: Live, page: Page) -> None:
    _open(page, live, "?group=risk_level")
    groups, rows = page.get_by_test_id("group"), page.get_by_test_id("row")
    whole = rows.count()
    expect(groups.first).to_contain_text("条")
    groups.first.get_by_role("button").click()
    expect(rows).not_to_have_count(whole)
    left = rows.count()
    page.reload()
    expect(rows).to_have_count(left)
    groups.first.get_by_role("button").click()
    expect(rows).to_have_count(whole)


def test_a_field_is_changed_in_its_list_and_back(live: Live, page: Page) -> None:
    _open(page, live, "?columns=name,complaint_open")
    row = page.get_by_test_id("row").nth(1)
    cell, width = row.locator("td[data-column=complaint_open]"), _width(page, "name")
    expect(cell).to_have_text("—")
    cell.dblclick()
    expect(page.get_by_test_id("cell-complaint_open")).to_be_focused()
    assert _width(page, "name") == width
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(cell).to_have_text("是")
    expect(cell).to_be_focused()
    page.get_by_test_id("cell-undo").click()
    expect(cell).to_have_text("—")
    assert "columns=" in page.url


def test_a_day_typed_after_one_was_chosen_in_the_calendar_is_the_one_that_is_saved(live: Live, page: Page) -> None:
    sign_in(page, live, "运营")
    page.goto(f"{live.address}/records/coverage?columns=party,valid_to")
    cell = page.get_by_test_id("row").first.locator("td[data-column=valid_to]")
    before = cell.inner_text()
    cell.dblclick()
    day = page.get_by_test_id("cell-valid_to")
    day.click()
    page.locator(".ant-picker-cell-in-view").nth(9).click()
    chosen = day.input_value()
    day.fill("2027-05-05")
    page.get_by_test_id("cell-save").click()
    expect(cell).to_have_text("2027-05-05")
    assert chosen not in ("", "2027-05-05")
    page.get_by_test_id("cell-undo").click()
    expect(cell).to_have_text(before)


def test_a_day_chosen_in_the_calendar_is_seen_whole_and_saved_by_key(live: Live, page: Page) -> None:
    sign_in(page, live, "运营")
    page.goto(f"{live.address}/records/coverage?columns=party,valid_to")
    cell = page.get_by_test_id("row").first.locator("td[data-column=valid_to]")
    before = cell.inner_text()
    day = page.get_by_test_id("cell-valid_to")
    for key in ("Escape", "Enter"):
        cell.dblclick()
        day.click()
        page.locator(".ant-picker-cell-in-view").nth(9).click()
        expect(day).to_be_focused()
        assert day.evaluate("box => box.scrollWidth <= box.clientWidth")
        page.keyboard.press(key)
        expect(day).to_have_count(0)
        if key == "Escape":
            expect(cell).to_have_text(before)
    expect(cell).not_to_have_text(before)
    page.get_by_test_id("cell-undo").click()
    expect(cell).to_have_text(before)


def test_a_condition_is_added_by_keys_and_the_rows_are_reached_by_tab(live: Live, page: Page) -> None:
    _open(page, live)
    focused = "document.activeElement.matches('tr[data-uid]')"
    for _stop in range(40):
        page.keyboard.press("Tab")
        if page.evaluate(focused):
            break
    assert page.evaluate(focused)
    page.get_by_test_id("add-condition").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("condition-field").locator("input")).to_be_focused()
    page.keyboard.type("总资产")
    page.keyboard.press("Enter")
    value = page.get_by_test_id("condition-value")
    expect(value).to_be_focused()
    page.keyboard.type("50")
    chip = page.get_by_test_id("condition-chip").locator(".chip-text")
    expect(chip).to_contain_text("≥ 50 万")
    page.keyboard.press("Tab")
    expect(chip).to_be_focused()
    page.keyboard.press("Enter")
    expect(value).to_be_focused()
    value.fill("50w")
    expect(chip).to_contain_text("≥ 50 万")
    page.keyboard.press("Escape")
    expect(chip).to_be_focused()


def test_on_a_phone_the_parts_of_a_condition_stand_below_one_another_on_the_screen(live: Live, page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    sign_in(page, live, "运营")
    asked = 'where=["open_date","between","2010-01-01","2026-12-31"]&where=["complaint_open","=","false"]'
    page.goto(f"{live.address}/records/party?{asked}")
    page.get_by_test_id("blank-mark").wait_for()  # the list itself is empty
    for index, parts in ((0, 3), (1, 3)):
        page.get_by_test_id("condition-chip").nth(index).locator(".chip-text").click()
        editor = page.locator(".chip-editor:visible")
        controls = editor.locator(".ant-select, .ant-picker")
        expect(controls).to_have_count(parts)
        boxes = [controls.nth(n).bounding_box() for n in range(parts)]
        assert all(box and box["x"] >= 0 and box["x"] + box["width"] <= 390 and box["width"] > 250 for box in boxes), (
            boxes
        )
        tops = [box["y"] for box in boxes if box]
        assert tops == sorted(set(tops))
        page.keyboard.press("Escape")
        expect(editor).to_have_count(0)
