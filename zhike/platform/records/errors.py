from __future__ import annotations

from zhike.kernel.errors import ZhikeError


class ReasonRequired(ZhikeError):
    """A sensitive act without a reason."""

    code = "record.reason_required"
    status = 422
    zh = "请填写原因（至少 {length} 个字）"
    en = "Give a reason of at least {length} characters"


class NobodyCorrects(ZhikeError):
    """A correction of an object for which no pack says who answers."""

    code = "record.nobody_corrects"
    status = 422
    zh = "“{object}”没有设置更正申请由谁处理"
    en = "No pack says who corrects '{object}'"


class NothingProposed(ZhikeError):
    """A correction without a value."""

    code = "record.nothing_proposed"
    status = 422
    zh = "请至少更正一项"
    en = "Correct one field at least"


class UnmaskSeries(ZhikeError):
    """Value after value in clear for one reason."""

    code = "record.unmask_series"
    status = 429
    zh = "一小时内已用同一理由查看 {times} 次，请逐一写明理由；本次未显示，已记录"
    en = "{times} values were shown within the hour for this reason. Give each its own; this one was not shown, and is on record"


class ShareDates(ZhikeError):
    """A share that ends in the past or too late."""

    code = "share.dates"
    status = 422
    zh = "共享期限应为今天起 {days} 天以内"
    en = "A share ends today or within {days} days"


class ShareWithOne(ZhikeError):
    """A share with nobody, or with a person and a unit at once."""

    code = "share.with_one"
    status = 422
    zh = "请选择一位同事或一个机构"
    en = "Choose one colleague or one unit"
