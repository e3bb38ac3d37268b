"""What a source wants of a file, said as the room that reads files understands it."""

from __future__ import annotations

from pathlib import Path

from zhike.expressions.types import Type
from zhike.insight.warehouse.types import Source, SourceColumn
from zhike.platform.exchange import files
from zhike.platform.exchange.file_types import Declared, Looked, Wanted


def look(source: Source, path: Path, name: str) -> Looked:
    """Return what a workbook or a text is, and which of its columns the source wants. Raises files.Unreadable."""
    return files.look(path, name=name, wanted=wanted(source), declared=declared(source))


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
    if kind is Type.DATE or kind is Type.DATETIME:
        return Wanted(title, "date" if kind is Type.DATE else "datetime", written=str(written[kind]), key=key)
    if kind is not Type.TEXT:
        return Wanted(title, "number", decimal=source.decimal, key=key)
    whole = key or column.reference is not None or column.required
    return Wanted(title, "text", exact=column.certificate, whole=whole, key=key)
