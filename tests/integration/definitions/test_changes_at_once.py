"""Two change a definition at the same moment: the second acts on what the first has made of it."""

from __future__ import annotations

import json
from pathlib import Path
from threading import Thread

import psycopg
import pytest
from django.db import connection, transaction
from psycopg import sql

from tests.factories.waiting import until_it_waits
from zhike.kernel import definition_changes
from zhike.kernel.definition_changes import Edit
from zhike.kernel.definition_errors import TablesInUse
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


def test_applying_packs_tries_again_too(held, monkeypatch, tmp_path):
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "pack.yaml").write_text(
        "name: own\nversion: 0.1.0\nrequires: [securities]\nlabels: {zh: 自有, en: Own}\n"
    )
    (tmp_path / "own" / "noted.yaml").write_text(json.dumps(NOTED))  # which is YAML, too
    monkeypatch.setattr(definition_changes.time, "sleep", lambda _seconds: held())
    packs.apply([Path("packs"), tmp_path])
    assert noted()
