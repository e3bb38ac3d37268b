from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from zhike.kernel.definition_parts import Labels
from zhike.platform.fields.logic.kinds.integer import Integer
from zhike.platform.fields.logic.value_type import Settings
from zhike.platform.fields.types import Format

Span = Literal["day", "hour", "minute", "second"]
_UNITS: dict[str, str] = {"day": "天", "hour": "小时", "minute": "分钟", "second": "秒"}


class DurationSettings(Settings):
    """What a field of a length of time may say."""

    span: Span = Field("day", description="what the whole number counts")
    default: int | None = Field(None, strict=True, description="what a new record has")


class Duration(Integer):
    """A length of time: a whole number of days, hours, minutes or seconds."""

    key = "duration"
    labels = Labels("时长", "Length of time")
    expected = Labels("整数", "a whole number")
    web = "duration"
    drawn: ClassVar[Format] = "duration"
    settings_model: ClassVar[type[Settings]] = DurationSettings
    settings: DurationSettings  # type: ignore[assignment]

    @property
    def unit(self) -> str:
        return _UNITS[self.settings.span]

    @property
    def number_format(self) -> str:
        return f'0" {self.unit}"'
