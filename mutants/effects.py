"""Breaks of what is said of a campaign's effect."""

from __future__ import annotations

from mutants.types import Break

_LOGIC = "zhike/engagement/campaigns/logic"
_SHARES, _AMOUNTS, _RATIOS = f"{_LOGIC}/shares.py", f"{_LOGIC}/amounts.py", f"{_LOGIC}/ratios.py"
_COMPARING, _ASSIGNED, _CLOSING = f"{_LOGIC}/comparing.py", f"{_LOGIC}/assigned.py", f"{_LOGIC}/closing.py"

_OF_SHARES = ("tests/unit/engagement/test_shares.py",)
_OF_AMOUNTS = ("tests/unit/engagement/test_amounts.py",)
_OF_RATIOS = ("tests/unit/engagement/test_ratios.py",)
_OF_COMPARING = ("tests/unit/engagement/test_comparing.py",)
_OF_CLOSED = ("tests/integration/engagement/test_closed_verdict.py",)

BREAKS = (
    Break(
        "effect: floor of shares",
        "of too few conversions nothing is concluded",
        _SHARES,
        "expected(met, treated, control) >= FLOOR and",
        "expected(met, treated, control) >= 0 and",
        (*_OF_SHARES, *_OF_COMPARING),
    ),
    Break(
        "effect: least group",
        "no group of fewer than thirty is compared",
        _SHARES,
        "FLOOR and min(treated, control) >= LEAST_GROUP",
        "FLOOR and min(treated, control) > 0",
        _OF_SHARES,
    ),
    Break(
        "effect: floor of amounts",
        "of too few people with an amount nothing is concluded",
        _AMOUNTS,
        "expected(movers, treated, control) >= FLOOR and",
        "expected(movers, treated, control) >= 0 and",
        (*_OF_AMOUNTS, *_OF_COMPARING),
    ),
    Break(
        "effect: cap",
        "one enormous amount decides about no campaign",
        _AMOUNTS,
        "np.clip(one.values, -cap, cap)",
        "one.values",
        _OF_AMOUNTS,
    ),
    Break(
        "effect: limits drawn anew",
        "amounts are judged by limits drawn from the same amounts, not by a curve that they do not follow",
        _AMOUNTS,
        "lower, upper, p = float(drawn[_LOWER]), float(drawn[_UPPER]),",
        "lower, upper, p = -1.959964, 1.959964,",
        _OF_AMOUNTS,
    ),
    Break(
        "effect: limits mirrored",
        "the interval of amounts is as far to each side as the draws are",
        _AMOUNTS,
        "high=_end(difference, lower, error)",
        "high=_end(difference, -upper, error)",
        _OF_AMOUNTS,
    ),
    Break(
        "effect: two passes",
        "large amounts that differ little keep their spread",
        _AMOUNTS,
        "        spread = float(((self.values - mean) ** 2).sum()) + (self.n - len(self.values)) * mean**2\n",
        "        spread = float((self.values**2).sum()) - self.n * mean**2\n",
        _OF_AMOUNTS,
    ),
    Break(
        "effect: looks before the end",
        "an early conclusion takes stronger evidence",
        _COMPARING,
        "shares.ON_THE_END_DAY if stage.last else shares.BEFORE_THE_END",
        "shares.ON_THE_END_DAY",
        _OF_COMPARING,
    ),
    Break(
        "effect: amounts before the end",
        "amounts are compared on the end day only",
        _COMPARING,
        "    if not stage.last:\n",
        "    if stage.last is None:\n",
        _OF_COMPARING,
    ),
    Break(
        "effect: groups as planned",
        "groups that are not as planned give no verdict",
        _COMPARING,
        "    if not stage.holds:\n",
        "    if stage.holds is None:\n",
        _OF_COMPARING,
    ),
    Break(
        "effect: losses",
        "groups that lose people differently are told",
        _RATIOS,
        "return found.low > 0 or found.high < 0",
        "return found.low > found.high",
        (*_OF_RATIOS, *_OF_COMPARING),
    ),
    Break(
        "effect: only the primary measure",
        "no measure beside the primary one, and no unit, is ever judged",
        _COMPARING,
        'return "judged" if primary else "shown"',
        'return "judged"',
        _OF_COMPARING,
    ),
    Break(
        "effect: two who are one",
        "somebody who was in both groups is in neither",
        _ASSIGNED,
        "        counted[first] &= group == groups[at]\n",
        "        counted[first] &= bool(group)\n",
        _OF_CLOSED,
    ),
    Break(
        "effect: versions",
        "a recalculation keeps the verdict before it",
        _CLOSING,
        "        if rows.filter(run=run).exists():\n",
        "        if rows.exists():\n",
        _OF_CLOSED,
    ),
)
