"""A message that did not arrive, sent again on a person's word, once the gate allows it again."""

from __future__ import annotations

from dataclasses import replace

from zhike.engagement.campaigns.errors import NotNow, WrongState
from zhike.engagement.campaigns.logic import plans, running
from zhike.engagement.campaigns.models import Campaign
from zhike.engagement.channels import api as channels
from zhike.engagement.compliance import api as compliance
from zhike.engagement.compliance.types import Verdict
from zhike.kernel import context
from zhike.platform.audit import api as audit


def resend(campaign: Campaign, party_id: int, reason: str) -> Verdict:
    """Ask the gate again about a party whose message did not arrive, and send it if it is allowed.

    Runs in the caller's transaction, which has locked the campaign. The message is locked first, so that of two who
    ask at once the second finds it on its way. Raises WrongState, NotFound, NotResendable, NotNow.
    """
    if campaign.state != Campaign.State.RUNNING:
        raise WrongState(state=campaign.state, act="resend", has=plans.possible_acts(campaign.state))
    message = channels.undelivered(campaign.uid, party_id)
    verdict = _asked_again(campaign, party_id)
    if verdict.later is not None:
        raise NotNow(until=verdict.later)
    with context.acting(reason=reason):
        audit.note(
            operation="resend" if verdict.allowed else "resend_refused",
            subject="delivery",
            subject_id=message,
            details={"reasons": [found.code for found in verdict.reasons]},
        )
    _send(message, verdict)
    return verdict


def _send(message: int, verdict: Verdict) -> None:
    if verdict.allowed and verdict.decision_id is not None:
        channels.resend(message, decision_id=verdict.decision_id)


def _asked_again(campaign: Campaign, party_id: int) -> Verdict:
    template = channels.template(campaign.template)
    touch = running.touch_of(campaign, template.channel)
    touch = replace(touch, occurrence=compliance.asked_before(touch, party_id) + 1)
    missing = {i: message.missing for i, message in channels.messages(template.key, [party_id]).items()}
    [verdict] = compliance.decide(touch, [party_id], missing=missing)
    return verdict
