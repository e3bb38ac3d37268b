from __future__ import annotations

from typing import ClassVar

from zhike.expressions.types import Type
from zhike.kernel.definition_parts import Labels
from zhike.kernel.encryption import keyring
from zhike.platform.fields.logic.search_tokens import normalize
from zhike.platform.fields.logic.value_type import Settings
from zhike.platform.fields.logic.words import Words, WordsSettings
from zhike.platform.fields.types import Asked, Companion

_TAIL = 4


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
    expression: ClassVar[Type | None] = None
    asked: ClassVar[Asked] = ""
    settings_model: ClassVar[type[Settings]] = WordsSettings

    def store(self, value: object) -> dict[str, object]:
        text = str(value) if value is not None else None
        return {
            "": keyring().encrypt(text) if text else None,
            "_digest": keyring().digest(normalize(text)) if text else None,
            "_tail": keyring().digest(normalize(text)[-_TAIL:], "tail") if text else None,
        }

    def compared(self, value: object) -> dict[str, object]:
        text = str(value) if value is not None else None
        return {"_digest": keyring().digest(normalize(text)) if text else None}

    def clear(self, stored: object) -> object:
        return keyring().decrypt(str(stored)) if stored else stored
