"""What the send gate is asked and what it answers."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, TypedDict

from pydantic import Field

from zhike.kernel.definition_parts import Code, Key, Labels, Part, Sourced, Text
from zhike.platform.objects.sets import Ask

#: How a party is reached: a message of its own, or the call of its account manager.
Channel = Literal["email", "staff"]


class SuitabilityFields(Part):
    """The party's fields in which the table finds what it needs."""

    level: Key = Field(description="the tested risk level")
    valid_until: Key = Field(description="the day until which the test holds")
    lowest: Key = Field(description="whether the party is of the lowest risk class")
    professional: Key = Field(description="the class of investor")


class Suitability(Sourced):
    """Which product risk level fits which party: `highest` maps a party's level to the highest that may be offered."""

    kind: Literal["suitability"]
    source: Text = Field(description="the rule the table comes from")
    levels: tuple[Code, ...] = Field(min_length=1, description="the product levels, the lowest first")
    highest: Mapping[Code, Code] = Field(description="the party's level, and the highest product level for it")
    lowest_class_highest: Code = Field(description="the highest product level for the lowest risk class")
    professional: tuple[Code, ...] = Field((), description="classes of investor to whom the table does not apply")
    fields: SuitabilityFields


@dataclass(frozen=True, slots=True)
class Touch:
    """A planned contact: one origin, step, channel and content for many parties.

    `product_level` is the highest product risk level the content mentions ("R3"), empty for none. `initiative` is
    "firm" or "customer". `content_digest` is the approved content, `current_digest` what would be sent now.
    """

    origin_kind: str
    origin_uid: uuid.UUID
    step: str
    channel: str
    purpose: str
    product_level: str = ""
    initiative: str = "firm"
    content_digest: str = ""
    current_digest: str = ""
    occurrence: int = 1


@dataclass(frozen=True, slots=True)
class Leaving:
    """A message that is about to leave: the decision that allowed it, what it would say now, and what it misses."""

    decision_id: int
    current_digest: str
    missing: Sequence[Labels] = ()


@dataclass(frozen=True, slots=True)
class Planned:
    """A contact planned with many parties: with all of them, or with those that `among` is true of.

    `missing` is what each variable of the content is called, and of whom it has no value.
    """

    touch: Touch
    missing: Sequence[tuple[Labels, Ask]] = ()
    among: Ask | None = None


#: (code of the first reason, its words, number of parties), the most frequent first
Refusals = Sequence[tuple[str, Mapping[str, str], int]]


@dataclass(frozen=True, slots=True)
class Tally:
    """How many parties a planned contact is about, and how many of them the gate refuses now, by their first reason."""

    asked: int
    refusals: Refusals

    @property
    def refused(self) -> int:
        """How many the gate refuses."""
        return sum(n for _code, _labels, n in self.refusals)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why somebody is refused: a stable code and its sentence in both languages."""

    code: str
    labels: Mapping[str, str]


class PastDecision(TypedDict):
    """What the gate decided about one party; `reasons` are as they were written down then."""

    decision_id: int
    at: datetime
    origin_kind: str
    origin_uid: uuid.UUID
    channel: str
    allowed: bool
    reasons: list[WrittenReason]


class WrittenReason(TypedDict):
    """Why somebody was refused, as it was written down."""

    code: str
    labels: dict[str, str]


@dataclass(frozen=True, slots=True)
class Verdict:
    """The gate's answer for one party: allowed, refused with every reason, or to be asked again later."""

    party_id: int
    reasons: tuple[Reason, ...] = ()
    later: datetime | None = None
    evidence: Mapping[str, object] = field(default_factory=dict)
    decision_id: int | None = None

    @property
    def allowed(self) -> bool:
        """Whether the contact may go out now."""
        return not self.reasons and self.later is None
