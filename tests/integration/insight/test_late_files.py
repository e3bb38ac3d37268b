"""Days replaced, months compacted, late corrections, days that are missing."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from tests.factories.lake import asked
from tests.factories.records import signed_in
from tests.integration.insight.conftest import run_stage
from zhike.insight.indicators import api as indicators
from zhike.insight.warehouse import api as warehouse
from zhike.insight.warehouse import received
from zhike.insight.warehouse.errors import DayMissing, NotATradingDay
from zhike.insight.warehouse.types import PublicationInfo
from zhike.kernel import jobs

FLOW = "core.counter_cash_flow"


def _count(dataset: str, where: str = "true") -> int:
    return asked(f"select count(*) from _rows where {where}", rows=dataset)[0][0]


def _files(pinned: PublicationInfo) -> list[str]:
    with warehouse.session(pins=pinned) as session:
        return session.files("core.counter_daily_asset")


def _net_inflow(day: date) -> Decimal:
    return asked("select sum(net_inflow_30d) from _rows", rows=indicators.INDICATOR, day=day)[0][0]


def test_a_holiday_cannot_be_computed(golden_day):
    with pytest.raises(NotATradingDay) as error:
        run_stage(date(2026, 2, 18))

    assert "2026-02-13" in error.value.message("zh")


def test_a_day_without_files_names_them(golden_day):
    with pytest.raises(DayMissing) as error:
        run_stage(date(2026, 3, 18))

    assert error.value.facts["latest"] == golden_day.isoformat()
    assert "core.counter_daily_asset" in error.value.facts["datasets"]


def test_closed_months_were_compacted_without_losing_a_row(golden_day):
    from zhike.insight.warehouse.logic import tables

    parts = tables.parts_of("core.counter_daily_asset")

    assert {part for part in parts if len(part) == 7} == {"2026-01", "2026-02"}
    assert all(part.startswith("2026-03-") for part in parts if len(part) > 7)
    # 9 accounts on 19 days before account 1007 opened, 10 on the 12 days after.
    assert _count("core.counter_daily_asset") == 9 * 19 + 10 * 12


def test_readers_keep_the_published_version(golden_day, golden_files):
    pinned = warehouse.published()
    before = _files(pinned)

    result = received.load_folder(golden_files, again=True)

    assert all(found.state == "done" for found in result)
    assert _files(pinned) == before
    assert _count("core.counter_daily_asset") == 9 * 19 + 10 * 12


def test_a_corrected_late_file_recomputes_the_days_after_it(golden_day, golden_files, tmp_path):
    earlier = date(2026, 3, 16)
    run_stage(earlier)
    run_stage(golden_day)
    before = {day: _net_inflow(day) for day in (earlier, golden_day)}
    path = tmp_path / "counter_cash_flow_20260310.csv"
    original = (golden_files / path.name).read_text(encoding="gb18030")
    path.write_text(original.replace("20000", "21000"), encoding="gb18030")

    assert received.load_file("counter_cash_flow", path).rows_loaded == 1
    assert warehouse.stale_days(before=golden_day) == [earlier]
    run_stage(golden_day)

    assert {day: _net_inflow(day) - before[day] for day in before} == {
        earlier: Decimal(1000),
        golden_day: Decimal(1000),
    }
    assert _count(FLOW, "business_date = date '2026-03-10'") == 1


def test_a_late_day_of_a_compacted_month_replaces_its_rows(golden_day, golden_files, tmp_path):
    path = tmp_path / "counter_daily_asset_20260203.csv"
    path.write_bytes((golden_files / path.name).read_bytes())

    received.load_file("counter_daily_asset", path, again=True)

    assert _count("core.counter_daily_asset", "business_date = date '2026-02-03'") == 9
    assert warehouse.compact("core.counter_daily_asset", "2026-02") == 9 * 14


def test_an_operator_has_late_files_computed_and_nobody_else(golden_day, golden_files, tmp_path):
    run_stage(golden_day)
    clients = signed_in({"E7001": "account_manager", "E7002": "operator"})
    operator = clients["operator"]
    assert operator.get("/api/v1/runs").json()["pending"] == {
        "loads": 0,
        "business_date": golden_day.isoformat(),
        "next": None,
    }
    before = _net_inflow(golden_day)
    path = tmp_path / "counter_cash_flow_20260317.csv"
    original = (golden_files / path.name).read_text(encoding="gb18030")
    path.write_text(original.replace("10000", "12000"), encoding="gb18030")
    received.load_file("counter_cash_flow", path)

    assert operator.get("/api/v1/runs").json()["pending"]["loads"] == 1
    body = {"business_date": golden_day.isoformat()}
    refused = clients["account_manager"].post("/api/v1/night/compute", body, content_type="application/json")
    assert refused.status_code == 403
    answer = operator.post("/api/v1/night/compute", body, content_type="application/json")
    assert answer.status_code == 202
    jobs.execute(run=answer.json()["run"])

    assert operator.get("/api/v1/runs").json()["pending"]["loads"] == 0
    assert _net_inflow(golden_day) - before == Decimal(2000)


def test_late_files_are_computed_before_a_trading_day_opens_and_without_any_nothing_happens(
    golden_day, golden_files, tmp_path
):
    run_stage(golden_day)
    before, publication = _net_inflow(golden_day), warehouse.published()
    result = jobs.run_now("stage_late", "x").result
    assert (result["loads"], result["days"], result["files"]) == (0, [], 0)
    assert warehouse.published() == publication
    path = tmp_path / "counter_cash_flow_20260317.csv"
    text = (golden_files / path.name).read_text(encoding="gb18030")
    path.write_text(text.replace("10000", "13000"), encoding="gb18030")
    received.load_file("counter_cash_flow", path)

    result = jobs.run_now("stage_late", "x").result

    assert (result["loads"], result["business_date"]) == (1, golden_day.isoformat())
    assert _net_inflow(golden_day) != before
    result = jobs.run_now("stage_late", "x").result
    assert (result["loads"], result["days"], result["files"]) == (0, [], 0)
