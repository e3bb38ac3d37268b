"""Where the people of a campaign are, from the ledgers of gate and channel."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from django.db.models import BooleanField, Count, Q, QuerySet
from django.db.models.expressions import RawSQL

from zhike.engagement.campaigns import models
from zhike.engagement.campaigns.logic import keeping, running, runs
from zhike.engagement.campaigns.logic.keeping import Ledger
from zhike.engagement.campaigns.models import Member
from zhike.engagement.campaigns.types import Campaign, CampaignWork, Counts, MemberRow
from zhike.engagement.channels import api as channels
from zhike.engagement.channels.types import RESENDABLE, DeliveryState
from zhike.engagement.compliance import api as compliance
from zhike.kernel.definition_parts import Labels, both
from zhike.kernel.written import Written, written
from zhike.platform.objects import catalogue, sets
from zhike.platform.objects.sets import Rows
from zhike.platform.organization import api as organization
from zhike.platform.work import origins as work

_CONVERTED = {"converted_treated": "treated", "converted_control": "control"}
_IN_FLIGHT = ("waiting", "claimed", "sending")
#: The states of work that screens count.
_SHOWN = ("open", "done")


def counts_of(campaigns: Sequence[Campaign]) -> dict[int, Counts]:
    """Return people by state, by campaign's inner id; the parts of one always add up to the chosen."""
    return {pk: Counts(**numbers) for pk, numbers in keeping.counted(_PEOPLE, campaigns).items()}


def unknown_of(campaigns: Sequence[Campaign]) -> int:
    """Return how many messages of campaigns have an unknown outcome."""
    return sum(_unknown([campaign.uid for campaign in campaigns]).values())


def work_of(campaigns: Sequence[Campaign]) -> dict[int, CampaignWork]:
    """Return the managers' work, by campaign's inner id."""
    return {pk: CampaignWork(**numbers) for pk, numbers in keeping.counted(_WORK, campaigns).items()}


def _people(campaigns: Sequence[Campaign]) -> dict[int, Mapping[str, int]]:
    members: dict[int, dict[str, int]] = {campaign.id: {} for campaign in campaigns}
    rows = Member.objects.filter(campaign_id__in=[campaign.id for campaign in campaigns]).values("campaign_id", "state")
    for row in rows.annotate(n=Count("*")):  # by the index alone
        members[row["campaign_id"]][row["state"]] = row["n"]
    sent = channels.counts_of([campaign.uid for campaign in campaigns])
    return {campaign.id: asdict(_counts(members[campaign.id], sent[campaign.uid])) for campaign in campaigns}


def _unknown(uids: Sequence[uuid.UUID]) -> dict[uuid.UUID, int]:
    return {uid: found.get("unknown", 0) for uid, found in channels.counts_of(uids, states=("unknown",)).items()}


def _work(campaigns: Sequence[Campaign]) -> dict[int, Mapping[str, int]]:
    tasks = work.summaries_of_origins([campaign.uid for campaign in campaigns])
    return {campaign.id: {state: _in_state(tasks[campaign.uid], state) for state in _SHOWN} for campaign in campaigns}


def _open(uids: Sequence[uuid.UUID]) -> dict[uuid.UUID, int]:
    return {uid: _in_state(found, "open") for uid, found in work.summaries_of_origins(uids, states=("open",)).items()}


def _in_state(tasks: Mapping[tuple[str, str], int], state: str) -> int:
    return sum(n for (found, _result), n in tasks.items() if found == state)


_PEOPLE = Ledger("people", falling="unknown", left=_unknown, whole=_people)
_WORK = Ledger("work", falling="open", left=_open, whole=_work)


def _counts(members: Mapping[str, int], sent: Mapping[str, int]) -> Counts:
    return Counts(
        chosen=sum(members.values()),
        control=members.get(Member.State.CONTROL, 0),
        refused=members.get(Member.State.REFUSED, 0) + sent.get("refused", 0),
        waiting=members.get(Member.State.WAITING, 0) + sum(sent.get(state, 0) for state in _IN_FLIGHT),
        sent=sent.get("sent", 0),
        unknown=sent.get("unknown", 0),
        failed=members.get(Member.State.FAILED, 0) + sent.get("failed", 0),
        stopped=members.get(Member.State.STOPPED, 0) + sent.get("stopped", 0),
    )


@contextmanager
def select(
    campaign: models.Campaign, state: str, reason: str, unit: uuid.UUID | None = None
) -> Iterator[QuerySet[Member]]:
    """Give the people behind one number: a state ("treated", "sent", "refused" …), and a refusal's code, of a unit or all.

    "work" are those about whom a manager got work, "work_done" those whose work was done, with `reason` as its result,
    "work_refused" those about whom the gate allowed none; "converted_treated" and "converted_control" those of a group
    who met the goal in the stored effect.
    """
    rows = _behind(campaign, state, reason)
    if unit is not None:
        rows = rows.filter(_of_unit(campaign, unit))
    if state not in _CONVERTED:
        yield rows
        return
    with sets.gathered(runs.people(campaign, runs.EFFECT)) as met:
        yield rows.filter(_among(Rows(written("select id from {met}", met=met))), group=_CONVERTED[state])


