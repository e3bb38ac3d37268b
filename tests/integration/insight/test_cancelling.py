"""A run that is asked to stop stops, and what it was in the middle of did not happen."""

from __future__ import annotations

import threading
from datetime import timedelta

import psycopg
import pytest
from asgiref.sync import async_to_sync
from django.db import connection

from tests.environment import SERVER
from tests.factories.lake import asked
from tests.factories.records import signed_in
from tests.integration.insight.conftest import run_stage
from zhike.insight.warehouse import api as warehouse
from zhike.insight.warehouse import received
from zhike.insight.warehouse.logic import engine, tables, writer
from zhike.insight.warehouse.models import Load, StagedDay
from zhike.kernel import clock, heartbeats, jobs
from zhike.kernel.ids import uuid7
from zhike.kernel.jobs import Cancelled
from zhike.kernel.models import Run
from zhike.platform.objects import api as objects
from zhike.platform.objects.types import RecordQuery
from zhike.platform.permissions import api as permissions

SYSTEM = permissions.system_principal("test")
ASSET = "core.counter_daily_asset"


def cancel_at(step):
    """Return a listener that asks the newest run to stop when it reaches a step."""

    def listen(reached, _done, _total):  # type: ignore[no-untyped-def]
        if str(step) in str(reached):
            jobs.request_cancel(Run.objects.order_by("-id").first().uid)

    return listen


def leftovers():
    return [path.name for path in engine.home().iterdir() if path.name.startswith(("load-", "plain-"))]


@pytest.fixture
def changed(golden_day, golden_files, tmp_path):
    """The day's assets once more with another amount, alone in a folder."""
    name = f"counter_daily_asset_{golden_day:%Y%m%d}.csv"
    text = (golden_files / name).read_text(encoding="gb18030")
    assert "3500000" in text
    (tmp_path / name).write_text(text.replace("3500000", "3500001"), encoding="gb18030")
    return tmp_path


def total(day):
    of = f"select total from _rows where account_id = 1001 and business_date = date '{day}'"
    return asked(of, rows=ASSET, day=day)[0][0]


@pytest.mark.parametrize("step", ["counter_daily_asset", "解析", "写入"])
def test_a_load_that_is_stopped_changes_nothing(changed, golden_day, step):
    version, files = warehouse.table_version(ASSET), set(tables.folder(ASSET).rglob("*.parquet"))

    with pytest.raises(Cancelled):
        jobs.run_now("load_folder", "load", {"folder": str(changed)}, cancel_at(step))

    run = Run.objects.order_by("-id").first()
    assert (run.state, run.error, run.finished_at is not None) == ("cancelled", None, True)
    assert (warehouse.table_version(ASSET), str(total(golden_day))) == (version, "3500000.00")
    assert set(tables.folder(ASSET).rglob("*.parquet")) == files
    assert leftovers() == []
    newest = Load.objects.order_by("-id").first()
    assert newest.state == ("done" if step == "counter_daily_asset" else "cancelled")


def test_the_same_file_loads_after_a_stop(changed, golden_day):
    with pytest.raises(Cancelled):
        jobs.run_now("load_folder", "load", {"folder": str(changed)}, cancel_at("写入"))

    run = jobs.run_now("load_folder", "load", {"folder": str(changed)})

    assert (run.state, run.result) == ("done", {"files": 1, "failed": [], "waiting": [], "rows": 10})
    assert str(total(golden_day)) == "3500001.00"


@pytest.mark.parametrize("step", ["身份识别", "身份识别：服务关系", "指标", "标签", "合并月份"])
def test_a_stage_that_is_stopped_publishes_nothing(golden_day, step):
    run_stage(golden_day)
    query = RecordQuery("party", sort=(("total_asset", "desc"),), columns=("total_asset", "value_tier"))
    publication, rows = warehouse.published(), objects.page(query, principal=SYSTEM).rows
    staged = list(StagedDay.objects.values_list("business_date", "last_load"))
    received.load_file("counter_customer", _customers(golden_day), again=True)

    with pytest.raises(Cancelled):
        jobs.run_now("stage", "stage", {"business_date": golden_day.isoformat()}, cancel_at(step))

    assert warehouse.published() == publication
    assert objects.page(query, principal=SYSTEM).rows == rows
    if step != "合并月份":
        assert list(StagedDay.objects.values_list("business_date", "last_load")) == staged
    run_stage(golden_day)
    assert warehouse.published().id > publication.id
    assert objects.page(query, principal=SYSTEM).rows == rows


