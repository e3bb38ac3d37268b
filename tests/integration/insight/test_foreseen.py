"""A short or foreign file waits for a person before anything is ended, changed or forgotten."""

from __future__ import annotations

from datetime import date

import pytest

from tests.factories import golden
from tests.factories.lake import asked
from tests.factories.records import SYSTEM
from zhike.insight.identity import api as identity
from zhike.insight.warehouse import received, schemas, types
from zhike.insight.warehouse.errors import NewerLoad, NotWaiting
from zhike.insight.warehouse.models import Load
from zhike.insight.warehouse.types import Effect, LoadAnswers, Source
from zhike.kernel import jobs
from zhike.kernel.definition_parts import Labels
from zhike.kernel.definitions import Snapshot
from zhike.kernel.ids import uuid7
from zhike.kernel.models import Run
from zhike.platform.objects import api as objects
from zhike.platform.objects.types import RecordQuery
from zhike.platform.permissions.types import Post, Principal

NIGHT, NEXT = date(2026, 3, 18), date(2026, 3, 19)


def customers(folder, day, change=lambda rows: rows):
    """Write the golden day's customer file of a later day, its lines changed, and return it."""
    golden.write_customers(folder, day, {})
    [path] = folder.glob("counter_customer*")
    head, *rows = path.read_text(encoding="gbk").splitlines()
    path.write_text("\n".join([head, *change(rows)]) + "\n", encoding="gbk")
    return path


def load(path):
    return received.load_file("counter_customer", path)


def open_services():
    serving = objects.page(RecordQuery("coverage", limit=200), principal=SYSTEM).rows
    return sum(not row.values["valid_to"] for row in serving)


def effect(result, kind, object=""):
    return next(one for one in result.effects if (one.kind, one.object) == (kind, object))


def run_all():
    """Do what was queued, as a worker does."""
    for run in Run.objects.filter(state=Run.State.WAITING).order_by("id"):
        jobs.execute(str(run.uid))


@pytest.fixture(autouse=True)
def _few(monkeypatch):
    """The golden day has few customers: three effects of a kind are many here."""
    monkeypatch.setattr(types, "FEW_EFFECTS", 3)


@pytest.fixture(scope="module")
def before(golden_day):
    return open_services()


def test_three_rows_of_a_whole_state_wait_and_change_nothing(before, tmp_path):
    total = len(golden.inputs()["customers"])
    short = load(customers(tmp_path, NIGHT, lambda rows: rows[:3]))

    assert short.state == "waiting" and short.rows_loaded == 0
    assert (effect(short, "leave").count, effect(short, "leave").of) == (total - 3, total)
    ended = effect(short, "end", "coverage")
    assert (
        ended.of == before
        and ended.count == sum(ended.units.values()) > before * 0.05
        and ended.records_of == "party"
        and ended.records
    )
    # Two of the nine are known to the app or to the call centre, too: of them something is said still.
    assert effect(short, "leave", "party").count == total - 3 - 2
    assert asked("select count(*) from _rows", rows="core.counter_customer") == [(total,)]
    identity.run(business_date=NIGHT)
    assert open_services() == before


def test_examples_are_records_that_their_reader_may_read(before):
    waiting = received.load(Load.objects.get(state=Load.State.WAITING).uid, principal=SYSTEM)
    head = Principal(kind="staff", name="head", user_id=1, employee_no="E0", posts=(Post("branch_head", 3, (3,)),))
    _units, everybody = received.effects_named(waiting, principal=SYSTEM)
    _units, mine = received.effects_named(waiting, principal=head)
    records = objects.records_by_id("party", list(everybody["party"]), principal=head)
    assert set(mine["party"]) == set(records) < set(everybody["party"])


def test_what_waits_is_accepted_once_ends_services_and_the_right_file_opens_them_again(before, tmp_path):
    waiting = Load.objects.get(state=Load.State.WAITING)
    received.accept(waiting.uid, principal=SYSTEM)
    with pytest.raises(NotWaiting):
        received.accept(waiting.uid, principal=SYSTEM)
    run_all()
    waiting.refresh_from_db()
    assert (waiting.state, waiting.rows_loaded, waiting.answered_by) == ("done", 3, SYSTEM.actor)
    identity.run(business_date=NIGHT)
    assert open_services() == 3

    right = load(customers(tmp_path, NEXT))
    assert right.state == "waiting" and effect(right, "create").count == len(golden.inputs()["customers"]) - 3
    received.accept(right.uid, principal=SYSTEM)
    run_all()
    identity.run(business_date=NEXT)
    assert open_services() == before


