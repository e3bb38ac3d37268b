"""Rows that fields point at and that are no records: org units, users."""

from __future__ import annotations

import uuid

from django.db import connection
from psycopg import sql as sql_

from zhike.kernel.errors import Refused
from zhike.platform.objects.errors import UnknownObject
from zhike.platform.objects.logic import catalogue as catalogues
from zhike.platform.permissions import api as permissions
from zhike.platform.permissions.types import Principal

#: How many are offered at once.
_PLACES = 50


def places(place: str, text: str, principal: Principal) -> list[tuple[uuid.UUID, str, str]]:
    """Return (uid, key, display) of rows that fields of some types point at and that are no records."""
    pointers = catalogues.pointers()
    if place not in pointers:
        raise UnknownObject(object=place, has=sorted(pointers))
    if not permissions.allowed(principal, f"{place}.read") and not _fills_in(place, principal):
        raise Refused(operation=f"{place}.read")
    found = pointers[place]
    statement = sql_.SQL(
        "select uid, {key}, {display} from {table} where strpos(lower({display}), %(text)s) > 0"
        " or strpos(lower({key}), %(text)s) > 0 order by {key} limit %(most)s"
    ).format(key=sql_.Identifier(found.key), display=sql_.Identifier(found.display), table=sql_.Identifier(found.table))
    with connection.cursor() as cursor:
        cursor.execute(statement, {"text": text.strip().lower(), "most": _PLACES})
        return [(row[0], str(row[1]), str(row[2])) for row in cursor.fetchall()]


def _fills_in(place: str, principal: Principal) -> bool:
    """Whether somebody may make or change records with a field that points at the place."""
    pointing = (
        owner.key for owner in catalogues.catalogue().values() if any(f.target == place for f in owner.fields.values())
    )
    return any(
        permissions.allowed(principal, f"{key}.{operation}") for key in pointing for operation in ("create", "update")
    )
