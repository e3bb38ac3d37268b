"""Parts of a closed month made one: the days of a month, and what is newly sent of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from zhike.expressions import trees
from zhike.expressions.trees import Tree
from zhike.insight.warehouse.logic import tables
from zhike.insight.warehouse.port import Session


def compact(session: Session, dataset: str, month: str, sorted_by: Sequence[str]) -> int:
    """Merge the day parts of a closed month ("2026-02") into one sorted part; return the rows of the month.

    Nothing to merge leaves the table as it is. Running it again gives the same rows.
    """
    if not any(part.startswith(month + "-") for part in tables.parts_of(dataset)):
        return 0
    return merge(session, dataset, month, None, sorted_by=sorted_by)


def merge(session: Session, dataset: str, month: str, fresh: Tree | None, *, sorted_by: Sequence[str] = ()) -> int:
    """Make one part of a month: the rows of the query `fresh`, and those stored of days that it has none of.

    Returns how many rows the part has. A day part counts before its month's: so a merge that was interrupted between
    writing the month and dropping its days can be done again.
    """
    stored = _stored(dataset, month)
    if fresh is not None and stored is not None:
        select = trees.sql(
            "select * from _fresh union all by name select * from _stored"
            " where business_date not in (select distinct business_date from _fresh)",
            fresh=fresh,
            stored=stored,
        )
    else:
        found = fresh if fresh is not None else stored
        assert found is not None, f"nothing of {month} in {dataset}"
        select = found
    rows = session.write(dataset, month, select, sorted_by=sorted_by)
    days = [part for part in tables.parts_of(dataset) if part.startswith(month + "-")]
    if days:
        tables.commit(dataset, {}, removed=days)
        session.forget(dataset)
    return rows


def _stored(dataset: str, month: str) -> Tree | None:
    parts = tables.parts_of(dataset)
    days = sorted(part for part in parts if part.startswith(month + "-"))
    of_days = [file for part in days for file in parts[part]]
    if month not in parts:
        return trees.sql("select * from _rows", rows=tables.reading(of_days)) if days else None
    if not days:
        return trees.sql("select * from _rows", rows=tables.reading(parts[month]))
    return trees.sql(
        "select * from _days union all by name select * from _month where business_date not in (_replaced)",
        days=tables.reading(of_days),
        month=tables.reading(parts[month]),
        replaced=[trees.value(date.fromisoformat(day)) for day in days],
    )
