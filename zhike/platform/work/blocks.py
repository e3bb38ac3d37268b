"""Blocks about work: the brief, what is due, one party's work, work by manager."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from pydantic import Field

from zhike.kernel.block_data import BriefFirst, CellValue, TableRow, Tone, brief, column, table
from zhike.kernel.definition_parts import Labels as Words
from zhike.kernel.providers import Block, BlockData, BlockSettings, Named, Subject, live, register_block
from zhike.kernel.wire import labels
from zhike.platform.objects import api as objects
from zhike.platform.objects import catalogue
from zhike.platform.objects.types import RecordQuery
from zhike.platform.organization import api as organization
from zhike.platform.permissions import api as permissions
from zhike.platform.permissions.types import Principal
from zhike.platform.records.figures import Compared, OfBook, compared, day_end, drawn, fields_named, known
from zhike.platform.work import api
from zhike.platform.work.schemas import WorkData, present
from zhike.platform.work.types import Work, WorkCounts, WorkQuery

_DUE = 8
_OTHERS = {"zh": "其他人员及待领取", "en": "Others, and to be taken"}
_TOTAL = {"zh": "合计，每户计一次", "en": "Total, each counted once"}
_WORK_COLUMNS = [
    column("open", {"zh": "待办", "en": "Open"}, "count"),
    column("overdue", {"zh": "超时", "en": "Overdue"}, "count", tone="late"),
    column("done", {"zh": "已办", "en": "Done"}, "count"),
]


class PerManager(OfBook):
    """Figures and work of each employee who covers parties of the viewer's units."""

    who: Words = Field(description="what one of the employees is called")
    count: Words = Field(description="what is written over the number of parties")
    columns: tuple[Compared, ...] = Field(min_length=1, description="figures and fields from left to right")

    def named(self, record: str) -> Iterator[Named]:
        """Yield every field and refinement that the settings name."""
        yield from super().named(record)
        for number, item in enumerate(self.columns):
            yield from item.named(self.object, ("columns", number))


def register() -> None:
    """Offer the blocks of this room."""
    register_block(Block("work_brief", "今日工作", "Today's work", _brief))
    register_block(Block("due_work", "待办", "To-do", _due))
    register_block(Block("record_work", "待办", "Work", _of_record, of_record=True))
    register_block(Block("per_manager", "按服务人员", "By employee", _per_manager, PerManager))


def _brief(principal: Principal, _subject: None, _settings: BlockSettings) -> BlockData:
    totals = api.counts(principal=principal)
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
    items, _more = api.todo(WorkQuery(limit=1), principal=principal)
    first: BriefFirst | None = None
    if items:
        shown = present(items, principal)[0]
        subject = f"{shown['about']['display'] if shown['about'] else ''} {items[0].subject}".strip()
        first = {"text": subject, "path": shown["path"]}
    return brief(said, first, principal.language, live())


def _due(principal: Principal, _subject: None, _settings: BlockSettings) -> BlockData:
    items, _more = api.todo(WorkQuery(limit=_DUE), principal=principal)
    totals = api.counts(principal=principal)
    return _work(items, totals.open, principal)


def _of_record(principal: Principal, subject: Subject, _settings: BlockSettings) -> BlockData:
    record_id = objects.ids(subject.object, [subject.uid], principal=principal)[subject.uid]
    items = api.of_record(subject.object, record_id, principal=principal)
    gives = permissions.allowed(principal, "work.create") and any(kind.by_hand for kind in api.kinds().values())
    return _work(items, len(items), principal, f"/work?about={subject.object}:{subject.uid}" if gives else None)


def _work(items: Sequence[Work], total: int, principal: Principal, create: str | None = None) -> BlockData:
    data: WorkData = {"items": present(items, principal), "total": total, "create": create}
    return BlockData("work", data, live(), empty=not items)


def _per_manager(principal: Principal, _subject: None, settings: PerManager) -> BlockData:
    """Figures and work of each employee who covers parties of the viewer's units, then what is nobody's of these: parties
    without one, and the work of others or of nobody yet.

    The total counts each party once, however many serve it, and all work.
    """
    owner = catalogue.describe(settings.object)
    columns = [item for item in settings.columns if known(owner, [item])]
    keys = fields_named(owner, columns)
    tasks = api.per_assignee(principal=principal)
    everything = _amount(list(tasks.values()))

    def cells(name: str, count: int, sums: Sequence[object]) -> dict[str, CellValue]:
        totals = dict(zip(keys, sums, strict=True))
        return {"manager": name, "count": count, **{item.key: compared(item, totals) for item in columns}}

    query = RecordQuery(owner.key, refinement=settings.refinement or "")
    rows: list[TableRow] = []
    rest: list[TableRow] = []
    served = objects.summary_by_coverage(query, principal=principal, sums=keys)
    names = organization.user_names(number for number, *_rest in served if number)
    for number, name, count, sums in served:
        if number:
            row = cells(names.get(number, name or number), count, sums) | _amount([tasks.pop(number, None)])
            rows.append(_row(number, row))
        else:
            rest.append(_row("unserved", cells(_unserved(settings.who, principal.language), count, sums)))
    others = _amount(list(tasks.values()))
    if any(others.values()):
        rest.append(_row("others", {"manager": _OTHERS[principal.language], **others}))
    found = objects.summarize(query, principal=principal, sums=keys)
    _group, count, sums = found[0] if found else (None, 0, [None] * len(keys))
    shown = [
        column("manager", labels(settings.who), "text"),
        column("count", labels(settings.count), "count"),
        *(drawn(owner, item) for item in columns),
        *_WORK_COLUMNS,
    ]
    total = cells(_TOTAL[principal.language], count, sums) | everything
    return table(shown, rows, day_end(owner.key), rest=rest, total=total)


def _unserved(who: Words, language: str) -> str:
    """What stands for the employee of those that nobody serves."""
    return f"No {who['en'][:1].lower()}{who['en'][1:]}" if language == "en" else f"未分配{who['zh']}"


def _row(key: str, cells: Mapping[str, CellValue]) -> TableRow:
    return {"key": key, "path": None, "cells": cells}


def _amount(work: Sequence[WorkCounts | None]) -> dict[str, CellValue]:
    """How much work that is together."""
    return {
        key: sum(getattr(counts, key) for counts in work if counts is not None) for key in ("open", "overdue", "done")
    }
