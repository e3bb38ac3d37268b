"""Records in bulk, by inner id and in clear: for engines that load, compute and decide, never for screens."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from pyroaring import BitMap

from zhike.kernel import clock, database, events
from zhike.platform.objects.logic import catalogue as catalogues
from zhike.platform.objects.logic import (
    known_records,
    leaving,
    loading,
    reserving,
    retired_tables,
    scopes,
    serving,
    writing,
)
from zhike.platform.objects.types import (
    LoadColumn,
    LoadCounts,
    LoadEnding,
    SideColumn,
)
from zhike.platform.permissions.types import Principal

__all__ = [
    "drop_replaced",
    "export",
    "facts",
    "load",
    "prepare",
    "publish",
    "refer_to",
    "related",
    "reserve_ids",
    "scope",
    "serving_employees",
    "stop_serving",
]


def facts(
    object: str, ids: Sequence[int], fields: Sequence[str], *, deleted: bool = False
) -> dict[int, dict[str, Any]]:
    """Return fields of live records, and of `deleted` ones if asked, by inner id, typed and in clear.

    For engines that decide, never for screens.
    """
    return known_records.clear_rows(catalogues.object_type(object), ids, fields, deleted=deleted)


def related(object: str, through: str, parent_ids: Sequence[int], fields: Sequence[str]) -> list[dict[str, Any]]:
    """Return fields of the live records that point at one of `parent_ids` by their reference `through`, in clear.

    For engines, like `facts`; each row also has `id` and the reference itself.
    """
    return known_records.related_rows(catalogues.object_type(object), through, parent_ids, fields)


def serving_employees(party_ids: Sequence[int]) -> dict[int, list[str]]:
    """Return by party the employee numbers whose service holds today, the newest first; unserved ones are left out."""
    today = clock.today()
    fields = ["employee_no", "kind", "valid_from", "valid_to"]
    rows = related(catalogues.object_with_role("coverage").key, "party", party_ids, fields)
    found: dict[int, list[str]] = {}
    for row in sorted(rows, key=lambda row: (row["valid_from"], row["id"]), reverse=True):
        ended = row["valid_to"] is not None and row["valid_to"] <= today
        if row["kind"] == "service" and row["valid_from"] <= today and not ended:
            found.setdefault(row["party"], []).append(row["employee_no"])
    return found


def refer_to(object: str, others: Mapping[int, int]) -> int:
    """Let all live records that refer to the records `others` (by inner id) refer to those they stand for instead.

    For merges; the journal says of each record what it referred to before. Returns how many records followed.
    """
    with database.writing():
        for old, new in others.items():
            events.publish("record.merged", object, old, {"into": new})
        return writing.refer_to(catalogues.object_type(object), others)


def scope(object: str, *, principal: Principal, operation: str = "read") -> BitMap | None:
    """Return the ids a principal may use as a bitmap that holds for the live records of now, or None for all of them."""
    return scopes.bitmap(catalogues.object_type(object), principal, operation)


def load(
    object: str,
    *,
    columns: Sequence[LoadColumn],
    rows: Iterable[Sequence[object]],
    by_id: bool = False,
    ends: LoadEnding | None = None,
    details: Mapping[str, object] | None = None,
) -> LoadCounts:
    """Upsert a stream of master records from a source in one transaction; see `logic.loading.load`."""
    with database.writing():
        owner = catalogues.object_type(object)
        return loading.load(owner, columns, rows, by_id=by_id, ends=ends, details=dict(details or {}))


def reserve_ids(object: str, count: int, *, above: int = 0) -> int:
    """Return the first of `count` consecutive inner ids above `above`, set aside for a load by id.

    No record has one of them, and none made at the desk will get one.
    """
    return reserving.reserve(catalogues.object_type(object), count, above)


def prepare(
    object: str, *, business_date: date, columns: Sequence[SideColumn], csv: Path, indexed: Sequence[str] = ()
) -> int:
    """Store wide rows beside an object, for `publish`; nobody reads them yet. Returns the number of rows."""
    with database.writing():
        return serving.prepare(catalogues.object_type(object), business_date, columns, csv, indexed)


def publish(object: str, *, business_date: date) -> None:
    """Let lists read what was prepared for a day, from the commit of the caller's transaction on.

    Nothing happens where nothing was, or where a later day is shown.
    """
    serving.publish(object, business_date)


def drop_replaced() -> int:
    """Drop the wide rows that were replaced and that nobody reads any more; return how many tables went."""
    return retired_tables.drop()


def stop_serving(object: str, keys: Collection[str]) -> None:
    """Leave figures out of what is published beside the object, at once and for everybody."""
    serving.stop(catalogues.object_type(object), keys)


def export(object: str, *, fields: Sequence[str], into: Path) -> int:
    """Write id, uid and the given fields of all live records to a CSV file with a header; return the rows.

    The bridge "export" of the warehouse. Identity numbers leave as their keyed hash only.
    """
    return leaving.copy_out(catalogues.object_type(object), fields, into)