def _behind(campaign: models.Campaign, state: str, reason: str) -> QuerySet[Member]:
    rows = Member.objects.filter(campaign=campaign)
    if state in ("work", "work_done"):
        states = ("done",) if state == "work_done" else ("open", "done", "cancelled")
        return rows.filter(party_id__in=work.records_of(campaign.uid, states, reason))
    if state == "work_refused":
        return rows.filter(party_id__in=_refused(campaign, running.STAFF, reason))
    if state in _CONVERTED:
        return rows
    if state == Member.State.CONTROL:
        rows = rows.filter(state=state)
    elif state == "treated":
        rows = rows.filter(group=Member.Group.TREATED)
    elif state == "waiting":
        rows = rows.filter(Q(state=Member.State.WAITING) | Q(party_id__in=channels.parties(campaign.uid, _IN_FLIGHT)))
    elif state == "stopped":
        rows = rows.filter(Q(state=Member.State.STOPPED) | Q(party_id__in=channels.parties(campaign.uid, ("stopped",))))
    elif state in (Member.State.FAILED, Member.State.REFUSED):
        rows = rows.filter(Q(state=state) | Q(party_id__in=channels.parties(campaign.uid, (state,))))
    elif state in ("sent", "unknown"):
        rows = rows.filter(party_id__in=channels.parties(campaign.uid, (state,)))
    if reason:
        rows = rows.filter(party_id__in=_refused(campaign, channels.template(campaign.template).channel, reason))
    return rows


def _of_unit(campaign: models.Campaign, unit: uuid.UUID) -> RawSQL:
    """The members whose party belongs to a unit; nobody where there is no such unit, or parties have none."""
    party = catalogue.object_with_role("party")
    branch, found = party.field_with_role("branch"), organization.unit_by_uid(unit)
    chosen = Rows(
        Written("select party_id as id from campaigns_member where campaign_id = %(campaign)s"),
        {"campaign": campaign.pk},
    )
    facts = sets.facts(party.key, chosen, {"unit": lambda sight: sight.field(branch.key) if branch else sets.NULL})
    of_unit = written("select id from ({facts}) f where unit = %(unit)s", facts=facts.sql)
    return _among(Rows(of_unit, {**facts.values, "unit": found.id if found else 0}))


def _among(ids: Rows) -> RawSQL:
    """The condition that a member's party is one of those that a statement gives."""
    sql, values = sets.positional(ids)
    return RawSQL(f"party_id in ({sql})", values, output_field=BooleanField())


def _refused(campaign: models.Campaign, channel: str, code: str) -> QuerySet[Any]:
    return compliance.refused_for(origin_uid=campaign.uid, channel=channel, code=code)


def _fault(member: Member, delivery: DeliveryState | None) -> Iterator[dict[str, object]]:
    """Why a person could not be taken through the gate, or why the message failed."""
    failed = delivery.error if delivery and delivery.state == "failed" else Labels("", "")
    said = both(member.error, member.error_en) if member.error else failed
    if said.zh:
        yield {"code": "failed", "labels": dict(said)}


def rows(
    campaign: models.Campaign,
    state: str,
    members: Sequence[Member],
    outcomes: Mapping[int, tuple[bool, Decimal | None]],
) -> list[MemberRow]:
    """Return the given people, chosen for `state`, with what happened to each and why."""
    ids = [member.party_id for member in members]
    channel = running.STAFF if state == "work_refused" else channels.template(campaign.template).channel
    deliveries = channels.states(campaign.uid, party_ids=ids)
    reasons = compliance.reasons_of(origin_uid=campaign.uid, channel=channel, party_ids=ids)
    tasks = work.of_origin(campaign.uid, records=ids)
    found = []
    for member in members:
        delivery = deliveries.get(member.party_id)
        state = member.state if delivery is None else delivery.state
        converted, much = outcomes.get(member.party_id, (None, None))
        found.append(
            MemberRow(
                party_id=member.party_id,
                group=member.group,
                state="waiting" if state in (*_IN_FLIGHT, Member.State.QUEUED) else state,
                reasons=[
                    *({"code": r.code, "labels": r.labels} for r in reasons.get(member.party_id, [])),
                    *_fault(member, delivery),
                ],
                sent_at=delivery.sent_at if delivery else None,
                work_state=tasks.get(member.party_id, ("", ""))[0],
                converted=converted,
                much=much,
                resendable=campaign.state == models.Campaign.State.RUNNING
                and delivery is not None
                and delivery.state in RESENDABLE,
            )
        )
    return found
