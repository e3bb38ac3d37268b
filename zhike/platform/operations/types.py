"""Background work as it is shown at one moment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from zhike.kernel.dead_letters import Letters
from zhike.kernel.providers import Channel
from zhike.kernel.samples import Step
from zhike.kernel.schedules import Standing
from zhike.kernel.standing import Line, Listener
from zhike.kernel.workers import Worker


@dataclass(frozen=True, slots=True)
class Overview:
    """Everything that works, waits or failed; `resting` are the pumps that rest after a fault, each until when.

    `steps` are the last hour of each line in steps of five minutes, of those that workers have written down.
    """

    at: datetime
    lines: Sequence[Line]
    channels: Sequence[Channel]
    listeners: Sequence[Listener]
    letters: Sequence[Letters]
    workers: Sequence[Worker]
    schedules: Sequence[Standing]
    resting: Mapping[str, datetime]
    steps: Mapping[str, Sequence[Step]]


@dataclass(frozen=True, slots=True)
class Again:
    """What a subscriber would be told again: the events after `position`."""

    position: int
    events: int
