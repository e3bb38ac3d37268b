"""Files received: loaded, kept as they came, with what became of them and of their rows."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path

from django.db.models import QuerySet

from zhike.insight.warehouse.logic import (
    answering,
    file_names,
    folders,
    loading,
    quality,
    receiving,
    record_rejects,
    sources,
    wanting,
)
from zhike.insight.warehouse.models import Load
from zhike.insight.warehouse.port import Session
from zhike.insight.warehouse.runs import LOAD_FILE
from zhike.insight.warehouse.types import (
    LoadAnswers,
    LoadFinding,
    LoadResult,
    RejectedRow,
    Source,
    UnrecordedRow,
)
from zhike.kernel import cursors, database, jobs
from zhike.kernel.definition_parts import Labels
from zhike.kernel.definitions import Snapshot
from zhike.kernel.jobs import Listener, RunHandle
from zhike.platform.audit import api as audit
from zhike.platform.objects import api as objects
from zhike.platform.organization import api as organization
from zhike.platform.permissions import api as permissions
from zhike.platform.permissions import parts
from zhike.platform.permissions.types import Principal

__all__ = [
    "effects_named",
    "answers",
    "undo",
    "discard",
    "accept",
    "AWAITED",
    "as_of_now",
    "files_in",
    "fold_anew",
    "keep_rejected",
    "load",
    "load_file",
    "load_folder",
    "loads",
    "plain_master",
    "rejected",
    "rejected_file",
    "stale_sources",
    "stored_file",
    "upload",
]
AWAITED = record_rejects.AWAITED
#: The kinds of runs that load what somebody accepted, and take back a load.
ACCEPTED, UNDONE = "load_accepted", "undo_load"
_PAGE = 50


def load_file(
    source: str,
    path: Path,
    *,
    business_date: date | None = None,
    name: str = "",
    snapshot: Snapshot | None = None,
    handle: RunHandle | None = None,
    again: bool = False,
) -> LoadResult:
    """Load one received file into its dataset and return what became of it.

    Expected faults do not raise: the result is in state "failed" with an error and findings. The same bytes a second
    time are the same load, unless `again`. Raises UnknownSource, Cancelled.
    """
    found = sources.source(source, snapshot)
    return loading.load_file(
        found, path, business_date=business_date, name=name or path.name, handle=handle, again=again
    )


def load_folder(
    folder: Path,
    *,
    business_date: date | None = None,
    snapshot: Snapshot | None = None,
    handle: RunHandle | None = None,
    listener: Listener | None = None,
    again: bool = False,
    after: date | None = None,
) -> list[LoadResult]:
    """Load every file of a folder that a source expects, masters before facts, facts by date.

    With `after` files whose names say that all their days lie before or on that day are not even read.
    """
    return folders.load_folder(
        folder,
        sources.all_sources(snapshot),
        business_date=business_date,
        handle=handle,
        listener=listener,
        again=again,
        after=after,
    )


def files_in(folder: Path) -> list[Path]:
    """Return the files of a folder that some source expects, in loading order."""
    return [path for _source, path in folders.files_in(folder, sources.all_sources())]


def stored_file(file_hash: str) -> Path:
    """Return where the bytes of a received file lie; a stored file never changes."""
    return loading.store().path(file_hash)


def plain_master(session: Session, source: Source, *, into: str) -> bool:
    """Keep in a session a master source's newest file with certificate numbers in clear, for one load."""
    return loading.plain_master(session, source, into)


def fold_anew(source: Source, *, handle: RunHandle | None = None) -> None:
    """Load a master source's newest file again, once, where its hashes were made by an earlier fold (`kernel.folding`)."""
    loading.fold_anew(source, handle)


def keep_rejected(
    source: Source, feed: str, rows: Sequence[UnrecordedRow], count: int, awaited: Sequence[LoadFinding] = ()
) -> None:
    """Let the newest load of a dataset tell which of its rows became no records; see `logic.record_rejects.keep`."""
    record_rejects.keep(source, feed, rows, count, awaited)


