from __future__ import annotations

import pytest

from tests.factories.records import Firm, build_firm
from tests.integration.audiences import day
from zhike.platform.objects.types import Record


@pytest.fixture
def firm(db) -> Firm:  # type: ignore[no-untyped-def]
    """The firm, whose managers and heads may use audiences too."""
    return day.with_audiences(build_firm())


@pytest.fixture
def parties(firm: Firm) -> dict[str, Record]:
    """The dozen parties by key, published."""
    return day.build()
