"""A run that is being done says so every few seconds; one that has fallen silent is known to be dead."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db import DatabaseError, connection
from django.db.models import Q

from zhike.kernel import clock, run_ends
from zhike.kernel.models import Run

#: How often a run says that it lives, and after how long a silence it is taken to be dead.
BEAT, SILENCE = timedelta(seconds=10), timedelta(seconds=60)
#: A run that a worker died of is taken up again; not after it has died this many times.
LIVES = 3


@contextmanager
def beating(run_id: int) -> Iterator[None]:
    """Keep saying that a run lives while the block lasts."""
    ended = threading.Event()
    thread = threading.Thread(target=_beat, args=(run_id, ended), daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def bury(*, now_dead: Q | None = None) -> list[Run]:
    """Say of the runs that are silent, or that `now_dead` selects, that they were interrupted; return them."""
    silent = Q(heartbeat_at__lt=clock.now() - SILENCE)
    error = {
        "code": "run.interrupted",
        "message": "执行任务的进程已退出",
        "message_en": "The process that did it is gone",
    }
    which = Q(silent if now_dead is None else now_dead, state=Run.State.RUNNING)
    return run_ends.end(which, Run.State.INTERRUPTED, error)


def _beat(run_id: int, ended: threading.Event) -> None:
    try:
        while not ended.wait(BEAT.total_seconds()):
            try:
                Run.objects.filter(pk=run_id).update(heartbeat_at=clock.now())
            except DatabaseError:  # the run itself finds out
                connection.close()
    finally:
        connection.close()
