"""Lists of work: whose, of which kinds, the most urgent first, and how much there is."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Count, Q, QuerySet

from zhike.kernel import clock, cursors
from zhike.platform.permissions.types import Principal
from zhike.platform.work.logic import holding
from zhike.platform.work.models import WorkItem
from zhike.platform.work.types import WorkCounts, WorkQuery

_OPEN = Q(state=WorkItem.State.OPEN)


def page(query: WorkQuery, principal: Principal) -> tuple[list[WorkItem], str | None]:
    """Return a page of a list and the cursor of the next one. Raises BadCursor, Refused."""
    rows = _asked(query, principal)
    field, forward = _order(query)
    listed = f"work {query.state} {query.whose} {field}"
    if query.cursor:
        instant, pk = cursors.unseal(listed, query.cursor)
        beyond = "gt" if forward else "lt"
        at = datetime.fromisoformat(str(instant))
        rows = rows.filter(Q(**{f"{field}__{beyond}": at}) | Q(**{field: at, f"id__{beyond}": pk}))
    order = (field, "id") if forward else (f"-{field}", "-id")
    found = list(rows.order_by(*order)[: query.limit + 1])
    last = found[query.limit - 1] if len(found) > query.limit else None
    more = cursors.seal(listed, [getattr(last, field).isoformat(), last.pk]) if last else None
    return found[: query.limit], more


def counts(principal: Principal) -> WorkCounts:
    """Return how much is open, overdue, due today, done and free of what the principal may read."""
    now = clock.now()
    tomorrow = clock.at(clock.today() + timedelta(days=1))
    found = holding.within(principal, "work.read").aggregate(
        open=Count("id", filter=_OPEN),
        overdue=Count("id", filter=late()),
        due_today=Count("id", filter=_OPEN & Q(paused_at=None, due_at__gte=now, due_at__lt=tomorrow)),
        done=Count("id", filter=Q(state=WorkItem.State.DONE)),
        free=Count("id", filter=holding.free(principal)),
    )
    return WorkCounts(**found)


def per_assignee(principal: Principal) -> dict[str, WorkCounts]:
    """Return the same by employee number, of everybody whose work the principal may read."""
    rows = (
        holding.within(principal, "work.read")
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


def _asked(query: WorkQuery, principal: Principal) -> QuerySet[WorkItem]:
    rows = holding.within(principal, "work.read").filter(state=query.state)
    if query.whose == "mine":
        rows = rows.filter(Q(assignee=principal.me) | Q(delegated_by=principal.me))
    elif query.whose == "free":
        rows = rows.filter(holding.free(principal))
    elif query.whose == "asked":
        rows = rows.filter(asked_by=principal.me)
    if query.kinds:
        rows = rows.filter(kind__in=query.kinds)
    if query.assignee:
        rows = rows.filter(assignee=query.assignee)
    return rows.filter(late()) if query.overdue else rows


def _order(query: WorkQuery) -> tuple[str, bool]:
    if query.state == WorkItem.State.DONE:
        return "done_at", False
    return ("created_at", False) if query.newest or query.state != WorkItem.State.OPEN else ("urgent_at", True)
