"""Who is in somebody's scope is kept as a bitmap as long as it is true, and not a moment longer."""

from __future__ import annotations

from datetime import timedelta

import psycopg
import pytest
from django.db import connection, transaction

from tests.factories.records import SYSTEM, build_firm, cover, customer, unit_uid
from tests.factories.waiting import waiting_for_nobody
from zhike.kernel import clock, definitions
from zhike.platform.exchange import api as exchange
from zhike.platform.exchange.types import LoadColumn
from zhike.platform.objects import api as objects
from zhike.platform.objects import bulk, catalogue
from zhike.platform.objects.logic import scopes
from zhike.platform.objects.types import RecordQuery
from zhike.platform.records import api as records


@pytest.fixture
def firm(db):
    return build_firm()


@pytest.fixture
def parties(firm):
    return [customer(f"客户{number}") for number in range(3)]


@pytest.fixture
def made(monkeypatch):
    """How often a bitmap is made of rows."""
    found, read = [], scopes._read

    def noted(*given):
        found.append(given)
        return read(*given)

    monkeypatch.setattr(scopes, "_read", noted)
    return found


def seen(principal):
    """Who is in the scope by the bitmap, which says what a list says."""
    found = set(bulk.scope("party", principal=principal))
    assert found == {row.id for row in objects.page(RecordQuery("party"), principal=principal).rows}
    return found


def end(party, number):
    condition = {"op": "=", "left": {"field": "employee_no"}, "right": {"value": number, "type": "text"}}
    rows = objects.page(RecordQuery("coverage", condition=condition), principal=SYSTEM).rows
    row = next(row for row in rows if row.values["party"]["uid"] == str(party.uid))
    objects.update(
        "coverage", row.uid, {"valid_to": clock.today().isoformat()}, revision=row.revision, principal=SYSTEM
    )


def test_it_is_made_once_for_each_scope(firm, parties, made):
    for _time in range(3):
        assert len(seen(firm.manager)) == 3
        assert len(seen(firm.branch_head)) == 3
        assert seen(firm.other_manager) == set()
        assert bulk.scope("party", principal=firm.operator) is None
    assert len(made) == 3


def test_a_handover_is_true_at_once(firm, parties):
    everybody = {party.id for party in parties}
    assert seen(firm.manager) == everybody
    end(parties[0], "E1001")
    cover(parties[0], "E1002", clock.today())
    assert seen(firm.manager) == everybody - {parties[0].id}
    assert seen(firm.other_manager) == {parties[0].id}


def test_whatever_changes_rows_is_true_at_once(firm, parties):
    first, second, third = parties
    assert len(seen(firm.branch_head)) == 3
    objects.update("party", first.uid, {"branch": unit_uid("B2")}, revision=first.revision, principal=SYSTEM)
    assert seen(firm.branch_head) == {second.id, third.id}
    objects.delete("party", second.uid, revision=second.revision, principal=SYSTEM)
    assert seen(firm.branch_head) == {third.id}
    records.erase("party", third.uid, reason="客户要求", principal=SYSTEM)
    assert seen(firm.branch_head) == set()
    exchange.load("party", columns=[LoadColumn("name"), LoadColumn("branch")], rows=[(None, "counter:9", "新来", "B1")])
    assert len(seen(firm.branch_head)) == 1
    with connection.cursor() as cursor:  # by hand, as nobody should
        cursor.execute(f"update {catalogue.describe('party').table} set deleted_at = now()")
    assert seen(firm.branch_head) == set()


def test_what_is_taken_back_was_never_true(firm, parties):
    everybody = seen(firm.manager)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        end(parties[0], "E1001")
        assert seen(firm.manager) == everybody - {parties[0].id}
        raise ZeroDivisionError
    definitions.forget()
    assert seen(firm.manager) == everybody
    end(parties[1], "E1001")
    assert seen(firm.manager) == everybody - {parties[1].id}


def test_the_next_day_is_another_scope(firm, parties):
    assert len(seen(firm.manager)) == 3
    objects.create(
        "coverage",
        {"party": str(customer("明日", manager="").uid), "employee_no": "E1001", "valid_from": (clock.today() + timedelta(days=1)).isoformat()},
        principal=SYSTEM,
    )  # fmt: skip
    assert len(seen(firm.manager)) == 3
    with pytest.MonkeyPatch.context() as patched:
        tomorrow = clock.today() + timedelta(days=1)
        patched.setattr(clock, "today", lambda: tomorrow)
        assert len(seen(firm.manager)) == 4


def test_no_more_than_the_last_are_kept_and_each_asker_has_its_own(firm, parties):
    found = bulk.scope("party", principal=firm.manager)
    found.clear()
    with definitions.pinned():
        assert len(bulk.scope("party", principal=firm.manager)) == 3
        kept = definitions.derive("objects.scopes", lambda _all: None)
        kept.limit = 1
        bulk.scope("party", principal=firm.branch_head)
        assert len(kept) == 1


@pytest.mark.parametrize("ended", ["commit", "rollback"])
def test_who_writes_waits_for_nobody_and_each_change_is_another_state(own_database, ended):
    firm = build_firm()
    mine, theirs = customer("甲"), customer("乙")
    table, everybody = catalogue.describe("party").table, seen(firm.manager)
    with psycopg.connect(own_database) as other:
        other.execute(f"update {table} set deleted_at = now() where id = %s", [theirs.id])
        with waiting_for_nobody():
            objects.update("party", mine.uid, {"branch": unit_uid("B2")}, revision=mine.revision, principal=SYSTEM)
        assert seen(firm.manager) == everybody
        getattr(other, ended)()
    assert seen(firm.manager) == (everybody if ended == "rollback" else {mine.id})
