"""The clock of a piece of work: it runs on its kind's calendar, rests and goes on, and says when it has run out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db.models import QuerySet, TextField
from django.db.models.functions import Cast

from zhike.kernel import clock, events, open_time, timers
from zhike.kernel.calendar import OutsideCalendar
from zhike.kernel.timers import Timer
from zhike.platform.audit import api as audit
from zhike.platform.work.errors import ClockRests
from zhike.platform.work.models import WorkItem
from zhike.platform.work.types import WorkKind

DUE = "work.due"


def fault_of(kind: WorkKind, due_at: datetime) -> Mapping[str, str] | None:
    """Return what is wrong with a deadline that somebody sets: over already, or so far away that no clock counts to it."""
    now = clock.now()
    if due_at <= now:
        return {"code": "work.due_past", "message": "到期时间已过", "message_en": "That is over already"}
    try:
        clock.local(due_at)
        if kind.pausable:  # what would be left is counted when the clock rests
            open_time.open_time(kind.counting).between(now, due_at)
    except OutsideCalendar as error:
        return {"code": "work.due_far", "message": error.message("zh"), "message_en": error.message("en")}
    except OverflowError:
        return {"code": "work.due_far", "message": "到期时间过远", "message_en": "That is too far away"}
    return None


def run_out(timer: Timer) -> None:
    """Say that a piece of work that is still open is overdue; whoever escalates hears of it."""
    row = WorkItem.objects.filter(uid=timer.key, state=WorkItem.State.OPEN).first()
    if row is not None:
        audit.note(operation="overdue", subject="work_item", subject_id=row.pk)
        events.publish("work.overdue", "work_item", row.pk, {"origin": str(row.origin_uid)})


def pause(row: WorkItem, by: str, why: str) -> None:
    """Let the clock rest, and keep who let it and why: the open time that was left is kept. Raises ClockRests."""
    if row.due_at is None or row.paused_at is not None:
        raise ClockRests()
    timers.pause(DUE, str(row.uid))
    row.paused_at, row.paused_by, row.paused_why = clock.now(), by, why


def resume(row: WorkItem) -> None:
    """Let it go on with what was left. Raises ClockRests."""
    if row.paused_at is None:
        raise ClockRests()
    row.due_at = row.urgent_at = timers.resume(DUE, str(row.uid))
    row.paused_at = None


def end(rows: QuerySet[WorkItem]) -> None:
    """Stop the clocks of work that ends, however much it is."""
    timers.cancel(DUE, rows.order_by().values_list(Cast("uid", TextField()), flat=True))
