"""The gate itself: facts in, verdicts out, decisions and cap places written in the caller's transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import connection

from zhike.engagement.compliance.logic import suitability
from zhike.engagement.compliance.logic.checks import Check, Gate, Situation
from zhike.engagement.compliance.models import CapReservation, Decision
from zhike.engagement.compliance.types import Reason, Suitability, Touch, Verdict
from zhike.kernel import clock, definitions
from zhike.kernel.definition_parts import Labels
from zhike.kernel.errors import Unavailable
from zhike.kernel.ids import uuid7
from zhike.platform.objects import bulk, catalogue

_LOCK_CLASS = 7_301


def judge(touch: Touch, party_ids: Sequence[int], missing: Mapping[int, Sequence[Labels]]) -> list[Verdict]:
    """Return a verdict for each party: every check runs, every reason is kept; nothing is written."""
    checks = checks_for(touch)
    table = suitability_table()
    wanted = {field for check in checks for field in check.fields_read()} | set(suitability.fields_read(table))
    party = catalogue.object_with_role("party").key
    facts = bulk.facts(party, party_ids, sorted(wanted))
    reserved = _reserved(touch.channel, party_ids)
    now, today = clock.now(), clock.today()
    verdicts = []
    for party_id in party_ids:
        if party_id not in facts:
            verdicts.append(verdict_on(party_id, None, checks))
            continue
        situation = Situation(
            touch, now, today, facts[party_id], reserved.get(party_id, ()), table, missing.get(party_id, ())
        )
        verdicts.append(verdict_on(party_id, situation, checks))
    return verdicts


def decide(touch: Touch, party_ids: Sequence[int], missing: Mapping[int, Sequence[Labels]]) -> list[Verdict]:
    """Judge and write: a decision for each party that is allowed or refused, a cap place for each allowed one.

    Parties are locked first, in order, so that two origins cannot both take the last place of a cap. A party that
    was already decided for this origin, step and channel is left out of the answer.
    """
    ordered = sorted(set(party_ids))
    with connection.cursor() as cursor:
        cursor.execute(
            "select pg_advisory_xact_lock(%s, n::int) from unnest(%s::bigint[]) n order by n", [_LOCK_CLASS, ordered]
        )
    known = set(
        Decision.objects.filter(
            origin_kind=touch.origin_kind,
            origin_uid=touch.origin_uid,
            step=touch.step,
            channel=touch.channel,
            occurrence=touch.occurrence,
            party_id__in=ordered,
        ).values_list("party_id", flat=True)
    )
    verdicts = judge(touch, [party_id for party_id in ordered if party_id not in known], missing)
    now = clock.now()
    rows = Decision.objects.bulk_create(
        Decision(
            uid=uuid7(),
            origin_kind=touch.origin_kind,
            origin_uid=touch.origin_uid,
            step=touch.step,
            party_id=verdict.party_id,
            occurrence=touch.occurrence,
            channel=touch.channel,
            allowed=verdict.allowed,
            reasons=[{"code": reason.code, "labels": dict(reason.labels)} for reason in verdict.reasons],
            evidence=dict(verdict.evidence),
            decided_at=now,
        )
        for verdict in verdicts
        if verdict.later is None
    )
    ids = {row.party_id: row.pk for row in rows}
    CapReservation.objects.bulk_create(
        CapReservation(decision=row, party_id=row.party_id, channel=row.channel, at=now) for row in rows if row.allowed
    )
    return [Verdict(v.party_id, v.reasons, v.later, v.evidence, ids.get(v.party_id)) for v in verdicts]


def suitability_table() -> Suitability:
    """Return the suitability table of the installation; raises Unavailable without one."""
    found: Suitability | None = definitions.all_of(Suitability).get("default")
    if found is None:
        raise Unavailable(what="suitability table", remedy="zhike pack apply")
    return found


def _gate() -> Gate:
    found: Gate | None = definitions.all_of(Gate).get("default")
    if found is None:
        raise Unavailable(what="send gate", remedy="zhike pack apply")
    return found


def checks_for(touch: Touch) -> list[Check]:
    """Return the checks that a contact passes, in order."""
    return [check for check in _gate().checks if not check.channels or touch.channel in check.channels]


def verdict_on(party_id: int, situation: Situation | None, checks: Sequence[Check]) -> Verdict:
    """Return what the checks say of a party in its situation; without one the party is gone."""
    if situation is None:
        return Verdict(party_id, (Reason("party_gone", {"zh": "客户已不存在", "en": "the party no longer exists"}),))
    reasons: list[Reason] = []
    later: datetime | None = None
    for check in checks:
        answer = check.judge(situation)
        if isinstance(answer, datetime):
            later = max(later, answer) if later else answer
        else:
            reasons += answer
    evidence = suitability.evidence(situation.table, situation.facts, situation.touch)
    return Verdict(party_id, tuple(reasons), None if reasons else later, evidence)


def _reserved(channel: str, party_ids: Sequence[int]) -> dict[int, list[datetime]]:
    found: dict[int, list[datetime]] = {}
    rows = CapReservation.objects.filter(channel=channel, party_id__in=party_ids).values_list("party_id", "at")
    for party_id, at in rows:
        found.setdefault(party_id, []).append(at)
    return found
