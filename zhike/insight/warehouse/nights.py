"""Nights, for those who see to them: how one stands, and having it done."""

from __future__ import annotations

import uuid
from datetime import date

from zhike.insight.warehouse.logic import nights, stages
from zhike.insight.warehouse.runs import NIGHT, stage_title
from zhike.insight.warehouse.types import Night
from zhike.kernel import database, jobs
from zhike.kernel.definition_parts import Labels
from zhike.kernel.models import Run
from zhike.kernel.schedules import Standing, standing
from zhike.platform.audit import api as audit
from zhike.platform.permissions import api as permissions
from zhike.platform.permissions.types import Principal

#: The schedules that a night has.
SCHEDULED = ("night", "stage_late")
_TITLE = Labels("日终跑批", "Nightly run")


def night(day: date | None, *, principal: Principal) -> Night:
    """Return the night of a business day, tonight's without one. Raises Refused, NotATradingDay, OutsideCalendar."""
    permissions.require(principal, "night.read")
    return nights.of(stages.trading_day(day) if day else nights.current())


def schedules(*, principal: Principal) -> list[Standing]:
    """Return when the night is done by itself."""
    permissions.require(principal, "night.read")
    return [one for one in standing() if one.schedule.key in SCHEDULED]


def run(*, principal: Principal) -> uuid.UUID:
    """Queue what the night does by itself, whatever waits for a person: files are taken in, complete days computed.

    One that is under way already is not begun twice. Audited. Returns the run. Raises Refused.
    """
    permissions.require(principal, "night.run")
    return _once("night", NIGHT, _TITLE, {"whatever": "yes"})


def compute(day: date, *, principal: Principal) -> uuid.UUID:
    """Queue the computing of a day, also of one that was computed before; audited. Returns the run.

    Raises Refused, NotATradingDay, DayMissing, OutsideCalendar.
    """
    permissions.require(principal, "night.run")
    stages.require(day)
    return _once("stage", "stage", stage_title(day), {"business_date": day.isoformat()})


def _once(operation: str, kind: str, title: Labels, params: dict[str, object]) -> uuid.UUID:
    with database.writing():
        going = Run.objects.filter(kind=kind, params=params, state__in=(Run.State.WAITING, Run.State.RUNNING)).first()
        if going is not None:
            return uuid.UUID(str(going.uid))
        audit.note(operation=operation, subject="run", details=params)
        return jobs.submit(kind, title, params)
