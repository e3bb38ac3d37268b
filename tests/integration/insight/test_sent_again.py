"""A file that is sent again, one that was kept only, and one that was to correct another and failed."""

from __future__ import annotations

from datetime import date

import pytest

from tests.factories.lake import asked
from tests.factories.records import SYSTEM, signed_in
from tests.integration.insight.test_foreseen import customers, load, run_all
from zhike.insight.warehouse import received
from zhike.insight.warehouse.logic import written
from zhike.insight.warehouse.models import Load
from zhike.kernel import clock
from zhike.kernel.models import Run

NIGHT = date(2026, 3, 18)


@pytest.fixture
def operator(golden_day):
    with clock.travel(clock.at(date(2026, 3, 19), 8)):
        yield signed_in({"E7201": "operator"})["operator"]


def rows_there():
    return asked("select count(*) from _rows", rows="core.counter_customer")[0][0]


def waiting():
    return Load.objects.filter(source="counter_customer", state=Load.State.WAITING)


def test_the_same_file_sent_twice_waits_once_and_says_so(golden_day, tmp_path):
    path = customers(tmp_path, NIGHT, lambda rows: rows[:3])
    first = load(path)
    assert (first.state, [found["code"] for found in first.findings]) == ("waiting", [])
    second = load(path)
    assert (second.uid, second.state, waiting().count()) == (first.uid, "waiting", 1)
    assert second.findings[-1]["message"] == "同一文件已在等待确认，未重复导入"

    received.upload("counter_customer", path, name=path.name, business_date=None, principal=SYSTEM)
    run_all()
    run = Run.objects.filter(kind="load_file").latest("id")
    assert (run.result["load"], [found["code"] for found in run.result["findings"]]) == (
        str(first.uid),
        ["load.sent_before"],
    )
    assert waiting().count() == 1


def test_a_file_that_is_read_anew_takes_the_place_of_the_one_that_waits(golden_day, tmp_path):
    path = customers(tmp_path, NIGHT, lambda rows: rows[:3])
    first = load(path)
    anew = received.load_file("counter_customer", path, again=True)
    assert (anew.state, [row.uid for row in waiting()]) == ("waiting", [anew.uid])
    before = received.load(first.uid, principal=SYSTEM)
    assert (before.state, before.findings[-1]["code"]) == ("discarded", "load.sent_before")
    # Under another day it is another file.
    other = tmp_path / "counter_customer_20260316.csv"
    other.write_bytes(path.read_bytes())
    assert load(other).uid != anew.uid
    received.discard(anew.uid, principal=SYSTEM)


def test_what_was_there_is_back_though_a_file_was_kept_only_meanwhile(golden_day, tmp_path):
    before = rows_there()
    for folder in ("wrong", "between"):
        (tmp_path / folder).mkdir()
    wrong = load(customers(tmp_path / "wrong", date(2026, 3, 20), lambda rows: rows[1:]))
    between = customers(tmp_path / "between", date(2026, 3, 19), lambda rows: [*rows[:1], *rows[2:]])
    kept = load(between)
    assert (wrong.rows_loaded, kept.rows_loaded, kept.findings[0]["code"]) == (before - 1, 0, written.KEPT_ONLY)
    assert load(between).uid == kept.uid  # as long as there is a newer one nothing comes of it

    received.undo(wrong.uid, principal=SYSTEM)
    run_all()
    [told] = Load.objects.filter(undoes=wrong.uid)
    assert rows_there() == before
    assert "_20260317" in told.findings[0]["message"] and f"“{between.name}”较新" in told.findings[0]["message"]

    again = load(between)
    assert (again.state, again.rows_loaded, rows_there()) == ("done", before - 1, before - 1)


def test_a_correction_that_failed_is_not_hidden_behind_what_it_was_to_correct(operator, golden_day, tmp_path):
    def state():
        files = operator.get("/api/v1/night", {"day": str(golden_day)}).json()["files"]
        return next((one["state"], one["load"]) for one in files if one["source"] == "counter_trade")

    def failed_since():
        return operator.get(f"/api/v1/loads/{done.uid}").json()["failed_since"]

    done = Load.objects.get(source="counter_trade", business_date=golden_day, state=Load.State.DONE)
    assert (state(), failed_since()) == (("done", str(done.uid)), None)
    path = tmp_path / done.file
    path.write_text("流水号,别的\n1,2\n", encoding="gb18030")
    failed = received.load_file("counter_trade", path)
    assert failed.state == "failed"
    assert state() == ("failed", str(failed.uid))
    assert failed_since() == {"uid": str(failed.uid), "file": done.file}

    right = received.load_file("counter_trade", received.stored_file(done.file_hash), name=done.file, again=True)
    assert (right.state, state(), failed_since()) == ("done", ("done", str(right.uid)), None)