def _customers(day):
    row = Load.objects.filter(source="counter_customer", state="done").order_by("-id").first()
    path = engine.home().parent / "files" / row.file_hash[:2] / row.file_hash
    copy = engine.home().parent / f"counter_customer_{day:%Y%m%d}.csv"
    copy.write_bytes(path.read_bytes())
    return copy


@pytest.fixture
def another_writer():
    """Another process that writes, as its session of the database."""
    with psycopg.connect(SERVER.database_url(connection.settings_dict["NAME"]), autocommit=True) as other:
        other.execute("select pg_advisory_lock(%s, %s)", writer.LOCK)
        yield other


def test_a_load_waits_for_another_writer(changed, another_writer):
    steps = []

    def listen(step, _done, _total):  # type: ignore[no-untyped-def]
        steps.append(step)
        if step == writer.WAITING:
            another_writer.close()  # as when its process dies

    for path in changed.iterdir():
        path.write_text(path.read_text(encoding="gb18030").replace("3500001", "3500002"), encoding="gb18030")
    run = jobs.run_now("load_folder", "load", {"folder": str(changed)}, listen)

    assert (run.state, writer.WAITING in steps) == ("done", True)
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from pg_locks where locktype = 'advisory' and classid = %s", [writer.LOCK[0]])
        assert cursor.fetchone()[0] == 0


@pytest.mark.parametrize("kind", ["load_folder", "stage"])
def test_a_run_that_waits_for_another_writer_can_be_stopped(changed, golden_day, another_writer, kind):
    before = tables.versions()

    with pytest.raises(Cancelled):
        params = {"folder": str(changed), "business_date": golden_day.isoformat()}
        jobs.run_now(kind, kind, params, cancel_at(writer.WAITING))

    assert tables.versions() == before


def test_a_waiting_run_that_is_stopped_never_starts(changed):
    loads = Load.objects.count()
    uid = jobs.submit("load_folder", "load", {"folder": str(changed)})
    jobs.request_cancel(uid)

    jobs.execute(run=str(uid))

    assert Run.objects.get(uid=uid).state == "cancelled"
    assert Load.objects.count() == loads


def job_of(uid):
    """The queue entry of a run, in the hands of a worker that fell silent an hour ago."""
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into procrastinate_workers (last_heartbeat) values (now() - interval '1 hour') returning id"
        )
        worker = cursor.fetchone()[0]
        cursor.execute(
            "update procrastinate_jobs set status = 'doing', worker_id = %s where args->>'run' = %s returning id",
            [worker, str(uid)],
        )
        return cursor.fetchone()[0]


def status_of(job):
    with connection.cursor() as cursor:
        cursor.execute("select status from procrastinate_jobs where id = %s", [job])
        return cursor.fetchone()[0]


def test_a_run_whose_worker_died_is_interrupted_and_queued_again(changed):
    uid = jobs.submit("load_folder", "load", {"folder": str(changed)})
    job = job_of(uid)
    Run.objects.filter(uid=uid).update(state="running", attempts=1)

    async_to_sync(jobs.resume.func)(0)

    run = Run.objects.get(uid=uid)
    assert (status_of(job), run.state, run.error["code"]) == ("todo", "interrupted", "run.interrupted")
    jobs.execute(run=str(uid))
    run.refresh_from_db()
    assert (run.state, run.attempts, run.error) == ("done", 2, None)


def test_a_run_that_workers_keep_dying_of_is_not_taken_up_again(changed):
    uid = jobs.submit("load_folder", "load", {"folder": str(changed)})
    job = job_of(uid)
    Run.objects.filter(uid=uid).update(state="running", attempts=heartbeats.LIVES)

    async_to_sync(jobs.resume.func)(0)

    assert (status_of(job), Run.objects.get(uid=uid).state) == ("failed", "interrupted")


