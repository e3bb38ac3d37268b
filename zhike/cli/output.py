"""What commands print: text for people, one JSON value with `--json`, progress on a terminal."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence

from zhike.kernel.errors import ZhikeError


class Output:
    """Where a command says its result; results go to standard output, progress to standard error."""

    def __init__(self, *, as_json: bool) -> None:
        self.as_json = as_json
        self._progressing = False

    def result(self, value: Mapping[str, object], text: str) -> None:
        """Print the result: `value` with `--json`, else `text`."""
        self._end_progress()
        print(json.dumps(value, ensure_ascii=False, default=str) if self.as_json else text)

    def table(self, rows: Sequence[Mapping[str, object]], columns: Iterable[str]) -> None:
        """Print rows: a JSON list, or columns of text."""
        self._end_progress()
        if self.as_json:
            print(json.dumps(list(rows), ensure_ascii=False, default=str))
            return
        names = list(columns)
        cells = [names, *[["" if row.get(n) is None else str(row[n]) for n in names] for row in rows]]
        widths = [max(len(line[i]) for line in cells) for i in range(len(names))]
        for line in cells:
            print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())

    def progress(self, step: str, done: int, total: int) -> None:
        """Show how far long work is, on a terminal in place, else a line a step."""
        if self.as_json or not step:
            return
        share = f" {done:,}/{total:,}" if total else ""
        if sys.stderr.isatty():
            print(f"\r\033[K{step}{share}", end="", file=sys.stderr, flush=True)
            self._progressing = True
        elif done in (0, total):
            print(f"{step}{share}", file=sys.stderr, flush=True)

    def error(self, error: ZhikeError) -> None:
        """Print an expected error with its findings to standard error."""
        self._end_progress()
        if self.as_json:
            print(json.dumps(error.as_dict("en"), ensure_ascii=False, default=str), file=sys.stderr)
            return
        print(f"{error.code}: {error.message('zh')}", file=sys.stderr)
        for finding in error.findings:
            place = f"{finding['path']}:{finding.get('line', 1)}: " if finding.get("path") else ""
            print(f"  {place}{finding.get('code')}: {finding.get('message')}", file=sys.stderr)

    def _end_progress(self) -> None:
        if self._progressing:
            print("\r\033[K", end="", file=sys.stderr, flush=True)
            self._progressing = False
