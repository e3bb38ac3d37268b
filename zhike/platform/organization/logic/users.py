"""Users and their posts."""

from __future__ import annotations

from collections.abc import Sequence

from zhike.kernel import clock
from zhike.kernel.ids import uuid7
from zhike.platform.audit import api as audit
from zhike.platform.organization.models import Post, Unit, User


def give_post(user: User, unit: Unit, role: str) -> bool:
    """Let the user hold a role in a unit from today on; return whether that is new."""
    _post, created = Post.objects.get_or_create(
        user=user, unit=unit, role=role, valid_to=None, defaults={"valid_from": clock.today()}
    )
    return created


def declare(employee_no: str, name: str, unit: str, roles: Sequence[str]) -> None:
    """Make the user and the posts that are not there yet; a new user has no usable password."""
    user = User.objects.filter(employee_no=employee_no).first()
    if user is None:
        user = User(employee_no=employee_no, uid=uuid7())
        user.set_unusable_password()
    user.name = name
    user.save()
    place = Unit.objects.get(code=unit)
    given = [role for role in roles if give_post(user, place, role)]
    audit.note(operation="add_user", subject="user", subject_id=user.pk, details={"roles": given, "unit": unit})
