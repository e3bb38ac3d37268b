"""Users: who signs in, with which posts. Whoever may change users does so within their own units, never themselves."""

from __future__ import annotations

import uuid
from datetime import date

from django.conf import settings
from ninja import File, Router
from ninja.files import UploadedFile

from zhike.kernel import clock, context, cursors, definitions
from zhike.kernel.errors import NotFound, Refused
from zhike.kernel.wire import labels, responds, takes_file
from zhike.platform.organization import api as organization
from zhike.platform.organization import roster
from zhike.platform.organization.errors import OwnAccount, RoleNotGiven
from zhike.platform.organization.types import HeldPost, RosterQuery, RosterRow, RosterShown, Staff
from zhike.platform.permissions import api as permissions
from zhike.platform.permissions.api import SignedInRequest
from zhike.platform.permissions.types import Principal, Role
from zhike.server import employee_names, left_behind, user_file, user_rights, user_table
from zhike.server import user_schemas as schemas

router = Router(tags=["users"])


@router.get("/users", operation_id="listUsers", response=responds(schemas.UsersOut))
def users(
    request: SignedInRequest, q: schemas.Find = "", show: RosterShown | None = None, cursor: str = ""
) -> schemas.UsersOut:
    """Everybody who has or had a post in the caller's units, a page at a time, and how many want attention and why."""
    permissions.require(request.principal, "user.read")
    listed = f"users {request.principal.actor}"
    after = str(cursors.unseal(listed, cursor)[0]) if cursor else ""
    page = roster.page(RosterQuery(permissions.units_of(request.principal, "user.read"), q, show, after))
    return {
        "items": [_user_out(row) for row in page.rows],
        "found": page.found,
        "total": page.total,
        "counts": schemas.counts_out(page.counts),
        "ending_days": settings.POST_ENDING_DAYS,
        "next_cursor": cursors.seal(listed, [page.rows[-1].staff.employee_no]) if page.more else None,
    }


@router.get("/users/options", operation_id="getUserOptions", response=responds(schemas.UserOptionsOut))
def options(request: SignedInRequest) -> schemas.UserOptionsOut:
    """The roles and units of which the caller can make posts."""
    permissions.require(request.principal, "user.update")
    mine = permissions.units_of(request.principal, "user.update")
    given = permissions.given_roles(request.principal)
    roles = sorted((key, role) for key, role in definitions.all_of(Role).items() if key in given)
    return {
        "roles": [{"key": key, "labels": labels(role.labels)} for key, role in roles],
        "units": [{"code": u.code, "name": u.name, "path": u.path} for u in organization.all_units() if u.id in mine],
    }


@router.post("/users", operation_id="addUser", response=responds(schemas.GivenPasswordOut, 201))
def add(request: SignedInRequest, body: schemas.NewUserIn) -> tuple[int, schemas.GivenPasswordOut]:
    """Somebody new, with a first post and a password that is shown this once and changed at the first sign-in."""
    permissions.require(request.principal, "user.create")
    _require_giving(body.role, body.unit, request.principal, "user.create")
    made, password = _new_user(body, request.principal)
    return 201, {"user": _detail_out(made, request.principal), "password": password}


@router.post("/users/import", operation_id="importUsers", response=responds(schemas.UsersFileOut))
@takes_file("user.create")
def import_users(request: SignedInRequest, file: File[UploadedFile]) -> schemas.UsersFileOut:
    """Users and posts from a file: employee number, name, role, unit. A line that is wrong hurts only itself."""
    permissions.require(request.principal, "user.create")
    principal = request.principal
    table = user_table.table(file.read(user_table.READ_BYTES))
    mine = permissions.units_of(principal, "user.create")
    choices = user_file.Choices(definitions.all_of(Role), [u for u in organization.all_units() if u.id in mine])
    importer = user_file.Importer(
        principal,
        lambda body: _require_giving(body.role, body.unit, principal, "user.create"),
        lambda staff: _require_known(staff, principal),
    )
    found = user_file.imported(table, choices, importer)
    return {
        "made": [
            {"line": line.number, "employee_no": staff.employee_no, "name": staff.name, "password": password}
            for line, staff, password in found.made
        ],
        "refused": [
            {
                "line": line.number,
                "text": line.text,
                "cells": [line.cells.get(key, "") for key in user_table.TITLES],
                "message": error.message(principal.language),
            }
            for line, error in found.refused
        ],
        "ignored": [one[principal.language] for one in table.ignored],
    }


