"""The columns of the wide row: the party's own fields, its indicators, its tags."""

from __future__ import annotations

from collections.abc import Mapping

from zhike.expressions.types import Field, Schema
from zhike.insight.indicators import api as indicators
from zhike.insight.indicators.types import Term
from zhike.insight.serving.types import FIELD, INDICATOR, TAG, WideColumn
from zhike.insight.tags import api as tags
from zhike.insight.tags.types import Tag
from zhike.kernel import definitions
from zhike.kernel.definition_parts import Labels
from zhike.kernel.definitions import Snapshot
from zhike.platform.fields.types import Option
from zhike.platform.objects import catalogue
from zhike.platform.objects.types import FieldType, ObjectType


def party() -> ObjectType:
    """Return the object that plays the party."""
    return catalogue.object_with_role("party")


def wide_columns() -> Mapping[str, WideColumn]:
    """Return the columns that the definitions ask for, by key: fields, then indicators, then tags."""
    return definitions.derive("serving.columns", _build)


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
