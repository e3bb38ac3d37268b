"""The password rule beyond Django's validators, and passwords made for a trial."""

from __future__ import annotations

import re
import secrets

from django.core.exceptions import ValidationError

_CLASSES = (r"[a-z]", r"[A-Z]", r"[0-9]", r"[^A-Za-z0-9]")
_ALPHABETS = ("abcdefghjkmnpqrstuvwxyz", "ABCDEFGHJKMNPQRSTUVWXYZ", "23456789", "-+=!?")


class MixedCharactersValidator:
    """Asks for at least three of: small letters, capitals, digits, signs (等保三级 practice)."""

    def __init__(self, classes: int = 3) -> None:
        self._classes = classes

    def validate(self, password: str, user: object = None) -> None:
        """Raise ValidationError when `password` mixes too few kinds of characters."""
        if sum(bool(re.search(pattern, password)) for pattern in _CLASSES) < self._classes:
            raise ValidationError(self.get_help_text(), code="password_too_uniform")

    def get_help_text(self) -> str:
        """Return the rule as a sentence."""
        return f"密码需包含小写、大写字母、数字、符号中的至少 {self._classes} 类"


def random_password() -> str:
    """Return a random password of 14 characters that keeps the rule and is easy to read aloud."""
    chosen = [secrets.choice(alphabet) for alphabet in _ALPHABETS]
    chosen += [secrets.choice("".join(_ALPHABETS[:3])) for _ in range(10)]
    secrets.SystemRandom().shuffle(chosen)
    return "".join(chosen)
