"""The checks of the send gate: small, pure, each knows one rule. Their order and numbers are pack configuration.

A check sees one party's facts and returns the reasons to refuse it, or the instant at which to ask again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from zhike.engagement.compliance.logic.suitability import SuitabilityTable
from zhike.engagement.compliance.types import Reason, Touch
from zhike.kernel import clock


@dataclass(frozen=True, slots=True)
class Situation:
    """All a check may look at: the touch, the moment, the party's facts, its reserved contacts."""

    touch: Touch
    now: datetime
    today: date
    facts: Mapping[str, Any]
    reserved: Sequence[datetime]
    table: SuitabilityTable
    missing: Sequence[str] = ()


Answer = list[Reason] | datetime
Check = Callable[[Situation, Mapping[str, Any]], Answer]


def party_status(situation: Situation, settings: Mapping[str, Any]) -> Answer:
    """Only parties in an allowed state."""
    state = situation.facts.get(settings["field"])
    if state in settings["allowed"]:
        return []
    return [_reason("party_status", "客户状态不允许营销", "the party's status allows no marketing")]


def consent(situation: Situation, settings: Mapping[str, Any]) -> Answer:
    """Consent for this purpose and channel, as `labels` name it (PIPL 13–15, Advertising Law 43)."""
    state = situation.facts.get(settings["field"])
    if state in settings["granted"]:
        return []
    zh, en = settings["labels"]["zh"], settings["labels"]["en"]
    if state == "withdrawn":
        return [_reason("consent_withdrawn", f"客户已撤回{zh}授权", f"consent to {en} was withdrawn")]
    return [_reason("no_consent", f"客户未授权{zh}", f"no consent to {en}")]


def suppression(situation: Situation, settings: Mapping[str, Any]) -> Answer:
    """Parties that asked not to be marketed to."""
    if situation.facts.get(settings["field"]):
        return [_reason("suppressed", "客户要求免打扰", "the party asked for no marketing")]
    return []


def complaint_freeze(situation: Situation, settings: Mapping[str, Any]) -> Answer:
    """No marketing while a complaint is open."""
    if situation.facts.get(settings["field"]):
        return [_reason("complaint_freeze", "投诉处理中，营销冻结", "a complaint is open")]
    return []


def quiet_hours(situation: Situation, settings: Mapping[str, Any]) -> Answer:
    """Outside the allowed hours the contact waits; it is not refused."""
    local = clock.local(situation.now)
    start, end = _minutes(settings["from"]), _minutes(settings["to"])
    minute = local.hour * 60 + local.minute
    if start <= minute < end:
        return []
    day = local.date() if minute < start else local.date() + timedelta(days=1)
    return clock.at(day, start // 60, start % 60)


def frequency_cap(situation: Situation, settings: Mapping[str, Any]) -> Answer:
    """At most `count` contacts by this channel in `days` days, this one included."""
    since = situation.now - timedelta(days=settings["days"])
    used = sum(moment > since for moment in situation.reserved)
    if used < settings["count"]:
        return []
    zh = f"{settings['days']} 天内该渠道触达已达 {settings['count']} 次"
    return [_reason("frequency_cap", zh, f"already contacted {used} times in {settings['days']} days")]


def suitability(situation: Situation, settings: Mapping[str, Any]) -> Answer:
    """A product above the party's level is never recommended by the firm (办法 art. 22)."""
    return situation.table.reasons(situation.facts, situation.touch, situation.today, settings)


def content_unchanged(situation: Situation, _settings: Mapping[str, Any]) -> Answer:
    """What goes out is what was approved."""
    if situation.touch.content_digest == situation.touch.current_digest:
        return []
    return [_reason("content_changed", "内容与确认时不一致", "the content differs from what was confirmed")]


def variables_present(situation: Situation, _settings: Mapping[str, Any]) -> Answer:
    """Every variable of the content has a value for this party, its address included."""
    return [_reason("missing_variable", f"缺少资料：{name}", f"missing: {name}") for name in situation.missing]


CHECKS: dict[str, Check] = {
    "party_status": party_status,
    "consent": consent,
    "suppression": suppression,
    "complaint_freeze": complaint_freeze,
    "variables_present": variables_present,
    "suitability": suitability,
    "content_unchanged": content_unchanged,
    "frequency_cap": frequency_cap,
    "quiet_hours": quiet_hours,
}

#: What a gate must say about a check.
SETTINGS: Mapping[str, tuple[str, ...]] = {
    "party_status": ("field", "allowed"),
    "consent": ("field", "granted", "labels"),
    "suppression": ("field",),
    "complaint_freeze": ("field",),
    "frequency_cap": ("count", "days"),
    "quiet_hours": ("from", "to"),
}

#: The words over many parties, where those of one hold that party's own facts.
_TOTALS: Mapping[str, Mapping[str, str]] = {
    "assessment_expired": {"zh": "风险测评已过期", "en": "risk test expired"},
    "above_level": {"zh": "产品风险高于客户可推荐等级", "en": "product above the customer's level"},
    "missing_variable": {"zh": "缺少资料", "en": "values missing"},
    "frequency_cap": {"zh": "触达次数已达上限", "en": "contacted often enough"},
}


def total_labels(code: str, labels: Mapping[str, str]) -> Mapping[str, str]:
    """Return the words for a total of refusals by code; `labels` are those of one of them."""
    return _TOTALS.get(code, labels)


def _reason(code: str, zh: str, en: str) -> Reason:
    return Reason(code, {"zh": zh, "en": en})


def _minutes(text: str) -> int:
    hours, _, minutes = str(text).partition(":")
    return int(hours) * 60 + int(minutes)
