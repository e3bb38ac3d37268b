"""The step of the nightly stage that this room owns."""

from __future__ import annotations

from datetime import date

from zhike.insight.identity import api
from zhike.insight.warehouse.types import StageStep
from zhike.kernel.jobs import RunHandle


def run(business_date: date, handle: RunHandle) -> None:
    """Match and feed the newest master records."""
    result = api.run(business_date=business_date, handle=handle)
    handle.say(
        f"身份识别：{result.records:,} 条记录，{result.parties:,} 个主体，新增 {result.created:,}，合并 {result.merged:,}"
    )


STEP = StageStep("identity", 10, {"zh": "身份识别", "en": "Identity"}, run)
