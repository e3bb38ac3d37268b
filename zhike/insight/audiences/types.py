"""Audiences, their counts and their snapshots as other rooms see them."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from pyroaring import BitMap

from zhike.expressions.wire import StoredExpression
from zhike.platform.fields.types import Format, Option

Labels = Mapping[str, str]
Condition = StoredExpression


@dataclass(frozen=True, slots=True)
class VocabularyItem:
    """One thing a condition may ask about, in the words of the condition builder; `format` is how its values are drawn."""

    key: str
    labels: Labels
    type: str
    format: Format
    unit: str = ""
    options: tuple[Option, ...] = ()
    description: str = ""


@dataclass(frozen=True, slots=True)
class VocabularyGroup:
    """Items of one kind: `key` is indicator, field or tag."""

    key: str
    labels: Labels
    items: tuple[VocabularyItem, ...]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Everything a condition may ask about on a business date, and how many parties its viewer sees."""

    business_date: date
    groups: tuple[VocabularyGroup, ...]
    visible_total: int


@dataclass(frozen=True, slots=True)
class NodeCount:
    """How many parties meet one node of a condition, asked alone: path "and.0.or.1", "" for the root.

    `unknown` of them lack the value that would tell; None where that was not asked.
    """

    path: str
    count: int
    unknown: int | None = None


@dataclass(frozen=True, slots=True)
class Total:
    """The sum that stands beside the number of parties: of the indicator that is the `total`."""

    key: str
    labels: Mapping[str, str]
    value: Decimal | None


@dataclass(frozen=True, slots=True)
class Preview:
    """What a condition finds in its viewer's scope."""

    count: int
    visible_total: int
    total: Total | None
    business_date: date
    elapsed_ms: int
    nodes: tuple[NodeCount, ...] = ()


@dataclass(frozen=True, slots=True)
class SampleRow:
    """One party of a sample as its viewer may see it."""

    uid: uuid.UUID
    display: str
    values: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Sample:
    """Some parties that meet a condition."""

    rows: tuple[SampleRow, ...]
    business_date: date


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a party is in or out.

    `tree` is {path, kind: and|or|not|condition, result: true|false|null, field?, actual?, children?}: a condition has
    the field it asks about and the party's value of it, a group has children.
    """

    member: bool
    business_date: date
    tree: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Audience:
    """A stored condition, what it reads like and what it finds now.

    `count` and `business_date` are None when nothing can be counted: nothing is published yet, or the condition
    speaks of something that no longer exists or that the viewer may not see.
    """

    uid: uuid.UUID
    name: str
    description: str
    condition: Condition
    sentence: str
    count: int | None
    business_date: date | None
    owner: str
    owner_name: str
    updated_at: datetime
    revision: int
    snapshots: int
    #: What the viewer may do with it.
    permitted: tuple[Literal["update", "delete"], ...]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The members of an audience on a business date, frozen."""

    uid: uuid.UUID
    count: int
    business_date: date
    taken_at: datetime
    taken_by: str


@dataclass(frozen=True, slots=True)
class Basis:
    """What the members of an audience follow from: the version of its condition and the published data."""

    condition: str
    publication: int
    business_date: date


@dataclass(frozen=True, slots=True)
class Members:
    """The inner ids of an audience's members in their viewer's scope, and what they follow from."""

    parties: BitMap
    basis: Basis
    condition: Condition
