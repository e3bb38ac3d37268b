"""Records in bulk, by inner id and in clear: for engines that merge, compute and decide, never for screens."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from pyroaring import BitMap

from zhike.kernel import database, events
from zhike.platform.objects.logic import catalogue as catalogues
from zhike.platform.objects.logic import (
    known_records,
    reserving,
    retired_tables,
    scopes,
    serving,
    writing,
)
from zhike.platform.objects.types import (
    SideColumn,
)
from zhike.platform.permissions.types import Principal

__all__ = [
    "drop_replaced",
    "facts",
    "forget_figures",
    "prepare",
    "publish",
    "refer_to",
    "related",
    "reserve_ids",
    "scope",
    "serving_employees",
    "stop_serving",
    "without_source",
]


def facts(
    object: str, ids: Sequence[int], fields: Sequence[str], *, deleted: bool = False
) -> dict[int, dict[str, Any]]:
    """Return fields of live records, and of `deleted` ones if asked, by inner id, typed and in clear.

    For engines that decide, never for screens.
    """
    return known_records.clear_rows(catalogues.object_type(object), ids, fields, deleted=deleted)


def without_source(object: str, fields: Sequence[str]) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield id and fields of the live records that no source has named, in clear. For engines, like `facts`."""
    return known_records.without_source(catalogues.object_type(object), fields)


def related(object: str, through: str, parent_ids: Sequence[int], fields: Sequence[str]) -> list[dict[str, Any]]:
    """Return fields of the live records that point at one of `parent_ids` by their reference `through`, in clear.

    For engines, like `facts`; each row also has `id` and the reference itself.
    """
    return known_records.related_rows(catalogues.object_type(object), through, parent_ids, fields)


def serving_employees(party_ids: Sequence[int]) -> dict[int, list[str]]:
    """Return by party the employee numbers whose service holds today, the newest first; unserved ones are left out."""
    coverage = catalogues.object_with_role("coverage")
    rows = known_records.related_rows(coverage, "party", party_ids, ("employee_no", "valid_from"), today=True)
    found: dict[int, list[str]] = {}
    for row in sorted(rows, key=lambda row: (row["valid_from"], row["id"]), reverse=True):
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


def reserve_ids(object: str, count: int, *, above: int = 0) -> int:
    """Return the first of `count` consecutive inner ids above `above`, set aside for a load by id.

    No record has one of them, and none made at the desk will get one.
    """
    return reserving.reserve(catalogues.object_type(object), count, above)


def prepare(
    object: str, *, business_date: date, columns: Sequence[SideColumn], csv: Path, indexed: Sequence[str] = ()
) -> int:
    """Store wide rows beside an object, for `publish`; nobody reads them yet. Returns the number of rows."""
    owner = catalogues.object_type(object)
    with database.writing():
        rows = serving.prepare(owner, business_date, columns, csv, indexed)
    serving.complete(owner)
    return rows


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


def forget_figures(object: str, record_id: int) -> None:
    """Remove what is published beside one record; nothing happens where nothing is."""
    serving.forget(catalogues.object_type(object), record_id)
