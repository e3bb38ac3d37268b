"""Delimited text: its first records, whatever separates them, and the sums that stand at its end."""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

from zhike.platform.exchange.file_types import Declared, FileFinding, SeenRow, Wanted
from zhike.platform.exchange.logic import encodings, heads
from zhike.platform.exchange.logic.heads import Heads, Remembered

_BEGINNING, _TAIL = 1 << 18, 1 << 16
_DELIMITERS = {",": "逗号", ";": "分号", "\t": "制表符", "|": "竖线"}
_NAMES = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
_MOST_SUMS = 3


def top(
    path: Path, encoding: str, declared: Declared, wanted: Sequence[Wanted], remembered: Remembered, rows: int
) -> tuple[str, list[SeenRow], Heads]:
    """Return what separates the columns of a file, its first records, and its heads.

    It is what was declared, unless that gives no known head, and another sign does.
    """
    text = encodings.beginning(path, encoding, _BEGINNING)
    found: tuple[str, list[SeenRow], Heads] | None = None
    for delimiter in dict.fromkeys((declared.delimiter, *_DELIMITERS)):
        if delimiter == declared.quote:
            continue
        records = list(_records(text, declared, delimiter, max(rows, heads.ROWS)))
        head = heads.find(records, wanted, remembered, declared.head_row)
        if found is None or head.score > found[2].score:
            found = (delimiter, records, head)
        if found[2].score and delimiter == declared.delimiter:
            break
    assert found is not None
    return found


def changed(delimiter: str, declared: str) -> list[FileFinding]:
    """Return the note that columns are separated by another sign than was said."""
    if delimiter == declared:
        return []
    zh = f"列之间是{_DELIMITERS.get(delimiter, delimiter)}，本来源按{_DELIMITERS.get(declared, f'“{declared}”')}，已改用前者"
    en = f"columns are separated by {_NAMES.get(delimiter, delimiter)}, not by {_NAMES.get(declared, declared)} as the source says"
    return [FileFinding("load.delimiter", zh, en)]


def without_sums(path: Path, declared: Declared, delimiter: str, keys: Sequence[int], into: Path) -> tuple[Path, int]:
    """Return a UTF-8 file without the sums at its end, and how many they are: itself when it has none, else a copy."""
    size = path.stat().st_size
    start = max(size - _TAIL, 0)
    with path.open("rb") as file:
        file.seek(start)
        lines = file.read().splitlines(keepends=True)
    first, end, sums = (0 if start == 0 else 1), len(lines), 0
    while end > first and sums < _MOST_SUMS:
        line = lines[end - 1].decode("utf-8", "replace")
        record = next(_records(line, declared, delimiter, 1), None)
        if record is not None and not heads.is_sum(record.cells, keys):
            break
        sums += record is not None
        end -= 1
    if not sums:
        return path, 0
    if path != into:
        shutil.copyfile(path, into)
    with into.open("r+b") as file:
        file.truncate(size - len(b"".join(lines[end:])))
    return into, sums


def count(path: Path, encoding: str) -> int:
    """Return how many lines with anything in them a file has; a value of several lines counts for each."""
    with path.open(encoding=encoding, errors="replace", newline=None) as file:
        return sum(1 for line in file if line.strip())


def _records(text: str, declared: Declared, delimiter: str, count: int) -> Iterator[SeenRow]:
    """Yield the first records in which anything stands; a quote that nothing closes ends the look."""
    escape = declared.escape if declared.escape not in ("", declared.quote) else None
    reader = csv.reader(
        io.StringIO(text, newline=""),
        delimiter=delimiter,
        quotechar=declared.quote or None,
        escapechar=escape,
        quoting=csv.QUOTE_MINIMAL if declared.quote else csv.QUOTE_NONE,
    )
    found, line = 0, 0
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield SeenRow(line + 1, reader.line_num, tuple(cells))
                found += 1
            if found == count:
                return
            line = reader.line_num
    except csv.Error:
        return
