"""The real bank of the Berka data set, where its files are."""

from __future__ import annotations

import pytest

from tests.factories import berka
from tests.integration.insight.test_berka import DEFINITIONS, check
from zhike.insight.identity import api as identity


@pytest.mark.skipif(not berka.REAL.exists(), reason="the real Berka files are not here")
def test_the_real_bank(installation):
    results, _found = identity.load_definitions(DEFINITIONS, berka.REAL)

    assert sum(result.rows_rejected for result in results) == 0
    check(
        berka.BankCounts(
            persons=5369,
            women=2645,
            men=2724,
            accounts=4500,
            owners=4500,
            agents=869,
            loans=682,
            cards=892,
            orders=6471,
        )
    )
