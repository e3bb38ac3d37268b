from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import ClassVar

from zhike.expressions.types import Type
from zhike.kernel import folding
from zhike.kernel.definition_parts import Labels
from zhike.kernel.encryption import keyring
from zhike.platform.fields.errors import BadValue
from zhike.platform.fields.logic.value_type import Settings
from zhike.platform.fields.logic.words import Words, WordsSettings, WrittenSettings
from zhike.platform.fields.types import Asked, Companion

_TAIL = 4


class IdentityNumberSettings(WordsSettings, WrittenSettings):
    """What a field of certificates may say."""


class IdentityNumber(Words):
    """The number of a certificate: encrypted; equality and last digits are answered by keyed hashes."""

    key = "identity_number"
    labels = Labels("证件号码", "Identity number")
    expected = Labels("文本", "text")
    companions: ClassVar[tuple[Companion, ...]] = (
        Companion("_digest", "text", indexed=True),
        Companion("_tail", "text", indexed=True),
    )
    #: Encrypted, the same number is another text each time; its hash is what tells a change, and what stays and leaves.
    telling: ClassVar[tuple[str, ...]] = ("_digest",)
    leaving = "_digest"
    sortable = False
    given: ClassVar[Type | None] = None
    expression: ClassVar[Type | None] = None
    asked: ClassVar[Asked] = ""
    settings_model: ClassVar[type[Settings]] = IdentityNumberSettings

    def store(self, value: object) -> dict[str, object]:
        text = self._text(value)
        return {
            "": keyring().encrypt(text) if text else None,
            "_digest": keyring().digest(folding.certificate(text)) if text else None,
            **(self.ending(text) if text else {"_tail": None}),
        }

    def compared(self, value: object) -> dict[str, object]:
        text = self._text(value)
        return {"_digest": keyring().digest(folding.certificate(text)) if text else None}

    def ending(self, text: str) -> dict[str, object]:
        return {"_tail": keyring().digest(folding.text(text)[-_TAIL:], "tail")}

    def _text(self, value: object) -> str | None:
        """Encrypted, a number shows nothing of what is wrong with it; so it is looked at before. Raises BadValue."""
        return None if value is None else self.bounded(str(value))

    def misfits(self, stored: Mapping[str, str]) -> Iterator[tuple[BadValue, str]]:
        yield from ()

    def clear(self, stored: object) -> object:
        return keyring().decrypt(str(stored)) if stored else stored
