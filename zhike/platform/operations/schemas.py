"""What the interface of background work takes and gives."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Literal, cast

from pydantic import AwareDatetime, Field, StringConstraints
from typing_extensions import TypedDict

from zhike.kernel import samples
from zhike.kernel.dead_letters import Chosen
from zhike.kernel.samples import Step
from zhike.kernel.schedules import Standing
from zhike.kernel.standing import Line
from zhike.kernel.wire import Labels, RequestBody, labels
from zhike.kernel.workers import Worker
from zhike.platform.operations.types import Again, Overview

Queue = Literal["interactive", "load", "stage", "send"]
Days = Literal["natural", "working", "trading"]
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=200)]


class StepOut(TypedDict):
    """Five minutes of a queue or pump: the most that waited, and how many a second came and left; null is not known."""

    until: datetime
    waiting: int | None
    came: float | None
    left: float | None


class QueueOut(TypedDict):
    """What waits in a queue, or for a pump turned in it: null is not counted; `catch_up` is in seconds.

    `steps` are the last hour, the oldest first, none before a worker has written any down.
    """

    key: str
    labels: Labels
    queue: Queue
    waiting: int
    oldest_at: datetime | None
    running: int | None
    done: int | None
    failed: int | None
    catch_up: int | None
    steps: list[StepOut]
    rests_until: datetime | None


class ChannelOut(TypedDict):
    """A way out of the house: what waits goes on by itself, `expires_at` is when the first of it is given up."""

    key: str
    labels: Labels
    waiting: int
    sent: int
    failed: int
    away_since: datetime | None
    retry_at: datetime | None
    tried: int
    error: Labels
    expires_at: datetime | None


class SubscriberOut(TypedDict):
    """How far a subscriber of events has come."""

    key: str
    labels: Labels
    position: int
    lag: int
    oldest_at: datetime | None
    held: int
    dead: int


class LettersOut(TypedDict):
    """What failed for one reason; without a reason it waits behind another of the same record."""

    source: Literal["event", "timer"]
    key: str
    labels: Labels
    reason: str
    count: int
    dead: int
    attempts: int
    next_at: datetime | None
    up_to: int
    example: str


class WorkerOut(TypedDict):
    """A process that does background work, as it was last heard of."""

    name: str
    queues: list[str]
    started_at: datetime
    beat_at: datetime
    silent: bool


class ScheduleOut(TypedDict):
    """A run that begins by itself; `error` says why its next moment is not known."""

    key: str
    labels: Labels
    days: Days
    hour: int | None
    minute: int
    due_at: datetime | None
    last_at: datetime | None
    last_run: uuid.UUID | None
    last_state: str | None
    error: str


class JobsOut(TypedDict):
    """How all background work stands at one moment."""

    at: datetime
    queues: list[QueueOut]
    channels: list[ChannelOut]
    subscribers: list[SubscriberOut]
    letters: list[LettersOut]
    workers: list[WorkerOut]
    schedules: list[ScheduleOut]


class LettersIn(RequestBody):
    """Letters as they were shown."""

    source: Literal["event", "timer"]
    key: str
    reason: str
    up_to: Annotated[int, Field(ge=0, le=2**63 - 1)]

    def chosen(self) -> Chosen:
        """Return what these are to the kernel."""
        return Chosen(self.source, self.key, self.reason, self.up_to)


class PassOverIn(RequestBody):
    """Letters to give up, and why."""

    letters: LettersIn
    because: Reason


class ActedOut(TypedDict):
    """How many it was about."""

    count: int


class AgainOut(TypedDict):
    """What a subscriber would be, or is, told again."""

    events: int
    most: int


class ReplayIn(RequestBody):
    """Since when a subscriber is told again, how many events that is, and why."""

    since: AwareDatetime
    events: Annotated[int, Field(ge=0, le=2**63 - 1)]
    because: Reason


def jobs_out(found: Overview) -> JobsOut:
    """Return background work as the interface gives it."""
    return {
        "at": found.at,
        "queues": [_queue(line, found.resting.get(line.key), found.steps.get(line.key, ())) for line in found.lines],
        "channels": [cast(ChannelOut, asdict(channel)) for channel in found.channels],
        "subscribers": [cast(SubscriberOut, asdict(one)) for one in found.listeners],
        "letters": [cast(LettersOut, asdict(one)) for one in found.letters],
        "workers": [_worker(one) for one in found.workers],
        "schedules": [_schedule(one) for one in found.schedules],
    }


def again_out(found: Again, most: int) -> AgainOut:
    """Return what would be told again."""
    return {"events": found.events, "most": most}


def _queue(line: Line, rests_until: datetime | None, steps: Sequence[Step]) -> QueueOut:
    catch_up = samples.catch_up(line, steps[-1] if steps else None)
    return {
        "key": line.key,
        "labels": labels(line.labels),
        "queue": line.queue,
        "waiting": line.backlog.waiting,
        "oldest_at": line.backlog.oldest_at,
        "running": line.running,
        "done": line.backlog.done,
        "failed": line.backlog.failed,
        "catch_up": None if catch_up is None else round(catch_up.total_seconds()),
        "steps": [cast(StepOut, asdict(step)) for step in steps],
        "rests_until": rests_until,
    }


def _worker(one: Worker) -> WorkerOut:
    return {
        "name": one.name,
        "queues": list(one.queues),
        "started_at": one.started_at,
        "beat_at": one.beat_at,
        "silent": one.silent,
    }


def _schedule(one: Standing) -> ScheduleOut:
    when = one.schedule.when
    return {
        "key": one.schedule.key,
        "labels": labels(one.schedule.labels),
        "days": when.days,
        "hour": when.hour,
        "minute": when.minute,
        "due_at": one.due_at,
        "last_at": one.last_at,
        "last_run": one.last_run,
        "last_state": one.last_state,
        "error": one.error,
    }