def test_the_last_load_is_taken_back_and_only_the_last(before, tmp_path):
    [last] = Load.objects.filter(source="counter_customer", business_date=NEXT, state="done")
    first = Load.objects.filter(source="counter_customer", state="done").order_by("id").first()
    with pytest.raises(NewerLoad):
        received.undo(first.uid, principal=SYSTEM)
    total = len(golden.inputs()["customers"])
    [back] = received.answers(last.uid, principal=SYSTEM).puts_back
    assert (back.file, back.rows_loaded) == (f"counter_customer_{NIGHT:%Y%m%d}.csv", 3)
    for _twice in range(2):  # put away, and asked for again
        received.undo(last.uid, principal=SYSTEM)
        run_all()
        last.refresh_from_db()
        waits = Load.objects.get(state=Load.State.WAITING)
        ended = effect(received.load(waits.uid, principal=SYSTEM), "end", "coverage")
        assert (last.state, waits.undoes, waits.file, ended.of) == ("done", last.uid, back.file, before) and ended.waits
        assert waits.findings[-1]["code"] == "load.puts_back"
        assert asked("select count(*) from _rows", rows="core.counter_customer") == [(total,)]
        received.discard(waits.uid, principal=SYSTEM) if not _twice else received.accept(waits.uid, principal=SYSTEM)
    run_all()
    last.refresh_from_db()
    assert last.state == "undone"
    assert asked("select count(*) from _rows", rows="core.counter_customer") == [(3,)]
    [told] = Load.objects.filter(undoes=last.uid, state=Load.State.RESTORED)
    assert told.findings[0]["code"] == "load.undone"


def test_a_discarded_file_does_nothing(before, tmp_path):
    assert load(customers(tmp_path, date(2026, 3, 20))).state == "waiting"
    waiting = Load.objects.get(state=Load.State.WAITING)
    received.discard(waiting.uid, principal=SYSTEM)
    assert asked("select count(*) from _rows", rows="core.counter_customer") == [(3,)]
    with pytest.raises(NotWaiting):
        received.discard(waiting.uid, principal=SYSTEM)


def test_what_waits_behind_a_newer_file_can_only_be_put_away(before, tmp_path):
    waits = load(customers(tmp_path, date(2026, 3, 20)))
    assert waits.state == "waiting"
    newer = Load.objects.filter(source="counter_customer", state=Load.State.DONE).last()
    newer.pk, newer.uid, newer.file = None, uuid7(), "counter_customer_20260321.csv"
    newer.save()
    assert received.answers(waits.uid, principal=SYSTEM) == LoadAnswers(True, False, "counter_customer_20260321.csv")
    with pytest.raises(NewerLoad):
        received.accept(waits.uid, principal=SYSTEM)
    received.discard(waits.uid, principal=SYSTEM)
    assert Load.objects.get(uid=waits.uid).state == "discarded"
    newer.delete()


def test_keys_of_rows_that_are_no_records_are_masked():
    row = Effect("leave", Labels("柜台客户", "Counter customers"), 1, 3, 0.05, keys=("000100003",))
    [example] = schemas.effect_out(row, {}, {})["examples"]
    assert example == {"display": "0001****0003", "object": "", "uid": None}


def flows(path, rows, day, name=""):
    """Write a day of facts and load it."""
    file = path / (name or f"flows_{day:%Y%m%d}.csv")
    file.write_text("\n".join(["流水号,金额", *(f"{n},{amount}" for n, amount in rows)]) + "\n", encoding="utf-8")
    return received.load_file("flows", file, snapshot=FLOWS)


COLUMNS = [
    {"key": "no", "from": "流水号", "type": "text", "required": True},
    {"key": "amount", "from": "金额", "type": "decimal"},
]
FLOWS = Snapshot(
    -1,
    {
        "source": {
            "flows": Source.model_validate(
                {
                    "kind": "source",
                    "key": "flows",
                    "labels": {"zh": "流水", "en": "Flows"},
                    "system": "test",
                    "dataset": "test.flows",
                    "grain": "fact",
                    "file": "flows_{business_date:%Y%m%d}.csv",
                    "keys": ["no"],
                    "columns": COLUMNS,
                }
            )
        }
    },
)


