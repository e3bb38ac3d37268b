"""What somebody would leave behind: whom they serve today, and the work that is theirs."""

from __future__ import annotations

from zhike.platform.objects import api as objects
from zhike.platform.permissions import api as permissions
from zhike.platform.work import api as work
from zhike.server.user_schemas import LeftBehindOut


def of(employee_no: str) -> LeftBehindOut:
    """Return how many customers somebody serves today and how much open work is theirs, for whoever may end them.

    Numbers of everything, whatever of it the asker may read: nothing of it moves by itself.
    """
    system = permissions.system_principal("users")
    return {
        "served": objects.served_by(employee_no, principal=system),
        "work": work.open_of(employee_no, principal=system),
    }
