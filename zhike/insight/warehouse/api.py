"""History: files received, typed and kept as Delta tables; DuckDB sessions over them; the nightly stage."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import date
from pathlib import Path

import duckdb

from zhike.expressions.types import Schema
from zhike.insight.warehouse.errors import UnknownDataset
from zhike.insight.warehouse.logic import (
    columns,
    currencies,
    engine,
    file_names,
    folders,
    literals,
    loading,
    naming,
    quality,
    reading_folders,
    record_rejects,
    sources,
    stages,
    tables,
    vacuuming,
    writer,
)
from zhike.insight.warehouse.models import Load
from zhike.insight.warehouse.types import (
    LoadFinding,
    LoadResult,
    PublicationInfo,
    RejectedRow,
    Source,
    StageResult,
    StageStep,
)
from zhike.kernel import clock, cursors, database, jobs
from zhike.kernel.definitions import Snapshot
from zhike.kernel.errors import NotFound
from zhike.kernel.jobs import RunHandle
from zhike.platform.audit import api as audit
from zhike.platform.permissions import api as permissions
from zhike.platform.permissions.types import Principal

__all__ = [
    "as_of_now",
    "ColumnBinding",
    "add_columns",
    "business_date",
    "compact",
    "currencies_in",
    "dataset_column",
    "dataset_meant",
    "dataset_schema",
    "dataset_uses",
    "example_of",
    "files_in",
    "inline",
    "keep_rejected",
    "literal",
    "load",
    "load_file",
    "load_folder",
    "loads",
    "name",
    "newest_day",
    "only_value",
    "only_writer",
    "one_version",
    "plain_master",
    "publication",
    "published",
    "read_definitions",
    "stored_file",
    "register_step",
    "rejected",
    "rejected_csv",
    "relation",
    "replace",
    "session",
    "source_list",
    "source_of",
    "sources_of",
    "stage_run",
    "stale_days",
    "stale_sources",
    "state",
    "table_version",
    "unknown_dataset",
    "upload",
    "with_digests",
]

ColumnBinding = columns.ColumnBinding
add_columns = tables.add_columns
currencies_in = currencies.currencies_in
inline = columns.inline
literal = literals.text
dataset_column = naming.dataset_column
dataset_meant = naming.dataset_meant
dataset_uses = naming.dataset_uses
unknown_dataset = naming.unknown_dataset
name = literals.name
one_version = tables.one_version
only_value = currencies.only_value
only_writer = writer.only_writer
with_digests = engine.with_digests
Listener = folders.Listener
_PAGE = 50


def session(*, memory: str = "", threads: int = 0) -> AbstractContextManager[duckdb.DuckDBPyConnection]:
    """Open an in-memory DuckDB connection over the warehouse for the length of a block."""
    return engine.session(memory=memory, threads=threads)


def relation(
    dataset: str,
    *,
    publication: PublicationInfo | None = None,
    first: date | None = None,
    last: date | None = None,
) -> str:
    """Return what stands after FROM to read a dataset: as published, or its newest version without a publication.

    `first` and `last` narrow the files that are opened; filter `business_date` yourself. Raises UnknownDataset.
    """
    version = None
    if publication is not None:
        if dataset not in publication.versions:
            raise UnknownDataset(dataset=dataset, has=sorted(publication.versions))
        version = publication.versions[dataset]
    found = tables.relation(dataset, version, first=first, last=last)
    if found is None:
        raise UnknownDataset(dataset=dataset, has=sorted(tables.versions()))
    return found


def state(dataset: str) -> bool:
    """Return whether a dataset was ever written."""
    return tables.exists(dataset)


def newest_day(dataset: str, *, before: date) -> date | None:
    """Return the newest day part of a dataset before `before`; None without one."""
    days = [part for part in tables.parts_of(dataset) if len(part) == len("2026-03-17") and part < before.isoformat()]
    return date.fromisoformat(max(days)) if days else None


def table_version(dataset: str) -> int:
    """Return the newest version of a dataset, -1 when it was never written."""
    found = tables.table(dataset)
    return found.version() if found else -1


def replace(
    connection: duckdb.DuckDBPyConnection,
    dataset: str,
    part: str,
    select: str,
    *,
    parameters: Mapping[str, object] | None = None,
    sorted_by: Sequence[str] = (),
) -> int:
    """Replace one part ("2026-03-17", "latest") of a derived dataset by the rows of `select`; return how many."""
    return tables.write(connection, dataset, part, select, parameters, sorted_by=sorted_by)


def compact(dataset: str, month: str) -> int:
    """Merge the day parts of a closed month ("2026-02") into one sorted part; return its rows."""
    source = sources.source_of(dataset)
    with engine.session() as connection:
        return tables.compact(dataset, month, source.order if source else (), connection)


def source_of(dataset: str, *, snapshot: Snapshot | None = None) -> Source | None:
    """Return the source that fills a dataset."""
    return sources.source_of(dataset, snapshot)


def sources_of(*, snapshot: Snapshot | None = None) -> Mapping[str, Source]:
    """Return every source by key."""
    return sources.all_sources(snapshot)


def dataset_schema(source: Source) -> Schema:
    """Return what expressions over the dataset of a source may name."""
    return columns.dataset_schema(source)


def read_definitions(folder: Path) -> Snapshot:
    """Return the definitions (sources, identity, masters) of a folder that is not a pack. Raises DefinitionsBroken."""
    return reading_folders.read(folder)


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


def plain_master(connection: duckdb.DuckDBPyConnection, source: Source, *, into: str) -> bool:
    """Make a temporary table of a master source's newest file with certificate numbers in clear, for one load."""
    return loading.plain_master(connection, source, into)


