from __future__ import annotations

from typing import ClassVar

from zhike.kernel.definition_parts import Labels
from zhike.platform.fields.logic.value_type import Settings
from zhike.platform.fields.logic.words import Words, WrittenLineSettings


class Text(Words):
    """One line of text."""

    key = "text"
    labels = Labels("文本", "Text")
    expected = Labels("文本", "text")
    settings_model: ClassVar[type[Settings]] = WrittenLineSettings
