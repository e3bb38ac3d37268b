from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from zhike.kernel.definition_parts import Labels
from zhike.platform.fields.logic.numeric import DecimalSettings, Number
from zhike.platform.fields.logic.value_type import Settings
from zhike.platform.fields.types import Format


class PercentSettings(DecimalSettings):
    """What a field of a share may say."""

    digits: int = Field(18, ge=1, le=38, strict=True, description="how many digits it has in all")
    format: Literal["percent", "change"] = Field("percent", description="change: drawn with its sign and colour")


class Percent(Number):
    """A share of a hundred: 12.5 is 12.5 %."""

    key = "percent"
    labels = Labels("百分比", "Percentage")
    expected = Labels("数字", "a number")
    web = "percent"
    drawn: ClassVar[Format] = "percent"
    settings_model: ClassVar[type[Settings]] = PercentSettings

    @property
    def adds_up(self) -> bool:
        return False

    @property
    def number_format(self) -> str:
        return '0.00"%"'
