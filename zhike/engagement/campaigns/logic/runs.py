"""Heavy work of campaigns: a run computes, what it found is stored, screens read the newest that is stored."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import TypeAdapter
from pyroaring import BitMap

from zhike.engagement.campaigns.models import Campaign, CampaignRun
from zhike.engagement.campaigns.types import Computed, RunState
from zhike.kernel import clock, jobs
from zhike.kernel.definition_parts import Labels
from zhike.kernel.models import Run
from zhike.platform.permissions import api as permissions
from zhike.platform.permissions.types import Principal

ESTIMATE, CONFIRM, EFFECT = "campaign.estimate", "campaign.confirm", "campaign.effect"
_TITLES = {
    ESTIMATE: Labels("触达试算", "Estimate"),
    CONFIRM: Labels("确认人数", "Confirmation"),
    EFFECT: Labels("效果计算", "Effect"),
}
Found = TypeVar("Found")


def start(campaign: Campaign, kind: str, principal: Principal, **params: object) -> uuid.UUID:
    """Queue a run, unless one of the kind is under way for the campaign; return its uid.

    Runs in the caller's transaction, which has locked the campaign.
    """
    row = CampaignRun.objects.filter(campaign=campaign, kind=kind).first()
    if row is not None and jobs.under_way(Run.objects.filter(uid=row.run).first()):
        return row.run
    params = {"campaign": str(campaign.uid), "by": _written(principal), **params}
    title = _TITLES[kind]
    run = jobs.submit(kind, Labels(f"{title.zh} {campaign.name}", f"{title.en} {campaign.name}"), params)
    given = {"run": run, "inputs": {"revision": campaign.revision}} if kind == CONFIRM else {"run": run}
    CampaignRun.objects.update_or_create(campaign=campaign, kind=kind, defaults=given)
    return run


def keep(
    campaign: Campaign,
    handle: jobs.RunHandle,
    kind: str,
    inputs: Mapping[str, object],
    result: object,
    people: BitMap | None = None,
) -> None:
    """Store what a run found, and what it was made of."""
    written = TypeAdapter(type(result)).dump_python(result, mode="json")
    found = {"inputs": dict(inputs), "result": written, "made_at": clock.now(), "run": handle.uid}
    found["people"] = None if people is None else people.serialize()
    CampaignRun.objects.update_or_create(campaign=campaign, kind=kind, defaults=found)


def stored(campaign: Campaign, kind: str, type_: type[Found], inputs: Mapping[str, object] | None) -> Computed[Found]:
    """Return the newest result of a kind, whether it was made of these inputs, and its run where it is not done."""
    row = CampaignRun.objects.filter(campaign=campaign, kind=kind).defer("people").first()
    if row is None:
        return Computed(None, False, None, None)
    result = None if row.result is None else TypeAdapter(type_).validate_python(row.result)
    current = result is not None and inputs is not None and row.inputs == dict(inputs)
    return Computed(result, current, row.made_at, state_of(Run.objects.filter(uid=row.run).first()))


def stored_result(campaign: Campaign, kind: str) -> Mapping[str, Any] | None:
    """Return the newest result of a kind as it is stored."""
    row = CampaignRun.objects.filter(campaign=campaign, kind=kind).values_list("result", flat=True).first()
    return row


def people(campaign: Campaign, kind: str) -> BitMap:
    """Return the inner ids that the newest result of a kind speaks of."""
    row = CampaignRun.objects.filter(campaign=campaign, kind=kind).only("people").first()
    return BitMap() if row is None or row.people is None else BitMap.deserialize(bytes(row.people))


def state_of(run: Run | None) -> RunState | None:
    """Return where a run stands; None of one that is done."""
    if run is None or run.state == Run.State.DONE:
        return None
    return RunState(run.uid, run.state, jobs.under_way(run), jobs.step_of(run), run.done, run.total, run.error)


def principal_of(params: Mapping[str, object]) -> Principal:
    """Return for whom a run works, with the rights that hold today."""
    by = params["by"]
    return permissions.principal_of_user(by) if isinstance(by, int) else permissions.system_principal(str(by))


def _written(principal: Principal) -> int | str:
    return principal.name if principal.user_id is None else principal.user_id
