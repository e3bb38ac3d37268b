"""Shares and erasures of records as other rooms see them."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal


@dataclass(frozen=True, slots=True)
class SharedWith:
    """Whom somebody lets see a record, through the day `until`: a user or a unit ("user", "unit") by number or code."""

    uid: uuid.UUID
    kind: Literal["user", "unit"]
    key: str
    name: str
    until: date
    by: str
    by_name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Erasure:
    """What erasing a record wiped: its fields, how many records that belong to it, how many journal lines.

    `at` is when the record was erased first; `again` says that this was not the first time.
    """

    uid: uuid.UUID
    at: datetime
    again: bool
    fields: tuple[str, ...]
    related: Mapping[str, int]
    journal: int
