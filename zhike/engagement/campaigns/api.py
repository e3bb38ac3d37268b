"""Campaigns: planned, confirmed, launched, measured. Stop means stop; every person is accounted for."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from zhike.engagement.campaigns.errors import CampaignChanged, EmptyAudience
from zhike.engagement.campaigns.logic import counting, effects, estimating, plans, running
from zhike.engagement.campaigns.models import Campaign, Member
from zhike.engagement.campaigns.types import CampaignPlan, Effect, Estimate, MemberRow, PartyCampaign
from zhike.engagement.channels import api as channels
from zhike.engagement.channels.types import Message
from zhike.engagement.compliance import api as compliance
from zhike.engagement.compliance.types import Verdict
from zhike.insight.audiences import api as audiences
from zhike.kernel import clock, database, events
from zhike.kernel.errors import NotFound, StaleRevision
from zhike.kernel.ids import uuid7
from zhike.platform.audit import api as audit
from zhike.platform.audit.types import JournalEntry
from zhike.platform.objects import api as objects
from zhike.platform.objects import bulk, catalogue
from zhike.platform.organization import api as organization
from zhike.platform.permissions import api as permissions
from zhike.platform.permissions.types import Principal
from zhike.platform.work import api as work

__all__ = [
    "advance",
    "campaigns",
    "change",
    "confirm",
    "counts",
    "counts_of",
    "create",
    "delete",
    "effect",
    "estimate",
    "get",
    "launch",
    "members",
    "of_party",
    "pause",
    "possible_acts",
    "preview",
    "reached",
    "resend",
    "resume",
    "send_test",
    "stop",
    "timeline",
    "waiting_until",
    "work_verdict",
]
_PAGE = 50

advance = running.advance
possible_acts = plans.possible_acts
counts = counting.counts
counts_of = counting.counts_of


def campaigns(*, principal: Principal) -> list[Campaign]:
    """Return every campaign, newest first."""
    permissions.require(principal, "campaign.read")
    return list(Campaign.objects.filter(deleted_at=None).order_by("-created_at", "-pk"))


def get(uid: uuid.UUID, *, principal: Principal) -> Campaign:
    """Return one campaign. Raises NotFound."""
    permissions.require(principal, "campaign.read")
    return _one(uid)


def create(plan: CampaignPlan, *, principal: Principal) -> Campaign:
    """Create a draft. Raises BadPlan with every fault; nothing is written then."""
    permissions.require(principal, "campaign.create")
    plans.check_plan(plan)
    with database.writing():
        now = clock.now()
        campaign = Campaign(
            uid=uuid7(),
            owner=principal.employee_no or principal.name,
            owner_name=principal.name,
            created_at=now,
            updated_at=now,
        )
        _apply(campaign, plan, principal)
        campaign.save()
        _note(campaign, "create")
    return campaign


def change(uid: uuid.UUID, plan: CampaignPlan, *, revision: int, principal: Principal) -> Campaign:
    """Change a draft. Raises WrongState, StaleRevision, BadPlan."""
    permissions.require(principal, "campaign.update")
    plans.check_plan(plan)
    with database.writing():
        campaign = _locked(uid, revision, "edit")
        _apply(campaign, plan, principal)
        return _saved(campaign, "edit")


def delete(uid: uuid.UUID, *, revision: int, principal: Principal) -> None:
    """Put a draft away; what was confirmed stays for good. Raises WrongState, StaleRevision, NotFound."""
    permissions.require(principal, "campaign.delete")
    with database.writing():
        campaign = _locked(uid, revision, "delete")
        campaign.deleted_at = clock.now()
        _saved(campaign, "delete")


def estimate(uid: uuid.UUID, *, principal: Principal) -> Estimate:
    """Return what confirming would freeze now: people, data date, and what the gate would refuse today."""
    permissions.require(principal, "campaign.read")
    campaign = _one(uid)
    _count, business_date = audiences.count_now(campaign.audience_uid, principal=principal)
    ids = list(audiences.members_now(campaign.audience_uid, principal=principal))
    return estimating.estimate(campaign, ids, business_date)


def confirm(uid: uuid.UUID, *, revision: int, count: int, business_date: date, principal: Principal) -> Campaign:
    """Freeze the audience the person saw and assign the control group.

    Raises CampaignChanged when the audience is not what was seen, EmptyAudience, WrongState, StaleRevision.
    """
    permissions.require(principal, "campaign.launch")
    with database.writing():
        campaign = _locked(uid, revision, "confirm")
        snapshot = audiences.take_snapshot(campaign.audience_uid, principal=principal)
        if (snapshot.count, snapshot.business_date) != (count, business_date):
            raise CampaignChanged(
                seen=count, seen_date=business_date, count=snapshot.count, business_date=snapshot.business_date
            )
        if snapshot.count == 0:
            raise EmptyAudience(business_date=business_date)
        campaign.snapshot_uid, campaign.business_date = snapshot.uid, snapshot.business_date
        campaign.content_digest = channels.template(campaign.template).digest
        campaign.state, campaign.confirmed_at = plans.require_act(campaign, "confirm"), clock.now()
        running.freeze(campaign)
        return _saved(campaign, "confirm", {"count": count, "business_date": str(business_date)})


def launch(uid: uuid.UUID, *, revision: int, principal: Principal) -> Campaign:
    """Let a confirmed campaign run: workers take its people through the gate. Raises WrongState, StaleRevision."""
    permissions.require(principal, "campaign.launch")
    with database.writing():
        campaign = _locked(uid, revision, "launch")
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
    permissions.require(principal, "campaign.read")
    campaign = _one(uid)
    key = catalogue.object_with_role("party").key
    if party is None:
        ids = list(audiences.members_now(campaign.audience_uid, principal=principal))[:50]
        found = objects.records_by_id(key, ids, principal=principal)
        if not found:
            raise EmptyAudience(business_date=audiences.count_now(campaign.audience_uid, principal=principal)[1])
        record = found[min(found)]
    else:
        record = objects.get(key, party, principal=principal, log_view=False)
    facts = bulk.facts(key, [record.id], channels.fields_used(campaign.template))[record.id]
    return {"uid": str(record.uid), "display": record.display}, channels.masked_preview(campaign.template, facts)


def send_test(uid: uuid.UUID, *, to: str, settings: Mapping[str, Any], principal: Principal) -> str:
    """Send the masked preview to the caller's own address and return it; audited, counted nowhere."""
    permissions.require(principal, "campaign.update")
    campaign = _one(uid)
    shown, _message = preview(uid, party=None, principal=principal)
    key = catalogue.object_with_role("party").key
    record = objects.get(key, uuid.UUID(shown["uid"]), principal=principal, log_view=False)
    facts = bulk.facts(key, [record.id], channels.fields_used(campaign.template))[record.id]
    channels.send_test(campaign.template, facts, to=to, settings=settings)
    with database.writing():
        _note(campaign, "test_mail")
    return to


