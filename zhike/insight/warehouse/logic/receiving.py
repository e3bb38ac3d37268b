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
    """A relation over a received file: its columns by their headers, and in `files.LINE` the number of each row.

    `headers` are the types of the columns. Of delimited text, in which lines may be broken, `text` is the file that is
    read; its rows are numbered as if each took one line below the `above` lines of the heads. `notes` say where the file
    is otherwise than its source says, and was read all the same.
    """

    relation: Tree
    headers: Mapping[str, str]
    text: Path | None = None
    above: int = 0
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
    return Received(relation, headers, notes=[*looked.notes, *rows.findings])


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
        line=trees.name(files.LINE),
        skipped=trees.value(_records_above(looked)),
        delimiter=trees.value(looked.delimiter),
        quote=trees.value(source.quote),
        escape=trees.value(source.escape or source.quote),
        columns=trees.record(dict.fromkeys(headers, trees.value("varchar"))),
        longest=trees.value(_LONGEST_LINE),
    )
    return Received(relation, headers, plain, looked.last, [*looked.notes, *rows.findings])


def _records_above(looked: Looked) -> int:
    """How many records the engine passes over until it comes to the heads; of heads over two rows the lower one is read.

    An empty line is a record to it, a value of several lines is one, too.
    """
    upto = [row for row in looked.rows if row.last <= looked.last]
    return upto[-1].line - 1 - sum(row.last - row.line for row in upto[:-1])


def _parquet(session: Session, source: Source, path: Path, name: str) -> Received:
    fault = ("load.not_parquet", "不是完整的 Parquet 文件", "it is not a whole Parquet file")
    file = trees.value(str(path))
    types = _described(session, source, trees.sql("select * from read_parquet(_file)", file=file), name, fault)
    numbered = "select _columns, file_row_number + 1 as _line from read_parquet(_file, file_row_number = true)"
    if "file_row_number" in map(str.lower, types):  # then the engine does not number the rows by itself
        numbered = "select _columns, row_number() over () as _line from read_parquet(_file)"
    rows = trees.sql(numbered, file=file, **_named_columns(types))
    return Received(rows, _stripped(types))


def _json(session: Session, source: Source, path: Path, name: str) -> Received:
    fault = ("load.not_json", "不是 JSON 数组或每行一个 JSON", "it is no JSON array and no JSON lines")
    file = trees.value(str(path))
    types = _described(session, source, trees.sql("select * from read_json(_file)", file=file), name, fault)
    of_text = trees.record(dict.fromkeys(types, trees.value("varchar")))
    read = "select _columns, row_number() over () as _line from read_json(_file, columns = _text)"
    return Received(
        trees.sql(read, file=file, text=of_text, **_named_columns(types)), dict.fromkeys(_stripped(types), "VARCHAR")
    )


def _named_columns(types: Mapping[str, str]) -> dict[str, Tree | list[Tree]]:
    """The columns of a file that describes itself by their headers, and the name of the row's number beside them."""
    columns = [trees.named(trees.column(given), header) for header, given in _headers(types).items()]
    return {"columns": columns, "line": trees.name(files.LINE)}


def _headers(types: Mapping[str, str]) -> Mapping[str, str]:
    """The headers of such a file as those of others are: without blanks around them; and how the file has them.

    Two that are the same then, or are to the engine, to which capitals are small letters, are told apart by a number.
    """
    found: dict[str, str] = {}
    taken: set[str] = set()
    for given in sorted(types, key=lambda given: given != given.strip()):
        header = given.strip()
        while not header or header.casefold() in taken:
            header = f"{header or '列'}{len(taken) + 1}"
        taken.add(header.casefold())
        found[header] = given
    return found


def _stripped(types: Mapping[str, str]) -> Mapping[str, str]:
    return {header: types[given] for header, given in _headers(types).items()}


def _described(
    session: Session, source: Source, read: Tree, name: str, fault: tuple[str, str, str]
) -> Mapping[str, str]:
    """Return the type of each column of a file that describes itself; `fault` is what it is when it cannot be read."""
    try:
        types = session.columns(read)
    except Unreadable as error:
        raise FileUnreadable.of(name, *fault) from error
    _check_headers(source, list(_headers(types)), name)
    return types


def _check_headers(source: Source, headers: Sequence[str], name: str) -> None:
    missing = [one.title for one in wanting.wanted(source) if one.title not in headers and not one.optional]
    if missing:
        raise unreadable(name, [files.missing_columns(missing, headers)])
