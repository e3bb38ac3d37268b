"""The commands of a working installation: stage, audiences, records, erasing, doctor."""

from __future__ import annotations

import argparse
import os
from datetime import timedelta
from types import SimpleNamespace

import pytest

from tests.factories import golden
from tests.factories.records import SYSTEM, UNITS
from tests.integration.insight.commands import run
from tests.integration.insight.test_golden_day import _condition
from zhike.cli import doctor, main
from zhike.insight.audiences import api as audiences
from zhike.insight.warehouse import api as warehouse
from zhike.kernel import clock
from zhike.kernel.ids import uuid7
from zhike.kernel.models import Run, StoredDefinition
from zhike.platform.audit import api as audit
from zhike.platform.objects import api as objects
from zhike.platform.objects.types import RecordQuery
from zhike.platform.organization import api as organization

MORNING = clock.at(golden.inputs()["business_date"] + timedelta(days=1), 9, 30)


@pytest.fixture
def zhike(golden_day, capsys):
    """Run a command on the morning after the golden day."""

    def command(*arguments):  # type: ignore[no-untyped-def]
        with clock.travel(MORNING):
            return run(capsys, *arguments)

    return command


@pytest.fixture(scope="module")
def wealthy(golden_day):
    """An audience whose members are known: counter customers 1, 3 and 10."""
    return audiences.create(name="高净值", condition=_condition("wealthy"), principal=SYSTEM)


def party(number: str):
    return objects.page(RecordQuery("party", text=number), principal=SYSTEM).rows[0]


def test_the_stage_runs_a_day_again(zhike, golden_day):
    code, shown, error = zhike("stage", "run", golden_day)

    assert (code, error, shown["state"]) == (0, None, "done")
    days = ["2026-03-17"]
    assert shown["result"] == {"days": days, "restated": days, "business_date": "2026-03-17", "findings": []}
    assert Run.objects.get(uid=shown["run"]).actor.startswith("system:")


@pytest.mark.parametrize(
    ("day", "code"), [("2026-02-18", "stage.not_a_trading_day"), ("2026-03-18", "stage.day_missing")]
)
def test_a_day_that_cannot_be_computed_is_refused_with_a_code(zhike, day, code):
    before = warehouse.published().id

    assert [zhike("stage", "run", day)[index] for index in (0, 1)] == [1, None]
    assert zhike("stage", "run", day)[2]["code"] == code
    assert warehouse.published().id == before


def test_an_audience_is_counted_by_name_and_by_uid(zhike, wealthy):
    expected = (0, {"count": golden.expected()["audiences"]["wealthy"], "business_date": "2026-03-17"}, None)

    assert zhike("audience", "count", "高净值") == expected
    assert zhike("audience", "count", wealthy.uid) == expected
    code, shown, error = zhike("audience", "count", "无此客群")
    assert (code, shown, error["code"]) == (1, None, "not_found")


def test_a_snapshot_freezes_the_audience(zhike, wealthy):
    code, shown, _error = zhike("audience", "snapshot", "高净值")

    assert (code, shown["count"], shown["business_date"]) == (0, 3, "2026-03-17")
    assert [str(taken.uid) for taken in audiences.snapshots(wealthy.uid, principal=SYSTEM)] == [shown["uid"]]


@pytest.mark.parametrize(("number", "member"), [("000000003", True), ("000000002", False)])
def test_why_somebody_is_in_an_audience_or_not(zhike, wealthy, number, member):
    code, shown, error = zhike("audience", "explain", "高净值", number)

    assert (code, error, shown["member"], shown["tree"]["result"]) == (0, None, member, member)


def test_records_are_counted_and_listed_by_an_expression(zhike):
    assert zhike("records", "party", "--where", "risk_level = 'C4'", "--count") == (
        0,
        {"object": "party", "count": 2},
        None,
    )
    rows = zhike("records", "party", "--where", "status = 'dormant'")[1]["rows"]
    assert [(row["display"], row["customer_no"]) for row in rows] == [("刘*", "0000****0006")]


def test_erasing_says_what_would_go_and_wants_consent(zhike, capsys):
    found = party("000000012")

    code, shown, error = zhike("erase", "party", found.uid, "--reason", "客户申请")
    assert (code, shown, error["code"]) == (1, None, "cli.consent_needed")
    assert {"name", "mobile", "remark"} <= set(error["facts"]["fields"])
    assert party("000000012").display == "吴*"

    code, shown, error = zhike("erase", "party", found.uid, "--reason", "客户申请", "--yes")
    assert (code, error, shown["uid"], shown["again"]) == (0, None, str(found.uid), False)
    assert objects.page(RecordQuery("party", text="000000012"), principal=SYSTEM).rows == []
    line = audit.history(subject="party", subject_id=found.id)[0]
    assert (line.operation, line.reason) == ("erase", "客户申请")
    assert main.main(["erase", "party", str(found.uid), "--reason", "客户申请", "--yes"]) == 0
    assert capsys.readouterr().out.startswith(f"{found.uid} 已清除（{clock.local(MORNING):%Y-%m-%d} 09:30），")


