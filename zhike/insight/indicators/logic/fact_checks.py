"""What is wrong with the facts and columns that blocks of pages name."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING

from zhike.expressions import api as expressions
from zhike.expressions.errors import ExpressionInvalid
from zhike.expressions.types import Schema, Type
from zhike.insight.indicators.logic import facts
from zhike.insight.warehouse import datasets
from zhike.insight.warehouse.types import Source
from zhike.kernel.definition_checks import each
from zhike.kernel.definition_parts import Labels, Place
from zhike.kernel.definition_wording import unknown
from zhike.kernel.definitions import Finding, Snapshot

if TYPE_CHECKING:
    from zhike.insight.indicators.block_parts import AccountRows, Beside, FactColumn, FactRows

_NUMBERS = (Type.INTEGER, Type.DECIMAL, Type.NULL)


def rows(settings: FactRows, everything: Snapshot) -> Iterator[Finding]:
    """Find what is wrong with the facts of a record."""
    source = datasets.source_of(settings.dataset, snapshot=everything)
    if source is None:
        yield datasets.unknown_dataset(settings.dataset, ("dataset",), everything)
        return
    known = facts.schema(source, settings.beside, everything)
    yield from each(
        _belonging(source),
        *(_beside(one, source, number, everything) for number, one in enumerate(settings.beside)),
        _columns(settings.columns, known, "columns"),
        _condition(settings, known),
        _grouped(settings),
    )


def figures(settings: AccountRows, everything: Snapshot) -> Iterator[Finding]:
    """Find what is wrong with the figures of accounts."""
    source = datasets.source_of(settings.dataset, snapshot=everything)
    if source is None:
        yield datasets.unknown_dataset(settings.dataset, ("dataset",), everything)
        return
    yield from each(
        _belonging(source),
        _by_account(source),
        _columns(settings.figures, facts.schema(source, ()), "figures"),
    )


def _belonging(source: Source) -> Iterator[Finding]:
    if source.subject is None:
        said = Labels(
            f"{source.dataset} 的行不属于任何主体：source“{source.key}”没有 `subject`",
            f"the rows of {source.dataset} belong to nobody: its source '{source.key}' has no `subject`",
        )
        yield Finding("facts.no_subject", said, ("dataset",), ("subject",))


def _by_account(source: Source) -> Iterator[Finding]:
    if source.subject is not None and source.subject.accounts is None:
        said = Labels(f"{source.dataset} 的行不按账户", f"the rows of {source.dataset} are not those of accounts")
        yield Finding("facts.no_accounts", said, ("dataset",), ("accounts",))


def _beside(one: Beside, source: Source, number: int, everything: Snapshot) -> Iterator[Finding]:
    """Masters whose key is one column: a second row for a fact would count it twice."""
    place: Place = ("beside", number)
    masters = datasets.source_of(one.dataset, snapshot=everything)
    if masters is None:
        yield datasets.unknown_dataset(one.dataset, (*place, "dataset"), everything)
        return
    if masters.grain != "master" or len(masters.keys) != 1:
        said = Labels(
            f"{one.dataset} 不是以一列为主键的主数据，一行会变成多行",
            f"{one.dataset} is no table of masters with one column as its key: a row would become several",
        )
        yield Finding("facts.no_master", said, (*place, "dataset"), ("keys",))
    yield from _known(one.of, [column.key for column in facts.nameable(source)], (*place, "of"))
    able = [column.key for column in facts.nameable(masters)]
    for name, key in one.columns.items():
        yield from _known(key, able, (*place, "columns", name))
        if name in source.keys_of_columns:
            said = Labels(f"{source.dataset} 已有列“{name}”", f"{source.dataset} has a column '{name}' of its own")
            yield Finding("facts.doubled_column", said, (*place, "columns", name))


def _columns(columns: Sequence[FactColumn], known: Schema, place: str) -> Iterator[Finding]:
    own = [column.key for column in columns]
    for number, column in enumerate(columns):
        at: Place = (place, number)
        if own.index(column.key) != number:
            said = Labels(f"已有列“{column.key}”", f"there is a column '{column.key}' already")
            yield Finding("facts.doubled_column", said, (*at, "key"))
        if column.of is not None:
            yield from _known(column.of, own, (*at, "of"))
            if column.per is not None:
                yield from _known(column.per, own, (*at, "per"))
        elif column.value is None:
            yield from _known(column.key, list(known.fields), (*at, "key"))
        else:
            yield from _given(column.value, known, (*at, "value"))
        if column.currency is not None:
            yield from _known(column.currency, own, (*at, "currency"))
        if column.total:
            yield from _typed(column.value or column.key, known, _NUMBERS, (*at, "total"))
        if column.labels is None and column.of is None and not column.hidden and column.key not in known.fields:
            said = Labels("请写明列名 `labels`", "say by `labels` what is written over it")
            yield Finding("facts.nameless_column", said, (*at, "labels"), ("labels",))


def _given(text: str, known: Schema, where: Place) -> Iterator[Finding]:
    try:
        expressions.parse(text, known)
    except ExpressionInvalid as error:
        yield from error.in_definition(where)


def _typed(text: str, known: Schema, wanted: Collection[Type], where: Place) -> Iterator[Finding]:
    """Check what an expression gives, where it can be told."""
    try:
        found = expressions.type_of(expressions.parse(text, known))
    except ExpressionInvalid:
        return
    if found not in wanted:
        names = [kind.value for kind in wanted if kind is not Type.NULL]
        said = Labels(
            f"结果是 {found.value}，应为 {' 或 '.join(names)}",
            f"it gives {found.value}; it has to give {' or '.join(names)}",
        )
        yield Finding("expression.type", said, where)


def _condition(settings: FactRows, known: Schema) -> Iterator[Finding]:
    if settings.where is not None:
        yield from _given(settings.where, known, ("where",))
        yield from _typed(settings.where, known, (Type.BOOLEAN, Type.NULL), ("where",))


def _grouped(settings: FactRows) -> Iterator[Finding]:
    read = [column.key for column in facts.valued(settings.columns)]
    if settings.group is not None:
        yield from _known(settings.group, read, ("group",))
        for number, column in enumerate(settings.columns):
            if column.of is None and not column.total and column.key != settings.group:
                said = Labels(
                    "按 `group` 汇总时，其余各列须 `total`", "beside the `group` every column needs a `total`"
                )
                yield Finding("facts.no_total", said, ("columns", number), ("total",))
    if settings.order is not None:
        yield from _known(settings.order, read, ("order",))


def _known(key: str, able: Collection[str], where: Place) -> Iterator[Finding]:
    if key not in able:
        yield unknown(Labels("列", "column"), key, able, where, "facts.unknown_column")
