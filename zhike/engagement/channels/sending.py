"""The action `channel.send`: messages that the gate has allowed, put on their way."""

from __future__ import annotations

from collections.abc import Mapping

from zhike.engagement.channels import api
from zhike.engagement.channels.types import SendMessages
from zhike.kernel.actions import Action
from zhike.kernel.definition_parts import Labels


def _send(messages: SendMessages, _asker: object) -> Mapping[str, object]:
    api.enqueue(
        messages.decisions,
        origin_kind=messages.origin_kind,
        origin_uid=messages.origin_uid,
        channel=messages.channel,
        template=messages.template,
    )
    return {"messages": len(messages.decisions)}


SEND = Action(
    "channel.send", Labels("发送消息", "Send messages"), SendMessages, lambda _messages: "message.send", _send
)
