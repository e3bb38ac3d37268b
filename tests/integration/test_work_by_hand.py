"""Work that people take, hand on, give each other and decide: whose it is at every moment, and what then happens."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.test import Client

from tests.factories.records import PEOPLE, build_firm, customer
from tests.factories.work import NOON, colleague, give, open_work, operations, unit
from zhike.kernel import clock, timers
from zhike.kernel.errors import Invalid, NotFound, Refused, StaleRevision
from zhike.kernel.ids import uuid7
from zhike.kernel.models import Event
from zhike.platform.audit.models import Entry
from zhike.platform.objects import api as objects
from zhike.platform.organization import api as organization
from zhike.platform.organization.models import User
from zhike.platform.permissions import api as permissions
from zhike.platform.records import shares
from zhike.platform.work import api as work
from zhike.platform.work import schemas
from zhike.platform.work.errors import (
    AlreadyPaused,
    AlreadyTaken,
    CannotSee,
    ClockRests,
    NoSuchColleague,
    NotPaused,
)
from zhike.platform.work.logic import handing
from zhike.platform.work.models import WorkItem
from zhike.platform.work.types import Candidate, WorkQuery

pytestmark = pytest.mark.django_db


@pytest.fixture
def firm():
    with clock.travel(NOON):
        yield build_firm()


@pytest.mark.parametrize(
    ("candidate", "sees"),
    [
        (Candidate(kind="person", key="E1001"), {"E1001"}),
        (Candidate(kind="role", key="account_manager", unit=1), {"E1001", "E1003"}),
        (Candidate(kind="group", unit=1), {"E1001", "E1003", "E2001"}),
    ],
)
def test_who_may_take_work_sees_it(firm, candidate, sees):
    colleague("E1003")
    held = candidate.model_copy(update={"unit": unit("B1")}) if candidate.unit else candidate
    uid = give(held)
    people = {
        number: permissions.principal_of_user(organization.all_staff(number=number)[0].id)
        for number in ("E1003", *(p[0] for p in PEOPLE))
    }

    assert {number for number, who in people.items() if open_work(who, whose="free") == [uid]} == sees
    assert {number: work.counts(principal=who).free for number, who in people.items()} == {
        number: int(number in sees) for number in people
    }


def test_one_takes_it_and_the_others_see_it_no_longer(firm):
    other = colleague("E1003")
    uid = give(Candidate(kind="role", key="account_manager", unit=unit("B1")))
    seen = work.get(uid, principal=other)
    assert seen.may == ("claim", "complete", "comment")

    taken = work.claim(uid, principal=firm.manager)
    assert (taken.assignee, taken.may) == ("E1001", ("release", "delegate", "complete", "comment"))
    assert (open_work(other), open_work(firm.manager, whose="mine")) == ([], [uid])
    with pytest.raises(NotFound):
        work.claim(uid, principal=other)

    back = work.release(uid, principal=firm.manager)
    assert (back.assignee, open_work(other, whose="free")) == ("", [uid])
    assert operations(uid) == ["claim", "release"]


def test_who_reads_it_is_told_who_was_faster(firm):
    uid = give(Candidate(kind="person", key="E1001"), Candidate(kind="person", key="E2001"), unit_id=unit("B1"))
    work.claim(uid, principal=firm.manager)

    with pytest.raises(AlreadyTaken, match="林晓岚 has taken"):
        work.claim(uid, principal=firm.branch_head)


def test_a_candidate_who_finishes_it_at_once_has_it(firm):
    uid = give(Candidate(kind="person", key="E1001"))
    done = work.complete(uid, result="done", note="", revision=1, principal=firm.manager)

    assert (done.state, done.assignee, done.done_by) == ("done", "E1001", "E1001")


def test_delegated_work_comes_back(firm):
    other = colleague("E1003")
    uid = give(assignee="E1001")
    lent = work.delegate(uid, to="E1003", principal=firm.manager)
    assert (lent.assignee, lent.delegated_by, lent.may) == ("E1003", "E1001", ("release", "complete", "comment"))
    assert (open_work(other), open_work(firm.manager, whose="mine")) == ([uid], [uid])

    assert work.release(uid, principal=other).assignee == "E1001"
    assert open_work(other) == []
    work.delegate(uid, to="E1003", principal=firm.manager)
    assert work.release(uid, principal=firm.manager).assignee == "E1001"  # taken back
    assert operations(uid) == ["delegate", "release", "delegate", "release"]


@pytest.mark.parametrize("to", ["E1001", "E1002", "E9999", ""])
def test_work_is_lent_to_another_person_of_ones_units_who_does_such_work(firm, to):
    uid = give(assignee="E1001")

    with pytest.raises(NoSuchColleague):
        work.delegate(uid, to=to, principal=firm.manager)
    assert WorkItem.objects.get(uid=uid).assignee == "E1001"


def test_the_head_gives_it_to_somebody_else_with_a_reason(firm):
    other = colleague("E1003")
    uid = give(assignee="E1001", unit_id=unit("B1"))
    moved = work.reassign(uid, to="E1003", reason="休假", principal=firm.branch_head)

    assert (moved.assignee, open_work(other), open_work(firm.manager)) == ("E1003", [uid], [])
    [line] = Entry.objects.filter(subject="work_item", operation="reassign")
    assert (line.changes, line.reason) == ({"assignee": ["E1001", "E1003"]}, "休假")
    with pytest.raises(Refused):
        work.reassign(uid, to="E1001", reason="不", principal=other)


def reasons(found):
    return {uid: error and error.code for uid, error in found.items()}


def test_the_head_gives_several_and_what_cannot_be_given_hurts_only_itself(firm):
    other = colleague("E1003")
    head, local = firm.branch_head, unit("B1")
    mine, free = give(assignee="E1001", unit_id=local), give(Candidate(kind="group", unit=local), unit_id=local)
    lent, closed = give(assignee="E1001", unit_id=local), give(assignee="E1001", unit_id=local)
    foreign, nowhere = give(assignee="E1002", unit_id=unit("B2")), uuid7()
    unseen = about(customer("李四海", branch="B2", manager="E1002"))
    work.delegate(lent, to="E1003", principal=firm.manager)
    work.complete(closed, result="done", note="", revision=1, principal=firm.manager)
    asked = [unseen, closed, mine, foreign, free, lent, nowhere, mine]

    found = work.reassign_each(asked, to="E1003", reason="休假", principal=head)
    assert list(found) == [unseen, closed, mine, foreign, free, lent, nowhere]
    assert reasons(found) == {
        unseen: "work.cannot_see",
        closed: "work.already_done",
        mine: None,
        foreign: "not_found",
        free: None,
        lent: "work.no_such_colleague",
        nowhere: "not_found",
    }
    assert set(open_work(other)) == {mine, free, lent}
    lines = Entry.objects.filter(subject="work_item", operation="reassign").order_by("id")
    assert [(line.changes["assignee"], line.reason) for line in lines] == [
        (["E1001", "E1003"], "休假"),
        (["", "E1003"], "休假"),
    ]
    assert WorkItem.objects.get(uid=unseen).assignee == "E1001"

    assert reasons(work.reassign_each(asked, to="E1003", reason="休假", principal=head)) == reasons(found)
    assert (lines.all().count(), WorkItem.objects.get(uid=mine).revision) == (2, 2)


def test_a_fault_at_one_piece_of_work_keeps_it_where_it_is_and_gives_the_others(firm, monkeypatch):
    colleague("E1003")
    uids = [give(assignee="E1001", unit_id=unit("B1")) for _number in range(3)]
    given = handing.give_to

    def give_but_one(row, *how):
        given(row, *how)
        if row.uid == uids[1]:
            raise RuntimeError("broken")

    monkeypatch.setattr(handing, "give_to", give_but_one)
    found = work.reassign_each(uids, to="E1003", reason="休假", principal=firm.branch_head)
    assert reasons(found) == dict(zip(uids, (None, "work.not_reassigned", None), strict=True))
    assert [WorkItem.objects.get(uid=uid).assignee for uid in uids] == ["E1003", "E1001", "E1003"]
    assert [operations(uid) for uid in uids] == [["reassign"], [], ["reassign"]]


def test_who_may_not_give_work_away_gives_none_of_several(firm):
    colleague("E1003")
    uid = give(assignee="E1001", unit_id=unit("B1"))
    with pytest.raises(Refused):
        work.reassign_each([uid], to="E1003", reason="休假", principal=firm.manager)
    assert (WorkItem.objects.get(uid=uid).assignee, operations(uid)) == ("E1001", [])


def test_what_became_of_several_is_said_in_both_languages(firm):
    colleague("E1003")
    client = Client()
    client.force_login(User.objects.get(employee_no="E2001"))
    uid, nowhere = give(assignee="E1001", unit_id=unit("B1")), uuid7()

    def asked(**changed):
        body = {"uids": [str(uid), str(nowhere)], "to": "E1003", "reason": "休假", **changed}
        return client.post("/api/v1/work/reassign", body, content_type="application/json")

    assert asked().json() == {
        "given": 1,
        "to": {"uid": "E1003", "name": "同事"},
        "refused": [
            {
                "uid": str(nowhere),
                "code": "not_found",
                "message": "没有找到，或您无权查看",
                "message_en": "Not found, or you may not see it",
            }
        ],
    }
    wrong = ({"uids": []}, {"uids": [str(uuid7()) for _n in range(201)]}, {"reason": ""}, {"to": ""})
    assert [asked(**one).status_code for one in wrong] == [422] * 4


def test_a_colleague_is_given_a_task_about_a_customer(firm):
    colleague("E1003")
    party = customer("张三丰")
    made = work.create(
        "task", subject=" 补充职业信息 ", assignee="E1003", about=("party", party.uid), principal=firm.branch_head
    )

    assert (made.subject, made.assignee, made.asked_by, made.record_id) == ("补充职业信息", "E1003", "E2001", party.id)
    assert open_work(firm.branch_head, whose="asked") == [made.uid]
    assert [item.uid for item in work.of_record("party", party.id, principal=firm.branch_head)] == [made.uid]
    with pytest.raises(Invalid) as wrong:
        work.create("task", subject=" ", due_at=clock.now(), principal=firm.manager)
    assert [one["field"] for one in wrong.value.findings] == ["subject", "due_at"], "no work is late at once"
    with pytest.raises(NotFound):  # nobody gives work about whom they do not see
        work.create(
            "task",
            subject="x",
            about=("party", customer("李四", branch="B2", manager="E1002").uid),
            principal=firm.manager,
        )
    with pytest.raises(NoSuchColleague):
        work.create("task", subject="x", assignee="E1002", principal=firm.manager)


@pytest.mark.parametrize(
    ("due_at", "message"),
    [
        ("9999-12-31T23:59:59-14:00", "到期时间过远"),
        ("9999-12-31T23:59:59+00:00", "到期时间过远"),
        ("0001-01-01T00:00:00+14:00", "到期时间已过"),
        ("2029-05-07T17:00:00+08:00", "交易日历没有 2028 年的数据"),
    ],
)
def test_no_work_is_due_when_no_clock_counts_to(firm, due_at, message):
    """What is given can be paused later: what would be left is counted on the calendar then."""
    with pytest.raises(Invalid) as refused:
        work.create("task", subject="核对", due_at=datetime.fromisoformat(due_at), principal=firm.manager)
    (found,) = refused.value.findings
    assert (found["field"], str(found["message"])[: len(message)]) == ("due_at", message)


def test_work_that_somebody_else_has_meanwhile_is_not_taken_from_them(firm):
    """Of two heads who read the same, the second is told; without a revision the last word counts."""
    for number in ("E1003", "E1004"):
        colleague(number)
    uid = give(assignee="E1001", unit_id=unit("B1"))
    seen = work.get(uid, principal=firm.branch_head).revision
    work.reassign(uid, to="E1003", reason="休假", revision=seen, principal=firm.branch_head)
    with pytest.raises(StaleRevision):
        work.reassign(uid, to="E1004", reason="休假", revision=seen, principal=firm.branch_head)
    assert work.get(uid, principal=firm.branch_head).assignee == "E1003"
    assert work.reassign(uid, to="E1004", reason="休假", principal=firm.branch_head).assignee == "E1004"


def test_signs_that_cannot_be_seen_are_told_at_the_subject_and_what_is_said(firm):
    uid = give(assignee="E1001", unit_id=unit("B1"))
    client, before = Client(), WorkItem.objects.count()
    client.force_login(User.objects.get(employee_no="E1001"))
    bodies = {"/api/v1/work": ("subject", {"kind": "task"}), f"/api/v1/work/{uid}/comments": ("text", {})}
    for path, (key, body) in bodies.items():
        for said in ("\u200b", "甲\u202e乙", "甲\u2028乙"):
            answer = client.post(path, {**body, key: said}, content_type="application/json")
            (found,) = answer.json()["findings"]
            assert (answer.status_code, found["field"]) == (422, key)
            assert found["message"].startswith("含看不见的字符（U+20")
    assert WorkItem.objects.count() == before and not WorkItem.objects.get(uid=uid).comments.exists()
    said = client.post(f"/api/v1/work/{uid}/comments", {"text": "好\n👩‍💻"}, content_type="application/json")
    assert said.json()["comments"][-1]["text"] == "好\n👩‍💻"


def test_a_result_that_wants_a_reason_is_not_taken_without(firm):
    uid = give(assignee="E1001")

    with pytest.raises(Invalid) as refused:
        work.complete(uid, result="not_possible", note=" ", revision=1, principal=firm.manager)
    assert [finding["field"] for finding in refused.value.findings] == ["note"]
    assert work.complete(uid, result="not_possible", note="已离职", revision=1, principal=firm.manager).note == "已离职"


def test_what_was_said_is_kept_in_order(firm):
    uid = give(assignee="E1001", unit_id=unit("B1"))
    work.comment(uid, " 请先电话 ", principal=firm.branch_head)

    assert [(said.by, said.text) for said in work.comment(uid, "好", principal=firm.manager)] == [
        ("E2001", "请先电话"),
        ("E1001", "好"),
    ]
    with pytest.raises(NotFound):
        work.comment(uid, "x", principal=firm.other_manager)
    with pytest.raises(Invalid):
        work.comment(uid, "  ", principal=firm.manager)


def test_a_clock_rests_and_goes_on_with_what_was_left(firm):
    with clock.travel(NOON):
        uid = give(assignee="E1001", due_at=clock.at(date(2026, 3, 17), 17))
        work.pause(uid, reason="等客户补件", principal=firm.manager)
        with pytest.raises(AlreadyPaused):
            work.pause(uid, reason="再", principal=firm.manager)
    with clock.travel(NOON + timedelta(days=7)):
        timers.sweep()
        assert (work.counts(principal=firm.manager).overdue, open_work(firm.manager, overdue=True)) == (0, [])
        item = work.resume(uid, principal=firm.manager)
        assert clock.local(item.due_at).isoformat() == "2026-03-24T17:00:00+08:00"
    assert operations(uid) == ["pause", "resume"]
    assert Entry.objects.get(operation="pause").reason == "等客户补件"


def test_work_whose_clock_rests_says_since_when_by_whom_and_why(firm):
    with clock.travel(NOON):
        uid = give(assignee="E1001", due_at=clock.at(date(2026, 3, 17), 17))
        work.pause(uid, reason=" 等客户补件 ", principal=firm.manager)
        shown = schemas.detail_out(work.get(uid, principal=firm.manager), firm.manager)["pause"]
        by = {"uid": "E1001", "name": organization.user_names(["E1001"])["E1001"]}
        assert shown == {"at": NOON, "by": by, "reason": "等客户补件"}
        resumed = work.resume(uid, principal=firm.manager)
    assert schemas.detail_out(resumed, firm.manager)["pause"] is None


def test_what_one_asked_for_is_found_when_it_is_decided_too(firm):
    with clock.travel(NOON):
        head = colleague("E2002", role="branch_head", name="负责人")
        given = [work.create("task", subject=str(number), assignee="E1001", principal=head).uid for number in range(2)]
        work.create("task", subject="另", principal=firm.manager)
        work.complete(given[0], result="done", note="", revision=1, principal=firm.manager)
    assert set(open_work(head, state="any", whose="asked")) == set(given)
    assert open_work(head, whose="asked") == [given[1]]


def test_a_list_says_how_much_it_shows_of_one_persons_work(firm):
    for number in ("E1001", "E1001", "E1003"):
        give(assignee=number, unit_id=unit("B1"))
    colleague("E1003", name="丙")
    head = colleague("E2002", role="branch_head", name="负责人")
    asked = WorkQuery(assignee="E1001", limit=1)
    assert len(work.todo(asked, principal=head)[0]) == 1
    found = work.counts(asked, principal=head)
    assert (found.shown, found.open) == (2, 3)


def test_what_has_no_deadline_has_no_clock_to_rest(firm):
    uid = give(assignee="E1001")
    row = WorkItem.objects.get(uid=uid)

    from zhike.platform.work.logic import deadlines

    with pytest.raises(ClockRests):
        deadlines.pause(row, "E1001", "等")
    with pytest.raises(ClockRests):
        work.pause(uid, reason="等", principal=firm.manager)
    with pytest.raises(ClockRests):
        work.resume(uid, principal=firm.manager)


def test_who_turns_the_clock_twice_is_told_how_it_stands(firm):
    with clock.travel(NOON):
        uid = give(assignee="E1001", due_at=NOON + timedelta(days=2))
        with pytest.raises(NotPaused):
            work.resume(uid, principal=firm.manager)
        work.pause(uid, reason="等客户补件", principal=firm.manager)
        with pytest.raises(AlreadyPaused):
            work.pause(uid, reason="等客户补件", principal=firm.manager)


def test_who_takes_work_twice_has_it(firm):
    uid = give(Candidate(kind="person", key="E1001"))
    work.claim(uid, principal=firm.manager)
    assert work.claim(uid, principal=firm.manager).assignee == "E1001"
    assert operations(uid) == ["claim"]


def about(party, **given):
    """Work of a manager about a customer."""
    uid = give(assignee="E1001", unit_id=unit("B1"), **given)
    WorkItem.objects.filter(uid=uid).update(object="party", record_id=party.id)
    return uid


@pytest.mark.parametrize("act", ["delegate", "reassign"])
def test_whoever_gets_work_sees_what_it_is_about_until_it_is_due(firm, act):
    other = colleague("E1003")
    party = customer("张三丰")
    uid = about(party)
    assert objects.records_by_id("party", [party.id], principal=other) == {}

    if act == "delegate":
        work.delegate(uid, to="E1003", principal=firm.manager)
    else:
        work.reassign(uid, to="E1003", reason="休假", principal=firm.branch_head)
    seen = permissions.principal_of_user(other.user_id)
    assert list(objects.records_by_id("party", [party.id], principal=seen)) == [party.id]
    [shared] = shares.of_record("party", party.uid, principal=firm.manager)
    assert (shared.key, shared.until) == ("E1003", clock.today() + timedelta(days=7))


def test_whoever_is_given_a_new_task_sees_what_it_is_about(firm):
    other, party = colleague("E1003"), customer("张三丰")
    work.create(
        "task", subject="补充职业信息", assignee="E1003", about=("party", party.uid), principal=firm.branch_head
    )
    seen = permissions.principal_of_user(other.user_id)
    assert list(objects.records_by_id("party", [party.id], principal=seen)) == [party.id]


def test_who_sees_it_anyway_needs_no_share(firm):
    colleague("E1003")
    party = customer("张三丰", manager="E1003")
    uid = about(party)
    work.delegate(uid, to="E1003", principal=firm.manager)
    assert shares.of_record("party", party.uid, principal=permissions.system_principal("test")) == []


def test_work_does_not_go_to_somebody_who_may_not_see_what_it_is_about(firm):
    colleague("E1003")
    uid = about(customer("李四海", branch="B2", manager="E1002"))
    with pytest.raises(CannotSee):
        work.delegate(uid, to="E1003", principal=firm.manager)
    assert WorkItem.objects.get(uid=uid).assignee == "E1001"


def test_that_work_is_overdue_is_told_once_when_its_clock_runs_out(firm):
    with clock.travel(NOON):
        late, done = (give(assignee="E1001", due_at=NOON + timedelta(hours=1)) for _ in range(2))
        work.complete(done, result="done", note="", revision=1, principal=firm.manager)
    with clock.travel(NOON + timedelta(hours=2)):
        timers.sweep()
        timers.sweep()
        assert open_work(firm.manager, overdue=True) == [late]

    pk = WorkItem.objects.get(uid=late).pk
    assert [event.subject_id for event in Event.objects.filter(name="work.overdue")] == [pk]
    assert operations(late) == ["overdue"]
