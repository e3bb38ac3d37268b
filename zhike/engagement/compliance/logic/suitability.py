"""Suitability: does a product's risk level fit a party's, on whose initiative, and is the test still valid?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from zhike.engagement.compliance.types import Reason, Touch


@dataclass(frozen=True, slots=True)
class SuitabilityTable:
    """The matrix of a pack: `highest` maps a party's level to the highest product level it may be offered.

    `fields` names the party's fields: level, valid_until, lowest, professional.
    """

    highest: Mapping[str, str]
    lowest_class_highest: str
    professional: frozenset[str]
    levels: tuple[str, ...]
    fields: Mapping[str, str]

    def reasons(self, facts: Mapping[str, Any], touch: Touch, today: date, settings: Mapping[str, Any]) -> list[Reason]:
        """Return why `touch` may not reach this party; none without a product or for professionals."""
        if not touch.product_level:
            return []
        if facts.get(self.fields["professional"]) in self.professional:
            return []
        level = facts.get(self.fields["level"])
        if level not in self.highest:
            return [_reason("not_assessed", "客户未做风险测评", "the party has no risk test")]
        found = []
        valid_until = facts.get(self.fields["valid_until"])
        if valid_until is None or valid_until < today:
            found.append(
                _reason(
                    "assessment_expired", f"风险测评已过期（{valid_until or '无有效期'}）", "the risk test has expired"
                )
            )
        limit = self.lowest_class_highest if facts.get(self.fields["lowest"]) else self.highest[level]
        if self.levels.index(touch.product_level) > self.levels.index(limit):
            zh = f"产品 {touch.product_level} 高于客户 {level} 可推荐的 {limit}"
            found.append(
                _reason("above_level", zh, f"product {touch.product_level} is above {limit}, the limit for {level}")
            )
        return found

    def evidence(self, facts: Mapping[str, Any], touch: Touch) -> dict[str, object]:
        """Return what the check looked at, to be kept with the decision."""
        if not touch.product_level:
            return {}
        seen = {name: str(facts.get(field)) for name, field in self.fields.items()}
        return {"product_level": touch.product_level, "initiative": touch.initiative, **seen}


def _reason(code: str, zh: str, en: str) -> Reason:
    return Reason(code, {"zh": zh, "en": en})
