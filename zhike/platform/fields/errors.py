from __future__ import annotations

from zhike.kernel.definition_parts import Unfit
from zhike.kernel.errors import ZhikeError


class UnknownType(ZhikeError):
    """A field type that does not exist."""

    code = "field.unknown_type"
    status = 422
    zh = "没有字段类型“{type}”。已有：{has}"
    en = "There is no field type '{type}'. There are: {has}"


class BadValue(ValueError):
    """A value that does not fit its field: a stable code and what would fit, in Chinese and English."""

    def __init__(self, code: str, expected_zh: str, expected: str) -> None:
        super().__init__(expected)
        self.code = code
        self.expected_zh = expected_zh
        self.expected = expected


class BadGrammar(Unfit):
    """A grammar that cannot be read by: the sentence says what may stand there."""
