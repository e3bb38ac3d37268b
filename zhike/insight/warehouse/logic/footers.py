"""What stands below the last row of a file and is no row: sums, signatures, "end of file"."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from zhike.insight.warehouse.types import Footer

#: A footer stands at the end: it is looked for in the last bytes only, so that a large file is not read twice.
_TAIL = 1 << 20


def cut(path: Path, footer: Footer | None, into: Path) -> Path:
    """Return the file without its footer: itself when it has none, else a copy at `into`."""
    if footer is None:
        return path
    size = path.stat().st_size
    start = max(size - _TAIL, 0)
    with path.open("rb") as file:
        file.seek(start)
        tail = file.read()
    end = start + _end(tail, footer, whole=start == 0)
    if end == size:
        return path
    if path != into:
        shutil.copyfile(path, into)
    with into.open("r+b") as file:
        file.truncate(end)
    return into


def _end(tail: bytes, footer: Footer, *, whole: bool) -> int:
    """How many bytes of the tail stand before the footer. A tail may begin inside a line, which is no footer then."""
    lines = tail.splitlines(keepends=True)
    first = 0 if whole else 1
    if footer.lines is not None:
        rows = len(lines)
        while rows > first and not lines[rows - 1].strip():
            rows -= 1
        return len(b"".join(lines[: max(rows - footer.lines, first)]))
    pattern = re.compile(footer.pattern or "")
    for number, line in enumerate(lines[first:], first):
        if pattern.search(line.decode("utf-8", "replace").rstrip("\r\n")):
            return len(b"".join(lines[:number]))
    return len(tail)
