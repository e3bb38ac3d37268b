"""The block of a record's accounts: who they are, what they hold today, and for whom that counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from zhike.expressions.types import Type
from zhike.expressions.wire import StoredExpression
from zhike.insight.indicators import fact_columns
from zhike.insight.indicators.block_parts import AccountRows, Joint
from zhike.insight.indicators.fact_blocks import require_accounts
from zhike.insight.indicators.logic import facts
from zhike.insight.warehouse import api as warehouse
from zhike.insight.warehouse import datasets
from zhike.kernel.block_data import CellValue, TableMore, TableRow, column, table
from zhike.kernel.providers import AsOf, Block, BlockData, Subject, live
from zhike.kernel.wire import labels
from zhike.platform.objects import api as objects
from zhike.platform.objects import catalogue
from zhike.platform.objects.types import Record, RecordQuery, pointing_at
from zhike.platform.permissions.types import Principal
from zhike.platform.records.figures import column_of, scalar

#: The column that says for whom figures count; no field is called so.
_COUNTED = "-counted"
_MOST = 50


@dataclass(frozen=True, slots=True)
class _Figures:
    """The facts of accounts by how facts name them, and the day that they are of."""

    by_key: Mapping[object, Mapping[str, Any]] = field(default_factory=dict)
    day: date | None = None


def of_record(principal: Principal, subject: Subject, settings: AccountRows) -> BlockData:
    """Return the accounts that records name beside the page's one, with the figures of those that count for it."""
    parent = objects.ids(subject.object, [subject.uid], principal=principal)[subject.uid]
    require_accounts(principal, settings.dataset)
    page = objects.related_page(
        settings.object, settings.through, parent, principal=principal, columns=_asked(settings), limit=_MOST
    )
    found = sorted(page.rows, key=lambda row: _place(row, settings, str(subject.uid)))
    own = {_uid(row.values.get(settings.account)): row for row in found if _owner(row, settings) == str(subject.uid)}
    joint = _joint(settings.joint, settings, parent, principal) if settings.joint and own else frozenset()
    figures = _figures(settings, list(own.values()))
    base = fact_columns.Base(None, {})
    drawn = fact_columns.drawn(settings.dataset, (), settings.figures, list(figures.by_key.values()))
    columns, rows = [*_columns(settings), *drawn], []
    summed: dict[str, Any] = {}
    for row in found:
        account = _uid(row.values.get(settings.account))
        values = figures.by_key.get(_key(row, settings), {}) if account in own else {}
        cells: dict[str, CellValue] = {
            **_own_cells(row, settings),
            **fact_columns.cells(settings.figures, drawn, values, base),
            _COUNTED: _said(row, settings, account in own, account in joint, principal.language),
        }
        rows.append(_row(row, settings, cells, seen=_owner(row, settings) is not None))
    for one in settings.figures if figures.by_key else ():
        if one.total:
            told = [values[one.key] for values in figures.by_key.values()]
            summed[one.key] = None if None in told else sum(told)
    totals = fact_columns.totals(settings.figures, drawn, summed, None)
    first = columns[0]["key"]
    # Of accounts that are on a page to come nothing is summed here: a part is no total.
    whole = len(rows) > 1 and not page.next_cursor
    total = {first: _TOTAL[principal.language], **totals} if totals and whole else None
    as_of = AsOf("day_end", figures.day) if figures.day else live()
    more = _more(settings, subject, parent, len(rows), principal) if page.next_cursor else None
    return table(columns, rows, as_of, total=total, more=more)


_TOTAL = {"zh": "计入合计", "en": "Total counted"}


def _more(settings: AccountRows, subject: Subject, parent: int, shown: int, principal: Principal) -> TableMore:
    everything = RecordQuery(settings.object, condition=pointing_at(settings.through, parent))
    count = objects.count(everything, principal=principal).count
    return {"count": count - shown, "path": f"/records/{settings.object}?{settings.through}={subject.uid}"}


def _place(row: Record, settings: AccountRows, uid: str) -> tuple[bool, bool, str]:
    """What counts for the record stands first, in the order of what facts call it."""
    key = row.values.get(f"{settings.account}.{settings.key}")
    return _owner(row, settings) != uid, key is None, "" if key is None else str(key).zfill(_WIDEST)


