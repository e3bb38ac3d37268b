"""Nights, for those who see to them: how one stands, and having it done."""

from __future__ import annotations

import uuid
from datetime import date

from django.db import connection

from zhike.insight.warehouse import received, runs
from zhike.insight.warehouse.logic import inbox, nights, stages
from zhike.insight.warehouse.night_types import Night, Stranger
from zhike.kernel import database, jobs
from zhike.kernel.definition_parts import Labels
from zhike.kernel.models import Run
from zhike.kernel.schedules import Standing, standing
from zhike.platform.audit import api as audit
from zhike.platform.permissions import api as permissions
from zhike.platform.permissions.types import Principal

#: Whoever asks for a night looks alone whether there is one.
_ASKING, _LOOKED_AT = (7_302, 2), 5
#: The schedules that a night has.
SCHEDULED = (runs.NIGHT, runs.STAGE_LATE)
_TITLE = Labels("日终跑批", "Nightly run")


def night(day: date | None, *, principal: Principal) -> Night:
    """Return the night of a business day, tonight's without one. Raises Refused, NotATradingDay, OutsideCalendar."""
    permissions.require(principal, "night.read")
    return nights.of(stages.trading_day(day) if day else nights.current())


def restates(day: date, *, principal: Principal) -> list[date]:
    """Return the computed days that computing a day would compute again. Raises Refused."""
    permissions.require(principal, "night.read")
    return stages.would_restate(day)


def schedules(*, principal: Principal) -> list[Standing]:
    """Return when the night is done by itself."""
    permissions.require(principal, "night.read")
    return [one for one in standing() if one.schedule.key in SCHEDULED]


def run(*, principal: Principal) -> uuid.UUID:
    """Queue what the night does by itself, whatever waits for a person: files are taken in, complete days computed.

    One that somebody asked for and that is under way is not begun twice. Audited. Returns the run. Raises Refused.
    """
    permissions.require(principal, "night.run")
    return _once(runs.NIGHT, _TITLE, {"whatever": "yes"})


def compute(day: date, *, principal: Principal) -> uuid.UUID:
    """Queue the computing of a day, also of one that was computed before; audited. Returns the run.

    Raises Refused, NotATradingDay, DayMissing, OutsideCalendar.
    """
    permissions.require(principal, "night.run")
    stages.require(day)
    return _once(runs.STAGE, runs.stage_title(day), runs.stage_params(day))


def strangers(*, principal: Principal) -> list[Stranger]:
    """Return the files in the folder that no source expects. Raises Refused."""
    permissions.require(principal, "night.read")
    return inbox.strangers()


def load_stranger(file: str, source: str, business_date: date | None, *, principal: Principal) -> uuid.UUID:
    """Queue the loading of such a file as one of a source, and take it from the folder; audited. Returns the run.

    Raises Refused, NotFound, UnknownSource, NoBusinessDate, DateDiffers.
    """
    permissions.require(principal, "night.read")
    permissions.require(principal, "load.create")
    path = inbox.stranger(file)
    run = received.upload(source, path, name=file, business_date=business_date, principal=principal)
    path.unlink(missing_ok=True)
    return run


def _once(kind: str, title: Labels, params: dict[str, object]) -> uuid.UUID:
    with database.writing(), connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s, %s)", _ASKING)
        for going in Run.objects.filter(kind=kind, params=params).order_by("-id")[:_LOOKED_AT]:
            if jobs.under_way(going):
                return uuid.UUID(str(going.uid))
        audit.note(operation=kind, subject="run", details=params)
        return jobs.submit(kind, title, params)
