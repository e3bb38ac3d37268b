"""Blocks about work: the brief, what is due, one party's work, work by manager."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from zhike.kernel.providers import Block, BlockData, register_block
from zhike.platform.objects import api as objects
from zhike.platform.objects.blocks import day_end, live
from zhike.platform.objects.types import RecordQuery
from zhike.platform.organization import api as organization
from zhike.platform.permissions.types import Principal
from zhike.platform.work import api
from zhike.platform.work.routes import present

_DUE = 8


def register() -> None:
    """Offer the blocks of this room."""
    register_block(Block("work_brief", "今日工作", "Today's work", _brief))
    register_block(Block("due_work", "今日待办", "Due work", _due))
    register_block(Block("party_work", "待办", "Work", _of_party))
    register_block(Block("per_manager", "客户经理", "Account managers", _per_manager))


def _brief(principal: Principal, _record: uuid.UUID | None, _settings: Mapping[str, Any]) -> BlockData:
    totals = api.counts(principal=principal)
    english = principal.language == "en"
    due = f"{totals.due_today} due today" if english else f"今天到期 {totals.due_today} 件"
    late = f"{totals.overdue} overdue" if english else f"{totals.overdue} 件已超时"
    rest = f"{totals.open} open in all" if english else f"共 {totals.open} 件待办"
    comma = ", " if english else "，"
    parts = [{"text": due, "tone": "plain"}, {"text": comma, "tone": "plain"}]
    if totals.overdue:
        parts += [{"text": late, "tone": "late"}, {"text": comma, "tone": "plain"}]
    parts.append({"text": rest, "tone": "plain"})
    items, _more = api.todo(principal=principal, limit=1)
    first = None
    if items:
        shown = present(items, principal)[0]
        party: Any = shown["party"]
        first = {"text": f"{party['display'] if party else ''} {items[0].subject}".strip(), "path": "/work"}
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
    """Assets, flow and work of each manager who covers parties of the viewer's units."""
    owner = objects.describe(settings["object"])
    keys = [key for key in settings["sums"] if key in owner.fields]
    tasks = api.per_assignee(principal=principal)
    names = {staff.employee_no: staff.name for staff in organization.all_staff()}
    rows = []
    for number, name, count, sums in objects.summary_by_coverage(
        RecordQuery(owner.key), principal=principal, sums=keys
    ):
        done = tasks.get(number)
        cells = {
            "manager": names.get(number, name or number),
            "count": count,
            **dict(zip(keys, sums, strict=True)),
            "open": done.open if done else 0,
            "overdue": done.overdue if done else 0,
            "done": done.done if done else 0,
        }
        rows.append({"key": number, "cells": cells})
    columns: list[dict[str, object]] = [
        {"key": "manager", "labels": {"zh": "客户经理", "en": "Manager"}, "format": "text", "align": "left"},
        {"key": "count", "labels": {"zh": "客户", "en": "Customers"}, "format": "count", "align": "right"},
        *(
            {
                "key": key,
                "labels": owner.fields[key].labels,
                "format": "change" if "inflow" in key else "money",
                "align": "right",
            }
            for key in keys
        ),
        {"key": "open", "labels": {"zh": "待办", "en": "Open"}, "format": "count", "align": "right"},
        {"key": "overdue", "labels": {"zh": "超时", "en": "Overdue"}, "format": "count", "align": "right"},
        {"key": "done", "labels": {"zh": "已办", "en": "Done"}, "format": "count", "align": "right"},
    ]
    return BlockData("table", {"columns": columns, "rows": rows}, day_end(owner.key), empty=not rows)
