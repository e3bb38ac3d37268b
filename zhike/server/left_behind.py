"""What somebody would leave behind: whom they serve today, and the work that is theirs."""

from __future__ import annotations

from zhike.expressions.wire import StoredExpression
from zhike.platform.objects import api as objects
from zhike.platform.objects import catalogue
from zhike.platform.objects.types import RecordQuery
from zhike.platform.permissions import api as permissions
from zhike.platform.work import api as work
from zhike.server.user_schemas import LeftBehindOut


def of(employee_no: str) -> LeftBehindOut:
    """Return how many customers somebody serves today and how much open work is theirs, for whoever may end them.

    Numbers of everything, whatever of it the asker may read: nothing of it moves by itself.
    """
    system = permissions.system_principal("users")
    serving = RecordQuery(catalogue.object_with_role("coverage").key, condition=_serving_today(employee_no))
    return {
        "served": objects.count(serving, principal=system, exact=True).count,
        "work": work.open_of(employee_no, principal=system),
    }


def _serving_today(employee_no: str) -> StoredExpression:
    today: StoredExpression = {"param": "today"}
    until: StoredExpression = {"field": "valid_to"}
    return {
        "and": [
            {"op": "=", "left": {"field": "employee_no"}, "right": {"value": employee_no, "type": "text"}},
            {"op": "=", "left": {"field": "kind"}, "right": {"value": "service", "type": "text"}},
            {"op": "<=", "left": {"field": "valid_from"}, "right": today},
            {"or": [{"op": "is_empty", "left": until}, {"op": ">", "left": until, "right": today}]},
        ]
    }
