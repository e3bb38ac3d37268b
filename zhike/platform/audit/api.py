"""The journal: written by database triggers for every change, and by doors for reads that matter."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Count, Max, Min, QuerySet
from django.db.models.functions import TruncDate, TruncMinute
from psycopg import sql

from zhike.kernel import clock, context
from zhike.platform.audit.logic import triggers
from zhike.platform.audit.models import Entry
from zhike.platform.audit.types import JournalEntry

__all__ = ["history", "lately", "note", "note_changes", "noted", "watch", "wipe_values"]


def watch(*, table: str, subject: str, ignore: Sequence[str] = ()) -> None:
    """Have every insert, update and delete of `table` written to the journal as `subject`.

    The trigger is statement-level over transition tables, so bulk work pays once and nothing bypasses it.
    Columns in `ignore` (search grams, revision) are left out of the changes.
    """
    triggers.attach(table, subject, ignore)


def note(
    *, operation: str, subject: str, subject_id: int | None = None, details: Mapping[str, object] | None = None
) -> None:
    """Write one line about something that is not a row change: a view, an unmasking, an export, a load."""
    now = context.current()
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into audit_entry (at, actor, request_id, reason, operation, subject, subject_id, changes)"
            " values (%s, %s, %s, %s, %s, %s, %s, %s)",
            [
                clock.now(),
                now.actor,
                now.request_id,
                now.reason,
                operation,
                subject,
                subject_id,
                json.dumps(details or {}, default=str),
            ],
        )


def noted(*, operation: str, subject: str, subject_id: int, since: datetime) -> bool:
    """Return whether whoever acts now did this to a record since an instant, as the journal has it."""
    rows = Entry.objects.filter(subject=subject, subject_id=subject_id, at__gte=since)
    return rows.filter(operation=operation, actor=context.current().actor).exists()


def note_changes(*, subject: str, rows: sql.Composable, values: Mapping[str, object]) -> None:
    """Write a line about each row of a statement: (record id, actor, changes); none where changes are null.

    For a load, whose rows the triggers leave to it: it knows from which file each comes.
    """
    statement = sql.SQL(
        "insert into audit_entry (at, actor, request_id, reason, operation, subject, subject_id, changes)"
        " select %(noted_at)s, r.actor, %(noted_request)s, '', 'update', %(noted_subject)s, r.id, r.changes"
        " from ({}) r(id, actor, changes) where r.changes is not null"
    ).format(rows)
    request = context.current().request_id
    noted: dict[str, Any] = {**values, "noted_at": clock.now(), "noted_request": request, "noted_subject": subject}
    with connection.cursor() as cursor:
        cursor.execute(statement, noted)


def wipe_values(*, subject: str, subject_ids: Sequence[int]) -> int:
    """Blank the old and new values in the lines about these records, in the caller's transaction.

    The lines stay with who, when and which fields. Returns how many lines held a value; a second time none does.
    """
    with connection.cursor() as cursor:
        cursor.execute("select set_config('zhike.erasing', 'on', true)")
        cursor.execute(triggers.WIPE, [subject, list(subject_ids)])
        wiped: int = cursor.rowcount
        cursor.execute("select set_config('zhike.erasing', '', true)")
    return wiped


def history(
    *,
    subject: str,
    subject_id: int,
    operations: Sequence[str] | None = None,
    gathered: Sequence[str] = (),
    limit: int = 200,
) -> list[JournalEntry]:
    """Return the newest lines about one record, newest first.

    Of the operations in `gathered` each actor has one line a day that says how often, first and last: a page asks for a
    record more than once, so all that fall into one minute count once.
    """
    rows = Entry.objects.filter(subject=subject, subject_id=subject_id).order_by("-at", "-id")
    if operations is not None:
        rows = rows.filter(operation__in=operations)
    together = _gathered(rows.filter(operation__in=gathered), limit) if gathered else []
    single = _single(rows.exclude(operation__in=gathered), limit)
    return sorted([*single, *together], key=lambda entry: entry.at, reverse=True)[:limit]


def lately(*, operation: str, since: datetime) -> list[JournalEntry]:
    """Return the lines about an operation of whoever acts now since an instant, newest first."""
    rows = Entry.objects.filter(actor=context.current().actor, operation=operation, at__gte=since)
    return _told(rows.order_by("-at", "-id"))


def _gathered(rows: QuerySet[Entry], limit: int) -> list[JournalEntry]:
    days = rows.annotate(day=TruncDate("at", tzinfo=clock.SHANGHAI)).order_by()
    found = days.values("actor", "operation", "subject", "subject_id", "day").annotate(
        times=Count(TruncMinute("at"), distinct=True), first=Min("at"), last=Max("at")
    )
    return [
        JournalEntry(
            at=row["last"],
            actor=row["actor"],
            operation=row["operation"],
            subject=row["subject"],
            subject_id=row["subject_id"],
            changes={},
            reason="",
            request_id="",
            times=row["times"],
            since=row["first"],
        )
        for row in found.order_by("-last")[:limit]
    ]


def _single(rows: QuerySet[Entry], limit: int) -> list[JournalEntry]:
    return _told(rows[:limit])


def _told(rows: QuerySet[Entry]) -> list[JournalEntry]:
    return [
        JournalEntry(
            at=row.at,
            actor=row.actor,
            operation=row.operation,
            subject=row.subject,
            subject_id=row.subject_id,
            changes=row.changes,
            reason=row.reason,
            request_id=row.request_id,
        )
        for row in rows
    ]
