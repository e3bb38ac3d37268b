"""A campaign on its way: freezing its people, asking the gate, queueing messages and work."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import connection
from django.db.models import Q

from zhike.engagement.campaigns.logic.plans import touch_step
from zhike.engagement.campaigns.models import Campaign, Member
from zhike.engagement.channels import api as channels
from zhike.engagement.compliance import api as compliance
from zhike.engagement.compliance.types import Touch
from zhike.insight.audiences import api as audiences
from zhike.kernel import clock, database, events
from zhike.kernel.trading_days import trading_calendar
from zhike.platform.audit import api as audit
from zhike.platform.objects import api as objects
from zhike.platform.work import api as work
from zhike.platform.work.types import NewWork

BATCH = 500
STAFF = "staff"


def in_control(campaign: Campaign, party_id: int) -> bool:
    """Return whether a party is left alone for comparison: a hash of campaign and party, nothing else decides.

    The estimate, the freezing and anybody who checks afterwards get the same groups.
    """
    drawn = int(hashlib.md5(f"{campaign.uid}:{party_id}".encode(), usedforsecurity=False).hexdigest()[:8], 16)
    return drawn % 10_000 < campaign.control_percent * 100


def freeze(campaign: Campaign) -> int:
    """Write the snapshot's people as members, each in its group; return how many there are. May be done again."""
    assert campaign.snapshot_uid is not None
    members = list(audiences.snapshot_members(campaign.snapshot_uid))
    with connection.cursor() as cursor:
        cursor.execute(
            'insert into campaigns_member (campaign_id, party_id, "group", state)'
            " select %s, n, case when control then 'control' else 'treated' end,"
            " case when control then 'control' else 'waiting' end"
            " from unnest(%s::bigint[], %s::boolean[]) chosen(n, control) on conflict do nothing",
            [campaign.pk, members, [in_control(campaign, party_id) for party_id in members]],
        )
    return len(members)


def touch_of(campaign: Campaign, channel: str) -> Touch:
    """Return what the gate is asked about this campaign."""
    return Touch(
        origin_kind="campaign",
        origin_uid=campaign.uid,
        step=touch_step(),
        channel=channel,
        purpose="marketing",
        product_level=campaign.product_level,
        content_digest=campaign.content_digest,
        current_digest=channels.template(campaign.template).digest,
    )


def advance(limit: int = BATCH) -> int:
    """Take one batch of waiting people of each running campaign through the gate; return how many moved.

    Each batch is one transaction: decision, cap place, message, work and the member's own state commit together.
    """
    moved = 0
    running = Campaign.objects.filter(state=Campaign.State.RUNNING).order_by("pk").values_list("pk", flat=True)
    for pk in list(running):
        moved += _advance_one(pk, limit)
        _finish_if_done(pk)
    return moved


def _advance_one(pk: int, limit: int) -> int:
    now = clock.now()
    with database.writing():
        campaign = Campaign.objects.select_for_update(no_key=True).get(pk=pk)
        if campaign.state != Campaign.State.RUNNING:
            return 0
        due = Member.objects.select_for_update(skip_locked=True).filter(
            Q(next_at=None) | Q(next_at__lte=now), campaign=campaign, state=Member.State.WAITING
        )
        members = {member.party_id: member for member in due.order_by("party_id")[:limit]}
        if not members:
            return 0
        _reach(campaign, members)
    return len(members)


def _reach(campaign: Campaign, members: Mapping[int, Member]) -> None:
    party_ids = sorted(members)
    found = channels.template(campaign.template)
    missing = {i: message.missing for i, message in channels.messages(found.key, party_ids).items() if message.missing}
    allowed: list[tuple[int, int]] = []
    for verdict in compliance.decide(touch_of(campaign, found.channel), party_ids, missing=missing):
        member = members[verdict.party_id]
        if verdict.later is not None:
            member.next_at = verdict.later
        elif verdict.allowed and verdict.decision_id is not None:
            member.state = Member.State.QUEUED
            allowed.append((verdict.decision_id, verdict.party_id))
        else:
            member.state = Member.State.REFUSED
    channels.enqueue(
        allowed, origin_kind="campaign", origin_uid=campaign.uid, channel=found.channel, template=found.key
    )
    settled = [i for i in party_ids if members[i].state != Member.State.WAITING]
    _give_work(campaign, settled)
    Member.objects.bulk_update(members.values(), ["state", "next_at"])


def _give_work(campaign: Campaign, party_ids: Sequence[int]) -> None:
    """Create work for the covering manager of each party the gate lets a person contact.

    The gate is asked about covered parties only: where nobody serves, there is no contact to decide about.
    """
    covered = covering(party_ids)
    verdicts = compliance.decide(touch_of(campaign, STAFF), list(covered))
    due_at = due(campaign.due_days)
    items = [
        NewWork(verdict.party_id, *covered[verdict.party_id], campaign.name, campaign.script, due_at)
        for verdict in verdicts
        if verdict.allowed
    ]
    work.create_many(
        items,
        origin_kind="campaign",
        origin_uid=campaign.uid,
        origin_title=campaign.name,
        kind="campaign",
        result_set=campaign.result_set,
        step=touch_step(),
    )


def covering(party_ids: Sequence[int]) -> dict[int, tuple[str, int | None]]:
    """Return the employee number of each party's serving manager and the party's unit; uncovered ones are left out."""
    party = objects.object_with_role("party")
    branch = party.field_with_role("branch")
    facts = objects.facts(party.key, party_ids, [branch.key] if branch else [])
    return {
        party_id: (numbers[0], facts[party_id][branch.key] if branch else None)
        for party_id, numbers in objects.serving_employees(party_ids).items()
        if party_id in facts
    }


def due(trading_days: int) -> datetime:
    """Return the end of business (17:00 in Shanghai) this many trading days from today."""
    return clock.at(trading_calendar().add(clock.today(), trading_days), 17)


def _finish_if_done(pk: int) -> None:
    """Finish a running campaign once nobody waits, nothing is on its way and its goal's days are over."""
    with database.writing():
        campaign = Campaign.objects.select_for_update().get(pk=pk)
        if campaign.state != Campaign.State.RUNNING or campaign.reach_date is None:
            return
        last = trading_calendar().add(campaign.reach_date, campaign.goal_days)
        if clock.today() <= last or campaign.members.filter(state=Member.State.WAITING).exists():
            return
        if any(channels.counts(campaign.uid).get(state) for state in ("waiting", "claimed", "sending")):
            return
        campaign.state, campaign.finished_at = Campaign.State.FINISHED, clock.now()
        campaign.updated_at = campaign.finished_at
        campaign.revision += 1
        campaign.save()
        audit.note(operation="finish", subject="campaign", subject_id=pk)
        events.publish("campaign.finish", "campaign", pk)
