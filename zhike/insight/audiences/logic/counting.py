"""Questions to the published wide rows: how many, who, a few of them."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy
from pyroaring import BitMap

from zhike.expressions import trees
from zhike.expressions.trees import Tree
from zhike.insight.audiences.logic.conditions import Compiled
from zhike.insight.serving.api import SCOPE, Published
from zhike.insight.serving.api import total as total_key
from zhike.insight.warehouse.port import Session


@dataclass(frozen=True, slots=True)
class Tally:
    """What one pass over the wide rows counted; per node who meets it, and who lacks the value that would tell."""

    count: int
    visible_total: int
    total: Decimal | None
    nodes: Mapping[str, int]
    unknown: Mapping[str, int]


def tally(table: Published, condition: Compiled, scope: BitMap | None, *, nodes: bool, unknown: bool = False) -> Tally:
    """Count a condition within a scope; with `nodes` each of its parts too, in the same pass.

    With `unknown` it is counted, too, of how many no part can say whether they meet it.
    """
    with table.session(scope) as session:
        if nodes:
            return _with_nodes(session, table, condition, scope, unknown)
        counted = condition.asked(("tally", scope is None), lambda: _counted(table, condition, scope))
        count, summed = session.row(counted)
        return Tally(count, visible_total(table, scope), summed, {}, {})


def _counted(table: Published, condition: Compiled, scope: BitMap | None) -> Tree:
    return trees.sql(
        "select count(*), sum(_total) from wide where _where and _within",
        total=_total(table),
        where=condition.where,
        within=_within(scope),
    )


def visible_total(table: Published, scope: BitMap | None) -> int:
    """Return how many parties of the wide rows are in a scope."""
    return len(table.parties) if scope is None else table.parties.intersection_cardinality(scope)


def _with_nodes(session: Session, table: Published, condition: Compiled, scope: BitMap | None, unknown: bool) -> Tally:
    shape = ("nodes", scope is None, unknown)
    query = condition.asked(shape, lambda: _of_nodes(table, condition, scope, unknown))
    visible, summed, *found = session.row(query)
    nodes = dict(zip(condition.names, found, strict=False))
    lacking = dict(zip(condition.names, found[len(nodes) :], strict=False))
    return Tally(nodes[condition.root.path], visible, summed, nodes, lacking)


def _of_nodes(table: Published, condition: Compiled, scope: BitMap | None, unknown: bool) -> Tree:
    leaves = [trees.named(leaf, f"c{index}") for index, leaf in enumerate(condition.leaves)]
    total = [trees.column(total_key())] if total_key() in table.names else []
    groups = [trees.named(trees.sql(text), name) for name, text in condition.groups.items()]
    names = [trees.column(name) for name in condition.names.values()]
    asked = names + ([trees.sql("_name is null", name=name) for name in names] if unknown else [])
    return trees.sql(
        "select count(*), sum(_total) filter (where _root), _counted"
        " from (select *, _groups from (select _leaves from wide where _within) single) asked",
        total=_total(table),
        root=trees.column(condition.names[condition.root.path]),
        counted=[trees.sql("count(*) filter (where _node)", node=node) for node in asked],
        groups=groups,
        leaves=[*leaves, *total],
        within=_within(scope),
    )


def counts(table: Published, conditions: Sequence[Compiled], scope: BitMap | None) -> list[int]:
    """Count several conditions in one pass."""
    if not conditions:
        return []
    counted = [trees.sql("count(*) filter (where _where)", where=condition.where) for condition in conditions]
    with table.session(scope) as session:
        asked = trees.sql("select _counted from wide where _within", counted=counted, within=_within(scope))
        return list(session.row(asked))


def members(table: Published, condition: Compiled, scope: BitMap | None) -> BitMap:
    """Return the ids that meet a condition within a scope."""
    with table.session() as session:
        found = session.arrow(trees.sql("select party_id from wide where _where", where=condition.where))["party_id"]
    ids = array("I")
    ids.frombytes(found.to_numpy().astype(numpy.uint32).tobytes())
    return BitMap(ids) if scope is None else BitMap(ids) & scope


def sample(
    table: Published, condition: Compiled, scope: BitMap | None, *, columns: Sequence[str], seed: int, limit: int
) -> list[dict[str, Any]]:
    """Return some rows that meet a condition; the same seed chooses the same ones."""
    with table.session(scope) as session:
        asked = trees.sql(
            "select party_id, _columns from wide where _where and _within order by hash(party_id, _seed), party_id"
            " limit _limit",
            columns=[trees.column(key) for key in columns],
            where=condition.where,
            within=_within(scope),
            seed=trees.value(str(seed)),
            limit=trees.value(limit),
        )
        return _rows(session.rows(asked), columns)


def row(table: Published, party_id: int, columns: Sequence[str]) -> dict[str, Any] | None:
    """Return the given columns of one party, or None when the published data do not hold it."""
    with table.session() as session:
        asked = trees.sql(
            "select party_id, _columns from wide where party_id = _party",
            columns=[trees.column(key) for key in columns],
            party=trees.value(party_id),
        )
        return next(iter(_rows(session.rows(asked), columns)), None)


def _rows(found: Sequence[tuple[Any, ...]], columns: Sequence[str]) -> list[dict[str, Any]]:
    return [dict(zip(("party_id", *columns), values, strict=True)) for values in found]


def _total(table: Published) -> Tree:
    return trees.column(total_key()) if total_key() in table.names else trees.nothing("bigint")


def _within(scope: BitMap | None) -> Tree:
    return (
        trees.value(True)
        if scope is None
        else trees.sql("party_id in (select party_id from _scope)", scope=trees.name(SCOPE))
    )
