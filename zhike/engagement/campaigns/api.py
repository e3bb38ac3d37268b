"""Campaigns: planned, confirmed, launched. Stop means stop; every person is accounted for."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import date
from typing import Any

from zhike.engagement.campaigns import models
from zhike.engagement.campaigns.errors import EmptyAudience, NothingObserved
from zhike.engagement.campaigns.logic import confirming, effects, plans, reaching, resending, running, runs
from zhike.engagement.campaigns.models import Member
from zhike.engagement.campaigns.types import Campaign, CampaignPlan
from zhike.engagement.channels import api as channels
from zhike.engagement.channels.types import Message
from zhike.engagement.compliance import api as compliance
from zhike.engagement.compliance.types import Verdict
from zhike.insight.audiences import api as audiences
from zhike.kernel import clock, database, events
from zhike.kernel.errors import StaleRevision
from zhike.kernel.ids import uuid7
from zhike.platform.audit import api as audit
from zhike.platform.objects import api as objects
from zhike.platform.objects import bulk, catalogue
from zhike.platform.permissions import api as permissions
from zhike.platform.permissions.types import Principal
from zhike.platform.records import api as records
from zhike.platform.work import origins as work

__all__ = [
    "advance",
    "change",
    "confirm",
    "create",
    "delete",
    "estimate",
    "goal_examples",
    "launch",
    "measure",
    "pause",
    "permitted_acts",
    "possible_acts",
    "preview",
    "resend",
    "resume",
    "send_test",
    "settle",
    "stop",
]
advance = running.advance
goal_examples = plans.examples
settle = confirming.settle
permitted_acts = reaching.permitted_acts


def possible_acts(campaign: Campaign) -> list[str]:
    """Return what may be done with a campaign in its state."""
    return plans.possible_acts(campaign.state)


def create(plan: CampaignPlan, *, principal: Principal) -> Campaign:
    """Create a draft. Raises BadPlan with every fault; nothing is written then."""
    permissions.require(principal, "campaign.create")
    plans.check_plan(plan)
    with database.writing():
        now = clock.now()
        campaign = models.Campaign(
            uid=uuid7(),
            owner=principal.employee_no or principal.name,
            owner_name=principal.name,
            unit_id=principal.unit,
            created_at=now,
            updated_at=now,
        )
        _apply(campaign, plan, principal)
        campaign.save()
        _note(campaign, "create")
    return reaching.as_type(campaign)


def change(uid: uuid.UUID, plan: CampaignPlan, *, revision: int, principal: Principal) -> Campaign:
    """Change a draft. Raises WrongState, StaleRevision, BadPlan."""
    permissions.require(principal, "campaign.update")
    plans.check_plan(plan)
    with database.writing():
        campaign = _locked(uid, revision, "edit", principal)
        _apply(campaign, plan, principal)
        return _saved(campaign, "edit")


def delete(uid: uuid.UUID, *, revision: int, principal: Principal) -> None:
    """Put a draft away; what was confirmed stays for good. Raises WrongState, StaleRevision, NotFound."""
    with database.writing():
        campaign = _locked(uid, revision, "delete", principal)
        campaign.deleted_at = clock.now()
        _saved(campaign, "delete")


def estimate(uid: uuid.UUID, *, principal: Principal) -> uuid.UUID:
    """Start computing what confirming would freeze now, unless that is under way; return the run."""
    with database.writing():
        campaign = reaching.one(uid, principal, "campaign.read", lock=True)
        return runs.start(campaign, runs.ESTIMATE, principal)


def confirm(uid: uuid.UUID, *, revision: int, count: int, business_date: date, principal: Principal) -> uuid.UUID:
    """Start freezing the audience the person saw and assigning the control group; return the run.

    The campaign is locked until the run ends: it is confirmed, or, where the audience is not what was seen or empty, a
    draft again. Raises WrongState, StaleRevision.
    """
    with database.writing():
        campaign = _locked(uid, revision, "confirm", principal)
        campaign.state, campaign.updated_at = plans.require_act(campaign, "confirm"), clock.now()
        campaign.save()
        return runs.start(campaign, runs.CONFIRM, principal, count=count, business_date=str(business_date))


def measure(uid: uuid.UUID, *, principal: Principal) -> uuid.UUID:
    """Start computing what the campaign brought about as of now, unless that is under way; return the run."""
    with database.writing():
        campaign = reaching.one(uid, principal, "campaign.read", lock=True)
        if not effects.observed_days(campaign):
            raise NothingObserved()
        return runs.start(campaign, runs.EFFECT, principal)


def launch(uid: uuid.UUID, *, revision: int, principal: Principal) -> Campaign:
    """Let a confirmed campaign run: workers take its people through the gate.

    Raises WrongState, StaleRevision, OutsideCalendar where the calendar does not know the last day of its goal.
    """
    with database.writing():
        campaign = _locked(uid, revision, "launch", principal)
        running.last_day(clock.today(), campaign.goal_days)
        campaign.state = plans.require_act(campaign, "launch")
        campaign.launched_at, campaign.reach_date = clock.now(), clock.today()
        return _saved(campaign, "launch")


def pause(uid: uuid.UUID, *, revision: int, principal: Principal) -> Campaign:
    """Hold everything that has not left. Raises WrongState, StaleRevision."""
    return _act(uid, "pause", revision, principal)


def resume(uid: uuid.UUID, *, revision: int, principal: Principal) -> Campaign:
    """Let a paused campaign run again. Raises WrongState, StaleRevision."""
    return _act(uid, "resume", revision, principal)


def stop(uid: uuid.UUID, *, revision: int, principal: Principal) -> Campaign:
    """Stop for good: nothing that has not left will leave. Raises WrongState, StaleRevision."""
    return _act(uid, "stop", revision, principal)


def preview(uid: uuid.UUID, *, party: uuid.UUID | None, principal: Principal) -> tuple[dict[str, str], Message]:
    """Return ({uid, display} of a real customer, the message under mask); the first sample without `party`."""
    campaign = reaching.one(uid, principal, "campaign.read")
    key = catalogue.object_with_role("party").key
    if party is None:
        ids = list(audiences.members_now(campaign.audience_uid, principal=principal).parties[:50])
        found = objects.records_by_id(key, ids, principal=principal)
        if not found:
            raise EmptyAudience(business_date=audiences.count_now(campaign.audience_uid, principal=principal)[1])
        record = found[min(found)]
    else:
        record = records.get(key, party, principal=principal, log_view=False)
    facts = bulk.facts(key, [record.id], channels.fields_used(campaign.template))[record.id]
    message = channels.masked_preview(campaign.template, facts, principal=principal)
    return {"uid": str(record.uid), "display": record.display}, message


def send_test(uid: uuid.UUID, *, to: str, settings: Mapping[str, Any], principal: Principal) -> str:
    """Send the masked preview to the caller's own address and return it; audited, counted nowhere."""
    campaign = reaching.one(uid, principal, "campaign.update")
    shown, _message = preview(uid, party=None, principal=principal)
    key = catalogue.object_with_role("party").key
    record = records.get(key, uuid.UUID(shown["uid"]), principal=principal, log_view=False)
    facts = bulk.facts(key, [record.id], channels.fields_used(campaign.template))[record.id]
    channels.send_test(campaign.template, facts, to=to, settings=settings, principal=principal)
    with database.writing():
        _note(campaign, "test_mail")
    return to


