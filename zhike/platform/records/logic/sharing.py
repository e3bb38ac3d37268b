"""Records that somebody lets a colleague or the people of a unit see for a time.

A share gives nothing that its giver could not give today: it is looked at again whenever somebody comes by it, so it ends
with the post, the coverage or the grant that it came from, without anybody ending it (record 22).
"""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Literal

from django.db.models import Q, QuerySet

from zhike.kernel import clock, database, events
from zhike.kernel.errors import NotFound
from zhike.kernel.ids import uuid7
from zhike.platform.audit import api as audit
from zhike.platform.objects import catalogue, single
from zhike.platform.objects.types import ObjectType
from zhike.platform.organization.types import OrgUnit, Staff
from zhike.platform.permissions import api as permissions
from zhike.platform.records.errors import ShareDates
from zhike.platform.records.models import Share
from zhike.platform.records.types import SharedWith

SHARED, WITHDRAWN = "share", "unshare"
OPERATIONS = (SHARED, WITHDRAWN)
#: An own figure, set by no rule: what is needed for longer is a coverage.
LONGEST = timedelta(days=90)


def shared_with(staff: Staff) -> Mapping[str, tuple[int, ...]]:
    """Return the inner ids of the records that are shared with a user today, by object, as far as their givers still may."""
    units = {code for _role, unit in staff.posts for code in unit.path.split("/") if code}
    given = _live(Share.objects.filter(Q(user_id=staff.id) | Q(unit__code__in=units))).exclude(by_id=staff.id)
    rows = given.order_by("by_id", "object").values_list("by_id", "object", "record_id")
    found: dict[str, set[int]] = {}
    for (giver, key), of_one in itertools.groupby(rows, key=lambda row: (row[0], row[1])):
        found.setdefault(key, set()).update(_still_given(giver, key, [record_id for *_giver, record_id in of_one]))
    return {key: tuple(sorted(ids)) for key, ids in found.items() if ids}


def of_record(owner: ObjectType, record_id: int) -> list[SharedWith]:
    """Return with whom a record is shared today, the newest first."""
    rows = _live(Share.objects.filter(object=owner.key, record_id=record_id)).select_related("user", "unit", "by")
    return [_told(row) for row in rows.order_by("-at", "-pk")]


def share(owner: ObjectType, record_id: int, to: Staff | OrgUnit, until: date, by: int) -> SharedWith:
    """Let somebody see a record through a day; who sees it already does so through the new day. Raises ShareDates.

    In the caller's transaction; two who share one record do so one after the other.
    """
    if not clock.today() <= until <= clock.today() + LONGEST:
        raise ShareDates(days=LONGEST.days)
    whom = {"user_id": to.id} if isinstance(to, Staff) else {"unit_id": to.id}
    database.in_turn(f"share {owner.key} {record_id}")
    same = _live(Share.objects.filter(object=owner.key, record_id=record_id, by_id=by, **whom))
    row = same.first()
    if row is None:
        row = Share(uid=uuid7(), object=owner.key, record_id=record_id, by_id=by, **whom)
    row.until, row.at = until, clock.now()
    row.save()
    _note(SHARED, row)
    return _told(row)


def withdraw(owner: ObjectType, record_id: int, uid: uuid.UUID) -> None:
    """End a share of a record at once. Raises NotFound."""
    rows = _live(Share.objects.filter(object=owner.key, record_id=record_id, uid=uid))
    row = rows.select_for_update().first()
    if row is None:
        raise NotFound(kind="share", id=str(uid))
    row.withdrawn_at = clock.now()
    row.save()
    _note(WITHDRAWN, row)


def _live(rows: QuerySet[Share]) -> QuerySet[Share]:
    return rows.filter(withdrawn_at=None, until__gte=clock.today())


def _still_given(giver: int, key: str, ids: list[int]) -> Iterator[int]:
    """Those of the records that their giver may read and share today by posts of its own."""
    if key in catalogue.known():
        principal = permissions.principal_of_user(giver, alone=True)
        yield from single.reached(key, ids, ("read", "share"), principal=principal)


def _note(operation: str, row: Share) -> None:
    """Say at the record who may see it, to whom it was given and until when."""
    told = _told(row)
    details = {"to": told.key, "kind": told.kind, "until": told.until.isoformat()}
    audit.note(operation=operation, subject=row.object, subject_id=row.record_id, details=details)
    events.publish(
        f"record.{operation}d" if operation == SHARED else "record.unshared", row.object, row.record_id, details
    )


def _told(row: Share) -> SharedWith:
    whom: tuple[Literal["user", "unit"], str, str] = ("user", "", "")
    if row.user is not None:
        whom = ("user", row.user.employee_no, row.user.name)
    elif row.unit is not None:
        whom = ("unit", row.unit.code, row.unit.name)
    kind, key, name = whom
    return SharedWith(row.uid, kind, key, name, row.until, row.by.employee_no, row.by.name, row.at)
