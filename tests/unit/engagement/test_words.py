"""The words of what compliance stops."""

from __future__ import annotations

from pathlib import Path

import zhike


def test_users_read_what_compliance_stops_not_of_the_gate_that_does_it():
    house = Path(zhike.__file__).parent
    places = [*house.rglob("*.py"), *(house.parent / "packs").rglob("*.yaml")]
    assert len(places) > 500
    assert [str(place) for place in places if "闸门" in place.read_text(encoding="utf-8")] == []
