"""Where campaigns stand: their people, what became of them, and what came of it."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

from django.db.models import Count, Min

from zhike.engagement.campaigns.logic import closing, confirming, counting, effects, estimating, reaching, runs
from zhike.engagement.campaigns.models import Member
from zhike.engagement.campaigns.types import (
    Campaign,
    CampaignWork,
    ClosedEffect,
    Computed,
    Counts,
    Effect,
    Estimate,
    LateFile,
    MemberRow,
    PartyCampaign,
    PartyTouches,
    PutOff,
    RunState,
)
from zhike.engagement.channels import api as channels
from zhike.engagement.compliance import api as compliance
from zhike.kernel import clock
from zhike.kernel.errors import NotFound
from zhike.platform.audit import api as audit
from zhike.platform.audit.types import JournalEntry
from zhike.platform.objects import api as objects
from zhike.platform.objects import catalogue
from zhike.platform.permissions.types import Principal

__all__ = [
    "campaigns",
    "closed",
    "confirmation",
    "counts",
    "counts_of",
    "effect",
    "estimate",
    "get",
    "may_resend",
    "members",
    "put_off",
    "reached",
    "timeline",
    "touches_of_party",
    "unknown",
    "work_of",
]
_PAGE = 50


def campaigns(*, principal: Principal) -> list[Campaign]:
    """Return every campaign that the principal may read, newest first."""
    rows = reaching.within(principal, "campaign.read").order_by("-created_at", "-pk")
    return [reaching.as_type(row) for row in rows]


def get(uid: uuid.UUID, *, principal: Principal) -> Campaign:
    """Return one campaign. Raises NotFound."""
    return reaching.as_type(reaching.one(uid, principal, "campaign.read"))


def counts(campaign: Campaign, *, principal: Principal) -> Counts:
    """Return the campaign's people by state; the parts always add up to the chosen. Raises NotFound."""
    return counts_of([campaign], principal=principal)[campaign.id]


def counts_of(campaigns: Sequence[Campaign], *, principal: Principal) -> dict[int, Counts]:
    """Return the same by campaign's inner id, of several at once. Raises NotFound when one may not be read."""
    reaching.require(principal, "campaign.read", campaigns)
    return counting.counts_of(campaigns)


def unknown(campaigns: Sequence[Campaign], *, principal: Principal) -> int:
    """Return how many messages of campaigns have an unknown outcome. Raises NotFound when one may not be read."""
    reaching.require(principal, "campaign.read", campaigns)
    return counting.unknown_of(campaigns)


def work_of(campaigns: Sequence[Campaign], *, principal: Principal) -> dict[int, CampaignWork]:
    """Return the managers' work by campaign's inner id. Raises NotFound when one may not be read."""
    reaching.require(principal, "campaign.read", campaigns)
    return counting.work_of(campaigns)


def estimate(uid: uuid.UUID, *, principal: Principal) -> Computed[Estimate]:
    """Return the newest stored estimate of what confirming would freeze, and where its run stands."""
    campaign = reaching.one(uid, principal, "campaign.read")
    return runs.stored(campaign, runs.ESTIMATE, Estimate, estimating.inputs_now(campaign, principal))


def confirmation(campaign: Campaign, *, principal: Principal) -> RunState | None:
    """Return where the confirmation stands: under way, or failed and the campaign not changed since. Raises NotFound."""
    reaching.require(principal, "campaign.read", [campaign])
    return confirming.standing(campaign)


def effect(uid: uuid.UUID, *, principal: Principal) -> Computed[Effect]:
    """Return the newest stored effect of the campaign, over everybody assigned, and where its run stands.

    Before the first day is observed there is nothing to compute.
    """
    campaign = reaching.one(uid, principal, "campaign.read")
    if not effects.observed_days(campaign):
        return Computed(effects.nothing_yet(campaign), True, None, None)
    found = runs.stored(campaign, runs.EFFECT, Effect, effects.inputs_now(campaign))
    return replace(found, result=found.result or effects.nothing_yet(campaign))


def closed(uid: uuid.UUID, *, principal: Principal) -> tuple[list[ClosedEffect], list[LateFile]]:
    """Return the versions of a campaign's verdict, the end day's first, and the files that came since the newest.

    Nothing before the end day is observed. Raises NotFound.
    """
    return closing.versions(reaching.one(uid, principal, "campaign.read"))


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
    campaign = get(uid, principal=principal)
    return reaching.reaches(principal, "campaign.resend", campaign)


def put_off(campaign: Campaign, *, principal: Principal) -> PutOff | None:
    """Return whom the gate has told to wait (quiet hours), at the start or as the message was about to leave, if anybody.

    Of a campaign that does not run nobody waits for the gate. Raises NotFound.
    """
    reaching.require(principal, "campaign.read", [campaign])
    if campaign.state != "running":
        return None
    rows = Member.objects.filter(campaign_id=campaign.id, state=Member.State.WAITING, next_at__gt=clock.now())
    people = rows.aggregate(n=Count("pk"), until=Min("next_at"))
    messages, until = channels.put_off(campaign.uid)
    first = [at for at in (people["until"], until) if at is not None]
    return PutOff(people["n"] + messages, min(first)) if first else None


def touches_of_party(uid: uuid.UUID, *, principal: Principal) -> PartyTouches:
    """Return the campaigns that a party was chosen for, what the gate decided about it, and its messages.

    Raises NotFound for a party that the principal may not see.
    """
    party = catalogue.object_with_role("party").key
    party_id = objects.ids(party, [uid], principal=principal).get(uid)
    if party_id is None:
        raise NotFound(kind=party, id=str(uid))
    rows = Member.objects.filter(party_id=party_id).select_related("campaign").order_by("-campaign__created_at")[:50]
    chosen = [
        PartyCampaign(
            row.campaign.uid, row.campaign.name, row.group, row.campaign.launched_at or row.campaign.confirmed_at
        )
        for row in rows
    ]
    return PartyTouches(party_id, chosen, channels.states_of_party(party_id), compliance.decisions_of_party(party_id))


def reached() -> Iterator[tuple[int, date]]:
    """Yield each party that was reached by a mail that was sent, with the day of the first one."""
    for party_id, at in channels.first_sent("campaign"):
        yield party_id, clock.local(at).date()


def timeline(campaign: Campaign, *, principal: Principal) -> list[JournalEntry]:
    """Return what happened to the campaign, newest first. Raises NotFound."""
    reaching.require(principal, "campaign.read", [campaign])
    return audit.history(subject="campaign", subject_id=campaign.id)
