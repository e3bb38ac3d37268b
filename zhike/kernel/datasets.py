"""Every table of history: its columns, what a row is, whose it is, what is personal in it, and whose rights narrow it.

A room declares the tables that it writes; what is declared follows the definitions. Readers find a table here before they read it, and a test holds what is declared against what is written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from zhike.kernel import definitions
from zhike.kernel.definition_parts import Labels
from zhike.kernel.definitions import Snapshot
from zhike.kernel.errors import ZhikeError

__all__ = ["Column", "Dataset", "UnknownDataset", "Scope", "declare", "declared", "get"]

#: `hash`: of a personal number only its keyed hash; `person`: names a person, who may be asked to be forgotten.
Personal = Literal["", "hash", "person"]
#: What one row is: a record of a system, something that happened, a party on a day, a link between keys.
Grain = Literal["record", "fact", "party", "link"]


class UnknownDataset(ZhikeError):
    """A table of history that is not there."""

    code = "dataset.unknown"
    status = 404
    zh = "没有数据集“{dataset}”。已有：{has}"
    en = "There is no dataset '{dataset}'. There are: {has}"


@dataclass(frozen=True, slots=True)
class Column:
    """One column; `type` is written as the engine does ("decimal(18, 2)")."""

    key: str
    type: str
    personal: Personal = ""
    labels: Labels | None = None


@dataclass(frozen=True, slots=True)
class Scope:
    """How rows belong to parties, whose scopes narrow what a person may see of them.

    `column` is the party's id itself where `through` is empty, else a key that this dataset maps to parties.
    """

    column: str
    through: str = ""


@dataclass(frozen=True, slots=True)
class Dataset:
    """One table. Without a `scope` its rows are about nobody: whoever may read it reads all of it."""

    key: str
    labels: Labels
    owner: str
    grain: Grain
    keys: tuple[str, ...]
    columns: tuple[Column, ...]
    dated: bool = False
    scope: Scope | None = None

    @property
    def personal(self) -> Personal:
        """The most personal thing in it."""
        found = {column.personal for column in self.columns}
        return "person" if "person" in found else "hash" if "hash" in found else ""


Declare = Callable[[], Iterable[Dataset]]
_rooms: dict[str, Declare] = {}


def declare(room: str, build: Declare) -> None:
    """Let a room say what tables it writes; called when the application starts."""
    _rooms[room] = build


def declared() -> Mapping[str, Dataset]:
    """Return every table by key, as the definitions have them."""
    return definitions.derive("datasets", _declared)


def _declared(_everything: Snapshot) -> Mapping[str, Dataset]:
    found = [dataset for build in _rooms.values() for dataset in build()]
    return {dataset.key: dataset for dataset in sorted(found, key=lambda dataset: dataset.key)}


def get(key: str) -> Dataset:
    """Return a table. Raises UnknownDataset, which says what there is."""
    known = declared()
    if key not in known:
        raise UnknownDataset(dataset=key, has=sorted(known))
    return known[key]
