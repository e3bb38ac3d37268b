from __future__ import annotations

from zhike.kernel.errors import ZhikeError


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
    zh = "邮件服务器拒收：{answer}"
    en = "The mail server rejected the message: {answer}"


class NotUnknown(ZhikeError):
    """A resend of a message whose outcome is known."""

    code = "channel.not_unknown"
    status = 409
    zh = "只有结果未知的消息可以人工重发（当前：{state}）"
    en = "Only a message with an unknown outcome can be resent (this one is {state})"


class NoAddress(ZhikeError):
    """Nobody to send a test message to."""

    code = "channel.no_address"
    status = 422
    zh = "请填写接收测试邮件的地址"
    en = "Give the address that should receive the test message"
