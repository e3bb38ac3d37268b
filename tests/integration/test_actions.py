"""Actions: by name, with typed parameters, for whoever may; once where they are asked for with a key."""

from __future__ import annotations

from threading import Thread

import psycopg
import pytest
from django.db import connection, transaction

from tests.factories.records import SYSTEM
from tests.factories.waiting import until_it_waits
from zhike.kernel import actions
from zhike.kernel.actions import Action, UnknownAction
from zhike.kernel.definition_parts import Labels, Part
from zhike.kernel.errors import Invalid, Refused
from zhike.kernel.models import DoneAction
from zhike.platform.permissions.types import Principal

NOBODY = Principal(kind="staff", name="x", employee_no="E1")


class Brew(Part):
    tea: str
    cups: int = 1


@pytest.fixture
def brewed(db, monkeypatch):
    """The tea that was made by the action "tea.brew"; it fails at "bad"."""
    found = []

    def brew(order, asker):
        found.append((order.tea, order.cups, asker.actor))
        if order.tea == "bad":
            raise ValueError("no tea")
        return {"cups": order.cups}

    action = Action("tea.brew", Labels("泡茶", "Brew"), Brew, lambda order: f"{order.tea}.brew", brew)
    monkeypatch.setitem(actions._actions, "tea.brew", action)
    return found


def test_parameters_are_those_of_the_action(brewed):
    assert actions.run("tea.brew", {"tea": "oolong", "cups": 2}, asker=SYSTEM) == {"cups": 2}

    with pytest.raises(Invalid) as refused:
        actions.run("tea.brew", {"cups": "many", "milk": 1}, asker=SYSTEM)
    assert {finding["field"]: finding["code"] for finding in refused.value.findings} == {
        "tea": "definition.missing_key",
        "cups": "definition.wrong_type",
        "milk": "definition.unknown_key",
    }
    with pytest.raises(UnknownAction, match=r"no action 'tea.drink'. There are: .*tea.brew"):
        actions.run("tea.drink", {}, asker=SYSTEM)
    assert brewed == [("oolong", 2, "system:test")]


def test_whoever_lacks_the_operation_is_refused_before_anything_is_done(brewed):
    with pytest.raises(Refused) as refused:
        actions.run("tea.brew", {"tea": "oolong"}, asker=NOBODY, once="k")

    assert refused.value.facts == {"operation": "oolong.brew"}
    assert (brewed, DoneAction.objects.count()) == ([], 0)


def test_with_a_key_it_is_done_once_and_answers_the_same(brewed):
    for _again in range(2):
        assert actions.run("tea.brew", {"tea": "oolong", "cups": 3}, asker=SYSTEM, once="k") == {"cups": 3}
    actions.run("tea.brew", {"tea": "oolong"}, asker=SYSTEM, once="other")

    assert [cups for _tea, cups, _who in brewed] == [3, 1]


def test_one_that_failed_left_nothing_and_may_be_asked_for_again(brewed):
    with pytest.raises(ValueError, match="no tea"), transaction.atomic():
        actions.run("tea.brew", {"tea": "bad"}, asker=SYSTEM, once="k")
    assert DoneAction.objects.count() == 0

    assert actions.run("tea.brew", {"tea": "green"}, asker=SYSTEM, once="k") == {"cups": 1}


def test_two_at_the_same_moment_do_it_once(own_database, monkeypatch):
    done, answers = [], []

    def ask():
        try:
            answers.append(actions.run("tea.brew", {"tea": "oolong"}, asker=SYSTEM, once="k"))
        finally:
            connection.close()

    second = Thread(target=ask)
    with psycopg.connect(own_database, autocommit=True) as watcher:

        def brew(order, _asker):
            done.append(order.tea)
            if len(done) == 1:  # the first holds the key and has not committed
                second.start()
                until_it_waits(second, watcher)
            return {"n": len(done)}

        action = Action("tea.brew", Labels("泡茶", "Brew"), Brew, lambda _order: "tea.brew", brew)
        monkeypatch.setitem(actions._actions, "tea.brew", action)
        answers.append(actions.run("tea.brew", {"tea": "oolong"}, asker=SYSTEM, once="k"))
        second.join()

    assert (done, answers) == (["oolong"], [{"n": 1}, {"n": 1}])