def keep_rejected(dataset: str, feed: str, rows: Sequence[RejectedRow], count: int) -> None:
    """Let the newest load of a dataset tell which of its rows became no records; see `logic.record_rejects.keep`."""
    record_rejects.keep(dataset, feed, rows, count)


def as_of_now(results: Sequence[LoadResult]) -> list[LoadResult]:
    """Return what is to be said of the same loads by now: feeding may have found rows that became no records."""
    rows = Load.objects.in_bulk([result.uid for result in results], field_name="uid")
    return [loading.as_result(rows[result.uid]) if result.uid in rows else result for result in results]


def loads(*, principal: Principal, cursor: str = "") -> tuple[list[LoadResult], str | None]:
    """Return a page of loads, newest first, and the cursor of the next page."""
    permissions.require(principal, "load.read")
    rows = Load.objects.order_by("-id")
    if cursor:
        rows = rows.filter(id__lt=cursors.unseal("loads", cursor)[0])
    found = list(rows[: _PAGE + 1])
    more = cursors.seal("loads", [found[_PAGE - 1].pk]) if len(found) > _PAGE else None
    return [loading.as_result(row) for row in found[:_PAGE]], more


def load(uid: uuid.UUID, *, principal: Principal) -> LoadResult:
    """Return one load; raises NotFound."""
    permissions.require(principal, "load.read")
    return loading.as_result(_load(uid))


def rejected(uid: uuid.UUID, *, principal: Principal, limit: int = 50) -> list[RejectedRow]:
    """Return the first rejected rows of a load with their reasons, personal values masked; raises NotFound."""
    permissions.require(principal, "load.read")
    row = _load(uid)
    return loading.rejected_rows(row, limit, sources.all_sources().get(row.source))


def rejected_csv(uid: uuid.UUID, *, principal: Principal) -> bytes:
    """Return all rejected rows of a load as CSV, as received; empty when there are none. Audited. Raises NotFound.

    Whoever mends a file with its sender needs the values; numbers of certificates are left out even here.
    """
    permissions.require(principal, "load.read")
    with database.writing():
        row = _load(uid)
        details = {"file": row.file, "rows": row.rows_rejected}
        audit.note(operation="download_rejected", subject="load", subject_id=row.pk, details=details)
    return loading.store().path(row.rejected_hash).read_bytes() if row.rejected_hash else b""


def upload(source: str, path: Path, *, name: str, business_date: date | None, principal: Principal) -> uuid.UUID:
    """Queue the loading of a file somebody sends by hand and return the run; audited.

    The day is the one in the file's name; `business_date` says it where the name holds none. Nothing is queued when
    it raises UnknownSource, NoBusinessDate, DateDiffers or Refused.
    """
    permissions.require(principal, "load.create")
    found = sources.source(source)
    file_names.check_given(found, name, business_date)
    file_names.dates_of(found, name, business_date)
    given = business_date.isoformat() if business_date else ""
    with database.writing():
        params = {"source": source, "hash": loading.store().put_path(path), "file": name, "business_date": given}
        audit.note(operation="load_file", subject="load", details=params)
        return jobs.submit("load_file", name, params)


def source_list(*, principal: Principal) -> list[Source]:
    """Return the sources a file can be loaded into."""
    permissions.require(principal, "load.read")
    return list(sources.all_sources().values())


def example_of(source: Source) -> str:
    """Return a file name that a source expects today."""
    return file_names.example(source, clock.today())


def _load(uid: uuid.UUID) -> Load:
    row = Load.objects.filter(uid=uid).first()
    if row is None:
        raise NotFound(kind="load", id=str(uid))
    return row


def register_step(step: StageStep) -> None:
    """Let a room's step take part in the nightly stage; called when the application starts."""
    stages.register_step(step)


def stage_run(business_date: date, *, handle: RunHandle) -> StageResult:
    """Compute every step for `business_date`, and first again for computed days whose facts were corrected since.

    Then publish and delete the files that no kept publication reads. Running it twice gives the same rows; it waits
    for another stage or load to end. Raises NotATradingDay, DayMissing, Cancelled.
    """
    for finding in quality.stale_sources(business_date):
        handle.say(finding.message)
    with writer.only_writer(handle):
        result = stages.run(business_date, handle)
        files, size = vacuuming.vacuum()
    if files:
        handle.say(f"vacuum: {files} files, {size:,} bytes")
    return result


def stale_days(*, before: date) -> list[date]:
    """Return the computed days before `before` that a late file made stale."""
    return stages.stale_days(before=before)


def stale_sources(business_date: date) -> list[LoadFinding]:
    """Return a finding for each source whose newest file is older than its `fresh_within` allows on that day."""
    return quality.stale_sources(business_date)


def publication() -> PublicationInfo | None:
    """Return the newest publication, or None before the first."""
    return stages.publication()


def published() -> PublicationInfo:
    """Return the newest publication; raises NothingPublished."""
    return stages.published()


def business_date() -> date | None:
    """Return the published business date, or None before the first publication."""
    found = stages.publication()
    return found.business_date if found else None
