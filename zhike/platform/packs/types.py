"""Packs, findings and plans."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from zhike.kernel.definitions import Change


@dataclass(frozen=True, slots=True)
class PackDefinition:
    """One definition file of a pack."""

    pack: str
    path: Path
    kind: str
    key: str
    uuid: str
    body: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class PackFinding:
    """A fault with its place: file and line."""

    path: str
    line: int
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class PackPlan:
    """What applying would do; empty when the installation already is as the packs say."""

    changes: tuple[Change, ...]

    @property
    def destructive(self) -> tuple[Change, ...]:
        """The changes that need consent."""
        return tuple(change for change in self.changes if change.destructive)
