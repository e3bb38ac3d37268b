"""Answers that are kept as long as no row that they follow from changes, so a change holds at once."""

from __future__ import annotations

from collections.abc import Hashable, Mapping

from zhike.platform.objects.logic import catalogue as catalogues
from zhike.platform.objects.logic.statements import Statement


def named(read: Statement, values: Mapping[str, object]) -> Hashable:
    """Return a statement's text with those of the values that it names."""
    names = sorted(name for name in values if f"%({name})s" in read.sql)
    return read.sql, tuple((name, str(values[name])) for name in names)


def watched(read: Statement) -> list[str] | None:
    """Return the tables of records that a statement reads; None where it reads others that change unseen.

    A new version of the definitions comes with every change of the org units and of the figures beside records.
    """
    known = {owner.table: key for key, owner in catalogues.catalogue().items()}
    units = catalogues.pointers()[catalogues.UNIT].table
    others = {table for table in read.tables if table not in known and table != units}
    if others:
        beside = (catalogues.side_table(key) for table, key in known.items() if table in read.tables)
        others -= {side.table for side in beside if side}
    return None if others else [table for table in read.tables if table in known]
