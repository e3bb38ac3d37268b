"""The columns of the wide row: the party's own fields, its indicators, its tags."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from zhike.expressions.types import Field, Schema, Type
from zhike.insight.indicators import api as indicators
from zhike.insight.indicators.types import Term
from zhike.insight.tags import api as tags
from zhike.insight.tags.types import Tag
from zhike.kernel import definitions
from zhike.kernel.definition_parts import Labels
from zhike.kernel.definitions import Snapshot
from zhike.platform.fields import api as fields
from zhike.platform.fields.api import ValueType
from zhike.platform.fields.types import Format, Option
from zhike.platform.objects import catalogue
from zhike.platform.objects.types import FieldType, ObjectType, SideColumn

INDICATOR, FIELD, TAG = "indicator", "field", "tag"


@dataclass(frozen=True, slots=True)
class WideColumn:
    """One column of the wide row; `type` is a field type, `mask` that of a personal field."""

    key: str
    labels: Mapping[str, str]
    type: str
    kind: str
    unit: str = ""
    options: tuple[Option, ...] = ()
    description: Mapping[str, str] = field(default_factory=dict)
    mask: str = ""
    format: Format | None = None

    @property
    def values(self) -> ValueType:
        """What its field type knows of its values."""
        return fields.bound(self.type, options=self.options, unit=self.unit, format=self.format)

    @property
    def expression_type(self) -> Type:
        """The type in conditions."""
        return self.values.expression or Type.TEXT

    def as_side_column(self) -> SideColumn:
        """Return the column as lists of the party show it."""
        return SideColumn(self.key, self.labels, self.type, self.kind, self.unit, self.options, self.format)


def party() -> ObjectType:
    """Return the object that plays the party."""
    return catalogue.object_with_role("party")


def wide_columns() -> Mapping[str, WideColumn]:
    """Return the columns that the definitions ask for, by key: fields, then indicators, then tags."""
    return definitions.derive("audiences.columns", _build)


def total() -> str:
    """Return the indicator whose sum stands beside the number of an audience, "" without one."""
    return next((item.key for item in indicators.indicators() if item.total), "")


def telling() -> list[str]:
    """Return what a few words about a party are: its total, its first tag, its risk level."""
    risk = party().field_with_role("risk_level")
    first = next((tag.key for tag in tags.tags()), "")
    return [key for key in (total(), first, risk.key if risk else "") if key]


def schema_of(columns: Mapping[str, WideColumn]) -> Schema:
    """Return what conditions over these columns may name."""
    fields = {
        column.key: Field(
            column.key, column.expression_type, dict(column.labels), tuple(option.key for option in column.options)
        )
        for column in columns.values()
    }
    owner = party()
    return Schema(owner.key, dict(owner.labels), fields)


def _build(_everything: Snapshot) -> Mapping[str, WideColumn]:
    # Names, numbers and free text of a person are no conditions; neither is anything that needs a second record.
    found = [_field(item) for item in party().fields.values() if item.kind == FIELD and item.values.analytical]
    found += [_indicator(term) for term in indicators.vocabulary()]
    found += [_tag(tag) for tag in tags.tags()]
    columns: dict[str, WideColumn] = {}
    for column in found:
        columns.setdefault(column.key, column)
    return columns


def _field(found: FieldType) -> WideColumn:
    return WideColumn(
        found.key, found.labels, found.type, FIELD, unit=found.unit, options=found.options, mask=found.mask
    )


def _indicator(term: Term) -> WideColumn:
    return WideColumn(
        term.key,
        term.labels,
        term.served,
        INDICATOR,
        unit=term.unit,
        description=term.description,
        format=term.format,
        options=tuple(Option(key, Labels(**labels)) for key, labels in term.options),
    )


def _tag(tag: Tag) -> WideColumn:
    return WideColumn(
        tag.key,
        tag.labels,
        "choice",
        TAG,
        description={"zh": tag.source, "en": tag.source} if tag.source else {},
        format=tag.format,
        options=tuple(Option(level.key, level.labels, level.status or "") for level in tag.levels),
    )
