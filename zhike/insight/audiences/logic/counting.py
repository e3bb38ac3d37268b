"""Questions to the published wide rows: how many, who, a few of them."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy
from pyroaring import BitMap

from zhike.insight.audiences.logic.columns import total as total_key
from zhike.insight.audiences.logic.conditions import Compiled
from zhike.insight.audiences.logic.published import SCOPE, Published
from zhike.insight.warehouse.api import name


@dataclass(frozen=True, slots=True)
class Tally:
    """What one pass over the wide rows counted."""

    count: int
    visible_total: int
    total_asset: Decimal | None
    nodes: Mapping[str, int]


def tally(table: Published, condition: Compiled, scope: BitMap | None, *, nodes: bool) -> Tally:
    """Count a condition within a scope; with `nodes` each of its parts too, in the same pass."""
    with table.cursor(scope) as cursor:
        if nodes:
            return _with_nodes(cursor, table, condition, scope)
        asked = f"select count(*), {_sum(table)} from wide where ({condition.where}){_within(scope, ' and ')}"
        count, total_asset = cursor.execute(asked).fetchall()[0]
        return Tally(count, visible_total(table, scope), total_asset, {})


def visible_total(table: Published, scope: BitMap | None) -> int:
    """Return how many parties of the wide rows are in a scope."""
    return len(table.parties) if scope is None else table.parties.intersection_cardinality(scope)


def _with_nodes(cursor: Any, table: Published, condition: Compiled, scope: BitMap | None) -> Tally:
    leaves = [f"({sql}) as c{index}" for index, sql in enumerate(condition.leaves)]
    total = [name(total_key())] if total_key() in table.names else []
    root = condition.formulas[condition.root.path]
    counted = ", ".join(f"count(*) filter ({formula})" for formula in condition.formulas.values())
    asked = (
        f"select count(*), {_sum(table)} filter ({root}), {counted}"
        f" from (select {', '.join([*leaves, *total])} from wide{_within(scope, ' where ')})"
    )
    visible, total_asset, *found = cursor.execute(asked).fetchall()[0]
    nodes = dict(zip(condition.formulas, found, strict=True))
    return Tally(nodes[condition.root.path], visible, total_asset, nodes)


def counts(table: Published, conditions: Sequence[Compiled], scope: BitMap | None) -> list[int]:
    """Count several conditions in one pass."""
    if not conditions:
        return []
    asked = ", ".join(f"count(*) filter ({condition.where})" for condition in conditions)
    with table.cursor(scope) as cursor:
        return list(cursor.execute(f"select {asked} from wide{_within(scope, ' where ')}").fetchall()[0])


def members(table: Published, condition: Compiled, scope: BitMap | None) -> BitMap:
    """Return the ids that meet a condition within a scope."""
    with table.cursor() as cursor:
        found = cursor.execute(f"select party_id from wide where {condition.where}").fetchnumpy()["party_id"]
    ids = array("I")
    ids.frombytes(numpy.asarray(found, dtype=numpy.uint32).tobytes())
    return BitMap(ids) if scope is None else BitMap(ids) & scope


def sample(
    table: Published, condition: Compiled, scope: BitMap | None, *, columns: Sequence[str], seed: int, limit: int
) -> list[dict[str, Any]]:
    """Return some rows that meet a condition; the same seed chooses the same ones."""
    with table.cursor(scope) as cursor:
        asked = (
            f"select {_listed(columns)} from wide where ({condition.where}){_within(scope, ' and ')}"
            " order by hash(party_id, ?::varchar), party_id limit ?"
        )
        return _rows(cursor.execute(asked, [str(seed), limit]), columns)


def row(table: Published, party_id: int, columns: Sequence[str]) -> dict[str, Any] | None:
    """Return the given columns of one party, or None when the published data do not hold it."""
    with table.cursor() as cursor:
        found = cursor.execute(f"select {_listed(columns)} from wide where party_id = ?", [party_id])
        return next(iter(_rows(found, columns)), None)


def _rows(result: Any, columns: Sequence[str]) -> list[dict[str, Any]]:
    return [dict(zip(("party_id", *columns), values, strict=True)) for values in result.fetchall()]


def _listed(columns: Sequence[str]) -> str:
    return ", ".join(["party_id", *(f'"{column}"' for column in columns)])


def _sum(table: Published) -> str:
    return f"sum({name(total_key())})" if total_key() in table.names else "sum(null::bigint)"


def _within(scope: BitMap | None, word: str) -> str:
    return "" if scope is None else f"{word}party_id in (select party_id from {SCOPE})"