@router.get("/users/{uid}", operation_id="getUser", response=responds(schemas.UserDetailOut))
def user(request: SignedInRequest, uid: uuid.UUID) -> schemas.UserDetailOut:
    """One user with every post."""
    permissions.require(request.principal, "user.read")
    return _detail_out(_ours(uid, request.principal), request.principal)


@router.get("/users/{uid}/rights", operation_id="getUserRights", response=responds(schemas.UserRightsOut))
def rights(request: SignedInRequest, uid: uuid.UUID) -> schemas.UserRightsOut:
    """What a user may do at this moment and why, for whoever may manage them, and of oneself."""
    permissions.require(request.principal, "user.update")
    found = _ours(uid, request.principal)
    if not _explained(found, request.principal):
        raise Refused(operation="user.update")
    return user_rights.rights_of(found, request.principal)


@router.get("/users/{uid}/left", operation_id="getLeftBehind", response=responds(schemas.LeftBehindOut))
def left(request: SignedInRequest, uid: uuid.UUID) -> schemas.LeftBehindOut:
    """What a user who ends would leave behind, for whoever may end them."""
    permissions.require(request.principal, "user.update")
    return left_behind.of(_managed(uid, request.principal).employee_no)


@router.patch("/users/{uid}", operation_id="changeUser", response=responds(schemas.UserDetailOut))
def change(request: SignedInRequest, uid: uuid.UUID, body: schemas.UserChangeIn) -> schemas.UserDetailOut:
    """Another name; the end of a user, with every post and session; or the return of one, without posts."""
    permissions.require(request.principal, "user.update")
    if body.active is not None or _ours(uid, request.principal).id != request.principal.user_id:
        _managed(uid, request.principal)
    with context.acting(reason=body.reason.strip()):
        changed = organization.change_user(uid, name=body.name, active=body.active)
    return _detail_out(changed, request.principal)


@router.post("/users/{uid}/posts", operation_id="addPost", response=responds(schemas.UserDetailOut))
def add_post(request: SignedInRequest, uid: uuid.UUID, body: schemas.NewPostIn) -> schemas.UserDetailOut:
    """Another post, now or later."""
    permissions.require(request.principal, "user.update")
    _managed(uid, request.principal)
    _require_giving(body.role, body.unit, request.principal, "user.update")
    changed = organization.give_post(
        uid, role=body.role, unit=body.unit, valid_from=body.valid_from, valid_to=body.valid_to
    )
    return _detail_out(changed, request.principal)


@router.post("/users/{uid}/posts/end", operation_id="endPost", response=responds(schemas.UserDetailOut))
def end_post(request: SignedInRequest, uid: uuid.UUID, body: schemas.PostEndIn) -> schemas.UserDetailOut:
    """The end of a post, today or later."""
    permissions.require(request.principal, "user.update")
    _managed(uid, request.principal)
    changed = organization.end_post(
        uid, role=body.role, unit=body.unit, valid_from=body.valid_from, valid_to=body.valid_to
    )
    return _detail_out(changed, request.principal)


@router.post("/users/{uid}/password", operation_id="resetPassword", response=responds(schemas.GivenPasswordOut))
def reset_password(request: SignedInRequest, uid: uuid.UUID) -> schemas.GivenPasswordOut:
    """A new password, shown this once and changed at the next sign-in; every session of the user ends."""
    permissions.require(request.principal, "user.update")
    found = _managed(uid, request.principal)
    changed, password = organization.set_password(found.employee_no)
    return {"user": _detail_out(changed, request.principal), "password": password}


def _new_user(body: schemas.NewUserIn, principal: Principal) -> tuple[Staff, str]:
    employee_names.require_same(body.employee_no, body.name, principal)
    return organization.add_user(
        only_new=True,
        employee_no=body.employee_no,
        name=body.name,
        role=body.role,
        unit=body.unit,
        must_change=True,
        valid_from=body.valid_from,
        valid_to=body.valid_to,
    )


def _require_known(staff: Staff, principal: Principal) -> None:
    """Raise what keeps the principal from giving a user of a file another post, or another password."""
    permissions.require(principal, "user.update")
    _require_managed(_require_ours(staff, principal), principal)


def _ours(uid: uuid.UUID, principal: Principal) -> Staff:
    """Return a user who has or had a post in the principal's units. Raises NotFound."""
    return _require_ours(organization.person(uid), principal)


