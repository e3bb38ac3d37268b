"""The kind `user`: people who sign in, by employee number (the key), with their unit and roles. Never a password."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from zhike.kernel.definition_parts import Labels
from zhike.kernel.definitions import Change, Finding, Kind, Snapshot
from zhike.platform.organization.logic import users
from zhike.platform.organization.models import Unit
from zhike.platform.organization.types import DeclaredUser

_USER_STAYS = Labels("用户保留，岗位和登录权限不变", "the user stays, with every post and the right to sign in")
_NO_PASSWORD = Labels("用 `zhike user password` 设置密码后才能登录", "cannot sign in until `zhike user password`")


def check_user(user: DeclaredUser, _everything: Snapshot) -> Iterator[Finding]:
    """Yield that the unit of a user does not exist."""
    if not Unit.objects.filter(code=user.unit).exists():
        codes = ", ".join(Unit.objects.order_by("path").values_list("code", flat=True)[:20])
        said = Labels(
            f"没有机构“{user.unit}”；现有：{codes or '无，请先装载机构'}",
            f"there is no unit '{user.unit}'; there are: {codes or 'none; load the units first'}",
        )
        yield Finding("user.unknown_unit", said, ("unit",))


def classify(change: Change, _everything: Snapshot) -> Change:
    """Say what a change of a user means; nothing takes a right away."""
    before, after = change.before, change.after
    if isinstance(before, DeclaredUser) and isinstance(after, DeclaredUser):
        kept = [role for role in before.roles if before.unit != after.unit or role not in after.roles]
        return replace(change, notes=tuple(_post_stays(role, before.unit) for role in kept))
    if after is None:
        return replace(change, notes=(_USER_STAYS,))
    return replace(change, notes=(_NO_PASSWORD,))


def _post_stays(role: str, unit: str) -> Labels:
    return Labels(f"{unit} 的岗位 {role} 保留", f"post {role} in {unit} stays")


def apply(changes: Sequence[Change]) -> None:
    """Make the users and posts that are new, inside the applying transaction."""
    for change in changes:
        if isinstance(change.after, DeclaredUser):
            users.declare(change.after.key, change.after.name, change.after.unit, change.after.roles)


USER = Kind(DeclaredUser, order=31, check=check_user, classify=classify, applied=apply)
