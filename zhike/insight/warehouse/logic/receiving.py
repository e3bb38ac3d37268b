"""A received file as a DuckDB relation of text columns named by its headers, with the line of each row."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from zhike.expressions import trees
from zhike.expressions.trees import Tree
from zhike.insight.warehouse.errors import FileUnreadable
from zhike.insight.warehouse.logic import encodings, footers, spreadsheets
from zhike.insight.warehouse.port import Session, Unreadable
from zhike.insight.warehouse.types import Source
from zhike.kernel import workbooks

_LONGEST_LINE = 4 << 20


@dataclass(frozen=True, slots=True)
class Received:
    """A relation over a received file: the type of each header, and whether it is text, with lines that may be broken."""

    relation: Tree
    headers: Mapping[str, str]
    text: bool


def is_text(path: Path, name: str) -> bool:
    """Return whether a file is read as a stream of text in the end: everything but Parquet."""
    return _kind(path, name) != "parquet"


def received(session: Session, source: Source, path: Path, scratch: Path, name: str) -> Received:
    """Return the file as a relation. Raises FileUnreadable for what makes the whole file useless."""
    kind = _kind(path, name)
    if kind == "parquet":
        return _parquet(session, source, path, name)
    if kind == "json":
        return _json(session, source, path, name)
    if kind == "xlsx":
        sheet = spreadsheets.as_csv(path, source, scratch / "sheet.csv", name)
        return _delimited(source, sheet, _Signs(",", '"', '"'), 1, name)
    plain = encodings.as_utf8(path, source.encoding, scratch / "utf8.csv", name)
    plain = footers.cut(session, plain, source.footer, scratch / "rows.csv")
    signs = _Signs(source.delimiter, source.quote, source.escape or source.quote)
    return _delimited(source, plain, signs, source.header_row, name)


def _kind(path: Path, name: str) -> str:
    """What a file is says its content; JSON and delimited text look alike, so there the name counts."""
    with path.open("rb") as file:
        start = file.read(4)
        workbook = workbooks.is_workbook(file)
    if start == b"PAR1" or name.endswith(".parquet"):
        return "parquet"
    if workbook or (start == b"PK\x03\x04" and name.endswith(".xlsx")):
        return "xlsx"
    return "json" if name.endswith((".json", ".jsonl", ".ndjson")) else "text"


@dataclass(frozen=True, slots=True)
class _Signs:
    delimiter: str
    quote: str
    escape: str


def _delimited(source: Source, path: Path, signs: _Signs, header_row: int, name: str) -> Received:
    headers = _headers(path, signs, header_row)
    _check_headers(source, headers, name)
    relation = trees.sql(
        "select *, row_number() over () + _above as _line from read_csv(_path, auto_detect = false, header = true,"
        " skip = _skipped, delim = _delimiter, quote = _quote, escape = _escape, nullstr = '', columns = _columns,"
        " store_rejects = true, rejects_limit = 0, max_line_size = _longest)",
        path=trees.value(str(path)),
        above=trees.value(header_row),
        skipped=trees.value(header_row - 1),
        delimiter=trees.value(signs.delimiter),
        quote=trees.value(signs.quote),
        escape=trees.value(signs.escape),
        columns=trees.record(dict.fromkeys(headers, trees.value("varchar"))),
        longest=trees.value(_LONGEST_LINE),
    )
    return Received(relation, dict.fromkeys(headers, "VARCHAR"), True)


def _headers(path: Path, signs: _Signs, header_row: int) -> list[str]:
    with path.open(encoding="utf-8", newline="") as file:
        for _above in range(header_row - 1):
            file.readline(_LONGEST_LINE)
        line = file.readline(_LONGEST_LINE)
    escape = signs.escape if signs.escape != signs.quote else None
    read = csv.reader([line], delimiter=signs.delimiter, quotechar=signs.quote or '"', escapechar=escape)
    return [title.strip() for title in next(read, [])]


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
    if not any(headers):
        raise FileUnreadable.of(name, "load.no_header", "文件是空的，没有表头", "it is empty and has no header")
    findings = []
    wanted = dict.fromkeys(column.header for column in source.columns if column.header)
    missing = [title for title in wanted if title not in headers]
    has = [title for title in headers if title]
    for title in missing:
        findings.append(
            {
                "code": "load.missing_column",
                "column": title,
                "message": f"缺少列“{title}”。文件中有：{'、'.join(has)}",
                "message_en": f"column '{title}' is missing; it has: {', '.join(has)}",
            }
        )
    for title in sorted({title for title in headers if headers.count(title) > 1 and title}):
        findings.append(
            {
                "code": "load.doubled_column",
                "column": title,
                "message": f"列“{title}”出现了多次",
                "message_en": f"column '{title}' occurs more than once",
            }
        )
    if missing and any(not title for title in headers):
        findings.append(
            {
                "code": "load.merged_header",
                "column": "",
                "message": "表头有空列名，可能来自合并单元格",
                "message_en": "the header has empty names, perhaps from merged cells",
            }
        )
    if findings:
        raise FileUnreadable(
            file=name,
            findings=findings,
            reason="；".join(str(found["message"]) for found in findings),
            reason_en="; ".join(str(found["message_en"]) for found in findings),
        )
