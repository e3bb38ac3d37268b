"""What a received file would do, counted before it is applied; above a share of what is there it waits for a person.

A short or foreign file looks like any other to whoever only reads it: three rows of a whole state end everything else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, get_args

from zhike.expressions import trees
from zhike.expressions.trees import Tree
from zhike.insight.warehouse.logic import quality, tables, usual, written
from zhike.insight.warehouse.models import Load
from zhike.insight.warehouse.port import Session
from zhike.insight.warehouse.types import EFFECTS_SHARE, FEW_SHARE, Difference, Effect, FewKind, Source
from zhike.kernel.definition_parts import Labels

#: Keys of rows that are told of each kind.
_EXAMPLES = 5
#: A column counts as filled, or as of several values, where it was in so many of the rows before.
_FILLED = 0.05
#: A new day of facts waits with fewer rows than this share of the usual ones, or than its source allows.
_FEWER = 0.5
#: So far back the columns of a new day of facts find a day to be compared with.
_LOOKED_BACK = timedelta(days=15)
#: Of fewer facts it is chance that a column has one value.
_UNIFORM_FACTS = 1_000
Look = Callable[[Session, Difference], Iterable[Effect]]
_looks: list[Look] = []


def register(look: Look) -> None:
    """Let a room count what a file would do to what it makes of the dataset; called when the application starts."""
    _looks.append(look)


def of_master(session: Session, source: Source, rows: Tree, plain: Tree) -> list[Effect]:
    """Return what a file of the whole state would do; `rows` are those that would be written, `plain` in clear.

    Nothing is compared with a dataset that has no row yet.
    """
    files = tables.parts_of(source.dataset).get(tables.LATEST, [])
    current = session.table(source.dataset) if files else None
    total = session.row(trees.sql("select count(*) from _rows", rows=current))[0] if current is not None else 0
    if current is None or not total:
        return []
    shared = [trees.name(key) for key in source.keys_of_columns if key in tables.names_in(files)]
    after, before = _kept_differences(session, current, rows, shared)
    found: list[Effect] = []
    if session.rows(
        trees.sql("select 1 from _after union all select 1 from _before limit 1", after=after, before=before)
    ):
        keys = [trees.name(key) for key in source.keys]
        of_these = "select * from _plain where hash(_keys) in (select hash(_keys) from _after)"
        session.keep("rows_plain", trees.sql(of_these, plain=plain, keys=keys, after=after))
        for look in _looks:
            found += look(session, Difference(source, before, after, trees.kept("rows_plain")))
    found += _of_rows(session, source, (before, after), total)
    found += _of_columns(session, source, (current, rows), total)
    return [effect for effect in found if effect.count]


def _kept_differences(session: Session, current: Tree, rows: Tree, shared: Sequence[Tree]) -> tuple[Tree, Tree]:
    """Keep the rows that only the file has, and those that only the dataset has; return what reads them.

    Rows are compared by a hash of 64 bits of the columns that both have: two different rows of two million are taken for
    one in one of ten million files.
    """
    only = "select * from _one where hash(_shared) not in (select hash(_shared) from _other)"
    for name, one, other in (("rows_after", rows, current), ("rows_before", current, rows)):
        session.keep(name, trees.sql(only, one=one, shared=shared, other=other))
    return trees.kept("rows_after"), trees.kept("rows_before")


def allowed(source: Source, kind: str) -> float:
    """Return the share above which a source's effects of a kind wait."""
    given = source.checks.effects.items() if source.checks else ()
    return next((share for of_kind, share in given if of_kind == kind), EFFECTS_SHARE)


def allowed_of_few(source: Source, kind: str) -> float | None:
    """Return the same for few of them; None for kinds of which few never wait."""
    if kind not in get_args(FewKind):
        return None
    given = source.checks.effects_of_few.items() if source.checks else ()
    return next((share for of_kind, share in given if of_kind == kind), FEW_SHARE)


