"""Stored audiences as the door returns them: with their words and with what they find now."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Literal

from django.db.models import Count, QuerySet

from zhike.expressions import api as expressions
from zhike.expressions.errors import ExpressionInvalid
from zhike.insight.audiences import models, types
from zhike.insight.audiences.logic import counting, storing
from zhike.insight.audiences.logic.conditions import Compiled, compiled
from zhike.insight.serving.api import Published, Terms, party, published, terms
from zhike.insight.serving.errors import NothingToCount
from zhike.kernel import definitions
from zhike.kernel.errors import NotFound, Refused
from zhike.platform.objects import bulk
from zhike.platform.permissions import parts
from zhike.platform.permissions.types import Principal

_ACTS: tuple[Literal["update", "delete"], ...] = ("update", "delete")


def stored(principal: Principal) -> QuerySet[models.Audience]:
    """Return the audiences that the principal may read, the last changed first, with their number of snapshots."""
    rows = storing.within(principal, "audience.read").order_by("-updated_at", "-id")
    return rows.annotate(taken=Count("snapshots"))


def stored_one(uid: uuid.UUID, principal: Principal) -> models.Audience:
    """Return one of them; raises NotFound."""
    row = stored(principal).filter(uid=uid).first()
    if row is None:
        raise NotFound(kind="audience", id=str(uid))
    return row


def presented(rows: Iterable[models.Audience], principal: Principal) -> list[types.Audience]:
    """Return the rows counted in one pass; one that speaks of what no longer exists has no count and no words."""
    with definitions.pinned():
        try:
            table: Published | None = published()
        except NothingToCount:
            table = None
        known = terms(table)
        listed = [(row, _compiled(row, known, principal)) for row in rows]
        counts: dict[int, int] = {}
        if table is not None and any(condition for _row, condition in listed):
            asked = [(row.pk, condition) for row, condition in listed if condition]
            scope = bulk.scope(party().key, principal=principal)
            found = counting.counts(table, [condition for _pk, condition in asked], scope)
            counts = dict(zip((pk for pk, _condition in asked), found, strict=True))
        return [_presented(row, condition, known, principal, table, counts) for row, condition in listed]


def _compiled(row: models.Audience, known: Terms, principal: Principal) -> Compiled | None:
    try:
        return compiled(row.condition, known, principal)
    except (ExpressionInvalid, Refused):
        return None


def _presented(
    row: models.Audience,
    condition: Compiled | None,
    known: Terms,
    principal: Principal,
    table: Published | None,
    counts: dict[int, int],
) -> types.Audience:
    return types.Audience(
        uid=row.uid,
        name=row.name,
        description=row.description,
        condition=row.condition,
        sentence=expressions.to_text(condition.expression, known.schema, principal.language) if condition else "",
        count=counts.get(row.pk),
        business_date=table.business_date if table and row.pk in counts else None,
        owner=row.owner,
        owner_name=row.owner_name,
        updated_at=row.updated_at,
        revision=row.revision,
        snapshots=row.taken,  # type: ignore[attr-defined]
        permitted=tuple(
            act for act in _ACTS if parts.reaches(principal, f"audience.{act}", mine=row.owner, unit=row.unit_id)
        ),
    )
