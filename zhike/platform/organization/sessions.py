"""Sessions that ran out are deleted each night; signing out deletes only one's own."""

from __future__ import annotations

from collections.abc import Mapping

from django.contrib.sessions.models import Session
from django.utils import timezone

from zhike.kernel.definition_parts import Labels
from zhike.kernel.jobs import RunHandle
from zhike.kernel.schedules import Schedule, When

KIND = "sessions"
SCHEDULE = Schedule("sessions", Labels("清理过期会话", "Clearing expired sessions"), KIND, When(40, hour=3))


def clear(_handle: RunHandle) -> Mapping[str, object]:
    """Delete the sessions that ran out, by the machine's clock, which wrote when they do; return how many."""
    return {"sessions": Session.objects.filter(expire_date__lt=timezone.now()).delete()[0]}
