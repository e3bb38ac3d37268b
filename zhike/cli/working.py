"""A worker: for each of its queues threads that do the jobs and one that turns the pumps, and a sign of life."""

from __future__ import annotations

import argparse
import asyncio
import logging
import signal
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from django.db import DatabaseError, connection

from zhike.cli.output import Output
from zhike.kernel.errors import ZhikeError
from zhike.kernel.queues import QUEUES, Queue

if TYPE_CHECKING:
    from procrastinate import App

    from zhike.kernel.pumps import Rounds

_IDLE_SECONDS = 0.5
_PATIENCE_SECONDS = 1.0
_log = logging.getLogger("zhike.worker")


class UnknownQueue(ZhikeError):
    """A queue that there is not."""

    code = "cli.unknown_queue"
    status = 422
    zh = "没有名为“{queue}”的队列。已有：{has}"
    en = "There is no queue '{queue}'. It has: {has}"


def worker(options: argparse.Namespace, _output: Output) -> int:
    """Do queued jobs and turn the pumps of the rooms, of all queues or of those named. Raises UnknownQueue."""
    from zhike.kernel.pumps import Rounds

    queues = _chosen(options.queues)
    if options.once:
        rounds = Rounds(queues)
        while rounds.turn():
            pass
        return 0
    return Process(queues).run()


class Process:
    """The threads of one worker. One that fails where nothing is expected to ends the process, so that it is started again."""

    def __init__(self, queues: Sequence[Queue]) -> None:
        self._queues = queues
        self._stopping = threading.Event()
        self._failed = threading.Event()

    def run(self) -> int:
        """Work until SIGTERM; return 1 if a thread failed."""
        from procrastinate.contrib.django import app

        from zhike.kernel.pumps import Rounds, registered
        from zhike.kernel.workers import BEAT, Presence

        signal.signal(signal.SIGTERM, lambda _number, _frame: self.stop())
        working: list[threading.Thread] = []
        for queue in self._queues:
            working.append(self._begin(partial(_run_queue, app, queue, self._stopping)))
        turned = {pump.queue for pump in registered()}
        rounds = [Rounds((queue,)) for queue in self._queues if queue in turned]
        turning = [self._begin(partial(self._turn, one)) for one in rounds]
        sampling = self._begin(partial(self._sample, rounds))
        presence = Presence(self._queues)
        while True:
            _say(lambda: presence.beat({key: at for one in rounds for key, at in dict(one.resting).items()}))
            if self._stopping.wait(BEAT.total_seconds()):
                break
        for thread in (*turning, sampling):
            thread.join()  # each finishes what it has begun
        for thread in working:
            thread.join(_PATIENCE_SECONDS)  # a job that takes longer is taken up again by the next worker
        _say(presence.end)
        return int(self._failed.is_set())

    def stop(self) -> None:
        """Ask the process to end: what has begun is finished."""
        self._stopping.set()

    def _begin(self, work: Callable[[], None]) -> threading.Thread:
        thread = threading.Thread(target=self._kept, args=(work,), daemon=True)
        thread.start()
        return thread

    def _kept(self, work: Callable[[], None]) -> None:
        try:
            work()
        except Exception:
            _log.exception("a thread of the worker failed")
        finally:
            connection.close()
        if not self._stopping.is_set():
            self._failed.set()
            self._stopping.set()

    def _turn(self, rounds: Rounds) -> None:
        while not self._stopping.is_set():
            if not rounds.turn(self._stopping.is_set):
                self._stopping.wait(_IDLE_SECONDS)

    def _sample(self, rounds: Sequence[Rounds]) -> None:
        """Write down each minute how background work stands; what could not be written is kept for the next time."""
        from zhike.kernel import samples

        moved: Counter[str] = Counter()
        while not self._stopping.wait(samples.EVERY.total_seconds()):
            for one in rounds:
                moved.update(one.taken())
            try:
                samples.take(moved)
                moved.clear()
            except DatabaseError:
                connection.close()


def _chosen(text: str) -> Sequence[Queue]:
    """The queues that a list with commas names; all, if it names none."""
    named = [name.strip() for name in text.split(",") if name.strip()]
    for name in named:
        if name not in QUEUES:
            raise UnknownQueue(queue=name, has=list(QUEUES))
    return [queue for queue in QUEUES if not named or queue in named]


def _say(what: Callable[[], None]) -> None:
    """Tell the database that has to be told; one that is away hears of it the next time."""
    try:
        what()
    except DatabaseError:
        connection.close()


def _run_queue(app: App, queue: Queue, stopping: threading.Event) -> None:
    from procrastinate.contrib.django.django_connector import DjangoConnector

    assert isinstance(app.connector, DjangoConnector)
    worker_app = app.with_connector(app.connector.get_worker_connector())
    asyncio.run(_do_jobs(worker_app, queue, stopping))


async def _do_jobs(app: App, queue: Queue, stopping: threading.Event) -> None:
    """Do the jobs of a queue until the process stops."""
    async with app.open_async():
        work = asyncio.create_task(
            app.run_worker_async(queues=[queue], concurrency=QUEUES[queue], install_signal_handlers=False)
        )
        while not work.done() and not stopping.is_set():
            await asyncio.wait([work], timeout=_IDLE_SECONDS)
        if not work.done():
            work.cancel()  # no further job is begun
        with suppress(asyncio.CancelledError):
            await work