def _of_rows(session: Session, source: Source, rows: tuple[Tree, Tree], total: int) -> Iterator[Effect]:
    """Rows of the dataset that the file names no longer, and those that it has in addition."""
    before, after = rows
    about = Labels(source.labels.zh, source.labels.en)
    kinds: tuple[tuple[str, Tree, Tree], ...] = (("leave", before, after), ("create", after, before))
    for kind, one, other in kinds:
        found = session.rows(
            trees.sql(
                "select count(*) over (), concat_ws(' ', _keys) from _one"
                " where hash(_keys) not in (select hash(_keys) from _other) order by _keys limit _most",
                keys=[trees.name(key) for key in source.keys],
                one=one,
                other=other,
                most=trees.value(_EXAMPLES),
            )
        )
        count = int(found[0][0]) if found else 0
        keys = () if _is_personal(source) else tuple(key for _count, key in found)
        yield Effect(kind, about, count, total, allowed(source, kind), allowed_of_few(source, kind), keys=keys)


def _is_personal(source: Source) -> bool:
    return any(source.column(key).personal or source.column(key).certificate for key in source.keys)


def _of_columns(
    session: Session, source: Source, rows: tuple[Tree, Tree], total: int, *, uniform_from: int = 0
) -> Iterator[Effect]:
    """Columns that had values and are empty, or, of so many rows, had several and have one."""
    current, file = rows
    has = session.columns(current)
    columns = [column for column in source.columns if column.key in has]
    asked = [
        tree
        for column in columns
        for tree in (
            trees.sql("count(_column)", column=trees.name(column.key)),
            trees.sql("min(_column) is distinct from max(_column)", column=trees.name(column.key)),
        )
    ]
    before, after = (
        session.row(trees.sql("select count(*), _asked from _rows", asked=asked, rows=one)) for one in rows
    )
    if 2 * after[0] < total:  # so few rows say nothing of their columns; that they are few is told
        return
    for number, column in enumerate(columns):
        filled, several = before[1 + 2 * number : 3 + 2 * number]
        filled_now, several_now = after[1 + 2 * number : 3 + 2 * number]
        about = column.labels or Labels(column.title, column.key)
        if filled >= _FILLED * total and not filled_now:
            few = None if uniform_from else allowed_of_few(source, "emptied")  # few facts have it empty by chance
            yield Effect("emptied", about, filled, total, allowed(source, "emptied"), few)
        elif several and filled >= _FILLED * total and filled_now and not several_now and total >= uniform_from:
            yield Effect("uniform", about, filled, total, allowed(source, "uniform"))


def of_fact(
    session: Session, source: Source, row: Load, rows: Tree, count: int, emptied: Iterable[date] = ()
) -> list[Effect]:
    """Return what a file of facts would do, whatever its name says of its days; days that are `emptied` are its own, too.

    Fewer rows than its days have, where a day loses more than it may; of a day that has none yet fewer than half of the
    usual ones; and columns that its days, or the newest day before, had values in.
    """
    fresh = _rows_by_day(session, rows)
    if row.first_date is not None and row.first_date == row.business_date:
        fresh = {row.first_date: count}
    fresh = {**dict.fromkeys(emptied, 0), **fresh}
    if not fresh:
        return []
    before = _rows_of_days(session, source, fresh)
    about = Labels(source.labels.zh, source.labels.en)
    may = allowed(source, "fewer")
    lost = {day: old - fresh[day] for day, old in before.items() if old - fresh[day] > may * old}
    found = []
    if lost:
        found.append(Effect("fewer", about, sum(lost.values()), sum(before[day] for day in lost), may))
    elif not before and row.first_date is not None and row.first_date == row.business_date:
        middle = usual.of_source(source.key, row.business_date).median or 0
        if count < middle:
            share = min(_FEWER, quality.may_differ(source, middle) / middle)
            found.append(Effect("fewer", about, round(middle - count), round(middle), share))
    current = _compared(session, source, list(before) or [min(fresh)], before=not before)
    found += (twice := _again(source, row, count))
    if current is not None:
        total = session.row(trees.sql("select count(*) from _rows", rows=current))[0]
        found += _of_columns(session, source, (current, rows), total, uniform_from=_UNIFORM_FACTS)
        if not before and count == total and not twice:
            found += _same_but_for_the_day(session, source, current, rows, count)
    return found