def as_of_now(results: Sequence[LoadResult]) -> list[LoadResult]:
    """Return what is to be said of the same loads by now: feeding may have found rows that became no records."""
    rows = Load.objects.in_bulk([result.uid for result in results], field_name="uid")
    return [loading.as_result(rows[result.uid]) if result.uid in rows else result for result in results]


def loads(*, principal: Principal, cursor: str = "") -> tuple[list[LoadResult], str | None]:
    """Return a page of loads, newest first, and the cursor of the next page."""
    rows = _within(principal).order_by("-id")
    if cursor:
        rows = rows.filter(id__lt=cursors.unseal("loads", cursor)[0])
    found = list(rows[: _PAGE + 1])
    more = cursors.seal("loads", [found[_PAGE - 1].pk]) if len(found) > _PAGE else None
    return [loading.as_result(row) for row in found[:_PAGE]], more


def load(uid: uuid.UUID, *, principal: Principal) -> LoadResult:
    """Return one load; raises NotFound."""
    return loading.as_result(_load(uid, principal))


def rejected(uid: uuid.UUID, *, principal: Principal, limit: int = 50) -> list[RejectedRow]:
    """Return the first rejected rows of a load with their reasons, personal values masked; raises NotFound."""
    row = _load(uid, principal)
    return loading.rejected_rows(row, limit, sources.all_sources().get(row.source))


def rejected_file(uid: uuid.UUID, *, principal: Principal) -> Path | None:
    """Return the file (CSV) with all rejected rows of a load, as received; None when there are none. Audited. Raises NotFound.

    Whoever mends a file with its sender needs the values, those of personal columns, too. Numbers of certificates are
    left out even here: their columns are, and of a line that has no columns every word with a digit is.
    """
    with database.writing():
        row = _load(uid, principal)
        details = {"file": row.file, "rows": row.rows_rejected}
        audit.note(operation="download_rejected", subject="load", subject_id=row.pk, details=details)
    return loading.store().path(row.rejected_hash) if row.rejected_hash else None


def upload(
    source: str,
    path: Path,
    *,
    name: str,
    business_date: date | None,
    columns: Mapping[str, str] | None = None,
    remember: bool = False,
    principal: Principal,
) -> uuid.UUID:
    """Queue the loading of a file somebody sends by hand and return the run; audited.

    The day is the one in the file's name; `business_date` says it where the name holds none. `columns` are what was
    chosen for heads that are called otherwise, for this file, or to `remember` for all with the same heads. Nothing is
    queued when it raises UnknownSource, NoBusinessDate, DateDiffers, FileUnreadable or Refused.
    """
    permissions.require(principal, "load.create")
    found = sources.source(source)
    file_names.check_given(found, name, business_date)
    file_names.dates_of(found, name, business_date)
    given = business_date.isoformat() if business_date else ""
    with database.writing():
        params: dict[str, object] = {
            "source": source,
            "hash": loading.store().put_path(path),
            "file": name,
            "business_date": given,
        }
        if columns:
            params |= {"again": "yes", "columns": dict(columns)}
            looked = receiving.looked_at(found, path, name, columns)
            wanting.choose(found, columns, file=str(params["hash"]), looked=looked, remember=remember)
        audit.note(operation=LOAD_FILE, subject="load", details=params)
        return jobs.submit(LOAD_FILE, Labels(f"文件导入 {name}", f"File load {name}"), params)


def accept(uid: uuid.UUID, *, principal: Principal) -> uuid.UUID:
    """Queue the loading of a file that waits, whatever it does; audited. Returns the run.

    Raises NotFound, NotWaiting, NewerLoad, Refused.
    """
    with database.writing():
        row = answering.acceptable(_load(uid, principal, "load.answer"))
        audit.note(operation="accept_load", subject="load", subject_id=row.pk, details={"file": row.file})
        run = jobs.submit(ACCEPTED, Labels(f"确认导入 {row.file}", f"Accepted load {row.file}"), {"load": str(uid)})
        answering.answer(row, Load.State.RUNNING, principal.actor, run)
        return run


