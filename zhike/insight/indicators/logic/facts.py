"""The facts of one party as pages show them: what a block may name of them, and the trees that read them.

Rows are paged by their number within the day on which the first page was read: a party has few of them, they are read
together whichever are shown, and what a later night brings is left out of the pages that follow.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from zhike.expressions import api as expressions
from zhike.expressions import trees
from zhike.expressions.trees import Tree
from zhike.expressions.types import Field, Schema
from zhike.insight.indicators.logic import computing
from zhike.insight.warehouse import datasets
from zhike.insight.warehouse.port import Session
from zhike.insight.warehouse.types import Source, SourceColumn
from zhike.kernel.definitions import Snapshot
from zhike.kernel.trading_days import trading_calendar

if TYPE_CHECKING:
    from zhike.insight.indicators.block_parts import Beside, FactColumn, FactRows

_DAY = "business_date"
#: So many trading days back facts of a day are looked for: a month and a little.
_LOOKED_BACK = 30
_READ = "select _columns from _rows f where f._key in (_subjects) and f.business_date between _first and _last"
_VALUED = "select _values from _joined d where _where"
_PAGE = "select _shown from _valued v order by _order limit _most offset _before"
_GROUPS = "select _shown from _valued v group by v._by order by _order limit _most offset _before"


@dataclass(frozen=True, slots=True)
class Found:
    """Rows by column, how many there are of all, and the sums of all; a sum of which a part is unknown is None."""

    rows: Sequence[Mapping[str, Any]]
    count: int
    sums: Mapping[str, Any]


def nameable(source: Source) -> list[SourceColumn]:
    """Return the columns of a source that pages may show: what is personal is shown by records alone."""
    return [column for column in source.columns if not (column.personal or column.certificate)]


def schema(source: Source, beside: Sequence[Beside], everything: Snapshot | None = None) -> Schema:
    """Return what expressions over facts and what stands beside them may name."""
    whole = datasets.dataset_schema(source)
    shown = {column.key for column in nameable(source)} | {_DAY}
    fields = {key: field for key, field in whole.fields.items() if key in shown}
    for one in beside:
        masters = datasets.source_of(one.dataset, snapshot=everything)
        if masters is None:
            continue
        known = datasets.dataset_schema(masters).fields
        shown = {column.key for column in nameable(masters)}
        fields |= {name: _called(known[key], name) for name, key in one.columns.items() if key in shown}
    return Schema(whole.key, whole.labels, fields)


def _called(field: Field, name: str) -> Field:
    return replace(field, key=name)


def valued(columns: Sequence[FactColumn]) -> list[FactColumn]:
    """Return the columns that are read; the others are shares of them."""
    return [column for column in columns if column.of is None]


def held_on(session: Session, dataset: str, last: date) -> date | None:
    """Return the newest trading day up to `last` of which a dataset has facts, as the session reads it.

    None where none of the last ones has any.
    """
    for day in reversed(trading_calendar().known(last, _LOOKED_BACK)):
        if session.files(dataset, first=day, last=day):
            rows = session.table(dataset, first=day, last=day)
            if session.rows(
                trees.sql("select 1 from _rows where business_date = _day limit 1", rows=rows, day=trees.value(day))
            ):
                return day
    return None


def of_party(
    session: Session, settings: FactRows, known: Collection[str], party_id: int, days: tuple[date, date], before: int
) -> Found:
    """Return one page of a party's facts from the first to the last of `days`, after the first `before` rows.

    `known` are the datasets that the session can read; of masters that were never received everything is unknown.
    """
    source = datasets.source_of(settings.dataset)
    assert source is not None
    key, mapping = computing.subject(session, source)
    subjects = _subjects(session, mapping, party_id)
    if not subjects:
        return Found([], 0, {})
    read = _read(session, source, key, subjects, *days)
    everything = _valued(source, settings, _joined(session, read, settings.beside, known))
    if settings.group:
        return _summed(session, settings, everything, before)
    return _single(session, source, settings, everything, before)


def of_accounts(
    session: Session, dataset: str, columns: Sequence[FactColumn], keys: Sequence[object], day: date
) -> dict[object, Mapping[str, Any]]:
    """Return the facts of a day by the account that they are of."""
    source = datasets.source_of(dataset)
    assert source is not None and source.subject is not None
    key = source.subject.key
    if not keys:
        return {}
    read = _read(session, source, key, keys, day, day)
    wanted = valued(columns)
    values = [trees.named(_value(column, schema(source, ())), column.key) for column in wanted]
    own = trees.named(trees.column(key, "d"), _OWN)
    rows = session.rows(trees.sql(_VALUED, values=[own, *values], joined=read, where=trees.value(True)))
    return {row[0]: dict(zip([column.key for column in wanted], row[1:], strict=True)) for row in rows}


#: The account of a fact, beside what is shown of it; no column is called so.
_OWN = "account #"


def _subjects(session: Session, mapping: Tree, party_id: int) -> list[object]:
    asked = trees.sql(
        "select subject from _mapping s where party_id = _party", mapping=mapping, party=trees.value(party_id)
    )
    return [subject for (subject,) in session.rows(asked)]


def _read(session: Session, source: Source, key: str, subjects: Sequence[object], first: date, last: date) -> Tree:
    """The rows of these accounts. Files from before a column was defined have it nowhere: it is unknown."""
    rows = session.table(source.dataset, first=first, last=last)
    there = session.columns(rows)
    columns = [
        trees.named(trees.column(column.key, "f") if column.key in there else _nothing(column), column.key)
        for column in source.columns
    ]
    if _DAY not in source.keys_of_columns:
        columns.append(trees.column(_DAY, "f"))
    return trees.sql(
        _READ,
        columns=columns,
        rows=rows,
        key=trees.name(key),
        # Written out, not joined: row groups that hold none of them are skipped.
        subjects=[trees.value(subject) for subject in subjects],
        first=trees.value(first),
        last=trees.value(last),
    )


def _nothing(column: SourceColumn) -> Tree:
    return trees.nothing(column.value_type.received)


def _joined(session: Session, read: Tree, beside: Sequence[Beside], readable: Collection[str]) -> Tree:
    """The rows with what their masters say beside them."""
    brought: list[Tree] = [trees.star("d")]
    found = [one for one in beside if one.dataset in readable]
    for number, one in enumerate(beside):
        masters = datasets.source_of(one.dataset)
        assert masters is not None
        for name, key in one.columns.items():
            column = masters.column(key)
            there = trees.column(key, f"m{number}") if one in found else _nothing(column)
            brought.append(trees.named(there, name))
    joined = trees.sql("select _brought from _read d", brought=brought, read=read)
    for number, one in enumerate(beside):
        if one in found:
            masters = datasets.source_of(one.dataset)
            assert masters is not None
            same = trees.sql(
                "_key = _of", key=trees.column(masters.keys[0], f"m{number}"), of=trees.column(one.of, "d")
            )
            joined = trees.left_join(joined, session.table(one.dataset), f"m{number}", same)
    return joined


def _value(column: FactColumn, known: Schema) -> Tree:
    expression = expressions.parse(column.value or column.key, known)
    return trees.formula(expression, datasets.ColumnBinding("d"))


def _number(key: str) -> str:
    return f"{key} #"


def _valued(source: Source, settings: FactRows, joined: Tree) -> Tree:
    """Every column that is read, and beside them what makes a row the only one."""
    known = schema(source, settings.beside)
    values = [trees.named(_value(column, known), column.key) for column in valued(settings.columns)]
    values += [trees.named(trees.column(key, "d"), _number(key)) for key in dict.fromkeys([_DAY, *source.keys])]
    where = (
        trees.formula(expressions.parse(settings.where, known), datasets.ColumnBinding("d"))
        if settings.where
        else trees.value(True)
    )
    return trees.sql(_VALUED, values=values, joined=joined, where=where)


def _sum(key: str) -> Tree:
    """The sum of a column; unknown where a part of it is, 0 where there is nothing to sum up."""
    return trees.sql("case when count(_of) = count(*) then coalesce(sum(_of), 0) end", of=trees.column(key, "v"))


def _totals(settings: FactRows) -> list[str]:
    return [column.key for column in settings.columns if column.total]


def _all(session: Session, settings: FactRows, everything: Tree) -> tuple[int, Mapping[str, Any]]:
    summed = _totals(settings)
    shown = [trees.sql("count(*)"), *(_sum(key) for key in summed)]
    if settings.group:
        by = trees.column(settings.group, "v")
        shown[0] = trees.sql("count(distinct _by) + count(distinct case when _by is null then 1 end)", by=by)
    row = session.row(trees.sql("select _shown from _valued v", shown=shown, valued=everything))
    return int(row[0]), dict(zip(summed, row[1:], strict=True))


def _single(session: Session, source: Source, settings: FactRows, everything: Tree, before: int) -> Found:
    keys = [column.key for column in valued(settings.columns)]
    order: list[Tree] = [trees.descending(trees.column(_number(_DAY), "v"))] if settings.days else []
    if settings.order:
        order.append(trees.descending(trees.column(settings.order, "v")))
    order += [trees.column(_number(key), "v") for key in source.keys]
    rows = session.rows(
        trees.sql(
            _PAGE,
            shown=[trees.column(key, "v") for key in keys],
            valued=everything,
            order=order,
            most=trees.value(settings.limit),
            before=trees.value(before),
        )
    )
    count, sums = _all(session, settings, everything)
    return Found([dict(zip(keys, row, strict=True)) for row in rows], count, sums)


def _summed(session: Session, settings: FactRows, everything: Tree, before: int) -> Found:
    summed, by = _totals(settings), trees.column(settings.group or "", "v")
    keys = [settings.group or "", *summed]
    ordered = [trees.descending(_sum(settings.order))] if settings.order in summed and settings.order else []
    rows = session.rows(
        trees.sql(
            _GROUPS,
            shown=[by, *(trees.named(_sum(key), key) for key in summed)],
            valued=everything,
            by=trees.name(settings.group or ""),
            order=[*ordered, by],
            most=trees.value(settings.limit),
            before=trees.value(before),
        )
    )
    count, sums = _all(session, settings, everything)
    return Found([dict(zip(keys, row, strict=True)) for row in rows], count, sums)
