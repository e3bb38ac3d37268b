"""Due timers a second with two workers against a bare loop that claims and marks the same rows."""

from __future__ import annotations

import statistics
import threading
import time
from collections.abc import Callable

from django.db import connection, transaction

from benchmarks import installation
from benchmarks.measure import Result

DUE = {"small": 20_000, "seed": 100_000}
ROUNDS = 5
WORKERS = 2
AT_LEAST = 500


def run(scale: str) -> Result:
    """Measure timers a second."""
    with installation.opened("timer_sweep"):
        return _measure(scale)


def _measure(scale: str) -> Result:
    from zhike.kernel import timers

    done: list[str] = []
    timers.register("bench", lambda timer: done.append(timer.key))
    count = DUE[scale]
    times: tuple[list[float], list[float]] = ([], [])
    for round_number in range(ROUNDS + 1):
        for task, found in ((timers.sweep, times[0]), (_bare, times[1])):
            _make_due(count)
            seconds = _together(task)
            if round_number:
                found.append(count / seconds)
    assert len(done) == count * (ROUNDS + 1), len(done)
    value, base = statistics.median(times[0]), statistics.median(times[1])
    return Result(
        "timer_sweep",
        scale,
        value,
        base,
        f">= {AT_LEAST}/s and >= 0.3 x claim and mark",
        value >= AT_LEAST and value >= 0.3 * base,
        unit="timers/s",
        detail={"workers": WORKERS},
    )


def _make_due(count: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("truncate kernel_timerrow")
        cursor.execute(
            "insert into kernel_timerrow (kind, key, due_at, counting, attempts, error, dead)"
            " select 'bench', n::text, now() - n * interval '1 millisecond', 'natural', 0, '', false"
            " from generate_series(1, %s) n",
            [count],
        )
        cursor.execute("vacuum analyze kernel_timerrow")


def _together(task: Callable[[], object]) -> float:
    """Return the seconds until all workers are done."""

    def work() -> None:
        try:
            task()
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _n in range(WORKERS)]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.perf_counter() - started


def _bare() -> None:
    from zhike.kernel import timers

    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "update kernel_timerrow set dead = true where id in (select id from kernel_timerrow"
                " where not dead and due_at <= now() order by due_at, id limit %s for update skip locked) returning key",
                [timers.BATCH],
            )
            if not cursor.fetchall():
                break
