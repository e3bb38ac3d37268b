"""What rooms offer to pages that show many rooms at once: blocks and search answers.

A room registers its providers when the application starts; `server` answers one batch request from them. A page
definition names a provider, or gives one a name, labels and settings of its own.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal, TypeAlias
from uuid import UUID

from zhike.kernel import clock, folding
from zhike.kernel.definition_parts import Finding, Labels, Part, Place
from zhike.kernel.definitions import Snapshot


@dataclass(frozen=True, slots=True)
class AsOf:
    """When a block's figures hold: the end of a business day ("day_end"), or this instant ("live")."""

    kind: str
    at: date | datetime | None


def live() -> AsOf:
    """Return the as-of time of what is read now."""
    return AsOf("live", clock.now())


@dataclass(frozen=True, slots=True)
class BlockData:
    """What a block provider returns: the renderer's kind, its data and its as-of time."""

    kind: str
    data: Mapping[str, object]
    as_of: AsOf | None = None
    empty: bool = False


@dataclass(frozen=True, slots=True)
class Subject:
    """The record that a page is about, and its object; `after` is where the rows of a block go on, as it said itself."""

    object: str
    uid: UUID
    after: str = ""


@dataclass(frozen=True, slots=True)
class Named:
    """A field or refinement that settings name, its object, and its place in the settings.

    A field that `points_at` an object is a reference to its records.
    """

    what: Literal["field", "refinement"]
    object: str
    key: str
    place: Place
    points_at: str = ""


class BlockSettings(Part):
    """What a page may say to a block, declared beside its builder; each block has its own, this one has none."""

    def named(self, _record: str) -> Iterator[Named]:
        """Yield every field and refinement that the settings name, on a page about records of the given object."""
        yield from ()

    def checked(self, _everything: Snapshot) -> Iterator[Finding]:
        """Yield what is wrong with the settings beside the other definitions, apart from the names above."""
        yield from ()


#: What a page may be narrowed to and a block with it: one record, or a unit with what is below it; or a block by nothing.
NarrowedBy: TypeAlias = Literal["record", "unit", "nothing"]


@dataclass(frozen=True, slots=True)
class Block:
    """A block provider: `build(principal, narrowed, settings)` checks its own permission.

    The settings are a value of `settings`. Narrowed `by` "record" it stands on pages about one record only, of any object
    or of the one that plays `role`, and is built with its `Subject`; by "unit" with the org unit for which the page is
    looked at, None for all that the viewer's posts hold; by "nothing" with None, and a page of one unit says beside it
    that it tells of everything.
    """

    key: str
    zh: str
    en: str
    build: Callable[[Any, Any, Any], BlockData]
    settings: type[BlockSettings] = BlockSettings
    by: NarrowedBy = field(kw_only=True)
    role: str = ""


@dataclass(frozen=True, slots=True)
class FoundBy:
    """Why something was found: what has the text, and its value as whoever asks sees it; with `tail` it ends with it.

    What the title shows is not said again.
    """

    labels: Labels
    value: str
    tail: bool = False


@dataclass(frozen=True, slots=True)
class SearchHit:
    """One answer of a search, and where it is; by what it was found is said of records."""

    title: str
    subtitle: str
    path: str
    by: FoundBy | None = None


@dataclass(frozen=True, slots=True)
class SearchGroup:
    """Answers of one kind, under what that kind is called; `path` is the list that answers the same text, if there is one."""

    key: str
    labels: Labels
    hits: Sequence[SearchHit]
    path: str = ""


#: A search provider: who asks and a few characters in, groups that have answers out.
Search: TypeAlias = Callable[[Any, str], Sequence[SearchGroup]]

#: Answers of one kind that a search shows.
HITS = 6

blocks: dict[str, Block] = {}
searches: dict[str, Search] = {}


def register_block(block: Block) -> None:
    """Offer `block` to page definitions."""
    blocks[block.key] = block


def search_by_name(key: str, kind: Labels, text: str, named: Iterable[tuple[str, str, str]]) -> Sequence[SearchGroup]:
    """Return the first of (name, what stands beside it, path) whose name has the text in it, however both are written."""
    found = (SearchHit(*one) for one in named if folding.named(text, one[0]))
    hits = list(itertools.islice(found, HITS))
    return [SearchGroup(key, kind, hits)] if hits else []


def register_search(key: str, find: Search) -> None:
    """Offer a provider to the global search."""
    searches[key] = find


@dataclass(frozen=True, slots=True)
class Channel:
    """How a way out of the house stands. Waiting is not failed: while its server is away messages wait and go on by themselves.

    `tried` is how often the server was tried since it is away, `expires_at` when the first that waits is given up.
    """

    key: str
    labels: Labels
    waiting: int
    sent: int
    failed: int
    away_since: datetime | None = None
    retry_at: datetime | None = None
    tried: int = 0
    error: Labels = Labels("", "")
    expires_at: datetime | None = None


channels: list[Callable[[], Sequence[Channel]]] = []


def register_channels(standing: Callable[[], Sequence[Channel]]) -> None:
    """Show the channels of a room where an operator looks; each call says how they stand now."""
    channels.append(standing)