def resend(uid: uuid.UUID, party: uuid.UUID, *, reason: str, principal: Principal) -> Verdict:
    """Ask the gate again about a message that failed or whose outcome is unknown, and send it if that is allowed.

    The answer says why it is not; a refusal is kept. Raises NotFound, WrongState, NotResendable, NotNow.
    """
    with database.writing():
        campaign = reaching.one(uid, principal, "campaign.resend", lock=True)
        party_id = objects.ids(catalogue.object_with_role("party").key, [party], principal=principal)[party]
        return resending.resend(campaign, party_id, reason)


def _act(uid: uuid.UUID, act: str, revision: int, principal: Principal) -> Campaign:
    with database.writing():
        campaign = _locked(uid, revision, act, principal)
        campaign.state = plans.require_act(campaign, act)
        if act == "stop":
            channels.stop(campaign.uid)
            work.cancel_open(origin_uid=campaign.uid)
            Member.objects.filter(campaign=campaign, state=Member.State.WAITING).update(state=Member.State.STOPPED)
        else:
            channels.hold(campaign.uid, held=act == "pause")
        return _saved(campaign, act)


def _apply(campaign: models.Campaign, plan: CampaignPlan, principal: Principal) -> None:
    audience = audiences.audience(plan.audience, principal=principal)
    campaign.name, campaign.purpose = plan.name.strip(), plan.purpose
    campaign.audience_uid, campaign.audience_name = audience.uid, audience.name
    campaign.template, campaign.goal, campaign.goal_days = plan.template, plans.kept_goal(plan.goal), plan.goal_days
    campaign.script, campaign.due_days, campaign.result_set = plan.script, plan.due_days, plan.result_set
    campaign.control_percent = plan.control_percent
    levels = [channels.template(plan.template).risk_level or ""]
    campaign.product_id = None
    if plan.product is not None:
        product = catalogue.object_with_role("product")
        record = records.get(product.key, plan.product, principal=principal, log_view=False)
        level = product.field_with_role("risk_level")
        campaign.product_id = record.id
        levels.append(str(record.values.get(level.key) or "") if level else "")
    campaign.product_level = compliance.highest_level(levels)


def _locked(uid: uuid.UUID, revision: int, act: str, principal: Principal) -> models.Campaign:
    campaign = reaching.one(uid, principal, reaching.right_to(act), lock=True)
    plans.require_act(campaign, act)
    if campaign.revision != revision:
        raise StaleRevision(given=revision, current=campaign.revision)
    return campaign


def _saved(campaign: models.Campaign, act: str, details: Mapping[str, object] | None = None) -> Campaign:
    campaign.revision += 1
    campaign.updated_at = clock.now()
    campaign.save()
    _note(campaign, act, details)
    return reaching.as_type(campaign)


def _note(campaign: models.Campaign, act: str, details: Mapping[str, object] | None = None) -> None:
    audit.note(operation=act, subject="campaign", subject_id=campaign.pk, details=details)
    events.publish(f"campaign.{act}", "campaign", campaign.pk)
