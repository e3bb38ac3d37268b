"""Blocks that tell figures and work by who answers for them: the units below, or the employees who serve.

Every row leads to the list of exactly what it counts, and all rows together are the total, in every column.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from pydantic import Field

from zhike.kernel.block_data import CellValue, TableColumn, TableRow, column, table
from zhike.kernel.definition_parts import Flag
from zhike.kernel.definition_parts import Labels as Words
from zhike.kernel.providers import BlockData, Named
from zhike.kernel.wire import labels
from zhike.platform.fields.api import plain
from zhike.platform.objects import api as objects
from zhike.platform.objects import catalogue
from zhike.platform.objects.types import ObjectType
from zhike.platform.organization import api as organization
from zhike.platform.organization import places
from zhike.platform.organization.types import InUnit, OrgUnit
from zhike.platform.permissions.types import Principal
from zhike.platform.records.figures import Compared, OfBook, compared, day_end, drawn, fields_named, known
from zhike.platform.work import api
from zhike.platform.work.types import WorkCounts

_SEVERAL = {"zh": "由多人服务，重复计入", "en": "Served by several, counted again"}
_NOBODY_YET = {"zh": "待领取", "en": "To be taken"}
_OTHERS = {"zh": "其他人员", "en": "Others"}
_HERE = {"zh": "直属", "en": "Directly under it"}
_NO_UNIT = {"zh": "未归属机构", "en": "In no unit"}
_ELSEWHERE = {"zh": "其他机构", "en": "Other units"}
_TOTAL = {"zh": "合计", "en": "Total"}
_WORK_COLUMNS = [
    column("open", {"zh": "待办", "en": "Open"}, "count"),
    column("overdue", {"zh": "超时", "en": "Overdue"}, "count", tone="late"),
    column("done", {"zh": "已办", "en": "Done"}, "count"),
]
_OF_WORK = ("open", "overdue", "done")
_NONE = WorkCounts(0, 0, 0, 0)
_FINE = Decimal("0.000001")


class TeamColumn(Compared):
    """A figure of each row, or its share of the total."""

    share: Flag = Field(False, description="the row's share of the total, in per cent; of nothing there is none")


class PerManager(OfBook):
    """Figures and work of each employee who covers parties of the viewer's units."""

    who: Words = Field(description="what one of the employees is called")
    count: Words = Field(description="what is written over the number of parties")
    columns: tuple[TeamColumn, ...] = Field(min_length=1, description="figures and fields from left to right")

    def named(self, record: str) -> Iterator[Named]:
        """Yield every field and refinement that the settings name."""
        yield from super().named(record)
        for number, item in enumerate(self.columns):
            yield from item.named(self.object, ("columns", number))


class PerUnit(PerManager):
    """Figures and work of each unit directly below the viewer's; below a unit without any, of each employee."""

    unit: Words = Field(description="what one of the units is called")


@dataclass(slots=True)
class _Part:
    """Records, sums of their fields, and work, of one row."""

    count: int = 0
    sums: Sequence[Any] = ()
    work: WorkCounts = _NONE

    def add(self, count: int = 0, sums: Sequence[Any] = (), work: WorkCounts = _NONE) -> None:
        """Put more into it; a sum of nothing stays unknown."""
        self.count += count
        both = self.sums and sums
        self.sums = [_sum(pair) for pair in zip(self.sums, sums, strict=True)] if both else self.sums or sums
        self.work = WorkCounts(
            self.work.open + work.open, self.work.overdue + work.overdue, 0, self.work.done + work.done
        )

    @property
    def empty(self) -> bool:
        """Whether there is neither a record nor work in it."""
        return not (self.count or self.work.open or self.work.done)


def _sum(amounts: Iterable[Any]) -> Any:
    there = [Decimal(str(plain(amount))) for amount in amounts if amount is not None]
    return sum(there) if there else None


@dataclass(frozen=True, slots=True)
class _Named:
    """What a row is called, and how its lists of records and of work are asked for; None where there is no such list."""

    key: str
    name: str
    records: Mapping[str, str] | None = None
    work: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class _Row:
    """A row before its shares are known: what it is called, what is in it, where it leads, and which cells it lacks."""

    named: _Named
    part: _Part
    path: str | None = None
    lacks: Sequence[str] = ()


