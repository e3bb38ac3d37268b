"""A campaign on its way: freezing its people, asking the gate, queueing messages and work."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import partial

from django.db import connection
from django.db.models import Count, Min, Q, QuerySet
from django.db.models.functions import Coalesce

from zhike.engagement.campaigns.logic import groups
from zhike.engagement.campaigns.logic.plans import touch_step
from zhike.engagement.campaigns.models import Campaign, Member
from zhike.engagement.channels import api as channels
from zhike.engagement.channels.types import SendMessages, Template
from zhike.engagement.compliance import api as compliance
from zhike.engagement.compliance.types import Touch
from zhike.insight.audiences import api as audiences
from zhike.kernel import actions, clock, context, database, events, isolation
from zhike.kernel.definition_parts import Labels
from zhike.kernel.open_time import open_time
from zhike.kernel.queues import Backlog
from zhike.kernel.trading_days import trading_calendar
from zhike.kernel.written import Written, written
from zhike.platform.audit import api as audit
from zhike.platform.objects import bulk, catalogue, sets
from zhike.platform.permissions import api as permissions
from zhike.platform.work.types import GiveWork, NewWork

BATCH = 500
#: So many people in a row, and no other, that cannot be taken through the gate: it is not their fault.
_ALL_FAIL = 3
_SETTLED = (Member.State.QUEUED, Member.State.REFUSED)
_log = logging.getLogger("zhike.campaigns")
STAFF = "staff"
#: The kind of work that managers get about a campaign's people.
FOLLOW_UP = "follow_up"
#: Whoever launched a campaign had the right to; the worker goes on with it.
_RUNNER = permissions.system_principal("campaigns")


def freeze(campaign: Campaign) -> int:
    """Write the snapshot's people as members, each in its group; return how many there are. May be done again."""
    assert campaign.snapshot_uid is not None
    members = audiences.snapshot_members(campaign.snapshot_uid)
    with sets.gathered(members) as table, connection.cursor() as cursor:
        cursor.execute(
            written(
                'insert into campaigns_member (campaign_id, party_id, "group", state)'
                " select %s, id, case when control then 'control' else 'treated' end,"
                " case when control then 'control' else 'waiting' end"
                " from (select id, {control} as control from {table}) chosen order by id on conflict do nothing",
                control=groups.in_control(campaign, Written("id")),
                table=table,
            ),
            [campaign.pk],
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
    A campaign that raises hurts only itself, and so does one of its people.
    """
    moved = 0
    running = Campaign.objects.filter(state=Campaign.State.RUNNING).order_by("pk").values_list("pk", flat=True)
    for pk in list(running):
        try:
            moved += _advance_one(pk, limit)
        except Exception as error:
            if isolation.is_nobodys(error):
                raise
            _log.exception("a campaign's batch failed; its people are tried one by one", extra={"campaign": pk})
            moved += _one_by_one(pk, limit, error)
        fault = isolation.fault_of(partial(_finish_if_done, pk))
        if fault is not None:
            _log.error("a campaign could not be finished", exc_info=fault, extra={"campaign": pk})
    return moved


def backlog() -> Backlog:
    """Return the people of running campaigns whom the gate is asked about now and has not been."""
    due = Member.objects.filter(_is_due(), campaign__state=Campaign.State.RUNNING)
    found = due.aggregate(n=Count("pk"), oldest=Min(Coalesce("next_at", "campaign__launched_at")))
    return Backlog(found["n"], found["oldest"])


def _advance_one(pk: int, limit: int, party_id: int | None = None) -> int:
    with database.writing():
        campaign = Campaign.objects.select_for_update(no_key=True).get(pk=pk)
        if campaign.state != Campaign.State.RUNNING:
            return 0
        due = _due(pk) if party_id is None else _due(pk).filter(party_id=party_id)
        members = {member.party_id: member for member in due.select_for_update(skip_locked=True)[:limit]}
        if not members:
            return 0
        _reach(campaign, members)
    return len(members)


def _due(pk: int) -> QuerySet[Member]:
    """The people of a campaign whom the gate is asked about now."""
    return Member.objects.filter(_is_due(), campaign_id=pk).order_by("party_id")


def _is_due() -> Q:
    return Q(Q(next_at=None) | Q(next_at__lte=clock.now()), state=Member.State.WAITING)


def _one_by_one(pk: int, limit: int, fault: Exception) -> int:
    """Take a batch that failed through the gate person by person; return how many were settled.

    Who raises has failed, with the reason. Where the first few all raise, or nobody ever came through, the campaign
    itself is at fault: nobody has failed, and it waits, paused, for a person.
    """
    settled, failed = 0, list[tuple[int, Labels]]()
    for party_id in list(_due(pk).values_list("party_id", flat=True)[:limit]):
        try:
            settled += _advance_one(pk, 1, party_id)
        except Exception as error:
            if isolation.is_nobodys(error):
                raise
            failed.append((party_id, isolation.reason(error)))
            if not settled and len(failed) >= _ALL_FAIL:
                break
    ever = Member.objects.filter(campaign_id=pk, state__in=_SETTLED).exists()
    if not settled and (len(failed) >= _ALL_FAIL or not ever):
        _put_aside(pk, isolation.reason(fault))
        return 0
    for party_id, reason in failed:
        Member.objects.filter(campaign_id=pk, party_id=party_id, state=Member.State.WAITING).update(
            state=Member.State.FAILED, error=reason.zh, error_en=reason.en
        )
    return settled + len(failed)


def _put_aside(pk: int, reason: Labels) -> None:
    """Pause a campaign that cannot go on, as a person would, and say why in its journal."""
    with context.acting(reason=reason.zh), database.writing():
        campaign = Campaign.objects.select_for_update().get(pk=pk)
        if campaign.state != Campaign.State.RUNNING:
            return
        channels.hold(campaign.uid, held=True)
        campaign.state, campaign.updated_at = Campaign.State.PAUSED, clock.now()
        campaign.revision += 1
        campaign.save()
        audit.note(operation="pause", subject="campaign", subject_id=pk, details={"reason_en": reason.en})
        events.publish("campaign.pause", "campaign", pk)


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
    _send(campaign, found, allowed)
    settled = [i for i in party_ids if members[i].state != Member.State.WAITING]
    _give_work(campaign, settled)
    Member.objects.bulk_update(members.values(), ["state", "next_at"])


def _send(campaign: Campaign, template: Template, allowed: Sequence[tuple[int, int]]) -> None:
    """Put a message on its way for each (decision id, party id); once for these decisions, whoever asks again."""
    if allowed:
        params = SendMessages(
            origin_kind="campaign",
            origin_uid=campaign.uid,
            channel=template.channel,
            template=template.key,
            decisions=tuple(allowed),
        )
        once = f"{campaign.uid}:{allowed[0][0]}-{allowed[-1][0]}"
        actions.run("channel.send", params, asker=_RUNNER, once=once)


def _give_work(campaign: Campaign, party_ids: Sequence[int]) -> None:
    """Create work for the covering manager of each party the gate lets a person contact.

    The gate is asked about covered parties only: where nobody serves, there is no contact to decide about.
    """
    covered = covering(party_ids)
    verdicts = compliance.decide(touch_of(campaign, STAFF), list(covered))
    due_at = due(campaign.due_days)
    items = tuple(
        NewWork(
            record=verdict.party_id,
            assignee=covered[verdict.party_id][0],
            unit=covered[verdict.party_id][1],
            subject=campaign.name,
            script=campaign.script,
            due_at=due_at,
        )
        for verdict in verdicts
        if verdict.allowed
    )
    given = GiveWork(
        kind=FOLLOW_UP,
        origin_kind="campaign",
        origin_uid=campaign.uid,
        origin_title=campaign.name,
        object=catalogue.object_with_role("party").key,
        results=campaign.result_set,
        step=touch_step(),
        items=items,
    )
    if items:
        actions.run("work.give", given, asker=_RUNNER)


def covering(party_ids: Sequence[int]) -> dict[int, tuple[str, int | None]]:
    """Return the employee number of each party's serving manager and the party's unit; uncovered ones are left out."""
    party = catalogue.object_with_role("party")
    branch = party.field_with_role("branch")
    facts = bulk.facts(party.key, party_ids, [branch.key] if branch else [])
    return {
        party_id: (numbers[0], facts[party_id][branch.key] if branch else None)
        for party_id, numbers in bulk.serving_employees(party_ids).items()
        if party_id in facts
    }


def due(trading_days: int) -> datetime:
    """Return when offices close this many trading days from today."""
    return open_time("trading").end_of(clock.now(), trading_days)


def last_day(reached: date, days: int) -> date:
    """Return the last trading day of a goal. Raises OutsideCalendar for one that the calendar does not know yet."""
    return trading_calendar().add(reached, days)


def _finish_if_done(pk: int) -> None:
    """Finish a running campaign once nobody waits, nothing is on its way and its goal's days are over."""
    with database.writing():
        campaign = Campaign.objects.select_for_update().get(pk=pk)
        if campaign.state != Campaign.State.RUNNING or campaign.reach_date is None:
            return
        if (
            clock.today() <= last_day(campaign.reach_date, campaign.goal_days)
            or campaign.members.filter(state=Member.State.WAITING).exists()
        ):
            return
        if any(channels.counts(campaign.uid).get(state) for state in ("waiting", "claimed", "sending")):
            return
        campaign.state, campaign.finished_at = Campaign.State.FINISHED, clock.now()
        campaign.updated_at = campaign.finished_at
        campaign.revision += 1
        campaign.save()
        audit.note(operation="finish", subject="campaign", subject_id=pk)
        events.publish("campaign.finish", "campaign", pk)
