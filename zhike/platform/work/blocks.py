"""Blocks about work: the brief, what is due, one party's work, work by manager."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from zhike.kernel.providers import Block, BlockData, register_block
from zhike.platform.objects import api as objects
from zhike.platform.objects.blocks import compared, day_end, drawn, fields_named, known, live
from zhike.platform.objects.types import RecordQuery
from zhike.platform.organization import api as organization
from zhike.platform.permissions.types import Principal
from zhike.platform.work import api
from zhike.platform.work.routes import present
from zhike.platform.work.types import WorkCounts

_DUE = 8
_TOTAL = {"zh": "合计，含未分配", "en": "Total, with unassigned"}
_WORK_COLUMNS: list[dict[str, object]] = [
    {"key": "open", "labels": {"zh": "待办", "en": "Open"}, "format": "count", "align": "right"},
    {"key": "overdue", "labels": {"zh": "超时", "en": "Overdue"}, "format": "count", "align": "right", "tone": "late"},
    {"key": "done", "labels": {"zh": "已办", "en": "Done"}, "format": "count", "align": "right"},
]


def register() -> None:
    """Offer the blocks of this room."""
    register_block(Block("work_brief", "今日工作", "Today's work", _brief))
    register_block(Block("due_work", "待办", "Work to do", _due))
    register_block(Block("party_work", "待办", "Work", _of_party))
    register_block(Block("per_manager", "客户经理", "Account managers", _per_manager))


def _brief(principal: Principal, _record: uuid.UUID | None, _settings: Mapping[str, Any]) -> BlockData:
    totals = api.counts(principal=principal)
    english = principal.language == "en"
    said = []
    if totals.overdue:
        said.append((f"{totals.overdue} overdue" if english else f"{totals.overdue} 件已超时", "late"))
    if totals.due_today:
        said.append((f"{totals.due_today} due today" if english else f"今天到期 {totals.due_today} 件", "plain"))
    elif not said:
        said.append(("Nothing is due today" if english else "今天没有到期的工作", "plain"))
    if totals.open:
        said.append((f"{totals.open} open in all" if english else f"共 {totals.open} 件待办", "plain"))
    comma = {"text": ", " if english else "，", "tone": "plain"}
    parts = [part for text, tone in said for part in (comma, {"text": text, "tone": tone})][1:]
    items, _more = api.todo(principal=principal, limit=1)
    first = None
    if items:
        shown = present(items, principal)[0]
        party: Any = shown["party"]
        first = {
            "text": f"{party['display'] if party else ''} {items[0].subject}".strip(),
            "path": f"/work/{items[0].uid}",
        }
    sentence = "".join(str(part["text"]) for part in parts)
    return BlockData("brief", {"sentence": sentence, "parts": parts, "first": first}, live())


def _due(principal: Principal, _record: uuid.UUID | None, _settings: Mapping[str, Any]) -> BlockData:
    items, _more = api.todo(principal=principal, limit=_DUE)
    totals = api.counts(principal=principal)
    return BlockData("work", {"items": present(items, principal), "total": totals.open}, live(), empty=not items)


def _of_party(principal: Principal, record: uuid.UUID, _settings: Mapping[str, Any]) -> BlockData:
    party = objects.object_with_role("party").key
    party_id = objects.ids(party, [record], principal=principal)[record]
    items = api.of_party(party_id, principal=principal)
    return BlockData("work", {"items": present(items, principal), "total": len(items)}, live(), empty=not items)


def _per_manager(principal: Principal, _record: uuid.UUID | None, settings: Mapping[str, Any]) -> BlockData:
    """Figures and work of each employee who covers parties of the viewer's units; the last row counts each once."""
    owner = objects.describe(settings["object"])
    columns = [column for column in settings["columns"] if known(owner, [column])]
    keys = fields_named(owner, columns)
    tasks = api.per_assignee(principal=principal)
    names = {staff.employee_no: staff.name for staff in organization.all_staff()}

    def row(number: str, name: str, count: int, sums: Sequence[object]) -> dict[str, object]:
        totals, done = dict(zip(keys, sums, strict=True)), tasks.get(number, WorkCounts(0, 0, 0, 0))
        figures = {column["key"]: compared(column, totals) for column in columns}
        work = {"open": done.open, "overdue": done.overdue, "done": done.done}
        return {"key": number, "cells": {"manager": name, "count": count, **figures, **work}}

    query = RecordQuery(owner.key, refinement=settings.get("refinement", ""))
    rows = [
        row(number, names.get(number, name or number), count, sums)
        for number, name, count, sums in objects.summary_by_coverage(query, principal=principal, sums=keys)
    ]
    found = objects.summarize(query, principal=principal, sums=keys)
    total = row("", "", found[0][1] if found else 0, found[0][2] if found else [None] * len(keys))["cells"]
    work = {key: sum(getattr(counts, key) for counts in tasks.values()) for key in ("open", "overdue", "done")}
    shown: list[dict[str, object]] = [
        {"key": "manager", "labels": settings["labels"], "format": "text", "align": "left"},
        {"key": "count", "labels": settings["count"], "format": "count", "align": "right"},
        *(drawn(owner, column) for column in columns),
        *_WORK_COLUMNS,
    ]
    data = {"columns": shown, "rows": rows, "total": {**total, "manager": _TOTAL[principal.language], **work}}  # type: ignore[dict-item]
    return BlockData("table", data, day_end(owner.key), empty=not rows)
