"""Records as people meet them: one of them, what happened to it, what it hides, its end."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from zhike.kernel import context, database
from zhike.platform.audit import api as audit
from zhike.platform.objects import catalogue, single
from zhike.platform.objects.types import FIND, Record
from zhike.platform.permissions import api as permissions
from zhike.platform.permissions.types import Principal
from zhike.platform.records.errors import ReasonRequired
from zhike.platform.records.logic import correcting, erasing, sharing, unmasking
from zhike.platform.records.logic import places as other_places
from zhike.platform.records.logic.history import RecordHistory, record_history
from zhike.platform.records.types import Erasure

__all__ = ["access", "erase", "erased", "get", "history", "places", "propose", "unmask"]
_REASON_LENGTH = 4
#: What the access log of a record tells.
_ACCESS = ("view", "unmask", unmasking.STOPPED, FIND, "export", *sharing.OPERATIONS)


def get(
    object: str, uid: uuid.UUID, *, principal: Principal, log_view: bool = True, viewed_since: datetime | None = None
) -> Record:
    """Return one record. Raises NotFound when it does not exist or is outside the principal's scope.

    The view is written down, but for one that belongs to another which the journal has since `viewed_since`.
    """
    permissions.require(principal, f"{object}.read")
    owner = catalogue.describe(object)
    row = single.row(object, uid, "read", principal=principal)
    if owner.definition.log_views and log_view:
        about = row["id"]
        if not viewed_since or not audit.noted(
            operation="view", subject=owner.key, subject_id=about, since=viewed_since
        ):
            audit.note(operation="view", subject=owner.key, subject_id=about)
    return single.presented(object, row, principal=principal)


def places(place: str, text: str = "", *, principal: Principal) -> list[tuple[uuid.UUID, str, str]]:
    """Return (uid, key, display) of the org units or users ("unit", "user") that answer a few characters, at most 50.

    They are for whoever fills in a field that points there, or may read users anyway: Refused is raised for everybody
    else. Raises UnknownObject that says which places there are.
    """
    return other_places.places(place, text, principal)


def erase(object: str, uid: uuid.UUID, *, reason: str, principal: Principal) -> Erasure:
    """Wipe the personal values of a record and of those that belong to it, for good, and return what was wiped.

    What packs mark `personal` goes, here, in the journal and in search; keyed digests, the source key and the inner
    id stay, so that loads know the person and bring nothing back. The record counts as deleted. A second time is
    harmless. Raises Refused (its own grant), ReasonRequired, NotFound; nothing is changed then.
    """
    permissions.require(principal, f"{object}.erase")
    if len(reason.strip()) < _REASON_LENGTH:
        raise ReasonRequired(length=_REASON_LENGTH)
    owner = catalogue.describe(object)
    with context.acting(reason=reason.strip()), database.writing():
        row = single.row(object, uid, "erase", principal=principal, lock=True, deleted=True)
        return erasing.erase(owner, row["id"], uid)


def propose(
    object: str, uid: uuid.UUID, values: Mapping[str, object], *, reason: str, principal: Principal
) -> uuid.UUID:
    """Ask whoever corrects what a source keeps for other values of a record; return the work that answers it.

    The record stays as it is: its source says in a file what it is from then on. Raises NobodyCorrects, ReasonRequired,
    NothingProposed, Invalid with every finding, Refused, NotFound, and what the action `work.ask` raises.
    """
    permissions.require(principal, f"{object}.read")
    return correcting.ask(catalogue.describe(object), uid, values, reason.strip(), principal)


def unmask(object: str, uid: uuid.UUID, field: str, *, reason: str, principal: Principal) -> object:
    """Return one masked field of one record in clear, and write who saw it and why to the journal.

    A series of them for one reason is stopped and journalled, too. Raises ReasonRequired, Refused, NotFound, UnmaskSeries.
    """
    permissions.require(principal, f"{object}.unmask")
    return unmasking.unmask(catalogue.describe(object), uid, field, reason, principal)


def history(object: str, uid: uuid.UUID, *, principal: Principal) -> list[RecordHistory]:
    """Return what happened to a record, newest first, old and new values masked as the record is."""
    permissions.require(principal, f"{object}.read")
    owner = catalogue.describe(object)
    row = single.row(object, uid, "read", principal=principal)
    return record_history(owner, row, principal)


def access(object: str, uid: uuid.UUID, *, principal: Principal) -> list[RecordHistory]:
    """Return who viewed, unmasked or exported a record, newest first; views of one person and day are one line."""
    permissions.require(principal, f"{object}.access_log")
    owner = catalogue.describe(object)
    row = single.row(object, uid, "access_log", principal=principal)
    return record_history(owner, row, principal, operations=_ACCESS)


def erased(object: str, column: str) -> Sequence[Any]:
    """Return `column` ("id", "source_key") of the erased records of an object: loads bring nothing of them back."""
    return erasing.erased(catalogue.describe(object), column)
