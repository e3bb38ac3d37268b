"""What a night does: take in what has come, compute the days that are complete, and what came late before the market opens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from zhike.insight.warehouse.errors import StageDiskFull
from zhike.insight.warehouse.logic import changes, inbox, nights, quality, stages, vacuuming, writer
from zhike.insight.warehouse.logic.inbox import Taken
from zhike.insight.warehouse.types import StageResult
from zhike.kernel.full_disk import full_disk
from zhike.kernel.jobs import RunHandle


@dataclass(frozen=True, slots=True)
class NightDone:
    """What became of the files, and the days that were computed, one of them `again` for the loads that came `late`."""

    taken: Taken
    computed: Sequence[StageResult]
    late: int = 0
    again: StageResult | None = None


def compute(day: date, handle: RunHandle) -> StageResult:
    """Compute a day and publish; see `api.stage_run`."""
    for finding in quality.stale_sources(day):
        handle.say(finding.message)
    with writer.only_writer(handle):
        result = _staged(day, handle)
        files, size = vacuuming.vacuum()
    if files:
        handle.say(f"vacuum: {files} files, {size:,} bytes")
    return result


def _staged(day: date, handle: RunHandle) -> StageResult:
    try:
        return stages.run(day, handle)
    except Exception as error:
        if not full_disk(error):
            raise
        shown = stages.publication()
        said = str(shown.business_date) if shown else ""
        raise StageDiskFull(day=str(day), shown=said or "之前的", shown_en=said or "what they showed") from error


def night(handle: RunHandle, *, whatever: bool) -> NightDone:
    """Take in the files that have come, and compute the days that are complete.

    A day of which a file waits for a person is computed only `whatever` that file says.
    """
    # Two nights at once would take each other's files away.
    with writer.only_writer(handle):
        taken = inbox.take(handle)
        return NightDone(taken, [compute(day, handle) for day in _complete(whatever=whatever)])


def before_opening(handle: RunHandle) -> NightDone:
    """Do the night, whatever waits, and compute the newest computed day again, if files came after it."""
    done = night(handle, whatever=True)
    loads, day = changes.late()
    if not loads or day is None:
        return done
    return replace(done, late=loads, again=compute(day, handle))


def _complete(*, whatever: bool) -> list[date]:
    """The days that are to be computed by themselves and of which no file is missing."""
    return [day for day in nights.uncomputed() if not stages.missing_files(day) and (whatever or not nights.waits(day))]
