"""The kind `source`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

from zhike.expressions.errors import ExpressionInvalid
from zhike.expressions.types import Type
from zhike.insight.warehouse.logic import file_names, sources
from zhike.insight.warehouse.logic.columns import check_expression, fits
from zhike.insight.warehouse.logic.naming import dataset_column, dataset_uses, unknown_dataset
from zhike.insight.warehouse.types import FROM_NAME, GIVEN, Source
from zhike.kernel import definition_checks
from zhike.kernel.definition_parts import Labels, Place
from zhike.kernel.definitions import Finding, Kind, Snapshot


def check_source(source: Source, everything: Snapshot) -> Iterator[Finding]:
    """Find what is wrong with a source beside the others."""
    return definition_checks.each(
        _doubled(source, everything, "dataset"),
        _doubled(source, everything, "file"),
        _unnamed(source, "file"),
        _unnamed(source, "history"),
        _date(source),
        _keys(source),
        _order(source),
        _columns(source, everything),
        _subject(source, everything),
    )


def uses(source: Source, everything: Snapshot) -> Iterable[tuple[str, str]]:
    """Name the sources whose datasets the columns of this one refer to."""
    datasets = [column.reference[0] for column in source.columns if column.reference]
    if source.subject and source.subject.accounts:
        datasets.append(source.subject.accounts)
    return dataset_uses(datasets, everything)


def _doubled(source: Source, everything: Snapshot, name: Literal["dataset", "file"]) -> Iterator[Finding]:
    given = getattr(source, name)
    zh, en = (
        (f"{given} 已由", f"{given} is filled by")
        if name == "dataset"
        else ("这个文件名已属于", "files of that name belong to")
    )
    for other in sources.all_sources(everything).values():
        if other.key != source.key and getattr(other, name) == given:
            said = Labels(f"{zh} source“{other.key}”", f"{en} source '{other.key}'")
            yield Finding(f"source.doubled_{name}", said, (name,))


def _unnamed(source: Source, name: Literal["file", "history"]) -> Iterator[Finding]:
    """A star beside a date or an ending alone takes the files of everybody."""
    given = getattr(source, name)
    if given and file_names.takes_any(given):
        said = Labels(
            f"“{given}”会收下别的数据源的文件；星号之外要写出文件名的固定部分，如 trade_*.csv",
            f"'{given}' takes the files of other sources; beside the star it needs a part of the name, as trade_*.csv",
        )
        yield Finding("source.any_file", said, (name,))


def _date(source: Source) -> Iterator[Finding]:
    if source.dated_by_column:
        yield from _named_column(source, source.date, ("date",), dated=True)
    elif source.date == FROM_NAME and "{business_date:" not in source.file:
        said = Labels(
            f"业务日期取自文件名，而文件名里没有 {{business_date:%Y%m%d}}；`date` 也可以写“{GIVEN}”或某一列",
            "the business date is in the file's name, and this name has no {business_date:%Y%m%d};"
            f" `date` may be '{GIVEN}' or a column instead",
        )
        yield Finding("source.no_day", said, ("file",))


def _keys(source: Source) -> Iterator[Finding]:
    for number, key in enumerate(source.keys):
        yield from _named_column(source, key, ("keys", number))


def _order(source: Source) -> Iterator[Finding]:
    for number, key in enumerate(source.sorted_by):
        if not (key == "business_date" and source.grain == "fact"):
            yield from _named_column(source, key, ("sorted_by", number))


def _columns(source: Source, everything: Snapshot) -> Iterator[Finding]:
    each = definition_checks.each
    for number in range(len(source.columns)):
        yield from each(
            _once(source, number),
            _computed(source, number),
            _reference(source, number, everything),
            _currency(source, number),
        )


def _once(source: Source, number: int) -> Iterator[Finding]:
    key = source.columns[number].key
    if source.keys_of_columns.index(key) != number:
        said = Labels(f"列“{key}”定义了两次", f"column '{key}' is defined twice")
        yield Finding("source.doubled_column", said, ("columns", number, "key"))


def _computed(source: Source, number: int) -> Iterator[Finding]:
    if source.columns[number].expression:
        yield from _expression(source, number)


def _reference(source: Source, number: int, everything: Snapshot) -> Iterator[Finding]:
    named = source.columns[number].reference
    if named:
        yield from dataset_column(*named, ("columns", number, "reference"), everything)


def _currency(source: Source, number: int) -> Iterator[Finding]:
    named, place = source.columns[number].currency, ("columns", number, "currency")
    if named and named not in source.keys_of_columns:
        yield definition_checks.unknown(
            Labels("列", "column"), named, source.keys_of_columns, place, "source.unknown_column"
        )
    elif named and (source.column(named).value_type.expression is not Type.TEXT or source.column(named).certificate):
        kind = source.column(named).type
        said = Labels(
            f"“{named}”是 {kind}；币种代码应为文本，如 CNY",
            f"'{named}' is {kind}; the code of a currency is a text such as CNY",
        )
        yield Finding("source.type", said, place)


def _named_column(source: Source, key: str, where: Place, *, dated: bool = False) -> Iterator[Finding]:
    if key not in source.keys_of_columns:
        has = (*source.keys_of_columns, FROM_NAME, GIVEN) if dated else source.keys_of_columns
        yield definition_checks.unknown(Labels("列", "column"), key, has, where, "source.unknown_column")
    elif dated and source.column(key).value_type.expression not in (Type.DATE, Type.DATETIME):
        kind = source.column(key).type
        said = Labels(f"“{key}”是 {kind}，应为日期或时间", f"'{key}' is {kind}; it has to be a day or a moment")
        yield Finding("source.type", said, where)


def _expression(source: Source, number: int) -> Iterator[Finding]:
    column, where = source.columns[number], ("columns", number, "expression")
    try:
        found = fits(check_expression(source, column), column)
    except ExpressionInvalid as error:
        yield from error.in_definition(where, "source.expression")
        return
    if found:
        said = Labels(f"结果是 {found}，而类型是 {column.type}", f"it gives {found}; the type is {column.type}")
        yield Finding("source.expression", said, where)


def _subject(source: Source, everything: Snapshot) -> Iterator[Finding]:
    """Which identity knows the system or the accounts is looked up where facts are counted: see the kind `measure`."""
    return definition_checks.each(
        _subject_key(source), _subject_system(source, everything), _subject_accounts(source, everything)
    )


def _subject_key(source: Source) -> Iterator[Finding]:
    if source.subject:
        yield from _named_column(source, source.subject.key, ("subject", "key"))


def _subject_system(source: Source, everything: Snapshot) -> Iterator[Finding]:
    named = source.subject.system if source.subject else None
    systems = {one.system for one in sources.all_sources(everything).values()}
    if named and named not in systems:
        yield definition_checks.unknown(
            Labels("系统", "system"), named, systems, ("subject", "system"), "source.unknown_system"
        )


def _subject_accounts(source: Source, everything: Snapshot) -> Iterator[Finding]:
    named = source.subject.accounts if source.subject else None
    if named and sources.source_of(named, everything) is None:
        yield unknown_dataset(named, ("subject", "accounts"), everything)


SOURCE = Kind(Source, order=30, check=check_source, uses=uses)
