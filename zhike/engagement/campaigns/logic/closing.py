"""The verdict of the end day stays: figures that arrive later make another version, which says why it is there."""

from __future__ import annotations

import uuid

from django.db.models import Max
from pydantic import TypeAdapter

from zhike.engagement.campaigns.logic import effects
from zhike.engagement.campaigns.models import Campaign, Verdict
from zhike.engagement.campaigns.types import ClosedEffect, Effect, LateFile
from zhike.insight.warehouse.types import ReceivedFile
from zhike.kernel import clock, database

_EFFECT, _FILES = TypeAdapter(Effect), TypeAdapter(list[LateFile])


def close(campaign: Campaign, run: uuid.UUID, found: Effect) -> None:
    """Keep what a run found as a version, if the end day is observed; once for a run."""
    if not found.complete:
        return
    with database.writing():
        Campaign.objects.select_for_update(no_key=True).get(pk=campaign.pk)
        rows = Verdict.objects.filter(campaign=campaign)
        if rows.filter(run=run).exists():
            return
        before = rows.order_by("-version").first()
        after = before.last_file if before else 0
        counted = [file for file in effects.files_about(campaign, after=after) if file.counted]
        Verdict.objects.create(
            campaign=campaign,
            version=(rows.aggregate(last=Max("version"))["last"] or 0) + 1,
            run=run,
            made_at=clock.now(),
            result=_EFFECT.dump_python(found, mode="json"),
            last_file=max((file.load for file in counted), default=after),
            files=_FILES.dump_python(_late(counted) if before else [], mode="json"),
        )


def versions(campaign: Campaign) -> tuple[list[ClosedEffect], list[LateFile]]:
    """Return the kept versions, and the files about the campaign's days that came since the newest of them."""
    rows = list(Verdict.objects.filter(campaign=campaign).order_by("version"))
    if not rows:
        return [], []
    found = [
        ClosedEffect(row.version, row.made_at, _EFFECT.validate_python(row.result), _FILES.validate_python(row.files))
        for row in rows
    ]
    return found, _late(effects.files_about(campaign, after=rows[-1].last_file))


def _late(files: list[ReceivedFile]) -> list[LateFile]:
    return [LateFile(file.file, file.first_date, file.last_date, file.counted) for file in files]
