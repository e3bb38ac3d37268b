"""Files as people save them, as other rooms see them: what is wanted of one, what was found in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["Declared", "FileFinding", "Looked", "SeenRow", "Wanted"]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A column that somebody expects in a file, by its head.

    Of a text `exact` says that a number is damaged, whatever it is, and `whole` that it may have lost the zeros before
    it; a file may come without an `optional` one. `written` is how days and moments of a workbook are written, `decimal` the sign in its numbers.
    """

    title: str
    kind: Literal["text", "number", "date", "datetime"] = "text"
    exact: bool = False
    whole: bool = False
    written: str = ""
    decimal: str = "."
    key: bool = False
    optional: bool = False


@dataclass(frozen=True, slots=True)
class FileFinding:
    """One thing about a file that somebody should know: a note, or why it cannot be read."""

    code: str
    message: str
    message_en: str
    column: str = ""
    refuses: bool = False

    def as_dict(self) -> dict[str, object]:
        """Return the finding as it is stored and sent."""
        said: dict[str, object] = {"code": self.code, "message": self.message, "message_en": self.message_en}
        return {**said, "column": self.column} if self.column else said


@dataclass(frozen=True, slots=True)
class Declared:
    """How somebody says that files are written: where one is written otherwise, its content decides, and a note says so."""

    encoding: str = "utf-8"
    delimiter: str = ","
    quote: str = '"'
    escape: str = ""
    head_row: int = 1
    suffix: str = ""


@dataclass(frozen=True, slots=True)
class SeenRow:
    """A row of a file as it was read: the lines that it takes, and its cells."""

    line: int
    last: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Looked:
    """What a file is by its content: its heads, what each is read as ("" for nothing), notes, and why it cannot be read.

    `first` and `last` are the lines of the heads, 0 where none were found; `rows` are the first of the file, those above
    the heads among them. A workbook has a `sheet`, text an encoding and a delimiter.
    """

    kind: Literal["workbook", "text"]
    heads: tuple[str, ...]
    read_as: tuple[str, ...]
    first: int
    last: int
    rows: tuple[SeenRow, ...]
    findings: tuple[FileFinding, ...]
    sheet: str = ""
    encoding: str = ""
    delimiter: str = ""

    @property
    def faults(self) -> list[FileFinding]:
        """Why the file cannot be read."""
        return [found for found in self.findings if found.refuses]

    @property
    def notes(self) -> list[FileFinding]:
        """What is worth knowing, and hinders nothing."""
        return [found for found in self.findings if not found.refuses]

    @property
    def names(self) -> tuple[str, ...]:
        """A name for each column: what it is read as, else its head.

        No two of them are the same for an engine to which capitals are the same as small letters.
        """
        found: list[str] = []
        taken = {name.casefold() for name in self.read_as if name}
        for place, (head, wanted) in enumerate(zip(self.heads, self.read_as, strict=True), start=1):
            name = wanted or head
            while not name or (not wanted and name.casefold() in taken):
                name = f"{name or '列'}{place}"
            taken.add(name.casefold())
            found.append(name)
        return tuple(found)
