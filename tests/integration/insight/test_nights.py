"""A night on one page: what is due, what came and what did not; taken in and computed by itself, or when somebody asks."""

from __future__ import annotations

import csv
import io
import os
import time
from datetime import date, timedelta

import pytest
from django.db import transaction
from openpyxl import Workbook

from tests.factories.records import SYSTEM, signed_in
from tests.integration.insight.conftest import run_stage
from zhike.insight.warehouse import api as warehouse
from zhike.insight.warehouse import nights as night_door
from zhike.insight.warehouse import received, types
from zhike.insight.warehouse.blocks import LAST_LOAD
from zhike.insight.warehouse.logic import inbox, nights
from zhike.insight.warehouse.models import Load
from zhike.kernel import clock, definitions, jobs
from zhike.kernel.calendar import calendar_from
from zhike.kernel.ids import uuid7
from zhike.kernel.models import Run

NEXT = date(2026, 3, 18)
EVENING = clock.at(NEXT, 19, 30)


def files_of_next_day(golden_files, day=NEXT):
    """Return the files of a day after the golden one, by name: the same rows, dated that day."""
    found = {}
    for path in sorted(golden_files.glob("*_20260317.csv")):
        text = path.read_text(encoding="gb18030").replace("20260317", f"{day:%Y%m%d}").replace("2026-03-17", str(day))
        found[path.name.replace("20260317", f"{day:%Y%m%d}")] = text.encode("gb18030")
    return found


def put(name, content, *, age=inbox.RESTED_SECONDS + 1):
    """Put a file into the folder that files come into, written so many seconds ago."""
    inbox.folder().mkdir(exist_ok=True)
    path = inbox.folder() / name
    path.write_bytes(content)
    written = time.time() - age
    os.utime(path, (written, written))
    return path


@pytest.fixture(autouse=True)
def in_march(golden_day):
    """What was loaded before the tests came in the evening of the golden day."""
    Load.objects.filter(started_at__gt=clock.at(date(2026, 6, 1), 0)).update(started_at=clock.at(golden_day, 20))


@pytest.fixture
def people(golden_day):
    with clock.travel(clock.at(date(2026, 3, 2), 9)):
        return signed_in({"E7101": "account_manager", "E7102": "operator"})


@pytest.fixture
def evening(golden_day):
    with clock.travel(EVENING):
        yield


def shown(people, day=None):
    answer = people["operator"].get("/api/v1/night", {"day": day} if day else {})
    assert answer.status_code == 200, answer.content
    return answer.json()


def states(night):
    return {one["source"]: one["state"] for one in night["files"]}


def hourly():
    return jobs.run_now("night", "night").result


def test_the_night_is_of_the_last_trading_day_that_closed(golden_day):
    with clock.travel(clock.at(NEXT, 16, 59)):
        assert nights.current() == golden_day
    with clock.travel(clock.at(NEXT, 17)):
        assert nights.current() == NEXT
        assert nights.deadline(NEXT) == clock.at(date(2026, 3, 19), 9)
    with clock.travel(clock.at(date(2026, 3, 22), 20)):
        assert nights.current() == date(2026, 3, 20)  # on a Sunday, Friday's


def test_of_a_night_that_was_computed_every_file_has_come(people, golden_day):
    with clock.travel(clock.at(NEXT, 8)):
        night = shown(people)
    assert (night["business_date"], night["published"]["business_date"]) == (str(golden_day), str(golden_day))
    assert night["missing"] == [] and night["restates"] == [str(golden_day)]
    came = {key for key, state in states(night).items() if state == "done"}
    assert {"counter_customer", "counter_daily_asset", "counter_trade", "app_event"} <= came
    assets = next(one for one in night["files"] if one["source"] == "counter_daily_asset")
    assert (assets["rows"], assets["before"], assets["usual"], assets["band"]) == (10, 10, 10, [9, 10])
    assert {step["state"] for step in night["steps"]} == {"done"}
    assert night["steps"][-1]["key"] == "publish"


def test_what_has_not_come_is_expected_late_or_missing(people, evening):
    found = states(shown(people))
    # At 19:30: due at 18:30 and 19:00, and at 20:30 and half past midnight.
    assert (found["counter_customer"], found["counter_trade"]) == ("late", "late")
    assert (found["counter_daily_asset"], found["app_event"]) == ("expected", "expected")
    with clock.travel(clock.at(date(2026, 3, 19), 9)):
        over = states(shown(people, str(NEXT)))
    assert (over["counter_trade"], over["app_event"]) == ("missing", "missing")
    assert over["counter_customer"] == "kept"  # its checks let the newest file be a trading day older


