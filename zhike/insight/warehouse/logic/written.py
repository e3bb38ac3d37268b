"""Loads whose rows were written."""

from __future__ import annotations

from django.db.models import QuerySet

from zhike.insight.warehouse.models import Load
from zhike.kernel import clock

#: The finding of a load of a whole state that came after a newer one: its bytes are kept, its rows are not written.
KEPT_ONLY = "load.older_than_current"


def loads(**by: str) -> QuerySet[Load]:
    """Return the loads whose rows were written.

    One that was kept only changed nothing; one of a day to come, from when such were not refused, stands in nobody's way.
    """
    rows = Load.objects.filter(state=Load.State.DONE, **by).exclude(first_date__gt=clock.today())
    return rows.exclude(findings__contains=[{"code": KEPT_ONLY}])
