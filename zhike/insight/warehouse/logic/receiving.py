"""A received file as a DuckDB relation of text columns named by its headers, with the line of each row."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from zhike.insight.warehouse.errors import FileUnreadable
from zhike.insight.warehouse.logic import encodings, spreadsheets
from zhike.insight.warehouse.types import Source

_LONGEST_LINE = 4 << 20


@dataclass(frozen=True, slots=True)
class Received:
    """A relation over a received file: the type of each header, and whether DuckDB collects broken lines."""

    relation: str
    headers: Mapping[str, str]
    rejects: bool


def received(connection: duckdb.DuckDBPyConnection, source: Source, path: Path, scratch: Path, name: str) -> Received:
    """Return the file as a relation. Raises FileUnreadable for what makes the whole file useless."""
    kind = "parquet" if name.endswith(".parquet") else source.format
    if kind == "parquet":
        return _parquet(connection, source, path, name)
    if kind == "json":
        return _json(connection, source, path, name)
    if kind == "xlsx":
        plain = _spreadsheet(path, source, scratch, name)
        return _delimited(source, plain, ",", '"', name)
    plain = encodings.as_utf8(path, source.encoding, scratch / "utf8.csv", name)
    return _delimited(source, plain, source.delimiter, source.quote, name)


def _spreadsheet(path: Path, source: Source, scratch: Path, name: str) -> Path:
    link = scratch / "received.xlsx"
    link.symlink_to(path)
    return spreadsheets.as_csv(link, source, scratch / "sheet.csv", name)


def _delimited(source: Source, path: Path, delimiter: str, quote: str, name: str) -> Received:
    with path.open(encoding="utf-8", newline="") as file:
        line = file.readline(_LONGEST_LINE)
    headers = [title.strip() for title in next(csv.reader([line], delimiter=delimiter, quotechar=quote or '"'), [])]
    _check_headers(source, headers, name)
    columns = ", ".join(f"'{_quoted(title)}': 'varchar'" for title in headers)
    options = (
        f"auto_detect = false, header = true, delim = '{delimiter}', quote = '{_quoted(quote)}', "
        f"escape = '{_quoted(quote)}', nullstr = '', columns = {{{columns}}}, store_rejects = true, "
        f"rejects_limit = 0, max_line_size = {_LONGEST_LINE}"
    )
    relation = f"(select *, row_number() over () + 1 as _line from read_csv('{path}', {options}))"
    return Received(relation, dict.fromkeys(headers, "VARCHAR"), True)


def _parquet(connection: duckdb.DuckDBPyConnection, source: Source, path: Path, name: str) -> Received:
    fault = ("load.not_parquet", "不是完整的 Parquet 文件", "it is not a whole Parquet file")
    types = _described(connection, source, f"read_parquet('{path}')", name, fault)
    relation = f"(select *, file_row_number + 1 as _line from read_parquet('{path}', file_row_number = true))"
    return Received(relation, types, False)


def _json(connection: duckdb.DuckDBPyConnection, source: Source, path: Path, name: str) -> Received:
    fault = ("load.not_json", "不是 JSON 数组或每行一个 JSON", "it is no JSON array and no JSON lines")
    types = _described(connection, source, f"read_json('{path}')", name, fault)
    texts = ", ".join(f"'{_quoted(title)}': 'varchar'" for title in types)
    relation = f"(select *, row_number() over () as _line from read_json('{path}', columns = {{{texts}}}))"
    return Received(relation, dict.fromkeys(types, "VARCHAR"), False)


def _described(
    connection: duckdb.DuckDBPyConnection, source: Source, read: str, name: str, fault: tuple[str, str, str]
) -> dict[str, str]:
    """Return the type of each header of a file that describes itself; `fault` is what it is when it cannot be read."""
    try:
        rows = connection.execute(f"describe select * from {read}").fetchall()
    except duckdb.Error as error:
        raise _unreadable(name, *fault) from error
    types = {row[0]: row[1] for row in rows}
    _check_headers(source, list(types), name)
    return types


def _check_headers(source: Source, headers: Sequence[str], name: str) -> None:
    if not any(headers):
        raise _unreadable(name, "load.no_header", "文件是空的，没有表头", "it is empty and has no header")
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


def _unreadable(name: str, code: str, reason: str, reason_en: str) -> FileUnreadable:
    return FileUnreadable(
        file=name,
        reason=reason,
        reason_en=reason_en,
        findings=[{"code": code, "message": reason, "message_en": reason_en}],
    )


def _quoted(text: str) -> str:
    return text.replace("'", "''")
