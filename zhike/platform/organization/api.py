"""The firm's tree and its users."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Iterable, Sequence
from datetime import date

from zhike.kernel import clock, database, definitions
from zhike.kernel.definition_parts import Labels
from zhike.kernel.errors import NotFound
from zhike.kernel.ids import uuid7
from zhike.platform.audit import api as audit
from zhike.platform.organization.errors import UnknownRole, UnknownUnit, UserExists, WrongPassword
from zhike.platform.organization.logic import lockout, passwords, units, users
from zhike.platform.organization.models import Unit, User
from zhike.platform.organization.types import FileActor, OrgUnit, PasswordDue, Staff, UnitRow

__all__ = [
    "actor_names",
    "add_user",
    "all_staff",
    "all_units",
    "change_password",
    "change_user",
    "end_post",
    "give_post",
    "password_due",
    "password_rules",
    "person",
    "set_language",
    "set_password",
    "sign_out_everywhere",
    "staff",
    "subtrees",
    "unit_by_code",
    "unit_by_uid",
    "upsert_units",
    "user_names",
]


def upsert_units(rows: Iterable[UnitRow]) -> int:
    """Add or rename units by their code; return how many there were. Raises UnknownUnit and UnitCircle."""
    with database.writing():
        return units.upsert(rows)


def all_units(*, kinds: Sequence[str] = ()) -> list[OrgUnit]:
    """Return the units of the tree in path order, of the given kinds if any are given."""
    found = Unit.objects.order_by("path")
    return [units.as_type(unit) for unit in (found.filter(kind__in=kinds) if kinds else found)]


def unit_by_code(code: str) -> OrgUnit:
    """Return the unit with `code`; raises UnknownUnit."""
    return units.as_type(_place(code))


def unit_by_uid(uid: uuid.UUID) -> OrgUnit | None:
    """Return the unit with `uid`, if there is one."""
    found = Unit.objects.filter(uid=uid).first()
    return units.as_type(found) if found else None


def subtrees(unit_ids: Iterable[int]) -> dict[int, tuple[int, ...]]:
    """Return for each of the given units the ids of itself and everything below it, ascending."""
    return units.subtrees(list(unit_ids))


def add_user(
    *,
    employee_no: str,
    name: str,
    role: str,
    unit: str,
    password: str | None = None,
    must_change: bool = False,
    valid_from: date | None = None,
    valid_to: date | None = None,
    only_new: bool = False,
) -> tuple[Staff, str]:
    """Add a user with one post, or give an existing one another post; return the user and the new password.

    Without a `password` a random one is made; with `must_change` it is good for changing it only. The post holds from
    today on unless said otherwise. Raises UnknownUnit, UnknownRole, WeakPassword, UnlikelyDay, WrongDates, PostTwice,
    UserEnded, ZerosDiffer, with `only_new` also UserExists.
    """
    _require_role(role)
    with database.writing():
        place = _place(unit)
        found = users.by_number(employee_no)
        if found is not None and only_new:
            raise UserExists(employee_no=found.employee_no)
        if found is None:
            users.require_no_zeros_apart(employee_no)
        user = found or User(employee_no=employee_no, uid=uuid7())
        users.require_active(user)
        user.name = name
        if password:
            passwords.give(user, password, must_change=must_change)
        chosen = password or passwords.give_random(user, must_change=must_change)
        if valid_from or valid_to:
            users.add_post(user, place, role, valid_from or clock.today(), valid_to)
        else:
            users.give_post(user, place, role)
        audit.note(operation="add_user", subject="user", subject_id=user.pk, details={"role": role, "unit": unit})
        return staff(user.pk), chosen


def set_password(employee_no: str, *, must_change: bool = True) -> tuple[Staff, str]:
    """Give a user a new random password, to be changed at the next sign-in, and end every session; return both.

    Raises NotFound.
    """
    with database.writing():
        user = User.objects.select_for_update().filter(employee_no=employee_no).first()
        if user is None:
            raise NotFound(kind="user", id=employee_no)
        users.require_active(user)
        user.session_salt = secrets.token_hex(8)
        chosen = passwords.give_random(user, must_change=must_change)
        lockout.forget(employee_no)
        audit.note(operation="set_password", subject="user", subject_id=user.pk)
        return staff(user.pk), chosen


def change_password(user_id: int, *, current: str, new: str) -> None:
    """Let a user choose another password; every other session ends.

    Raises SignInLocked, WrongPassword (counted as at a sign-in), WeakPassword.
    """
    user = User.objects.get(pk=user_id)
    lockout.require_unlocked(user.employee_no)
    if not user.check_password(current):
        lockout.failed(user.employee_no)
        raise WrongPassword()
    with database.writing():
        user = User.objects.select_for_update().get(pk=user_id)
        passwords.give(user, new, must_change=False)
        lockout.forget(user.employee_no)
        audit.note(operation="change_password", subject="user", subject_id=user.pk)


def password_due(user: User) -> PasswordDue:
    """Return why a signed-in user has to change the password before anything else, without a query."""
    return passwords.due(user)


def password_rules() -> list[Labels]:
    """Return what a password keeps, rule by rule."""
    return list(passwords.rules().values())


def change_user(uid: uuid.UUID, *, name: str | None = None, active: bool | None = None) -> Staff:
    """Rename a user, end one with every post and session, or let an ended one sign in again. Raises NotFound."""
    with database.writing():
        user = users.locked(uid)
        if name is not None and name.strip() and name.strip() != user.name:
            before, user.name = user.name, name.strip()
            user.save(update_fields=["name"])
            details = {"name": [before, user.name]}
            audit.note(operation="rename", subject="user", subject_id=user.pk, details=details)
        if active is not None:
            users.set_active(user, active)
        return staff(user.pk)


def give_post(
    uid: uuid.UUID, *, role: str, unit: str, valid_from: date | None = None, valid_to: date | None = None
) -> Staff:
    """Let a user hold a role in a unit (by code), from today on unless said otherwise; `valid_to` is the day after.

    Raises NotFound, UnknownRole, UnknownUnit, UnlikelyDay, WrongDates, PostTwice.
    """
    _require_role(role)
    with database.writing():
        user = users.locked(uid)
        place = _place(unit)
        users.add_post(user, place, role, valid_from or clock.today(), valid_to)
        return staff(user.pk)


def end_post(uid: uuid.UUID, *, role: str, unit: str, valid_from: date, valid_to: date) -> Staff:
    """Let the post that began on `valid_from` end: `valid_to` is the first day without it, today at the earliest.

    Raises NotFound, UnknownUnit, PostEnded, UnlikelyDay, WrongDates.
    """
    with database.writing():
        user = users.locked(uid)
        place = _place(unit)
        users.end_post(user, place, role, valid_from, valid_to)
        return staff(user.pk)


def person(uid: uuid.UUID) -> Staff:
    """Return the user with this uid; raises NotFound."""
    user = User.objects.filter(uid=uid).prefetch_related("posts__unit").first()
    if user is None:
        raise NotFound(kind="user", id=str(uid))
    return users.as_staff(user)


def staff(user_id: int) -> Staff:
    """Return the user with this inner id and the posts that hold today; raises NotFound."""
    user = User.objects.filter(pk=user_id).prefetch_related("posts__unit").first()
    if user is None:
        raise NotFound(kind="user", id=user_id)
    return users.as_staff(user)


def all_staff(*, number: str = "") -> list[Staff]:
    """Return every user in order of employee number, or the one of a number in any letter case."""
    found = User.objects.order_by("employee_no").prefetch_related("posts__unit")
    return [users.as_staff(user) for user in (found.filter(employee_no__iexact=number) if number else found)]


def user_names(employee_nos: Iterable[str]) -> dict[str, str]:
    """Return the names of users by employee number; unknown numbers are left out."""
    wanted = set(employee_nos)
    return dict(User.objects.filter(employee_no__in=wanted).values_list("employee_no", "name")) if wanted else {}


def actor_names(actors: Iterable[str], language: str) -> dict[str, str]:
    """Return what screens call the actors of the journal, by actor: a user by name, a file by its source and day,
    whoever is neither ("system:root", an account of the machine) the system."""
    kinds = {actor: actor.partition(":") for actor in actors}
    names = user_names(number for _kind, _sign, number in kinds.values())
    system = "System" if language == "en" else "系统"
    return {
        actor: names.get(number, number or actor) if kind == "user" else FileActor.words(actor, language) or system
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


def _place(code: str) -> Unit:
    found = Unit.objects.filter(code=code).first()
    if found is None:
        raise UnknownUnit(unit=code, has=sorted(Unit.objects.values_list("code", flat=True))[:20])
    return found


def _require_role(role: str) -> None:
    known = definitions.snapshot().named("role")
    if role not in known:
        raise UnknownRole(role=role, has=sorted(known))
