"""The kind `page`: pages as blocks, answered as one batch, each block under its own permission."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterator, Mapping
from inspect import signature
from typing import Any, Literal, cast

from django.db import transaction

from zhike.kernel import context, definitions, providers
from zhike.kernel.definitions import Body, Finding, Snapshot
from zhike.kernel.errors import NotFound, Refused, ZhikeError
from zhike.kernel.loose import loose_kind
from zhike.kernel.providers import AsOf, BlockData
from zhike.kernel.wire import Labels, labels
from zhike.platform.objects import api as objects
from zhike.platform.permissions import api as permissions
from zhike.platform.permissions.types import Principal
from zhike.server.schemas import AnyBlock, AsOfOut, BlockErrorOut, EmptyOut, PageOut, UnavailableBlockOut

_log = logging.getLogger("zhike.pages")
_FAILED = {"zh": "这一块没有取到数据", "en": "This block could not be read"}


def check_page(body: Body, everything: Snapshot) -> list[Finding]:
    """Return what is wrong with a page: blocks nobody offers, records of unknown objects."""
    findings = []
    settings: Mapping[str, Any] = body.get("blocks", {})  # type: ignore[assignment]
    for key in _block_keys(body):
        provider = settings.get(key, {}).get("use", key)
        if provider not in providers.blocks:
            has = ", ".join(sorted(providers.blocks))
            findings.append(Finding("page.unknown_block", f"there is no block '{provider}'; there are: {has}", key))
    record = body.get("record")
    if record and record not in everything.of("object"):
        findings.append(Finding("page.unknown_object", f"there is no object '{record}'", "record"))
    return findings


PAGE = loose_kind(name="page", order=90, check=check_page)


def answer(key: str, record: uuid.UUID | None, principal: Principal, *, block: str = "") -> PageOut:
    """Return a page with all its blocks, or with the one asked for.

    A block that fails or is refused says so; the others stay. Raises NotFound for an unknown page, record or block.
    """
    with definitions.pinned():
        return _answer(key, record, principal, block)


def _answer(key: str, record: uuid.UUID | None, principal: Principal, only: str) -> PageOut:
    pages = definitions.all_of("page")
    if key not in pages:
        raise NotFound(kind="page", id=key)
    body: Mapping[str, Any] = pages[key]
    permissions.require(principal, body["operation"])
    title = body["labels"][principal.language]
    if body.get("record"):
        if record is None:
            raise NotFound(kind=body["record"], id="—")
        found = objects.get(body["record"], record, principal=principal)
        title = found.display
    wanted = [block for block in _block_keys(body) if only in ("", block)]
    if not wanted:
        raise NotFound(kind="block", id=only)
    return {
        "key": key,
        "labels": labels(body["labels"]),
        "title": title,
        "columns": body["columns"],
        "header": body.get("header"),
        "blocks": {block: _block(block, body, record, principal) for block in wanted},
    }


def _block(key: str, body: Mapping[str, Any], record: uuid.UUID | None, principal: Principal) -> AnyBlock:
    settings: Mapping[str, Any] = body.get("blocks", {}).get(key, {})
    provider = providers.blocks[settings.get("use", key)]
    words = labels(settings.get("labels") or {"zh": provider.zh, "en": provider.en})
    takes_settings = len(signature(provider.build).parameters) > 2
    arguments = (principal, record, settings) if takes_settings else (principal, record)
    try:
        with transaction.atomic():
            data: BlockData = provider.build(*arguments)
    except ZhikeError as error:
        state: Literal["refused", "error"] = "refused" if isinstance(error, Refused) else "error"
        said: BlockErrorOut = {"code": error.code, "message": error.message(principal.language)}
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
        "empty": _next_step(settings, principal) if data.empty else None,
        "data": data.data,
    }
    return cast(AnyBlock, shown)


def _as_of(found: AsOf | None) -> AsOfOut | None:
    """When a block holds; figures of a day that was never published hold for none."""
    if found is None or found.at is None:
        return None
    kind: Literal["day_end", "live"] = "live" if found.kind == "live" else "day_end"
    return {"kind": kind, "at": found.at, "late": found.late, "note": found.note}


def _unavailable(
    key: str, words: Labels, state: Literal["refused", "error"], error: BlockErrorOut
) -> UnavailableBlockOut:
    return {"key": key, "labels": words, "as_of": None, "state": state, "kind": "unavailable", "error": error}


def _next_step(settings: Mapping[str, Any], principal: Principal) -> EmptyOut | None:
    """What a page says where a block has nothing yet: its own words, and those acts that the viewer may do."""
    said = settings.get("empty")
    if not said:
        return None
    acts = [
        act
        for act in said.get("actions", [])
        if not act.get("operation") or permissions.allowed(principal, act["operation"])
    ]
    return {
        "title": labels(said["title"]),
        "text": labels(said["text"]),
        "actions": [{"key": act["path"], "labels": labels(act["labels"]), "path": act["path"]} for act in acts],
    }


def _block_keys(body: Mapping[str, Any]) -> Iterator[str]:
    if body.get("header"):
        yield body["header"]
    for column in body.get("columns", []):
        yield from column
