"""Blocks that list the facts of a record and the accounts that they are of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from zhike.expressions.wire import StoredExpression
from zhike.insight.indicators import fact_columns
from zhike.insight.indicators.block_parts import FactRows
from zhike.insight.indicators.logic import days, definitions, facts
from zhike.insight.warehouse import api as warehouse
from zhike.insight.warehouse import datasets
from zhike.insight.warehouse.port import Session
from zhike.insight.warehouse.types import PublicationInfo
from zhike.kernel import block_data, cursors
from zhike.kernel.block_data import TableColumn, TableNext, TableRow
from zhike.kernel.errors import BadCursor, Refused
from zhike.kernel.providers import AsOf, Block, BlockData, Subject
from zhike.kernel.trading_days import trading_calendar
from zhike.platform.objects import api as objects
from zhike.platform.objects import catalogue
from zhike.platform.objects.types import ObjectType, RecordQuery, pointing_at
from zhike.platform.permissions import api as permissions
from zhike.platform.permissions.types import Principal
from zhike.platform.records import api as records

_TOTAL = {"zh": "合计", "en": "Total"}


def of_record(principal: Principal, subject: Subject, settings: FactRows) -> BlockData:
    """Return facts of the record as a table: each one, or summed up by one column."""
    party = records.get(subject.object, subject.uid, principal=principal, log_view=False)
    require_accounts(principal, settings.dataset, of=(subject.object, party.id))
    publication = warehouse.publication()
    if publication is None or settings.dataset not in publication.versions:
        return block_data.table([], [], None)
    until, before = _place(subject, settings)
    with warehouse.session(pins=publication, lookup=True) as session:
        served = min(until or publication.business_date, publication.business_date)
        last = served if settings.days else facts.held_on(session, settings.dataset, served)
        if last is None:
            return block_data.table([], [], AsOf("day_end", served))
        first = trading_calendar().known(last, settings.days)[0] if settings.days else last
        found = facts.of_party(session, settings, publication.versions, party.id, (first, last), before)
        whole = _kept(session, settings, publication, party.id, last)
    return _table(settings, found, whole, last, before, subject, principal.language)


def require_accounts(principal: Principal, dataset: str, *, of: tuple[str, int] | None = None) -> None:
    """Refuse the facts of accounts to whoever may not read accounts, or not all those that point `of` one record.

    What is shown of a record is of all its accounts together: of some alone it would be another figure.
    """
    source = datasets.source_of(dataset)
    if source is None or source.subject is None or not source.subject.accounts:
        return
    for owner in catalogue.known().values():
        if owner.role == "financial_account":
            operation = f"{owner.key}.read"
            permissions.require(principal, operation)
            if of is not None and not _sees_all(owner, *of, principal):
                raise Refused(operation=operation)


def _sees_all(owner: ObjectType, object: str, record: int, principal: Principal) -> bool:
    """Whether all records of an object that point at one of another are in the principal's scope."""
    pointing = [field.key for field in owner.fields.values() if field.target == object]
    condition: StoredExpression = {"or": [pointing_at(key, record) for key in pointing]}
    query = RecordQuery(owner.key, condition=condition)
    system = permissions.system_principal("fact_blocks")
    there = objects.count(query, principal=system, exact=True).count if pointing else 0
    return not there or objects.count(query, principal=principal, exact=True).count == there


def _place(subject: Subject, settings: FactRows) -> tuple[date | None, int]:
    """Where a page goes on: the day that its first page was of, and how many rows came before."""
    if not subject.after:
        return None, 0
    day, before = cursors.unseal(_list(subject, settings), subject.after)
    if not isinstance(day, str) or not isinstance(before, int):
        raise BadCursor()
    return date.fromisoformat(day), before


def _list(subject: Subject, settings: FactRows) -> str:
    """What a place is one in: the facts of this record that the block lists, in its order. Another block has other places."""
    return f"facts {subject.object} {subject.uid} {settings.listed}"


@dataclass(frozen=True, slots=True)
class _Whole:
    """How much there is of everything, and of what no fact tells."""

    total: Decimal | None = None
    parts: Sequence[tuple[Mapping[str, str], Decimal]] = ()


def _kept(session: Session, settings: FactRows, publication: PublicationInfo, party_id: int, day: date) -> _Whole:
    def on_day(key: str) -> Decimal | None:
        measure = definitions.measure(key)
        if measure.dataset not in publication.versions:
            return None
        found = days.of_party(session, measure, party_id, day, day)
        return found[0][1] if found else None

    whole = on_day(settings.whole) if settings.whole else None
    if whole is None:
        return _Whole()
    parts = [(one.labels, on_day(one.measure)) for one in settings.kept]
    return _Whole(whole, [(words, amount) for words, amount in parts if amount])


def _table(
    settings: FactRows, found: facts.Found, whole: _Whole, day: date, before: int, subject: Subject, language: str
) -> BlockData:
    shown = fact_columns.drawn(settings.dataset, settings.beside, settings.columns, found.rows)
    sums = dict(found.sums)
    measured = settings.measured
    rows: list[TableRow] = [
        {
            "key": str(before + number),
            "path": None,
            "cells": fact_columns.cells(settings.columns, shown, row, fact_columns.Base(whole.total, sums)),
        }
        for number, row in enumerate(found.rows)
    ]
    left = found.count - before - len(rows)
    rest = _rest(settings, shown, sums, whole, language) if not left and settings.rest and measured else []
    if whole.total is not None and settings.rest and measured:
        sums[measured] = whole.total
    totals = fact_columns.totals(settings.columns, shown, sums, whole.total) if rows or rest else {}
    following: TableNext | None = None
    if left > 0 and rows:
        after = cursors.seal(_list(subject, settings), [day.isoformat(), before + len(rows)])
        following = {"after": after, "left": left}
    return block_data.table(
        shown,
        rows,
        AsOf("day_end", day),
        rest=rest,
        total={shown[0]["key"]: _TOTAL[language], **totals} if totals else None,
        following=following,
    )


def _rest(
    settings: FactRows, shown: Sequence[TableColumn], sums: Mapping[str, Any], whole: _Whole, language: str
) -> list[TableRow]:
    """What of the whole no fact tells, part by part, and what is left of it then: rows and rest make up the whole."""
    key, group = settings.measured or "", settings.group or ""
    if whole.total is None or settings.rest is None:
        return []
    told = sums.get(key, Decimal(0)) if sums else Decimal(0)
    if told is None:
        return []
    left = whole.total - told - sum((amount for _words, amount in whole.parts), Decimal(0))
    parts = [*whole.parts, *([(settings.rest, left)] if left else [])]
    own = [column for column in settings.columns if column.key in (group, key) or (column.of == key and not column.per)]
    drawn = [column for column in shown if column["key"] in {one.key for one in own}]
    return [
        {
            "key": f"rest {number}",
            "path": None,
            "cells": {
                **fact_columns.cells(own, drawn, {key: amount}, fact_columns.Base(whole.total, sums)),
                group: words[language],
            },
        }
        for number, (words, amount) in enumerate(parts)
    ]


ROWS = Block("fact_rows", "明细", "Facts", of_record, FactRows, by="record", role="party")
