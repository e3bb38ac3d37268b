"""What belongs to no single room: the session, the caller, pages, search, users."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.middleware.csrf import get_token
from ninja import Router, Schema

from zhike.kernel import clock, definitions, providers
from zhike.kernel.trading_days import trading_calendar
from zhike.platform.organization import api as organization
from zhike.platform.permissions import api as permissions
from zhike.platform.permissions.api import SignedInRequest
from zhike.platform.permissions.types import Role
from zhike.server import pages

router = Router(tags=["session"])
_HOMES = ("manager", "branch_head", "operator")
_MENU: Mapping[str, tuple[str, str, str, str]] = {
    "home": ("工作台", "Home", "home", "/"),
    "work": ("待办", "To-do", "work", "/work"),
    "audience": ("客群", "Audiences", "audience", "/audiences"),
    "campaign": ("营销", "Campaigns", "campaign", "/campaigns"),
    "load": ("数据", "Loads", "load", "/loads"),
    "user": ("用户", "Users", "user", "/users"),
}


class LanguageIn(Schema):
    """The language somebody reads."""

    lang: str


@router.get("/session", auth=None)
def session(request: HttpRequest) -> Any:
    """Whether somebody is signed in, and the token that changing requests must carry."""
    return {"signed_in": request.user.is_authenticated, "csrf": get_token(request)}


@router.get("/me")
def me(request: SignedInRequest) -> Any:
    """The caller: posts, rights, menu, clock."""
    principal = request.principal
    staff = organization.staff(principal.user_id or 0)
    roles = definitions.all_of(Role)
    home = next((str(roles[key].home) for key in principal.roles if roles[key].home), "")
    today = clock.today()
    firm = organization.all_units(kinds=["firm"])
    return {
        "uid": staff.uid,
        "employee_no": staff.employee_no,
        "name": staff.name,
        "lang": staff.language,
        "roles": [{"key": key, "labels": roles[key].labels} for key in principal.roles],
        "units": [
            {"uid": u.uid, "name": u.name, "kind": u.kind} for u in {unit.id: unit for _r, unit in staff.posts}.values()
        ],
        "operations": permissions.operations(principal),
        "menu": _menu(principal.roles),
        "home": home,
        "firm": {"zh": firm[0].name if firm else "知客", "en": firm[0].name if firm else "Zhike"},
        "clock": {
            "now": clock.now(),
            "business_date": today,
            "is_trading_day": trading_calendar().is_trading_day(today),
        },
        "idle_timeout_seconds": settings.IDLE_SECONDS,
    }


@router.patch("/me")
def set_language(request: SignedInRequest, body: LanguageIn) -> Any:
    """The language the caller reads."""
    organization.set_language(request.principal.user_id or 0, body.lang)
    return {"lang": body.lang}


@router.post("/me/sign-out-everywhere", response={204: None})
def sign_out_everywhere(request: SignedInRequest) -> Any:
    """Every session of the caller ended."""
    organization.sign_out_everywhere(request.principal.user_id or 0)
    return 204, None


@router.get("/pages/{key}")
def page(request: SignedInRequest, key: str, record: uuid.UUID | None = None, block: str = "") -> Any:
    """A page with all its blocks, or one block of it again."""
    return pages.answer(key, record, request.principal, block=block)


@router.get("/search")
def search(request: SignedInRequest, q: str) -> Any:
    """Records and menu entries that answer a few characters."""
    text = q.strip()
    if not text:
        return {"groups": []}
    found: list[dict[str, object]] = []
    entries = [entry for entry in _menu(request.principal.roles) if text.lower() in f"{entry['labels']}".lower()]
    if entries:
        items = [{"title": e["labels"][request.principal.language], "subtitle": "", "path": e["path"]} for e in entries]
        found.append({"key": "menu", "labels": {"zh": "功能", "en": "Functions"}, "items": items})
    for group in providers.searches.values():
        answers = group.find(request.principal, text)
        if answers:
            found.append({"key": group.key, "labels": {"zh": group.zh, "en": group.en}, "items": answers})
    return {"groups": found}


@router.get("/users")
def users(request: SignedInRequest) -> Any:
    """Everybody who can sign in."""
    permissions.require(request.principal, "user.read")
    roles = definitions.all_of(Role)
    mine = set(request.principal.units)
    return {
        "items": [
            {
                "uid": staff.uid,
                "employee_no": staff.employee_no,
                "name": staff.name,
                "active": staff.active,
                "roles": [
                    roles[role].labels for role in dict.fromkeys(role for role, _u in staff.posts) if role in roles
                ],
                "units": [unit.name for unit in {unit.id: unit for _r, unit in staff.posts}.values()],
                "last_sign_in": staff.last_sign_in,
            }
            for staff in organization.all_staff()
            if any(unit.id in mine for _role, unit in staff.posts)
        ]
    }


def _menu(roles: tuple[str, ...]) -> list[dict[str, Any]]:
    objects = definitions.snapshot().named("object")
    entries: dict[str, dict[str, Any]] = {}
    for role in roles:
        for key in definitions.all_of(Role)[role].menu:
            if key in _MENU:
                zh, en, icon, path = _MENU[key]
                entries[key] = {"key": key, "labels": {"zh": zh, "en": en}, "icon": icon, "path": path}
            elif key in objects:
                entries[key] = {"key": key, "labels": objects[key].labels, "icon": key, "path": f"/records/{key}"}
    return list(entries.values())
