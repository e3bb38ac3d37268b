"""Rows that fields point at and that are no records: org units, users."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Any

from django.db import connection
from psycopg import sql as sql_

from zhike.kernel import clock
from zhike.kernel.errors import Refused
from zhike.platform.fields.types import Pointer
from zhike.platform.objects import catalogue
from zhike.platform.objects.errors import UnknownObject
from zhike.platform.permissions import api as permissions
from zhike.platform.permissions.types import Principal

#: How many are offered at once.
_PLACES = 50
#: Units in which the asker's posts hold.
_HELD = "id = any(%(units)s)"


def places(place: str, text: str, principal: Principal) -> list[tuple[uuid.UUID, str, str]]:
    """Return (uid, key, display) of rows that fields of some types point at and that are no records.

    People are those of the units that the principal's posts reach; whoever fills in no unit sees those that they hold.
    """
    pointers = catalogue.pointers()
    if place not in pointers:
        raise UnknownObject(object=place, has=sorted(pointers))
    if permissions.allowed(principal, f"{place}.read") or _fills_in(place, principal):
        return _rows(pointers[place], text, principal)
    if place == "unit" and principal.units:
        return _rows(replace(pointers[place], within=_HELD), text, principal)
    raise Refused(operation=f"{place}.read")


def whom(text: str, principal: Principal) -> list[tuple[str, uuid.UUID, str, str]]:
    """Return (place, uid, key, display) of what a record may be shared with and answers a few characters.

    People whose units the principal does not reach answer to their whole number only.
    """
    return [
        (name, *row)
        for name, pointer in catalogue.pointers().items()
        for row in _rows(pointer, text, principal, by_key=True)
    ]


def _rows(
    pointer: Pointer, text: str, principal: Principal, *, by_key: bool = False
) -> list[tuple[uuid.UUID, str, str]]:
    """The rows of a place that answer a text; people only of the units that the principal's posts reach."""
    near = sql_.SQL(pointer.within if pointer.within and principal.kind != "system" else "true")
    whole = sql_.SQL("lower({key}) = %(text)s" if by_key else "false").format(key=sql_.Identifier(pointer.key))
    statement = sql_.SQL(
        "select uid, {key}, {display} from {table} where (strpos(lower({display}), %(text)s) > 0"
        " or strpos(lower({key}), %(text)s) > 0) and ({near} or {whole}) order by {key} limit %(most)s"
    ).format(
        key=sql_.Identifier(pointer.key),
        display=sql_.Identifier(pointer.display),
        table=sql_.Identifier(pointer.table),
        near=near,
        whole=whole,
    )
    given: dict[str, Any] = {
        "text": text.strip().lower(),
        "most": _PLACES,
        "units": list(principal.units),
        "today": clock.today(),
    }
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        return [(row[0], str(row[1]), str(row[2])) for row in cursor.fetchall()]


def _fills_in(place: str, principal: Principal) -> bool:
    """Whether somebody may make or change records with a field that points at the place."""
    pointing = (
        owner.key for owner in catalogue.known().values() if any(f.target == place for f in owner.fields.values())
    )
    return any(
        permissions.allowed(principal, f"{key}.{operation}") for key in pointing for operation in ("create", "update")
    )
