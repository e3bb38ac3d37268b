"""What a measure was of one party, day by day."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from zhike.expressions import trees
from zhike.expressions.trees import Tree
from zhike.insight.indicators.logic import computing
from zhike.insight.indicators.types import Measure
from zhike.insight.warehouse import datasets
from zhike.insight.warehouse.port import Session

_BY_DAY = (
    "select d.business_date, sum(_value) as total from _rows d where d._key in (_subjects)"
    " and d.business_date between _first and _last and _where group by 1"
)


def of_party(session: Session, measure: Measure, party_id: int, first: date, last: date) -> list[tuple[date, Decimal]]:
    """Return (day, total) from `first` to `last`, for the days on which the party has rows."""
    days = _by_day(session, measure, party_id, first, last)
    return [] if days is None else _read(session, trees.sql("select * from _days order by 1", days=days))


def largest(
    session: Session, measure: Measure, party_id: int, first: date, last: date, most: int
) -> list[tuple[date, Decimal]]:
    """Return those days, `most` of them, on which the total was furthest from 0, in their order."""
    days = _by_day(session, measure, party_id, first, last)
    if days is None:
        return []
    ordered = "select * from _days order by abs(total) desc, 1 limit _most"
    return sorted(_read(session, trees.sql(ordered, days=days, most=trees.value(most))))


def _by_day(session: Session, measure: Measure, party_id: int, first: date, last: date) -> Tree | None:
    """The statement over the rows of the party's accounts; None where it has none."""
    source = datasets.source_of(measure.dataset)
    assert source is not None
    key, mapping = computing.subject(session, source)
    subjects = session.rows(
        trees.sql(
            "select subject from _mapping s where party_id = _party", mapping=mapping, party=trees.value(party_id)
        )
    )
    if not subjects:
        return None
    return trees.sql(
        _BY_DAY,
        value=computing.compiled(measure.value, source) if measure.value else trees.value(1),
        rows=session.table(measure.dataset, first=first, last=last),
        key=trees.name(key),
        # Written out, not joined: row groups that hold none of them are skipped.
        subjects=[trees.value(subject) for (subject,) in subjects],
        first=trees.value(first),
        last=trees.value(last),
        where=computing.compiled(measure.where, source) if measure.where else trees.value(True),
    )


def _read(session: Session, asked: Tree) -> list[tuple[date, Decimal]]:
    return [(day, total) for day, total in session.rows(asked)]