def effect(uid: uuid.UUID, *, principal: Principal) -> Effect:
    """Return what the campaign brought about, over everybody assigned."""
    permissions.require(principal, "campaign.read")
    return effects.effect(_one(uid))


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
    permissions.require(principal, "campaign.read")
    campaign = _one(uid)
    chosen = counting.select(campaign, state, reason)
    if unit is not None:
        found_unit = organization.unit_by_uid(unit)
        chosen = chosen.filter(party_id__in=effects.parties_of_unit(campaign, found_unit.id if found_unit else 0))
    page = list(chosen.filter(party_id__gt=after).order_by("party_id")[: limit + 1])
    found = _outcomes(campaign, [member.party_id for member in page])
    outcomes = {o.party_id: (o.converted, o.measures[effects.NET_INFLOW]) for o in found}
    more = page[limit - 1].party_id if len(page) > limit else None
    return counting.rows(campaign, state, page[:limit], outcomes), more, chosen.count()


def work_verdict(uid: uuid.UUID, *, principal: Principal) -> Verdict:
    """Return what the gate says now about the contact that a work item of the caller's list asks for.

    The work was given when the gate allowed it; consent may be withdrawn since. Raises NotFound.
    """
    item = work.get(uid, principal=principal)
    campaign = _one(item.origin_uid)
    return compliance.judge(running.touch_of(campaign, running.STAFF), [item.party_id or 0])[0]


