from __future__ import annotations

from typing import ClassVar

from zhike.kernel.definition_parts import Labels
from zhike.platform.fields.logic.value_type import Settings
from zhike.platform.fields.logic.words import Words, WordsSettings


class LongText(Words):
    """Text of several lines."""

    key = "long_text"
    labels = Labels("长文本", "Long text")
    expected = Labels("文本", "text")
    web = "long_text"
    sortable = False
    longest = 20_000
    settings_model: ClassVar[type[Settings]] = WordsSettings
