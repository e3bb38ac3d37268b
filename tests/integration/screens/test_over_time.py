"""A measure of a party is drawn day by day, as the page names it."""

from __future__ import annotations

from decimal import Decimal

from tests.factories.records import SYSTEM
from tests.integration.insight.conftest import golden_day, golden_files, installation
from zhike.platform.objects import api as objects
from zhike.platform.objects.types import RecordQuery
from zhike.server import pages

__all__ = ["golden_day", "golden_files", "installation"]


def test_the_last_day_of_the_line_is_the_figure_of_the_day(golden_day):
    query = RecordQuery("party", columns=("total_asset", "net_inflow_30d"), sort=(("total_asset", "desc"),), limit=12)
    rows = objects.page(query, principal=SYSTEM).rows
    drawn = {row.uid: _series(row.uid) for row in rows}
    shown = {row.uid: row.values["total_asset"] for row in rows if drawn[row.uid]["points"]}
    assert len(shown) >= 6
    assert {uid: drawn[uid]["points"][-1]["y"] for uid in shown} == shown
    assert {(data["unit"], data["format"]) for data in drawn.values()} == {("元", "money")}
    pinned = [pin["label"] for data in drawn.values() for pin in data["pins"]]
    assert pinned and all(label.startswith("净流入 ") for label in pinned)
    assert {label.split()[-1] for label in pinned} == {"万", "元"}, "small ones are in yuan"
    [most] = [row for row in rows if row.uid == max(shown, key=lambda uid: Decimal(str(shown[uid])))]
    assert [point["x"] for point in drawn[most.uid]["points"]] == sorted(
        point["x"] for point in drawn[most.uid]["points"]
    )


def _series(uid):
    block = pages.answer("customer", str(uid), SYSTEM, block="assets_over_time")["blocks"]["assets_over_time"]
    assert block["state"] in ("ok", "empty"), block
    return block["data"]
