"""The list of users for whoever administers them: a page at a time, with what wants attention."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Count, prefetch_related_objects

from zhike.platform.organization.logic import roster, users
from zhike.platform.organization.types import RosterPage, RosterQuery, RosterRow, Staff

__all__ = ["page", "row"]


def page(query: RosterQuery) -> RosterPage:
    """Return a page of users and how many each part of the list holds, in as many queries for few users as for many."""
    members, parts = roster.members(query), roster.conditions()
    counted = members.aggregate(total=Count("pk"), **{key: Count("pk", filter=part) for key, part in parts.items()})
    chosen = roster.found(members.filter(parts[query.shown]) if query.shown else members, query)
    listed = list(chosen.filter(employee_no__gt=query.after).order_by("employee_no")[: query.limit + 1])
    rows, more = listed[: query.limit], len(listed) > query.limit
    prefetch_related_objects(rows, "posts__unit")
    total = counted.pop("total")
    return RosterPage(
        _rows([users.as_staff(one) for one in rows]), chosen.count(), total, {key: counted[key] for key in parts}, more
    )


def row(staff: Staff) -> RosterRow:
    """Return one user as a row of the list."""
    return _rows([staff])[0]


def _rows(found: Sequence[Staff]) -> tuple[RosterRow, ...]:
    locked, ending = roster.locked_of(found), roster.ending_of(found)
    return tuple(RosterRow(one, locked.get(one.id), ending.get(one.id)) for one in found)
