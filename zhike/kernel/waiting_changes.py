"""A change of definitions that found its tables in use: a run tries it again until they are free."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import timedelta
from typing import Any, cast

from zhike.kernel import clock, definition_changes, jobs
from zhike.kernel.definition_changes import Edit, Plan
from zhike.kernel.definition_errors import TablesInUse
from zhike.kernel.definition_parts import Labels
from zhike.kernel.jobs import Later, RunHandle

KIND = "definitions.change"
#: Seconds between two tries: each keeps those who read waiting behind it for up to a second and a half.
_PAUSE = 60
#: An export of everything or a backup takes hours; what is not free after a day never will be.
_LONGEST = timedelta(days=1)


def hand_over(edits: Sequence[Edit], *, reason: str, consent: bool) -> uuid.UUID:
    """Have `edits` made by a run once the tables are free; return its uid.

    It ends with an error, and nothing is changed, where one of the definitions is changed before.
    """
    wanted = definition_changes.differing(edits)
    first = f"{wanted[0].kind} {wanted[0].key}" if wanted else reason
    title = Labels(f"更改定义 {first} 等 {len(wanted)} 项", f"Change of {len(wanted)} definitions, {first} first")
    params = {"edits": [asdict(edit) for edit in wanted], "seen": definition_changes.newest()}
    return jobs.submit(KIND, title, {**params, "reason": reason, "consent": consent})


def hand_over_undo(change_uid: uuid.UUID, *, consent: bool) -> uuid.UUID:
    """Have a change taken back by a run once the tables are free; return its uid."""
    title = Labels(f"撤销更改 {change_uid}", f"Taking back of change {change_uid}")
    return jobs.submit(KIND, title, {"undo": str(change_uid), "consent": consent})


def make(run: RunHandle) -> Mapping[str, object]:
    """Make the change of a run. Raises Later while a table is in use, after a day TablesInUse."""
    try:
        done = _made(run.params)
    except TablesInUse:
        waited = clock.now() - run.submitted_at
        if waited >= _LONGEST:
            raise
        minutes = int(waited.total_seconds()) // 60
        run.progress(
            Labels(
                f"数据表正被其他任务占用，每分钟重试一次，已等待 {minutes} 分钟",
                f"A table is in use by other work; tried again each minute, {minutes} min so far",
            )
        )
        raise Later(_PAUSE) from None
    return {"changes": [f"{change.action} {change.kind} {change.key}" for change in done.changes]}


def _made(params: Mapping[str, Any]) -> Plan:
    if "undo" in params:
        return definition_changes.undo(uuid.UUID(params["undo"]), consent=params["consent"], pauses=())
    edits = [Edit(**edit) for edit in cast("Sequence[Mapping[str, Any]]", params["edits"])]
    # Begun twice, as when a worker died, it finds what it has made itself.
    definition_changes.refuse_changed(definition_changes.differing(edits), params["seen"])
    return definition_changes.change(edits, reason=params["reason"], consent=params["consent"], pauses=())
