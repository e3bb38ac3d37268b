"""Work that was given can be finished; what is cancelled is over: its clock, and the talk about it. One of two takes it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, time
from threading import Barrier

import pytest
from django.db import connection
from django.test import Client

from tests.factories.records import SYSTEM, build_firm, customer, signed_in
from tests.factories.work import give
from zhike.engagement.campaigns.logic import running
from zhike.kernel import actions, clock, context, definition_changes, event_delivery
from zhike.kernel.definition_changes import Edit
from zhike.kernel.definition_errors import DefinitionsBroken
from zhike.kernel.definition_parts import Labels
from zhike.kernel.errors import Invalid
from zhike.kernel.ids import uuid7
from zhike.kernel.models import TimerRow
from zhike.platform.fields import api as fields
from zhike.platform.objects import api as objects
from zhike.platform.organization import api as organization
from zhike.platform.organization.models import User
from zhike.platform.permissions import api as permissions
from zhike.platform.records import api as records
from zhike.platform.work import api as work
from zhike.platform.work import origins
from zhike.platform.work.errors import AlreadyDone, AlreadyTaken, NoResults
from zhike.platform.work.logic import following, naming, rights
from zhike.platform.work.models import Comment, WorkItem
from zhike.platform.work.types import Candidate, GiveWork, NewWork, WorkKind

LATER = clock.at(date(2027, 3, 17), 17)


@pytest.fixture
def firm(db):
    return build_firm()


def kind(**written):
    return Edit.of({"kind": "work_kind", "key": "errand", "labels": {"zh": "跑腿", "en": "Errand"}, **written})


def codes(edit):
    try:
        definition_changes.plan([edit])
    except DefinitionsBroken as error:
        return [finding["code"] for finding in error.findings]
    return []


FILLED = {
    "address": "\n\n\n上海市浦东新区 1 号\n",
    "boolean": True,
    "choice": "a",
    "date": "2026-03-17",
    "datetime": "2026-03-17T02:00:00Z",
    "decimal": "1.50",
    "duration": 90,
    "email": "a@example.com",
    "integer": 3,
    "long_text": "两行\n字",
    "money": {"amount": "300000.00", "currency": "CNY"},
    "multi_choice": ["a", "b"],
    "percent": "12.50",
    "phone": "13800138000",
    "text": "一句",
    "url": "https://example.com/a",
}
POINTING = {"reference": {"target": "party"}, "unit": {}, "user": {}, "identity_number": {}}


def field(type, **settings):
    if "choice" in type:
        settings["options"] = [{"key": key, "labels": {"zh": key, "en": key}} for key in "ab"]
    return {"key": f"a_{type}", "type": type, "labels": {"zh": type, "en": type}, **settings}


def test_a_form_of_work_has_every_type_but_those_it_does_not_keep(firm):
    assert FILLED.keys() | POINTING.keys() == fields.value_types().keys()
    assert codes(kind(form=[field(type) for type in FILLED])) == []
    refused = [field(type, **settings) for type, settings in POINTING.items()]
    assert codes(kind(form=refused)) == ["work_kind.form_type"] * len(POINTING)


def test_what_a_form_of_work_takes_is_read_as_it_was_filled_in(firm, monkeypatch):
    written = {"kind": "work_kind", "key": "task", "labels": {"zh": "跑腿", "en": "Errand"}, "results": "task"}
    errand = WorkKind.model_validate({**written, "form": [field(type, required=True) for type in FILLED]})
    monkeypatch.setattr(naming, "kind", lambda key: errand)
    uid = give(assignee="E1001")
    client = Client()
    client.force_login(User.objects.get(employee_no="E1001"))

    def completed(form):
        body = {"result": "done", "note": "", "form": form, "revision": 1}
        return client.post(f"/api/v1/work/{uid}/complete", body, content_type="application/json")

    filled = {f"a_{type}": value for type, value in FILLED.items()}
    blank = completed({**filled, "a_text": " ", "a_money": {"amount": "很多", "currency": "CNY"}})
    assert (blank.status_code, [one["field"] for one in blank.json()["findings"]]) == (
        422,
        ["form.a_money", "form.a_text"],
    )
    assert completed(filled).json()["filled"] == filled
    assert client.get(f"/api/v1/work/{uid}").json()["filled"] == filled


def test_a_kind_that_people_give_by_hand_has_results(firm):
    assert codes(kind(by_hand=True)) == ["work_kind.no_results"]
    assert codes(kind(by_hand=True, results="task")) == []
    assert codes(kind()) == []


@pytest.mark.parametrize("named", [None, "gone"])
def test_work_that_could_never_be_finished_is_not_given(firm, named):
    definition_changes.change([kind()], reason="test")
    item = NewWork(subject="取件", assignee="E1001")
    given = GiveWork(
        kind="errand", origin_kind="test", origin_uid=uuid7(), origin_title="", results=named, items=(item,)
    )
    with pytest.raises(NoResults) as refused:
        actions.run("work.give", given, asker=SYSTEM)
    assert "task" in refused.value.message("en")
    assert not WorkItem.objects.filter(kind="errand").exists()

    assert actions.run("work.give", given.model_copy(update={"results": "task"}), asker=SYSTEM) == {"given": 1}
    [item] = work.todo(principal=firm.manager)[0]
    assert work.complete(item.uid, result="done", note="", revision=1, principal=firm.manager).state == "done"


def test_what_a_form_lacks_is_said_of_its_entry_and_the_work_stays_open(firm):
    entries = [
        {"key": "visited_on", "type": "date", "required": True, "labels": {"zh": "拜访日期", "en": "Day of the visit"}},
        {"key": "minutes", "type": "integer", "labels": {"zh": "时长", "en": "Minutes"}},
    ]
    definition_changes.change([kind(by_hand=True, results="task", form=entries)], reason="test")
    uid = work.create("errand", subject="拜访", assignee="E1001", principal=firm.manager).uid

    def wrong(**form):
        with pytest.raises(Invalid) as refused:
            work.complete(uid, result="not_possible", note="", form=form, revision=1, principal=firm.manager)
        return {said["field"]: (said["message"], said["message_en"]) for said in refused.value.findings}

    assert wrong(visited_on="", fee=1) == {
        "note": ("请写明原因", "Say why"),
        "form.fee": ("没有“fee”这一项", "There is no entry 'fee'"),
        "form.visited_on": ("拜访日期：必填", "Day of the visit is required"),
    }
    found = wrong(visited_on="2026-03-17", minutes="长")
    assert found["form.minutes"][0].startswith("时长：应为")
    assert found["form.minutes"][1].startswith("Minutes should be")
    assert work.get(uid, principal=firm.manager).state == "open"


def cancelled(uid):
    assert origins.cancel_open(origin_uid=WorkItem.objects.get(uid=uid).origin_uid) == 1


def test_nobody_talks_about_cancelled_work_and_what_was_said_stays(firm):
    uid = give(assignee="E1001")
    work.comment(uid, "请先电话", principal=firm.manager)
    cancelled(uid)
    assert work.get(uid, principal=firm.manager).may == ()
    with pytest.raises(AlreadyDone):
        work.comment(uid, "还在吗", principal=firm.manager)
    client = signed_in({"E1001": "account_manager"})["account_manager"]
    refused = client.post(f"/api/v1/work/{uid}/comments", {"text": "还在吗"}, content_type="application/json")
    assert (refused.status_code, refused.json()["code"]) == (409, "work.already_cancelled")
    assert [said.text for said in work.comments(uid, principal=firm.manager)] == ["请先电话"]


def test_through_whose_hands_work_went_and_why_stands_among_what_was_said(firm):
    organization.add_user(employee_no="E1003", name="同事", role="account_manager", unit="B1")
    head = permissions.principal_of_user(User.objects.get(employee_no="E2001").pk)
    uid = give(Candidate(kind="person", key="E1001"), unit_id=organization.unit_by_code("B1").id)
    with context.acting(actor="user:E1001"):
        work.claim(uid, principal=firm.manager)
        work.comment(uid, "请先电话", principal=firm.manager)
    with context.acting(actor="user:E2001"):
        work.reassign(uid, to="E1003", reason="休假", principal=head)
    told = [(said.by, said.act, said.to, said.text) for said in work.comments(uid, principal=head)]
    assert told == [
        ("E1001", "claim", "E1001", ""),
        ("E1001", None, "", "请先电话"),
        ("E2001", "reassign", "E1003", "休假"),
    ]
    client = Client()
    client.force_login(User.objects.get(employee_no="E1003"))
    shown = client.get(f"/api/v1/work/{uid}").json()["comments"]
    assert [(one["by"]["name"], one["act"], one["to"] and one["to"]["name"]) for one in shown][-1] == (
        head.name,
        "reassign",
        "同事",
    )


def test_done_work_is_still_talked_about(firm):
    uid = give(assignee="E1001")
    work.complete(uid, result="done", note="", revision=1, principal=firm.manager)
    assert [said.text for said in work.comment(uid, "谢谢", principal=firm.manager)] == ["谢谢"]


def clocks():
    return sorted(TimerRow.objects.filter(kind="work.due").values_list("key", flat=True))


def test_cancelled_work_has_no_clock_and_other_work_keeps_its_own(firm):
    one, other = (give(assignee="E1001", due_at=LATER) for _number in range(2))
    assert clocks() == sorted([str(one), str(other)])
    cancelled(one)
    assert clocks() == [str(other)]


def test_work_about_an_erased_record_has_no_clock(firm):
    party = customer("张三")
    gone, done = (give(assignee="E1001", due_at=LATER, record=party.id) for _number in range(2))
    other = give(assignee="E1001", due_at=LATER)
    work.complete(done, result="done", note="", revision=1, principal=firm.manager)
    following.forget_record("party", party.id)
    assert (WorkItem.objects.get(uid=gone).state, clocks()) == ("cancelled", [str(other)])


def test_what_a_room_composes_is_read_in_the_readers_language_and_what_a_person_wrote_as_typed(firm):
    words = {"subject": Labels("核对名单", "Check the list"), "script": Labels("三位客户", "Three customers")}
    origin = uuid7()
    given = GiveWork(
        kind="task",
        origin_kind="list",
        origin_uid=origin,
        origin_title=Labels("名单", "List"),
        items=(NewWork(assignee="E1001", **words),),
    )
    actions.run("work.give", given, asker=SYSTEM)
    typed = work.create("task", subject="补资料", script="尽快", principal=firm.manager)
    composed = WorkItem.objects.get(origin_uid=origin).uid

    def read(language):
        found = (work.get(uid, principal=replace(firm.manager, language=language)) for uid in (composed, typed.uid))
        return [(item.subject, item.script, item.origin_title) for item in found]

    assert read("zh") == [("核对名单", "三位客户", "名单"), ("补资料", "尽快", "")]
    assert read("en") == [("Check the list", "Three customers", "List"), ("补资料", "尽快", "")]


def test_work_about_what_belonged_to_an_erased_person_ends_and_keeps_no_words(firm):
    party = customer("张三")
    talk = {"party": str(party.uid), "channel": "phone", "subject": "回电", "at": clock.now().isoformat()}
    record = objects.create("interaction", talk, principal=firm.manager)
    said = {"subject": Labels("张三 13800001234 回电", "Call 张三"), "script": Labels("张三催办", "张三 asked twice")}
    about = NewWork(record=bulk_id(record), assignee="E1001", **said)
    given = GiveWork(
        kind="task", origin_kind="work", origin_uid=uuid7(), origin_title="", object="interaction", items=(about,)
    )
    actions.run("work.give", given, asker=SYSTEM)
    [item] = WorkItem.objects.filter(object="interaction")
    work.comment(item.uid, "张三下午在", principal=firm.manager)
    WorkItem.objects.filter(pk=item.pk).update(paused_why="等张三补件")
    event_delivery.deliver_all()

    records.erase("party", party.uid, reason="客户要求删除", principal=SYSTEM)
    event_delivery.deliver_all()
    item.refresh_from_db()
    assert (item.state, item.subject, item.script, item.paused_why, [said.text for said in item.comments.all()]) == (
        "cancelled",
        "—",
        "",
        "",
        [""],
    )
    assert (item.subject_en, item.script_en) == ("", "")


def bulk_id(record):
    return objects.ids("interaction", [record.uid], principal=SYSTEM)[record.uid]


def at_once(act, *given):
    """Do an act for each at the same moment; return what each answered, or the error that it met."""
    with ThreadPoolExecutor(len(given)) as pool:
        return list(pool.map(act, given))


def test_of_two_who_take_it_at_once_one_has_it_and_the_other_is_told_who(own_database, monkeypatch):
    build_firm()
    organization.add_user(employee_no="E1003", name="赵敏", role="account_manager", unit="B1")
    people = [permissions.principal_of_user(organization.all_staff(number=n)[0].id) for n in ("E1001", "E1003")]
    uid = give(Candidate(kind="group", unit=organization.unit_by_code("B1").id))
    found, both = rights.one, Barrier(2)

    def both_have_found_it_free(*asked, **how):
        row = found(*asked, **how)
        assert row.assignee == ""
        both.wait(10)
        return row

    monkeypatch.setattr(rights, "one", both_have_found_it_free)

    def claim(principal):
        try:
            return work.claim(uid, principal=principal).assignee
        except AlreadyTaken as error:
            return error.code, error.facts["by"]
        finally:
            connection.close()

    answers = at_once(claim, *people)
    names = {"E1001": "林晓岚", "E1003": "赵敏"}
    winner = WorkItem.objects.get(uid=uid).assignee
    loser = next(number for number in names if number != winner)
    assert dict(zip(names, answers, strict=True)) == {
        winner: winner,
        loser: ("work.already_taken", names[winner]),
    }
    assert WorkItem.objects.get(uid=uid).revision == 2


def test_what_is_said_while_it_is_cancelled_is_said_before_or_not_at_all(own_database, monkeypatch):
    firm = build_firm()
    uid = give(assignee="E1001")
    found = rights.one

    def cancelled_meanwhile(*asked, **how):
        row = found(*asked, **how)
        cancelled(uid)
        return row

    monkeypatch.setattr(rights, "one", cancelled_meanwhile)
    with pytest.raises(AlreadyDone):
        work.comment(uid, "还在吗", principal=firm.manager)
    assert not Comment.objects.exists()


def test_what_a_campaign_gives_is_due_when_offices_close(firm, monkeypatch):
    monkeypatch.setattr("zhike.kernel.open_time.office_hours", lambda _calendar: (time(9), time(16, 30)))
    with clock.travel(clock.at(date(2026, 3, 19), 10)):
        assert running.due(2) == clock.at(date(2026, 3, 23), 16, 30)
