"""Work is done once, by whoever has it or heads the unit it belongs to."""

from __future__ import annotations

import pytest

from tests.factories.records import SYSTEM, build_firm, customer, give_work
from zhike.kernel.errors import NotFound
from zhike.platform.organization import api as organization
from zhike.platform.permissions import api as permissions
from zhike.platform.work import api as work
from zhike.platform.work.errors import AlreadyDone
from zhike.platform.work.models import WorkItem

pytestmark = pytest.mark.django_db


@pytest.fixture
def firm():
    return build_firm()


@pytest.fixture
def item(firm):
    """A piece of work of E1001."""
    give_work(customer("张三丰").id, "E1001")
    WorkItem.objects.update(unit_id=organization.unit_by_code("B1").id)
    [found] = work.todo(principal=SYSTEM)[0]
    return found


def finish(item, principal, revision=1, note=""):
    return work.complete(item.uid, result=item.results[0].key, note=note, revision=revision, principal=principal)


def test_work_that_is_done_is_not_done_again(firm, item):
    finish(item, firm.manager, note="已回访")
    for revision in (1, 2):
        with pytest.raises(AlreadyDone):
            finish(item, firm.manager, revision, note="再访")
    found = work.get(item.uid, principal=firm.manager)
    assert (found.state, found.note, found.revision) == ("done", "已回访", 2)


def test_a_colleague_neither_sees_nor_finishes_ones_work_and_the_head_of_the_unit_does(firm, item):
    staff, _password = organization.add_user(employee_no="E1003", name="同事", role="account_manager", unit="B1")
    colleague = permissions.principal_of_user(staff.id)
    assert colleague.units == firm.manager.units

    assert [one.uid for one in work.todo(principal=firm.manager)[0]] == [item.uid]
    assert (work.todo(principal=colleague)[0], work.counts(principal=colleague).open) == ([], 0)
    with pytest.raises(NotFound):
        work.get(item.uid, principal=colleague)
    with pytest.raises(NotFound):
        finish(item, colleague)
    assert [one.uid for one in work.todo(principal=firm.branch_head)[0]] == [item.uid]
    assert finish(item, firm.branch_head).state == "done"
