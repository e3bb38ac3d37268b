"""The night on one page: a file that is put into the folder is taken in and waits; the day is computed again from there."""

from __future__ import annotations

import os
import re
import time

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Live, sign_in

pytestmark = pytest.mark.e2e


def put(live: Live, name: str, content: bytes) -> None:
    """Put a file into the folder of the installation, as one that rests there."""
    path = live.home / "inbox" / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    written = time.time() - 600
    os.utime(path, (written, written))


def test_a_night_is_seen_run_and_answered_on_one_page(live: Live, page: Page) -> None:
    whole = max((live.home / "sample").glob("counter_customer_*.csv"))
    head, *rows = whole.read_bytes().splitlines(keepends=True)
    sign_in(page, live, "运营")
    page.get_by_test_id("menu-night").click()
    headline = page.get_by_test_id("night-headline")
    expect(headline).to_contain_text("已跑批")
    file = page.get_by_test_id("night-file").filter(has=page.get_by_text("柜台客户", exact=True))
    expect(file.get_by_test_id("night-state")).to_have_text("已导入")

    put(live, whole.name, head + b"".join(rows[:2]))
    page.get_by_test_id("night-run").click()
    waiting = page.get_by_test_id("night-waiting")
    expect(waiting.get_by_test_id("load-waits")).to_contain_text("服务关系：终止", timeout=60_000)
    expect(headline).to_contain_text("1 个文件等待确认")
    expect(file.get_by_test_id("night-state")).to_have_text("待确认")
    page.get_by_test_id("segment-todo").click()
    expect(page.get_by_test_id("night-file")).to_have_count(1)
    page.reload()
    expect(page.get_by_test_id("night-file")).to_have_count(1)

    waiting.get_by_test_id("load-discard").click()
    page.get_by_role("dialog").get_by_role("button", name="放弃文件").click()
    expect(waiting).to_have_count(0, timeout=30_000)
    expect(page.get_by_test_id("night-files")).to_contain_text("没有要处理的文件")

    page.get_by_test_id("night-compute").click()
    page.get_by_test_id("night-compute-confirm").click()
    run = page.locator("[data-testid=run][data-state=done]").filter(has_text=re.compile(r"日终跑批 \d{4}-\d\d-\d\d"))
    expect(run.first).to_be_visible(timeout=120_000)
    expect(page.get_by_test_id("night-step")).to_contain_text(["完成"] * 5)
