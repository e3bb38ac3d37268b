"""Who wants which events: asked by name and subject, built once from what is registered or defined.

Delivery to subscribers asks it; automations, starts of processes and moments are found the same way.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Trigger:
    """Events of a name ("record.updated"), about a subject ("party"), or of the one about the other; empty is any."""

    name: str = ""
    subject: str = ""


@dataclass(frozen=True, slots=True)
class TriggerIndex(Generic[T]):
    """Finds who wants an event without asking each: as many look-ups as a trigger has shapes, however many there are."""

    _wanted: Mapping[Trigger, tuple[T, ...]]

    @classmethod
    def build(cls, triggers: Iterable[tuple[Trigger, T]]) -> TriggerIndex[T]:
        """Return the index of (trigger, who wants it)."""
        wanted: dict[Trigger, list[T]] = defaultdict(list)
        for trigger, one in triggers:
            wanted[trigger].append(one)
        return cls({trigger: tuple(found) for trigger, found in wanted.items()})

    def of(self, name: str, subject: str) -> list[T]:
        """Return who wants an event, each once, those of its own name and subject first."""
        shapes = (Trigger(name, subject), Trigger(name), Trigger(subject=subject), Trigger())
        return list(dict.fromkeys(one for shape in shapes for one in self._wanted.get(shape, ())))
