"""Tags as other rooms see them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

Labels = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class TagLevel:
    """One value of a tag and the condition under which it holds; the first that is met wins."""

    key: str
    labels: Labels
    when: str
    status: str = ""


@dataclass(frozen=True, slots=True)
class Tag:
    """A label by rule: ordered levels over indicators and party fields."""

    key: str
    labels: Labels
    levels: tuple[TagLevel, ...]
    owner: str = ""
    sensitivity: str = ""
    source: str = ""
    verified: bool = False


@dataclass(frozen=True, slots=True)
class PartyTag:
    """The value a tag has for one party, and the business date since which it has it, if that was ever seen."""

    tag: Tag
    level: TagLevel
    since: date | None = None
