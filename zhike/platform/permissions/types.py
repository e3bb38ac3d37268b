"""Who asks, and the condition under which the answer is given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Principal:
    """Somebody or something that acts.

    `kind` is "user", "system" or "anonymous"; `units` are the ids of the units of the holder's posts and of
    everything below them. The system principal acts for a person at the command line: `name` says who.
    """

    kind: str
    name: str
    user_id: int | None = None
    employee_no: str = ""
    language: str = "zh"
    roles: tuple[str, ...] = ()
    units: tuple[int, ...] = ()

    @property
    def actor(self) -> str:
        """How the journal names this principal."""
        return f"user:{self.employee_no}" if self.kind == "user" else f"{self.kind}:{self.name}"


@dataclass(frozen=True, slots=True)
class Scope:
    """Which records of one object a principal may use for one operation.

    The scope holds the records that meet any of `conditions` (all records when `everything`), without those
    that meet any of `denials`. Conditions are expression texts over the object; `params` binds them. With
    neither `everything` nor conditions nothing is in scope: refused is the default.
    """

    everything: bool
    conditions: tuple[str, ...]
    denials: tuple[str, ...]
    params: Mapping[str, object]

    @property
    def nothing(self) -> bool:
        """Whether no record at all is in scope."""
        return not self.everything and not self.conditions


ANONYMOUS = Principal(kind="anonymous", name="anonymous")
