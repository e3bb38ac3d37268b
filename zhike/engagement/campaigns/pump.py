"""The pump that takes people of running campaigns through the gate."""

from __future__ import annotations

from zhike.engagement.campaigns import api
from zhike.engagement.campaigns.logic import running
from zhike.kernel.definition_parts import Labels
from zhike.kernel.pumps import Pump

PUMP = Pump(
    "campaigns",
    Labels("活动执行", "Running campaigns"),
    lambda _stopping: api.settle() + api.advance(),
    queue="send",
    backlog=running.backlog,
)
