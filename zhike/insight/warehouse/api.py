"""History kept as Delta tables, DuckDB sessions over them, the nightly stage and its publications."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import date
from pathlib import Path

import duckdb

from zhike.insight.warehouse.errors import UnknownDataset
from zhike.insight.warehouse.logic import (
    columns,
    engine,
    literals,
    quality,
    sources,
    stages,
    tables,
    vacuuming,
    writer,
)
from zhike.insight.warehouse.types import (
    PublicationInfo,
    StageResult,
    StageStep,
)
from zhike.kernel.jobs import RunHandle

__all__ = [
    "add_columns",
    "business_date",
    "compact",
    "inline",
    "literal",
    "name",
    "newest_day",
    "one_version",
    "only_writer",
    "publication",
    "published",
    "register_step",
    "relation",
    "replace",
    "session",
    "stage_run",
    "stale_days",
    "state",
    "table_version",
    "with_digests",
]
add_columns = tables.add_columns
inline = columns.inline
literal = literals.text
name = literals.name
one_version = tables.one_version
only_writer = writer.only_writer
with_digests = engine.with_digests


def session(
    *, memory: str = "", file: Path | None = None, lookup: bool = False
) -> AbstractContextManager[duckdb.DuckDBPyConnection]:
    """Open an in-memory DuckDB connection over the warehouse for the length of a block, or one that reads a `file` only.

    A `lookup` asks about a few rows: it is answered by a database that stays open, and makes nothing in it.
    """
    if file is not None:
        return engine.reading(file)
    return engine.looking_up() if lookup else engine.session(memory=memory)


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