@dataclass(slots=True)
class _Team:
    """The table that is being made: its rows in order, what is left over below them, and what all have put into it."""

    settings: PerManager
    unit: OrgUnit | None
    language: str
    owner: ObjectType = field(init=False)
    columns: list[TeamColumn] = field(init=False)
    keys: list[str] = field(init=False)
    rows: list[_Row] = field(default_factory=list)
    rest: list[_Row] = field(default_factory=list)
    total: _Part = field(default_factory=_Part)

    def __post_init__(self) -> None:
        self.owner = catalogue.describe(self.settings.object)
        self.columns = [item for item in self.settings.columns if known(self.owner, [item])]
        self.keys = fields_named(self.owner, self.columns)

    def add(self, row: _Named, part: _Part, *, path: str | None = None) -> None:
        """Add a row; it leads to `path`, or else to the list of its records or of its work."""
        self.total.add(part.count, part.sums, part.work)
        self.rows.append(_Row(row, part, path))

    def leave(self, row: _Named, part: _Part, *, lacks: Sequence[str] = ()) -> None:
        """Add below the rows what they leave over, if there is anything; cells that it lacks say nothing."""
        if not part.empty:
            self.total.add(part.count, part.sums, part.work)
            self.rest.append(_Row(row, part, lacks=lacks))

    @property
    def of_records(self) -> list[str]:
        """The columns that are about records."""
        return ["count", *(item.key for item in self.columns)]

    def shown(self, called: Words) -> BlockData:
        """Return the table, whose rows are called so."""
        heads: list[TableColumn] = [
            column("name", labels(called), "text"),
            column("count", labels(self.settings.count), "count"),
            *(drawn(self.owner, item) for item in self.columns),
            *_WORK_COLUMNS,
        ]
        total = self._cells(_TOTAL[self.language], self.total)
        rows, rest = [self._row(row) for row in self.rows], [self._row(row) for row in self.rest]
        return table(heads, rows, day_end(self.owner.key), rest=rest, total=total)

    def _row(self, made: _Row) -> TableRow:
        row, part, links = made.named, made.part, {}
        if row.records is not None and part.count > 0:
            links["count"] = self._records(row.records)
        if row.work is not None:
            links |= {"open": self._work(row.work)} if part.work.open else {}
            links |= {"overdue": self._work({**row.work, "overdue": "1"})} if part.work.overdue else {}
            # Nobody's is open work alone: the list of what is done is of whoever did it.
            if part.work.done and "nobody" not in row.work:
                links |= {"done": self._work({**row.work, "view": "done"})}
        leads = made.path or links.get("count") or links.get("open")
        cells = {key: cell for key, cell in self._cells(row.name, part).items() if key not in made.lacks}
        return {"key": row.key, "path": leads, "cells": cells, "links": links}

    def _cells(self, name: str, part: _Part) -> dict[str, CellValue]:
        sums, whole = self._sums(part), self._sums(self.total)
        return {
            "name": name,
            "count": part.count,
            **{item.key: _share(item, sums, whole) if item.share else compared(item, sums) for item in self.columns},
            **{key: getattr(part.work, key) for key in _OF_WORK},
        }

    def _sums(self, part: _Part) -> dict[str, Any]:
        return dict(zip(self.keys, part.sums or [0] * len(self.keys), strict=True))

    def _records(self, asked: Mapping[str, str]) -> str:
        """The list of the book, of the unit that is looked at, narrowed further."""
        place = {"unit": self.unit.code} if self.unit else {}
        said = {"tab": self.settings.refinement or "all", **place, **asked}
        return f"/records/{self.owner.key}?{urlencode(said)}"

    def _work(self, asked: Mapping[str, str]) -> str:
        return f"/work?{urlencode({**({'unit': self.unit.code} if self.unit else {}), **asked})}"


def _share(item: TeamColumn, sums: Mapping[str, Any], whole: Mapping[str, Any]) -> str | None:
    """Return what a figure is of that of the total, in per cent: finer than it is drawn, so that it is rounded once."""
    part, of = compared(item, sums), compared(item, whole)
    if part is None or of is None or Decimal(str(of)) <= 0:
        return None
    return str((Decimal(str(part)) * 100 / Decimal(str(of))).quantize(_FINE))


