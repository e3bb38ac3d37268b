"""Blocks about records, driven by page definitions and declared roles."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import cast

from zhike.kernel.block_data import (
    CellValue,
    Comparison,
    Figure,
    TableColumn,
    TableMore,
    TableRow,
    TaggedText,
    column,
    figures,
    table,
)
from zhike.kernel.errors import NotFound
from zhike.kernel.money import HOME
from zhike.kernel.providers import (
    Block,
    BlockData,
    BlockSettings,
    Subject,
    live,
    register_block,
    register_search,
)
from zhike.kernel.wire import Labels, Option, labels, option
from zhike.platform.objects import api as objects
from zhike.platform.objects import catalogue
from zhike.platform.objects.types import FieldType, ObjectType, Record, RecordQuery, pointing_at
from zhike.platform.organization.types import OrgUnit
from zhike.platform.permissions import api as permissions
from zhike.platform.permissions.types import Principal
from zhike.platform.records import api, finding
from zhike.platform.records.block_parts import (
    BookFigures,
    ComparedFigure,
    FactData,
    FieldsData,
    HistoryData,
    IdentityData,
    Movers,
    RecordFields,
    RecordIdentity,
    RelatedRecords,
    SectionData,
)
from zhike.platform.records.figures import Compared, column_of, compared, day_end, drawn, fields_named, known, scalar
from zhike.platform.records.logic.history import RecordHistory
from zhike.platform.records.schemas import history_out, is_corrected, source_out
from zhike.platform.records.wire import Owner

_VIEWS = 20
#: The column that marks records from which something is looked up; no field is called so.
_CHOSEN = "-chosen"


def register() -> None:
    """Offer the blocks and the search of this room."""
    for block in (
        Block("record_identity", "身份", "Identity", _identity, RecordIdentity, by="record"),
        Block("record_fields", "资料", "Facts", _fields, RecordFields, by="record"),
        Block("record_history", "变更记录", "History", _history, by="record"),
        Block("record_access", "查看记录", "Access log", _access, by="record"),
        Block("related_records", "相关记录", "Related", _related, RelatedRecords, by="record"),
        Block("book_figures", "名下资产", "Book", _book_figures, BookFigures, by="unit"),
        Block("movers", "资产变动", "Movers", _movers, Movers, by="unit"),
    ):
        register_block(block)
    register_search("records", finding.search)


def _identity(principal: Principal, subject: Subject, settings: RecordIdentity) -> BlockData:
    owner = catalogue.describe(subject.object)
    found = api.get(owner.key, subject.uid, principal=principal, log_view=False)
    values, status, level = found.values, owner.field_with_role("status"), owner.field_with_role("risk_level")
    risk = values.get(level.key) if level else None
    facts = [_fact(owner.fields[key], values.get(key), principal) for key in settings.facts]
    drawn_figures = [_figure(owner, item, values) for item in settings.figures if known(owner, [item, *item.compare])]
    tier = settings.tier or ""
    data: IdentityData = {
        "display": found.display,
        "uid": found.uid,
        "object": owner.key,
        "number": _text(values.get(settings.number or "")),
        "tier": _option(owner.fields[tier], values.get(tier)) if tier in owner.fields else None,
        "status": _option(status, values.get(status.key)) if status else None,
        "facts": facts,
        "figures": drawn_figures,
        "figures_at": day_end(owner.key).at,
        "risk": {
            "level": str(risk),
            "label": str(_label(level, risk, principal)),
            "valid_until": _text(values.get(settings.valid_until or "")),
            "products": settings.products.get(str(risk)),
        }
        if risk
        else None,
        "consents": [
            {"channel": channel, "labels": labels(owner.fields[key].labels), "state": str(values.get(key) or "none")}
            for channel, key in settings.consents.items()
            if key not in found.refused
        ],
        "unmaskable": [
            {"field": f.key, "labels": labels(f.labels), "value": str(values[f.key])}
            for f in owner.fields.values()
            if f.mask and values.get(f.key) and "unmask" in found.permitted
        ],
        "revision": found.revision,
        "permitted": list(found.permitted),
    }
    return BlockData("identity", data, live())


def _fields(principal: Principal, subject: Subject, settings: RecordFields) -> BlockData:
    """The fields of a record by section, without those that the page shows elsewhere."""
    owner = catalogue.describe(subject.object)
    found = api.get(owner.key, subject.uid, principal=principal, log_view=False)
    detail = owner.definition.detail
    elsewhere = set(settings.without)
    sections: list[SectionData] = [
        {
            "labels": labels(section.labels),
            "kept": found.from_source and any(_is_kept(owner.fields[key]) for key in set(section.fields) - elsewhere),
            "fields": [
                {
                    **_fact(owner.fields[key], found.values.get(key), principal),
                    "owner": cast(Owner, owner.fields[key].owner),
                    "refused": key in found.refused,
                    "unmaskable": bool(
                        owner.fields[key].mask and found.values.get(key) and "unmask" in found.permitted
                    ),
                    "help": _help(owner.fields[key]),
                }
                for key in section.fields
                if key not in elsewhere
            ],
        }
        for section in (detail.sections if detail else ())
        if set(section.fields) - elsewhere
    ]
    data: FieldsData = {
        "sections": sections,
        "source": source_out(owner.key, found),
        "corrected": is_corrected(owner, principal),
        "object": owner.key,
        "uid": found.uid,
        "revision": found.revision,
        "permitted": list(found.permitted),
    }
    return BlockData("fields", data, live())


def _is_kept(field: FieldType) -> bool:
    """Whether a source keeps a field of the records that it gave."""
    return field.stored and field.owner == "source"


def _history(principal: Principal, subject: Subject, _settings: BlockSettings) -> BlockData:
    return _journal(subject, api.history(subject.object, subject.uid, principal=principal))


def _journal(subject: Subject, entries: Sequence[RecordHistory]) -> BlockData:
    data: HistoryData = {**history_out(entries), "object": subject.object}
    return BlockData("history", data, live(), empty=not entries)


def _access(principal: Principal, subject: Subject, _settings: BlockSettings) -> BlockData:
    return _journal(subject, api.access(subject.object, subject.uid, principal=principal)[:_VIEWS])


def _related(principal: Principal, subject: Subject, settings: RelatedRecords) -> BlockData:
    """The records of another object that point at the subject, and which of them its fields are looked up in."""
    owner = catalogue.describe(settings.object)
    parent = objects.ids(subject.object, [subject.uid], principal=principal)[subject.uid]
    found = objects.related_page(
        owner.key,
        settings.through,
        parent,
        principal=principal,
        columns=settings.columns,
        sort=((settings.sort or "id", settings.direction),),
    )
    spelled = {key for key in settings.columns if _is_mixed(row.values.get(key) for row in found.rows)}
    columns = [_spelled(column_of(owner, key)) if key in spelled else column_of(owner, key) for key in settings.columns]
    chosen: Collection[int] = ()
    if settings.chosen:
        columns.append(column(_CHOSEN, labels(settings.chosen), "tag"))
        chosen = objects.looked_up(subject.object, parent, owner.key, settings.through, principal=principal)
    mark: TaggedText = {"text": settings.chosen[principal.language] if settings.chosen else "", "status": "done"}
    rows: list[TableRow] = [
        {
            "key": str(row.uid),
            "path": _path_of(owner, row, subject),
            "cells": {
                **{key: _cell_of(row.values.get(key), spelled=key in spelled) for key in settings.columns},
                **({_CHOSEN: mark} if row.id in chosen else {}),
            },
        }
        for row in found.rows
    ]
    more: TableMore | None = None
    if found.next_cursor:
        everything = RecordQuery(owner.key, condition=pointing_at(settings.through, parent))
        count = objects.count(everything, principal=principal).count
        more = {"count": count - len(rows), "path": f"/records/{owner.key}?{settings.through}={subject.uid}"}
    return table(columns, rows, live(), more=more, create=_creating(owner, settings.through, subject, principal))


def _currency(value: object) -> str | None:
    """The currency of an amount; None of what is none."""
    return str(value["currency"]) if isinstance(value, dict) and "currency" in value else None


def _is_mixed(values: Iterable[object]) -> bool:
    """Whether amounts are in other currencies, too, so that each says its own."""
    return bool({_currency(value) for value in values} - {None, HOME})


def _spelled(column: TableColumn) -> TableColumn:
    """The column of amounts that say their currency, without one unit for all."""
    return {**column, "format": "text", "unit": None}


def _cell_of(value: object, *, spelled: bool) -> CellValue:
    currency = _currency(value)
    if currency is None or not spelled or not isinstance(value, dict):
        return _cell(value)
    return f"{Decimal(str(value['amount'])):,} {currency}"


def _creating(owner: ObjectType, through: str, subject: Subject, principal: Principal) -> str | None:
    """Where whoever may make one more related record does so, this one filled in; None for others.

    What one sees only because it is shared is read, and nothing is written beneath it.
    """
    if not permissions.allowed(principal, f"{owner.key}.create") or _is_only_shared(subject, principal):
        return None
    return f"/records/{owner.key}/new?{through}={subject.uid}"


def _is_only_shared(subject: Subject, principal: Principal) -> bool:
    """Whether nothing but a share lets the principal, who reads the record, do so."""
    if not principal.shared:
        return False
    try:
        objects.ids(subject.object, [subject.uid], principal=replace(principal, shared=()))
    except NotFound:
        return True
    return False


def _book_figures(principal: Principal, unit: OrgUnit | None, settings: BookFigures) -> BlockData:
    """Sums over a book, each with what it is compared with, and how many records it has."""
    owner = catalogue.describe(settings.object)
    wanted = [item for item in settings.figures if known(owner, [item, *item.compare])]
    keys = fields_named(owner, [part for item in wanted for part in (item, *item.compare)])
    query = settings.query(unit)
    found = objects.summarize(query, principal=principal, sums=keys)
    _group, count, sums = found[0] if found else (None, 0, [None] * len(keys))
    totals = dict(zip(keys, sums, strict=True))
    shown = [_figure(owner, item, totals) for item in wanted]
    counted = settings.count
    shown.append(
        {
            "key": "count",
            "labels": labels(counted.labels),
            "value": count,
            "format": "count",
            "unit": counted.unit,
            "compare": _groups(query, counted.group_by or "", owner, principal),
        }
    )
    return figures(shown, day_end(owner.key))


def _figure(owner: ObjectType, item: ComparedFigure, values: Mapping[str, object]) -> Figure:
    shown = drawn(owner, item)
    return {
        "key": shown["key"],
        "labels": shown["labels"],
        "value": compared(item, values),
        "format": shown["format"],
        "unit": shown["unit"],
        "compare": [_comparison(owner, part, values) for part in item.compare],
    }


def _comparison(owner: ObjectType, item: Compared, values: Mapping[str, object]) -> Comparison:
    shown = drawn(owner, item)
    value = compared(item, values)
    return {"labels": shown["labels"], "value": value, "format": shown["format"], "unit": shown["unit"]}


def _groups(query: RecordQuery, key: str, owner: ObjectType, principal: Principal) -> list[Comparison]:
    """How many records have each value of a choice, in the order of its options, and last how many have none of them."""
    field = owner.fields.get(key)
    if field is None:
        return []
    counted = {value: n for value, n, _sums in objects.summarize(query, principal=principal, group_by=key)}
    named = [(labels(one.labels), counted.pop(one.key)) for one in field.options if one.key in counted]
    none = sum(counted.values())
    if none:
        said: Labels = {"zh": f"无{field.labels['zh']}", "en": f"No {field.labels['en'].lower()}"}
        named.append((said, none))
    return [{"labels": said, "value": n, "format": "count", "unit": None} for said, n in named]


def _movers(principal: Principal, unit: OrgUnit | None, settings: Movers) -> BlockData:
    owner = catalogue.describe(settings.object)
    if settings.by not in owner.fields:
        return table([], [], day_end(owner.key))
    columns = [item for item in settings.columns if known(owner, [item])]
    found: list[Record] = []
    for direction in ("desc", "asc"):
        query = replace(
            settings.query(unit),
            sort=((settings.by, direction),),
            columns=tuple(dict.fromkeys([*fields_named(owner, columns), settings.by])),
            limit=settings.count,
        )
        found += objects.page(query, principal=principal).rows
    seen = {row.uid: row for row in found if row.values.get(settings.by) is not None}
    largest = sorted(seen.values(), key=lambda row: -abs(Decimal(str(row.values[settings.by]))))[: settings.count]
    rows: list[TableRow] = [
        {
            "key": str(row.uid),
            "path": f"/records/{owner.key}/{row.uid}",
            "cells": {"display": row.display, **{item.key: compared(item, row.values) for item in columns}},
        }
        for row in largest
    ]
    name = column("display", labels(owner.labels), "link")
    return table([name, *(drawn(owner, item) for item in columns)], rows, day_end(owner.key))


def _path_of(owner: ObjectType, row: Record, subject: Subject) -> str:
    """Where a related record leads: to the other record of the subject's object that it names, else to itself."""
    for value in row.values.values():
        if isinstance(value, dict) and value.get("object") == subject.object and value.get("uid") != str(subject.uid):
            return f"/records/{subject.object}/{value['uid']}"
    return f"/records/{owner.key}/{row.uid}"


def _cell(value: object) -> CellValue:
    return [scalar(item) for item in value] if isinstance(value, list) else scalar(value)


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _fact(field: FieldType, value: object, principal: Principal) -> FactData:
    """A field's value in words; a choice is a tag only where its option has a status."""
    words, shown = labels(field.labels), field.format
    if not field.options or value is None or isinstance(value, dict | list):
        return {"key": field.key, "labels": words, "value": _cell(value), "format": shown}
    chosen = next((option for option in field.options if option.key == value), None)
    if chosen and chosen.status:
        tag: TaggedText = {"text": chosen.labels[principal.language], "status": chosen.status}
        return {"key": field.key, "labels": words, "value": tag, "format": "tag"}
    return {"key": field.key, "labels": words, "value": _cell(_label(field, value, principal)), "format": "text"}


def _help(field: FieldType) -> Labels | None:
    return labels(field.help) if field.help else None


def _label(field: FieldType | None, value: object, principal: Principal) -> object:
    if field is None:
        return value
    return next((option.labels[principal.language] for option in field.options if option.key == value), value)


def _option(field: FieldType, value: object) -> Option | None:
    found = next((option for option in field.options if option.key == value), None)
    return option(found.key, found.labels, found.status) if found else None
