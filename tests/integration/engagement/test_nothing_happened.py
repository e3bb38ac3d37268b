"""Campaigns that bring nothing about, through the product's own groups and functions: how often they seem to.

People are divided by the campaign's own hash, in the database; what becomes of them has nothing to do with it. In CI a
few hundred campaigns are looked at and the bars are wider by what chance allows; under `make prove` 10,000.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from math import sqrt

import numpy as np
import pytest
from django.db import connection

from tests.depth import examples
from zhike.engagement.campaigns.logic import amounts, comparing, groups, shares
from zhike.engagement.campaigns.logic.amounts import Group
from zhike.engagement.campaigns.logic.comparing import Named, Stage
from zhike.engagement.campaigns.models import Campaign
from zhike.kernel.written import Written

pytestmark = pytest.mark.django_db
#: A few dozen in CI; enough for the bars themselves under `make prove`.
CAMPAIGNS = examples(250) if examples(1) > 1 else 60
LAST, BEFORE = Stage(last=True, holds=True), Stage(last=False, holds=True)
NAME = Named("conversion", {"zh": "转化率", "en": "Conversion"}, "percent", "%")
SIZES, RATES, CONTROLS = (200, 1_000, 5_000, 20_000), (0.005, 0.02, 0.05, 0.30), (10, 50)


@dataclass
class Seen:
    """How many campaigns were looked at, judged at all, and found to do good or harm."""

    runs: int = 0
    judged: int = 0
    up: int = 0
    down: int = 0

    def note(self, found) -> None:
        """Count what was said of one."""
        self.runs += 1
        self.judged += found.state == "judged"
        self.up += bool(found.significant and found.difference > 0)
        self.down += bool(found.significant and found.difference < 0)

    @property
    def wrong(self) -> float:
        """The share of campaigns with a verdict that is wrong."""
        return (self.up + self.down) / self.runs


def bar(share: float, runs: int) -> float:
    """Return what may be seen in so many runs: the bar itself of 10,000, of fewer what chance adds."""
    return share if runs >= 10_000 else share + 3.5 * sqrt(share * (1 - share) / runs)


def assigned(
    seed: int, people: int, controls: tuple[int, ...], campaigns: int = CAMPAIGNS
) -> Iterator[list[np.ndarray]]:
    """Yield for one campaign after the other, for each percentage, who of the people 1, 2, … is in the control group."""
    random = np.random.default_rng(seed)
    for _campaign in range(campaigns):
        uid = uuid.UUID(bytes=random.bytes(16))
        columns = ", ".join(
            f"string_agg(case when {groups.in_control(Campaign(uid=uid, control_percent=percent), Written('id'))}"
            " then '1' else '0' end, '')"
            for percent in controls
        )
        with connection.cursor() as cursor:
            cursor.execute(f"select {columns} from generate_series(1, %s) id", [people])
            row = cursor.fetchone()
        yield [np.frombuffer(text.encode(), np.uint8) == ord("1") for text in row]


@cache
def shares_of_nothing() -> dict[tuple[int, float, int], Seen]:
    """Look at every size, rate and control group on the end day of the same campaigns."""
    random = np.random.default_rng(20260317)
    found = {(n, rate, percent): Seen() for n in SIZES for rate in RATES for percent in CONTROLS}
    for drawn in assigned(1, max(SIZES), CONTROLS):
        for percent, control in zip(CONTROLS, drawn, strict=True):
            inside = np.concatenate([[0], np.cumsum(control)])
            for n in SIZES:
                for rate in RATES:
                    met = int(random.binomial(n, rate))  # those of 1 to n: the groups know nothing of it
                    held, of_control = int(inside[n]), int(inside[met])
                    one = comparing.share(NAME, (met - of_control, of_control), (n - held, held), LAST, primary=True)
                    found[n, rate, percent].note(one)
    return found


@pytest.mark.parametrize("percent", CONTROLS)
@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("n", SIZES)
def test_shares_of_campaigns_without_an_effect(n, rate, percent):
    seen = shares_of_nothing()[n, rate, percent]
    print(n, rate, percent, seen)
    assert seen.wrong <= bar(0.060, seen.runs), seen
    assert max(seen.up, seen.down) / seen.runs <= bar(0.034, seen.runs), seen
    if n * rate * min(percent, 100 - percent) / 100 < shares.FLOOR / 5:  # far below the floor
        assert (seen.judged, seen.up, seen.down) == (0, 0, 0)


def test_thirty_daily_looks_at_shares():
    random, seen, early = np.random.default_rng(30), Seen(), 0
    n, days = 5_000, 30
    for (control,) in assigned(2, n, (10,)):
        inside, held = np.concatenate([[0], np.cumsum(control)]), int(control.sum())
        so_far = np.cumsum(random.multinomial(int(random.binomial(n, 0.10)), [1 / days] * days))
        looks = [
            comparing.share(
                NAME,
                (int(met - inside[met]), int(inside[met])),
                (n - held, held),
                LAST if day == days else BEFORE,
                primary=True,
            )
            for day, met in enumerate(so_far, 1)
        ]
        early += any(look.significant for look in looks[:-1])
        seen.note(next((look for look in looks if look.significant), looks[-1]))
    print(seen, early)
    assert seen.wrong <= bar(0.056, seen.runs), seen
    assert early / seen.runs <= bar(0.02, seen.runs), "most of it is said on the end day"


@cache
def amounts_of_nothing() -> dict[tuple[str, bool], Seen]:
    """Look at amounts of one sign and of both, with and without one enormous amount, a quarter of the campaigns each."""
    random = np.random.default_rng(4)
    kinds = [(signs, enormous) for signs in ("one", "mixed") for enormous in (False, True)]
    found = {kind: Seen() for kind in kinds}
    # Of 200 movers just 20 are expected in a control group of 400: half of the campaigns are below the floor.
    for number, (control,) in enumerate(assigned(3, 4_000, (10,), 2 * CAMPAIGNS)):
        signs, enormous = kinds[number % len(kinds)]
        values = random.lognormal(9, 1.68 if number % 8 < 4 else 2.5, 200)
        if signs == "mixed":
            values *= random.choice((-1.0, 1.0), len(values), p=(0.4, 0.6))
        if enormous:
            values[0] = 1e9
        movers, held = control[: len(values)], int(control.sum())
        seed = comparing.seed_of(uuid.UUID(int=number), "net_inflow")
        treated, controls = Group(4_000 - held, values[~movers]), Group(held, values[movers])
        if not amounts.enough(200, treated.n, controls.n):
            continue
        one = comparing.amount(NAME, treated, controls, LAST, seed=seed, primary=True)
        found[signs, enormous].note(one)
    return found


def test_amounts_of_campaigns_without_an_effect():
    found = amounts_of_nothing()
    seen = Seen(*(sum(getattr(one, key) for one in found.values()) for key in ("runs", "judged", "up", "down")))
    print(found)
    chance = 0.0 if CAMPAIGNS >= 10_000 else 3.5 * sqrt(0.05 * 0.95 / seen.runs)
    assert seen.judged == seen.runs > CAMPAIGNS * 0.8
    assert 0.045 - chance <= seen.wrong <= 0.055 + chance, found
    for wrong in (seen.up, seen.down):
        assert 0.021 - chance <= wrong / seen.runs <= 0.029 + chance, found


def test_amounts_below_the_floor_have_no_verdict():
    random = np.random.default_rng(5)
    for (control,) in assigned(4, 1_000, (10,), 20):
        values, held = random.lognormal(9, 2, 50), int(control.sum())
        movers = control[:50]
        groups_of = Group(1_000 - held, values[~movers]), Group(held, values[movers])
        found = comparing.amount(NAME, *groups_of, LAST, seed=1, primary=True)
        assert (found.state, found.significant, found.low) == ("few", False, None)
