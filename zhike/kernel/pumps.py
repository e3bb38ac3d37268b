"""Work that is always due: rooms register pumps, and a worker turns them, round after round.

A pump does one batch and says how much moved. One that raises is put aside for a while with its reason, shown as a
failed run; the others go on.
"""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import DatabaseError, connection

from zhike.kernel import clock
from zhike.kernel.definition_parts import Labels
from zhike.kernel.ids import uuid7
from zhike.kernel.isolation import rest, told, trace
from zhike.kernel.models import Run
from zhike.kernel.queues import QUEUES, Backlog, Queue

#: Whether the worker wants to end; what a pump has begun it may finish, what it has only taken it gives back.
Stopping = Callable[[], bool]
#: A batch: how much moved.
Turn = Callable[[Stopping], int]

_log = logging.getLogger("zhike.pumps")
_pumps: dict[str, Pump] = {}
#: How long a pump rests after its first fault in a row; twice as long after each further one.
FIRST_REST, LONGEST_REST = timedelta(seconds=5), timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Pump:
    """What a room wants turned, by the threads of a queue; `backlog` says what waits for it."""

    key: str
    labels: Labels
    turn: Turn
    backlog: Callable[[], Backlog]
    queue: Queue = "interactive"


def register(pump: Pump) -> None:
    """Have a pump turned by every worker; called by the owning room when the application starts."""
    _pumps[pump.key] = pump


def registered() -> Sequence[Pump]:
    """Return the pumps in the order in which they are turned."""
    return tuple(_pumps.values())


def never() -> bool:
    """Nobody wants to end."""
    return False


@dataclass(slots=True)
class Rounds:
    """The rounds of one thread over the pumps of some queues: which rest until when, after how many faults in a row.

    What they moved is kept until another thread takes it.
    """

    queues: Collection[Queue] = tuple(QUEUES)
    faults: dict[str, int] = field(default_factory=dict)
    resting: dict[str, datetime] = field(default_factory=dict)
    _moved: Counter[str] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def taken(self) -> Mapping[str, int]:
        """Return how much each pump has moved since this was asked last."""
        with self._lock:
            found, self._moved = self._moved, Counter()
        return found

    def turn(self, stopping: Stopping = never) -> int:
        """Turn each pump once, but those that rest; return how much moved."""
        moved = 0
        for pump in registered():
            if stopping():
                break
            if pump.queue not in self.queues:
                continue
            if self.resting.get(pump.key, clock.now()) <= clock.now():
                moved += self._turn_one(pump, stopping)
        return moved

    def _turn_one(self, pump: Pump, stopping: Stopping) -> int:
        try:
            moved = pump.turn(stopping)
        except Exception as error:
            faults = self.faults.get(pump.key, 0) + 1
            pause = rest(FIRST_REST, LONGEST_REST, faults)
            self.faults[pump.key], self.resting[pump.key] = faults, clock.now() + pause
            if isinstance(error, DatabaseError):
                connection.close()  # the next statement opens another
            _log.exception("a pump is put aside", extra={"pump": pump.key, "seconds": pause.total_seconds()})
            _write_down(pump, error)
            return 0
        self.faults.pop(pump.key, None)
        self.resting.pop(pump.key, None)
        with self._lock:
            self._moved[pump.key] += moved
        return moved


def _write_down(pump: Pump, error: Exception) -> None:
    """Keep the fault as a failed run; the same one again is counted there."""
    now = clock.now()
    shown = {"code": getattr(error, "code", "internal"), "message": told(error)}
    try:
        last = Run.objects.filter(kind=pump.key).order_by("-pk").first()
        if last is not None and last.error == shown:
            Run.objects.filter(pk=last.pk).update(finished_at=now, done=last.done + 1)
            return
        Run.objects.create(
            uid=uuid7(),
            kind=pump.key,
            title=pump.labels.zh,
            title_en=pump.labels.en,
            actor="system:worker",
            state=Run.State.FAILED,
            error=shown,
            done=1,
            log=trace(error)[-50:],
            created_at=now,
            started_at=now,
            finished_at=now,
        )
    except Exception:  # a database that is away is the likely reason of the fault itself
        _log.exception("a pump's fault could not be written down", extra={"pump": pump.key})
