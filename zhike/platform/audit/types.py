"""What the journal answers with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One line: `changes` maps a column or field to [old, new]; `actor` reads "user:E1001" or "system:root".

    A line that stands for several says how often (`times`) and when the first of them was (`since`).
    """

    at: datetime
    actor: str
    operation: str
    subject: str
    subject_id: int | None
    changes: Mapping[str, object]
    reason: str
    request_id: str
    times: int = 1
    since: datetime | None = None
