"""What a source wants of a file, said as the room that reads files understands it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from zhike.expressions.types import Type
from zhike.insight.warehouse.types import Source, SourceColumn
from zhike.platform.exchange import files, mappings
from zhike.platform.exchange.file_types import Declared, Looked, Wanted


def look(source: Source, path: Path, name: str, columns: Mapping[str, str] | None = None) -> Looked:
    """Return what a workbook or a text is, and which of its columns the source wants. Raises files.Unreadable.

    `columns` are what somebody chooses for heads of the file; without them it is what was chosen before. A stored file
    is called by its hash.
    """
    remembered = mappings.chosen(f"source:{source.key}", file=path.name)
    return files.look(
        path,
        name=name,
        wanted=wanted(source),
        declared=declared(source),
        remembered=remembered if not columns else lambda _heads: columns,
    )


def choose(source: Source, columns: Mapping[str, str], *, file: str, looked: Looked, remember: bool) -> None:
    """Keep what was chosen for the heads of a file: for it, or for all files of the source with the same heads."""
    of = {"heads": looked.heads} if remember else {}
    mappings.choose(f"source:{source.key}", columns, file="" if remember else file, **of)


def declared(source: Source) -> Declared:
    """Return how the source says that its files are written."""
    return Declared(
        encoding=source.encoding,
        delimiter=source.delimiter,
        quote=source.quote,
        escape=source.escape or source.quote,
        head_row=source.header_row,
        suffix=Path(source.file).suffix.lower(),
    )


def wanted(source: Source) -> list[Wanted]:
    """Return the columns that the source reads of a file, each header once."""
    found: dict[str, Wanted] = {}
    for column in source.columns:
        if column.header and column.header not in found:
            found[column.header] = _wanted(source, column)
    return list(found.values())


def _wanted(source: Source, column: SourceColumn) -> Wanted:
    kind, grammar = column.value_type.given, source.grammar(column)
    key = column.key in source.keys
    title, written = str(column.header), {Type.DATE: grammar.date, Type.DATETIME: grammar.datetime}
    absent = column.optional
    if kind is Type.DATE or kind is Type.DATETIME:
        day: Literal["date", "datetime"] = "date" if kind is Type.DATE else "datetime"
        return Wanted(title, day, written=str(written[kind]), key=key, optional=absent)
    if kind is not Type.TEXT:
        return Wanted(title, "number", decimal=source.decimal, key=key, optional=absent)
    whole = key or column.reference is not None or column.required
    return Wanted(title, "text", exact=column.certificate, whole=whole, key=key, optional=absent)
