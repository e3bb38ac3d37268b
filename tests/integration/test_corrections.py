"""Corrections of what a source keeps: asked for, answered by the data steward, never seen by who sees the record masked."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.factories.records import build_firm, consent, customer, holding, unit_uid
from tests.factories.work import NOON, colleague, open_work
from zhike.kernel import clock
from zhike.kernel.errors import Invalid, NotFound, Refused
from zhike.platform.audit.models import Entry
from zhike.platform.exchange import api as exchange
from zhike.platform.exchange.types import LoadColumn
from zhike.platform.objects import bulk
from zhike.platform.organization.models import User
from zhike.platform.records import api as records
from zhike.platform.records.errors import NobodyCorrects, NothingProposed, ReasonRequired
from zhike.platform.work import api as work
from zhike.platform.work.errors import NobodyToAsk
from zhike.platform.work.models import WorkItem

pytestmark = pytest.mark.django_db

CARD, OTHER_CARD = "11010519491231002X", "440524188001010014"
NEW = {"mobile": "13911112222", "certificate_number": OTHER_CARD, "risk_level": "C4", "birth_date": "1880-01-01"}


@pytest.fixture
def firm():
    with clock.travel(NOON):
        yield build_firm()


@pytest.fixture
def steward(firm):
    return colleague("D0001", "data_steward", "HQ", "陆闻溪")


@pytest.fixture
def party(firm):
    """A customer whom the counter keeps."""
    found = customer("张三", mobile="13800001234", certificate_type="resident_id", certificate_number=CARD)
    columns = [LoadColumn("name"), LoadColumn("risk_level")]
    exchange.load("party", columns=columns, rows=[(found.id, "counter:1", "张三", "C3")], by_id=True)
    return found


def ask(firm, party, values=None, reason="客户出示了新证件", principal=None):
    given = NEW if values is None else values
    return records.propose("party", party.uid, given, reason=reason, principal=principal or firm.manager)


def client_of(principal):
    client = Client()
    client.force_login(User.objects.get(employee_no=principal.employee_no))
    return client


def shown(uid, principal):
    return client_of(principal).get(f"/api/v1/work/{uid}").json()


def codes(ask):
    with pytest.raises(Invalid) as invalid:
        ask()
    return {finding["field"]: finding["code"] for finding in invalid.value.findings}


def test_the_steward_is_asked_and_whoever_asked_is_told(firm, steward, party):
    uid = ask(firm, party)
    item = work.get(uid, principal=steward)
    assert (item.kind, item.asked_by, item.record_id) == ("correction", "E1001", party.id)
    assert item.subject == "申请更正：手机、证件号码、风险承受等级等 4 项" and item.script == "客户出示了新证件"
    assert clock.local(item.due_at).date().isoformat() == "2026-03-20"
    assert open_work(steward, whose="free") == [uid] and open_work(firm.manager, whose="asked") == [uid]

    with pytest.raises(Invalid):
        work.complete(uid, result="refused", note="", revision=1, principal=steward)
    work.complete(uid, result="corrected", note="柜台已改，次日生效", revision=1, principal=steward)

    told = work.get(uid, principal=firm.manager)
    assert (told.result, told.note, told.done_by) == ("corrected", "柜台已改，次日生效", "D0001")
    assert bulk.facts("party", [party.id], ["mobile"])[party.id] == {"mobile": "13800001234"}


def test_what_is_proposed_is_masked_as_the_record_is_and_kept_ciphered(firm, steward, party):
    uid = ask(firm, party)

    for principal in (steward, firm.manager):
        proposed = shown(uid, principal)["proposed"]
        assert (proposed["object"], proposed["uid"], proposed["refused"]) == ("party", str(party.uid), [])
        assert set(proposed["fields"]) == set(NEW)
        assert proposed["now"]["mobile"] == "138****1234" and proposed["proposed"]["mobile"] == "139****2222"
        assert proposed["proposed"]["certificate_number"] == "440***********0014"
        assert (proposed["now"]["risk_level"], proposed["proposed"]["risk_level"]) == ("C3", "C4")
        assert proposed["proposed"]["birth_date"] == "1880-**-**"
    row = WorkItem.objects.filter(uid=uid).values()[0]
    assert not any(number in str(row) for number in ("13911112222", OTHER_CARD))
    told = Entry.objects.filter(subject="work_item").values_list("changes", flat=True)
    assert told and not any(number in str(list(told)) for number in ("13911112222", OTHER_CARD))


def test_a_proposed_number_is_seen_in_clear_with_a_reason_by_who_may_see_the_records_own(firm, steward, party):
    uid = ask(firm, party)
    path, body = f"/api/v1/work/{uid}/unmask", {"field": "mobile", "reason": "与客户核对"}

    assert client_of(steward).post(path, body, "application/json").json() == {"field": "mobile", "value": "13911112222"}
    looked = Entry.objects.filter(operation="unmask", subject="party", subject_id=party.id)
    assert [(entry.actor, entry.changes["field"]) for entry in looked] == [("user:D0001", "mobile")]
    short = client_of(steward).post(path, body | {"reason": "看"}, "application/json")
    assert short.json()["code"] == "record.reason_required"
    other = client_of(steward).post(path, body | {"field": "email"}, "application/json")
    assert other.status_code == 404
    colleague("C0009", "compliance", "HQ")
    stranger = client_of(colleague("E1009", "account_manager", "B2"))
    assert stranger.post(path, body, "application/json").status_code == 404


def test_a_correction_is_held_against_the_rules_of_its_fields(firm, steward, party):
    assert codes(lambda: ask(firm, party, {"mobile": "138001380", "certificate_number": CARD[:-1]})) == {
        "mobile": "value.unwritten",
        "certificate_number": "value.unwritten",
    }
    assert codes(lambda: ask(firm, party, {"name": None, "birth_date": "2050-01-01"})) == {
        "name": "record.required",
        "birth_date": "value.unwritten",
    }
    assert codes(lambda: ask(firm, party, {"risk_level": "C3"})) == {"risk_level": "record.no_change"}
    assert codes(lambda: ask(firm, party, {"remark": "老客户"})) == {"remark": "record.not_source_owned"}
    assert codes(lambda: ask(firm, party, {"nothing": "1"})) == {"nothing": "object.unknown_field"}
    with pytest.raises(NothingProposed):
        ask(firm, party, {})
    with pytest.raises(ReasonRequired):
        ask(firm, party, reason="改")
    assert WorkItem.objects.count() == 0


def test_no_masked_value_is_found_out_by_proposing_it(firm, steward, party):
    """That a masked number is the one that is there, or another customer's, is told to nobody."""
    customer("李四", mobile="13911112222", certificate_type="resident_id", certificate_number=OTHER_CARD)
    assert ask(firm, party, {"mobile": "13800001234"})
    assert ask(firm, party, {"certificate_number": CARD})
    assert ask(firm, party, {"certificate_number": OTHER_CARD})


