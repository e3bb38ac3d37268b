"""What rooms offer to pages that show many rooms at once: blocks and search answers.

A room registers its providers when the application starts; `server` answers one batch request from them. A page
definition names a provider, or gives one a name, labels and settings of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class AsOf:
    """When a block's figures hold: the end of a business day ("day_end"), or this instant ("live")."""

    kind: str
    at: date | datetime | None
    late: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class BlockData:
    """What a block provider returns: the renderer's kind, its data and its as-of time."""

    kind: str
    data: Mapping[str, object]
    as_of: AsOf | None = None
    empty: bool = False


@dataclass(frozen=True, slots=True)
class Block:
    """A block provider: `build(principal, record uid or None, settings)` checks its own permission.

    A provider that needs no settings may take two arguments only.
    """

    key: str
    zh: str
    en: str
    build: Callable[..., BlockData]


@dataclass(frozen=True, slots=True)
class SearchHit:
    """One answer of a search, and where it is."""

    title: str
    subtitle: str
    path: str


@dataclass(frozen=True, slots=True)
class SearchGroup:
    """A search provider: `find(principal, text)`."""

    key: str
    zh: str
    en: str
    find: Callable[..., Sequence[SearchHit]]


blocks: dict[str, Block] = {}
searches: dict[str, SearchGroup] = {}


def register_block(block: Block) -> None:
    """Offer `block` to page definitions."""
    blocks[block.key] = block


def register_search(group: SearchGroup) -> None:
    """Offer `group` to the global search."""
    searches[group.key] = group