def _require_ours(staff: Staff, principal: Principal) -> Staff:
    if not _is_ours(staff, principal):
        raise NotFound(kind="user", id=str(staff.uid))
    return staff


def _is_ours(staff: Staff, principal: Principal) -> bool:
    mine = permissions.units_of(principal, "user.read")
    return any(post.unit.id in mine for post in staff.every_post)


def _require_giving(role: str, unit: str, principal: Principal, operation: str) -> None:
    """Raise Refused for a unit that is not the principal's, RoleNotGiven for a role that it may not give there."""
    found = organization.unit_by_code(unit).id
    if found not in permissions.units_of(principal, operation):
        raise Refused(operation=operation)
    known = definitions.all_of(Role)
    if role in known and not permissions.gives(principal, operation, role, found):
        has = sorted(key for key in known if permissions.gives(principal, operation, key, found))
        raise RoleNotGiven(role=role, has=has)


def _managed(uid: uuid.UUID, principal: Principal) -> Staff:
    """Return a user whom the principal may manage. Raises NotFound, OwnAccount, Refused."""
    return _require_managed(_ours(uid, principal), principal)


def _require_managed(staff: Staff, principal: Principal) -> Staff:
    if staff.id == principal.user_id:
        raise OwnAccount()
    if not _manages(staff, principal):
        raise Refused(operation="user.update")
    return staff


def _manages(staff: Staff, principal: Principal) -> bool:
    """Whether every post, now and to come, is in the principal's units and of a role that it may give."""
    today = clock.today()
    kept = [post for post in staff.every_post if not post.over(today) and not post.cancelled]
    return all(permissions.gives(principal, "user.update", post.role, post.unit.id) for post in kept)


def _user_out(row: RosterRow) -> schemas.UserOut:
    roles, staff, today = definitions.all_of(Role), row.staff, clock.today()
    return {
        "uid": staff.uid,
        "employee_no": staff.employee_no,
        "name": staff.name,
        "active": staff.active,
        "roles": [labels(roles[key].labels) for key in dict.fromkeys(role for role, _u in staff.posts) if key in roles],
        "holds": [_post_out(post) for post in staff.every_post if post.holds(today)],
        "coming": _coming(staff, today),
        "last_sign_in": staff.last_sign_in,
        "locked_until": row.locked_until,
        "password_due": staff.password_due,
        "ending": _post_out(row.ending) if row.ending else None,
    }


def _coming(staff: Staff, today: date) -> schemas.PostOut | None:
    """The first post to come of a user who holds none."""
    if staff.posts:
        return None
    coming = [post for post in staff.every_post if post.valid_from > today and not post.cancelled]
    return _post_out(min(coming, key=lambda post: post.valid_from)) if coming else None


def _detail_out(staff: Staff, principal: Principal) -> schemas.UserDetailOut:
    return {
        **_user_out(roster.row(staff)),
        "posts": [_post_out(post) for post in staff.every_post],
        "permitted": _permitted(staff, principal),
        "explained": _explained(staff, principal),
    }


def _explained(staff: Staff, principal: Principal) -> bool:
    """Whether the principal may see what a user may do: of whom it manages, and of itself if it manages any."""
    if not permissions.allowed(principal, "user.update"):
        return False
    return staff.id == principal.user_id or _manages(staff, principal)


def _permitted(staff: Staff, principal: Principal) -> list[schemas.Act]:
    """What the principal may do with a user."""
    if not permissions.allowed(principal, "user.update"):
        return []
    if staff.id == principal.user_id:
        return ["rename"]
    if not _manages(staff, principal):
        return []
    return ["rename", "post", "password", "end"] if staff.active else ["return"]


def _post_out(post: HeldPost) -> schemas.PostOut:
    role, today = definitions.all_of(Role).get(post.role), clock.today()
    return {
        "role": post.role,
        "labels": labels(role.labels) if role else {"zh": post.role, "en": post.role},
        "unit": post.unit.code,
        "unit_name": post.unit.name,
        "valid_from": post.valid_from,
        "valid_to": post.valid_to,
        "state": _state_of(post, today),
    }


def _state_of(post: HeldPost, today: date) -> schemas.PostState:
    if post.cancelled:
        return "cancelled"
    return "holds" if post.holds(today) else "over" if post.over(today) else "coming"
