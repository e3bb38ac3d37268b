"""Background work of the warehouse: parameters in, one call."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from zhike.insight.warehouse import received, runs
from zhike.insight.warehouse.errors import LoadFailed
from zhike.insight.warehouse.logic import answering, loading, night_work, sources
from zhike.insight.warehouse.logic.inbox import Taken
from zhike.insight.warehouse.logic.night_work import NightDone
from zhike.insight.warehouse.models import Load
from zhike.insight.warehouse.night_types import Stranger
from zhike.insight.warehouse.types import LoadFinding, LoadResult, StageResult
from zhike.kernel.definition_parts import Labels
from zhike.kernel.jobs import RunHandle
from zhike.kernel.schedules import Schedule, When

_NAMED = 5
_WAITS = LoadFinding(
    "load.waits", "影响超过上限，尚未导入，待人工确认", "it does more than it may unasked; somebody has to accept it"
)
#: Each hour what has come is taken in, and a day that is complete is computed.
HOURLY = Schedule(runs.NIGHT, Labels("收文件并跑批", "Taking files in, nightly run"), runs.NIGHT, When(5))
#: Before the market opens: files that came after the night was computed count the same day, and nobody is waited for.
LATE = Schedule(
    runs.STAGE_LATE,
    Labels("开市前补跑", "Before the market opens"),
    runs.STAGE_LATE,
    When(30, hour=6, days="trading"),
)


def stage(handle: RunHandle) -> Mapping[str, object]:
    """Run the stage for `params.business_date`."""
    return _staged(night_work.compute(date.fromisoformat(str(handle.params["business_date"])), handle))


def night(handle: RunHandle) -> Mapping[str, object]:
    """Take in the files that have come, and compute the days that are complete, or `params.whatever` waits, too."""
    return _done(night_work.night(handle, whatever="whatever" in handle.params))


def stage_late(handle: RunHandle) -> Mapping[str, object]:
    """Do the night, whatever waits, and run the stage of the newest published day again, if files came after it."""
    done = night_work.before_opening(handle)
    found = _done(done)
    if done.again is None:
        return {**found, "loads": 0}
    staged = _staged(done.again)
    both = {key: [*found[key], *staged[key]] for key in ("days", "findings")}
    return {**found, **staged, **both, "loads": done.late}


def _done(done: NightDone) -> dict[str, Any]:
    return {
        **_counted(done.taken.results),
        "days": [str(one.publication.business_date) for one in done.computed],
        "findings": _taken(done.taken),
    }


def _taken(taken: Taken) -> list[dict[str, object]]:
    found = [_WAITS] if any(one.state == "waiting" for one in taken.results) else []
    found += [_broken_files(taken.broken)] if taken.broken else []
    found += [_unknown_files(taken.strangers)] if taken.strangers else []
    return [one.as_dict() for one in found]


def _broken_files(names: Sequence[str]) -> LoadFinding:
    return LoadFinding(
        "load.broken",
        f"无法导入的文件，原因见导入记录：{'、'.join(names[:_NAMED])}",
        f"files that could not be loaded, see the loads: {', '.join(names[:_NAMED])}",
    )


def _unknown_files(found: Sequence[Stranger]) -> LoadFinding:
    names = [one.file for one in found]
    more = len(names) > _NAMED
    return LoadFinding(
        "load.strangers",
        f"没有数据源认领的文件：{'、'.join(names[:_NAMED])}{'等' if more else ''}，请在“日终跑批”页选择来源导入",
        f"files that no source expects: {', '.join(names[:_NAMED])}{', …' if more else ''};"
        " choose their source on the page of the night",
    )


def _staged(result: StageResult) -> dict[str, Any]:
    return {
        "days": [day.isoformat() for day in result.days],
        "restated": [day.isoformat() for day in result.restated],
        "business_date": result.publication.business_date.isoformat(),
        "findings": [found.as_dict() for found in received.stale_sources(result.publication.business_date)],
    }


def load_file(handle: RunHandle) -> Mapping[str, object]:
    """Load the stored file `params.hash` into `params.source`, under its own name `params.file`. Raises LoadFailed."""
    given = {key: str(value) for key, value in handle.params.items()}
    result = received.load_file(
        given["source"],
        received.stored_file(given["hash"]),
        name=given["file"],
        business_date=date.fromisoformat(given["business_date"]) if given["business_date"] else None,
        handle=handle,
        again="again" in given,
    )
    return _loaded(result)


def load_folder(handle: RunHandle) -> Mapping[str, object]:
    """Load every expected file of `params.folder`."""
    return _counted(received.load_folder(Path(str(handle.params["folder"])), handle=handle))


def _counted(results: Sequence[LoadResult]) -> Mapping[str, object]:
    waiting = [found.file for found in results if found.state == "waiting"]
    failed = [found.file for found in results if found.state not in ("done", "waiting")]
    return {
        "files": len(results),
        "failed": failed,
        "waiting": waiting,
        "rows": sum(found.rows_loaded for found in results),
    }


def load_accepted(handle: RunHandle) -> Mapping[str, object]:
    """Load the file of the load `params.load`, which somebody accepted. Raises LoadFailed."""
    row = _load(handle)
    return _loaded(answering.load_accepted(row, sources.source(row.source), handle))


def undo_load(handle: RunHandle) -> Mapping[str, object]:
    """Take back the load `params.load`, or let what that does wait for a person. Raises LoadFailed."""
    row = _load(handle)
    return _loaded(answering.put_back(row, sources.source(row.source), handle))


def _load(handle: RunHandle) -> Load:
    return Load.objects.get(uid=uuid.UUID(str(handle.params["load"])))


def _loaded(result: LoadResult) -> Mapping[str, object]:
    if result.state == "failed":
        raise LoadFailed(file=result.file, load=str(result.uid), findings=list(result.findings))
    waits = [_WAITS.as_dict()] if result.state == "waiting" else []
    before = [found for found in result.findings if found["code"] == loading.SENT_BEFORE]
    return {"load": str(result.uid), "rows": result.rows_loaded, "findings": before or waits}
