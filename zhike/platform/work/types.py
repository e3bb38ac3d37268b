"""Work items as other rooms and screens see them."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pydantic import Field

from zhike.kernel.definition_parts import Definition, Flag, Key, Labels, Part


class ResultCode(Part):
    """One way in which work can end."""

    key: Key = Field(description="how the result is stored")
    labels: Labels
    positive: Flag = Field(False, description="counts as a success where results are measured")


class ResultSet(Definition):
    """The results with which a kind of work can be done."""

    kind: Literal["result_set"]
    results: tuple[ResultCode, ...] = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class NewWork:
    """Work to be created: for `party_id`, by `assignee` (employee number), due at an instant."""

    party_id: int | None
    assignee: str
    unit_id: int | None
    subject: str
    script: str
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Work:
    """A work item; `results` are the codes of its result set."""

    uid: uuid.UUID
    kind: str
    subject: str
    script: str
    party_id: int | None
    assignee: str
    due_at: datetime
    state: str
    result: str
    note: str
    done_at: datetime | None
    revision: int
    origin_kind: str
    origin_uid: uuid.UUID
    origin_title: str
    results: tuple[ResultCode, ...]
    unit_id: int | None = None


@dataclass(frozen=True, slots=True)
class WorkCounts:
    """How much work a list holds by state."""

    open: int
    overdue: int
    due_today: int
    done: int
