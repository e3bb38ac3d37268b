"""Sets of records, whatever their size: they reach the database as bitmaps, and questions about them stay there.

For engines that count and decide, never for screens: what is read here is in clear.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from zhike.kernel.written import Written
from zhike.platform.objects.logic import catalogue as catalogues
from zhike.platform.objects.logic import gathering, set_facts
from zhike.platform.objects.logic.set_facts import NULL, Rows, Sight

__all__ = ["Ask", "NULL", "Rows", "Sight", "columns", "facts", "gathered", "positional"]

#: What is asked of a record of a set: SQL over it.
Ask = Callable[[Sight], Written]
columns = gathering.columns
gathered = gathering.gathered
positional = set_facts.positional


def facts(object: str, ids: Rows, columns: Mapping[str, Ask]) -> Rows:
    """Return, for each `id` that a statement gives, the id, whether it is a `live` record, and the asked columns."""
    return set_facts.facts(catalogues.object_type(object), ids, columns)
