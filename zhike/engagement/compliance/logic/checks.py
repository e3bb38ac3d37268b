"""The checks of the send gate: small, pure, each knows one rule. Their order and numbers are pack configuration.

A check sees one party's facts and returns the reasons to refuse it, or the instant at which to ask again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from zhike.engagement.compliance.logic import suitability
from zhike.engagement.compliance.types import Channel, Reason, Suitability, Touch
from zhike.kernel import clock
from zhike.kernel.definition_parts import ClockTime, Code, Count, Days, Key, Labels, Part, Sourced


@dataclass(frozen=True, slots=True)
class Situation:
    """All a check may look at: the touch, the moment, the party's facts, its reserved contacts."""

    touch: Touch
    now: datetime
    today: date
    facts: Mapping[str, Any]
    reserved: Sequence[datetime]
    table: Suitability
    missing: Sequence[Labels] = ()


Answer = list[Reason] | datetime


class Check(Part):
    """One rule of the gate with its numbers; it holds for the listed channels, or for all."""

    check: str
    channels: tuple[Channel, ...] = Field((), description="the channels the check is for; all, when absent")

    def fields_read(self) -> tuple[str, ...]:
        """Return the party's fields that the check looks at."""
        return ()

    def days_counted(self) -> tuple[int, ...]:
        """Return in how many days back from now the check counts reserved contacts, where it does."""
        return ()

    def judge(self, situation: Situation) -> Answer:
        """Return why a party is refused (nothing: it is not), or the instant at which to ask again."""
        raise NotImplementedError


class OfField(Check):
    """A check that reads one field of the party."""

    #: The setting that lists options of the field; empty: the field is a boolean.
    options_in: ClassVar[str] = ""

    field: Key = Field(description="the field of the party that the check reads")

    def fields_read(self) -> tuple[str, ...]:
        """Return the one field."""
        return (self.field,)


class PartyStatus(OfField):
    """Only parties in an allowed state."""

    options_in: ClassVar[str] = "allowed"

    check: Literal["party_status"]
    allowed: tuple[Code, ...] = Field(min_length=1, description="the values of the field that allow a contact")

    def judge(self, situation: Situation) -> Answer:
        """Refuse every other state, the unknown one included."""
        if situation.facts.get(self.field) in self.allowed:
            return []
        return [_reason("party_status", "状态不允许营销", "the party's status allows no marketing")]


class Consent(OfField):
    """Consent for this purpose and channel, as `labels` name it (PIPL 13–15, Advertising Law 43)."""

    options_in: ClassVar[str] = "granted"

    check: Literal["consent"]
    granted: tuple[Code, ...] = Field(min_length=1, description="the values of the field that are consent")
    labels: Labels = Field(description="what is consented to")

    def judge(self, situation: Situation) -> Answer:
        """Refuse without consent, and say when it was withdrawn."""
        state = situation.facts.get(self.field)
        if state in self.granted:
            return []
        if state == "withdrawn":
            zh, en = f"已撤回{self.labels['zh']}授权", f"consent to {self.labels['en']} was withdrawn"
            return [_reason("consent_withdrawn", zh, en)]
        return [_reason("no_consent", f"未授权{self.labels['zh']}", f"no consent to {self.labels['en']}")]


class Barred(OfField):
    """No contact while the field says so, for the reason that `labels` tell."""

    check: Literal["barred"]
    code: Key = Field(description="the code under which the refusal is kept")
    labels: Labels = Field(description="why there is no contact")

    def judge(self, situation: Situation) -> Answer:
        """Refuse where the field says so."""
        if situation.facts.get(self.field):
            return [_reason(self.code, self.labels["zh"], self.labels["en"])]
        return []


class QuietHours(Check):
    """Outside the allowed hours the contact waits; it is not refused."""

    check: Literal["quiet_hours"]
    from_: ClockTime = Field(alias="from", description="the first minute in which contacts go out")
    to: ClockTime = Field(description="the first minute in which they do not any more")

    def judge(self, situation: Situation) -> Answer:
        """Ask again when the hours begin."""
        local = clock.local(situation.now)
        start, end = _minutes(self.from_), _minutes(self.to)
        minute = local.hour * 60 + local.minute
        if start <= minute < end:
            return []
        day = local.date() if minute < start else local.date() + timedelta(days=1)
        return clock.at(day, start // 60, start % 60)


class FrequencyCap(Check):
    """At most `count` contacts by this channel in `days` days, this one included."""

    check: Literal["frequency_cap"]
    count: Count = Field(description="how many contacts a party gets at most")
    days: Days = Field(description="in how many days, today included")

    def days_counted(self) -> tuple[int, ...]:
        """Return the one window."""
        return (self.days,)

    def judge(self, situation: Situation) -> Answer:
        """Refuse where all places are taken."""
        since = situation.now - timedelta(days=self.days)
        used = sum(moment > since for moment in situation.reserved)
        if used < self.count:
            return []
        zh = f"{self.days} 天内该渠道触达已达 {self.count} 次"
        return [_reason("frequency_cap", zh, f"already contacted {used} times in {self.days} days")]


class SuitabilityCheck(Check):
    """A product above the party's level is never recommended by the firm (办法 art. 22)."""

    check: Literal["suitability"]

    def judge(self, situation: Situation) -> Answer:
        """Ask the suitability table."""
        return suitability.reasons(situation.table, situation.facts, situation.touch, situation.today)


class ContentUnchanged(Check):
    """What goes out is what was approved."""

    check: Literal["content_unchanged"]

    def judge(self, situation: Situation) -> Answer:
        """Refuse other content than the confirmed one."""
        if situation.touch.content_digest == situation.touch.current_digest:
            return []
        return [_reason("content_changed", "内容与确认时不一致", "the content differs from what was confirmed")]


class VariablesPresent(Check):
    """Every variable of the content has a value for this party, its address included."""

    check: Literal["variables_present"]

    def judge(self, situation: Situation) -> Answer:
        """Name each variable that has none."""
        return [_reason("missing_variable", f"缺少资料：{one.zh}", f"missing: {one.en}") for one in situation.missing]


AnyCheck = Annotated[
    PartyStatus | Consent | Barred | VariablesPresent | SuitabilityCheck | ContentUnchanged | FrequencyCap | QuietHours,
    Field(discriminator="check"),
]


class Gate(Sourced):
    """The send gate: the checks that every contact passes, in order. Each refusal is kept with all its reasons."""

    kind: Literal["gate"]
    checks: tuple[AnyCheck, ...] = Field(min_length=1)


#: The words over many parties, where those of one hold that party's own facts.
_TOTALS: Mapping[str, Mapping[str, str]] = {
    "assessment_expired": {"zh": "风险测评已过期", "en": "risk test expired"},
    "above_level": {"zh": "产品风险高于可推荐等级", "en": "product above the level that may be recommended"},
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
