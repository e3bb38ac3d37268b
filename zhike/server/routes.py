"""What belongs to no single room: the session, the caller, pages, search, users."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib.auth import get_user_model, update_session_auth_hash
from django.http import HttpRequest
from django.middleware.csrf import get_token
from ninja import Router

from zhike.kernel import clock, definitions, folding, providers
from zhike.kernel.definition_parts import Labels
from zhike.kernel.providers import FoundBy, SearchGroup, SearchHit
from zhike.kernel.trading_days import data_due, trading_calendar
from zhike.kernel.wire import labels, responds
from zhike.platform.organization import api as organization
from zhike.platform.permissions import api as permissions
from zhike.platform.permissions import parts
from zhike.platform.permissions.api import SignedInRequest
from zhike.platform.permissions.types import Role
from zhike.server import pages, schemas
from zhike.server.http import SignedIn

router = Router(tags=["session"])
#: What the menu entries that answer a search are called together.
_FUNCTIONS = Labels("功能", "Functions")
#: What is open to somebody who has to change the password before anything else.
_FIRST = SignedIn(with_old_password=True)


@router.get("/session", auth=None, operation_id="getSession", response=responds(schemas.SessionOut))
def session(request: HttpRequest) -> schemas.SessionOut:
    """Whether somebody is signed in, and the token that changing requests must carry."""
    return {"signed_in": request.user.is_authenticated, "csrf": get_token(request)}


@router.get("/me", auth=_FIRST, operation_id="getMe", response=responds(schemas.MeOut))
def me(request: SignedInRequest) -> schemas.MeOut:
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
        "lang": _language(staff.language),
        "roles": [{"key": key, "labels": labels(roles[key].labels)} for key in principal.roles],
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
            "is_trading_day": trading_calendar().open_on(today),
            "data_due": data_due(clock.now()),
        },
        "idle_timeout_seconds": settings.IDLE_SECONDS,
        "password_due": staff.password_due,
        "password_rules": [labels(rule) for rule in organization.password_rules()],
    }


@router.patch("/me", auth=_FIRST, operation_id="setLanguage", response=responds(schemas.LanguageOut))
def set_language(request: SignedInRequest, body: schemas.LanguageIn) -> schemas.LanguageOut:
    """The language the caller reads."""
    organization.set_language(request.principal.user_id or 0, body.lang)
    return {"lang": body.lang}


@router.post("/me/password", auth=_FIRST, operation_id="changePassword", response=responds(None, 204))
def change_password(request: SignedInRequest, body: schemas.PasswordIn) -> None:
    """Another password for the caller; this session goes on, all others end."""
    user_id = request.principal.user_id or 0
    organization.change_password(user_id, current=body.current, new=body.new)
    update_session_auth_hash(request, get_user_model().objects.get(pk=user_id))


@router.post("/me/sign-out-everywhere", auth=_FIRST, operation_id="signOutEverywhere", response=responds(None, 204))
def sign_out_everywhere(request: SignedInRequest) -> None:
    """Every session of the caller ended."""
    organization.sign_out_everywhere(request.principal.user_id or 0)


@router.get("/pages/{key}", operation_id="getPage", response=responds(schemas.PageOut))
def page(
    request: SignedInRequest,
    key: str,
    record: uuid.UUID | None = None,
    block: str = "",
    after: str = "",
    unit: str = "",
) -> schemas.PageOut:
    """A page with all its blocks, or one block of it again; of one whose rows go on, those `after` what it said.

    A desk is for one of the caller's units, by its code.
    """
    return pages.answer(key, record, request.principal, block=block, after=after, unit=unit)


@router.get("/search", operation_id="search", response=responds(schemas.SearchOut))
def search(request: SignedInRequest, q: str) -> schemas.SearchOut:
    """Records and menu entries that answer a few characters."""
    text = q.strip()
    if not text:
        return {"groups": []}
    entries = [
        SearchHit(entry["labels"][_language(request.principal.language)], "", entry["path"])
        for entry in _menu(request.principal.roles)
        if folding.named(text, entry["labels"]["zh"], entry["labels"]["en"])
    ]
    found = [SearchGroup("menu", _FUNCTIONS, entries)] if entries else []
    for find in providers.searches.values():
        found += find(request.principal, text)
    return {"groups": [_group_out(group) for group in found]}


def _group_out(group: SearchGroup) -> schemas.SearchGroupOut:
    items: list[schemas.SearchHitOut] = [
        {
            "title": hit.title,
            "subtitle": hit.subtitle,
            "path": hit.path,
            "by": _found_by_out(hit.by) if hit.by else None,
        }
        for hit in group.hits
    ]
    return {"key": group.key, "labels": labels(group.labels), "items": items, "path": group.path or None}


def _found_by_out(by: FoundBy) -> schemas.FoundByOut:
    return {"labels": labels(by.labels), "value": by.value, "tail": by.tail}


def _language(given: str) -> schemas.Language:
    return "en" if given == "en" else "zh"


def _menu(roles: tuple[str, ...]) -> list[schemas.MenuItemOut]:
    objects, known = definitions.snapshot().named("object"), parts.registered()
    entries: dict[str, schemas.MenuItemOut] = {}
    for role in roles:
        for key in definitions.all_of(Role)[role].menu:
            if key in known:
                entries[key] = {"key": key, "labels": labels(known[key].labels), "icon": key, "path": known[key].path}
            elif key in objects:
                words = labels(objects[key].labels)
                entries[key] = {"key": key, "labels": words, "icon": key, "path": f"/records/{key}"}
    return list(entries.values())
