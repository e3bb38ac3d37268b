"""The step of the nightly stage that this room owns."""

from __future__ import annotations

from datetime import date

from zhike.insight.indicators import api
from zhike.insight.warehouse.types import StageStep
from zhike.kernel.jobs import RunHandle


def run(business_date: date, handle: RunHandle) -> None:
    """Compute the indicators of the day."""
    handle.say(f"indicators: {api.compute(business_date)} parties")


STEP = StageStep("indicators", 20, {"zh": "指标", "en": "Indicators"}, run)