def resend(uid: uuid.UUID, party: uuid.UUID, *, reason: str, principal: Principal) -> None:
    """Send a message with an unknown outcome again, on a person's word. Raises NotUnknown, NotFound."""
    permissions.require(principal, "campaign.resend")
    with database.writing():
        campaign = _one(uid)
        party_id = objects.ids(catalogue.object_with_role("party").key, [party], principal=principal)[party]
        channels.resend(campaign.uid, party_id, reason=reason)


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


def _act(uid: uuid.UUID, act: str, revision: int, principal: Principal) -> Campaign:
    permissions.require(principal, "campaign.launch")
    with database.writing():
        campaign = _locked(uid, revision, act)
        campaign.state = plans.require_act(campaign, act)
        if act == "stop":
            channels.stop(campaign.uid)
            work.cancel_open(origin_uid=campaign.uid)
            Member.objects.filter(campaign=campaign, state=Member.State.WAITING).update(state=Member.State.STOPPED)
        else:
            channels.hold(campaign.uid, held=act == "pause")
        return _saved(campaign, act)


def _apply(campaign: Campaign, plan: CampaignPlan, principal: Principal) -> None:
    audience = audiences.audience(plan.audience, principal=principal)
    campaign.name, campaign.purpose = plan.name.strip(), plan.purpose
    campaign.audience_uid, campaign.audience_name = audience.uid, audience.name
    campaign.template, campaign.goal, campaign.goal_days = plan.template, plan.goal, plan.goal_days
    campaign.script, campaign.due_days, campaign.result_set = plan.script, plan.due_days, plan.result_set
    campaign.control_percent = plan.control_percent
    levels = [channels.template(plan.template).risk_level or ""]
    campaign.product_id = None
    if plan.product is not None:
        product = catalogue.object_with_role("product")
        record = objects.get(product.key, plan.product, principal=principal, log_view=False)
        level = product.field_with_role("risk_level")
        campaign.product_id = record.id
        levels.append(str(record.values.get(level.key) or "") if level else "")
    campaign.product_level = compliance.highest_level(levels)


def _one(uid: uuid.UUID) -> Campaign:
    campaign = Campaign.objects.filter(uid=uid, deleted_at=None).first()
    if campaign is None:
        raise NotFound(kind="campaign", id=str(uid))
    return campaign


def _locked(uid: uuid.UUID, revision: int, act: str) -> Campaign:
    campaign = Campaign.objects.select_for_update().filter(uid=uid, deleted_at=None).first()
    if campaign is None:
        raise NotFound(kind="campaign", id=str(uid))
    plans.require_act(campaign, act)
    if campaign.revision != revision:
        raise StaleRevision(given=revision, current=campaign.revision)
    return campaign


def _saved(campaign: Campaign, act: str, details: Mapping[str, object] | None = None) -> Campaign:
    campaign.revision += 1
    campaign.updated_at = clock.now()
    campaign.save()
    _note(campaign, act, details)
    return campaign


def _note(campaign: Campaign, act: str, details: Mapping[str, object] | None = None) -> None:
    audit.note(operation=act, subject="campaign", subject_id=campaign.pk, details=details)
    events.publish(f"campaign.{act}", "campaign", campaign.pk)


def _outcomes(campaign: Campaign, party_ids: list[int]) -> list[effects.Outcome]:
    return effects.outcomes(campaign, party_ids) if party_ids and effects.observed_days(campaign) else []
