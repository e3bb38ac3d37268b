"""Measures and indicators as other rooms see them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from zhike.expressions.types import Type

Labels = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Measure:
    """An aggregate over a dataset, before any window is chosen. `across` joins the accounts of one party."""

    key: str
    labels: Labels
    dataset: str
    aggregate: str
    value: str
    where: str
    type: str
    unit: str
    format: str
    across: str
    goal: bool = False


@dataclass(frozen=True, slots=True)
class Window:
    """Which days count: the last `trading_days`, one `day` (0 today, -1 the trading day before), or all."""

    trading_days: int = 0
    day: int | None = None

    @property
    def name(self) -> str:
        """A short name, the same for equal windows."""
        if self.day is not None:
            return f"day{-self.day}"
        return f"last{self.trading_days}" if self.trading_days else "all"


@dataclass(frozen=True, slots=True)
class Indicator:
    """A number or date per party and day: a measure over a window, a comparison of two, or a formula over others.

    `compare` is (indicator, base indicator, "difference" or "growth"); growth is in percent, empty where the base is
    not above zero.
    """

    key: str
    labels: Labels
    type: str
    unit: str
    format: str
    measure: str = ""
    window: Window = field(default_factory=Window)
    formula: str = ""
    compare: tuple[str, str, str] | None = None
    hidden: bool = False
    owner: str = ""
    description: Labels = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Term:
    """One word of the audience vocabulary: an indicator, a party field or a tag."""

    key: str
    labels: Labels
    type: Type
    group: str
    unit: str = ""
    options: tuple[tuple[str, Labels], ...] = ()
    description: Labels = field(default_factory=dict)
    served: str = ""
