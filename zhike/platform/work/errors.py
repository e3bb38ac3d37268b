from __future__ import annotations

from zhike.kernel.errors import ZhikeError


class UnknownResult(ZhikeError):
    """A result code that this kind of work does not have."""

    code = "work.unknown_result"
    status = 422
    zh = "没有办理结果“{result}”。可选：{has}"
    en = "There is no result '{result}'. There are: {has}"


class AlreadyDone(ZhikeError):
    """Work that somebody has done or cancelled already."""

    code = "work.already_done"
    status = 409
    zh = "该待办已由 {by} 办结或已取消"
    en = "This work was already done or cancelled by {by}"
