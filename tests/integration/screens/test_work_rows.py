"""Work items as rows: people by name, and a way to the origin only for those who may see it."""

from __future__ import annotations

from tests.factories.records import SYSTEM, give_work
from zhike.platform.work import api as work
from zhike.platform.work.schemas import present


def test_an_employee_who_never_signs_in_has_a_name_and_only_the_operator_sees_the_campaign(people):
    origins = {give_work(1, "E00101"), give_work(2, "E00201")}
    items = [item for item in work.todo(principal=SYSTEM)[0] if item.origin_uid in origins]

    def shown(role):
        rows = present(items, people[role])
        return {row["assignee"]["name"] for row in rows}, {row["origin"]["path"] for row in rows}

    assert shown("operator") == ({"陈静", "赵强"}, {f"/campaigns/{origin}" for origin in origins})
    assert shown("account_manager")[1] == {""}
