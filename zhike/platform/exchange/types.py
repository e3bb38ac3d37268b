"""What is exported and what is loaded, as other rooms see it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from zhike.platform.objects.types import Fault


@dataclass(frozen=True, slots=True)
class MadeExport:
    """An export above the limit: the state of its run or `expired`, how many rows are done, and until when it is kept.

    `error` says in both languages why it was not made, where that is no fault of the program.
    """

    uid: uuid.UUID
    object: str
    rows: int
    state: str
    done: int
    total: int
    made_at: datetime | None
    expires_at: datetime | None
    error: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class LoadColumn:
    """A column of a bulk load. References come as the target's source key, or as its id (`by="id"`)."""

    key: str
    by: str = "source_key"


@dataclass(frozen=True, slots=True)
class LoadEnding:
    """Records that a load names no longer end on `day`, unless `field` holds an end already; none before its `start`.

    It is about those whose source key begins with `keys`; a load without any row ends nothing. An end that a load gave
    is taken back by one that names the record again.
    """

    field: str
    keys: str
    day: date
    start: str = ""


@dataclass(frozen=True, slots=True)
class LoadEffect:
    """What a load would do to records of an object: create, change, end, or leave them without a word of their source.

    `count` of the `of` that there are (open ones, where they would end), by org unit. Examples are `records` of the object
    `records_of`, to which those of this one belong, and of new ones `keys`.
    """

    kind: str
    object: str
    count: int
    of: int
    units: Mapping[int | None, int]
    records: tuple[int, ...] = ()
    records_of: str = ""
    keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RejectedRecord:
    """A row that a load left out: the keys of the rules that its record would break, and what else is wrong with it."""

    source_key: str
    rules: tuple[str, ...] = ()
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True)
class Awaited:
    """What `rows` of a load name in a field and is not there yet: their records are without it. One of their keys."""

    field: str
    value: str
    rows: int
    source_key: str


@dataclass(frozen=True, slots=True)
class LoadCounts:
    """What a bulk load did; `rejections` are the first of the `rejected` rows, `awaited` the most frequent of its kind.

    Rows of the rest said what their records say already, or were about erased ones.
    """

    read: int
    created: int
    updated: int
    ended: int = 0
    rejected: int = 0
    rejections: tuple[RejectedRecord, ...] = ()
    awaited: tuple[Awaited, ...] = ()
    reopened: int = 0

    @property
    def unchanged(self) -> int:
        """How many rows were in order and changed nothing."""
        return self.read - self.created - self.updated - self.rejected
