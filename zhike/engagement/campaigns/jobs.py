"""The heavy work of campaigns as jobs: parameters in, one call, the result stored."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import date

from zhike.engagement.campaigns.logic import closing, confirming, effects, estimating, runs
from zhike.engagement.campaigns.models import Campaign
from zhike.kernel import definitions
from zhike.kernel.definition_parts import Labels
from zhike.kernel.jobs import RunHandle


def estimate(handle: RunHandle) -> Mapping[str, object]:
    """Compute what confirming `params.campaign` would freeze, in the scope of whoever asked."""
    principal = runs.principal_of(handle.params)
    campaign = _campaign(handle)
    handle.progress(Labels("客群与合规拦截", "Audience and compliance"))
    with definitions.pinned():
        inputs, found = estimating.estimate(campaign, principal)
    runs.keep(campaign, handle, runs.ESTIMATE, inputs, found)
    return {"count": found.count, "reachable": found.reachable}


def confirm(handle: RunHandle) -> Mapping[str, object]:
    """Freeze the audience of `params.campaign` as it was seen: `count` people of `business_date`."""
    confirming.freeze(
        uuid.UUID(str(handle.params["campaign"])),
        handle.uid,
        count=int(str(handle.params["count"])),
        business_date=date.fromisoformat(str(handle.params["business_date"])),
        principal=runs.principal_of(handle.params),
    )
    return {}


def effect(handle: RunHandle) -> Mapping[str, object]:
    """Compute what `params.campaign` brought about, as of the published business date."""
    campaign = _campaign(handle)
    handle.progress(Labels("干预组对比对照组", "Treated against control"))
    inputs: Mapping[str, object] = {}
    while inputs != effects.inputs_now(campaign):  # a day may be published meanwhile
        with definitions.pinned():
            inputs, found, converted = effects.compute(campaign)
        runs.keep(campaign, handle, runs.EFFECT, inputs, found, converted)
    closing.close(campaign, handle.uid, found)
    return {"business_date": str(found.business_date), "days": found.observed_days}


def _campaign(handle: RunHandle) -> Campaign:
    return Campaign.objects.get(uid=str(handle.params["campaign"]))
