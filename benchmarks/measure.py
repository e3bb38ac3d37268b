"""Measuring two things side by side on a machine that others use too."""

from __future__ import annotations

import json
import os
import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field

CUSTOMERS = {"small": 100_000, "seed": 2_000_000}


@dataclass(frozen=True)
class Result:
    """One line of output: `value` and `baseline` are medians in `unit`; `bar` says what passes."""

    benchmark: str
    scale: str
    value: float
    baseline: float
    bar: str
    passed: bool
    unit: str = "ms"
    detail: dict[str, object] = field(default_factory=dict)

    def line(self) -> str:
        """Return the result as one line of JSON; its detail says how busy the machine is."""
        shown = asdict(self)
        shown["detail"] = {**self.detail, "load": round(os.getloadavg()[0], 1)}
        shown["pass"] = shown.pop("passed")
        shown["ratio"] = round(self.value / self.baseline, 3) if self.baseline else None
        shown["value"], shown["baseline"] = round(self.value, 3), round(self.baseline, 3)
        return json.dumps(shown, ensure_ascii=False)


def interleaved(
    product: Callable[[], object],
    baseline: Callable[[], object],
    *,
    rounds: int = 7,
    clock: Callable[[], float] = time.perf_counter,
) -> tuple[float, float]:
    """Return the median milliseconds of both, run in turn `rounds` times after one warm-up each."""
    times: tuple[list[float], list[float]] = ([], [])
    product(), baseline()
    for _round in range(rounds):
        for task, found in zip((product, baseline), times, strict=True):
            started = clock()
            task()
            found.append((clock() - started) * 1000)
    return statistics.median(times[0]), statistics.median(times[1])