def test_a_user_gets_a_new_password(zhike):
    organization.upsert_units(UNITS)
    zhike("user", "add", "E7001", "林晓岚", "--role", "operator", "--unit", "HQ")

    code, shown, error = zhike("user", "password", "E7001")

    assert (code, error, shown["employee_no"], len(shown["password"])) == (0, None, "E7001", 14)
    assert zhike("user", "password", "E0000")[2]["code"] == "not_found"


@pytest.fixture
def healthy(monkeypatch, settings, tmp_path):
    """An installation doctor has nothing to say about."""
    (tmp_path / "index.html").write_text("")
    settings.PAGES = tmp_path
    monkeypatch.setenv("ZHIKE_HOME", str(tmp_path))
    monkeypatch.setattr(doctor.shutil, "disk_usage", lambda _path: SimpleNamespace(free=9 << 30))


def findings(zhike):
    code, found, error = zhike("doctor")
    assert (code, error) == (1 if found else 0, None)
    assert all(finding["found"] and finding["remedy"] for finding in found)
    return {finding["what"]: (finding["found"], finding["remedy"]) for finding in found}


def test_doctor_finds_nothing_on_a_healthy_installation(zhike, healthy):
    assert findings(zhike) == {}


def test_doctor_says_what_to_do_about_disk_home_and_pages(zhike, healthy, monkeypatch, settings, tmp_path):
    monkeypatch.setattr(doctor.shutil, "disk_usage", lambda _path: SimpleNamespace(free=1 << 30))
    monkeypatch.setattr(doctor.os, "access", lambda _path, mode: mode != os.W_OK)
    settings.PAGES = tmp_path / "none"

    assert findings(zhike) == {
        "disk": ("1 GiB free", "free at least 5 GiB or move ZHIKE_HOME"),
        "home": (f"{tmp_path} is not writable", "choose another ZHIKE_HOME"),
        "pages": (f"none in {tmp_path / 'none'}", "make web"),
    }


def test_doctor_says_what_to_do_about_packs_runs_and_a_database_that_is_away(zhike, healthy, monkeypatch):
    from zhike.kernel import definitions

    stuck = Run.objects.create(
        uid=uuid7(),
        kind="stage",
        title="",
        actor="system",
        state=Run.State.RUNNING,
        created_at=MORNING,
        started_at=MORNING - timedelta(hours=7),
    )
    with monkeypatch.context() as nothing:
        nothing.setattr(definitions, "snapshot", lambda: definitions.Snapshot(0, {}))
        nothing.setattr(doctor, "stale_sources", list)
        assert findings(zhike) == {
            "packs": ("none applied", "zhike pack apply"),
            "runs": ("1 running for over 6 hours", "look at the load page; restart the worker"),
        }
    stuck.delete()

    def away():  # type: ignore[no-untyped-def]
        raise ConnectionRefusedError("connection refused")

    monkeypatch.setattr(doctor, "opened", away)
    assert findings(zhike) == {"database": ("connection refused", "check DATABASE_URL")}


def test_doctor_names_packs_that_ship_otherwise_than_they_were_applied(zhike, healthy):
    tag = StoredDefinition.objects.get(kind="tag", key="value_tier")
    digest, tag.digest = tag.digest, "of before"
    tag.save()
    try:
        said = "securities differ from what is applied"
        assert findings(zhike) == {"packs": (said, "zhike pack plan, then zhike pack apply")}
    finally:
        tag.digest = digest
        tag.save()


def test_doctor_names_a_source_that_stays_away_and_whom_to_ask(golden_day, healthy, capsys):
    with clock.travel(MORNING + timedelta(days=1)):
        found = {entry["what"]: entry for entry in run(capsys, "doctor")[1]}

    assert len(found) == 4
    assert found["source counter_trade"] == {
        "what": "source counter_trade",
        "found": "the newest file of source 'counter_trade' is of 2026-03-17; it should not be older than 2026-03-18",
        "remedy": "ask 清算部 for the file, then load it (loads page or `zhike load`)",
    }


def test_every_command_takes_json_before_and_after_its_name():
    def leaves(parser, trail=()):  # type: ignore[no-untyped-def]
        actions = [a for a in parser._actions if isinstance(a, argparse._SubParsersAction)]
        if not actions or parser.get_default("command"):
            yield trail, parser
        for action in actions:
            for name, below in action.choices.items():
                yield from leaves(below, (*trail, name))

    found = dict(leaves(main._parser()))
    without = [trail for trail, parser in found.items() if "--json" not in parser._option_string_actions]
    assert len(found) >= 18
    assert without == []
    assert main._parser().parse_args(["--json", "pack", "plan"]).json
    assert main._parser().parse_args(["pack", "plan", "--json"]).json
