"""Background work of the warehouse: parameters in, one call."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from zhike.insight.warehouse import api, received
from zhike.insight.warehouse.errors import LoadFailed
from zhike.kernel.jobs import RunHandle

STAGE = "stage"
LOAD_FOLDER = "load_folder"
LOAD_FILE = "load_file"


def stage(handle: RunHandle) -> Mapping[str, object]:
    """Run the stage for `params.business_date`."""
    result = api.stage_run(date.fromisoformat(str(handle.params["business_date"])), handle=handle)
    return {
        "days": [day.isoformat() for day in result.days],
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
    )
    if result.state == "failed":
        raise LoadFailed(file=result.file, load=str(result.uid), findings=list(result.findings))
    return {"load": str(result.uid), "rows": result.rows_loaded}


def load_folder(handle: RunHandle) -> Mapping[str, object]:
    """Load every expected file of `params.folder`."""
    results = received.load_folder(Path(str(handle.params["folder"])), handle=handle)
    failed = [found.file for found in results if found.state != "done"]
    return {"files": len(results), "failed": failed, "rows": sum(found.rows_loaded for found in results)}