def test_a_day_of_facts_is_not_made_shorter_unasked_nor_is_another_days_file_taken_for_it(golden_day, tmp_path):
    rows = [(n, n) for n in range(40)]
    assert flows(tmp_path, rows, date(2026, 3, 16)).state == "done"
    short = flows(tmp_path, rows[:3], date(2026, 3, 16))
    assert short.state == "waiting" and [(one.kind, one.count, one.of) for one in short.effects] == [("fewer", 37, 40)]
    assert asked("select count(*) from _rows", rows="test.flows") == [(40,)]

    again = flows(tmp_path, rows, date(2026, 3, 17))
    assert again.state == "waiting" and [(one.kind, one.count) for one in again.effects] == [("again", 40)]
    for day in (9, 10, 11, 12, 13):
        assert flows(tmp_path, [(n, day) for n in range(40)], date(2026, 3, day)).state == "done"
    fewer = flows(tmp_path, [(n, 17) for n in range(15)], date(2026, 3, 17))
    assert fewer.state == "waiting" and [(one.kind, one.count, one.of) for one in fewer.effects] == [("fewer", 25, 40)]
    assert flows(tmp_path, [(n, 17) for n in range(25)], date(2026, 3, 17)).state == "done"


def test_a_day_waits_that_has_fewer_facts_than_its_source_allows_or_the_facts_of_the_day_before(golden_day, tmp_path):
    """One row of each account: a tenth less is no chance, and not one account that stands as it stood."""
    checks = {"drift": 0.1, "source": "test", "verified": False}
    own = {"key": "daily", "dataset": "test.daily", "file": "daily_{business_date:%Y%m%d}.csv", "checks": checks}
    found = FLOWS.of(Source)["flows"].model_dump(by_alias=True, exclude_unset=True) | own
    states = Snapshot(-1, {"source": {"daily": Source.model_validate(found)}})

    def loaded(day, rows):
        file = tmp_path / f"daily_202601{day:02d}.csv"
        lines = [f"{n},{amount}" for n, amount in rows]
        file.write_text("\n".join(["流水号,金额", *lines]) + "\n", encoding="utf-8")
        return received.load_file("daily", file, snapshot=states)

    for day in (12, 13, 14, 15, 16):
        assert loaded(day, [(n, day) for n in range(2000)]).state == "done"
    fewer = loaded(19, [(n, 19) for n in range(1750)])
    assert fewer.state == "waiting"
    assert [(one.kind, one.count, one.of, one.allowed) for one in fewer.effects] == [("fewer", 250, 2000, 0.1)]
    same = loaded(19, [(n, 16) for n in reversed(range(2000))])
    assert (same.state, [one.kind for one in same.effects]) == ("waiting", ["again"])
    assert same.effects[0].about.zh == "除日期外与 2026-01-16 的数据完全相同"
    assert loaded(19, [(n, 16 if n else 14) for n in range(2000)]).state == "done"


def test_a_column_that_is_empty_or_the_same_everywhere_waits(golden_day, tmp_path):
    master = FLOWS.of(Source)["flows"].model_copy(
        update={
            "grain": "master",
            "dataset": "test.states",
            "key": "states",
            "file": "states_{business_date:%Y%m%d}.csv",
        }
    )
    snapshot = Snapshot(-1, {"source": {"states": master}})

    def loaded(day, amounts):
        file = tmp_path / f"states_202603{day}.csv"
        lines = [f"{n},{amount}" for n, amount in enumerate(amounts)]
        file.write_text("\n".join(["流水号,金额", *lines]) + "\n", encoding="utf-8")
        return received.load_file("states", file, snapshot=snapshot)

    assert loaded(10, range(100)).state == "done"
    for day, amounts, kind in ((11, [""] * 100, "emptied"), (12, [7] * 100, "uniform")):
        found = loaded(day, amounts)
        assert found.state == "waiting"
        assert [(one.kind, one.about.zh, one.count, one.of) for one in found.effects] == [(kind, "金额", 100, 100)]
    assert loaded(13, range(1, 101)).state == "done"


DATED = Snapshot(
    -1,
    {
        "source": {
            "dated": Source.model_validate(
                {
                    "kind": "source",
                    "key": "dated",
                    "labels": {"zh": "销售", "en": "Sales"},
                    "system": "test",
                    "dataset": "test.dated",
                    "grain": "fact",
                    "file": "sales*.csv",
                    "date": "day",
                    "keys": ["no", "day"],
                    "columns": [*COLUMNS, {"key": "day", "from": "日期", "type": "date", "required": True}],
                }
            )
        }
    },
)


def sales(path, name, rows):
    """Load facts that say their days themselves, under a name that says none."""
    file = path / name
    file.write_text(
        "\n".join(["流水号,金额,日期", *(f"{n},{amount},{day}" for n, amount, day in rows)]) + "\n", "utf-8"
    )
    return received.load_file("dated", file, snapshot=DATED)