def per_manager(principal: Principal, unit: OrgUnit | None, settings: PerManager) -> BlockData:
    """Figures and work of each employee who covers parties of the viewer's units, or has open work there; then what is
    nobody's.

    What several serve is with each of them, and taken off once below: the total has each party once, and all work.
    """
    team = _Team(settings, unit, principal.language)
    tasks = api.per_assignee(InUnit(unit.code) if unit else None, principal=principal)
    unheld = tasks.pop("", _NONE)
    served = objects.summary_by_coverage(settings.query(unit), principal=principal, sums=team.keys)
    names = organization.user_names([*tasks, *(number for number, *_rest in served if number)])
    for number, name, count, sums in served:
        if number:
            row = _Named(number, names.get(number, name or number), {"served": number}, {"assignee": number})
            team.add(row, _Part(count, sums, tasks.pop(number, _NONE)))
    for number, work in sorted(tasks.items(), key=lambda one: (-one[1].open, one[0])):
        if work.open:
            row = _Named(number, names.get(number, number), work={"assignee": number})
            team.add(row, _Part(work=tasks.pop(number)))
    for number, _name, count, sums in served:
        if not number:
            several = _Named("several", _SEVERAL[team.language])
            unserved = _Named("unserved", _unserved(settings.who, team.language), {"served": ""})
            team.leave(several if number is None else unserved, _Part(count, sums), lacks=_OF_WORK)
    nobody = _Named("nobody", _NOBODY_YET[team.language], work={"nobody": "1"})
    team.leave(nobody, _Part(work=unheld), lacks=team.of_records)
    others = _Part()
    for work in tasks.values():
        others.add(work=work)
    team.leave(_Named("others", _OTHERS[team.language]), others, lacks=team.of_records)
    return team.shown(settings.who)


def _unserved(who: Words, language: str) -> str:
    """What stands for the employee of those that nobody serves."""
    return f"No {who['en'][:1].lower()}{who['en'][1:]}" if language == "en" else f"未分配{who['zh']}"


def per_unit(principal: Principal, unit: OrgUnit | None, settings: PerUnit) -> BlockData:
    """Figures and work of each unit directly below the one looked at, each with all below it, then what is in none of them.

    Where there is no unit below, those of each employee.
    """
    every = organization.all_units()
    tops = [unit] if unit else places.tops(every, principal.units)
    here = tops[0] if len(tops) == 1 else None
    parts = places.directly_below(every, here) if here else tops
    if not parts:
        return per_manager(principal, unit, settings)
    team = _Team(settings, unit, principal.language)
    found = _by_unit(team, principal)
    part_of = places.parts_of(every, parts)
    below = {part.code: _Part() for part in parts}
    own, none, elsewhere = _Part(), _Part(), _Part()
    for number, one in found.items():
        outside = none if number is None else own if here and number == here.id else elsewhere
        into = below[part_of[number].code] if number in part_of else outside
        into.add(one.count, one.sums, one.work)
    for part in sorted(parts, key=lambda one: _largest_first(below[one.code], one.code)):
        asked = {"unit": part.code}
        team.add(_Named(part.code, part.name, asked, asked), below[part.code], path=f"/?{urlencode(asked)}")
    alone = {"unit": here.code, "below": "0"} if here else None
    nowhere = {"unit": ""}
    team.leave(_Named("own", _HERE[team.language], alone, alone), own)
    team.leave(_Named("none", _NO_UNIT[team.language], nowhere, nowhere), none)
    team.leave(_Named("elsewhere", _ELSEWHERE[team.language]), elsewhere)
    return team.shown(settings.unit)


def _by_unit(team: _Team, principal: Principal) -> dict[int | None, _Part]:
    """Records, sums and work by the unit that they belong to: one statement for each of the two."""
    by = team.owner.field_with_role("branch")
    query = team.settings.query(team.unit)
    found: dict[int | None, _Part] = {}
    for number, count, sums in objects.summarize(
        query, principal=principal, sums=team.keys, group_by=by.key if by else None
    ):
        found[number] = _Part(count, sums)
    place = InUnit(team.unit.code) if team.unit else None
    for number, work in api.per_unit(place, principal=principal).items():
        found.setdefault(number, _Part()).add(work=work)
    return found


def _largest_first(part: _Part, code: str) -> tuple[bool, Decimal | int, str]:
    first = _sum(part.sums[:1])
    return (first is None, -(first or 0), code)
