"""The step of the nightly stage that this room owns."""

from __future__ import annotations

from datetime import date

from zhike.insight.tags import api
from zhike.insight.warehouse.types import StageStep
from zhike.kernel.jobs import RunHandle


def run(business_date: date, handle: RunHandle) -> None:
    """Compute the tags of the day."""
    handle.say(f"tags: {api.compute(business_date)} parties")


STEP = StageStep("tags", 30, {"zh": "标签", "en": "Tags"}, run)
