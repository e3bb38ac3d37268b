"""Tags: their definitions, and what they say of one party."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from pydantic import Field

from zhike.insight.warehouse.types import Formula
from zhike.kernel.definition_parts import Code, Count, Labels, Part, Sourced, Staged, rule


class TagLevel(Part):
    """One value of a tag and the condition under which it holds; the first that is met wins."""

    key: Code = Field(description="the value as conditions name it")
    labels: Labels = Field(description="the value as people read it")
    when: Formula = Field(description="a condition over party fields and indicators; it may name :business_date")
    status: Literal["done", "attention", "late", "refused", "plain"] | None = Field(None, description="its color")


class Tag(Sourced, Staged):
    """A label by rule: ordered levels over indicators and party fields.

    `source` says where the thresholds come from; people read it in the builder. By its lifecycle a tag may be live in
    some org units only: parties of the others have no value then.
    """

    kind: Literal["tag"] = "tag"
    order: Count = Field(100, description="tags are shown from the lowest to the highest")
    levels: tuple[TagLevel, ...] = Field(min_length=1)
    format: Literal["tier"] | None = Field(None, description="tier: levels of worth, drawn with the highest in gold")

    @rule("levels")
    def _different(self) -> Labels | None:
        keys = [level.key for level in self.levels]
        doubled = sorted({key for key in keys if keys.count(key) > 1})
        if not doubled:
            return None
        return Labels(f"级别重复：{'、'.join(doubled)}", f"a level comes twice: {', '.join(doubled)}")


@dataclass(frozen=True, slots=True)
class PartyTag:
    """The value a tag has for one party, and the business date since which it has it, if that was ever seen."""

    tag: Tag
    level: TagLevel
    since: date | None = None
