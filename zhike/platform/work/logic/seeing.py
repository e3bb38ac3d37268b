"""Whoever gets work sees what it is about: nobody calls a customer without a name."""

from __future__ import annotations

from datetime import timedelta

from zhike.kernel import clock
from zhike.kernel.errors import NotFound, Refused
from zhike.platform.objects import api as objects
from zhike.platform.objects.types import Record
from zhike.platform.organization import api as organization
from zhike.platform.organization import people
from zhike.platform.permissions import api as permissions
from zhike.platform.permissions.types import Principal
from zhike.platform.records import shares
from zhike.platform.work.errors import CannotSee
from zhike.platform.work.models import WorkItem

#: A share lasts through the day on which the work is due, and at least and at most so long (own figures).
_LEAST, _MOST = timedelta(days=7), timedelta(days=90)


def let_see(row: WorkItem, to: str, principal: Principal) -> None:
    """Share what work is about with the employee of a number who gets it and does not see it, in the giver's name.

    In the caller's transaction. Raises CannotSee where the giver may not share it, or the other may not see it anyway.
    """
    user = people.user_id(to)
    if row.record_id is None or user is None or _seen(row, permissions.principal_of_user(user)):
        return
    record = _seen(row, principal)
    if record is None:
        raise CannotSee(employee_no=to)
    today = clock.today()
    due = clock.local(row.due_at).date() if row.due_at else today
    until = min(max(due, today + _LEAST), today + _MOST)
    try:
        shares.share(row.object, record.uid, user=organization.staff(user).uid, until=until, principal=principal)
    except (Refused, NotFound):
        raise CannotSee(employee_no=to) from None
    if _seen(row, permissions.principal_of_user(user)) is None:
        raise CannotSee(employee_no=to)


def _seen(row: WorkItem, principal: Principal) -> Record | None:
    if row.record_id is None or not permissions.allowed(principal, f"{row.object}.read"):
        return None
    return objects.records_by_id(row.object, [row.record_id], principal=principal).get(row.record_id)
