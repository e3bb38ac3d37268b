"""The tables of a day: who was a party then with their fields, and their indicators."""

from __future__ import annotations

from collections.abc import Iterator

from zhike.insight.indicators.logic import definitions, party_fields
from zhike.insight.indicators.logic.computing import INDICATOR
from zhike.kernel.datasets import Column, Dataset, Scope
from zhike.kernel.definition_parts import Labels
from zhike.platform.objects.types import FieldType


def declared() -> Iterator[Dataset]:
    """Yield the parties of a day and their indicators."""
    fields = [
        Column(field.key, party_fields.stored_as(field), labels=_labels(field)) for field in party_fields.exported()
    ]
    yield Dataset(
        party_fields.PARTY,
        Labels("当日主体及其属性", "Parties of a day and their fields"),
        "indicators",
        "party",
        ("id",),
        (Column("id", "bigint"), Column("uid", "varchar"), *fields),
        dated=True,
        scope=Scope("id"),
    )
    shown = [item for item in definitions.indicators().values() if not item.hidden]
    yield Dataset(
        INDICATOR,
        Labels("当日指标", "Indicators of a day"),
        "indicators",
        "party",
        ("party_id",),
        (
            Column("party_id", "bigint"),
            *(Column(item.key, item.value_type.warehouse, labels=item.labels) for item in shown),
        ),
        dated=True,
        scope=Scope("party_id"),
    )


def _labels(field: FieldType) -> Labels:
    return Labels(field.labels["zh"], field.labels["en"])
