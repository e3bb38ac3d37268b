"""Work items as other rooms and screens see them."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime


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
    """A work item; `results` are (key, labels, positive) of its result set."""

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
    results: tuple[tuple[str, dict[str, str], bool], ...]
    unit_id: int | None = None


@dataclass(frozen=True, slots=True)
class WorkCounts:
    """How much work a list holds by state."""

    open: int
    overdue: int
    due_today: int
    done: int
