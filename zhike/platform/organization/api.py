"""The firm's tree and its users."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Iterable, Sequence

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db.models import Q

from zhike.kernel import clock, database, definitions
from zhike.kernel.errors import NotFound
from zhike.kernel.ids import uuid7
from zhike.platform.audit import api as audit
from zhike.platform.organization.errors import UnknownRole, UnknownUnit, WeakPassword
from zhike.platform.organization.logic import passwords, units, users
from zhike.platform.organization.models import Unit, User
from zhike.platform.organization.types import OrgUnit, Staff, UnitRow

__all__ = [
    "actor_names",
    "add_user",
    "all_staff",
    "all_units",
    "random_password",
    "set_language",
    "set_password",
    "sign_out_everywhere",
    "staff",
    "subtree",
    "unit_by_code",
    "unit_by_uid",
    "upsert_units",
    "user_names",
]

random_password = passwords.random_password


def upsert_units(rows: Iterable[UnitRow]) -> int:
    """Add or rename units by their code, parents first; return how many rows there were."""
    with database.writing():
        return units.upsert(rows)


def all_units(*, kinds: Sequence[str] = ()) -> list[OrgUnit]:
    """Return the units of the tree in path order, of the given kinds if any are given."""
    found = Unit.objects.order_by("path")
    return [units.as_type(unit) for unit in (found.filter(kind__in=kinds) if kinds else found)]


def unit_by_code(code: str) -> OrgUnit:
    """Return the unit with `code`; raises UnknownUnit."""
    found = Unit.objects.filter(code=code).first()
    if found is None:
        raise UnknownUnit(unit=code, has=sorted(Unit.objects.values_list("code", flat=True))[:20])
    return units.as_type(found)


def unit_by_uid(uid: uuid.UUID) -> OrgUnit | None:
    """Return the unit with `uid`, if there is one."""
    found = Unit.objects.filter(uid=uid).first()
    return units.as_type(found) if found else None


def subtree(unit_ids: Iterable[int]) -> tuple[int, ...]:
    """Return the ids of the given units and everything below them."""
    paths = Unit.objects.filter(pk__in=list(unit_ids)).values_list("path", flat=True)
    below = Q(pk__in=[])
    for path in paths:
        below |= Q(path__startswith=path)
    return tuple(Unit.objects.filter(below).order_by("pk").values_list("pk", flat=True))


def add_user(*, employee_no: str, name: str, role: str, unit: str, password: str | None = None) -> tuple[Staff, str]:
    """Add a user with one post, or give an existing one another post; return the user and the new password.

    Without a `password` a random one is made. Raises UnknownUnit, UnknownRole, WeakPassword.
    """
    known = definitions.snapshot().named("role")
    if role not in known:
        raise UnknownRole(role=role, has=sorted(known))
    with database.writing():
        place = unit_by_code(unit)
        chosen = password or random_password()
        user = User.objects.filter(employee_no=employee_no).first() or User(employee_no=employee_no, uid=uuid7())
        user.name = name
        try:
            validate_password(chosen, user)
        except ValidationError as error:
            raise WeakPassword(reasons=error.messages) from error
        user.set_password(chosen)
        user.save()
        users.give_post(user, Unit.objects.get(pk=place.id), role)
        audit.note(operation="add_user", subject="user", subject_id=user.pk, details={"role": role, "unit": unit})
        return staff(user.pk), chosen


def set_password(employee_no: str) -> tuple[Staff, str]:
    """Give a user a new random password and end every session; return both. Raises NotFound."""
    with database.writing():
        user = User.objects.select_for_update().filter(employee_no=employee_no).first()
        if user is None:
            raise NotFound(kind="user", id=employee_no)
        chosen = random_password()
        user.set_password(chosen)
        user.failures, user.locked_until, user.session_salt = 0, None, secrets.token_hex(8)
        user.save()
        audit.note(operation="set_password", subject="user", subject_id=user.pk)
        return staff(user.pk), chosen


def staff(user_id: int) -> Staff:
    """Return the user with this inner id and the posts that hold today; raises NotFound."""
    user = User.objects.filter(pk=user_id).prefetch_related("posts__unit").first()
    if user is None:
        raise NotFound(kind="user", id=user_id)
    return _as_staff(user)


def all_staff() -> list[Staff]:
    """Return every user in order of employee number."""
    return [_as_staff(user) for user in User.objects.order_by("employee_no").prefetch_related("posts__unit")]


def user_names(employee_nos: Iterable[str]) -> dict[str, str]:
    """Return the names of users by employee number; unknown numbers are left out."""
    return dict(User.objects.filter(employee_no__in=set(employee_nos)).values_list("employee_no", "name"))


def actor_names(actors: Iterable[str], language: str) -> dict[str, str]:
    """Return what screens call the actors of the journal, by actor: a user by name, whoever is none ("system:root",
    an account of the machine) the system."""
    kinds = {actor: actor.partition(":") for actor in actors}
    names = user_names(number for _kind, _sign, number in kinds.values())
    system = "System" if language == "en" else "系统"
    return {
        actor: names.get(number, number or actor) if kind == "user" else system
        for actor, (kind, _sign, number) in kinds.items()
    }


def set_language(user_id: int, language: str) -> None:
    """Remember the language ("zh" or "en") a user reads."""
    User.objects.filter(pk=user_id).update(language="en" if language == "en" else "zh")


def sign_out_everywhere(user_id: int) -> None:
    """End every session of the user, this one included."""
    with database.writing():
        User.objects.filter(pk=user_id).update(session_salt=secrets.token_hex(8))
        audit.note(operation="sign_out_everywhere", subject="user", subject_id=user_id)


def _as_staff(user: User) -> Staff:
    today = clock.today()
    holding = [
        (post.role, units.as_type(post.unit))
        for post in user.posts.all()
        if post.valid_from <= today and (post.valid_to is None or post.valid_to > today)
    ]
    return Staff(
        id=user.pk,
        uid=user.uid,
        employee_no=user.employee_no,
        name=user.name,
        language=user.language,
        active=user.is_active,
        posts=tuple(holding),
        last_sign_in=user.last_login,
    )
