"""Background work of the warehouse: parameters in, one call."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from zhike.insight.warehouse import api, received, runs
from zhike.insight.warehouse.errors import LoadFailed
from zhike.kernel.definition_parts import Labels
from zhike.kernel.jobs import RunHandle
from zhike.kernel.schedules import Schedule, When

STAGE = "stage"
LOAD_FOLDER = "load_folder"
LOAD_FILE = "load_file"
STAGE_LATE = "stage_late"
#: Before the market opens: files that came after the night was computed count the same day.
LATE = Schedule(
    STAGE_LATE,
    Labels("迟到文件补加工", "Computing late files"),
    STAGE_LATE,
    When(30, hour=6, days="trading"),
)


def stage(handle: RunHandle) -> Mapping[str, object]:
    """Run the stage for `params.business_date`."""
    return _staged(date.fromisoformat(str(handle.params["business_date"])), handle)


def stage_late(handle: RunHandle) -> Mapping[str, object]:
    """Run the stage of the newest published day again, if files came after it; nothing happens otherwise."""
    loads, day = runs.late_loads()
    return {"loads": loads, **(_staged(day, handle) if loads and day else {})}


def _staged(day: date, handle: RunHandle) -> Mapping[str, object]:
    result = api.stage_run(day, handle=handle)
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
    if result.state == "failed":
        raise LoadFailed(file=result.file, load=str(result.uid), findings=list(result.findings))
    return {"load": str(result.uid), "rows": result.rows_loaded}


def load_folder(handle: RunHandle) -> Mapping[str, object]:
    """Load every expected file of `params.folder`."""
    results = received.load_folder(Path(str(handle.params["folder"])), handle=handle)
    failed = [found.file for found in results if found.state != "done"]
    return {"files": len(results), "failed": failed, "rows": sum(found.rows_loaded for found in results)}