def test_of_a_record_made_by_hand_no_correction_is_asked_for(firm, steward):
    made = customer("王五")
    assert codes(lambda: ask(firm, made, {"mobile": "13911112222"})) == {"mobile": "record.not_source_owned"}


def test_who_does_not_see_a_record_asks_nothing_about_it_and_sees_no_proposal(firm, steward, party):
    with pytest.raises(NotFound):
        ask(firm, party, principal=colleague("E1009", "account_manager", "B2"))
    uid = ask(firm, party)
    WorkItem.objects.filter(uid=uid).update(record_id=customer("李四", branch="B2", manager="").id)
    assert shown(uid, firm.manager)["proposed"] is None


def test_where_nobody_answers_that_is_said(firm, party):
    with pytest.raises(NobodyToAsk, match="数据管理员"):
        ask(firm, party)
    told = consent(party, "email")
    with pytest.raises(NobodyCorrects, match="授权"):
        records.propose("consent", told.uid, {"state": "withdrawn"}, reason="客户来电", principal=firm.manager)


def test_a_branch_is_proposed_by_what_it_is_and_shown_by_name(firm, steward, party):
    uid = ask(firm, party, {"branch": unit_uid("B2")})
    proposed = shown(uid, steward)["proposed"]
    assert proposed["proposed"]["branch"]["display"] == "陆家嘴营业部"
    assert proposed["now"]["branch"]["display"] != "陆家嘴营业部"


def test_what_was_proposed_for_somebody_who_is_erased_is_forgotten(firm, steward, party):
    from zhike.platform.work.logic import following

    uid = ask(firm, party)
    following.forget_record("party", party.id)
    row = WorkItem.objects.get(uid=uid)
    assert (row.proposed, row.script, row.state) == ("", "", "cancelled")


def test_without_the_right_to_give_work_nobody_asks(firm, steward, party):
    may = client_of(firm.manager).get("/api/v1/meta/objects/party").json()["corrected"]
    reader = holding(firm.manager, "reader")
    with pytest.raises(Refused):
        ask(firm, party, principal=reader)
    assert may is True
