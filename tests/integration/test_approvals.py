"""Questions that somebody decides: who is asked, what agreeing does, and what becomes of it when people leave."""

from __future__ import annotations

from datetime import date

import pytest

from tests.factories.records import build_firm
from tests.factories.work import NOON, colleague, give, open_work, operations
from zhike.kernel import actions, clock, event_delivery
from zhike.kernel.actions import Action
from zhike.kernel.definition_parts import Labels, Part
from zhike.kernel.errors import Invalid, Refused, StaleRevision
from zhike.platform.organization import api as organization
from zhike.platform.permissions import api as permissions
from zhike.platform.work import api as work
from zhike.platform.work.errors import AlreadyDone, NobodyToAsk, NoSuchColleague, NotHeld
from zhike.platform.work.models import WorkItem

pytestmark = pytest.mark.django_db


@pytest.fixture
def firm():
    with clock.travel(NOON):
        yield build_firm()


class Wish(Part):
    what: str


@pytest.fixture
def granted(monkeypatch):
    """What the action "wish.grant" did, for whom; a wish for "more" fails."""
    found = []

    def grant(wish, asker):
        if wish.what == "more":
            raise StaleRevision(given=1, current=2)
        found.append((wish.what, asker.employee_no))
        return {"granted": wish.what}

    action = Action("wish.grant", Labels("许愿", "Grant"), Wish, lambda _wish: "party.read", grant)
    monkeypatch.setitem(actions._actions, "wish.grant", action)
    return found


def ask(principal, what="tea", roles=("branch_head",)):
    question = {
        "kind": "approval",
        "subject": "申请",
        "reason": "需要",
        "roles": list(roles),
        "act": {"action": "wish.grant", "params": {"what": what}},
    }
    return WorkItem.objects.get(uid=actions.run("work.ask", question, asker=principal)["work"]).uid


def test_what_is_agreed_to_is_done_once_with_the_askers_rights(firm, granted):
    uid = ask(firm.manager)
    item = work.get(uid, principal=firm.branch_head)
    assert (item.script, item.asked_by, clock.local(item.due_at).date()) == ("需要", "E1001", date(2026, 3, 19))
    assert open_work(firm.manager, whose="asked") == [uid]

    work.complete(uid, result="agreed", note="", revision=1, principal=firm.branch_head)
    with pytest.raises(AlreadyDone):
        work.complete(uid, result="agreed", note="", revision=2, principal=firm.branch_head)
    assert granted == [("tea", "E1001")]
    assert work.get(uid, principal=firm.manager).outcome == {"granted": "tea"}


def test_what_is_refused_is_not_done_and_says_why(firm, granted):
    uid = ask(firm.manager)
    with pytest.raises(Invalid):
        work.complete(uid, result="refused", note="", revision=1, principal=firm.branch_head)
    work.complete(uid, result="refused", note="范围过大", revision=1, principal=firm.branch_head)

    assert granted == []
    assert work.get(uid, principal=firm.manager).note == "范围过大"


def test_nobody_decides_about_what_they_asked_for(firm, granted):
    colleague("E2002", "branch_head", "B1")
    uid = ask(firm.branch_head)

    assert work.get(uid, principal=firm.branch_head).may == ("comment",)
    with pytest.raises(NotHeld):
        work.complete(uid, result="agreed", note="", revision=1, principal=firm.branch_head)
    with pytest.raises(NotHeld):
        work.reassign(uid, to="E1001", reason="给下属", principal=firm.branch_head)
    assert granted == []


def test_who_decides_hands_it_to_somebody_who_might_have_decided_only(firm, granted):
    other = colleague("E2002", "branch_head", "B1")
    uid = ask(firm.manager)
    colleague("E1003")
    work.claim(uid, principal=other)
    for act in (lambda to: work.delegate(uid, to=to, principal=other), _reassigned(uid, firm.branch_head)):
        for to in ("E1001", "E1003"):  # who asked for it, and who holds another role
            with pytest.raises(NoSuchColleague):
                act(to)

    assert work.delegate(uid, to="E2001", principal=other).assignee == "E2001"
    work.complete(uid, result="agreed", note="", revision=3, principal=firm.branch_head)
    assert granted == [("tea", "E1001")]


def _reassigned(uid, head):
    return lambda to: work.reassign(uid, to=to, reason="休假", principal=head)


def test_the_question_goes_to_the_nearest_who_holds_a_role(firm, granted):
    with pytest.raises(NobodyToAsk, match="合规管理, 营业部负责人"):
        ask(firm.branch_head, roles=("compliance", "branch_head"))
    officer = colleague("E9001", "compliance", "HQ")
    region = colleague("E8001", "branch_head", "R1")

    assert open_work(region, whose="free") == []
    uid = ask(firm.branch_head)
    assert (open_work(region, whose="free"), open_work(officer, whose="free")) == ([uid], [])
    other = ask(firm.branch_head, roles=("compliance", "branch_head"))
    assert open_work(officer, whose="free") == [other]


def test_nobody_asks_for_what_they_may_not_do_or_what_cannot_be_done(firm, granted):
    with pytest.raises(Refused):
        ask(permissions.principal_of_user(firm.manager.user_id).__class__(kind="staff", name="x", employee_no="E1"))
    with pytest.raises(Invalid):
        actions.run(
            "work.ask",
            {
                "kind": "approval",
                "subject": "x",
                "roles": ["branch_head"],
                "act": {"action": "wish.grant", "params": {}},
            },
            asker=firm.manager,
        )
    assert not WorkItem.objects.exists()


def test_where_what_was_asked_for_fails_nothing_is_decided(firm, granted):
    uid = ask(firm.manager, "more")

    with pytest.raises(StaleRevision):
        work.complete(uid, result="agreed", note="", revision=1, principal=firm.branch_head)
    assert work.get(uid, principal=firm.branch_head).state == "open"


def test_an_asker_who_has_left_gets_nothing(firm, granted):
    uid = ask(firm.manager)
    organization.change_user(organization.staff(firm.manager.user_id).uid, active=False)

    with pytest.raises(NoSuchColleague):
        work.complete(uid, result="agreed", note="", revision=1, principal=firm.branch_head)
    assert (granted, WorkItem.objects.get(uid=uid).state) == ([], "open")


def test_what_somebody_who_left_had_taken_goes_back(firm, granted):
    other = colleague("E2002", "branch_head", "B1")
    taken, lent, given = ask(firm.manager), give(assignee="E1001"), give(assignee="E2002")
    work.claim(taken, principal=other)
    work.delegate(lent, to="E2002", principal=firm.manager)
    event_delivery.deliver_all()
    organization.change_user(organization.staff(other.user_id).uid, active=False)
    event_delivery.deliver_all()

    assert dict(WorkItem.objects.values_list("uid", "assignee")) == {taken: "", lent: "E1001", given: "E2002"}
    assert open_work(firm.branch_head, whose="free") == [taken]
    assert operations(taken) == ["ask", "claim", "release"]
