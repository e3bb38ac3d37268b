"""What lies in the warehouse, asked as rooms ask it."""

from __future__ import annotations

from datetime import date
from typing import Any

from zhike.expressions import trees
from zhike.insight.warehouse import api as warehouse
from zhike.insight.warehouse.types import PublicationInfo


def asked(
    text: str, *, day: date | None = None, pins: PublicationInfo | None = None, **datasets: str
) -> list[tuple[Any, ...]]:
    """Return the rows of a query: `asked("select count(*) from _links", links="identity.link")`, of a day's files alone."""
    with warehouse.session(pins=pins) as session:
        found = {key: session.table(dataset, first=day, last=day) for key, dataset in datasets.items()}
        return session.rows(trees.sql(text, **found))


def records(dataset: str, day: date | None = None, pins: PublicationInfo | None = None) -> list[dict[str, Any]]:
    """Return the rows of a dataset, of a day's files alone, by column, in order of the first one."""
    with warehouse.session(pins=pins) as session:
        rows = session.table(dataset, first=day, last=day)
        columns = list(session.columns(rows))
        found = session.rows(trees.sql("select * from _rows order by 1", rows=rows))
        return [dict(zip(columns, row, strict=True)) for row in found]
