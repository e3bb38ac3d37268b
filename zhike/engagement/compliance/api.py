"""The one send gate. Every path to a party ends here, last, in the transaction that sends it on its way."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Count, Q, QuerySet

from zhike.engagement.compliance.logic import alike, foreseeing, gate
from zhike.engagement.compliance.logic.checks import total_labels
from zhike.engagement.compliance.models import CapReservation, Decision
from zhike.engagement.compliance.types import Channel, Leaving, PastDecision, Planned, Reason, Tally, Touch, Verdict
from zhike.kernel.definition_parts import Labels
from zhike.kernel.written import Written, name, written
from zhike.platform.objects.sets import Rows
from zhike.platform.permissions.types import Principal

__all__ = [
    "ask_again",
    "asked_before",
    "decide",
    "decisions_of_party",
    "foreseen",
    "giving_back",
    "highest_level",
    "judge",
    "reasons_of",
    "refusals",
    "refused_for",
    "tally",
]

_NONE: Mapping[int, Sequence[Labels]] = {}
#: A refusal by which a party is counted: the first, or the one that stopped a message from leaving; not one to resend.
_REFUSED = Q(allowed=False) & (Q(occurrence=1) | Q(leaving=True))


def judge(touch: Touch, party_ids: Sequence[int], *, missing: Mapping[int, Sequence[Labels]] = _NONE) -> list[Verdict]:
    """Return what the gate would say about each party now, without deciding anything: for estimates and previews."""
    return gate.judge(touch, party_ids, missing)


def tally(ids: Rows, planned: Sequence[Planned]) -> list[Tally]:
    """Return what the gate would say now to the parties of a set of any size, for each contact planned with them.

    The totals are those that `judge` gives person by person.
    """
    return alike.tally(ids, planned)


def foreseen(channel: Channel, parties: Sequence[uuid.UUID], *, principal: Principal) -> Tally:
    """Return what the gate would say now to a contact of the firm's own with some parties; nothing is decided.

    Parties that the principal may not see are left out, unknown ones as well. Raises Refused where the gate looks at what
    the principal does not see in clear: its answer would tell.
    """
    return foreseeing.foreseen(channel, parties, principal)


def decide(touch: Touch, party_ids: Sequence[int], *, missing: Mapping[int, Sequence[Labels]] = _NONE) -> list[Verdict]:
    """Decide about each party that was not decided yet, in the caller's transaction.

    `missing` says, by party, what the variables of the content are called that have no value. Refusals are stored with every
    reason; an allowed party takes its place of the frequency cap in the same transaction.
    """
    return gate.decide(touch, party_ids, missing)


def ask_again(leaving: Sequence[Leaving]) -> dict[int, Verdict]:
    """Ask again about messages that are about to leave, in the transaction that settles who may; return by decision id.

    The same checks judge; the place of a cap that a message has is not counted against it. A refusal is stored, beside the
    decision that it overrules, and gives the place back.
    """
    return gate.ask_again(leaving)


def asked_before(touch: Touch, party_id: int) -> int:
    """Return how often the gate has decided about one party for the origin, step and channel of a contact."""
    rows = Decision.objects.filter(origin_kind=touch.origin_kind, origin_uid=touch.origin_uid, step=touch.step)
    return rows.filter(channel=touch.channel, party_id=party_id).count()


def giving_back(ended: str) -> Written:
    """Return SQL that gives back the places of frequency caps that the contacts of the CTE `ended` had, by `decision_id`.

    For the statement that ends contacts which have certainly reached nobody: both happen, or neither.
    """
    return written(
        "delete from {caps} where decision_id in (select decision_id from {ended})",
        caps=name(CapReservation._meta.db_table),
        ended=name(ended),
    )


def highest_level(levels: Sequence[str]) -> str:
    """Return the highest of some product risk levels, which is the one that counts; empty ones say nothing."""
    order = gate.suitability_table().levels
    return max((level for level in levels if level), key=order.index, default="")


def refusals(*, origin_uid: uuid.UUID, channel: str) -> list[tuple[str, Mapping[str, str], int]]:
    """Return (code, labels, number of parties) of an origin's refusals by their first reason, the most frequent first."""
    found = []
    rows = Decision.objects.filter(_REFUSED, origin_uid=origin_uid, channel=channel)
    for row in rows.values("reasons__0__code").annotate(n=Count("id")).order_by("-n", "reasons__0__code"):
        code = row["reasons__0__code"]
        sample = rows.filter(reasons__0__code=code).values_list("reasons__0__labels", flat=True).first()
        found.append((code, total_labels(code, sample or {}), row["n"]))
    return found


def reasons_of(*, origin_uid: uuid.UUID, channel: str, party_ids: Sequence[int]) -> dict[int, list[Reason]]:
    """Return the reasons for which parties of an origin were refused, the last time that they were."""
    rows = Decision.objects.filter(origin_uid=origin_uid, channel=channel, party_id__in=party_ids, allowed=False)
    rows = rows.order_by("occurrence")
    return {row.party_id: [Reason(r["code"], r["labels"]) for r in row.reasons] for row in rows}


def refused_for(*, origin_uid: uuid.UUID, channel: str, code: str = "") -> QuerySet[Any]:
    """Return the refused parties of an origin: those whose first reason has this code, or all; for a condition."""
    rows = Decision.objects.filter(_REFUSED, origin_uid=origin_uid, channel=channel)
    return (rows.filter(reasons__0__code=code) if code else rows).values("party_id")


def decisions_of_party(party_id: int, *, limit: int = 50) -> list[PastDecision]:
    """Return the newest decisions about one party, for the page of a party the caller may see."""
    return [
        {
            "decision_id": row.pk,
            "at": row.decided_at,
            "origin_kind": row.origin_kind,
            "origin_uid": row.origin_uid,
            "channel": row.channel,
            "allowed": row.allowed,
            "reasons": row.reasons,
        }
        for row in Decision.objects.filter(party_id=party_id).order_by("-decided_at")[:limit]
    ]
