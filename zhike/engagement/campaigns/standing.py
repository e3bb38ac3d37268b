"""Where campaigns stand: their people, what became of them, and what came of it."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime

from zhike.engagement.campaigns.logic import confirming, counting, effects, estimating, reaching, running, runs
from zhike.engagement.campaigns.models import Campaign, Member
from zhike.engagement.campaigns.types import (
    Computed,
    Effect,
    Estimate,
    MemberRow,
    PartyCampaign,
    RunState,
)
from zhike.engagement.channels import api as channels
from zhike.engagement.compliance import api as compliance
from zhike.kernel import clock
from zhike.kernel.definition_parts import Labels
from zhike.platform.audit import api as audit
from zhike.platform.audit.types import JournalEntry
from zhike.platform.permissions import parts
from zhike.platform.permissions.types import Principal
from zhike.platform.work.types import Work

__all__ = [
    "campaigns",
    "confirmation",
    "counts",
    "counts_of",
    "effect",
    "estimate",
    "get",
    "may_resend",
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


def estimate(uid: uuid.UUID, *, principal: Principal) -> Computed[Estimate]:
    """Return the newest stored estimate of what confirming would freeze, and where its run stands."""
    campaign = reaching.one(uid, principal, "campaign.read")
    return runs.stored(campaign, runs.ESTIMATE, Estimate, estimating.inputs_now(campaign, principal))


def confirmation(campaign: Campaign) -> RunState | None:
    """Return where the confirmation stands: under way, or failed and the campaign not changed since."""
    return confirming.standing(campaign)


def effect(uid: uuid.UUID, *, principal: Principal) -> Computed[Effect]:
    """Return the newest stored effect of the campaign, over everybody assigned, and where its run stands.

    Before the first day is observed there is nothing to compute.
    """
    campaign = reaching.one(uid, principal, "campaign.read")
    if not effects.observed_days(campaign):
        return Computed(effects.nothing_yet(campaign), True, None, None)
    found = runs.stored(campaign, runs.EFFECT, Effect, effects.inputs_now())
    return replace(found, result=found.result or effects.nothing_yet(campaign))


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
    with counting.select(campaign, state, reason, unit) as chosen:
        page = list(chosen.filter(party_id__gt=after).order_by("party_id")[: limit + 1])
        count = chosen.count()
    outcomes = effects.outcomes(campaign, page[:limit])
    more = page[limit - 1].party_id if len(page) > limit else None
    return counting.rows(campaign, state, page[:limit], outcomes), more, count


def may_resend(uid: uuid.UUID, *, principal: Principal) -> bool:
    """Return whether the principal may have messages of the campaign sent again."""
    campaign = reaching.one(uid, principal, "campaign.read")
    return parts.reaches(principal, "campaign.resend", mine=campaign.owner, unit=campaign.unit_id)


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


def reached() -> Iterator[tuple[int, date]]:
    """Yield each party that was reached by a mail that was sent, with the day of the first one."""
    for party_id, at in channels.first_sent("campaign"):
        yield party_id, clock.local(at).date()


def timeline(campaign: Campaign) -> list[JournalEntry]:
    """Return what happened to the campaign, newest first."""
    return audit.history(subject="campaign", subject_id=campaign.pk)