def test_a_day_without_trading_has_no_night(people, evening):
    answer = people["operator"].get("/api/v1/night", {"day": "2026-03-15"})
    assert (answer.status_code, answer.json()["code"]) == (422, "stage.not_a_trading_day")


def test_nobody_without_the_right_sees_or_runs_a_night(people):
    manager = people["account_manager"]
    assert manager.get("/api/v1/night").status_code == 403
    assert manager.post("/api/v1/night/run").status_code == 403
    day = {"business_date": "2026-03-17"}
    assert manager.post("/api/v1/night/compute", day, content_type="application/json").status_code == 403


def test_an_incomplete_day_is_not_computed_and_says_what_is_missing(people, evening):
    body = {"business_date": str(NEXT)}
    answer = people["operator"].post("/api/v1/night/compute", body, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (422, "stage.day_missing")
    assert "柜台成交" in answer.json()["message"] and "core." not in answer.json()["message"]
    assert not Run.objects.filter(kind="stage", params=body).exists()


def test_who_asks_twice_has_one_run(people, evening):
    asked = [people["operator"].post("/api/v1/night/run") for _ in range(2)]
    assert [answer.status_code for answer in asked] == [202, 202]
    assert asked[0].json() == asked[1].json()
    jobs.execute(asked[0].json()["run"])


def test_files_come_in_once_nobody_writes_them_and_the_complete_day_is_computed(people, golden_files, evening):
    """The whole of a night: by the hour, with one file that is still being written and one that nobody knows."""
    files = files_of_next_day(golden_files)
    late = "counter_trade_20260318.csv"
    for name, content in files.items():
        if name != late:
            put(name, content)
    path, stranger = put(late, files[late], age=5), put("readme_20260318.txt", b"?")

    first = hourly()
    assert (first["days"], first["failed"], first["waiting"]) == ([], [], [])
    assert [found["code"] for found in first["findings"]] == ["load.strangers"]
    assert (
        path.exists()
        and stranger.exists()
        and sorted(one.name for one in inbox.folder().glob("[!.]*"))
        == [
            late,
            stranger.name,
        ]
    )
    pending = people["operator"].get("/api/v1/runs").json()["pending"]["next"]
    assert (pending["business_date"], [one["zh"] for one in pending["missing"]]) == (str(NEXT), ["柜台成交"])

    put(late, files[late])
    assert hourly()["days"] == [str(NEXT)]
    assert warehouse.business_date() == NEXT
    assert people["operator"].get("/api/v1/runs").json()["pending"]["next"] is None
    assert hourly()["days"] == []
    assert received.load_file("counter_trade", received.stored_file(Load.objects.get(file=late).file_hash), name=late)


def test_a_night_that_was_cut_off_goes_on_with_the_files_it_had_taken(golden_files, evening):
    name = "counter_cash_flow_20260318.csv"
    taking = inbox.folder() / ".taking"
    taking.mkdir(parents=True, exist_ok=True)
    (taking / name).write_bytes(files_of_next_day(golden_files)[name].replace(b"10000", b"12345"))
    before = Load.objects.filter(file=name).count()
    assert hourly()["files"] == 1
    assert Load.objects.filter(file=name).count() == before + 1
    assert not (taking / name).exists()


def test_a_day_of_which_a_file_waits_is_computed_by_itself_only_when_time_is_up(golden_files, evening):
    day = date(2026, 3, 19)
    with clock.travel(clock.at(day, 21)):
        for name, content in files_of_next_day(golden_files, day).items():
            if not name.startswith("counter_consent"):
                put(name, content)
        file = Load.objects.filter(source="counter_consent", state="done").last()
        file.pk, file.uid, file.state = None, uuid7(), "waiting"
        file.first_date = file.business_date = day
        file.save()
        assert hourly()["days"] == [] and nights.waits(day)
    with clock.travel(clock.at(date(2026, 3, 20), 6, 30)):
        assert jobs.run_now("stage_late", "late").result["days"] == [str(day)]


def test_a_file_that_is_accepted_after_the_day_was_computed_counts_as_late(
    people, golden_files, golden_day, monkeypatch, tmp_path
):
    monkeypatch.setattr(types, "FEW_EFFECTS", 1)
    with clock.travel(clock.at(NEXT, 8)):
        path = tmp_path / "counter_cash_flow_20260317.csv"
        lines = (golden_files / path.name).read_text(encoding="gb18030").splitlines()
        path.write_text("\n".join(lines[:-1]) + "\n", encoding="gb18030")
        waits = received.load_file("counter_cash_flow", path)
        assert waits.state == "waiting"
        run_stage(golden_day)
        assert shown(people, str(golden_day))["late"] == 0
        run = received.accept(waits.uid, principal=SYSTEM)
        jobs.execute(str(run))
        night = shown(people, str(golden_day))
        assert (night["late"], states(night)["counter_cash_flow"]) == (1, "done")
        assert warehouse.stale_days(before=NEXT) == [golden_day]


def test_a_day_that_was_left_out_is_computed_when_its_files_come(golden_files):
    """A later day is published already: what came late for the one before it counts all the same."""
    left_out, later = date(2026, 3, 23), date(2026, 3, 24)
    with clock.travel(clock.at(later, 21)):
        for day in (left_out, later):
            for name, content in files_of_next_day(golden_files, day).items():
                if name != f"counter_trade_{left_out:%Y%m%d}.csv":
                    put(name, content)
        assert hourly()["days"] == [str(later)]
        name = f"counter_trade_{left_out:%Y%m%d}.csv"
        put(name, files_of_next_day(golden_files, left_out)[name])
        result = hourly()
        assert result["days"] == [str(later)]  # what everybody sees stays the newest
        assert nights.of(left_out).computed_at is not None


def workbook(content: bytes) -> bytes:
    """The rows of a text file as a workbook."""
    book, kept = Workbook(), io.BytesIO()
    for row in csv.reader(io.StringIO(content.decode("gb18030"))):
        book.active.append(row)
    book.save(kept)
    return kept.getvalue()


def test_a_workbook_and_a_name_in_capitals_are_taken_in(people, golden_files):
    day = date(2026, 3, 25)
    files = files_of_next_day(golden_files, day)
    with clock.travel(clock.at(day, 21)):
        put("counter_trade_20260325.xlsx", workbook(files["counter_trade_20260325.csv"]))
        put("COUNTER_CASH_FLOW_20260325.CSV", files["counter_cash_flow_20260325.csv"])
        put("~$counter_trade_20260325.xlsx", b"lock")
        result = hourly()
        found = {one["source"]: one for one in shown(people, str(day))["files"]}
    assert (result["files"], result["failed"]) == (2, [])
    assert not {one.file for one in inbox.strangers()} & {
        "counter_trade_20260325.xlsx",
        "COUNTER_CASH_FLOW_20260325.CSV",
    }
    assert [found[key]["state"] for key in ("counter_trade", "counter_cash_flow")] == ["done", "done"]
    assert found["counter_trade"]["rows"] == found["counter_trade"]["before"]


@pytest.fixture
def stranger():
    inbox.folder().mkdir(exist_ok=True)
    for path in inbox.folder().glob("*"):
        if path.is_file():
            path.unlink()
    text = "成交编号,客户号\n"
    yield put("成交0325.csv", text.encode())
    (inbox.folder() / "成交0325.csv").unlink(missing_ok=True)


def test_a_file_that_nobody_expects_is_told_and_loaded_as_what_somebody_says(people, golden_files, stranger):
    day = date(2026, 3, 25)
    rows = files_of_next_day(golden_files, day)["counter_trade_20260325.csv"]
    with clock.travel(clock.at(day, 22)):
        put("counter-trade_0325.csv", rows)
        put(".hidden", b"")
        put("being written.csv", b"", age=5)
        night = shown(people)
        assert {one["file"]: (one["near"], one["expected"]) for one in night["strangers"]} == {
            "counter-trade_0325.csv": ("counter_trade", "counter_trade_20260325.csv"),
            "成交0325.csv": ("", ""),
        }
        ask = lambda **body: people["operator"].post("/api/v1/night/strangers", body, content_type="application/json")
        assert ask(file="../../manage.csv", source="counter_trade").status_code == 404
        assert ask(file="being written.csv", source="counter_trade").status_code == 404
        assert ask(file="counter-trade_0325.csv", source="counter_customer").json()["code"] == "load.no_business_date"
        assert (inbox.folder() / "counter-trade_0325.csv").exists()
        answer = ask(file="counter-trade_0325.csv", source="counter_trade")
        assert answer.status_code == 202
        assert not (inbox.folder() / "counter-trade_0325.csv").exists()
        jobs.execute(answer.json()["run"])
        found = next(one for one in shown(people)["files"] if one["source"] == "counter_trade")
    # Its name says no day: it is of the day that its rows say.
    assert (found["file"], found["state"]) == ("counter-trade_0325.csv", "done")
    assert (found["first_date"], found["last_date"]) == (str(day), str(day))


def test_only_who_may_load_files_loads_what_nobody_expects(people, stranger):
    body = {"file": stranger.name, "source": "counter_trade"}
    answer = people["account_manager"].post("/api/v1/night/strangers", body, content_type="application/json")
    assert answer.status_code == 403 and stranger.exists()


def test_a_file_without_a_day_is_of_the_night_it_came_in_or_of_the_days_of_its_rows(
    people, golden_files, monkeypatch, tmp_path
):
    """One whose name and rows say nothing, one that waits, and one of other days than tonight's."""
    day = date(2026, 3, 26)
    with clock.travel(clock.at(day, 20)):
        file = Load.objects.filter(source="counter_employee").last()
        file.pk, file.uid, file.file, file.state = None, uuid7(), "employees.csv", "failed"
        file.first_date = file.business_date = None
        file.started_at = clock.now()
        file.save()
        monkeypatch.setattr(types, "FEW_EFFECTS", 1)
        earlier = [
            files_of_next_day(golden_files, of)[f"counter_daily_asset_{of:%Y%m%d}.csv"].splitlines(keepends=True)
            for of in (date(2026, 3, 16), date(2026, 3, 17))
        ]
        path = tmp_path / "assets.csv"
        path.write_bytes(b"".join([*earlier[0], *earlier[1][1:3]]))
        before = shown(people)["elsewhere"]
        waits = received.load_file("counter_daily_asset", path)
        assert waits.state == "waiting"
        night = shown(people)
        found = next(one for one in night["files"] if one["source"] == "counter_employee")
        assert (found["state"], found["file"], found["first_date"]) == ("failed", "employees.csv", None)
        assert night["elsewhere"] == before + 1
        earlier = next(one for one in shown(people, "2026-03-17")["files"] if one["source"] == "counter_daily_asset")
        assert (earlier["state"], earlier["first_date"], earlier["last_date"]) == (
            "waiting",
            "2026-03-16",
            "2026-03-17",
        )
        assert nights.waits(date(2026, 3, 17))
        jobs.execute(str(received.accept(waits.uid, principal=SYSTEM)))
        row = Load.objects.get(uid=waits.uid)
        assert (row.state, row.first_date, row.business_date) == ("done", date(2026, 3, 16), date(2026, 3, 17))
    with clock.travel(clock.at(date(2026, 3, 27), 20)):
        assert states(shown(people))["counter_employee"] != "failed"


def test_what_came_first_is_not_late_whatever_was_agreed(people, golden_day):
    """The first files of an installation come when they come; of days before it nobody waited for any."""
    with clock.travel(clock.at(date(2026, 3, 18), 12)), transaction.atomic():
        Load.objects.all().update(started_at=clock.at(NEXT, 9, 30))
        found = {one["source"]: one for one in shown(people, str(golden_day))["files"]}
        assert found["counter_trade"]["state"] == "done" and {one["due_at"] for one in found.values()} == {None}
        older = states(shown(people, "2026-03-10"))
        assert not {"late", "missing"} & set(older.values())
        # One file of a source that came long before binds that source, and no other.
        Load.objects.filter(pk=Load.objects.filter(source="counter_trade").first().pk).update(
            started_at=clock.at(date(2026, 3, 2), 18)
        )
        found = {one["source"]: one for one in shown(people, str(golden_day))["files"]}
        assert {key for key, one in found.items() if one["due_at"]} == {"counter_trade"}
        Load.objects.all().delete()
        assert set(states(shown(people)).values()) == {"expected"}
        transaction.set_rollback(True)


@pytest.fixture
def one_day(golden_day, monkeypatch):
    """A calendar that knows no trading day before the golden one, and none after it."""
    others = [date(2026, 1, 1) + timedelta(days=number) for number in range(365)]
    calendar = calendar_from([2026], [day for day in others if day != golden_day])
    monkeypatch.setitem(definitions.snapshot()._derived, "calendar:cn", calendar)


def test_where_the_calendar_ends_the_night_says_so_and_goes_on(people, one_day, golden_day):
    with clock.travel(clock.at(golden_day, 20)):
        night = shown(people)
        assert (night["business_date"], night["deadline"], night["calendar_lacks"]) == (str(golden_day), None, 2027)
        assert night["by_itself"] is False
        assert people["operator"].get("/api/v1/runs").status_code == 200
        assert people["operator"].get("/api/v1/me").json()["clock"]["data_due"] is None
        block = people["operator"].get("/api/v1/pages/home_operator").json()["blocks"]["last_load"]
        assert block["state"] == "ok"
        assert block["data"]["rows"][0]["cells"]["source"] == "交易日历缺 2027 年"
        assert run_stage(golden_day) == warehouse.business_date() or warehouse.business_date() > golden_day
        assert nights.of(golden_day).computed_at == clock.now()


@pytest.mark.parametrize("now", [date(2026, 1, 2), date(2027, 2, 3)], ids=["before it", "after it"])
def test_outside_the_calendar_the_night_is_of_the_day_next_to_it(one_day, golden_day, now):
    with clock.travel(clock.at(now, 12)):
        found = night_door.night(None, principal=SYSTEM)
        assert (found.day, found.deadline, found.lacks) == (golden_day, None, 2027)
        assert LAST_LOAD.build(SYSTEM, None, LAST_LOAD.settings()).data["rows"]
        assert hourly()["failed"] == []


def test_before_its_first_day_the_night_says_which_year_the_calendar_lacks(golden_day, monkeypatch):
    monkeypatch.setitem(definitions.snapshot()._derived, "calendar:cn", calendar_from([2026], []))
    with clock.travel(clock.at(date(2026, 1, 1), 8)):
        found = night_door.night(None, principal=SYSTEM)
        assert (found.day, found.lacks, found.by_itself) == (date(2026, 1, 1), None, False)
    with clock.travel(clock.at(date(2025, 12, 30), 8)):
        found = night_door.night(None, principal=SYSTEM)
        assert (found.day, found.lacks, found.by_itself) == (date(2026, 1, 1), 2025, False)


def test_a_file_at_which_loading_itself_fails_stops_no_other(golden_files, monkeypatch):
    good, bad = "counter_cash_flow_20260323.csv", "app_event_20260323.csv"
    files = files_of_next_day(golden_files, date(2026, 3, 23))
    load = inbox.load_file

    def failing(source, path, **more):
        if path.name == bad:
            raise RuntimeError("what nobody foresaw")
        return load(source, path, **more)

    monkeypatch.setattr(inbox, "load_file", failing)
    with clock.travel(clock.at(date(2026, 3, 24), 22)):
        put(bad, files[bad])
        put(good, files[good] + b"\n")
        result = hourly()
    assert (result["files"], result["findings"][0]["code"]) == (1, "load.broken")
    assert not list((inbox.folder() / ".taking").iterdir())


def test_what_came_in_a_night_and_failed_or_waits_is_its_own_to_see_to_of_whatever_day(people, golden_files):
    tonight, ahead = date(2026, 3, 27), date(2026, 3, 30)
    name, files = f"counter_trade_{ahead:%Y%m%d}.csv", files_of_next_day(golden_files, ahead)
    with clock.travel(clock.at(date(2026, 3, 28), 10)):  # a Saturday
        put(name, files[name])
        assert hourly()["failed"] == [name]
        night = shown(people)
        assert night["business_date"] == str(tonight)
        [other] = [one for one in night["others"] if one["file"] == name]
        assert (other["source"], other["state"], other["first_date"]) == ("counter_trade", "failed", str(ahead))
        assert other["due_at"] is None
        rows = LAST_LOAD.build(SYSTEM, None, LAST_LOAD.settings()).data["rows"]
        cells = [row["cells"] for row in rows if row["path"] == f"/loads/{other['load']}"]
        assert [(one["state"], one["business_date"]) for one in cells] == [("failed", str(ahead))]
    with clock.travel(clock.at(ahead, 21)):
        put(name, files[name])
        assert hourly()["failed"] == []
        assert not [one for one in shown(people, str(tonight))["others"] if one["file"] == name]


def test_a_stranger_is_expected_to_be_called_by_the_day_in_its_name(golden_files, stranger):
    put("counter_trade_20260330 (1).csv", b"?")
    with clock.travel(clock.at(date(2026, 3, 28), 10)):
        found = {one.file: one.expected for one in inbox.strangers()}
    (inbox.folder() / "counter_trade_20260330 (1).csv").unlink()
    assert found["counter_trade_20260330 (1).csv"] == "counter_trade_20260330.csv"
