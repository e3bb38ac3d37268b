"""Two change a definition at the same moment: the second acts on what the first has made of it."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from threading import Thread

import psycopg
import pytest
from django.db import connection, transaction
from psycopg import sql

from tests.factories.waiting import until_it_waits
from zhike.cli.main import main
from zhike.kernel import clock, definition_changes, jobs, waiting_changes
from zhike.kernel.definition_changes import Edit
from zhike.kernel.definition_errors import TablesInUse
from zhike.kernel.models import Run
from zhike.platform.objects import catalogue
from zhike.platform.objects.logic import schema_changes
from zhike.platform.objects.models import PhysicalObject
from zhike.platform.packs import api as packs

BODY = {
    "kind": "result_set",
    "key": "visit",
    "labels": {"zh": "拜访结果", "en": "Visit results"},
    "results": [{"key": "met", "labels": {"zh": "已见面", "en": "Met"}, "positive": True}],
}
RENAMED = {**BODY, "labels": {"zh": "走访结果", "en": "Visit results"}}


def test_a_change_waits_for_the_one_before_it(own_database):
    faults: list[Exception] = []

    def other() -> None:
        try:
            definition_changes.change([Edit.of(RENAMED)], reason="二")
        except Exception as error:
            faults.append(error)
        finally:
            connection.close()

    second = Thread(target=other)
    with psycopg.connect(own_database, autocommit=True) as watcher:
        with transaction.atomic():
            definition_changes.change([Edit.of(BODY)], reason="一")
            second.start()
            until_it_waits(second, watcher)
        second.join()
    assert faults == []
    found = definition_changes.history("result_set", "visit")
    assert [(one.revision, one.reason, one.before, one.after) for one in found] == [
        (2, "二", BODY, RENAMED),
        (1, "一", None, BODY),
    ]


NOTED = {
    "kind": "extension",
    "key": "noted",
    "of": "party",
    "labels": {"zh": "备注名", "en": "Noted as"},
    "fields": [{"key": "noted_as", "type": "text", "labels": {"zh": "备注名", "en": "Noted as"}}],
}


@pytest.fixture
def held(own_database):
    """Somebody reads the customers in a transaction of their own; returns how to end it."""
    table = PhysicalObject.objects.get(key="party").table
    with psycopg.connect(own_database) as other:
        other.execute(sql.SQL("lock table {} in access share mode").format(sql.Identifier(table)))
        yield other.rollback


def noted():
    return "noted_as" in catalogue.describe("party").fields


def test_a_change_tries_again_while_a_table_is_read_and_is_made_once_it_is_free(held, monkeypatch):
    pauses = []

    def pause(seconds):
        pauses.append(seconds)
        held()

    monkeypatch.setattr(definition_changes.time, "sleep", pause)
    definition_changes.change([Edit.of(NOTED)], reason="备注名")
    assert len(pauses) == 1 and noted()


def test_a_change_of_a_table_that_is_never_free_is_refused_in_words(held, monkeypatch):
    pauses = []
    monkeypatch.setattr(definition_changes.time, "sleep", pauses.append)
    monkeypatch.setattr(schema_changes, "_LOCK_TIMEOUT", "10ms")
    with pytest.raises(TablesInUse):
        definition_changes.change([Edit.of(NOTED)], reason="备注名")
    assert len(pauses) > 3 and not noted()


@pytest.fixture
def never_free(held, monkeypatch):
    """The table stays in use until the returned function is called; trying takes no time."""
    monkeypatch.setattr(definition_changes.time, "sleep", lambda _seconds: None)
    monkeypatch.setattr(schema_changes, "_LOCK_TIMEOUT", "10ms")
    return held


def written(folder, body):
    file = folder / f"{body['key']}.yaml"
    file.write_text(json.dumps(body))  # which is YAML, too
    return str(file)


def taken_up(run):
    """Take a run up as a worker does; return its row."""
    jobs.execute(run=str(run.uid))
    run.refresh_from_db()
    return run


def test_a_change_of_a_table_that_is_in_use_becomes_a_run_that_makes_it(never_free, tmp_path, capsys):
    assert main(["definition", "change", written(tmp_path, NOTED), "--reason", "备注名"]) == 3
    run = Run.objects.get(kind=waiting_changes.KIND)
    assert str(run.uid) in capsys.readouterr().out and not noted()

    with clock.travel(run.created_at + timedelta(minutes=12)):
        assert taken_up(run).state == Run.State.WAITING and not noted()
    assert "已等待 12 分钟" in run.step and "12 min" in run.step_en
    assert jobs.under_way(run) and jobs.mend() == 0  # it has a place in the queue

    never_free()
    assert taken_up(run).state == Run.State.DONE and noted()
    assert run.result == {"changes": ["create extension noted"]}
    assert definition_changes.history("extension", "noted")[0].reason == "备注名"


def test_a_run_changes_nothing_that_somebody_else_has_changed_while_it_waited(never_free, tmp_path):
    assert main(["definition", "change", written(tmp_path, NOTED), "--reason", "备注名"]) == 3
    never_free()
    other = {**NOTED, "labels": {"zh": "另一个", "en": "Another"}}
    definition_changes.change([Edit.of(other)], reason="先改")
    run = taken_up(Run.objects.get(kind=waiting_changes.KIND))
    assert (run.state, run.error["code"]) == (Run.State.FAILED, "definition.changed_meanwhile")
    assert definition_changes.export("extension", "noted") == other


def test_a_run_that_waits_can_be_cancelled_and_one_that_waited_for_a_day_ends(never_free, tmp_path):
    for body in (NOTED, {**NOTED, "key": "noted_too"}):
        assert main(["definition", "change", written(tmp_path, body), "--reason", "备注名"]) == 3
    first, second = Run.objects.filter(kind=waiting_changes.KIND).order_by("pk")
    jobs.request_cancel(taken_up(first).uid)
    assert taken_up(first).state == Run.State.CANCELLED
    with clock.travel(second.created_at + timedelta(days=1)):
        ended = taken_up(second)
    assert (ended.state, ended.error["code"]) == (Run.State.FAILED, "definition.tables_in_use")


def test_a_run_that_a_worker_died_of_finds_what_it_made(never_free, tmp_path):
    assert main(["definition", "change", written(tmp_path, NOTED), "--reason", "备注名"]) == 3
    never_free()
    run = Run.objects.get(kind=waiting_changes.KIND)
    assert taken_up(run).state == Run.State.DONE
    Run.objects.filter(pk=run.pk).update(state=Run.State.INTERRUPTED)
    assert taken_up(run).state == Run.State.DONE and run.result == {"changes": []}
    assert len(definition_changes.history("extension", "noted")) == 1


def in_use(*_given, **_named):
    raise TablesInUse()


def test_undoing_and_applying_packs_become_runs_too(own_database, never_free, tmp_path, monkeypatch):
    never_free()
    definition_changes.change([Edit.of(NOTED)], reason="备注名")
    number = definition_changes.history("extension", "noted")[0].change
    table = PhysicalObject.objects.get(key="party").table
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "pack.yaml").write_text(
        "name: own\nversion: 0.1.0\nrequires: [securities]\nlabels: {zh: 自有, en: Own}\n"
    )
    written(tmp_path / "own", {**NOTED, "key": "noted_too", "fields": [{**NOTED["fields"][0], "key": "too"}]})
    with psycopg.connect(own_database) as other:
        other.execute(sql.SQL("lock table {} in access share mode").format(sql.Identifier(table)))
        assert main(["pack", "apply", "packs", str(tmp_path)]) == 3
    with monkeypatch.context() as patched:  # what is hidden needs no table; what comes back as unique would
        patched.setattr(definition_changes, "undo", in_use)
        assert main(["definition", "undo", str(number), "--yes"]) == 3
    apply, undo = Run.objects.filter(kind=waiting_changes.KIND).order_by("pk")
    assert taken_up(undo).state == taken_up(apply).state == Run.State.DONE
    assert not noted() and "too" in catalogue.describe("party").fields


def test_applying_packs_tries_again_too(held, monkeypatch, tmp_path):
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "pack.yaml").write_text(
        "name: own\nversion: 0.1.0\nrequires: [securities]\nlabels: {zh: 自有, en: Own}\n"
    )
    (tmp_path / "own" / "noted.yaml").write_text(json.dumps(NOTED))  # which is YAML, too
    monkeypatch.setattr(definition_changes.time, "sleep", lambda _seconds: held())
    packs.apply([Path("packs"), tmp_path])
    assert noted()
