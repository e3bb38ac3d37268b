"""Letting others see one record for a time: given, listed and taken back by whoever may read and share it."""

from __future__ import annotations

import uuid
from datetime import date

from zhike.kernel import database
from zhike.kernel.errors import NotFound, Refused
from zhike.platform.objects import catalogue, single
from zhike.platform.objects.types import ObjectType
from zhike.platform.organization import api as organization
from zhike.platform.permissions import api as permissions
from zhike.platform.permissions.types import Principal
from zhike.platform.records.errors import ShareWithOne
from zhike.platform.records.logic import places, sharing
from zhike.platform.records.types import SharedWith

__all__ = ["of_record", "share", "whom", "withdraw"]


def of_record(object: str, uid: uuid.UUID, *, principal: Principal) -> list[SharedWith]:
    """Return with whom a record is shared today, newest first. Raises Refused, NotFound."""
    owner, record_id = _own(object, uid, principal)
    return sharing.of_record(owner, record_id)


def whom(object: str, uid: uuid.UUID, text: str, *, principal: Principal) -> list[tuple[str, uuid.UUID, str, str]]:
    """Return (kind, uid, key, display) of the users and units that answer a few characters, for sharing a record.

    Colleagues of other units than one's own are found by their whole number. Raises Refused, NotFound.
    """
    _own(object, uid, principal)
    return places.whom(text, principal)


def share(
    object: str,
    uid: uuid.UUID,
    *,
    user: uuid.UUID | None = None,
    unit: uuid.UUID | None = None,
    until: date,
    principal: Principal,
) -> SharedWith:
    """Let a user, or the people of a unit and of what is below it, read a record through the day `until`.

    What follows the record is read with it; nothing is changed, exported, unmasked or shared on by it, walls hold, and
    whoever may not read such records at all still may not. Raises Refused, NotFound, ShareWithOne, ShareDates.
    """
    with database.writing():
        owner, record_id = _own(object, uid, principal)
        if principal.user_id is None:
            raise Refused(operation=f"{object}.share")
        if (user is None) == (unit is None):
            raise ShareWithOne()
        to = organization.person(user) if user is not None else organization.unit_by_uid(unit or uid)
        if to is None:
            raise NotFound(kind="unit", id=str(unit))
        return sharing.share(owner, record_id, to, until, principal.user_id)


def withdraw(object: str, uid: uuid.UUID, share: uuid.UUID, *, principal: Principal) -> None:
    """End a share at once, whoever gave it. Raises Refused, NotFound."""
    with database.writing():
        owner, record_id = _own(object, uid, principal)
        sharing.withdraw(owner, record_id, share)


def _own(object: str, uid: uuid.UUID, principal: Principal) -> tuple[ObjectType, int]:
    """The record, if the principal may share it and reads it by grants of its own."""
    permissions.require(principal, f"{object}.share")
    owner = catalogue.describe(object)
    record_id: int = single.row(object, uid, "read", principal=principal)["id"]
    if not single.reached(object, [record_id], ("read", "share"), principal=principal):
        raise NotFound(kind=object, id=str(uid))
    return owner, record_id
