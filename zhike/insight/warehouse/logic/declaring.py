"""The tables of received rows: one for each source, as it is defined."""

from __future__ import annotations

from collections.abc import Iterator

from zhike.insight.warehouse.logic import sources
from zhike.insight.warehouse.logic.columns import sql_type
from zhike.insight.warehouse.types import Source, SourceColumn
from zhike.kernel.datasets import Column, Dataset, Scope
from zhike.kernel.definition_parts import Labels

_DAY = Column("business_date", "date", labels=Labels("业务日期", "Business date"))


def declared() -> Iterator[Dataset]:
    """Yield the table of every source."""
    for source in sources.all_sources().values():
        dated = source.grain == "fact"
        own = tuple(_column(column) for column in source.columns)
        added = (_DAY,) if dated and "business_date" not in source.keys_of_columns else ()
        yield Dataset(
            key=source.dataset,
            labels=source.labels,
            owner="warehouse",
            grain="fact" if dated else "record",
            keys=tuple(source.keys),
            columns=(*added, *own),
            dated=dated,
            scope=_scope(source),
        )


def _column(column: SourceColumn) -> Column:
    personal = "hash" if column.certificate else "person" if column.personal else ""
    return Column(column.key, sql_type(column), personal, column.labels)  # type: ignore[arg-type]


def _scope(source: Source) -> Scope | None:
    subject = source.subject
    if subject is None:
        return None
    return Scope(subject.key, "identity.account_party" if subject.accounts else "identity.link")
