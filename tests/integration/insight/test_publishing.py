"""What a day shows, in lists and in the warehouse, is shown at one instant; the newest day stays; readers are not disturbed."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import date

import psycopg
import pytest
from django.db import connection

from tests.factories.lake import asked
from tests.integration.insight.conftest import run_stage
from zhike.insight.warehouse import api as warehouse
from zhike.insight.warehouse.logic import stages
from zhike.kernel import jobs
from zhike.platform.exchange import api as exchange
from zhike.platform.exchange.types import LoadColumn
from zhike.platform.objects import api as objects
from zhike.platform.objects.logic import retired_tables
from zhike.platform.objects.models import RetiredTable, SideTable
from zhike.platform.objects.types import RecordQuery
from zhike.platform.permissions import api as permissions

EARLIER = date(2026, 3, 16)
#: What others see of a publication: its number, its day, and the table that lists read with the day of its rows.
SHOWN = (
    'select p.id, p.business_date, s."table", s.business_date from (select * from warehouse_publication'
    " order by id desc limit 1) p, objects_sidetable s where s.current"
)


@pytest.fixture
def watcher(golden_day):
    """A connection of somebody else."""
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as other:
        yield other


def shown(watcher):
    return watcher.execute(SHOWN).fetchone()


def tables():
    with connection.cursor() as cursor:
        cursor.execute("select tablename from pg_tables where tablename like 's_party_%' order by 1")
        return [row[0] for row in cursor.fetchall()]


def listed():
    query = RecordQuery("party", columns=("total_asset",), limit=50)
    rows = objects.page(query, principal=permissions.system_principal("test")).rows
    return sorted(str(row.values["total_asset"]) for row in rows)


def test_computing_an_old_day_turns_no_screen_back_and_says_what_it_restates(golden_day, watcher):
    before, rows = shown(watcher), listed()
    said = [jobs.run_now("stage", "stage", {"business_date": str(EARLIER)}).result for _again in range(2)]
    assert [one["restated"] for one in said] == [[], [str(EARLIER)]]
    assert [one["business_date"] for one in said] == [str(golden_day)] * 2
    assert shown(watcher)[1:] == before[1:] and shown(watcher)[0] == before[0] + 2
    assert listed() == rows
    assert asked("select count(*) from _rows", rows="mart.party_wide", day=EARLIER, pins=warehouse.published()) > [(0,)]


def test_lists_and_the_warehouse_change_days_at_one_instant(golden_day, watcher, monkeypatch):
    before, seen = shown(watcher), []
    wide = next(step for step in stages.steps() if step.key == "wide")

    def publish(day):
        wide.publish(day)
        seen.append(shown(watcher))

    def tell(*event):
        tell_event(*event)
        seen.append(shown(watcher))

    tell_event = stages.events.publish
    monkeypatch.setattr(stages.events, "publish", tell)
    monkeypatch.setitem(stages._steps, "wide", replace(wide, publish=publish))
    run_stage(golden_day)
    assert seen and set(seen) == {before}
    after = shown(watcher)
    assert after[0] > before[0] and after[2] != before[2] and after[1] == after[3] == golden_day


def test_a_stage_that_dies_before_it_has_published_leaves_what_was_shown(golden_day, watcher, monkeypatch):
    before, rows = shown(watcher), listed()
    wide = next(step for step in stages.steps() if step.key == "wide")

    def die(_day):
        wide.publish(_day)
        raise SystemExit

    with monkeypatch.context() as dying:
        dying.setitem(stages._steps, "wide", replace(wide, publish=die))
        with pytest.raises(SystemExit):
            run_stage(golden_day)
    assert shown(watcher) == before and listed() == rows
    left = SideTable.objects.get(current=False).table
    run_stage(golden_day)
    assert shown(watcher)[0] > before[0] and listed() == rows
    assert not SideTable.objects.filter(current=False).exists()
    assert RetiredTable.objects.filter(table=left).exists(), "what was prepared in vain goes, too"


def test_a_replaced_table_goes_once_those_who_began_before_have_ended(golden_day, watcher, monkeypatch):
    monkeypatch.setattr(retired_tables, "_GRACE", "0")
    retired_tables.drop()
    with watcher.transaction():
        watcher.execute("set transaction isolation level repeatable read")
        old = shown(watcher)[2]
        run_stage(golden_day)
        retired_tables.drop()
        assert old in tables()
        assert watcher.execute(
            psycopg.sql.SQL("select count(*) from {}").format(psycopg.sql.Identifier(old))
        ).fetchone()
    assert retired_tables.drop() >= 1
    assert tables() == [shown(watcher)[2]]
    assert not RetiredTable.objects.exists()


def test_a_replaced_table_stays_for_a_while_for_who_is_between_two_transactions(golden_day):
    run_stage(golden_day)
    retired_tables.drop()
    retired_tables.drop()
    # The figures, and beside them the keys by which a manager and a branch reach them.
    assert RetiredTable.objects.count() == 3 and len(tables()) == 2


def wide_risk_levels(day):
    counting = f"select count(*) from _rows where business_date = date '{day}' and risk_level = 'C1'"
    return asked(counting, rows="mart.party_wide", day=day)[0][0]


def test_a_past_day_is_computed_again_with_the_customers_of_that_day(golden_day):
    """Who changed since is on an old day what they were then; on the day that is shown, what they are now."""
    system = permissions.system_principal("test")
    run_stage(EARLIER)
    before = {day: wide_risk_levels(day) for day in (EARLIER, golden_day)}
    rows = objects.page(RecordQuery("party", columns=("risk_level",)), principal=system).rows
    changed = [row for row in rows[:3] if row.values["risk_level"] != "C1"]
    for row in changed:
        exchange.load("party", columns=[LoadColumn("risk_level")], rows=[(row.id, None, "C1")], by_id=True)
    for day in (EARLIER, golden_day):
        run_stage(day)
    assert changed
    assert {day: wide_risk_levels(day) - before[day] for day in before} == {EARLIER: 0, golden_day: len(changed)}
