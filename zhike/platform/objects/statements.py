"""SQL over the tables of objects, for the room that takes many records in and out."""

from __future__ import annotations

from collections.abc import Sequence

from zhike.platform.objects.logic.conditions import Where, compiled_rules
from zhike.platform.objects.logic.lookups import joined
from zhike.platform.objects.logic.statements import ALIAS, dated, records_from
from zhike.platform.objects.models import PhysicalField

__all__ = ["ALIAS", "Where", "compiled_rules", "dated", "joined", "records_from", "retired_columns"]


def retired_columns(object: str) -> Sequence[tuple[str, str]]:
    """Return (column, type) of the fields of an object that are no longer defined: what they held is still there."""
    found = PhysicalField.objects.filter(object__key=object, retired=True)
    return list(found.values_list("column", "type"))