def _same_but_for_the_day(session: Session, source: Source, current: Tree, rows: Tree, count: int) -> Iterator[Effect]:
    """The newest day's facts under a new date; a few rows may be the same by chance, and on a day off prices stand still."""
    (newest,) = session.row(trees.sql("select max(business_date) from _rows", rows=current))
    (day,) = session.row(trees.sql("select max(business_date) from _rows", rows=rows))
    has = session.columns(current)
    days = {"business_date", source.date}
    shared = [trees.name(key) for key in source.keys_of_columns if key in has and key not in days]
    if not shared or not source.trading_days.open_on(day):
        return
    only = "select count(*) from _rows where hash(_shared) not in (select hash(_shared) from _current)"
    if session.row(trees.sql(only, rows=rows, current=current, shared=shared))[0] == 0:
        about = Labels(f"除日期外与 {newest} 的数据完全相同", f"but for the date what {newest} has")
        yield Effect("again", about, count, count, 0)


def _rows_by_day(session: Session, rows: Tree) -> dict[date, int]:
    counted = trees.sql("select business_date, count(*) from _rows group by business_date", rows=rows)
    return {day: count for day, count in session.rows(counted) if day is not None}


def _rows_of_days(session: Session, source: Source, days: Mapping[date, int]) -> dict[date, int]:
    """How many rows the dataset has of each of some days that it has."""
    if not tables.exists(source.dataset):
        return {}
    stored = session.table(source.dataset, first=min(days), last=max(days))
    found = _rows_by_day(session, trees.sql("select business_date from _stored", stored=stored))
    return {day: count for day, count in found.items() if day in days}


def _compared(session: Session, source: Source, days: Sequence[date], *, before: bool) -> Tree | None:
    """The stored rows of some days; of the newest day `before` the first of them, where there is none of them yet."""
    if not tables.exists(source.dataset):
        return None
    first = min(days)
    if before:
        stored = session.table(source.dataset, first=first - _LOOKED_BACK, last=first - timedelta(days=1))
        (newest,) = session.row(trees.sql("select max(business_date) from _stored", stored=stored))
        if newest is None:
            return None
        days = [newest]
    return trees.sql(
        "select * from _stored where business_date in (_days)",
        stored=session.table(source.dataset, first=min(days), last=max(days)),
        days=[trees.value(day) for day in days],
    )


def _again(source: Source, row: Load, rows: int) -> list[Effect]:
    """Return the effect of a day's facts whose file is, byte for byte, that of another day."""
    other = written.loads(source=source.key, file_hash=row.file_hash).exclude(business_date=row.business_date).last()
    if other is None or source.grain != "fact" or row.first_date != row.business_date:
        return []
    about = Labels(f"与 {other.business_date} 的文件 {other.file} 完全相同", f"the same file as {other.file}")
    return [Effect("again", about, rows, rows, 0)]


def as_json(effects: Iterable[Effect]) -> list[dict[str, Any]]:
    """Return effects as a load keeps them."""
    return [
        {
            "kind": one.kind,
            "about": dict(one.about),
            "count": one.count,
            "of": one.of,
            "allowed": one.allowed,
            "of_few": one.of_few,
            "at_most": one.at_most,
            "object": one.object,
            "units": sorted(one.units.items(), key=lambda found: -found[1]),
            "records": list(one.records),
            "records_of": one.records_of,
            "keys": list(one.keys),
        }
        for one in effects
    ]


def from_json(kept: Iterable[Mapping[str, Any]]) -> list[Effect]:
    """Return kept effects."""
    return [
        Effect(
            kind=one["kind"],
            about=Labels(one["about"]["zh"], one["about"]["en"]),
            count=one["count"],
            of=one["of"],
            allowed=one["allowed"],
            of_few=one.get("of_few"),
            at_most=one.get("at_most", False),
            object=one["object"],
            units=dict(one["units"]),
            records=tuple(one["records"]),
            records_of=one["records_of"],
            keys=tuple(one["keys"]),
        )
        for one in kept
    ]
