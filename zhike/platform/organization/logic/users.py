"""Users and their posts."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Sequence
from datetime import date

from django.conf import settings
from django.db import connection
from django.db.models import F, Q

from zhike.kernel import clock, events
from zhike.kernel.errors import NotFound
from zhike.kernel.ids import uuid7
from zhike.platform.audit import api as audit
from zhike.platform.organization.errors import PostEnded, PostTwice, UnlikelyDay, UserEnded, WrongDates, ZerosDiffer
from zhike.platform.organization.logic import passwords, units
from zhike.platform.organization.models import Post, Unit, User
from zhike.platform.organization.types import HeldPost, Staff

#: The lock of whoever adds an employee number; any number that nothing else in this database uses.
_ADDING = 7_302
_LONGEST_NUMBER = 32


def as_staff(user: User) -> Staff:
    """Return the row, with its posts and their units, as other rooms see it."""
    today = clock.today()
    rows = sorted(user.posts.all(), key=lambda post: (post.valid_from, post.pk))
    every = [HeldPost(post.role, units.as_type(post.unit), post.valid_from, post.valid_to) for post in rows]
    return Staff(
        id=user.pk,
        uid=user.uid,
        employee_no=user.employee_no,
        name=user.name,
        language=user.language,
        active=user.is_active,
        posts=tuple((post.role, post.unit) for post in every if post.holds(today)),
        every_post=tuple(reversed(every)),
        last_sign_in=user.last_login,
        password_due=passwords.due(user),
    )


def locked(uid: uuid.UUID) -> User:
    """Return the row of a user for changing. Raises NotFound."""
    user = User.objects.select_for_update().filter(uid=uid).first()
    if user is None:
        raise NotFound(kind="user", id=str(uid))
    return user


def add_post(user: User, unit: Unit, role: str, valid_from: date, valid_to: date | None) -> None:
    """Let the user hold a role in a unit for a time. Raises UnlikelyDay, WrongDates, PostTwice where two times overlap."""
    require_likely(valid_from, valid_to)
    if valid_to is not None and valid_to <= valid_from:
        raise WrongDates()
    require_active(user)
    # What ended on its first day was never held and stands in nobody's way.
    same = Post.objects.filter(user=user, unit=unit, role=role).exclude(valid_to__lte=F("valid_from"))
    beside = same.filter(Q(valid_to=None) | Q(valid_to__gt=valid_from))
    other = (beside.filter(valid_from__lt=valid_to) if valid_to else beside).first()
    if other is not None:
        raise PostTwice(since=other.valid_from)
    Post.objects.create(user=user, unit=unit, role=role, valid_from=valid_from, valid_to=valid_to)
    details = {"role": role, "unit": unit.code, "from": str(valid_from), "to": str(valid_to) if valid_to else None}
    audit.note(operation="add_post", subject="user", subject_id=user.pk, details=details)


def end_post(user: User, unit: Unit, role: str, valid_from: date, valid_to: date) -> None:
    """Let a post end: `valid_to` is the first day without it. Raises NotFound, PostEnded, UnlikelyDay, WrongDates."""
    require_likely(valid_to)
    begun = Post.objects.filter(user=user, unit=unit, role=role, valid_from=valid_from)
    post = begun.order_by(F("valid_to").desc(nulls_first=True), "-pk").first()
    if post is None:
        raise NotFound(kind="post", id=f"{role} {unit.code} {valid_from}")
    if post.valid_to is not None and post.valid_to <= max(post.valid_from, clock.today()):
        raise PostEnded(until=post.valid_to)
    if valid_to < max(post.valid_from, clock.today()):
        raise WrongDates()
    _end(user, post, valid_to)


def _end(user: User, post: Post, valid_to: date) -> None:
    post.valid_to = valid_to
    post.save(update_fields=["valid_to"])
    details = {"role": post.role, "unit": post.unit.code, "to": str(valid_to)}
    audit.note(operation="end_post", subject="user", subject_id=user.pk, details=details)


def require_likely(*days: date | None) -> None:
    """Raise UnlikelyDay for a day on which no post begins or ends."""
    first, last = settings.POST_DAYS
    if any(day is not None and not first <= day <= last for day in days):
        raise UnlikelyDay(first=first, last=last)


def require_active(user: User) -> None:
    """Raise UserEnded for one who has ended."""
    if not user.is_active:
        raise UserEnded()


def set_active(user: User, active: bool) -> None:
    """End a user, with every post and session, or let an ended one sign in again, without posts."""
    if user.is_active == active:
        return
    user.is_active, user.session_salt = active, secrets.token_hex(8)
    user.save()
    if not active:
        today = clock.today()
        for post in user.posts.filter(Q(valid_to=None) | Q(valid_to__gt=today)).select_related("unit"):
            _end(user, post, max(today, post.valid_from))
    operation = "return" if active else "end"
    audit.note(operation=operation, subject="user", subject_id=user.pk)
    events.publish(f"user.{operation}", "user", user.pk)


def give_post(user: User, unit: Unit, role: str) -> bool:
    """Let the user hold a role in a unit from today on; return whether that is new."""
    today = clock.today()
    same = Post.objects.filter(user=user, unit=unit, role=role, valid_from__lte=today)
    if same.filter(Q(valid_to=None) | Q(valid_to__gt=today)).exists():
        return False
    add_post(user, unit, role, today, None)
    return True


def by_number(number: str) -> User | None:
    """Return the row of an employee number in any letter case, locked; nobody else adds the number meanwhile, nor one
    that differs by zeros in front."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtextextended(lower(ltrim(%s, '0')), %s))", [number, _ADDING])
    return User.objects.select_for_update().filter(employee_no__iexact=number).first()


def require_no_zeros_apart(number: str) -> None:
    """Raise ZerosDiffer where somebody has a number that differs by zeros in front only.

    Spreadsheets take them from what is all digits; other numbers keep theirs and are not looked at.
    """
    if not number.isdecimal():
        return
    bare = number.lstrip("0")
    alike = {bare.zfill(length) for length in range(len(bare), _LONGEST_NUMBER + 1)} - {number}
    known = User.objects.filter(employee_no__in=alike).order_by("pk").first()
    if known is not None:
        raise ZerosDiffer(employee_no=number, known=known.employee_no)


def declare(employee_no: str, name: str, unit: str, roles: Sequence[str]) -> None:
    """Make the user and the posts that are not there yet; a new user has no usable password."""
    user = by_number(employee_no)
    if user is None:
        user = User(employee_no=employee_no, uid=uuid7())
        user.set_unusable_password()
    user.name = name
    user.save()
    place = Unit.objects.get(code=unit)
    given = [role for role in roles if give_post(user, place, role)]
    audit.note(operation="add_user", subject="user", subject_id=user.pk, details={"roles": given, "unit": unit})
