"""Places of frequency caps that can count for no cap any more go each night; the decisions that took them stay."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings

from zhike.engagement.compliance.logic.checks import Gate
from zhike.kernel import clock, definitions
from zhike.kernel.definition_parts import Labels
from zhike.kernel.housekeeping import clear_older
from zhike.kernel.jobs import RunHandle


def clear_places(handle: RunHandle) -> int:
    """Delete the places older than the installation keeps and than the longest cap counts; return how many.

    Without a gate nobody knows what counts, and all stay.
    """
    gate: Gate | None = definitions.all_of(Gate).get("default")
    if gate is None:
        return 0
    counted = [days for check in gate.checks for days in check.days_counted()]
    kept = max([settings.KEPT_CONTACT_DAYS, *counted])
    step = Labels("清理触达次数记录", "Clearing what counted for caps")
    return clear_older(handle, step, "compliance_capreservation", clock.now() - timedelta(days=kept))
