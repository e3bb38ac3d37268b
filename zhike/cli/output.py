"""What commands print: text for people, one JSON value with `--json`, progress on a terminal."""

from __future__ import annotations

import json
import re
import sys
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from zhike.kernel.definition_parts import Words
from zhike.kernel.errors import ZhikeError

#: A column of such cells stands at the right: figures, with their currency or per cent.
_FIGURE = re.compile(r"[+-]?[\d,]+(\.\d+)?( ?[A-Z]{3}| ?%)?")

#: No column is made wider than this for one long cell of it.
_WIDEST = 48

Row = Mapping[str, object]
#: Keys of the cells of a table; with a mapping each has a title of its own.
Columns = Iterable[str] | Mapping[str, str]


class Output:
    """Where a command says its result; results go to standard output, progress to standard error.

    People read `lang`; a program reads English unless it asks for Chinese.
    """

    def __init__(self, *, as_json: bool, lang: str = "") -> None:
        self.as_json = as_json
        self.lang = lang or ("en" if as_json else "zh")
        #: The language of what the firm calls its own things; Chinese unless another is asked for.
        self.names = lang or "zh"
        self._progressing = False

    def words(self, zh: str, en: str) -> str:
        """Return a sentence in the language that is asked for."""
        return en if self.lang == "en" else zh

    def titles(self, columns: Mapping[str, tuple[str, str]]) -> dict[str, str]:
        """Return the titles of a table in the language that is asked for."""
        return {key: self.words(*names) for key, names in columns.items()}

    def result(self, value: Mapping[str, object], text: str) -> None:
        """Print the result: `value` with `--json`, else `text`."""
        self._end_progress()
        print(_json(value) if self.as_json else text)

    def table(self, rows: Sequence[Row], columns: Columns) -> None:
        """Print rows: a JSON list, or columns of text."""
        self._end_progress()
        if self.as_json:
            print(_json(list(rows)))
            return
        for line in _aligned(rows, columns):
            print(line)

    def pages(
        self, pages: Iterable[Sequence[Row]], titles: Mapping[str, str], end: Callable[[], tuple[Row, str]]
    ) -> None:
        """Print page after page as it comes, so that nothing long lies in memory.

        `titles` name the cells that the rows have. `end` is asked when all are printed: what stands beside `rows` in
        the JSON, and the last line of the text.
        """
        self._end_progress()
        if not self.as_json:
            for number, rows in enumerate(pages):
                columns = {key: titles.get(key, key) for key in rows[0]} if rows else {}
                for line in list(_aligned(rows, columns))[1 if number else 0 :]:
                    print(line)
            print(end()[1])
            return
        print('{"rows": [', end="")
        for number, row in enumerate(row for rows in pages for row in rows):
            print(",\n" if number else "\n", _json(row), sep="", end="")
        print("\n], ", _json(end()[0]).removeprefix("{"), sep="")

    def progress(self, step: Words, done: int, total: int) -> None:
        """Show how far long work is, on a terminal in place, else a line a step."""
        if self.as_json or not step:
            return
        said = step if isinstance(step, str) else self.words(step.zh, step.en)
        share = f" {done:,}/{total:,}" if total else ""
        if sys.stderr.isatty():
            print(f"\r\033[K{said}{share}", end="", file=sys.stderr, flush=True)
            self._progressing = True
        elif done in (0, total):
            print(f"{said}{share}", file=sys.stderr, flush=True)

    def error(self, error: ZhikeError) -> None:
        """Print an expected error with its findings to standard error."""
        self._end_progress()
        if self.as_json:
            findings = [worded(finding, self.lang) for finding in error.findings]
            print(_json(error.as_dict(self.lang) | {"findings": findings}), file=sys.stderr)
            return
        for line in said({"code": error.code, "message": error.message(self.lang)}, error.findings, self.lang):
            print(line, file=sys.stderr)

    def _end_progress(self) -> None:
        if self._progressing:
            print("\r\033[K", end="", file=sys.stderr, flush=True)
            self._progressing = False


def worded(finding: Row, lang: str) -> Row:
    """Return a finding with its sentence in one language."""
    english = finding.get("message_en", finding.get("message"))
    one = {key: value for key, value in finding.items() if key != "message_en"}
    return one | {"message": english} if lang == "en" else one


def said(error: Row | None, findings: Sequence[Row], lang: str = "zh") -> Iterator[str]:
    """Yield an error and its findings as lines; an error that only repeats its one finding is left out."""
    indent = ""
    error = worded(error, lang) if error else None
    findings = [worded(finding, lang) for finding in findings]
    if error and not (len(findings) == 1 and str(findings[0].get("message")) in str(error["message"])):
        yield f"{error['code']}: {error['message']}"
        indent = "  "
    for finding in findings:
        place = f"{finding['path']}:{finding.get('line', 1)}: " if finding.get("path") else ""
        yield f"{indent}{place}{finding.get('code')}: {finding.get('message')}"


def width(text: str) -> int:
    """Return how many cells of a terminal a text takes: Chinese characters take two."""
    return sum(0 if unicodedata.combining(sign) else 1 + (unicodedata.east_asian_width(sign) in "WF") for sign in text)


def _aligned(rows: Sequence[Row], columns: Columns) -> Iterator[str]:
    titles = dict(columns) if isinstance(columns, Mapping) else {name: name for name in columns}
    cells = [["" if row.get(name) is None else str(row[name]) for name in titles] for row in rows]
    right = [all(_FIGURE.fullmatch(line[i]) for line in cells if line[i]) for i in range(len(titles))]
    widths = [
        min(_WIDEST, max(map(width, (title, *(line[i] for line in cells))))) for i, title in enumerate(titles.values())
    ]
    for line in [list(titles.values()), *cells]:
        padded = (
            " " * (room - width(cell)) + cell if figures else cell + " " * (room - width(cell))
            for cell, room, figures in zip(line, widths, right, strict=True)
        )
        yield "  ".join(padded).rstrip()


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)
