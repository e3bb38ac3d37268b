"""Figures and columns of records as pages name them and blocks of several rooms draw them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from zhike.kernel.block_data import Format, TableColumn, column
from zhike.kernel.definition_parts import Key, Part, Place, Refers, Unit, rule
from zhike.kernel.definition_parts import Labels as Words
from zhike.kernel.money import HOME
from zhike.kernel.providers import AsOf, BlockSettings, Named
from zhike.kernel.wire import Scalar, labels, option
from zhike.platform.fields.api import plain
from zhike.platform.objects import catalogue
from zhike.platform.objects.types import ObjectType, RecordQuery
from zhike.platform.organization.types import InUnit, OrgUnit

__all__ = [
    "Compared",
    "ObjectKey",
    "OfBook",
    "column_of",
    "compared",
    "day_end",
    "drawn",
    "fields_named",
    "known",
    "scalar",
]
ObjectKey = Annotated[Key, Refers("object"), Field(description="the object whose records are shown")]
_FIGURE = "a field, an indicator or a tag"


class Compared(Part):
    """A figure or column: a field, or what two fields make together."""

    key: Key = Field(description="its name on the page, and the field it shows unless `of` names one")
    labels: Words | None = Field(None, description="what is written over it; the field's own words, when absent")
    of: Key | None = Field(None, description=_FIGURE)
    with_: Key | None = Field(None, alias="with", description=f"what `of` is put together with: {_FIGURE}")
    as_: Literal["difference", "growth"] | None = Field(
        None,
        alias="as",
        description="difference: `of` less `with`; growth: by how many per cent `of` grew, `with` being the change",
    )
    format: Format | None = Field(None, description="how it is drawn; as its field, when absent")
    unit: Unit | None = Field(None, description="what it counts; as its field, when absent")

    @rule("with_")
    def _both_or_none(self) -> Words | None:
        if (self.with_ is None) != (self.as_ is None):
            return Words("`with` 与 `as` 要一起写", "`with` and `as` belong together")
        return None

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields that it is made of."""
        return (self.of or self.key, *([self.with_] if self.with_ else []))

    def named(self, object: str, place: Place) -> Iterator[Named]:
        """Yield the fields that it is made of."""
        yield Named("field", object, self.of or self.key, (*place, "of" if self.of else "key"))
        if self.with_:
            yield Named("field", object, self.with_, (*place, "with"))


class OfBook(BlockSettings):
    """Records of an object that a refinement narrows to a book."""

    object: ObjectKey
    refinement: Key | None = Field(None, description="the refinement that makes the book; all one sees, when absent")

    def query(self, unit: OrgUnit | None) -> RecordQuery:
        """Return the question for the book, or for the part of it that belongs to a unit."""
        return RecordQuery(self.object, refinement=self.refinement or "", unit=InUnit(unit.code) if unit else None)

    def named(self, _record: str) -> Iterator[Named]:
        """Yield every refinement that the settings name."""
        if self.refinement:
            yield Named("refinement", self.object, self.refinement, ("refinement",))


def day_end(object: str) -> AsOf:
    """Return the as-of time of the wide rows beside an object."""
    return AsOf("day_end", catalogue.served_on(object))


def column_of(owner: ObjectType, key: str) -> TableColumn:
    """Return a table column for a field."""
    field = owner.fields[key]
    options = [option(o.key, o.labels, o.status) for o in field.options]
    return column(key, labels(field.labels), field.format, unit=field.unit or None, options=options)


def known(owner: ObjectType, items: Sequence[Compared]) -> bool:
    """Return whether an object has every field that these figures or columns name."""
    return all(key in owner.fields for item in items for key in item.fields)


def fields_named(owner: ObjectType, items: Sequence[Compared]) -> list[str]:
    """Return the fields that figures or columns are made of, each once."""
    return list(dict.fromkeys(key for item in items for key in item.fields if key in owner.fields))


def drawn(owner: ObjectType, item: Compared) -> TableColumn:
    """Return how a figure or column is drawn: as its field, or as it says itself."""
    field = owner.fields.get(item.fields[0])
    own = column_of(owner, field.key) if field else column(item.key, {"zh": "", "en": ""}, "text")
    words = labels(item.labels) if item.labels else own["labels"]
    return column(item.key, words, item.format or own["format"], unit=item.unit or own["unit"], options=own["options"])


def compared(item: Compared, values: Mapping[str, object]) -> Scalar:
    """Return the value of a figure or column from the fields' values, as JSON carries it.

    Without `as` it is the field `of` (default: the key) itself; `difference` is `of` less `with`; `growth` is the
    percentage by which `of` grew when `with` is the change that led to it. Unknown parts make it unknown.
    """
    parts = [values.get(key) for key in item.fields]
    if item.as_ is None:
        return scalar(parts[0])
    if any(part is None for part in parts):
        return None
    of, other = (Decimal(str(plain(part))) for part in parts)
    if item.as_ == "difference":
        return scalar(of - other)
    before = of - other
    return scalar((other / before * 100).quantize(Decimal("0.01"))) if before > 0 else None


def scalar(value: object) -> Scalar:
    """A field's value as text or number: a reference by its display, money as its amount, which names its currency
    where that is not the one of the house."""
    if isinstance(value, dict):
        amount, currency = value.get("amount"), value.get("currency")
        return str(value.get("display") or (amount if currency == HOME else f"{amount} {currency}"))
    shown = plain(value)
    return shown if shown is None or isinstance(shown, str | int | float | bool) else str(shown)
