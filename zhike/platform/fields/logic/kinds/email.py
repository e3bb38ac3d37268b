from __future__ import annotations

from typing import ClassVar

from zhike.kernel.definition_parts import Labels
from zhike.platform.fields.logic.value_type import Settings
from zhike.platform.fields.logic.words import LineSettings, Patterned

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"


class Email(Patterned):
    """An e-mail address that a mail server takes: a name of plain signs at a domain with a dot in it."""

    key = "email"
    labels = Labels("邮箱", "E-mail")
    expected = Labels("邮箱地址，例如 name@example.com", "an address such as name@example.com")
    pattern = rf"{_ATOM}(?:[.]{_ATOM})*@(?:{_LABEL}[.])+[A-Za-z][A-Za-z0-9-]*[A-Za-z0-9]"
    settings_model: ClassVar[type[Settings]] = LineSettings
