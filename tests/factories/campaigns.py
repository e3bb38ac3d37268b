"""Heavy work of campaigns done here and now, as a worker would do it."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import date

from zhike.engagement.campaigns import api as campaigns
from zhike.engagement.campaigns import standing
from zhike.engagement.campaigns.types import Campaign, Effect, Estimate
from zhike.kernel import jobs
from zhike.kernel.errors import ZhikeError
from zhike.kernel.models import Run
from zhike.platform.permissions.types import Principal


def do(run: uuid.UUID) -> Run:
    """Do a queued run here and now; raise the error that it ended with."""
    jobs.execute(run=str(run))
    row = Run.objects.get(uid=run)
    if row.error:
        known = {found.code: found for found in _errors(ZhikeError)}
        raise known[row.error["code"]](**row.error["facts"])
    assert row.state == Run.State.DONE
    return row


def estimate(uid: uuid.UUID, *, principal: Principal) -> Estimate:
    """Return what confirming would freeze now."""
    do(campaigns.estimate(uid, principal=principal))
    found = standing.estimate(uid, principal=principal)
    assert found.result is not None and found.current and found.run is None
    return found.result


def confirm(uid: uuid.UUID, *, revision: int, count: int, business_date: date, principal: Principal) -> Campaign:
    """Return the confirmed campaign."""
    do(campaigns.confirm(uid, revision=revision, count=count, business_date=business_date, principal=principal))
    return standing.get(uid, principal=principal)


def effect(uid: uuid.UUID, *, principal: Principal) -> Effect:
    """Return the effect of the newest published figures."""
    do(campaigns.measure(uid, principal=principal))
    found = standing.effect(uid, principal=principal)
    assert found.result is not None and found.current and found.run is None
    return found.result


def _errors(kind: type[ZhikeError]) -> Iterator[type[ZhikeError]]:
    yield kind
    for one in kind.__subclasses__():
        yield from _errors(one)
