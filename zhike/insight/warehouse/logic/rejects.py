"""Rows that may not be loaded: found, with the reason of each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from zhike.expressions import trees
from zhike.expressions.trees import Tree
from zhike.insight.warehouse.logic import tables
from zhike.insight.warehouse.port import Session
from zhike.insight.warehouse.types import Source
from zhike.kernel import clock


def collect(session: Session, source: Source, typed: Tree, days: Sequence[date]) -> None:
    """Keep as `rejected(line, reason)` every row of `typed` that may not be loaded.

    `days` are the first and the last day of the file, where its name or its sender says them.
    """
    found = [trees.sql("select _line as line, _reason as reason from _typed where _reason is not null", typed=typed)]
    if source.grain == "fact" and days:
        first, last = map(trees.value, days)
        outside = trees.sql("business_date not between _first and _last", first=first, last=last)
        found.append(_rejected("wrong_date:", typed, outside))
    if source.grain == "fact" and not source.future:
        later = trees.sql("business_date > _today", today=trees.value(clock.today()))
        found.append(_rejected(f"future_date:{source.date}", typed, later))
    if source.grain == "fact" and source.dated_by_column:
        found += _undated(session, source, typed)
    found += _duplicates(session, source, typed)
    for column in source.columns:
        if column.reference and tables.exists(column.reference[0]):
            found.append(_unknown(session, column.key, column.reference, typed))
    session.keep("rejected", trees.union_all(found))


def _rejected(reason: str, typed: Tree, broken: Tree) -> Tree:
    return trees.sql(
        "select _line as line, _because as reason from _typed t where _reason is null and _broken",
        because=trees.value(reason),
        typed=typed,
        broken=broken,
    )


def _undated(session: Session, source: Source, typed: Tree) -> Iterator[Tree]:
    """A row without a day belongs to none; one of a day on which the market is closed only where the source has such."""
    column = source.date
    yield _rejected(f"missing_value:{column}", typed, trees.sql("business_date is null"))
    if source.days == "calendar":
        return
    calendar = source.trading_days
    found = session.rows(
        trees.sql("select distinct business_date from _typed where business_date is not null", typed=typed)
    )
    closed = [trees.value(day) for (day,) in found if not calendar.is_trading_day(day)]
    if closed:
        yield _rejected(f"not_a_trading_day:{column}", typed, trees.sql("business_date in (_days)", days=closed))


def _duplicates(session: Session, source: Source, typed: Tree) -> Iterator[Tree]:
    keys = [trees.name(key) for key in source.keys]
    total, distinct = session.row(
        trees.sql(
            "select count(*), count(distinct hash(_keys)) from _typed where _reason is null", keys=keys, typed=typed
        )
    )
    if total != distinct:
        yield trees.sql(
            "select _line as line, _because as reason from _typed where _reason is null"
            " qualify row_number() over (partition by _keys order by _line) > 1",
            because=trees.value(f"duplicate_key:{source.keys[0]}"),
            typed=typed,
            keys=keys,
        )


def _unknown(session: Session, key: str, reference: tuple[str, str], typed: Tree) -> Tree:
    known, column = session.table(reference[0]), trees.name(key)
    broken = trees.sql(
        "t._column is not null and not exists (select 1 from _known k where k._target = t._column)",
        known=known,
        column=column,
        target=trees.name(reference[1]),
    )
    return _rejected(f"unknown_reference:{key}", typed, broken)
