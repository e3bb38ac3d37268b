from __future__ import annotations

from zhike.kernel.errors import ZhikeError


class WrongState(ZhikeError):
    """An act that the campaign's state does not allow."""

    code = "campaign.wrong_state"
    status = 409
    zh = "活动当前为“{state}”，不能执行“{act}”。可执行：{has}"
    en = "The campaign is {state}; '{act}' is not possible. Possible: {has}"


class CampaignChanged(ZhikeError):
    """The audience is not what the person confirming saw."""

    code = "campaign.changed"
    status = 409
    zh = "客群已变化：您看到 {seen} 户（数据截至 {seen_date}），现为 {count} 户（{business_date}）。请核对后再确认"
    en = "The audience changed: you saw {seen} ({seen_date}), it is now {count} ({business_date}). Check and confirm again"


class EmptyAudience(ZhikeError):
    """A campaign nobody would take part in."""

    code = "campaign.empty"
    status = 422
    zh = "客群在 {business_date} 没有成员，无法确认"
    en = "The audience has no members on {business_date}; there is nothing to confirm"


class BadPlan(ZhikeError):
    """A plan with faults; every one is listed."""

    code = "campaign.invalid"
    status = 422
    zh = "活动设置有 {count} 处需要修改"
    en = "{count} settings of the campaign need a correction"
