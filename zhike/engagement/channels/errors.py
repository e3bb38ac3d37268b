from __future__ import annotations

from zhike.kernel.definition_parts import Labels
from zhike.kernel.errors import ZhikeError

_STATES = {
    "waiting": ("待发送", "waiting"),
    "claimed": ("待发送", "waiting"),
    "sending": ("发送中", "being sent"),
    "sent": ("已发送", "sent"),
    "stopped": ("停止未发", "stopped"),
    "refused": ("合规拦截", "refused by compliance"),
}


class UnknownTemplate(ZhikeError):
    """A template that no pack defines."""

    code = "channel.unknown_template"
    status = 422
    zh = "没有模板“{template}”。已有：{has}"
    en = "There is no template '{template}'. There are: {has}"


class MailRejected(ZhikeError):
    """The mail server refused a message, for certain."""

    code = "channel.rejected"
    status = 502
    zh = "邮件未能发出：{said[zh]}"
    en = "The mail was not sent: {said[en]}"

    def __init__(self, said: Labels, kept: str) -> None:
        super().__init__(said=dict(said))
        #: What is written down of it: the server's status, without its text.
        self.kept = kept


class NotResendable(ZhikeError):
    """A resend of a message that was sent, or is on its way."""

    code = "channel.not_resendable"
    status = 409
    zh = "只有发送失败或结果未知的消息可以人工重发（当前：{state}）"
    en = "Only a message that failed or whose outcome is unknown can be resent (this one is {state})"

    def message(self, lang: str = "zh") -> str:
        """Return the sentence in `lang`, with the state in its words."""
        state = str(self.facts["state"])
        words = _STATES.get(state, (state, state))
        template = self.zh if lang == "zh" else self.en
        return template.format(state=words[0 if lang == "zh" else 1])


class NoAddress(ZhikeError):
    """Nobody to send a test message to."""

    code = "channel.no_address"
    status = 422
    zh = "请填写接收测试邮件的地址"
    en = "Give the address that should receive the test message"
