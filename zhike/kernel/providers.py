"""What rooms offer to pages that show many rooms at once: blocks and search answers.

A room registers its providers when the application starts; `server` answers one batch request from them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class AsOf:
    """When a block's figures hold: the end of a business day, or this instant."""

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
    """A block provider. `build` takes (principal, record uid or None) and checks its own permission."""

    key: str
    zh: str
    en: str
    build: Callable[..., BlockData]


@dataclass(frozen=True, slots=True)
class SearchGroup:
    """A search provider: `find` takes (principal, text) and returns {title, subtitle, path} mappings."""

    key: str
    zh: str
    en: str
    find: Callable[..., Sequence[Mapping[str, object]]]
    order: int = field(default=100)


blocks: dict[str, Block] = {}
searches: dict[str, SearchGroup] = {}


def register_block(block: Block) -> None:
    """Offer `block` to page definitions."""
    blocks[block.key] = block


def register_search(group: SearchGroup) -> None:
    """Offer `group` to the global search."""
    searches[group.key] = group
