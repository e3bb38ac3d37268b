"""Confirmation: a run freezes exactly the audience that was seen, or the campaign is a draft again and says why."""

from __future__ import annotations

import logging
import uuid
from datetime import date
from functools import partial

from django.db.models import QuerySet

from zhike.engagement.campaigns import types
from zhike.engagement.campaigns.errors import CampaignChanged, EmptyAudience
from zhike.engagement.campaigns.logic import running, runs
from zhike.engagement.campaigns.models import Campaign, CampaignRun
from zhike.engagement.campaigns.types import RunState
from zhike.engagement.channels import api as channels
from zhike.insight.audiences import api as audiences
from zhike.insight.audiences.types import Members
from zhike.kernel import clock, context, database, events, isolation, jobs
from zhike.kernel.definition_parts import Labels, both
from zhike.kernel.models import Run
from zhike.platform.audit import api as audit
from zhike.platform.permissions.types import Principal

_log = logging.getLogger("zhike.campaigns")


def freeze(uid: uuid.UUID, run: uuid.UUID, *, count: int, business_date: date, principal: Principal) -> None:
    """Confirm the campaign that this run is to confirm; done again, it changes nothing.

    The audience is found while nothing is locked; it is written down if the campaign is still this run's to confirm.
    Raises CampaignChanged when the audience is not what was seen, EmptyAudience; the campaign is a draft then.
    """
    try:
        found = _of_run(Campaign.objects.filter(uid=uid), run).first()
        if found is None:
            return
        members = audiences.members_now(found.audience_uid, principal=principal)
        _require_as_seen(members, count, business_date)
        with database.writing():
            campaign = _taken(uid, run)
            if campaign is not None:
                _freeze(campaign, members, principal)
    except Exception as error:
        put_back(uid, run, isolation.reason(error))
        raise


def _require_as_seen(members: Members, count: int, business_date: date) -> None:
    found, day = len(members.parties), members.basis.business_date
    if (found, day) != (count, business_date):
        raise CampaignChanged(seen=count, seen_date=business_date, count=found, business_date=day)
    if found == 0:
        raise EmptyAudience(business_date=business_date)


def _freeze(campaign: Campaign, members: Members, principal: Principal) -> None:
    snapshot = audiences.take_snapshot(campaign.audience_uid, members=members, principal=principal)
    campaign.snapshot_uid, campaign.business_date = snapshot.uid, snapshot.business_date
    campaign.content_digest = channels.template(campaign.template).digest
    campaign.state, campaign.confirmed_at = Campaign.State.CONFIRMED, clock.now()
    campaign.updated_at = campaign.confirmed_at
    campaign.revision += 1
    running.freeze(campaign)
    campaign.save()
    details = {"count": snapshot.count, "business_date": str(snapshot.business_date)}
    audit.note(operation="confirm", subject="campaign", subject_id=campaign.pk, details=details)
    events.publish("campaign.confirm", "campaign", campaign.pk)


def put_back(uid: uuid.UUID, run: uuid.UUID, reason: Labels) -> None:
    """Make a campaign that this run was to confirm a draft again, and say why in its journal."""
    with context.acting(reason=reason.zh), database.writing():
        campaign = _taken(uid, run)
        if campaign is None:
            return
        campaign.state, campaign.updated_at = Campaign.State.DRAFT, clock.now()
        campaign.save()
        details = {"reason_en": reason.en}
        audit.note(operation="confirm_failed", subject="campaign", subject_id=campaign.pk, details=details)
        events.publish("campaign.confirm_failed", "campaign", campaign.pk)


def standing(campaign: types.Campaign) -> RunState | None:
    """Return where the confirmation stands: under way, or failed and the campaign not changed since."""
    row = CampaignRun.objects.filter(campaign_id=campaign.id, kind=runs.CONFIRM).first()
    if row is None or row.inputs != {"revision": campaign.revision}:
        return None
    return runs.state_of(Run.objects.filter(uid=row.run).first())


def settle() -> int:
    """Put back the campaigns whose confirmation nobody does any more: cancelled, or its workers died. Returns how many."""
    found = 0
    for row in CampaignRun.objects.filter(campaign__state=Campaign.State.CONFIRMING, kind=runs.CONFIRM):
        campaign, run = row.campaign, Run.objects.filter(uid=row.run).first()
        if not jobs.under_way(run):
            error = isolation.fault_of(partial(put_back, campaign.uid, row.run, _why(run)))
            if error is not None:  # the others are put back all the same
                _log.error("a campaign cannot be put back", exc_info=error, extra={"campaign": str(campaign.uid)})
            found += error is None
    return found


def _why(run: Run | None) -> Labels:
    """Why nobody does a confirmation any more."""
    error = (run and run.error) or {"message": jobs.Cancelled.zh, "message_en": jobs.Cancelled.en}
    return both(str(error["message"])[:300], str(error.get("message_en", ""))[:300])


def _taken(uid: uuid.UUID, run: uuid.UUID) -> Campaign | None:
    """Return the campaign locked, if it is still this run that is to confirm it."""
    locked = Campaign.objects.select_for_update().get(uid=uid)
    return _of_run(Campaign.objects.filter(pk=locked.pk), run).first()


def _of_run(rows: QuerySet[Campaign], run: uuid.UUID) -> QuerySet[Campaign]:
    """Those of the campaigns that a run is to confirm: none while they are changed, none of an earlier confirmation."""
    mine = CampaignRun.objects.filter(kind=runs.CONFIRM, run=run).values("campaign")
    return rows.filter(state=Campaign.State.CONFIRMING, pk__in=mine)
