"""The step of the nightly stage that this room owns."""

from __future__ import annotations

from datetime import date

from zhike.insight.indicators import api
from zhike.insight.warehouse.types import StageStep
from zhike.kernel.jobs import RunHandle


def run(business_date: date, handle: RunHandle) -> None:
    """Compute the indicators of the day."""
    stored, parties = api.compute(business_date)
    handle.say(stored)
    handle.say(f"indicators: {parties} parties")


STEP = StageStep("indicators", 20, {"zh": "指标", "en": "Indicators"}, run)
