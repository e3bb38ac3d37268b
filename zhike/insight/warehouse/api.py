"""History kept as Delta tables, DuckDB sessions over them, the nightly stage and its publications."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from zhike.insight.warehouse.logic import (
    changes,
    effects,
    engine,
    months,
    night_work,
    sources,
    stages,
    tables,
    writer,
    written,
)
from zhike.insight.warehouse.port import Session
from zhike.insight.warehouse.types import (
    PublicationInfo,
    ReceivedFile,
    StageResult,
    StageStep,
)
from zhike.kernel.jobs import RunHandle

__all__ = [
    "allowed_effects",
    "allowed_of_few",
    "business_date",
    "compact",
    "files_about",
    "newest_day",
    "newest_file_day",
    "only_writer",
    "publication",
    "published",
    "register_look",
    "register_step",
    "session",
    "stage_run",
    "stale_days",
    "state",
    "table_version",
]
only_writer = writer.only_writer
allowed_effects = effects.allowed
allowed_of_few = effects.allowed_of_few
register_look = effects.register


@contextmanager
def session(
    *, pins: PublicationInfo | None = None, memory: str = "", file: Path | None = None, lookup: bool = False
) -> Iterator[Session]:
    """Open a session for the length of a block: over the tables, as a publication has them, or over a `file` only.

    A `lookup` asks about a few rows: it is answered by a database that stays open, and keeps nothing in it.
    """
    if file is not None:
        opened = engine.over_file(file)
    else:
        opened = engine.looking_up() if lookup else engine.over_tables(memory=memory)
    with opened as connection:
        session = Session(connection, pins.versions if pins else None)
        with session.limited():
            yield session


def state(dataset: str) -> bool:
    """Return whether a dataset was ever written."""
    return tables.exists(dataset)


def newest_day(dataset: str, *, before: date) -> date | None:
    """Return the newest day part of a dataset before `before`; None without one."""
    days = [part for part in tables.parts_of(dataset) if len(part) == len("2026-03-17") and part < before.isoformat()]
    return date.fromisoformat(max(days)) if days else None


def newest_file_day(dataset: str) -> date | None:
    """Return the day that the newest loaded file of a dataset is of."""
    rows = written.loads(dataset=dataset).order_by("-id")
    return rows.values_list("business_date", flat=True).first()


def table_version(dataset: str) -> int:
    """Return the newest version of a dataset, -1 when it was never written."""
    found = tables.table(dataset)
    return found.version() if found else -1


def compact(dataset: str, month: str) -> int:
    """Merge the day parts of a closed month ("2026-02") into one sorted part; return its rows."""
    source = sources.source_of(dataset)
    with session() as found:
        return months.compact(found, dataset, month, source.order if source else ())


def register_step(step: StageStep) -> None:
    """Let a room's step take part in the nightly stage; called when the application starts."""
    stages.register_step(step)


def stage_run(business_date: date, *, handle: RunHandle) -> StageResult:
    """Compute every step for `business_date`, and first again for computed days whose facts were corrected since.

    Then publish and delete the files that no kept publication reads. Running it twice gives the same rows; it waits
    for another stage or load to end. Raises NotATradingDay, DayMissing, Cancelled, StageDiskFull.
    """
    return night_work.compute(business_date, handle)


def stale_days(*, before: date) -> list[date]:
    """Return the computed days before `before` that a late file made stale."""
    return changes.stale(before)


def files_about(datasets: Sequence[str], first: date, last: date, *, after: int = 0) -> list[ReceivedFile]:
    """Return the files with facts of some of the days `first` to `last`, in the order in which they were loaded.

    Those loaded after the load `after`; each says whether a computed day has counted it.
    """
    return stages.files_about(datasets, first, last, after)


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
