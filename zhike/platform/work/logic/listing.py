"""Lists of work: whose, of which kinds, the most urgent first, and how much there is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Count, Q

from zhike.kernel import clock, cursors, database
from zhike.kernel.written import Written, listed, written
from zhike.platform.organization import places
from zhike.platform.organization.types import InUnit
from zhike.platform.permissions import parts
from zhike.platform.permissions.types import Principal
from zhike.platform.work.logic import rights
from zhike.platform.work.models import WorkItem
from zhike.platform.work.types import WorkCounts, WorkQuery

_TABLE = Written(WorkItem._meta.db_table)
_OPEN = Q(state=WorkItem.State.OPEN)
#: As `late` and `_OPEN` say; written out because a screen counts as often as it lists.
_COUNTS = """
select count(*) filter (where state = 'open'),
  count(*) filter (where state = 'open' and paused_at is null and due_at < %s),
  count(*) filter (where state = 'open' and paused_at is null and due_at >= %s and due_at < %s),
  count(*) filter (where state = 'done'), count(*) filter (where {free}), count(*) filter (where {shown})
from work_workitem where ({own}) and {here}
"""
#: By its own index; a condition of unknown outcome is not met.
_COUNTS_OF_ASKED = """
union all select 0, 0, 0, count(*) filter (where state = 'done'), 0, count(*) filter (where {shown})
from work_workitem where asked_by = %s and {here} and ({own}) is not true
"""


def page(query: WorkQuery, principal: Principal) -> tuple[list[WorkItem], str | None]:
    """Return a page of a list and the cursor of the next one. Raises BadCursor, Refused."""
    field, forward = _order(query)
    narrowed = _asked(query, principal)
    listed = f"work {principal.actor} {query.state} {query.whose} {field}"
    if query.cursor:
        instant, pk = cursors.unseal(listed, query.cursor)
        beyond = "gt" if forward else "lt"
        at = datetime.fromisoformat(str(instant))
        narrowed &= Q(**{f"{field}__{beyond}": at}) | Q(**{field: at, f"id__{beyond}": pk})
    order = f"{field}, id" if forward else f"{field} desc, id desc"
    ways = rights.ways(principal, "work.read", asked=_lists_asked(query))
    found = _first([way & narrowed for way in ways], order, query.limit + 1)
    last = found[query.limit - 1] if len(found) > query.limit else None
    more = cursors.seal(listed, [getattr(last, field).isoformat(), last.pk]) if last else None
    return found[: query.limit], more


def _first(ways: Sequence[Q], order: str, limit: int) -> list[WorkItem]:
    """The first rows of those that meet one of some conditions: the first of each, read in its index's order, merged."""
    if not ways:
        return []
    met = [database.condition(WorkItem, way) for way in ways]
    ordered = Written(order)
    each = "(select * from {table} where {asked} order by {order} limit %s)"
    statement = written(
        "select distinct on ({row}) * from ({each}) found order by {order} limit %s",
        row=Written(order.replace(" desc", "")),  # what meets two conditions is listed once
        each=listed((written(each, table=_TABLE, asked=asked, order=ordered) for asked, _ in met), " union all "),
        order=ordered,
    )
    return list(WorkItem.objects.raw(statement, [*(value for _, values in met for value in (*values, limit)), limit]))


def counts(query: WorkQuery, principal: Principal) -> WorkCounts:
    """Return how much is open, overdue, due today, done and free of what the principal may read, and how much a list shows.

    All of it is of the place that the list is of. What one only asked others for is theirs to do: it counts among what is done, and where a list holds it.
    """
    own, of_own = database.condition(WorkItem, parts.any_of(rights.ways(principal, "work.read", asked=False)))
    here, of_here = database.condition(WorkItem, _in(query.unit) if query.unit else Q())
    free, of_free = database.condition(WorkItem, rights.free(principal))
    shown, of_shown = database.condition(WorkItem, _asked(query, principal))
    now, tomorrow = clock.now(), clock.at(clock.today() + timedelta(days=1))
    values = [now, now, tomorrow, *of_free, *of_shown, *of_own, *of_here]
    statement = _COUNTS.format(free=free, shown=shown, own=own, here=here)
    if principal.me:
        statement += _COUNTS_OF_ASKED.format(shown=shown if _lists_asked(query) else "false", own=own, here=here)
        values += [*(of_shown if _lists_asked(query) else ()), principal.me, *of_here, *of_own]
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return WorkCounts(*map(sum, zip(*cursor.fetchall(), strict=True)))


def per_assignee(unit: InUnit | None, principal: Principal) -> dict[str, WorkCounts]:
    """Return the same by employee number, of everybody whose work is the principal's, or its units'; "" for nobody's yet."""
    return {row["assignee"]: counted for row, counted in _grouped("assignee", unit, principal)}


def per_unit(unit: InUnit | None, principal: Principal) -> dict[int | None, WorkCounts]:
    """Return the same by the inner id of the unit that work belongs to; of no unit under None."""
    return {row["unit_id"]: counted for row, counted in _grouped("unit_id", unit, principal)}


def _grouped(by: str, unit: InUnit | None, principal: Principal) -> Iterator[tuple[Mapping[str, Any], WorkCounts]]:
    """How much there is for each value of a column, by one statement: what was asked for where it is done, as lists have it."""
    own = rights.ways(principal, "work.read", asked=False)
    asked = [Q(asked_by=principal.me, state=WorkItem.State.DONE)] if principal.me else []
    counted = parts.any_of([*own, *asked])
    rows = (
        WorkItem.objects.filter(counted & _in(unit) if unit else counted)
        .values(by)
        .annotate(
            open=Count("id", filter=_OPEN),
            overdue=Count("id", filter=late()),
            done=Count("id", filter=Q(state=WorkItem.State.DONE)),
        )
    )
    for row in rows:
        yield row, WorkCounts(row["open"], row["overdue"], 0, row["done"])


def _in(unit: InUnit) -> Q:
    """The condition of work that belongs to a place. Raises UnknownUnit."""
    return Q(unit_id__in=places.inside(unit)) if unit.code else Q(unit_id=None)


def late() -> Q:
    """Return the condition of open work whose clock runs and has run out."""
    return _OPEN & Q(paused_at=None, due_at__lt=clock.now())


def _lists_asked(query: WorkQuery) -> bool:
    """Whether a list holds what its viewer asked others for: theirs to do until it is decided, it is found among what one
    asked for."""
    return query.whose == "asked" or query.state != WorkItem.State.OPEN


def _asked(query: WorkQuery, principal: Principal) -> Q:
    """What a list asks for beside whose work its viewer may read."""
    found = Q() if query.state == "any" else Q(state=query.state)
    if query.whose == "mine":
        found &= Q(assignee=principal.me) | Q(delegated_by=principal.me)
    elif query.whose == "free":
        found &= rights.free(principal)
    elif query.whose == "asked":
        found &= Q(asked_by=principal.me)
    elif query.whose == "nobody":
        found &= Q(assignee="")
    if query.unit:
        found &= _in(query.unit)
    if query.kinds:
        found &= Q(kind__in=query.kinds)
    if query.assignee:
        found &= Q(assignee=query.assignee)
    return found & late() if query.overdue else found


def _order(query: WorkQuery) -> tuple[str, bool]:
    if query.state == WorkItem.State.DONE:
        return "done_at", False
    return ("created_at", False) if query.newest or query.state != WorkItem.State.OPEN else ("urgent_at", True)
