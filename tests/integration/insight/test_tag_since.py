"""A tag's value says since which day it holds, as far as that was ever seen."""

from __future__ import annotations

from datetime import date

import pytest

from tests.factories.lake import records
from tests.integration.insight.conftest import run_stage
from zhike.insight.tags import api as tags
from zhike.platform.objects import api as objects
from zhike.platform.objects.types import RecordQuery
from zhike.platform.permissions import api as permissions

SYSTEM = permissions.system_principal("test")
FIRST, LAST = date(2026, 3, 16), date(2026, 3, 17)


@pytest.fixture(scope="module")
def two_days(golden_day):
    """The two days before the morning, computed in order."""
    for day in (FIRST, LAST):
        run_stage(day)


def values(day):
    return {row["party_id"]: row for row in records(tags.TAG, day)}


def test_since_is_the_day_on_which_the_value_came(two_days):
    before, after = values(FIRST), values(LAST)

    came: dict[date | None, set[str]] = {None: set(), LAST: set()}
    for party, row in after.items():
        assert {before[party][f"{tag.key}_since"] for tag in tags.tags()} == {None}
        for tag in tags.tags():
            since = row[f"{tag.key}_since"]
            assert since == (None if row[tag.key] == before[party][tag.key] else LAST), (party, tag.key)
            came[since].add(tag.key)
    assert "activity" in came[None] & came[LAST]
    assert "value_tier" not in came[LAST]  # its average of 20 days moved nobody across a bound


def test_the_page_of_a_party_shows_it(two_days):
    party = objects.page(RecordQuery("party", text="000000007"), principal=SYSTEM).rows[0]

    day, found = tags.of_party(party.uid, principal=SYSTEM)

    assert day == LAST
    shown = {entry.tag.key: (entry.level.key, entry.since) for entry in found}
    assert (shown["trading_frequency"], shown["value_tier"]) == (("low", LAST), ("gold", None))


def test_a_day_computed_again_says_the_same(two_days):
    before = values(LAST)

    run_stage(LAST)

    assert values(LAST) == before
