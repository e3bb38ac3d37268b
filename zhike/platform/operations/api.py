"""Background work: how it stands, and what a person does about what failed. Every act is written to the journal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from zhike.kernel import (
    clock,
    context,
    database,
    dead_letters,
    event_delivery,
    providers,
    samples,
    schedules,
    standing,
    workers,
)
from zhike.kernel.dead_letters import Chosen
from zhike.kernel.workers import Worker
from zhike.platform.audit import api as audit
from zhike.platform.operations.errors import NothingChosen, OtherCount, TooManyAgain
from zhike.platform.operations.types import Again, Overview
from zhike.platform.permissions import api as permissions
from zhike.platform.permissions.types import Principal

__all__ = ["again", "overview", "pass_over", "replay", "retry"]
#: Events that a subscriber is told again at once.
MOST_AGAIN = 100_000


def overview(*, principal: Principal) -> Overview:
    """Return how all background work stands now."""
    permissions.require(principal, "job.read")
    found = workers.workers()
    return Overview(
        at=clock.now(),
        lines=standing.lines(),
        channels=[channel for ask in providers.channels for channel in ask()],
        listeners=standing.listeners(),
        letters=dead_letters.letters(),
        workers=found,
        schedules=schedules.standing(),
        resting=_resting(found),
        steps=samples.steps(),
    )


def retry(chosen: Chosen, *, principal: Principal) -> int:
    """Have what failed tried again now; return how many. Raises NothingChosen."""
    permissions.require(principal, "job.retry")
    with database.writing():
        return _noted("retry", chosen, dead_letters.retry(chosen))


def pass_over(chosen: Chosen, *, reason: str, principal: Principal) -> int:
    """Give up what failed, for good, so that what waits behind it goes on; return how many. Raises NothingChosen."""
    permissions.require(principal, "job.pass_over")
    with context.acting(reason=reason), database.writing():
        return _noted("pass_over", chosen, dead_letters.pass_over(chosen))


def again(key: str, since: datetime, *, principal: Principal) -> Again:
    """Return what a subscriber would be told again of the events since an instant. Raises NotFound."""
    permissions.require(principal, "job.replay")
    position, events = event_delivery.since(key, since)
    return Again(position, events)


def replay(key: str, since: datetime, *, events: int, reason: str, principal: Principal) -> Again:
    """Have a subscriber told again of the events since an instant, as many as were confirmed.

    Raises NotFound, OtherCount, TooManyAgain.
    """
    permissions.require(principal, "job.replay")
    with context.acting(reason=reason), database.writing():
        position, found = event_delivery.since(key, since, lock=True)
        if found > MOST_AGAIN:
            raise TooManyAgain(events=found, most=MOST_AGAIN)
        if found != events:
            raise OtherCount(events=found, confirmed=events)
        event_delivery.replay(key, position)
        audit.note(operation="replay", subject="job", details={"subscriber": key, "since": since, "events": found})
    return Again(position, found)


def _noted(operation: str, chosen: Chosen, count: int) -> int:
    if not count:
        raise NothingChosen()
    details = {"source": chosen.source, "key": chosen.key, "error": chosen.reason, "count": count}
    audit.note(operation=operation, subject="job", details=details)
    return count


def _resting(found: Sequence[Worker]) -> Mapping[str, datetime]:
    """The pumps that rest in some living worker, each until the latest."""
    resting: dict[str, datetime] = {}
    for worker in found:
        for key, until in worker.resting.items():
            if not worker.silent and until > clock.now():
                resting[key] = max(until, resting.get(key, until))
    return resting
