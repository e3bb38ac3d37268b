"""Where campaigns stand: their people, what became of them, and what came of it."""

from __future__ import annotations

import uuid
from datetime import date, datetime

from zhike.engagement.campaigns.logic import counting, effects, reaching, running
from zhike.engagement.campaigns.models import Campaign, Member
from zhike.engagement.campaigns.types import Effect, MemberRow, PartyCampaign
from zhike.engagement.channels import api as channels
from zhike.engagement.compliance import api as compliance
from zhike.kernel import clock
from zhike.kernel.definition_parts import Labels
from zhike.platform.audit import api as audit
from zhike.platform.audit.types import JournalEntry
from zhike.platform.organization import api as organization
from zhike.platform.permissions.types import Principal
from zhike.platform.work.types import Work

__all__ = [
    "campaigns",
    "counts",
    "counts_of",
    "effect",
    "get",
    "members",
    "of_party",
    "reached",
    "timeline",
    "waiting_until",
    "work_notices",
]
_PAGE = 50
counts = counting.counts
counts_of = counting.counts_of


def campaigns(*, principal: Principal) -> list[Campaign]:
    """Return every campaign that the principal may read, newest first."""
    return list(reaching.within(principal, "campaign.read").order_by("-created_at", "-pk"))


def get(uid: uuid.UUID, *, principal: Principal) -> Campaign:
    """Return one campaign. Raises NotFound."""
    return reaching.one(uid, principal, "campaign.read")


def effect(uid: uuid.UUID, *, principal: Principal) -> Effect:
    """Return what the campaign brought about, over everybody assigned."""
    return effects.effect(reaching.one(uid, principal, "campaign.read"))


def members(
    uid: uuid.UUID,
    *,
    state: str = "",
    reason: str = "",
    unit: uuid.UUID | None = None,
    after: int = 0,
    principal: Principal,
    limit: int = _PAGE,
) -> tuple[list[MemberRow], int | None, int]:
    """Return (people, cursor of the next page, number of people) behind one number of the campaign, or of a unit."""
    campaign = reaching.one(uid, principal, "campaign.read")
    chosen = counting.select(campaign, state, reason)
    if unit is not None:
        found_unit = organization.unit_by_uid(unit)
        chosen = chosen.filter(party_id__in=effects.parties_of_unit(campaign, found_unit.id if found_unit else 0))
    page = list(chosen.filter(party_id__gt=after).order_by("party_id")[: limit + 1])
    found = _outcomes(campaign, [member.party_id for member in page])
    outcomes = {o.party_id: (o.converted, o.measures[effects.NET_INFLOW]) for o in found}
    more = page[limit - 1].party_id if len(page) > limit else None
    return counting.rows(campaign, state, page[:limit], outcomes), more, chosen.count()


def work_notices(item: Work) -> list[Labels]:
    """Return why the gate would refuse now the contact that a piece of a campaign's work asks for; nothing else.

    The work was given when the gate allowed it; consent may be withdrawn since.
    """
    campaign = Campaign.objects.filter(uid=item.origin_uid).first()
    if campaign is None:
        return []
    verdict = compliance.judge(running.touch_of(campaign, running.STAFF), [item.record_id or 0])[0]
    if not verdict.reasons:
        return []
    zh, en = (
        "；".join(reason.labels["zh"] for reason in verdict.reasons),
        "; ".join(reason.labels["en"] for reason in verdict.reasons),
    )
    return [Labels(f"现在不宜联系：{zh}", f"Do not contact now: {en}")]


def waiting_until(campaign: Campaign) -> datetime | None:
    """Return when the gate is asked again about the first of those it told to wait (quiet hours), if anybody waits."""
    rows = Member.objects.filter(campaign=campaign, state=Member.State.WAITING, next_at__gt=clock.now())
    return rows.order_by("next_at").values_list("next_at", flat=True).first()


def of_party(party_id: int) -> list[PartyCampaign]:
    """Return the campaigns a party was chosen for, for the page of a party the caller may see."""
    rows = Member.objects.filter(party_id=party_id).select_related("campaign").order_by("-campaign__created_at")[:50]
    return [
        {
            "uid": row.campaign.uid,
            "name": row.campaign.name,
            "group": row.group,
            "state": row.state,
            "at": row.campaign.launched_at or row.campaign.confirmed_at,
        }
        for row in rows
    ]


def reached() -> dict[int, date]:
    """Return the day on which parties were reached by a mail that was sent, by party id, the first one."""
    found: dict[int, datetime] = {}
    for party_id, at in channels.sent_parties("campaign"):
        found[party_id] = min(at, found.get(party_id, at))
    return {party_id: clock.local(at).date() for party_id, at in found.items()}


def timeline(campaign: Campaign) -> list[JournalEntry]:
    """Return what happened to the campaign, newest first."""
    return audit.history(subject="campaign", subject_id=campaign.pk)


def _outcomes(campaign: Campaign, party_ids: list[int]) -> list[effects.Outcome]:
    return effects.outcomes(campaign, party_ids) if party_ids and effects.observed_days(campaign) else []
