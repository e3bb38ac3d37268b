"""Places of the firm's tree as lists and tables ask for them: what lies in a unit, what stands directly below it."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from zhike.platform.organization import api
from zhike.platform.organization.logic import units
from zhike.platform.organization.models import Unit
from zhike.platform.organization.types import InUnit, OrgUnit

__all__ = ["directly_below", "inside", "parts_of", "tops", "trail"]


def inside(place: InUnit) -> tuple[int, ...]:
    """Return the ids of the units that a place holds; of no unit at all there is none. Raises UnknownUnit."""
    if not place.code:
        return ()
    unit = api.unit_by_code(place.code)
    return api.subtrees([unit.id])[unit.id] if place.below else (unit.id,)


def tops(every: Sequence[OrgUnit], held: Collection[int]) -> list[OrgUnit]:
    """Return those of the `held` units (inner ids) that stand below no other one of them."""
    ids = frozenset(held)
    mine = [unit for unit in every if unit.id in ids]
    paths = {unit.path for unit in mine}
    return [unit for unit in mine if not any(path in paths for path in _above(unit.path))]


def directly_below(every: Sequence[OrgUnit], top: OrgUnit) -> list[OrgUnit]:
    """Return the units that stand directly below another one."""
    depth = top.path.count("/") + 1
    return [unit for unit in every if unit.path.startswith(top.path) and unit.path.count("/") == depth]


def parts_of(every: Sequence[OrgUnit], parts: Sequence[OrgUnit]) -> dict[int, OrgUnit]:
    """Return by id of each unit that one of the `parts` is or holds, which one."""
    by_path = {part.path: part for part in parts}
    found = {}
    for unit in every:
        part = next((by_path[path] for path in (unit.path, *_above(unit.path)) if path in by_path), None)
        if part is not None:
            found[unit.id] = part
    return found


def trail(unit: OrgUnit, held: Collection[int]) -> list[OrgUnit]:
    """Return the units that lead to one, itself last, from the first one that is among the `held` (inner ids)."""
    leading = Unit.objects.filter(path__in=[*_above(unit.path), unit.path]).order_by("path")
    return [units.as_type(one) for one in leading if one.pk in held]


def _above(path: str) -> list[str]:
    """The paths of the units above one, from the firm down."""
    codes = path.strip("/").split("/")
    return ["/".join(codes[:count]) + "/" for count in range(1, len(codes))]