#: So that numbers of several lengths are in order.
_WIDEST = 40


def _asked(settings: AccountRows) -> list[str]:
    """The fields of the records and, by the reference, those of the account."""
    far = [*settings.fields, settings.owner, settings.key]
    near = [settings.account, *settings.columns, *([settings.joint.field] if settings.joint else [])]
    return list(dict.fromkeys([*near, *(f"{settings.account}.{key}" for key in far)]))


def _columns(settings: AccountRows) -> list[Any]:
    roles, accounts = catalogue.describe(settings.object), catalogue.describe(settings.accounts)
    named = [column_of(roles, key) for key in (settings.account, *settings.columns)]
    # Beside who one is to the account: a phone shows the first columns.
    named.append(column(_COUNTED, labels(settings.counted), "text"))
    return [*named, *({**column_of(accounts, key), "key": f"{settings.account}.{key}"} for key in settings.fields)]


def _own_cells(row: Record, settings: AccountRows) -> dict[str, CellValue]:
    keys = [settings.account, *settings.columns, *(f"{settings.account}.{key}" for key in settings.fields)]
    return {key: scalar(row.values.get(key)) for key in keys}


def _row(row: Record, settings: AccountRows, cells: Mapping[str, CellValue], *, seen: bool) -> TableRow:
    """A row, leading to its account where the viewer sees that."""
    path = f"/records/{settings.accounts}/{_uid(row.values.get(settings.account))}" if seen else None
    return {"key": str(row.uid), "path": path, "cells": cells}


def _uid(reference: object) -> str | None:
    return str(reference["uid"]) if isinstance(reference, dict) else None


def _owner(row: Record, settings: AccountRows) -> str | None:
    return _uid(row.values.get(f"{settings.account}.{settings.owner}"))


def _key(row: Record, settings: AccountRows) -> object:
    """How facts name the account of a row."""
    value = row.values.get(f"{settings.account}.{settings.key}")
    source = datasets.source_of(settings.dataset)
    if value is None or source is None or source.subject is None:
        return None
    whole = source.column(source.subject.key).value_type.expression is Type.INTEGER
    return int(str(value)) if whole else str(value)


def _figures(settings: AccountRows, own: Sequence[Record]) -> _Figures:
    keys = [key for key in dict.fromkeys(_key(row, settings) for row in own) if key is not None]
    publication = warehouse.publication() if keys else None
    if publication is None or settings.dataset not in publication.versions:
        return _Figures()
    with warehouse.session(pins=publication, lookup=True) as session:
        day = facts.held_on(session, settings.dataset, publication.business_date)
        if day is None:
            return _Figures()
        return _Figures(facts.of_accounts(session, settings.dataset, settings.figures, keys, day), day)


def _joint(joint: Joint, settings: AccountRows, parent: int, principal: Principal) -> frozenset[str | None]:
    """The accounts of the record that others share, as far as the viewer sees these."""
    shared: StoredExpression = {
        "op": "=",
        "left": {"field": joint.field},
        "right": {"value": joint.value, "type": "text"},
    }
    both: StoredExpression = {"and": [pointing_at(f"{settings.account}.{settings.owner}", parent), shared]}
    query = RecordQuery(settings.object, condition=both, columns=(settings.account,), limit=_MOST)
    return frozenset(_uid(row.values.get(settings.account)) for row in objects.page(query, principal=principal).rows)


def _said(row: Record, settings: AccountRows, own: bool, shared: bool, language: str) -> str:
    """For whom the figures of an account count."""
    joint = settings.joint
    if own:
        return (joint.own if joint and shared else settings.own)[language]
    owner = row.values.get(f"{settings.account}.{settings.owner}")
    name = str(owner["display"]) if isinstance(owner, dict) else settings.unseen[language]
    is_joint = joint is not None and row.values.get(joint.field) == joint.value
    return (joint.others if joint and is_joint else settings.others)[language].replace("{owner}", name)


ACCOUNTS = Block("account_rows", "账户", "Accounts", of_record, AccountRows, by="record", role="party")
