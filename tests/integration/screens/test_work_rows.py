"""Work items as rows: people by name, and a way to the origin only for those who may see it."""

from __future__ import annotations

from zhike.kernel import clock
from zhike.kernel.ids import uuid7
from zhike.platform.permissions import api as permissions
from zhike.platform.work import api as work
from zhike.platform.work.routes import present
from zhike.platform.work.types import NewWork

SYSTEM = permissions.system_principal("test")


def test_an_employee_who_never_signs_in_has_a_name_and_only_the_operator_sees_the_campaign(people):
    origin = uuid7()
    work.create_many(
        [NewWork(1, number, None, "回访", "您好", clock.now()) for number in ("E00101",)]
        + [NewWork(2, "E00201", None, "回访", "您好", clock.now())],
        origin_kind="campaign",
        origin_uid=origin,
        origin_title="服务体检",
        kind="campaign",
        result_set="follow_up",
        step="first",
    )
    items = [item for item in work.todo(principal=SYSTEM)[0] if item.origin_uid == origin]

    def shown(role):
        rows = present(items, people[role])
        return {row["assignee"]["name"] for row in rows}, {row["origin"]["path"] for row in rows}

    assert shown("operator") == ({"陈静", "赵强"}, {f"/campaigns/{origin}"})
    assert shown("account_manager")[1] == {""}
