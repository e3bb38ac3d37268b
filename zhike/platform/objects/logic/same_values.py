"""Which records have a whole number, asked for the whole firm by a room that joins what is the same.

The answer goes beyond what the asker may read, so each question is one of those that are journalled and not in series.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from zhike.platform.fields import search_tokens
from zhike.platform.objects.logic import catalogue as catalogues
from zhike.platform.objects.logic.conditions import Where
from zhike.platform.objects.logic.statements import ALIAS, records_from, rows_of
from zhike.platform.objects.logic.stored_texts import is_text, overlaps
from zhike.platform.objects.types import FieldType, ObjectType


def is_asked_by(field: FieldType) -> bool:
    """Return whether records are found by a whole number of the field."""
    how = field.values.searchable
    return how is not None and search_tokens.FAMILIES[how] != "name"


def ids(owner: ObjectType, field: FieldType, text: str, most: int) -> Sequence[int]:
    """Return the ids of at most `most` live records that have a number, however it is written."""
    whole = [token for tokens in search_tokens.wanted(text).whole.values() for token in tokens]
    if not (whole and search_tokens.is_whole(text)):
        return []
    where = Where(catalogues.catalogue())
    where.add(overlaps(where, whole))
    where.add(is_text(where, field, text))
    where.add(exp.column("deleted_at", table=ALIAS).is_(exp.null()))
    select = records_from(exp.select(exp.column("id", table=ALIAS)), owner, where).limit(most)
    return [row[0] for row in rows_of(select, where.values)]
