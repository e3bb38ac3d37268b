"""What stands below the last row of a file and is no row: sums, signatures, "end of file"."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa

from zhike.expressions import trees
from zhike.insight.warehouse.port import Session
from zhike.insight.warehouse.types import Footer

#: A footer stands at the end: it is looked for in the last bytes only, so that a large file is not read twice.
_TAIL = 1 << 20


def cut(session: Session, path: Path, footer: Footer | None, into: Path) -> Path:
    """Return the file without its footer: itself when it has none, else a copy at `into`."""
    if footer is None:
        return path
    size = path.stat().st_size
    start = max(size - _TAIL, 0)
    with path.open("rb") as file:
        file.seek(start)
        tail = file.read()
    end = start + _end(session, tail, footer, whole=start == 0)
    if end == size:
        return path
    if path != into:
        shutil.copyfile(path, into)
    with into.open("r+b") as file:
        file.truncate(end)
    return into


def _end(session: Session, tail: bytes, footer: Footer, *, whole: bool) -> int:
    """How many bytes of the tail stand before the footer. A tail may begin inside a line, which is no footer then."""
    lines = tail.splitlines(keepends=True)
    first = 0 if whole else 1
    if footer.lines is not None:
        rows = len(lines)
        while rows > first and not lines[rows - 1].strip():
            rows -= 1
        return len(b"".join(lines[: max(rows - footer.lines, first)]))
    texts = [line.decode("utf-8", "replace").rstrip("\r\n") for line in lines[first:]]
    above = _above(session, texts, footer.pattern or "")
    return len(tail) if above is None else len(b"".join(lines[: first + above]))


def _above(session: Session, lines: Sequence[str], pattern: str) -> int | None:
    """How many lines stand above the first that the pattern finds, None where it finds none.

    The engine looks: its time grows with the text alone, where Python's grows without end by what a pattern repeats.
    """
    session.give("footer_lines", pa.table({"above": range(len(lines)), "line": pa.array(lines, pa.string())}))
    asked = trees.sql(
        "select min(above) from footer_lines where regexp_matches(line, _pattern)", pattern=trees.value(pattern)
    )
    try:
        (above,) = session.row(asked)
    finally:
        session.take_back("footer_lines")
    return None if above is None else int(above)