def test_what_a_file_takes_from_its_days_is_counted_whatever_it_is_called(golden_day, tmp_path):
    days = ("2026-03-12", "2026-03-13")
    whole = [(n, n + 1, day) for day in days for n in range(40)]
    assert sales(tmp_path, "sales.csv", whole).state == "done"
    short = sales(tmp_path, "sales (1).csv", [(1, 5, day) for day in days])
    assert (short.state, effect(short, "fewer").count, effect(short, "fewer").of) == ("waiting", 78, 80)
    one_day = sales(tmp_path, "sales (2).csv", [row for row in whole if row[2] == days[0]][:3])
    assert (one_day.state, effect(one_day, "fewer").count, effect(one_day, "fewer").of) == ("waiting", 37, 40)
    emptied = sales(tmp_path, "sales (3).csv", [(n, "", day) for n, _amount, day in whole])
    assert (emptied.state, effect(emptied, "emptied").count) == ("waiting", 80)
    assert asked("select count(*), sum(amount) from _rows", rows="test.dated") == [(80, 2 * sum(range(1, 41)))]
    assert sales(tmp_path, "sales (4).csv", [(n, n, "2026-03-16") for n in range(40)]).state == "done"


def test_a_column_that_a_new_day_of_facts_has_empty_waits(golden_day, tmp_path):
    assert sales(tmp_path, "sales (5).csv", [(n, n + 1, "2026-03-17") for n in range(40)]).state == "done"
    today = sales(tmp_path, "sales (6).csv", [(n, "", "2026-03-16") for n in range(40)])
    assert (today.state, [one.kind for one in today.effects]) == ("waiting", ["emptied"])


def test_facts_of_another_day_stand_in_no_waiting_files_way(golden_day, tmp_path, monkeypatch):
    assert flows(tmp_path, [(n, n + 7) for n in range(40)], date(2026, 2, 10)).state == "done"
    waits = flows(tmp_path, [(1, 1)], date(2026, 2, 10), "flows_20260210.csv")
    assert waits.state == "waiting"
    assert flows(tmp_path, [(n, n + 9) for n in range(40)], date(2026, 2, 11)).state == "done"
    monkeypatch.setattr("zhike.insight.warehouse.logic.sources.all_sources", lambda *_snapshot: FLOWS.of(Source))
    assert received.answers(waits.uid, principal=SYSTEM) == LoadAnswers(True, False)
    assert flows(tmp_path, [(n, n + 11) for n in range(40)], date(2026, 2, 10)).state == "done"
    assert received.answers(waits.uid, principal=SYSTEM) == LoadAnswers(True, False, "flows_20260210.csv")


def taken_back(load, monkeypatch, snapshot=FLOWS):
    monkeypatch.setattr("zhike.insight.warehouse.logic.sources.all_sources", lambda *_snapshot: snapshot.of(Source))
    received.undo(load.uid, principal=SYSTEM)
    run_all()
    return Load.objects.get(uid=load.uid).state


def test_facts_of_before_are_put_back_unless_the_day_gets_too_short(golden_day, tmp_path, monkeypatch):
    def there():
        return asked(
            "select count(*), sum(amount) from _rows where business_date = date '2026-01-13'", rows="test.flows"
        )

    day = date(2026, 1, 13)
    assert flows(tmp_path, [(n, 1) for n in range(3)], day).state == "done"
    assert flows(tmp_path, [(n, 1) for n in range(40)], day).state == "done"
    wrong = flows(tmp_path, [(n, 2) for n in range(40)], day)
    assert there() == [(40, 80)]
    # The three rows of before were replaced: they ask nobody.
    assert (taken_back(wrong, monkeypatch), there()) == ("undone", [(40, 40)])


def test_a_day_that_no_file_of_before_brings_back_is_counted(golden_day, tmp_path, monkeypatch):
    days = ("2026-01-14", "2026-01-15")
    sales(tmp_path, "sales (7).csv", [(n, n, days[0]) for n in range(40)])
    both = sales(tmp_path, "sales (8).csv", [(n, n, day) for day in days for n in range(40)])
    assert both.state == "done"
    assert taken_back(both, monkeypatch, DATED) == "done"
    waits = received.load(Load.objects.get(undoes=both.uid).uid, principal=SYSTEM)
    assert (waits.state, effect(waits, "fewer").count) == ("waiting", 40)
    received.accept(waits.uid, principal=SYSTEM)
    run_all()
    of_days = "select count(*) from _rows where business_date between date '2026-01-14' and date '2026-01-15'"
    assert (Load.objects.get(uid=both.uid).state, asked(of_days, rows="test.dated")) == ("undone", [(40,)])
