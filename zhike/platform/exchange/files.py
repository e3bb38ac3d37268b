"""Files as people save them: what one is by its content, which columns it has, its rows as texts, a file to fill in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from zhike.platform.exchange.file_types import Declared, FileFinding, Looked, Wanted
from zhike.platform.exchange.logic import (
    delimited,
    encodings,
    heads,
    looking,
    sheet_columns,
    sheets,
    templates,
    workbook_parts,
)
from zhike.platform.exchange.logic.heads import refusal
from zhike.platform.exchange.logic.sheets import Written

__all__ = [
    "LINE",
    "Unreadable",
    "kind_of",
    "look",
    "missing_columns",
    "rows_of_text",
    "rows_of_workbook",
    "rows_told",
    "template",
]
#: The column with the number of each row in the file.
LINE = sheet_columns.LINE
#: Bytes, unpacked, that are read through while somebody waits.
_A_MOMENT = 40 << 20
Unreadable = looking.Unreadable
kind_of = looking.kind_of
missing_columns = heads.missing_columns


def _nothing(_heads: Sequence[str]) -> Mapping[str, str]:
    return {}


def look(
    path: Path,
    *,
    name: str,
    wanted: Sequence[Wanted],
    declared: Declared,
    remembered: heads.Remembered = _nothing,
) -> Looked:
    """Return what a workbook or a text is, the heads that it has and its first rows; nothing else of it is read.

    `remembered` says for the heads of a file what somebody has chosen for some of them. Raises Unreadable.
    """
    return looking.look(path, wanted, declared, remembered, name)


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of a file as a file that every engine reads, and what was found while they were read."""

    path: Path
    findings: tuple[FileFinding, ...]
    count: int = 0


def rows_of_workbook(path: Path, looked: Looked, *, wanted: Sequence[Wanted], into: Path) -> Rows:
    """Write the rows below the heads of a workbook as Parquet: texts by `looked.names`, and `LINE`. Raises Unreadable.

    It is read in a stream. Columns without a head are left out.
    """
    by_title = {one.title: one for one in wanted}
    names = [name if head else "" for head, name in zip(looked.heads, looked.names, strict=True)]
    read_as = [by_title.get(title) for title in looked.read_as]
    try:
        with workbook_parts.opened(path) as book:
            sheet = looking.sheet_of(book, looked.sheet)
            written = sheets.write(book, sheet, names, read_as, after=looked.last, into=into)
    except (workbook_parts.NoWorkbook, workbook_parts.LargeWorkbook) as error:
        raise looking.broken(error) from error
    sums = [heads.sums_left_out(written.sums)] if written.sums else []
    return Rows(into, (*sums, *written.findings, *_merged(looked, written)), written.rows)


def rows_of_text(
    path: Path, looked: Looked, *, wanted: Sequence[Wanted], declared: Declared, footer: bool, scratch: Path
) -> Rows:
    """Return the text of a file as UTF-8, without the sums at its end unless its `footer` is declared. Raises Unreadable."""
    keys = [looked.read_as.index(one.title) for one in wanted if one.key and one.title in looked.read_as]
    into = scratch / "utf8.csv"
    try:
        plain = encodings.as_utf8(path, looked.encoding, into)
    except encodings.NoText as error:
        raise Unreadable(error.finding) from error
    if footer:
        return Rows(plain, ())
    plain, sums = delimited.without_sums(plain, declared, looked.delimiter, keys, into)
    return Rows(plain, (heads.sums_left_out(sums),) if sums else ())


def rows_told(path: Path, looked: Looked, *, wanted: Sequence[Wanted], scratch: Path) -> tuple[int | None, Rows | None]:
    """Return how many rows stand below the heads, and those of a workbook; None where that takes more than a moment."""
    if looked.kind == "workbook":
        with workbook_parts.opened(path) as book:
            if book.size(looking.sheet_of(book, looked.sheet)) > _A_MOMENT:
                return None, None
        rows = rows_of_workbook(path, looked, wanted=wanted, into=scratch / "preview.parquet")
        return rows.count, rows
    if path.stat().st_size > _A_MOMENT:
        return None, None
    return delimited.count(path, looked.encoding) - looked.last, None


def template(heads: Sequence[str], example: Sequence[str], *, title: str, workbook: bool) -> bytes:
    """Return a file to fill in: a workbook of texts, or CSV as Excel reads it."""
    return templates.as_workbook(heads, example, title) if workbook else templates.as_text(heads, example)


def _merged(looked: Looked, written: Written) -> list[FileFinding]:
    """Find heads over several columns of which more than one has something: nobody knows which of them is meant."""
    found = []
    for area in written.merged:
        if area.last_row < looked.first or area.first_row > looked.last:
            continue
        places = range(area.first_column - 1, min(area.last_column, len(looked.heads)))
        title = next((looked.heads[place] for place in places if looked.read_as[place]), "")
        if title and any(place in written.unnamed for place in places):
            zh = f"表头“{title}”是合并单元格，下面有几列数据，请拆分为一列一个列名"
            en = f"head '{title}' is merged over several columns with data; give every column one name"
            found.append(refusal("load.merged_header", zh, en, title))
    return found
