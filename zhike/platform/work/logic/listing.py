"""Lists of work: whose, of which kinds, the most urgent first, and how much there is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import Count, Q

from zhike.kernel import clock, cursors
from zhike.platform.permissions import parts
from zhike.platform.permissions.types import Principal
from zhike.platform.work.logic import holding
from zhike.platform.work.models import WorkItem
from zhike.platform.work.types import WorkCounts, WorkQuery

_OPEN = Q(state=WorkItem.State.OPEN)


def page(query: WorkQuery, principal: Principal) -> tuple[list[WorkItem], str | None]:
    """Return a page of a list and the cursor of the next one. Raises BadCursor, Refused."""
    field, forward = _order(query)
    narrowed = _asked(query, principal)
    listed = f"work {query.state} {query.whose} {field}"
    if query.cursor:
        instant, pk = cursors.unseal(listed, query.cursor)
        beyond = "gt" if forward else "lt"
        at = datetime.fromisoformat(str(instant))
        narrowed &= Q(**{f"{field}__{beyond}": at}) | Q(**{field: at, f"id__{beyond}": pk})
    order = (field, "id") if forward else (f"-{field}", "-id")
    ways = holding.ways(principal, "work.read", asked=_lists_asked(query))
    found = _first([way & narrowed for way in ways], order, query.limit + 1)
    last = found[query.limit - 1] if len(found) > query.limit else None
    more = cursors.seal(listed, [getattr(last, field).isoformat(), last.pk]) if last else None
    return found[: query.limit], more


def _first(ways: Sequence[Q], order: tuple[str, str], limit: int) -> list[WorkItem]:
    """The first rows of those that meet one of some conditions: the first of each, read in its index's order, merged."""
    firsts = [WorkItem.objects.filter(way).order_by(*order)[:limit] for way in ways]
    if not firsts:
        return []
    rows = {row.pk: row for row in (firsts[0].union(*firsts[1:], all=True) if firsts[1:] else firsts[0])}
    field = order[0].lstrip("-")
    merged = sorted(rows.values(), key=lambda row: (getattr(row, field), row.pk), reverse=order[0].startswith("-"))
    return merged[:limit]


def counts(query: WorkQuery, principal: Principal) -> WorkCounts:
    """Return how much is open, overdue, due today, done and free of what the principal may read, and how much a list shows."""
    now = clock.now()
    tomorrow = clock.at(clock.today() + timedelta(days=1))
    own = parts.any_of(holding.ways(principal, "work.read", asked=False))
    done, shown = Count("id", filter=Q(state=WorkItem.State.DONE)), Count("id", filter=_asked(query, principal))
    found = WorkItem.objects.filter(own).aggregate(
        open=Count("id", filter=_OPEN),
        overdue=Count("id", filter=late()),
        due_today=Count("id", filter=_OPEN & Q(paused_at=None, due_at__gte=now, due_at__lt=tomorrow)),
        done=done,
        free=Count("id", filter=holding.free(principal)),
        shown=shown,
    )
    if own and principal.me:  # what one only asked others for is theirs to do, and one reads what came of it
        theirs = WorkItem.objects.filter(asked_by=principal.me).exclude(own).aggregate(done=done, shown=shown)
        found["done"] += theirs["done"]
        found["shown"] += theirs["shown"] if _lists_asked(query) else 0
    return WorkCounts(**found)


def per_assignee(principal: Principal) -> dict[str, WorkCounts]:
    """Return the same by employee number, of everybody whose work is the principal's, or its units'."""
    rows = (
        WorkItem.objects.filter(parts.any_of(holding.ways(principal, "work.read", asked=False)))
        .exclude(assignee="")
        .values("assignee")
        .annotate(
            open=Count("id", filter=_OPEN),
            overdue=Count("id", filter=late()),
            done=Count("id", filter=Q(state=WorkItem.State.DONE)),
        )
    )
    return {row["assignee"]: WorkCounts(row["open"], row["overdue"], 0, row["done"]) for row in rows}


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
        found &= holding.free(principal)
    elif query.whose == "asked":
        found &= Q(asked_by=principal.me)
    if query.kinds:
        found &= Q(kind__in=query.kinds)
    if query.assignee:
        found &= Q(assignee=query.assignee)
    return found & late() if query.overdue else found


def _order(query: WorkQuery) -> tuple[str, bool]:
    if query.state == WorkItem.State.DONE:
        return "done_at", False
    return ("created_at", False) if query.newest or query.state != WorkItem.State.OPEN else ("urgent_at", True)