def left_behind(uid):
    """A load of a run whose worker was killed in the middle of it."""
    file = {"file": "rows.csv", "file_hash": "0" * 64}
    return Load.objects.create(uid=uuid7(), run=uid, source="test", dataset="test.rows", started_at=clock.now(), **file)


def outcome(load):
    load.refresh_from_db()
    return load.state, (load.error or {}).get("code"), load.finished_at is not None


def test_a_load_ends_when_its_run_is_buried_and_no_other_does(changed):
    uid, other = (jobs.submit("load_folder", "load", {"folder": str(changed)}) for _number in range(2))
    dead, living = left_behind(uid), left_behind(other)
    Run.objects.filter(uid=uid).update(state="running", heartbeat_at=clock.now() - heartbeats.SILENCE * 2)

    heartbeats.bury()

    assert outcome(dead) == ("failed", "run.interrupted", True)
    assert outcome(living) == ("running", None, False)


def test_a_load_ends_when_its_run_is_cancelled_before_it_goes_on(changed):
    uid = jobs.submit("load_folder", "load", {"folder": str(changed)})
    load = left_behind(uid)
    jobs.request_cancel(uid)

    jobs.execute(run=str(uid))

    assert (Run.objects.get(uid=uid).state, outcome(load)) == ("cancelled", ("cancelled", None, True))


def test_a_load_ends_with_the_error_of_its_run(changed):
    uid = jobs.submit("load_folder", "load", {"folder": 7})
    load = left_behind(uid)
    Run.objects.filter(uid=uid).update(kind="stage", params={"business_date": "today"})

    with pytest.raises(ValueError, match="today"):
        jobs.execute(run=str(uid))

    assert outcome(load) == ("failed", "internal", True)


def test_a_load_knows_its_run(changed):
    for path in changed.iterdir():
        path.write_text(path.read_text(encoding="gb18030").replace("3500001", "3500009"), encoding="gb18030")

    run = jobs.run_now("load_folder", "load", {"folder": str(changed)})

    assert set(Load.objects.filter(run=run.uid).values_list("state", flat=True)) == {"done"}


def test_a_run_of_a_command_that_was_killed_says_so_after_a_minute(changed):
    uid = jobs.submit("load_folder", "load", {"folder": str(changed)})
    Run.objects.filter(uid=uid).update(state="running", heartbeat_at=clock.now())
    assert heartbeats.bury() == []
    with clock.travel(clock.now() + heartbeats.SILENCE + heartbeats.BEAT):
        assert [run.uid for run in heartbeats.bury()] == [uid]
    assert Run.objects.get(uid=uid).state == "interrupted"


def test_a_run_beats_while_it_is_done(changed, monkeypatch):
    monkeypatch.setattr(heartbeats, "BEAT", timedelta(milliseconds=1))
    beaten, before = threading.Event(), Run.objects.filter

    def wait(handle):
        assert beaten.wait(10)

    def filtered(**by):
        if "pk" in by and threading.current_thread() is not threading.main_thread():
            beaten.set()
        return before(**by)

    monkeypatch.setitem(jobs._handlers, "tea", (wait, "interactive"))
    monkeypatch.setattr(Run.objects, "filter", filtered)
    assert jobs.run_now("tea", "tea").state == "done"


def test_operators_stop_runs_over_http_and_managers_do_not(changed):
    clients = signed_in({"E1001": "account_manager", "E3001": "operator"})
    uid = jobs.submit("load_folder", "load", {"folder": str(changed)})

    refused = clients["account_manager"].post(f"/api/v1/runs/{uid}/cancel")
    assert (refused.status_code, Run.objects.get(uid=uid).cancel_requested) == (403, False)
    assert clients["operator"].post(f"/api/v1/runs/{uid}/cancel").status_code == 200
    shown = clients["operator"].get("/api/v1/runs").json()["items"][0]
    assert (shown["uid"], shown["cancellable"], Run.objects.get(uid=uid).cancel_requested) == (str(uid), True, True)
    assert clients["operator"].post(f"/api/v1/runs/{uuid7()}/cancel").status_code == 404
