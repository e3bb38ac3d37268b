"""The decision table: what may be said of a measure, given how many people did something and how far the days are."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np

from zhike.engagement.campaigns.logic import amounts, ratios, shares
from zhike.engagement.campaigns.logic.amounts import Group
from zhike.engagement.campaigns.types import Balance, Capped, Difference, DifferenceState
from zhike.kernel.block_data import Format

_LARGEST = 5


@dataclass(frozen=True, slots=True)
class Named:
    """What a measure is called and how it is drawn."""

    key: str
    labels: Mapping[str, str]
    format: Format
    unit: str


@dataclass(frozen=True, slots=True)
class Stage:
    """Where a campaign stands: whether its end day is observed (`last`), and whether its groups hold."""

    last: bool
    holds: bool


def share(name: Named, met: tuple[int, int], people: tuple[int, int], stage: Stage, *, primary: bool) -> Difference:
    """Return what may be said of the share who met the goal, in percent; pairs are (treated, control).

    Only a primary measure is judged. Before the end day the interval is the wide one.
    """
    found = Difference(
        key=name.key,
        labels=name.labels,
        format=name.format,
        unit=name.unit,
        state="few",
        treated=_mean(met[0] * 100, people[0]),
        control=_mean(met[1] * 100, people[1]),
        difference=None,
        low=None,
        high=None,
        n_treated=people[0],
        n_control=people[1],
        some_treated=met[0],
        some_control=met[1],
        expected=_decimal(shares.expected(sum(met), *people)),
        floor=shares.FLOOR,
        primary=primary,
    )
    if not shares.enough(sum(met), *people):
        return replace(found, counted=True)
    z = shares.ON_THE_END_DAY if stage.last else shares.BEFORE_THE_END
    compared = shares.compare(met[0], people[0], met[1], people[1], z)
    return replace(
        found,
        state=_state(stage, primary),
        difference=_decimal(compared.difference * 100),
        low=_decimal(max(compared.low, -1.0) * 100),
        high=_decimal(min(compared.high, 1.0) * 100),
        error=compared.error * 100,
        p=compared.p,
    )


def amount(name: Named, treated: Group, control: Group, stage: Stage, *, seed: int, primary: bool) -> Difference:
    """Return what may be said of an amount per person, in the unit of the amounts.

    Amounts are compared on the end day only: before it there are means, as there are of too few people.
    """
    movers, people = len(treated.values) + len(control.values), (treated.n, control.n)
    found = Difference(
        key=name.key,
        labels=name.labels,
        format=name.format,
        unit=name.unit,
        state="few",
        treated=_mean(float(treated.values.sum()), treated.n),
        control=_mean(float(control.values.sum()), control.n),
        difference=None,
        low=None,
        high=None,
        n_treated=treated.n,
        n_control=control.n,
        some_treated=len(treated.values),
        some_control=len(control.values),
        expected=_decimal(amounts.expected(movers, *people)),
        floor=amounts.FLOOR,
        primary=primary,
    )
    if not amounts.enough(movers, *people):
        return found
    if not stage.last:
        return replace(found, state="early")
    compared = amounts.compare(treated, control, seed)
    return replace(
        found,
        state=_state(stage, primary),
        treated=_decimal(compared.treated),
        control=_decimal(compared.control),
        difference=_decimal(compared.difference),
        low=_decimal(compared.low),
        high=_decimal(compared.high),
        error=compared.error,
        p=compared.p,
        capped=Capped(
            cap=_decimal(compared.cap),
            rank=compared.rank,
            lower=compared.lower,
            upper=compared.upper,
            seed=seed,
            raw=_decimal(treated.mean - control.mean),
            largest=_largest(treated, control),
        ),
    )


def balance(planned: float, assigned: tuple[int, int], lost: tuple[int, int], reached: tuple[int, int]) -> Balance:
    """Return whether groups of (treated, control) people are what was planned: `planned` is the control group's share."""
    left = assigned[0] - lost[0], assigned[1] - lost[1]
    return Balance(
        planned=planned,
        treated=assigned[0],
        control=assigned[1],
        lost_treated=lost[0],
        lost_control=lost[1],
        p_assigned=ratios.p_of_sizes(*assigned, planned),
        p_analysed=ratios.p_of_sizes(*left, planned),
        losses_differ=ratios.differ(lost[0], assigned[0], lost[1], assigned[1]),
        reached_treated=reached[0],
        reached_control=reached[1],
        reached_differ=ratios.differ(reached[0], assigned[0], reached[1], assigned[1]),
    )


def seed_of(campaign: uuid.UUID, measure: str) -> int:
    """Return where the draws of a campaign's measure begin: the same data give the same answer."""
    return int.from_bytes(hashlib.sha256(f"{campaign}:{measure}".encode()).digest()[:4])


def _state(stage: Stage, primary: bool) -> DifferenceState:
    if not stage.holds:
        return "halted"
    return "judged" if primary else "shown"


def _largest(treated: Group, control: Group) -> float:
    """The share of the five largest amounts in all amounts, whatever their sign."""
    sizes = np.sort(np.abs(np.concatenate([treated.values, control.values])))
    return float(sizes[-_LARGEST:].sum() / sizes.sum())


def _mean(total: float, n: int) -> Decimal | None:
    return _decimal(total / n) if n else None


def _decimal(value: float) -> Decimal:
    return Decimal(str(round(value, 4)))
