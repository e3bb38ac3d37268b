"""Showing one masked value in clear: with a reason, journalled, and not over and over for one reason.

Somebody who looks at value after value "for the same reason" collects numbers; the journal alone would tell it too late.
"""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.conf import settings

from zhike.kernel import clock, context, database, events
from zhike.kernel.errors import Refused
from zhike.platform.audit import api as audit
from zhike.platform.fields.api import plain
from zhike.platform.objects import catalogue, single
from zhike.platform.objects.types import ObjectType
from zhike.platform.permissions import api as permissions
from zhike.platform.permissions.types import Principal
from zhike.platform.records.errors import ReasonRequired, UnmaskSeries

_REASON_LENGTH = 4
_WINDOW = timedelta(hours=1)
STOPPED = "unmask_stopped"


def unmask(owner: ObjectType, uid: uuid.UUID, field: str, reason: str, principal: Principal) -> object:
    """Return one masked field of one record in clear. Raises ReasonRequired, Refused, NotFound, UnmaskSeries."""
    if len(reason.strip()) < _REASON_LENGTH:
        raise ReasonRequired(length=_REASON_LENGTH)
    found = catalogue.field_for(owner.key, field, principal=principal)
    if found.lookup is not None:  # whose value it is says who may see it
        permissions.require(principal, f"{owner.relations[found.lookup.relation].object}.unmask")
    if catalogue.field_rule(owner.key, field, principal=principal) == "refused":
        raise Refused(operation=f"{owner.key}.{field}")
    row = single.row(owner.key, uid, "unmask", principal=principal)
    with context.acting(reason=reason.strip()), database.writing():
        database.in_turn(f"unmask {context.current().actor}")
        stopped = _times(reason) >= settings.UNMASK_SERIES
        operation = STOPPED if stopped else "unmask"
        audit.note(operation=operation, subject=owner.key, subject_id=row["id"], details={"field": field})
        if stopped:
            events.publish("record.unmask_stopped", owner.key, row["id"], {"field": field})
    if stopped:
        raise UnmaskSeries(times=settings.UNMASK_SERIES)
    return plain(found.values.clear(row[f"f:{field}"]))


def _times(reason: str) -> int:
    """How often whoever acts has seen values for this reason within the hour; a number at its end makes no other reason."""
    lines = audit.lately(operation="unmask", since=clock.now() - _WINDOW)
    return sum(1 for line in lines if _core(line.reason) == _core(reason))


def _core(reason: str) -> str:
    return "".join(sign for sign in reason.casefold() if sign.isalpha())
