"""Work for tests: given to candidates or to somebody, seen by people who may take it."""

from __future__ import annotations

from datetime import date

from tests.factories.records import SYSTEM
from zhike.kernel import actions, clock
from zhike.kernel.ids import uuid7
from zhike.platform.audit.models import Entry
from zhike.platform.organization import api as organization
from zhike.platform.permissions import api as permissions
from zhike.platform.work import api as work
from zhike.platform.work.models import WorkItem
from zhike.platform.work.types import GiveWork, NewWork, WorkQuery

#: A Tuesday, and the trading calendar knows it.
NOON = clock.at(date(2026, 3, 17), 12)


def colleague(number, role="account_manager", unit="B1", name="同事"):
    staff, _password = organization.add_user(employee_no=number, name=name, role=role, unit=unit)
    return permissions.principal_of_user(staff.id)


def unit(code):
    return organization.unit_by_code(code).id


def give(*candidates, kind="task", assignee="", due_at=None, record=None, unit_id=None):
    """Give one piece of work to candidates, or to somebody; return its uid."""
    origin = uuid7()
    item = NewWork(
        record=record, subject="核对资料", candidates=candidates, assignee=assignee, unit=unit_id, due_at=due_at
    )
    given = GiveWork(
        kind=kind,
        origin_kind="test",
        origin_uid=origin,
        origin_title="测试",
        object="party",
        results="task",
        items=(item,),
    )
    assert actions.run("work.give", given, asker=SYSTEM) == {"given": 1}
    assert actions.run("work.give", given, asker=SYSTEM) == {"given": 0}
    return WorkItem.objects.get(origin_uid=origin).uid


def open_work(principal, **asked):
    return [item.uid for item in work.todo(WorkQuery(**asked), principal=principal)[0]]


def operations(uid):
    pk = WorkItem.objects.get(uid=uid).pk
    return list(
        Entry.objects.filter(subject="work_item", subject_id=pk).order_by("id").values_list("operation", flat=True)
    )
