"""What pages may say to the blocks about records, and what these blocks show."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Literal

from pydantic import Field
from typing_extensions import TypedDict

from zhike.kernel.block_data import CellValue, Figure, Format
from zhike.kernel.definition_parts import Code, Count, Key, Part, Place, Text, Unit
from zhike.kernel.definition_parts import Labels as Words
from zhike.kernel.providers import BlockSettings, Named
from zhike.kernel.wire import Labels, Option
from zhike.platform.records.figures import Compared, ObjectKey, OfBook
from zhike.platform.records.schemas import HistoryOut, RecordSourceOut
from zhike.platform.records.wire import Owner

_FIGURE = "a field, an indicator or a tag"


class ComparedFigure(Compared):
    """A figure with what it is compared with."""

    compare: tuple[Compared, ...] = Field((), description="numbers beside it that say what it means")

    def named(self, object: str, place: Place) -> Iterator[Named]:
        """Yield the fields that it and its comparisons are made of."""
        yield from super().named(object, place)
        for number, part in enumerate(self.compare):
            yield from part.named(object, (*place, "compare", number))


class Counted(Part):
    """How many records there are, as a figure."""

    labels: Words = Field(description="what is written over it")
    unit: Unit | None = Field(None, description="what is counted: 户")
    group_by: Key | None = Field(None, description="the choice by which they are counted apart")


class RecordIdentity(BlockSettings):
    """Who a record is, at a glance."""

    number: Key | None = Field(None, description="the field with the number people call it by")
    facts: tuple[Key, ...] = Field((), description="fields beside the name")
    figures: tuple[ComparedFigure, ...] = Field((), description="figures, each with what it is compared with")
    tier: Key | None = Field(None, description="the choice that ranks it")
    valid_until: Key | None = Field(None, description="the field with the day until which the risk level holds")
    consents: Mapping[Code, Key] = Field({}, description="by channel, the field that says whether contact is allowed")
    products: Mapping[Code, Text] = Field({}, description="by risk level, the products that may be offered")

    def named(self, record: str) -> Iterator[Named]:
        """Yield every field that the settings name."""
        for name in ("number", "tier", "valid_until"):
            key = getattr(self, name)
            if key:
                yield Named("field", record, key, (name,))
        yield from _each("facts", record, self.facts)
        for channel, key in self.consents.items():
            yield Named("field", record, key, ("consents", channel))
        yield from _of_all("figures", record, self.figures)


class RecordFields(BlockSettings):
    """The fields of a record by section."""

    without: tuple[Key, ...] = Field((), description="fields that the page shows elsewhere")

    def named(self, record: str) -> Iterator[Named]:
        """Yield every field that the settings name."""
        yield from _each("without", record, self.without)


class RelatedRecords(BlockSettings):
    """The records of another object that point at this one."""

    object: ObjectKey
    through: Key = Field(description="the field of the other object that points here")
    columns: tuple[Key, ...] = Field(min_length=1, description="fields from left to right")
    sort: Key | None = Field(None, description="the field they are sorted by; oldest first, when absent")
    direction: Literal["asc", "desc"] = Field("asc", description="asc: the smallest or oldest first; desc: last")
    chosen: Words | None = Field(
        None,
        description="what a record is called from which the page's record looks up a field; none is, when absent",
    )

    def named(self, record: str) -> Iterator[Named]:
        """Yield every field that the settings name."""
        yield Named("field", self.object, self.through, ("through",), points_at=record)
        yield from _each("columns", self.object, self.columns)
        if self.sort:
            yield Named("field", self.object, self.sort, ("sort",))


class BookFigures(OfBook):
    """Sums over a book, and how many records it has."""

    figures: tuple[ComparedFigure, ...] = Field((), description="figures, each with what it is compared with")
    count: Counted = Field(description="the figure that says how many records there are")

    def named(self, record: str) -> Iterator[Named]:
        """Yield every field and refinement that the settings name."""
        yield from super().named(record)
        yield from _of_all("figures", self.object, self.figures)
        if self.count.group_by:
            yield Named("field", self.object, self.count.group_by, ("count", "group_by"))


class Movers(OfBook):
    """The records of a book whose figure is the largest, up or down."""

    by: Key = Field(description=_FIGURE)
    columns: tuple[Compared, ...] = Field(min_length=1, description="figures and fields from left to right")
    count: Count = Field(10, description="how many are shown")

    def named(self, record: str) -> Iterator[Named]:
        """Yield every field and refinement that the settings name."""
        yield from super().named(record)
        yield Named("field", self.object, self.by, ("by",))
        yield from _of_all("columns", self.object, self.columns)


def _each(name: str, object: str, keys: Iterable[str]) -> Iterator[Named]:
    for number, key in enumerate(keys):
        yield Named("field", object, key, (name, number))


def _of_all(name: str, object: str, items: Iterable[Compared]) -> Iterator[Named]:
    for number, item in enumerate(items):
        yield from item.named(object, (name, number))


class FactData(TypedDict):
    """One field's value in words."""

    key: str
    labels: Labels
    value: CellValue
    format: Format


class FieldData(FactData):
    """One field's value with what its viewer may do to it."""

    owner: Owner
    refused: bool
    unmaskable: bool
    help: Labels | None


class SectionData(TypedDict):
    """Fields under one heading; `kept` where a source keeps one or more of them."""

    labels: Labels
    kept: bool
    fields: list[FieldData]


class FieldsData(TypedDict):
    """What the block kind `fields` shows; the `source` is the one that keeps the record, where it is known.

    Of a record that is `corrected` the reader may ask for corrections of what that keeps.
    """

    sections: list[SectionData]
    source: RecordSourceOut | None
    corrected: bool
    object: str
    uid: uuid.UUID
    revision: int
    permitted: list[str]


class RiskData(TypedDict):
    """How much risk a party may take, and until when that is known."""

    level: str
    label: str
    valid_until: str | None
    products: str | None


class ConsentData(TypedDict):
    """Whether a party may be contacted by one channel."""

    channel: str
    labels: Labels
    state: str


class UnmaskableData(TypedDict):
    """A masked value that its viewer may ask for."""

    field: str
    labels: Labels
    value: str


class IdentityData(TypedDict):
    """What the block kind `identity` shows: who this is, at a glance."""

    display: str
    uid: uuid.UUID
    object: str
    number: str | None
    tier: Option | None
    status: Option | None
    facts: list[FactData]
    figures: list[Figure]
    figures_at: date | None
    risk: RiskData | None
    consents: list[ConsentData]
    unmaskable: list[UnmaskableData]
    revision: int
    permitted: list[str]


class HistoryData(HistoryOut):
    """What the block kind `history` shows: the journal, and whose fields it tells of."""

    object: str
