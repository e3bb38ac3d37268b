"""A business day on its way from files to figures, as it stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from zhike.insight.warehouse.types import LoadResult, PublicationInfo, Source
from zhike.kernel.definition_parts import Labels


@dataclass(frozen=True, slots=True)
class Stranger:
    """A file in the folder that no source expects: `near` is the source whose files are called most like it.

    So is its file of the day in the name, else of tonight, `expected` to be called.
    """

    file: str
    size: int
    written_at: datetime
    near: str
    expected: str


@dataclass(frozen=True, slots=True)
class NightFile:
    """How the file of a source stands in a night.

    `state` is the load's, or of one that has not come: expected, late, missing, kept (an older one is fresh enough) or
    unplanned (nobody waits for it). It is of the days `first` to `last` by its name or its rows; of a file that says
    none they are absent, and it is of the night in which it came. `rows` are those that count, `before` those of the day before; what is `usual` is
    the median of the last 20 days, the `band` goes from their 5 % to their 95 %.
    """

    source: Source
    state: str
    due_at: datetime | None
    load: LoadResult | None
    rows: int | None
    before: int | None
    usual: float | None
    band: tuple[float, float] | None
    newest: date | None
    first: date | None = None
    last: date | None = None

    @property
    def unusual(self) -> bool:
        """Whether its rows are worth a look beside the others': it waits, or a check found them too many or too few."""
        drifted = self.load is not None and any(one["code"] == "load.drift" for one in self.load.findings)
        return self.state == "waiting" or drifted


@dataclass(frozen=True, slots=True)
class NightStep:
    """A step of a day's stage: done, running, waiting (not begun) or stopped in its midst; `usual` in seconds."""

    key: str
    labels: Labels
    state: str
    started_at: datetime | None
    finished_at: datetime | None
    usual: float | None


@dataclass(frozen=True, slots=True)
class Night:
    """A business day on its way from files to figures.

    Without the files of `missing` it is not computed; whether that happens `by_itself`, or a person has to ask for it.
    `late` loads changed something after it was. `elsewhere` files that came in it are of other days only; `others` are
    those of them that failed or wait for a person. Where the
    trading calendar ends nobody knows the `deadline`: it lacks the days of the year `lacks`.
    """

    day: date
    deadline: datetime | None
    lacks: int | None
    published: PublicationInfo | None
    computed_at: datetime | None
    files: tuple[NightFile, ...]
    steps: tuple[NightStep, ...]
    missing: tuple[Source, ...]
    by_itself: bool
    late: int
    elsewhere: int
    others: tuple[NightFile, ...]
