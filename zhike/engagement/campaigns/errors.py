from __future__ import annotations

from collections.abc import Mapping

from zhike.kernel.errors import ZhikeError

#: What the states and acts of a campaign are called: Chinese, English.
STATES: Mapping[str, tuple[str, str]] = {
    "draft": ("草稿", "a draft"),
    "confirming": ("确认中", "being confirmed"),
    "confirmed": ("已确认", "confirmed"),
    "running": ("进行中", "running"),
    "paused": ("已暂停", "paused"),
    "stopped": ("已停止", "stopped"),
    "finished": ("已结束", "finished"),
}
ACTS: Mapping[str, tuple[str, str]] = {
    "edit": ("修改", "edit"),
    "delete": ("删除", "delete"),
    "confirm": ("确认人数", "confirm"),
    "launch": ("启动", "launch"),
    "pause": ("暂停", "pause"),
    "resume": ("继续", "resume"),
    "stop": ("停止", "stop"),
    "resend": ("重发消息", "resend a message of"),
}


class WrongState(ZhikeError):
    """An act that the campaign's state does not allow."""

    code = "campaign.wrong_state"
    status = 409
    zh = "活动处于“{state}”状态，不能{act}。现在可以：{has}"
    en = "The campaign is {state}; it is not possible to {act} it. Possible now: {has}"

    def message(self, lang: str = "zh") -> str:
        """Return the sentence in `lang`, with state and acts in its words."""
        at = 0 if lang == "zh" else 1

        def word(words: Mapping[str, tuple[str, str]], key: object) -> str:
            return words.get(str(key), (str(key),) * 2)[at]

        has = [word(ACTS, act) for act in self.facts.get("has") or ()]  # type: ignore[attr-defined]
        template = self.zh if at == 0 else self.en
        return template.format(
            state=word(STATES, self.facts.get("state")),
            act=word(ACTS, self.facts.get("act")),
            has=("、" if at == 0 else ", ").join(has) or ("无" if at == 0 else "nothing"),
        )


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


class NotNow(ZhikeError):
    """A contact in the quiet hours."""

    code = "campaign.not_now"
    status = 409
    zh = "现在是免打扰时段，{until} 后可以重发"
    en = "These are quiet hours; it can be resent from {until} on"


class NothingObserved(ZhikeError):
    """An effect before the first day after reach is published."""

    code = "campaign.nothing_observed"
    status = 409
    zh = "触达后的第一个交易日还没有日终数据，效果无从计算"
    en = "No trading day after reach is published yet; there is no effect to compute"


class BadPlan(ZhikeError):
    """A plan with faults; every one is listed."""

    code = "campaign.invalid"
    status = 422
    zh = "活动设置有 {count} 处需要修改"
    en = "{count} settings of the campaign need a correction"
