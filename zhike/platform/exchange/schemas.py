"""What the interface of exports takes and gives."""

from __future__ import annotations

import uuid
from dataclasses import asdict
from datetime import datetime
from typing import Literal, cast

from typing_extensions import TypedDict

from zhike.kernel.wire import Labels
from zhike.platform.exchange.types import MadeExport
from zhike.platform.records.wire import QueryIn


class ExportIn(QueryIn):
    """A list that somebody asks to export, and what for."""

    reason: str


class ExportAskedOut(TypedDict):
    """The piece of work in which an export is decided."""

    work: uuid.UUID


class ExportOut(TypedDict):
    """Where an export above the limit stands: the state of its run, or `expired`; rows so far, and until when it is kept.

    `error` says why it was not made, where that is no fault of the program.
    """

    uid: uuid.UUID
    object: str
    rows: int
    state: Literal["waiting", "running", "done", "failed", "cancelled", "interrupted", "expired"]
    done: int
    total: int
    made_at: datetime | None
    expires_at: datetime | None
    error: Labels | None


def export_out(found: MadeExport) -> ExportOut:
    """Return where an export stands as the interface gives it."""
    return cast(ExportOut, asdict(found))
