"""Few rows are guarded, too: not by a twentieth of them, which is nobody, but by half."""

from __future__ import annotations

from datetime import date

import pytest

from tests.factories import golden
from tests.factories.lake import asked
from tests.factories.records import SYSTEM
from zhike.insight.identity import api as identity
from zhike.insight.warehouse import received
from zhike.insight.warehouse.logic import effects
from zhike.insight.warehouse.types import Effect, Source, SourceChecks
from zhike.kernel.definition_parts import Labels
from zhike.kernel.definitions import Snapshot
from zhike.platform.objects import api as objects
from zhike.platform.objects.types import RecordQuery
from zhike.platform.organization import api as organization

LABELS = Labels("员工", "Employees")


def later(golden_files, folder, source, day, change):
    """Load a golden file again as that of a later day of March, its lines changed."""
    [path] = golden_files.glob(f"{source}_2026*")
    head, *rows = path.read_text(encoding="gb18030").splitlines()
    changed = folder / f"{source}_202603{day}.csv"
    changed.write_text("\n".join([head, *change(rows)]) + "\n", encoding="gb18030")
    return received.load_file(source, changed)


def told(result, kind, about):
    return next(one for one in result.effects if (one.kind, one.about.zh) == (kind, about))


@pytest.mark.parametrize(
    ("count", "of", "of_few", "waits"),
    [
        (5, 7, 0.5, True),
        (3, 7, 0.5, False),
        (19, 30, 0.5, True),
        (1, 30, 0.5, False),
        (1, 1, 0.5, False),
        (2, 2, 0.5, True),
        (2, 7, 0.2, True),
        (1, 4, 0, True),
        (5, 7, None, False),
        (5, 7, 1, False),
        (30, 1_000, 0, False),
    ],
)
def test_few_wait_from_their_share_on_and_one_alone_only_where_nobody_may(count, of, of_few, waits):
    assert Effect("leave", LABELS, count, of, 0.05, of_few).waits is waits
    [kept] = effects.from_json(effects.as_json([Effect("leave", LABELS, count, of, 0.05, of_few)]))
    assert kept.waits is waits


def test_what_may_come_of_few_is_said_by_the_source_and_growth_is_never_asked_about():
    assert [effects.allowed_of_few(source(), kind) for kind in ("leave", "change", "create", "uniform", "fewer")] == [
        0.5,
        0.5,
        None,
        None,
        None,
    ]
    given = SourceChecks.model_validate({"effects_of_few": {"leave": 0.2}, "source": "test"})
    assert effects.allowed_of_few(source(checks=given), "leave") == 0.2


def source(**changes):
    body = {
        "kind": "source",
        "key": "staff",
        "labels": LABELS,
        "system": "test",
        "dataset": "test.staff",
        "grain": "master",
        "file": "staff_{business_date:%Y%m%d}.csv",
        "keys": ["no"],
        "columns": [
            {"key": "no", "from": "no", "type": "text", "required": True},
            {"key": "name", "from": "name", "type": "text"},
        ],
    }
    return Source.model_validate(body).model_copy(update=changes)


def staff(folder, day, rows, **changes):
    path = folder / f"staff_202603{day}.csv"
    path.write_text("\n".join(["no,name", *(f"{no},{name}" for no, name in rows)]) + "\n", encoding="utf-8")
    return received.load_file("staff", path, snapshot=Snapshot(-1, {"source": {"staff": source(**changes)}}))


def test_seven_do_not_become_two_unasked_nor_others_and_one_may_go_or_change(golden_day, tmp_path):
    seven = [(f"E{n}", f"甲{n}") for n in range(7)]
    assert staff(tmp_path, "10", seven).state == "done"
    short = staff(tmp_path, "11", seven[:2])
    assert (short.state, told(short, "leave", "员工").count, told(short, "leave", "员工").of) == ("waiting", 5, 7)
    assert staff(tmp_path, "11", [(f"F{n}", "乙") for n in range(7)]).state == "waiting"
    assert staff(tmp_path, "11", [(no, "") for no, _name in seven]).state == "waiting"
    assert asked("select count(*), count(name) from _rows", rows="test.staff") == [(7, 7)]
    assert staff(tmp_path, "12", seven[1:]).state == "done"
    assert staff(tmp_path, "13", [*seven[1:], *((f"N{n}", f"丙{n}") for n in range(12))]).state == "done"
    few = SourceChecks.model_validate({"effects_of_few": {"leave": 1}, "source": "test"})
    assert staff(tmp_path, "14", seven[1:3], checks=few).state == "done"


def test_employees_of_a_small_firm_do_not_vanish_unasked(golden_day, golden_files, tmp_path):
    short = later(golden_files, tmp_path, "counter_employee", 18, lambda rows: rows[:1])
    assert (short.state, told(short, "leave", "柜台员工").count) == ("waiting", len(golden.inputs()["employees"]) - 1)


def test_a_branch_that_goes_or_becomes_another_is_told_by_its_name_and_asked_about(golden_day, golden_files, tmp_path):
    short = later(golden_files, tmp_path, "counter_branch", 18, lambda rows: [row for row in rows if "B002" not in row])
    gone = organization.unit_by_code("B002").id
    assert short.state == "waiting"
    assert (told(short, "leave", "机构").count, told(short, "leave", "机构").units) == (1, {gone: 1})
    renamed = later(
        golden_files,
        tmp_path,
        "counter_branch",
        19,
        lambda rows: [row.replace("云岭人民路", "云岭解放路") for row in rows],
    )
    assert (renamed.state, told(renamed, "change", "机构").units) == ("waiting", {gone: 1})
    assert {one.kind for one in renamed.effects if one.about.zh == "机构"} == {"change"}
    moved = later(
        golden_files,
        tmp_path,
        "counter_branch",
        20,
        lambda rows: [row.replace("R01", "HQ") if "B002" in row else row for row in rows],
    )
    assert (moved.state, told(moved, "change", "机构").units) == ("waiting", {gone: 1})


def parties():
    return len(objects.page(RecordQuery("party", limit=200), principal=SYSTEM).rows)


def test_rows_that_name_nobody_known_are_told_as_the_most_that_can_be_new(golden_day, golden_files, tmp_path):
    before = parties()
    known, stranger = golden.inputs()["customers"][0], "U99002,10199990002,某某甲,,,20260301"
    row = f"U99001,{known[4]},{known[2]},{known[3]},,20260301"
    result = later(golden_files, tmp_path, "app_user", 18, lambda rows: [*rows, row, stranger])
    created = next(one for one in result.effects if (one.kind, one.object) == ("create", "party"))
    assert (result.state, created.count, created.at_most) == ("done", 2, True)
    identity.run(business_date=date(2026, 3, 18))
    assert parties() == before + 1
