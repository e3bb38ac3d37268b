"""Processes that do background work say that they live, and which of their pumps rest; one that is silent is known."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from zhike.kernel import clock
from zhike.kernel.models import WorkerRow
from zhike.kernel.queues import Queue

#: How often a worker says that it lives, after how long a silence it is taken to be gone, and when it is forgotten.
BEAT, SILENCE, FORGOTTEN = timedelta(seconds=10), timedelta(seconds=60), timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Worker:
    """A process as it was last heard of; `resting` are its pumps that rest, each until when."""

    name: str
    queues: tuple[str, ...]
    started_at: datetime
    beat_at: datetime
    resting: Mapping[str, datetime]

    @property
    def silent(self) -> bool:
        """Whether it has not been heard of for longer than a working process is silent."""
        return clock.now() - self.beat_at > SILENCE


@dataclass(frozen=True, slots=True)
class Presence:
    """This process among the workers."""

    queues: Sequence[Queue]
    name: str = field(default_factory=lambda: f"{socket.gethostname()}:{os.getpid()}")
    started_at: datetime = field(default_factory=clock.now)

    def beat(self, resting: Mapping[str, datetime]) -> None:
        """Say that the process lives, and which pumps rest; forget those not heard of for a day."""
        now = clock.now()
        said = {"queues": list(self.queues), "started_at": self.started_at, "beat_at": now}
        said["resting"] = {key: until.isoformat() for key, until in resting.items()}
        WorkerRow.objects.update_or_create(name=self.name, defaults=said)
        WorkerRow.objects.filter(beat_at__lt=now - FORGOTTEN).delete()

    def end(self) -> None:
        """Say that the process ends as it was asked to."""
        WorkerRow.objects.filter(name=self.name).delete()


def workers() -> list[Worker]:
    """Return the workers that have not ended, the silent ones first."""
    return [
        Worker(
            row.name,
            tuple(row.queues),
            row.started_at,
            row.beat_at,
            {key: datetime.fromisoformat(until) for key, until in row.resting.items()},
        )
        for row in WorkerRow.objects.order_by("beat_at", "name")
    ]
