from __future__ import annotations

from typing import ClassVar

from zhike.kernel import folding
from zhike.kernel.definition_parts import Labels
from zhike.platform.fields.logic.value_type import DESK, Settings
from zhike.platform.fields.logic.words import Patterned, WrittenLineSettings


class Phone(Patterned):
    """A telephone number; blanks in it only group digits."""

    key = "phone"
    labels = Labels("电话", "Phone")
    expected = Labels("5 至 20 位数字", "5 to 20 digits")
    web = "phone"
    pattern = r"\+?[0-9-]{5,20}"
    ignored = " "
    of_digits: ClassVar[bool] = True
    settings_model: ClassVar[type[Settings]] = WrittenLineSettings

    def typed(self, text: str) -> object:
        return self.read(folding.text(text), DESK)
