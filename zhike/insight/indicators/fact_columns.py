"""How columns of facts are drawn: amounts in their own currency, shares in per cent, codes by what they are called."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from zhike.insight.indicators.block_parts import Beside, FactColumn
from zhike.insight.indicators.logic import facts
from zhike.insight.warehouse import datasets
from zhike.kernel.block_data import CellValue, TableColumn, column
from zhike.kernel.money import HOME
from zhike.kernel.wire import labels, option

_RATIO, _HUNDRED, _CENTS = Decimal("0.01"), Decimal(100), 2
_MINUS = "\N{MINUS SIGN}"
Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Base:
    """What shares are of that name no column: the whole, or the sum of the column itself."""

    whole: Decimal | None
    sums: Values


def drawn(
    dataset: str, beside: Sequence[Beside], columns: Sequence[FactColumn], rows: Sequence[Values]
) -> list[TableColumn]:
    """Return the columns that are seen of these rows."""
    source = datasets.source_of(dataset)
    assert source is not None
    known = facts.schema(source, beside).fields
    found: list[TableColumn] = []
    for one in columns:
        foreign = any(_is_foreign(one, row) for row in rows)
        if one.hidden or (one.foreign and not foreign):
            continue
        own = known[one.key].labels if one.key in known else {}
        words = labels(one.labels or own or {"zh": one.key, "en": one.key})
        options = [option(each.key, each.labels, each.status) for each in one.options]
        made = column(one.key, words, one.format, unit=one.unit, options=options)
        if foreign or one.exact:
            made = {**made, "format": "text", "unit": None, "align": "right"}
        found.append(made)
    return found


def cells(columns: Iterable[FactColumn], shown: Sequence[TableColumn], row: Values, base: Base) -> dict[str, CellValue]:
    """Return the cells of a row; an amount at home has none in a column of foreign ones."""
    seen = {one["key"]: one for one in shown}
    stand = [one for one in columns if one.key in seen and not (one.foreign and row and not _is_foreign(one, row))]
    return {one.key: _cell(one, seen[one.key], row, base) for one in stand}


def totals(
    columns: Sequence[FactColumn], shown: Sequence[TableColumn], sums: Values, whole: Decimal | None
) -> dict[str, CellValue]:
    """Return the cells of the sums, and the shares that they are of each other."""
    able = [one for one in columns if one.total or (one.of in sums and (not one.per or one.per in sums))]
    return cells(able, shown, sums, Base(whole, sums)) if sums else {}


def _cell(one: FactColumn, drawn: TableColumn, row: Values, base: Base) -> CellValue:
    if one.of is not None:
        return _share(one, row, base)
    value = row.get(one.key)
    if value is not None and drawn["format"] != one.format:
        return _spelled(value, row.get(one.currency) if one.currency else None)
    if isinstance(value, Decimal):
        return plain(value)
    return value.isoformat() if isinstance(value, date) else value


def plain(value: Decimal) -> str:
    """Return a number as decimal text: to its last decimal that is none, with two of them at least."""
    whole, _point, decimals = format(value, "f").partition(".")
    return f"{whole}.{decimals.rstrip('0').ljust(_CENTS, '0')}"


def _share(one: FactColumn, row: Values, base: Base) -> str | None:
    """A share in per cent, rounded half up; of nothing, or of less than that, there is none."""
    part = row.get(one.of or "")
    of = row.get(one.per) if one.per else base.whole if base.whole is not None else base.sums.get(one.of or "")
    if part is None or of is None or of <= 0:
        return None
    return str((Decimal(part) * _HUNDRED / Decimal(of)).quantize(_RATIO, ROUND_HALF_UP))


def _is_foreign(one: FactColumn, row: Values) -> bool:
    return one.currency is not None and row.get(one.currency) not in (None, HOME)


def _spelled(value: object, currency: object) -> str:
    """A number as people read it, and its currency."""
    if not isinstance(value, Decimal):
        return str(value)
    whole, _point, decimals = plain(abs(value)).partition(".")
    return f"{_MINUS if value < 0 else ''}{int(whole):,}.{decimals}{f' {currency}' if currency else ''}"
