"""Many records at once, in from a source and out to the warehouse: for engines, never for screens."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from zhike.kernel import database
from zhike.platform.exchange.logic import leaving, load_effects, loading
from zhike.platform.exchange.types import LoadColumn, LoadCounts, LoadEffect, LoadEnding
from zhike.platform.objects import catalogue
from zhike.platform.organization.types import FileActor

__all__ = ["effects", "export", "load"]


def load(
    object: str,
    *,
    columns: Sequence[LoadColumn],
    rows: Iterable[Sequence[object]],
    by_id: bool = False,
    ends: LoadEnding | None = None,
    files: Mapping[str, FileActor] | None = None,
    details: Mapping[str, object] | None = None,
) -> LoadCounts:
    """Upsert a stream of master records from a source in one transaction; see `logic.loading.load`.

    `files` are those that rows come from, by what their source keys begin with before a colon, "" for all others.
    """
    with database.writing():
        owner = catalogue.describe(object)
        return loading.load(
            owner, columns, rows, by_id=by_id, ends=ends, files=files or {}, details=dict(details or {})
        )


def effects(
    object: str,
    *,
    columns: Sequence[LoadColumn],
    rows: Iterable[Sequence[object]],
    gone: Iterable[tuple[int | None, str]] = (),
    by_id: bool = False,
    ends: LoadEnding | None = None,
) -> list[LoadEffect]:
    """Return what a load would do to the records of an object, and do nothing; see `logic.load_effects.effects`."""
    return load_effects.effects(catalogue.describe(object), columns, rows, gone, by_id=by_id, ends=ends)


def export(object: str, *, fields: Sequence[str], into: Path) -> int:
    """Write id, uid and the given fields of all live records to a CSV file with a header; return the rows.

    The bridge "export" of the warehouse. Identity numbers leave as their keyed hash only.
    """
    return leaving.copy_out(catalogue.describe(object), fields, into)
