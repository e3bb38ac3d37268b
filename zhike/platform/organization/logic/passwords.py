"""The password rule beyond Django's validators: mixed characters, a history, an age; and passwords made at random."""

from __future__ import annotations

import re
import secrets
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from zhike.kernel import clock
from zhike.platform.organization.errors import WeakPassword
from zhike.platform.organization.models import UsedPassword, User
from zhike.platform.organization.types import PasswordDue

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


def give(user: User, password: str, *, must_change: bool) -> None:
    """Set a password that keeps every rule, on a user that may be new. Raises WeakPassword with all reasons."""
    reasons: list[str] = []
    try:
        validate_password(password, user)
    except ValidationError as error:
        reasons += error.messages
    used = _used(user)
    if any(check_password(password, one) for one in used):
        reasons.append(f"不得与最近 {settings.PASSWORD_HISTORY} 次用过的密码相同")
    if reasons:
        raise WeakPassword(reasons=reasons)
    user.set_password(password)
    user.must_change, user.password_set_at = must_change, clock.now()
    user.save()
    UsedPassword.objects.create(user=user, hash=user.password, at=user.password_set_at)


def due(user: User) -> PasswordDue:
    """Return why the user has to change the password now."""
    if user.must_change:
        return "given"
    age = settings.PASSWORD_DAYS
    old = age and user.password_set_at and user.password_set_at + timedelta(days=age) <= clock.now()
    return "age" if old else ""


def _used(user: User) -> list[str]:
    if user.pk is None:
        return []
    kept = UsedPassword.objects.filter(user=user).order_by("-pk")[: settings.PASSWORD_HISTORY]
    return [row.hash for row in kept]
