"""Blocks about work: the brief, what is due, one party's work; by who answers for it, in `team_blocks`."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from zhike.kernel.block_data import BriefFirst, Tone, brief
from zhike.kernel.providers import Block, BlockData, BlockSettings, Subject, live, register_block
from zhike.platform.objects import api as objects
from zhike.platform.organization.types import InUnit, OrgUnit
from zhike.platform.permissions import api as permissions
from zhike.platform.permissions.types import Principal
from zhike.platform.work import api
from zhike.platform.work.schemas import WorkData, present
from zhike.platform.work.team_blocks import PerManager, PerUnit, per_manager, per_unit
from zhike.platform.work.types import Work, WorkQuery

_DUE = 8


def register() -> None:
    """Offer the blocks of this room."""
    register_block(Block("work_brief", "今日工作", "Today's work", _brief, by="unit"))
    register_block(Block("due_work", "待办", "To-do", _due, by="unit"))
    register_block(Block("record_work", "待办", "Work", _of_record, by="record"))
    register_block(Block("per_manager", "按服务人员", "By employee", per_manager, PerManager, by="unit"))
    register_block(Block("per_unit", "按机构", "By unit", per_unit, PerUnit, by="unit"))


def _brief(principal: Principal, unit: OrgUnit | None, _settings: BlockSettings) -> BlockData:
    query = WorkQuery(limit=1, unit=InUnit(unit.code) if unit else None)
    totals = api.counts(query, principal=principal)
    english = principal.language == "en"
    said: list[tuple[str, Tone]] = []
    if totals.overdue:
        said.append((f"{totals.overdue} overdue" if english else f"{totals.overdue} 件已超时", "late"))
    if totals.due_today:
        said.append((f"{totals.due_today} due today" if english else f"今天到期 {totals.due_today} 件", "plain"))
    elif not said:
        said.append(("Nothing is due today" if english else "今天没有到期的工作", "plain"))
    if totals.open:
        said.append((f"{totals.open} open in all" if english else f"共 {totals.open} 件待办", "plain"))
    if totals.free:
        said.append((f"{totals.free} to be taken" if english else f"{totals.free} 件待领取", "plain"))
    items, _more = api.todo(query, principal=principal)
    first: BriefFirst | None = None
    if items:
        shown = present(items, principal)[0]
        subject = f"{shown['about']['display'] if shown['about'] else ''} {items[0].subject}".strip()
        first = {"text": subject, "path": shown["path"]}
    return brief(said, first, principal.language, live())


def _due(principal: Principal, unit: OrgUnit | None, _settings: BlockSettings) -> BlockData:
    query = WorkQuery(limit=_DUE, unit=InUnit(unit.code) if unit else None)
    items, _more = api.todo(query, principal=principal)
    place = f"?{urlencode({'unit': unit.code})}" if unit else ""
    return _work(items, api.counts(query, principal=principal).shown, principal, path=f"/work{place}")


def _of_record(principal: Principal, subject: Subject, _settings: BlockSettings) -> BlockData:
    record_id = objects.ids(subject.object, [subject.uid], principal=principal)[subject.uid]
    items = api.of_record(subject.object, record_id, principal=principal)
    gives = permissions.allowed(principal, "work.create") and any(kind.by_hand for kind in api.kinds().values())
    return _work(items, len(items), principal, f"/work?about={subject.object}:{subject.uid}" if gives else None)


def _work(
    items: Sequence[Work], total: int, principal: Principal, create: str | None = None, path: str = "/work"
) -> BlockData:
    data: WorkData = {"items": present(items, principal), "total": total, "path": path, "create": create}
    return BlockData("work", data, live(), empty=not items)
