from __future__ import annotations

from typing import ClassVar

from zhike.kernel.definition_parts import Labels
from zhike.platform.fields.logic.value_type import Settings
from zhike.platform.fields.logic.words import LineSettings, Patterned


class Url(Patterned):
    """The address of a web page; nothing but http and https, so that a click runs no script."""

    key = "url"
    labels = Labels("网址", "Web address")
    expected = Labels("网址，例如 https://example.com", "a web address such as https://example.com")
    web = "url"
    longest = 2_000
    pattern = r"https?://[A-Za-z0-9.-]+(?::[0-9]{1,5})?(?:[/?#][!-~]*)?"
    settings_model: ClassVar[type[Settings]] = LineSettings
