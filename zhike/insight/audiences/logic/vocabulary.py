"""The words of the condition builder, as its viewer may use them."""

from __future__ import annotations

from collections.abc import Mapping

from zhike.insight.audiences.logic.conditions import hidden
from zhike.insight.audiences.types import VocabularyGroup, VocabularyItem
from zhike.insight.serving.api import Terms
from zhike.insight.serving.types import FIELD, INDICATOR, TAG, WideColumn
from zhike.kernel.definition_parts import Labels
from zhike.platform.fields.types import Option
from zhike.platform.objects import catalogue
from zhike.platform.organization import api as organization
from zhike.platform.permissions.types import Principal


def _groups() -> tuple[tuple[str, Mapping[str, str]], ...]:
    party = catalogue.object_with_role("party").labels
    return (
        (INDICATOR, {"zh": "指标", "en": "Indicators"}),
        (FIELD, {"zh": f"{party['zh']}属性", "en": "Fields"}),
        (TAG, {"zh": "标签", "en": "Tags"}),
    )


def groups(terms: Terms, principal: Principal) -> tuple[VocabularyGroup, ...]:
    """Return indicators, fields and tags that `principal` may ask about."""
    units: tuple[Option, ...] = ()
    if any(column.values.pointer for column in terms.columns.values()):
        found = organization.all_units()
        units = tuple(Option(unit.code, Labels(unit.name, unit.name)) for unit in found)
    visible = [column for column in terms.columns.values() if not hidden(column.key, terms, principal)]
    return tuple(
        VocabularyGroup(
            key, labels, tuple(_item(column, units, principal.language) for column in visible if column.kind == key)
        )
        for key, labels in _groups()
    )


def _item(column: WideColumn, units: tuple[Option, ...], language: str) -> VocabularyItem:
    values = column.values
    return VocabularyItem(
        key=column.key,
        labels=column.labels,
        type=values.asked,
        format=values.format,
        unit=column.unit or values.currency,
        options=units if values.pointer else values.options,
        description=column.description.get(language, ""),
    )
