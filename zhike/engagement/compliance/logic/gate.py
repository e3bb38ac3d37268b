"""The gate itself: facts in, verdicts out, decisions and cap places written in the caller's transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from zhike.engagement.compliance.logic import suitability
from zhike.engagement.compliance.logic.checks import Check, Gate, Situation
from zhike.engagement.compliance.models import CapReservation, Decision
from zhike.engagement.compliance.types import Leaving, Reason, Suitability, Touch, Verdict
from zhike.kernel import clock, definitions
from zhike.kernel.definition_parts import Labels
from zhike.kernel.errors import Unavailable
from zhike.kernel.ids import uuid7
from zhike.platform.objects import bulk, catalogue

_LOCK_CLASS = 7_301


@dataclass(frozen=True, slots=True)
class _Asked:
    """One contact that is judged; the place of a cap that its own decision has taken is not counted against it."""

    touch: Touch
    party_id: int
    missing: Sequence[Labels]
    decision_id: int | None = None


def judge(touch: Touch, party_ids: Sequence[int], missing: Mapping[int, Sequence[Labels]]) -> list[Verdict]:
    """Return a verdict for each party: every check runs, every reason is kept; nothing is written."""
    return _judged([_Asked(touch, party_id, missing.get(party_id, ())) for party_id in party_ids])


def _judged(asked: Sequence[_Asked]) -> list[Verdict]:
    """Return a verdict for each contact, by as many queries for many as for one."""
    checks = {one.touch.channel: checks_for(one.touch) for one in asked}
    table = suitability_table()
    wanted = {field for some in checks.values() for check in some for field in check.fields_read()}
    wanted.update(suitability.fields_read(table))
    party_ids = list(dict.fromkeys(one.party_id for one in asked))
    facts = bulk.facts(catalogue.object_with_role("party").key, party_ids, sorted(wanted))
    reserved = {channel: _reserved(channel, party_ids) for channel in checks}
    now, today = clock.now(), clock.today()
    verdicts = []
    for one in asked:
        situation = None
        if one.party_id in facts:
            taken = reserved[one.touch.channel].get(one.party_id, ())
            places = [at for decision_id, at in taken if decision_id != one.decision_id]
            situation = Situation(one.touch, now, today, facts[one.party_id], places, table, one.missing)
        verdicts.append(verdict_on(one.party_id, situation, checks[one.touch.channel]))
    return verdicts


def decide(touch: Touch, party_ids: Sequence[int], missing: Mapping[int, Sequence[Labels]]) -> list[Verdict]:
    """Judge and write: a decision for each party that is allowed or refused, a cap place for each allowed one.

    Parties are locked first, in order, so that two origins cannot both take the last place of a cap. A party that
    was already decided for this origin, step and channel is left out of the answer.
    """
    ordered = sorted(set(party_ids))
    _lock(ordered)
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
    rows = Decision.objects.bulk_create(_decision(touch, verdict, now) for verdict in verdicts if verdict.later is None)
    ids = {row.party_id: row.pk for row in rows}
    CapReservation.objects.bulk_create(
        CapReservation(decision=row, party_id=row.party_id, channel=row.channel, at=now) for row in rows if row.allowed
    )
    return [Verdict(v.party_id, v.reasons, v.later, v.evidence, ids.get(v.party_id)) for v in verdicts]


def ask_again(leaving: Sequence[Leaving]) -> dict[int, Verdict]:
    """Judge what was allowed and is about to leave, by its decision; a refusal is written and gives its place back.

    Who may still leave has the place of now, not of the day of the decision. A decision that is not kept has no answer.
    """
    kept = Decision.objects.in_bulk([one.decision_id for one in leaving])
    found = [(kept[one.decision_id], one) for one in leaving if one.decision_id in kept]
    _lock(sorted({decision.party_id for decision, _one in found}))
    asked = [_Asked(_touch_of(row, one), row.party_id, one.missing, row.pk) for row, one in found]
    verdicts = {one.decision_id or 0: verdict for one, verdict in zip(asked, _judged(asked), strict=True)}
    now = clock.now()
    rows = Decision.objects.bulk_create(
        _decision(one.touch, verdicts[row.pk], now, leaving=True)
        for (row, _leaving), one in zip(found, asked, strict=True)
        if verdicts[row.pk].reasons
    )
    if rows:
        CapReservation.objects.filter(decision_id__in=[pk for pk, found in verdicts.items() if found.reasons]).delete()
    CapReservation.objects.filter(decision_id__in=[pk for pk, found in verdicts.items() if found.allowed]).update(
        at=now
    )
    return verdicts


def _touch_of(decision: Decision, leaving: Leaving) -> Touch:
    """Return the contact that a decision was about, with what it would say now."""
    kept = decision.evidence
    return Touch(
        decision.origin_kind,
        decision.origin_uid,
        decision.step,
        decision.channel,
        kept.get("purpose", ""),
        kept.get("product_level", ""),
        kept.get("initiative", "firm"),
        # Decisions of before this was kept say nothing of the content.
        kept.get("content_digest", leaving.current_digest),
        leaving.current_digest,
        decision.occurrence,
    )


def _decision(touch: Touch, verdict: Verdict, at: datetime, *, leaving: bool = False) -> Decision:
    """Return what is kept of a verdict: a further one about a contact where it is about to leave."""
    return Decision(
        uid=uuid7(),
        origin_kind=touch.origin_kind,
        origin_uid=touch.origin_uid,
        step=touch.step,
        party_id=verdict.party_id,
        occurrence=touch.occurrence + leaving,
        channel=touch.channel,
        allowed=verdict.allowed,
        leaving=leaving,
        reasons=_written(verdict),
        evidence=_evidence(verdict, touch),
        decided_at=at,
    )


def _evidence(verdict: Verdict, touch: Touch) -> dict[str, object]:
    """Return what is kept with a decision: what the checks looked at, and what was planned, to be asked about again."""
    content = {"content_digest": touch.content_digest} if touch.content_digest else {}
    return {"purpose": touch.purpose, **content, **verdict.evidence}


def _written(verdict: Verdict) -> list[dict[str, object]]:
    return [{"code": reason.code, "labels": dict(reason.labels)} for reason in verdict.reasons]


def _lock(party_ids: Sequence[int]) -> None:
    """Lock parties, in one order for everybody; such a lock has 32 bits, which ids far apart may share."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select pg_advisory_xact_lock(%s, n) from"
            " (select distinct (id & 2147483647)::int as n from unnest(%s::bigint[]) id order by n) locks",
            [_LOCK_CLASS, list(party_ids)],
        )


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
        return Verdict(party_id, (Reason("party_gone", {"zh": "记录已不存在", "en": "the party no longer exists"}),))
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


def _reserved(channel: str, party_ids: Sequence[int]) -> dict[int, list[tuple[int, datetime]]]:
    """Return the places of caps that each party's contacts have, each with its decision."""
    found: dict[int, list[tuple[int, datetime]]] = {}
    rows = CapReservation.objects.filter(channel=channel, party_id__in=party_ids)
    for party_id, decision_id, at in rows.values_list("party_id", "decision_id", "at"):
        found.setdefault(party_id, []).append((decision_id, at))
    return found
