"""Sums that took long are kept, and never older than the rows that they are made of."""

from __future__ import annotations

import pytest

from tests.factories.records import PEOPLE, SYSTEM, build_firm, customer
from zhike.platform.objects import api as objects
from zhike.platform.objects.logic import questions, statements
from zhike.platform.objects.types import RecordQuery
from zhike.platform.organization import people
from zhike.platform.permissions import api as permissions

pytestmark = pytest.mark.django_db


@pytest.fixture
def read(monkeypatch):
    """The statements that are read, where each one counts as one that takes long."""
    build_firm()
    found: list[str] = []
    rows = statements.rows

    def noted(sql, values, **more):
        found.append(sql)
        return rows(sql, values, **more)

    monkeypatch.setattr(questions, "_LONG", -1)
    monkeypatch.setattr(statements, "rows", noted)
    return found


def by_branch(principal=SYSTEM):
    return sorted(
        count
        for _branch, count, _sums in objects.summarize(RecordQuery("party"), principal=principal, group_by="branch")
    )


def test_what_took_long_is_read_once_until_a_record_changes(read):
    customer("甲")
    assert (by_branch(), by_branch()) == ([1], [1])
    assert len(read) == 1
    customer("乙", branch="B2")
    assert by_branch() == [1, 1] and len(read) == 2


def test_what_is_kept_of_one_viewer_answers_nobody_else(read):
    for name, manager in (("甲", "E1001"), ("乙", "E1001"), ("丙", "E1002")):
        customer(name, manager=manager)
    managers = [permissions.principal_of_user(people.user_id(number) or 0) for number, *_post in PEOPLE[:2]]
    assert [by_branch(one) for one in (*managers, *managers)] == [[2], [1], [2], [1]]
    assert len(read) == 2
