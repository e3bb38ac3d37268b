"""Blocks about records, driven by page definitions and declared roles."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from zhike.kernel import clock
from zhike.kernel.providers import AsOf, Block, BlockData, SearchGroup, register_block, register_search
from zhike.platform.fields.api import plain
from zhike.platform.objects import api
from zhike.platform.objects.logic import catalogue as catalogues
from zhike.platform.objects.schemas import history_out
from zhike.platform.objects.types import FieldType, ObjectType, RecordQuery
from zhike.platform.permissions.types import Principal

Settings = Mapping[str, Any]
_RIGHT = ("money", "change", "count", "percent", "number", "duration")


def register() -> None:
    """Offer the blocks and the search of this room."""
    for key, zh, en, build in (
        ("record_identity", "身份", "Identity", _identity),
        ("record_fields", "资料", "Facts", _fields),
        ("record_history", "变更记录", "History", _history),
        ("record_access", "查看记录", "Access log", _access),
        ("related_records", "相关记录", "Related", _related),
        ("book_figures", "名下资产", "Book", _book_figures),
        ("movers", "资产变动", "Movers", _movers),
    ):
        register_block(Block(key, zh, en, build))
    register_search(SearchGroup("records", "客户", "Customers", _search))


def live() -> AsOf:
    """Return the as-of time of what is read from the records now."""
    return AsOf("live", clock.now())


def day_end(object: str) -> AsOf:
    """Return the as-of time of the wide rows beside an object."""
    side = catalogues.side_table(object)
    return AsOf("day_end", side.business_date if side else None)


def column_of(owner: ObjectType, key: str) -> dict[str, object]:
    """Return a table column for a field."""
    field = owner.fields[key]
    shown = field.format
    return {
        "key": key,
        "labels": field.labels,
        "format": shown,
        "unit": field.unit or None,
        "align": "right" if shown in _RIGHT else "left",
        "options": [{"key": o.key, "labels": o.labels, "status": o.status or None} for o in field.options],
    }


def _party_key() -> str:
    return api.object_with_role("party").key


def _identity(principal: Principal, record: uuid.UUID, settings: Settings) -> BlockData:
    owner = api.object_with_role("party")
    found = api.get(owner.key, record, principal=principal, log_view=False)
    values, status, level = found.values, owner.field_with_role("status"), owner.field_with_role("risk_level")
    risk = values.get(level.key) if level else None
    facts = [
        {
            "key": key,
            "labels": owner.fields[key].labels,
            **_said(owner.fields[key], values.get(key), principal),
        }
        for key in settings.get("facts", [])
    ]
    figures = [
        {
            **drawn(owner, item),
            "value": compared(item, values),
            "compare": [{**drawn(owner, part), "value": compared(part, values)} for part in item.get("compare", ())],
        }
        for item in settings.get("figures", [])
        if known(owner, [item, *item.get("compare", ())])
    ]
    tier = settings.get("tier", "")
    data = {
        "display": found.display,
        "uid": found.uid,
        "object": owner.key,
        "number": values.get(settings.get("number", "")),
        "tier": _option(owner.fields[tier], values.get(tier)) if tier in owner.fields else None,
        "status": _option(status, values.get(status.key)) if status else None,
        "facts": facts,
        "figures": figures,
        "figures_at": day_end(owner.key).at,
        "risk": {
            "level": risk,
            "label": _label(level, risk, principal),
            "valid_until": values.get(settings.get("valid_until", "")),
            "products": settings.get("products", {}).get(risk),
        }
        if risk
        else None,
        "consents": [
            {"channel": channel, "labels": owner.fields[key].labels, "state": values.get(key) or "none", "at": None}
            for channel, key in settings.get("consents", {}).items()
        ],
        "unmaskable": [
            {"field": f.key, "labels": f.labels, "value": values.get(f.key)}
            for f in owner.fields.values()
            if f.mask and values.get(f.key) and "unmask" in found.permitted
        ],
        "revision": found.revision,
        "permitted": found.permitted,
    }
    return BlockData("identity", data, live())


def _fields(principal: Principal, record: uuid.UUID, settings: Settings) -> BlockData:
    """The fields of a record by section, without those that the page shows elsewhere."""
    owner = api.object_with_role("party")
    found = api.get(owner.key, record, principal=principal, log_view=False)
    detail = owner.definition.detail
    elsewhere = set(settings.get("without", ()))
    sections = [
        {
            "labels": section.labels,
            "fields": [
                {
                    "key": key,
                    "labels": owner.fields[key].labels,
                    **_said(owner.fields[key], found.values.get(key), principal),
                    "owner": owner.fields[key].owner,
                    "refused": key in found.refused,
                    "unmaskable": bool(
                        owner.fields[key].mask and found.values.get(key) and "unmask" in found.permitted
                    ),
                }
                for key in section.fields
                if key not in elsewhere
            ],
        }
        for section in (detail.sections if detail else ())
        if set(section.fields) - elsewhere
    ]
    data = {
        "sections": sections,
        "object": owner.key,
        "uid": found.uid,
        "revision": found.revision,
        "permitted": found.permitted,
    }
    return BlockData("fields", data, live())


def _history(principal: Principal, record: uuid.UUID, _settings: Settings) -> BlockData:
    owner = api.object_with_role("party")
    entries = api.history(owner.key, record, principal=principal)
    labels = {field.key: field.labels for field in owner.fields.values()}
    return BlockData("history", {**history_out(entries), "labels": labels}, live(), empty=not entries)


def _access(principal: Principal, record: uuid.UUID, _settings: Settings) -> BlockData:
    owner = api.object_with_role("party")
    entries = api.access(owner.key, record, principal=principal)
    labels = {field.key: field.labels for field in owner.fields.values()}
    return BlockData("history", {**history_out(entries[:20]), "labels": labels}, live(), empty=not entries)


def _related(principal: Principal, record: uuid.UUID, settings: Settings) -> BlockData:
    party = _party_key()
    owner = api.describe(settings["object"])
    parent = api.ids(party, [record], principal=principal)[record]
    found = api.related_page(
        owner.key,
        settings["through"],
        parent,
        principal=principal,
        columns=tuple(settings["columns"]),
        sort=(settings.get("sort", "id"), settings.get("direction", "asc")),
    )
    rows = [
        {
            "key": str(row.uid),
            "path": _path_of(owner, row, party, record),
            "cells": {key: _cell(row.values.get(key)) for key in settings["columns"]},
        }
        for row in found
    ]
    columns = [column_of(owner, key) for key in settings["columns"]]
    return BlockData("table", {"columns": columns, "rows": rows, "object": owner.key}, live(), empty=not rows)


def _book_figures(principal: Principal, _record: uuid.UUID | None, settings: Settings) -> BlockData:
    """Sums over a book, each with what it is compared with, and how many records it has."""
    owner = api.describe(settings["object"])
    wanted = [item for item in settings["figures"] if known(owner, [item, *item.get("compare", ())])]
    keys = fields_named(owner, [part for item in wanted for part in (item, *item.get("compare", ()))])
    query = RecordQuery(owner.key, refinement=settings.get("refinement", ""))
    found = api.summarize(query, principal=principal, sums=keys)
    _group, count, sums = found[0] if found else (None, 0, [None] * len(keys))
    totals = dict(zip(keys, sums, strict=True))
    figures: list[dict[str, object]] = [
        {
            **drawn(owner, item),
            "value": compared(item, totals),
            "compare": [{**drawn(owner, part), "value": compared(part, totals)} for part in item.get("compare", ())],
        }
        for item in wanted
    ]
    counted = settings["count"]
    figures.append(
        {
            "key": "count",
            "labels": counted["labels"],
            "value": count,
            "format": "count",
            "unit": counted.get("unit"),
            "compare": _groups(query, counted.get("group_by", ""), owner, principal),
        }
    )
    return BlockData("figures", {"figures": figures}, day_end(owner.key))


def _groups(query: RecordQuery, key: str, owner: ObjectType, principal: Principal) -> list[dict[str, object]]:
    """How many records have each value of a choice, in the order of its options."""
    if key not in owner.fields:
        return []
    counted = {value: n for value, n, _sums in api.summarize(query, principal=principal, group_by=key)}
    return [
        {"labels": option.labels, "value": counted[option.key], "format": "count"}
        for option in owner.fields[key].options
        if option.key in counted
    ]


def _movers(principal: Principal, _record: uuid.UUID | None, settings: Settings) -> BlockData:
    owner = api.describe(settings["object"])
    if settings["by"] not in owner.fields:
        return BlockData("table", {"columns": [], "rows": []}, day_end(owner.key), empty=True)
    columns = [column for column in settings["columns"] if known(owner, [column])]
    rows = []
    for direction in ("desc", "asc"):
        query = RecordQuery(
            owner.key,
            refinement=settings.get("refinement", ""),
            sort=(settings["by"], direction),
            columns=tuple(fields_named(owner, [*columns, {"key": settings["by"]}])),
            limit=settings["count"],
        )
        rows += api.page(query, principal=principal).rows
    seen = {row.uid: row for row in rows if row.values.get(settings["by"]) is not None}
    largest = sorted(seen.values(), key=lambda row: -abs(Decimal(str(row.values[settings["by"]]))))[: settings["count"]]
    name: dict[str, object] = {"key": "display", "labels": owner.labels, "format": "link", "align": "left"}
    shown = [drawn(owner, column) for column in columns]
    return BlockData(
        "table",
        {
            "columns": [name, *shown],
            "rows": [
                {
                    "key": str(row.uid),
                    "path": f"/records/{owner.key}/{row.uid}",
                    "cells": {
                        "display": row.display,
                        **{column["key"]: _cell(compared(column, row.values)) for column in columns},
                    },
                }
                for row in largest
            ],
        },
        day_end(owner.key),
        empty=not largest,
    )


def known(owner: ObjectType, items: Sequence[Settings]) -> bool:
    """Return whether an object has every field that these figures or columns name."""
    return all(key in owner.fields for item in items for key in _named(item))


def fields_named(owner: ObjectType, items: Sequence[Settings]) -> list[str]:
    """Return the fields that figures or columns are made of, each once."""
    return list(dict.fromkeys(key for item in items for key in _named(item) if key in owner.fields))


def drawn(owner: ObjectType, item: Settings) -> dict[str, object]:
    """Return how a figure or column is drawn: as its field, or as it says itself."""
    field = owner.fields.get(_named(item)[0])
    column = column_of(owner, field.key) if field else {}
    own = {key: item[key] for key in ("key", "labels", "format", "unit", "tone") if key in item}
    shown = {**column, **own}
    return {**shown, "align": "right" if shown.get("format") in _RIGHT else "left"}


def compared(item: Settings, values: Mapping[str, object]) -> object:
    """Return the value of a figure or column from the fields' values, as JSON carries it.

    Without `as` it is the field `of` (default: the key) itself; `difference` is `of` less `with`; `growth` is the
    percentage by which `of` grew when `with` is the change that led to it. Unknown parts make it unknown.
    """
    keys = _named(item)
    parts = [values.get(key) for key in keys]
    if "as" not in item:
        return plain(parts[0])
    if any(part is None for part in parts):
        return None
    of, other = (Decimal(str(plain(part))) for part in parts)
    if item["as"] == "difference":
        return plain(of - other)
    before = of - other
    return plain((other / before * 100).quantize(Decimal("0.01"))) if before > 0 else None


def _named(item: Settings) -> list[str]:
    return [item.get("of", item.get("key", "")), *([item["with"]] if "with" in item else [])]


def _search(principal: Principal, text: str) -> Sequence[Mapping[str, object]]:
    answers: list[Mapping[str, object]] = []
    for owner in api.object_types(principal):
        if not any(field.searchable for field in owner.fields.values()) or owner.through:
            continue
        keys = tuple(k for k in ("customer_no", "employee_no", "code", "mobile") if k in owner.fields)
        found = api.page(RecordQuery(owner.key, text=text, limit=6, columns=keys), principal=principal)
        answers += [
            {
                "title": row.display,
                "path": f"/records/{owner.key}/{row.uid}",
                "subtitle": "  ".join([owner.labels[principal.language], *(str(v) for v in row.values.values() if v)]),
            }
            for row in found.rows
        ]
    return answers


def _path_of(owner: ObjectType, row: Any, party: str, record: uuid.UUID) -> str:
    for value in row.values.values():
        if isinstance(value, dict) and value.get("object") == party and value.get("uid") != str(record):
            return f"/records/{party}/{value['uid']}"
    return f"/records/{owner.key}/{row.uid}"


def _cell(value: object) -> object:
    if isinstance(value, dict):
        return value.get("display") or f"{value.get('amount')} {value.get('currency')}"
    return value


def _said(field: FieldType, value: object, principal: Principal) -> dict[str, object]:
    """A field's value in words; a choice is a tag only where its option has a status."""
    if isinstance(value, dict):
        return {"value": _cell(value), "format": field.format}
    if not field.options or value is None or isinstance(value, list):
        return {"value": value, "format": field.format}
    option = next((option for option in field.options if option.key == value), None)
    if option and option.status:
        return {"value": {"text": option.labels[principal.language], "status": option.status}, "format": "tag"}
    return {"value": _label(field, value, principal), "format": "text"}


def _label(field: FieldType | None, value: object, principal: Principal) -> object:
    if field is None:
        return value
    return next((option.labels[principal.language] for option in field.options if option.key == value), value)


def _option(field: FieldType, value: object) -> dict[str, object] | None:
    found = next((option for option in field.options if option.key == value), None)
    return {"key": found.key, "labels": found.labels, "status": found.status or None} if found else None


__all__ = [
    "column_of",
    "compared",
    "day_end",
    "drawn",
    "fields_named",
    "known",
    "live",
    "register",
]
