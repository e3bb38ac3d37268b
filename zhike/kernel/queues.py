"""Where background work waits its turn: each queue has threads of its own, so that none holds up another's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from zhike.kernel.definition_parts import Labels

#: What somebody waits for, files, the computing of days, and messages that leave.
Queue = Literal["interactive", "load", "stage", "send"]
#: How many jobs of a queue a worker does at once. Loads and stages write the warehouse one at a time.
QUEUES: Mapping[Queue, int] = {"interactive": 2, "load": 1, "stage": 1, "send": 1}

LABELS: Mapping[Queue, Labels] = {
    "interactive": Labels("即时任务", "Interactive"),
    "load": Labels("数据导入", "Loads"),
    "stage": Labels("日终跑批", "Nightly"),
    "send": Labels("发送任务", "Sending"),
}


@dataclass(frozen=True, slots=True)
class Backlog:
    """What waits and since when, and what became of the rest in the last hour; None is not counted.

    `passed` is how many ever went through, where what waits has an order.
    """

    waiting: int
    oldest_at: datetime | None
    done: int | None = None
    failed: int | None = None
    passed: int | None = None
