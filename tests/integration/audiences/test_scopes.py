"""Questions in a scope: each is answered in its own, whichever were asked before in the same thread."""

from __future__ import annotations

import pytest
from pyroaring import BitMap

from zhike.expressions import trees
from zhike.insight.audiences.logic import counting
from zhike.insight.serving.logic.published import _KEPT_SCOPES, SCOPE, published


def ids(table, scope):
    with table.session(scope) as session:
        return {party for (party,) in session.rows(trees.sql(f"select party_id from {SCOPE}"))}


def tables(table):
    with table.session() as session:
        found = session.rows(trees.sql("select table_name from duckdb_tables() where temporary"))
        return [name for (name,) in found]


def test_each_question_is_in_its_own_scope(parties):
    table = published()
    everybody = sorted(table.parties)
    scopes = [BitMap(everybody[:n]) for n in range(7)]
    for n in (3, 3, 4, 3, 0, 6, 5, 4, 3, 2, 1, 0, 3):
        assert ids(table, scopes[n]) == set(scopes[n])
        assert ids(table, BitMap(scopes[n])) == set(scopes[n])
        assert len(tables(table)) <= _KEPT_SCOPES
        assert counting.visible_total(table, scopes[n]) == n
    assert counting.visible_total(table, None) == len(everybody) == 12


def test_a_scope_that_changes_afterwards_is_another_one(parties):
    table = published()
    everybody = sorted(table.parties)
    scope = BitMap(everybody[:3])
    assert ids(table, scope) == set(everybody[:3])
    scope.add(everybody[5])
    assert ids(table, scope) == {*everybody[:3], everybody[5]}


@pytest.mark.parametrize("given", [BitMap([2**31]), BitMap([99_999_999])])
def test_whoever_is_in_scope_and_not_in_the_rows_does_not_count(parties, given):
    assert counting.visible_total(published(), given) == 0
