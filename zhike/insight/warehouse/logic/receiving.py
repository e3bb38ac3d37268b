"""A received file as a DuckDB relation of text columns named by its headers, with the line of each row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from zhike.expressions import trees
from zhike.expressions.trees import Tree
from zhike.insight.warehouse.errors import FileUnreadable
from zhike.insight.warehouse.logic import footers, wanting
from zhike.insight.warehouse.port import Session, Unreadable
from zhike.insight.warehouse.types import Source
from zhike.platform.exchange import files
from zhike.platform.exchange.file_types import FileFinding, Looked

_LONGEST_LINE = 4 << 20


@dataclass(frozen=True, slots=True)
class Received:
    """A relation over a received file: the type of each header, and whether it is text, with lines that may be broken.

    `notes` say where the file is otherwise than its source says, and was read all the same.
    """

    relation: Tree
    headers: Mapping[str, str]
    text: bool
    notes: Sequence[FileFinding] = ()


def is_text(path: Path, name: str) -> bool:
    """Return whether a file is read as a stream of text in the end: everything but Parquet."""
    return files.kind_of(path, name) != "parquet"


def received(session: Session, source: Source, path: Path, scratch: Path, name: str) -> Received:
    """Return the file as a relation. Raises FileUnreadable for what makes the whole file useless."""
    kind = files.kind_of(path, name)
    if kind == "parquet":
        return _parquet(session, source, path, name)
    if kind == "json":
        return _json(session, source, path, name)
    try:
        looked = looked_at(source, path, name)
        if kind == "workbook":
            return _workbook(source, path, looked, scratch, name)
        return _delimited(session, source, path, looked, scratch)
    except files.Unreadable as error:
        raise unreadable(name, [error.finding]) from error


def looked_at(source: Source, path: Path, name: str, columns: Mapping[str, str] | None = None) -> Looked:
    """Return what a workbook or a text is; raises FileUnreadable where it cannot be read."""
    try:
        found = wanting.look(source, path, name, columns)
    except files.Unreadable as error:
        raise unreadable(name, [error.finding]) from error
    if found.faults:
        raise unreadable(name, found.faults)
    return found


def unreadable(name: str, found: Sequence[FileFinding]) -> FileUnreadable:
    """Return the error of a file by what is wrong with it."""
    return FileUnreadable(
        file=name,
        findings=[one.as_dict() for one in found],
        reason="；".join(one.message for one in found),
        reason_en="; ".join(one.message_en for one in found),
    )


def _workbook(source: Source, path: Path, looked: Looked, scratch: Path, name: str) -> Received:
    rows = files.rows_of_workbook(path, looked, wanted=wanting.wanted(source), into=scratch / "sheet.parquet")
    faults = [found for found in rows.findings if found.refuses]
    if faults:
        raise unreadable(name, faults)
    headers = {name: "VARCHAR" for name, head in zip(looked.names, looked.heads, strict=True) if head}
    relation = trees.sql("select * from read_parquet(_file)", file=trees.value(str(rows.path)))
    return Received(relation, headers, False, [*looked.notes, *rows.findings])


def _delimited(session: Session, source: Source, path: Path, looked: Looked, scratch: Path) -> Received:
    declared = wanting.declared(source)
    rows = files.rows_of_text(
        path,
        looked,
        wanted=wanting.wanted(source),
        declared=declared,
        footer=source.footer is not None,
        scratch=scratch,
    )
    plain = footers.cut(session, rows.path, source.footer, scratch / "rows.csv")
    headers = dict.fromkeys(looked.names, "VARCHAR")
    relation = trees.sql(
        "select *, row_number() over () + _above as _line from read_csv(_path, auto_detect = false, header = true,"
        " skip = _skipped, delim = _delimiter, quote = _quote, escape = _escape, nullstr = '', columns = _columns,"
        " store_rejects = true, rejects_limit = 0, max_line_size = _longest)",
        path=trees.value(str(plain)),
        above=trees.value(looked.last),
        skipped=trees.value(looked.first - 1),
        delimiter=trees.value(looked.delimiter),
        quote=trees.value(source.quote),
        escape=trees.value(source.escape or source.quote),
        columns=trees.record(dict.fromkeys(headers, trees.value("varchar"))),
        longest=trees.value(_LONGEST_LINE),
    )
    return Received(relation, headers, True, [*looked.notes, *rows.findings])


def _parquet(session: Session, source: Source, path: Path, name: str) -> Received:
    fault = ("load.not_parquet", "不是完整的 Parquet 文件", "it is not a whole Parquet file")
    file = trees.value(str(path))
    types = _described(session, source, trees.sql("select * from read_parquet(_file)", file=file), name, fault)
    numbered = "select *, file_row_number + 1 as _line from read_parquet(_file, file_row_number = true)"
    relation = trees.sql(numbered, file=file)
    return Received(relation, types, False)


def _json(session: Session, source: Source, path: Path, name: str) -> Received:
    fault = ("load.not_json", "不是 JSON 数组或每行一个 JSON", "it is no JSON array and no JSON lines")
    file = trees.value(str(path))
    types = _described(session, source, trees.sql("select * from read_json(_file)", file=file), name, fault)
    columns = trees.record(dict.fromkeys(types, trees.value("varchar")))
    numbered = "select *, row_number() over () as _line from read_json(_file, columns = _columns)"
    relation = trees.sql(numbered, file=file, columns=columns)
    return Received(relation, dict.fromkeys(types, "VARCHAR"), False)


def _described(
    session: Session, source: Source, read: Tree, name: str, fault: tuple[str, str, str]
) -> Mapping[str, str]:
    """Return the type of each header of a file that describes itself; `fault` is what it is when it cannot be read."""
    try:
        types = session.columns(read)
    except Unreadable as error:
        raise FileUnreadable.of(name, *fault) from error
    _check_headers(source, list(types), name)
    return types


def _check_headers(source: Source, headers: Sequence[str], name: str) -> None:
    missing = [one.title for one in wanting.wanted(source) if one.title not in headers and not one.optional]
    if missing:
        raise unreadable(name, [files.missing_columns(missing, headers)])
