"""Sources, loads, stage steps and publications as other rooms see them."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from duckdb import DuckDBPyConnection

from zhike.kernel.jobs import RunHandle

#: An open connection of the analytical engine, borrowed from `warehouse.api.session()`; only this room makes one.
Session = DuckDBPyConnection

Labels = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class SourceColumn:
    """One column of a dataset: `header` in the received file or an `expression` over its headers."""

    key: str
    type: str
    header: str = ""
    format: str = ""
    expression: str = ""
    required: bool = False
    certificate: bool = False
    values: Mapping[str, str] = field(default_factory=dict)
    low: str = ""
    high: str = ""
    reference: tuple[str, str] | None = None
    scale: int = 2
    labels: Labels = field(default_factory=dict)
    #: Names a person: rejected rows show it masked. Says nothing about how rows are read, so it is no part of equality.
    personal: bool = field(default=False, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class SourceChecks:
    """What makes a source's files worth a look.

    `fresh_within` is how many trading days the newest file may lie behind the latest business date. `drift` is the
    share by which a day's rows may differ from the median of the days before it (0.3 is 30 %); facts may always differ
    by what chance does to a small count. None asks nothing.

    `rejects` refuses: where a larger share of the rows is rejected, the file is a failed one and changes nothing.
    """

    fresh_within: int | None = None
    drift: float | None = None
    rejects: float | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """A file that some system exports, and the dataset its rows become.

    `grain` is "master" (each file is the whole state) or "fact" (rows of business days). `dated` says where the
    business date is found: "file" (its name), "given" (by whoever loads it) or the key of a column.
    """

    key: str
    labels: Labels
    system: str
    dataset: str
    grain: str
    file: str
    format: str
    encoding: str
    delimiter: str
    quote: str
    dated: str
    keys: tuple[str, ...]
    columns: tuple[SourceColumn, ...]
    history: str = ""
    owner: str = ""
    personal: str = "none"
    expected: bool = False
    sorted_by: tuple[str, ...] = ()
    subject: Mapping[str, str] = field(default_factory=dict)
    checks: SourceChecks = field(default=SourceChecks(), compare=False, repr=False)

    def column(self, key: str) -> SourceColumn:
        """Return the column called `key`; raises KeyError."""
        return next(column for column in self.columns if column.key == key)


@dataclass(frozen=True, slots=True)
class Dataset:
    """One entry of the dataset catalogue."""

    key: str
    labels: Labels
    owner: str
    grain: str
    keys: tuple[str, ...]
    personal: str
    columns: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class LoadFinding:
    """One thing worth knowing about a received file: a stable code and a sentence in both languages."""

    code: str
    message: str
    message_en: str
    facts: Mapping[str, object] = field(default_factory=dict)

    def as_dict(self) -> dict[str, object]:
        """Return the finding as it is stored and sent."""
        return {"code": self.code, "message": self.message, "message_en": self.message_en, "facts": dict(self.facts)}


@dataclass(frozen=True, slots=True)
class LoadResult:
    """What became of one received file."""

    uid: uuid.UUID
    source: str
    dataset: str
    business_date: date | None
    file: str
    file_hash: str
    state: str
    rows_read: int
    rows_loaded: int
    rows_rejected: int
    started_at: datetime
    finished_at: datetime | None
    findings: tuple[Mapping[str, object], ...] = ()
    error: Mapping[str, object] | None = None


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """A row that was not loaded: its line in the file, why, and what it held (personal numbers left out)."""

    line: int
    reason_code: str
    reason: str
    reason_en: str
    values: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class PublicationInfo:
    """The table versions that readers of one published business date see."""

    id: int
    business_date: date
    versions: Mapping[str, int]
    published_at: datetime


@dataclass(frozen=True, slots=True)
class StageStep:
    """A step of the nightly stage; rooms register theirs. `run` takes (business date, run handle)."""

    key: str
    order: int
    labels: Labels
    run: Callable[[date, RunHandle], None]


@dataclass(frozen=True, slots=True)
class StageResult:
    """What a stage run did: the days it computed, oldest first, and the publication it ended with."""

    days: tuple[date, ...]
    publication: PublicationInfo
