"""The firm's tree."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from graphlib import CycleError, TopologicalSorter

from django.db import connection

from zhike.kernel import definitions
from zhike.kernel.ids import uuid7
from zhike.platform.organization.errors import UnitCircle, UnknownUnit
from zhike.platform.organization.models import Unit
from zhike.platform.organization.types import OrgUnit, UnitRow


def as_type(unit: Unit) -> OrgUnit:
    """Return the row as other rooms see it."""
    return OrgUnit(unit.pk, unit.uid, unit.code, unit.name, unit.kind, unit.path)


def upsert(rows: Iterable[UnitRow]) -> int:
    """Add or rename units by code and return how many rows there were; a moved unit takes its subtree along.

    What rooms derived from the tree together with the definitions (where a tag is in use) is forgotten with a change.
    Raises UnknownUnit and UnitCircle, and then changes nothing.
    """
    known = {unit.code: unit for unit in Unit.objects.select_related("parent")}
    sent = {row.code: row for row in rows}
    wanted = {code: _as_row(unit) for code, unit in known.items()} | sent
    moved = False
    for row in _parents_first(wanted):
        parent = known[row.parent] if row.parent else None
        path = f"{parent.path if parent else ''}{row.code}/"
        unit = known.get(row.code) or Unit(code=row.code, uid=uuid7())
        if (unit.name, unit.kind, unit.parent_id, unit.path) != (row.name, row.kind, parent and parent.pk, path):
            moved = moved or unit.path != path
            unit.name, unit.kind, unit.parent, unit.path = row.name, row.kind, parent, path
            unit.save()
        known[row.code] = unit
    if moved:
        definitions.renew()
    return len(sent)


def _as_row(unit: Unit) -> UnitRow:
    return UnitRow(unit.code, unit.name, unit.kind, unit.parent.code if unit.parent else None)


def _parents_first(rows: Mapping[str, UnitRow]) -> list[UnitRow]:
    above = {row.code: [row.parent] if row.parent else [] for row in rows.values()}
    for parent in sorted({parent for parents in above.values() for parent in parents} - set(rows)):
        raise UnknownUnit(unit=parent, has=sorted(rows)[:20])
    try:
        return [rows[code] for code in TopologicalSorter(above).static_order()]
    except CycleError as circle:
        raise UnitCircle(units=" → ".join(reversed(circle.args[1]))) from None


def subtrees(unit_ids: list[int]) -> dict[int, tuple[int, ...]]:
    """Return for each of the units the ids of itself and everything below it, ascending; every request asks this once."""
    statement = (
        "select top.id, array_agg(under.id order by under.id) from organization_unit top"
        " join organization_unit under on starts_with(under.path, top.path) where top.id = any(%s) group by top.id"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [unit_ids])
        return {unit: tuple(below) for unit, below in cursor.fetchall()}
