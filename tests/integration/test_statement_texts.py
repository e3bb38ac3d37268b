"""The text of a statement is made once for a shape of question; whatever the asker's values are, they are bound anew."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import connection

from tests.factories.records import build_firm, customer
from zhike.kernel import definitions
from zhike.platform.objects import api as objects
from zhike.platform.objects import bulk
from zhike.platform.objects.logic import statements
from zhike.platform.objects.types import RecordQuery, pointing_at
from zhike.platform.records import api as records

pytestmark = pytest.mark.django_db
#: Of the customers by id: managers see names masked.
NAMES: dict[int, str] = {}


@pytest.fixture
def firm():
    found = build_firm()
    for number in range(3):
        for name, branch, manager in ((f"甲{number}", "B1", "E1001"), (f"乙{number}", "B2", "E1002")):
            NAMES[customer(name, branch=branch, manager=manager).id] = name
    return found


@pytest.fixture
def built(monkeypatch):
    """The texts that are made from now on."""
    made, of = [], statements.Statement.of

    def noted(select, values):
        found = of(select, values)
        made.append(found.sql)
        return found

    monkeypatch.setattr(statements.Statement, "of", noted)
    return made


def sent(ask):
    """The texts over records that `ask` sends, and what it returns."""
    texts = []

    def note(execute, sql, *given):
        if " AS t" in str(sql):  # as every statement calls its records
            texts.append(sql)
        return execute(sql, *given)

    with definitions.pinned(), connection.execute_wrapper(note):
        found = ask()
    return texts, found


def over(number, text):
    """A condition with a value of its own at every depth: over a relation, a reference, the record itself."""
    served = {"op": "=", "left": {"field": "employee_no"}, "right": {"value": number, "type": "text"}}
    named = {"op": "!=", "left": {"field": "status"}, "right": {"value": text, "type": "text"}}
    branch = {
        "op": "in",
        "left": {"field": "branch"},
        "right": [{"value": "B1", "type": "text"}, {"value": "B2", "type": "text"}],
    }
    return {"and": [{"aggregate": "exists", "over": "coverages", "where": served}, {"or": [named, branch]}]}  # fmt: skip


def questions(principal, number, text):
    """Everything that is asked with values of one's own."""
    query = RecordQuery("party", refinement="mine", condition=over(number, text), columns=("name", "branch"), limit=2)
    first = objects.page(query, principal=principal)
    rows = objects.page(replace(query, limit=1), principal=principal)
    after = objects.page(replace(query, cursor=rows.next_cursor or "", limit=2), principal=principal)
    party = first.rows[0].id
    return [
        [NAMES[row.id] for row in first.rows],
        [NAMES[row.id] for row in after.rows],
        objects.count(query, principal=principal).count,
        objects.summarize(query, principal=principal, group_by="status"),
        [NAMES[row.id] for row in objects.page(RecordQuery("party", text="甲1" if number == "E1001" else "乙1"), principal=principal).rows],
        len(objects.related_page("coverage", "party", party, principal=principal).rows),
        objects.count(RecordQuery("coverage", condition=pointing_at("party", party)), principal=principal).count,
        len(bulk.scope("party", principal=principal) or ()),
        bulk.serving_employees([party]),
        list(objects.records_by_id("party", [party], principal=principal).values())[0].display,
        records.get("party", first.rows[0].uid, principal=principal).display,
    ]  # fmt: skip


def test_other_values_and_other_people_are_the_same_texts_built_once(firm, built):
    with definitions.pinned():
        first, mine = sent(lambda: questions(firm.manager, "E1001", "dormant"))
        made = len(built)
        second, theirs = sent(lambda: questions(firm.other_manager, "E1002", "closed"))
    assert first == second
    assert len(built) == made
    assert mine[0] == ["甲2", "甲1"] and theirs[0] == ["乙2", "乙1"]
    assert mine[1] == ["甲1", "甲0"] and theirs[1] == ["乙1", "乙0"]
    assert mine[2] == theirs[2] == 3 and mine[4] == ["甲1"] and theirs[4] == ["乙1"]
    assert mine[7] == theirs[7] == 3 and set(*mine[8].values()) == {"E1001"}


def test_what_was_chosen_or_searched_for_is_another_shape_than_everything(firm):
    query = RecordQuery("party", columns=("name",))
    with definitions.pinned():
        rows = objects.page(query, principal=firm.operator).rows
        assert sorted(NAMES[row.id] for row in rows) == ["乙0", "乙1", "乙2", "甲0", "甲1", "甲2"]
        for narrower, expected in (
            (replace(query, uids=(rows[2].uid,)), {rows[2].id}),
            (replace(query, uids=()), set()),
            (replace(query, text="甲1"), {row.id for row in rows if NAMES[row.id] == "甲1"}),
        ):
            for _again in range(2):
                assert {row.id for row in objects.page(narrower, principal=firm.operator).rows} == expected
                assert objects.count(narrower, principal=firm.operator).count == len(expected)
                assert objects.count(query, principal=firm.operator).count == 6


def test_a_new_version_of_the_definitions_makes_new_texts(firm, built):
    query = RecordQuery("party", columns=("name",))
    objects.page(query, principal=firm.manager)
    made = len(built)
    objects.page(query, principal=firm.manager)
    assert len(built) == made
    definitions.renew()
    objects.page(query, principal=firm.manager)
    assert len(built) > made


def test_no_more_than_the_last_shapes_are_kept(firm, built):
    fields = ("name", "customer_no", "status", "risk_level", "branch")
    with definitions.pinned():
        kept = definitions.derive("objects.statements", lambda _all: None)
        kept.limit = 3
        for key in fields:
            objects.page(RecordQuery("party", columns=(key,), sort=(("id", "asc"),)), principal=firm.operator)
        assert len(kept) == 3
        made = len(built)
        objects.page(RecordQuery("party", columns=("branch",), sort=(("id", "asc"),)), principal=firm.operator)
        assert len(built) == made
        objects.page(RecordQuery("party", columns=("name",), sort=(("id", "asc"),)), principal=firm.operator)
        assert len(built) > made
