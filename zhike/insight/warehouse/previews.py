"""Files that somebody is about to send: what would be read of them, and what their sources want."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from zhike.expressions.types import Type
from zhike.insight.warehouse.errors import FileLarge, NoPreview
from zhike.insight.warehouse.logic import engine, file_names, sources, wanting
from zhike.insight.warehouse.logic.receiving import unreadable
from zhike.insight.warehouse.types import Source, SourceColumn
from zhike.kernel import clock
from zhike.platform.exchange import files
from zhike.platform.exchange.file_types import FileFinding, Looked
from zhike.platform.permissions import api as permissions
from zhike.platform.permissions.types import Principal

#: A file by hand; larger ones come by the folder that is loaded at night.
MOST_MEGABYTES = 2_048


@dataclass(frozen=True, slots=True)
class Preview:
    """What would be read of a file: how it is written, which heads are wanted, what is worth knowing, and how many rows."""

    looked: Looked
    wanted: Sequence[str]
    findings: Sequence[FileFinding]
    rows: int | None


def check_size(name: str, size: int) -> None:
    """Raise FileLarge where a file is larger than is sent by hand."""
    if size > MOST_MEGABYTES << 20:
        raise FileLarge(file=name, most=MOST_MEGABYTES)


def preview(source: str, path: Path, *, name: str, columns: Mapping[str, str], principal: Principal) -> Preview:
    """Return what would be read of a file; nothing of it is kept, and of a large one only the beginning is read.

    `columns` are what was chosen for heads that are called otherwise. Raises UnknownSource, FileUnreadable, NoPreview,
    Refused.
    """
    permissions.require(principal, "load.create")
    found = sources.source(source)
    titles = [one.title for one in wanting.wanted(found) if not one.optional]
    if files.kind_of(path, name) not in ("workbook", "text"):
        raise NoPreview(file=name)
    try:
        looked = wanting.look(found, path, name, columns)
        if looked.faults:
            return Preview(looked, titles, looked.findings, None)
        with tempfile.TemporaryDirectory(prefix="preview-", dir=engine.scratch()) as scratch:
            count, rows = files.rows_told(path, looked, wanted=wanting.wanted(found), scratch=Path(scratch))
    except files.Unreadable as error:
        raise unreadable(name, [error.finding]) from error
    return Preview(looked, titles, (*looked.findings, *(rows.findings if rows else ())), count)


def source(key: str, *, principal: Principal) -> Source:
    """Return a source; raises UnknownSource, Refused."""
    permissions.require(principal, "load.read")
    return sources.source(key)


def template(key: str, *, workbook: bool, principal: Principal) -> tuple[bytes, str]:
    """Return a file to fill in for a source, and its name. Raises UnknownSource, Refused."""
    found = source(key, principal=principal)
    wanted = wanting.wanted(found)
    first = {column.header: column for column in reversed(found.columns)}
    example = [example_of(found, first[one.title]) for one in wanted]
    content = files.template([one.title for one in wanted], example, title=found.labels.zh, workbook=workbook)
    stem = file_names.example(found, clock.today()).rpartition(".")[0]
    return content, f"{stem}.{'xlsx' if workbook else 'csv'}"


def example_of(source: Source, column: SourceColumn) -> str:
    """Return what a value of a column may look like."""
    if column.values:
        return next(iter(column.values))
    day, grammar = clock.local(clock.now()).replace(minute=0, second=0), source.grammar(column)
    examples = {
        Type.DATE: day.strftime(grammar.date),
        Type.DATETIME: day.strftime(grammar.datetime),
        Type.DECIMAL: f"1234{grammar.decimal}50",
        Type.INTEGER: "12",
    }
    found = examples.get(column.value_type.given or Type.TEXT, "")
    return found or ("000000001" if column.key in source.keys else "")
