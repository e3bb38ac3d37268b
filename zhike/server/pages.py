"""Pages as blocks, answered as one batch, each block under its own permission."""

from __future__ import annotations

import logging
import uuid
from datetime import timedelta
from typing import Literal, cast

from django.db import transaction

from zhike.kernel import clock, context, definitions, providers
from zhike.kernel.errors import NotFound, Refused, ZhikeError
from zhike.kernel.providers import AsOf, Block, BlockData, Subject
from zhike.kernel.wire import Labels, labels
from zhike.platform.organization import api as organization
from zhike.platform.organization import places
from zhike.platform.organization.errors import UnknownUnit
from zhike.platform.organization.types import OrgUnit
from zhike.platform.permissions import api as permissions
from zhike.platform.permissions.types import Principal
from zhike.platform.records import api as records
from zhike.server import refusals
from zhike.server.kinds import EmptyWords, Page, PlacedBlock
from zhike.server.schemas import AnyBlock, AsOfOut, BlockErrorOut, EmptyOut, LaterBlockOut, PageOut, UnavailableBlockOut

_log = logging.getLogger("zhike.pages")
#: For so long the blocks that a page asks for later belong to the same view of it.
_ONE_VIEW = timedelta(hours=1)
_FAILED = {"zh": "这一块没有取到数据", "en": "This block could not be read"}


def answer(
    key: str, record: uuid.UUID | None, principal: Principal, *, block: str = "", after: str = "", unit: str = ""
) -> PageOut:
    """Return a page with all its blocks, or with the one asked for, whose rows go on `after` those shown.

    Of a unit, by its code, it has what belongs to it. Blocks that are for later say so until they are asked for.
    A block that fails or is refused says so; the others stay. Raises NotFound for an unknown page, record or block, and
    for a unit in which the principal holds no post.
    """
    with definitions.pinned():
        return _answer(key, record, principal, block, after, _unit(unit, principal) if unit else None)


def _unit(code: str, principal: Principal) -> OrgUnit:
    try:
        found = organization.unit_by_code(code)
    except UnknownUnit:
        raise NotFound(kind="unit", id=code) from None
    if found.id not in principal.units:
        raise NotFound(kind="unit", id=code)
    return found


def _answer(
    key: str, record: uuid.UUID | None, principal: Principal, only: str, after: str, unit: OrgUnit | None
) -> PageOut:
    page = definitions.all_of(Page).get(key)
    if page is None:
        raise NotFound(kind="page", id=key)
    permissions.require(principal, page.operation)
    title = page.labels[principal.language]
    subject: Subject | OrgUnit | None = unit
    if page.record:
        if record is None:
            raise NotFound(kind=page.record, id="—")
        # What comes later belongs to the view of the page, if there was one.
        since = clock.now() - _ONE_VIEW if _is_later(page.blocks.get(only)) else None
        found = records.get(page.record, record, principal=principal, viewed_since=since)
        title, subject = found.display, Subject(page.record, record, after if only else "")
    wanted = [block for _place, block in page.placed() if only in ("", block)]
    if not wanted:
        raise NotFound(kind="block", id=only)
    return {
        "key": key,
        "labels": labels(page.labels),
        "title": title,
        "columns": [list(column) for column in page.columns],
        "header": page.header,
        "trail": [{"code": one.code, "name": one.name} for one in places.trail(unit, principal.units)] if unit else [],
        "blocks": {
            block: _later(block, page.blocks[block])
            if not only and _is_later(page.blocks.get(block))
            else _block(block, page.blocks.get(block), subject, principal)
            for block in wanted
        },
    }


def _is_later(placed: PlacedBlock | None) -> bool:
    return placed is not None and placed.later


def _words(key: str, placed: PlacedBlock | None) -> Labels:
    provider = providers.blocks[placed.use if placed else key]
    return labels(placed.labels if placed and placed.labels else {"zh": provider.zh, "en": provider.en})


def _later(key: str, placed: PlacedBlock) -> LaterBlockOut:
    return {"key": key, "labels": _words(key, placed), "as_of": None, "state": "later", "kind": "later"}


def _block(key: str, placed: PlacedBlock | None, subject: Subject | OrgUnit | None, principal: Principal) -> AnyBlock:
    provider = providers.blocks[placed.use if placed else key]
    words = _words(key, placed)
    settings = placed or provider.settings()
    try:
        with transaction.atomic():
            data: BlockData = provider.build(principal, subject if _narrows(subject, provider) else None, settings)
    except ZhikeError as error:
        # The page has found the record: a block that does not has it refused by a right of its own.
        refused = isinstance(error, Refused) or (isinstance(error, NotFound) and provider.by == "record")
        state: Literal["refused", "error"] = "refused" if refused else "error"
        said: BlockErrorOut = {"code": error.code, "message": refusals.message(error, principal.language)}
        return _unavailable(key, words, state, said)
    except Exception:
        _log.exception("block failed", extra={"block": key})
        message, request = _FAILED[principal.language], context.current().request_id
        return _unavailable(key, words, "error", {"code": "internal", "message": message, "request_id": request})
    shown = {
        "key": key,
        "labels": words,
        "kind": data.kind,
        "as_of": _as_of(data.as_of),
        "state": "empty" if data.empty else "ok",
        "empty": _next_step(placed.empty, principal) if placed and placed.empty and data.empty else None,
        "data": data.data,
        **({"whole": True} if isinstance(subject, OrgUnit) and not _narrows(subject, provider) else {}),
    }
    return cast(AnyBlock, shown)


def _narrows(subject: Subject | OrgUnit | None, provider: Block) -> bool:
    """Whether what a page is narrowed to narrows a block of it."""
    return provider.by == ("record" if isinstance(subject, Subject) else "unit")


def _as_of(found: AsOf | None) -> AsOfOut | None:
    """When a block holds; figures of a day that was never published hold for none."""
    if found is None or found.at is None:
        return None
    kind: Literal["day_end", "live"] = "live" if found.kind == "live" else "day_end"
    return {"kind": kind, "at": found.at}


def _unavailable(
    key: str, words: Labels, state: Literal["refused", "error"], error: BlockErrorOut
) -> UnavailableBlockOut:
    return {"key": key, "labels": words, "as_of": None, "state": state, "kind": "unavailable", "error": error}


def _next_step(said: EmptyWords, principal: Principal) -> EmptyOut:
    """What a page says where a block has nothing yet: its own words, and those acts that the viewer may do."""
    acts = [act for act in said.actions if not act.operation or permissions.allowed(principal, act.operation)]
    return {
        "title": labels(said.title),
        "text": labels(said.text),
        "actions": [{"key": act.path, "labels": labels(act.labels), "path": act.path} for act in acts],
    }
