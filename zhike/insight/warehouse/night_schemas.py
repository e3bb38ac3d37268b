"""What the interface gives of a night."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date, datetime
from typing import Literal, cast

from typing_extensions import TypedDict

from zhike.insight.warehouse.night_types import Night, NightFile, NightStep, Stranger
from zhike.kernel.schedules import Standing
from zhike.kernel.wire import Labels, RequestBody, labels

NightFileState = Literal[
    "running",
    "done",
    "failed",
    "cancelled",
    "waiting",
    "discarded",
    "undone",
    "restored",
    "expected",
    "late",
    "missing",
    "kept",
    "unplanned",
]


class NightFileOut(TypedDict):
    """How the file of a source stands: when it is due, when it came, its rows beside what is usual.

    `band` is the span of 5 to 95 % of the last 20 days; `newest` the newest day there is a file of. By its name or its
    rows it is of the days `first_date` to `last_date`; one that says none is of the night in which it came.
    """

    source: str
    labels: Labels
    owner: str
    state: NightFileState
    needed: bool
    due_at: datetime | None
    arrived_at: datetime | None
    load: uuid.UUID | None
    file: str
    rows: int | None
    rejected: int
    without_record: int
    before: int | None
    usual: float | None
    band: list[float] | None
    newest: date | None
    first_date: date | None
    last_date: date | None


class NightStepOut(TypedDict):
    """A step of the stage; `usual` is the median of its seconds."""

    key: str
    labels: Labels
    state: Literal["done", "running", "waiting", "stopped"]
    started_at: datetime | None
    finished_at: datetime | None
    usual: float | None


class ScheduledOut(TypedDict):
    """What begins by itself: when next, and how the last time went."""

    key: str
    labels: Labels
    due_at: datetime | None
    last_at: datetime | None
    last_state: str | None
    error: str


class PublishedOut(TypedDict):
    """What everybody sees."""

    business_date: date
    published_at: datetime


class StrangerOut(TypedDict):
    """A file in the folder that no source expects.

    `near` is the source whose files are called most like it, if any; so is that one's file `expected` to
    be, of the day in the name, else of tonight.
    """

    file: str
    size: int
    written_at: datetime
    near: str
    expected: str


class NightOut(TypedDict):
    """A business day on its way from files to figures.

    The deadline is null where the trading calendar ends: `calendar_lacks` is the year whose days it lacks. `elsewhere`
    files that came in this night are of other days; `others` are those of them that failed or wait for a person.
    """

    business_date: date
    deadline: datetime | None
    calendar_lacks: int | None
    published: PublishedOut | None
    computed_at: datetime | None
    files: list[NightFileOut]
    steps: list[NightStepOut]
    missing: list[Labels]
    by_itself: bool
    restates: list[date]
    late: int
    elsewhere: int
    others: list[NightFileOut]
    strangers: list[StrangerOut]
    schedules: list[ScheduledOut]


class DayIn(RequestBody):
    """A business day."""

    business_date: date


class StrangerIn(RequestBody):
    """A file in the folder that no source expects, and the source as whose file it is loaded."""

    file: str
    source: str
    business_date: date | None = None


def night_out(
    night: Night, restates: Sequence[date], scheduled: Sequence[Standing], strangers: Sequence[Stranger]
) -> NightOut:
    """Return a night as the interface gives it."""
    shown = night.published
    published: PublishedOut | None = (
        {"business_date": shown.business_date, "published_at": shown.published_at} if shown else None
    )
    return {
        "business_date": night.day,
        "deadline": night.deadline,
        "calendar_lacks": night.lacks,
        "published": published,
        "computed_at": night.computed_at,
        "files": [_file(one) for one in night.files],
        "steps": [_step(one) for one in night.steps],
        "missing": [labels(source.labels) for source in night.missing],
        "by_itself": night.by_itself,
        "restates": list(restates),
        "late": night.late,
        "elsewhere": night.elsewhere,
        "others": [_file(one) for one in night.others],
        "strangers": [
            {
                "file": one.file,
                "size": one.size,
                "written_at": one.written_at,
                "near": one.near,
                "expected": one.expected,
            }
            for one in strangers
        ],
        "schedules": [_scheduled(one) for one in scheduled],
    }


def _file(found: NightFile) -> NightFileOut:
    load, source = found.load, found.source
    return {
        "source": source.key,
        "labels": labels(source.labels),
        "owner": source.owner or "",
        "state": cast(NightFileState, found.state),
        "needed": source.expected,
        "due_at": found.due_at,
        "arrived_at": load.started_at if load else None,
        "load": load.uid if load else None,
        "file": load.file if load else "",
        "rows": found.rows,
        "rejected": load.rows_rejected if load else 0,
        "without_record": load.rows_without_record if load else 0,
        "before": found.before,
        "usual": found.usual,
        "band": list(found.band) if found.band else None,
        "newest": found.newest,
        "first_date": found.first,
        "last_date": found.last,
    }


def _step(found: NightStep) -> NightStepOut:
    return {
        "key": found.key,
        "labels": labels(found.labels),
        "state": cast(Literal["done", "running", "waiting", "stopped"], found.state),
        "started_at": found.started_at,
        "finished_at": found.finished_at,
        "usual": found.usual,
    }


def _scheduled(found: Standing) -> ScheduledOut:
    return {
        "key": found.schedule.key,
        "labels": labels(found.schedule.labels),
        "due_at": found.due_at,
        "last_at": found.last_at,
        "last_state": found.last_state,
        "error": found.error,
    }
