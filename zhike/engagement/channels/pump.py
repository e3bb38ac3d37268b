"""The pump that sends what is due."""

from __future__ import annotations

from django.conf import settings

from zhike.engagement.channels import api
from zhike.engagement.channels.logic import standing
from zhike.kernel.definition_parts import Labels
from zhike.kernel.pumps import Pump, Stopping


def _turn(stopping: Stopping) -> int:
    done = api.dispatch(settings.SMTP, stopping=stopping)
    return done.sent + done.failed + done.unknown + done.refused


PUMP = Pump("dispatch", Labels("消息发送", "Sending messages"), _turn, queue="send", backlog=standing.backlog)
