"""What is written down of a fault names the constraint or the place, and never a row or value that the database, or a
parser, quotes: runs, held events, timers, messages and people of campaigns are read by many, and wiped by nobody."""

from __future__ import annotations

import json

import pytest
from django.db import IntegrityError, connection, transaction

from zhike.kernel import clock, jobs, pumps, timers
from zhike.kernel.definition_parts import Labels
from zhike.kernel.errors import NotFound
from zhike.kernel.isolation import fault_of, reason, told
from zhike.kernel.models import Run, TimerRow
from zhike.kernel.pumps import Pump
from zhike.kernel.queues import Backlog

PERSONAL = ("张三", "13800001234")


@pytest.fixture
def people(db):
    with connection.cursor() as cursor:
        cursor.execute(
            "create temp table people (name text not null, mobile text unique, age int constraint grown check (age > 17))"
            " on commit drop"
        )
        cursor.execute("insert into people values ('张三', '13800001234', 20)")


def run_sql(statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)


def refused(*_given):
    with transaction.atomic():
        run_sql("insert into people values ('张三', '13800001234', 3)")


GROWN = 'IntegrityError: new row for relation "people" violates check constraint "grown"'


FAULTS = [
    (
        "insert into people values ('张三', '13800001234', 3)",
        GROWN,
    ),
    (
        "insert into people values ('张三', '13800001234', 30)",
        'IntegrityError: duplicate key value violates unique constraint "people_mobile_key"',
    ),
    (
        "insert into people values (null, '13800001234', 30)",
        'IntegrityError: null value in column "name" of relation "people" violates not-null constraint',
    ),
    ("select cast('张三 13800001234' as integer)", "DataError: invalid input syntax for type integer: …"),
    ("select cast('13800001234' as integer)", "DataError: value …"),
    ("select to_tsquery('张三 & & 13800001234')", "ProgrammingError: syntax error in tsquery: …"),
    ("do $$begin raise exception '客户张三已存在'; end$$", "ProgrammingError: …"),
    (
        "do $$begin raise exception using errcode = 'XX001', message = '号码 13800001234 重复'; end$$",
        "InternalError: 号码 …",
    ),
    ("select 1 / 0", "DataError: division by zero"),
    ('select "none" from people', 'ProgrammingError: column "none" does not exist'),
]


@pytest.mark.parametrize(("statement", "said"), FAULTS)
def test_the_database_is_told_without_what_it_quotes(people, statement, said):
    error = fault_of(lambda: run_sql(statement))
    assert told(error) == said
    assert [value for value in PERSONAL if value in str(error)] or statement.startswith("select 1") or "none" in said


def broken(said):
    raise RuntimeError(said)


@pytest.mark.parametrize(
    ("act", "said"),
    [
        (lambda: int("13800001234x"), "ValueError: invalid literal for int() with base 10: …"),
        (lambda: {}["张三"], "KeyError: …"),
        (lambda: broken("13800001234 是张三的"), "RuntimeError: …"),
        (lambda: broken("row 12345 failed"), "RuntimeError: row 12345 failed"),
        (lambda: "张三".encode("ascii"), "UnicodeEncodeError: … codec can…"),
    ],
)
def test_a_parser_is_told_without_what_it_quotes(db, act, said):
    assert told(fault_of(act)) == said


def test_an_expected_error_says_its_own_sentence():
    error = NotFound(kind="timer", id="1")
    assert reason(error) == Labels("“1”不存在，或您无权查看", "There is no '1', or you may not see it")
    assert told(RuntimeError("打不开")) == "RuntimeError: 打不开"
    assert reason(RuntimeError("打不开")) == Labels("RuntimeError: 打不开", "RuntimeError: 打不开")


def test_the_warehouse_is_told_by_its_class():
    duckdb = pytest.importorskip("duckdb")
    with pytest.raises(duckdb.ConversionException) as raised:
        duckdb.sql("select cast('13800001234x' as integer)").fetchall()
    assert "13800001234x" in str(raised.value)
    assert told(raised.value) == "ConversionException"


def test_a_run_a_pump_and_a_timer_keep_no_row(people, monkeypatch):
    monkeypatch.setattr(jobs, "_handlers", {"coffee": (refused, "interactive")})
    with pytest.raises(IntegrityError, match="13800001234"):
        jobs.run_now("coffee", "咖啡")
    error = fault_of(refused)
    pumps._write_down(Pump("tea", Labels("茶", "Tea"), refused, lambda: Backlog(0, None)), error)
    monkeypatch.setattr(timers, "_handlers", {"cake": refused})
    timers.set_timer("cake", "1", clock.now())
    timers.sweep()

    assert {run.kind: run.error["message"] for run in Run.objects.all()} == {"coffee": GROWN, "tea": GROWN}
    assert [row.error for row in TimerRow.objects.filter(kind="cake")] == [GROWN]
    for run in Run.objects.all():
        assert [line for line in run.log if not line.startswith(" ")] == ["IntegrityError", "CheckViolation"]
        assert (
            run.log[-1].startswith("  ")
            and [value for value in PERSONAL if value in json.dumps(run.log, ensure_ascii=False)] == []
        )
