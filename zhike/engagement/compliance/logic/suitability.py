"""Suitability: does a product's risk level fit a party's, on whose initiative, and is the test still valid?"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from zhike.engagement.compliance.types import Reason, Suitability, Touch


def fields_read(table: Suitability) -> tuple[str, ...]:
    """Return the party's fields that the table looks at."""
    fields = table.fields
    return fields.level, fields.valid_until, fields.lowest, fields.professional


def days_read(table: Suitability) -> tuple[str, ...]:
    """Return those of them that hold a day and are compared with today only: people are alike on either side of it."""
    return (table.fields.valid_until,)


def reasons(table: Suitability, facts: Mapping[str, Any], touch: Touch, today: date) -> list[Reason]:
    """Return why `touch` may not reach this party; none without a product or for professionals."""
    fields = table.fields
    if not touch.product_level or facts.get(fields.professional) in table.professional:
        return []
    level = facts.get(fields.level)
    if level is None or level not in table.highest:
        return [_reason("not_assessed", "未做风险测评", "the party has no risk test")]
    found = []
    valid_until = facts.get(fields.valid_until)
    if valid_until is None or valid_until < today:
        zh = f"风险测评已过期（{valid_until or '无有效期'}）"
        found.append(_reason("assessment_expired", zh, "the risk test has expired"))
    limit = table.lowest_class_highest if facts.get(fields.lowest) else table.highest[level]
    if table.levels.index(touch.product_level) > table.levels.index(limit):
        zh = f"产品 {touch.product_level} 高于 {level} 可推荐的 {limit}"
        found.append(
            _reason("above_level", zh, f"product {touch.product_level} is above {limit}, the limit for {level}")
        )
    return found


def evidence(table: Suitability, facts: Mapping[str, Any], touch: Touch) -> dict[str, object]:
    """Return what the check looked at, to be kept with the decision."""
    if not touch.product_level:
        return {}
    seen = {name: str(facts.get(getattr(table.fields, name))) for name in type(table.fields).model_fields}
    return {"product_level": touch.product_level, "initiative": touch.initiative, **seen}


def _reason(code: str, zh: str, en: str) -> Reason:
    return Reason(code, {"zh": zh, "en": en})
