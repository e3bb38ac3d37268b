"""The kind `user`: people who sign in, by employee number (the key), with their unit and roles. Never a password."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, cast

from zhike.kernel.definitions import Body, Change, Finding, Kind, Snapshot
from zhike.platform.organization.logic import users
from zhike.platform.organization.models import Unit


def check_user(body: Body, everything: Snapshot) -> list[Finding]:
    """Return what is wrong with a user: missing parts, a password, an unknown role or unit."""
    raw = cast(Any, body)
    missing = [name for name in ("name", "unit", "roles") if not raw.get(name)]
    findings = [Finding("user.incomplete", f"a user needs `{name}`", name) for name in missing]
    if "password" in raw:
        findings.append(Finding("user.password", "a pack holds no password; run `zhike user password`", "password"))
    if missing:
        return findings
    known = sorted(everything.of("role"))
    findings += [
        Finding("user.unknown_role", f"there is no role '{role}'; there are: {', '.join(known)}", "roles")
        for role in raw["roles"]
        if role not in known
    ]
    if not Unit.objects.filter(code=raw["unit"]).exists():
        has = (
            ", ".join(Unit.objects.order_by("path").values_list("code", flat=True)[:20]) or "none; load the units first"
        )
        findings.append(Finding("user.unknown_unit", f"there is no unit '{raw['unit']}'; there are: {has}", "unit"))
    return findings


def classify(change: Change, _everything: Snapshot) -> Change:
    """Say what a change of a user means; nothing takes a right away."""
    if change.action == "create":
        return replace(change, notes=("cannot sign in until `zhike user password`",))
    if change.action == "remove":
        return replace(change, notes=("the user stays, with every post and the right to sign in",))
    before, after = cast(Any, change.before), cast(Any, change.after)
    kept = [role for role in before["roles"] if before["unit"] != after["unit"] or role not in after["roles"]]
    return replace(change, notes=tuple(f"post {role} in {before['unit']} stays" for role in kept))


def apply(changes: Sequence[Change]) -> None:
    """Make the users and posts that are new, inside the applying transaction."""
    for change in changes:
        if change.after is not None:
            body = cast(Any, change.after)
            users.declare(str(body["key"]), str(body["name"]), str(body["unit"]), list(body["roles"]))


USER = Kind(name="user", order=31, check=check_user, classify=classify, applied=apply)