def discard(uid: uuid.UUID, *, principal: Principal) -> None:
    """Put a file that waits away: nothing of it is loaded; audited. Raises NotFound, NotWaiting, Refused."""
    with database.writing():
        row = answering.waiting(_load(uid, principal, "load.answer"))
        audit.note(operation="discard_load", subject="load", subject_id=row.pk, details={"file": row.file})
        answering.answer(row, Load.State.DISCARDED, principal.actor, None)


def undo(uid: uuid.UUID, *, principal: Principal) -> uuid.UUID:
    """Queue the taking back of the last load of a source: what was there before is there again; audited.

    Where that does more than may be done unasked it waits, as a load of the file before. Returns the run. Raises NotFound, NewerLoad, Refused.
    """
    with database.writing():
        row = answering.last(_load(uid, principal, "load.answer"))
        audit.note(operation="undo_load", subject="load", subject_id=row.pk, details={"file": row.file})
        answering.answer(row, Load.State.UNDONE, principal.actor, None)
        return jobs.submit(UNDONE, Labels(f"撤销导入 {row.file}", f"Undoing {row.file}"), {"load": str(uid)})


def answers(uid: uuid.UUID, *, principal: Principal) -> LoadAnswers:
    """Return what the principal may say of a load, and what came after it or would come back; raises NotFound."""
    row = _load(uid, principal)
    mine = principal.me if row.owner == principal.actor else ""
    waits, undoable, newer = answering.answerable(row)
    may = parts.reaches(principal, "load.answer", mine=mine, unit=None)
    failed = answering.failed_since(row)
    seen = failed is not None and _within(principal).filter(pk=failed.pk).exists()
    source = sources.all_sources().get(row.source)
    back = answering.before_it(row, source) if source and may and undoable else ()
    return LoadAnswers(
        answerable=may and waits,
        undoable=may and undoable,
        newer_file=newer,
        failed=loading.as_result(failed) if failed and seen else None,
        puts_back=tuple(loading.as_result(one) for one in back),
    )


def effects_named(
    load: LoadResult, *, principal: Principal
) -> tuple[Mapping[int, str], Mapping[str, Mapping[int, Mapping[str, str]]]]:
    """Return the names of the org units and, by object, how the records of a load's effects are called that one may read."""
    units = {unit.id: unit.name for unit in organization.all_units()}
    wanted: dict[str, set[int]] = {}
    for one in load.effects:
        if one.records_of:
            wanted.setdefault(one.records_of, set()).update(one.records)
    return units, {key: _named(key, ids, principal) for key, ids in wanted.items()}


def _named(object: str, ids: Iterable[int], principal: Principal) -> dict[int, dict[str, str]]:
    """How those of the records are called that the principal may read; none, where it may read none of the object."""
    if not permissions.allowed(principal, f"{object}.read"):
        return {}
    found = objects.records_by_id(object, sorted(ids), principal=principal)
    return {id: {"uid": str(one.uid), "display": one.display} for id, one in found.items()}


def stale_sources(business_date: date) -> list[LoadFinding]:
    """Return a finding for each source whose newest file is older than its `fresh_within` allows on that day."""
    return quality.stale_sources(business_date)


def _within(principal: Principal, operation: str = "load.read") -> QuerySet[Load]:
    """The loads that the principal may see: all, or those of files that it sent by hand."""
    return Load.objects.filter(parts.within(principal, operation, me=principal.actor))


def _load(uid: uuid.UUID, principal: Principal, operation: str = "load.read") -> Load:
    return parts.one(_within(principal, operation), uid, kind="load", lock=operation != "load.read")
