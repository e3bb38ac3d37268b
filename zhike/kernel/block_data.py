"""What blocks of pages show: the data of each kind that several rooms use, and the block made of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Literal, NotRequired

from typing_extensions import TypeAliasType, TypedDict

from zhike.kernel.providers import AsOf, BlockData
from zhike.kernel.wire import Labels, Option, Scalar

#: How a value is drawn: an amount, a signed change of one, a number of things, a share, a word, a tier, a bar …
Format = Literal[
    "text",
    "number",
    "money",
    "change",
    "count",
    "percent",
    "duration",
    "date",
    "datetime",
    "tag",
    "tier",
    "link",
    "bar",
    "diverge",
]
Tone = Literal["plain", "late", "attention", "refused"]
_RIGHT = ("money", "change", "count", "percent", "number", "duration")


class TaggedText(TypedDict):
    """A word that is drawn as a tag in the color of its status."""

    text: str
    status: str


CellValue = TypeAliasType("CellValue", Scalar | TaggedText | list[Scalar])


class BriefPart(TypedDict):
    """A piece of a sentence."""

    text: str
    tone: Tone


class BriefFirst(TypedDict):
    """What to begin with."""

    text: str
    path: str


class BriefData(TypedDict):
    """One sentence about the day."""

    sentence: str
    parts: list[BriefPart]
    first: BriefFirst | None


class Comparison(TypedDict):
    """A number beside a figure that says what it means."""

    labels: Labels
    value: Scalar
    format: Format
    unit: str | None


class Figure(TypedDict):
    """One number with what it is compared with."""

    key: str
    labels: Labels
    value: Scalar
    format: Format
    unit: str | None
    compare: list[Comparison]


class FiguresData(TypedDict):
    """Numbers side by side."""

    figures: list[Figure]


class TableColumn(TypedDict):
    """A column; `tone` is how a number that is not zero is written."""

    key: str
    labels: Labels
    format: Format
    unit: str | None
    align: Literal["left", "right"]
    options: list[Option]
    tone: Tone | None


class TableRow(TypedDict):
    """A row, and where it leads; `links` are where single cells lead: to the list of what they count.

    `tones` are of cells that are drawn otherwise than their column says.
    """

    key: str
    path: str | None
    cells: Mapping[str, CellValue]
    tones: NotRequired[Mapping[str, Tone]]
    links: NotRequired[Mapping[str, str]]


class TableMore(TypedDict):
    """How many rows are not shown, and where they are."""

    count: int
    path: str


class TableNext(TypedDict):
    """Where the rows of a block go on: asked for `after` this, it gives the next ones; and how many are left."""

    after: str
    left: int


class TableData(TypedDict):
    """Rows under columns; `create` is where the viewer may make one more, if anywhere.

    `rest` is what the rows leave over: drawn below them, in the total, none of what is listed. What is left of rows that
    stand nowhere else is `next`.
    """

    columns: list[TableColumn]
    rows: list[TableRow]
    rest: list[TableRow]
    total: Mapping[str, CellValue] | None
    more: TableMore | None
    next: TableNext | None
    create: str | None


class SeriesPoint(TypedDict):
    """One day of a series; the value is decimal text."""

    x: date
    y: str


class SeriesPin(TypedDict):
    """Something that happened on a day of the series."""

    x: date
    label: str


class SeriesData(TypedDict):
    """A measure over days."""

    unit: str
    format: Format
    points: list[SeriesPoint]
    pins: list[SeriesPin]


class TagValue(TypedDict):
    """A tag's value, and the day since which it is known."""

    key: str
    labels: Labels
    value: str
    value_labels: Labels
    status: str | None
    since: date | None


class TagsData(TypedDict):
    """The tags of a record."""

    tags: list[TagValue]


class TimelineEntry(TypedDict):
    """One thing that happened."""

    at: datetime | None
    kind: str
    title: str
    detail: str
    actor: str | None
    path: str | None


class TimelineData(TypedDict):
    """What happened, newest first."""

    entries: list[TimelineEntry]


def brief(said: Sequence[tuple[str, Tone]], first: BriefFirst | None, language: str, as_of: AsOf) -> BlockData:
    """Return a sentence made of pieces, each with its tone."""
    comma: BriefPart = {"text": ", " if language == "en" else "，", "tone": "plain"}
    parts: list[BriefPart] = []
    for text, tone in said:
        parts += [comma, {"text": text, "tone": tone}] if parts else [{"text": text, "tone": tone}]
    data: BriefData = {"sentence": "".join(part["text"] for part in parts), "parts": parts, "first": first}
    return BlockData("brief", data, as_of)


def figures(found: list[Figure], as_of: AsOf, *, empty: bool = False) -> BlockData:
    """Return numbers side by side."""
    data: FiguresData = {"figures": found}
    return BlockData("figures", data, as_of, empty=empty)


def table(
    columns: list[TableColumn],
    rows: list[TableRow],
    as_of: AsOf | None,
    *,
    rest: Sequence[TableRow] = (),
    total: Mapping[str, CellValue] | None = None,
    more: TableMore | None = None,
    following: TableNext | None = None,
    create: str | None = None,
) -> BlockData:
    """Return rows under columns; without a row the block is empty."""
    data: TableData = {
        "columns": columns,
        "rows": rows,
        "rest": list(rest),
        "total": total,
        "more": more,
        "next": following,
        "create": create,
    }
    return BlockData("table", data, as_of, empty=not (rows or rest))


def series(data: SeriesData, as_of: AsOf | None) -> BlockData:
    """Return a measure over days; without a point the block is empty."""
    return BlockData("series", data, as_of, empty=not data["points"])


def tags(found: list[TagValue], as_of: AsOf | None) -> BlockData:
    """Return the tags of a record."""
    data: TagsData = {"tags": found}
    return BlockData("tags", data, as_of, empty=not found)


def timeline(entries: list[TimelineEntry], as_of: AsOf) -> BlockData:
    """Return what happened."""
    data: TimelineData = {"entries": entries}
    return BlockData("timeline", data, as_of, empty=not entries)


def column(
    key: str,
    words: Labels,
    shown: Format,
    *,
    unit: str | None = None,
    options: Sequence[Option] = (),
    tone: Tone | None = None,
) -> TableColumn:
    """Return a column; numbers stand at its right."""
    return {
        "key": key,
        "labels": words,
        "format": shown,
        "unit": unit,
        "align": "right" if shown in _RIGHT else "left",
        "options": list(options),
        "tone": tone,
    }
