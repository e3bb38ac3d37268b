"""The password rule beyond Django's validators: mixed characters, a history, an age; and passwords made at random."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.hashers import PBKDF2PasswordHasher, check_password, make_password
from django.contrib.auth.password_validation import UserAttributeSimilarityValidator, validate_password
from django.core.exceptions import ValidationError
from django.db.models import Q

from zhike.kernel import clock
from zhike.kernel.definition_parts import Labels
from zhike.platform.organization.errors import WeakPassword
from zhike.platform.organization.models import UsedPassword, User
from zhike.platform.organization.types import PasswordDue

_CLASSES = (r"[a-z]", r"[A-Z]", r"[0-9]", r"[^A-Za-z0-9]")
_ALPHABETS = ("abcdefghjkmnpqrstuvwxyz", "ABCDEFGHJKMNPQRSTUVWXYZ", "23456789", "-+=!?")


_CLASSES_WANTED = 3
#: A number of one or two digits stands in any password by chance.
_SHORTEST_OWN = 3


class MixedCharactersValidator:
    """Asks for at least three of: small letters, capitals, digits, signs (等保三级 practice)."""

    def validate(self, password: str, user: object = None) -> None:
        """Raise ValidationError when `password` mixes too few kinds of characters."""
        if sum(bool(re.search(pattern, password)) for pattern in _CLASSES) < _CLASSES_WANTED:
            raise ValidationError("too few kinds of characters", code="password_too_uniform")


class OwnWordsValidator(UserAttributeSimilarityValidator):
    """Asks for a password that neither is close to the employee number or the name nor holds one, in any letter case.

    Closeness alone is a ratio of lengths: the number written twice is far enough from it.
    """

    def validate(self, password: str, user: User | None = None) -> None:
        """Raise ValidationError when `password` is close to one of them, or holds it whatever is around it."""
        super().validate(password, user)
        own = [_letters(str(getattr(user, name, ""))) for name in self.user_attributes]
        if any(
            word in _letters(password) for word in own if len(word) >= _SHORTEST_OWN or (word and not word.isascii())
        ):
            raise ValidationError("holds the employee number or the name", code="password_too_similar")


def _letters(text: str) -> str:
    return "".join(text.split()).casefold()


def rules() -> Mapping[str, Labels]:
    """Return what a password keeps, by the code of the fault that it is not to."""
    length, last = settings.PASSWORD_LENGTH, settings.PASSWORD_HISTORY
    said = {
        "password_too_short": Labels(f"至少 {length} 位", f"at least {length} characters"),
        "password_too_uniform": Labels(
            f"小写字母、大写字母、数字、符号中至少 {_CLASSES_WANTED} 类",
            f"at least {_CLASSES_WANTED} of: small letters, capitals, digits, signs",
        ),
        "password_too_common": Labels("不是常见密码", "no common password"),
        "password_too_similar": Labels(
            "不含工号、姓名，也不与之相近", "without the employee number or the name, and not close to them"
        ),
    }
    used = {"password_used": Labels(f"不与最近 {last} 次用过的相同", f"none of the last {last} ones")}
    return said | used if last else said


def random_password() -> str:
    """Return a random password of 14 characters that keeps the rule and is easy to read aloud.

    It begins with a letter: a spreadsheet takes what begins with a sign for a formula.
    """
    first = secrets.choice("".join(_ALPHABETS[:2]))
    chosen = [secrets.choice(alphabet) for alphabet in _ALPHABETS]
    chosen += [secrets.choice("".join(_ALPHABETS[:3])) for _ in range(9)]
    secrets.SystemRandom().shuffle(chosen)
    return first + "".join(chosen)


class _OfRandom(PBKDF2PasswordHasher):
    """For what nobody chose: there is no list to guess 70 random bits from, so that slowness protects nothing.

    A file of 5,000 users would take an hour otherwise. What is chosen in its place is hashed slowly.
    """

    iterations = 1_000


def give_random(user: User, *, must_change: bool) -> str:
    """Set a random password, on a user that may be new, and return it."""
    password = random_password()
    _set(user, make_password(password, hasher=_OfRandom()), must_change=must_change)
    return password


def give(user: User, password: str, *, must_change: bool) -> None:
    """Set a password that keeps every rule, on a user that may be new. Raises WeakPassword with all reasons."""
    broken: set[str] = set()
    try:
        validate_password(password, user)
    except ValidationError as error:
        broken |= {str(one.code) for one in error.error_list}
    if any(check_password(password, one) for one in _used(user)):
        broken.add("password_used")
    if broken:
        raise WeakPassword({code: said for code, said in rules().items() if code in broken})
    _set(user, make_password(password), must_change=must_change)


def due(user: User) -> PasswordDue:
    """Return why the user has to change the password now."""
    if user.must_change:
        return "given"
    age = settings.PASSWORD_DAYS
    old = age and user.password_set_at and user.password_set_at + timedelta(days=age) <= clock.now()
    return "age" if old else ""


def due_now() -> Q:
    """Return which users `due` tells a reason of."""
    age = settings.PASSWORD_DAYS
    old = Q(password_set_at__lte=clock.now() - timedelta(days=age)) if age else Q(pk__in=[])
    return Q(must_change=True) | old


def _set(user: User, encoded: str, *, must_change: bool) -> None:
    user.password, user.must_change, user.password_set_at = encoded, must_change, clock.now()
    user.save()
    UsedPassword.objects.create(user=user, hash=encoded, at=user.password_set_at)


def _used(user: User) -> list[str]:
    if user.pk is None:
        return []
    kept = UsedPassword.objects.filter(user=user).order_by("-pk")[: settings.PASSWORD_HISTORY]
    return [row.hash for row in kept]
