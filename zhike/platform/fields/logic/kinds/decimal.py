from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from zhike.kernel.definition_parts import Labels
from zhike.platform.fields.logic.numeric import DecimalSettings, Number
from zhike.platform.fields.logic.value_type import Settings
from zhike.platform.fields.types import Format


class PlainDecimalSettings(DecimalSettings):
    """What a field of a number with decimals may say."""

    format: Literal["number", "money", "change", "percent"] = Field(
        "number", description="change: drawn with its sign and colour; percent: a share of a hundred"
    )


class DecimalNumber(Number):
    """A number with decimals."""

    key = "decimal"
    labels = Labels("小数", "Decimal number")
    expected = Labels("数字", "a number")
    web = "decimal"
    drawn: ClassVar[Format] = "number"
    settings_model: ClassVar[type[Settings]] = PlainDecimalSettings
