"""A whole number that its searcher sees masked is found by an operation of its own, with a line in the journal, not in series."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from tests.factories.records import SYSTEM, build_firm, customer, holding, unit_uid
from zhike.kernel import clock, context, definition_changes
from zhike.kernel.definition_changes import Edit
from zhike.kernel.errors import Invalid, NotFound
from zhike.kernel.models import Event
from zhike.platform.audit.models import Entry
from zhike.platform.objects import api as objects
from zhike.platform.objects.errors import FindSeries
from zhike.platform.objects.types import RecordQuery
from zhike.platform.organization.models import User
from zhike.platform.records import api as records

pytestmark = pytest.mark.django_db

MOBILE, CUSTOMER_NO, CERTIFICATE = "13800001234", "8800123456", "310101199001011234"


@pytest.fixture
def firm():
    found = build_firm()
    customer("张三丰", mobile=MOBILE, customer_no=CUSTOMER_NO, certificate_number=CERTIFICATE)
    customer("李四海", mobile="13911112222", customer_no="8800999999", certificate_number="310101199001019999")
    return found


def role(principal, *operations, where="all", **fields):
    body = {
        "kind": "role", "key": "looker", "labels": {"zh": "看", "en": "Looker"},
        "grants": [
            {"on": "party", "operations": ["read"]},
            *([{"on": "party", "operations": list(operations), "where": where}] if operations else []),
        ],
        **({"fields": {"party": fields}} if fields else {}),
    }  # fmt: skip
    definition_changes.change([Edit.of(body)], reason="test")
    return holding(principal, "looker")


def found(principal, text):
    rows = objects.page(RecordQuery("party", text=text), principal=principal).rows
    assert objects.count(RecordQuery("party", text=text), principal=principal).count == len(rows)
    return [row.display for row in rows]


def lines(operation="find_by_number"):
    rows = Entry.objects.filter(operation=operation).order_by("id")
    return [(row.actor, row.subject, row.subject_id, row.changes.get("field")) for row in rows]


@pytest.mark.parametrize("number", [MOBILE, "138 0000 1234", CUSTOMER_NO, CERTIFICATE])
def test_who_may_not_is_not_told_that_there_is_one(firm, number):
    looker = role(firm.operator)

    assert found(looker, number) == []
    assert lines() == []
    # What the mask shows finds it, and so does the name.
    assert (found(looker, "1234"), found(looker, "3456"), found(looker, "张三")) == (["张*丰"],) * 3


def test_a_question_leaves_a_line_with_the_field_and_never_the_number(firm):
    finder = role(firm.operator, "find_by_number")
    party = objects.page(RecordQuery("party", text="张三"), principal=SYSTEM).rows[0]

    with context.acting(actor="user:E3001"):
        for number in (MOBILE, CUSTOMER_NO, CERTIFICATE):
            assert found(finder, number) == ["张*丰"]
        assert found(finder, "13800001235") == []

    told = [("user:E3001", "party", party.id, field) for field in ("mobile", "customer_no", "certificate_number")]
    assert lines() == [*told, ("user:E3001", "party", None, None)]
    written = " ".join(str(row.changes) + row.reason for row in Entry.objects.filter(operation="find_by_number"))
    assert not any(number in written for number in (MOBILE, CUSTOMER_NO, CERTIFICATE, "13800001235"))
    [first, *_more] = records.access("party", party.uid, principal=firm.operator)
    assert (first.operation, first.employee_no, first.details["field"]) == (
        "find_by_number",
        "E3001",
        "certificate_number",
    )


def test_a_name_or_the_last_digits_leave_no_line(firm):
    for text in ("张三", "zsf", "zhangsanfeng", "1234", "13800"):
        found(firm.operator, text)
    assert lines() == []


def test_who_sees_it_in_clear_finds_it_without_a_line(firm):
    seer = role(firm.operator, clear=["mobile"])

    assert found(seer, MOBILE) == ["张*丰"]
    assert (found(seer, CUSTOMER_NO), found(seer, CERTIFICATE)) == ([], [])
    assert lines() == []


def test_it_is_found_where_the_operation_is_granted_only(firm):
    customer("王五", branch="B2", manager="E1002", mobile="13700007777")
    finder = role(firm.branch_head, "find_by_number", where="my_branch")

    assert found(finder, MOBILE) == ["张*丰"]
    assert found(finder, "13700007777") == []
    assert found(finder, "7777") == ["王*"]


def test_33_questions_do_not_find_out_a_number(firm):
    """The attack of the review, by conditions then and by searches now: digit after digit behind what the mask shows."""
    looker = role(firm.operator)
    answers = {
        text: found(looker, text)
        for place in range(3, 7)
        for digit in "0123456789"
        for text in (MOBILE[:place] + digit + MOBILE[place + 1 :], MOBILE[: place + 1])
    }
    assert len(answers) >= 33
    assert set(map(tuple, answers.values())) == {()}


def test_a_short_number_is_not_found_by_more_than_its_mask_shows(firm):
    customer("赵六", customer_no="55667788", certificate_number="AB12345")
    looker = role(firm.operator)

    assert found(SYSTEM, "7788") == ["赵*"]
    assert found(looker, "7788") == []  # the mask says 55****88
    assert found(SYSTEM, "2345") == []  # the mask shows nothing of a certificate this short
    assert found(SYSTEM, "AB12345") == ["赵*"]


def test_a_series_is_stopped_and_told(firm, settings):
    settings.FIND_SERIES = 3
    finder = role(firm.operator, "find_by_number")

    def ask(number, actor="user:E3001"):
        with context.acting(actor=actor):
            return found(finder, number)

    assert [ask(f"1380000123{n}") for n in (2, 3, 4)] == [[], [], ["张*丰"]]
    with pytest.raises(FindSeries):
        ask("13911112222")
    assert lines("find_by_number_stopped") == [("user:E3001", "party", None, None)]
    event = Event.objects.get(name="user.find_stopped")
    assert (event.subject, event.subject_id, event.payload) == ("user", finder.user_id, {"object": "party"})
    # The same number again, a name, another person, another hour are no part of the series.
    assert ask("13800001234") == ["张*丰"]
    assert ask("李四") == ["李*海"]
    assert ask("13911112222", actor="user:E1001") == ["李*海"]
    with clock.travel(clock.now() + timedelta(minutes=61)):
        assert ask("13911112222") == ["李*海"]


def test_the_page_and_the_count_of_a_list_are_one_question_and_a_later_one_another(firm):
    for _ in range(2):
        found(firm.operator, MOBILE)
    assert len(lines()) == 1
    with clock.travel(clock.now() + timedelta(minutes=2)):
        found(firm.operator, MOBILE)
    assert len(lines()) == 2


def test_the_search_of_everything_finds_it_and_says_who_asked(firm):
    client = Client()
    client.force_login(User.objects.get(employee_no="E1001"))

    groups = client.get("/api/v1/search", {"q": MOBILE}).json()["groups"]
    assert [item["title"] for group in groups for item in group["items"]] == ["张*丰"]
    assert [(actor, subject, field) for actor, subject, _id, field in lines()] == [("user:E1001", "party", "mobile")]

    client.force_login(User.objects.get(employee_no="E1002"))
    assert client.get("/api/v1/search", {"q": MOBILE}).json()["groups"] == []
    client.force_login(User.objects.get(employee_no="E2001"))  # a head calls nobody back by a number
    assert client.get("/api/v1/search", {"q": MOBILE}).json()["groups"] == []


def answers(ask):
    """What a record that is not written says: its findings."""
    with pytest.raises(Invalid) as refused, context.acting(actor="user:E3001"):
        ask()
    return sorted((found["code"], found.get("field")) for found in refused.value.findings)


@pytest.fixture
def writer(firm):
    return role(firm.operator, "create", "update")


def new(principal, number, **values):
    given = {"name": "王五", "kind": "person", "customer_no": number, **values}
    return lambda: objects.create("party", given, principal=principal)


TAKEN = ("record.duplicate", "customer_no")


def test_beside_another_fault_nothing_is_told_of_a_number_that_one_sees_masked(firm, writer):
    said = [answers(new(writer, number, birth_date="1990-13-77")) for number in (CUSTOMER_NO, "8800123457")]
    assert said[0] == said[1] and [field for _code, field in said[0]] == ["birth_date"]
    assert lines() == []
    # Whoever sees it in clear is told everything at once, and leaves no line.
    assert TAKEN in answers(new(SYSTEM, CUSTOMER_NO, birth_date="1990-13-77"))
    seer = role(firm.operator, "create", clear=["customer_no"])
    assert TAKEN in answers(new(seer, CUSTOMER_NO, birth_date="1990-13-77"))
    assert answers(new(seer, CUSTOMER_NO)) == [TAKEN]
    assert lines() == []


def test_that_a_number_is_taken_is_a_question_with_a_line_and_of_the_series(firm, writer, settings):
    settings.FIND_SERIES = 2
    zhang, li = (objects.page(RecordQuery("party", text=name), principal=SYSTEM).rows[0] for name in ("张三", "李四"))

    assert answers(new(writer, CUSTOMER_NO)) == [TAKEN]
    assert lines() == [("user:E3001", "party", zhang.id, "customer_no")]
    written = [str(row.changes) + row.reason for row in Entry.objects.filter(operation="find_by_number")]
    assert CUSTOMER_NO not in " ".join(written)

    def change(number):
        given = {"customer_no": number}
        return objects.update("party", li.uid, given, revision=li.revision, principal=writer)

    customer("王五", customer_no="55667788")
    customer("赵六", customer_no="66778899")
    assert answers(lambda: change("55667788")) == [TAKEN]
    assert [field for _actor, _subject, _id, field in lines()] == ["customer_no"] * 2
    with pytest.raises(FindSeries), context.acting(actor="user:E3001"):
        change("66778899")
    with pytest.raises(FindSeries), context.acting(actor="user:E3001"):
        new(writer, "66778899")()
    assert lines("find_by_number_stopped") == [("user:E3001", "party", None, None)] * 2
    # The same number again is no part of the series, and searches are of the same one.
    assert answers(new(writer, CUSTOMER_NO)) == [TAKEN]
    finder = role(firm.operator, "find_by_number")
    with pytest.raises(FindSeries), context.acting(actor="user:E3001"):
        found(finder, MOBILE)


def test_a_free_number_of_a_record_beyond_ones_scope_is_a_question_too(firm):
    writer = role(firm.branch_head, "create", where="my_branch")
    given = {"name": "王五", "kind": "person", "customer_no": "8800123457", "branch": unit_uid("B2")}
    with pytest.raises(NotFound), context.acting(actor="user:E2001"):
        objects.create("party", given, principal=writer)
    assert lines() == [("user:E2001", "party", None, None)]
    assert new(role(firm.branch_head, "create"), "8800123457")().id
    assert len(lines()) == 1, "what is written is no question"


def test_a_number_beside_a_broken_rule_is_a_question_whether_it_is_taken_or_free(firm):
    labels = {"zh": "甲", "en": "A"}
    rule = {"key": "never", "labels": labels, "condition": "name != '王五'"}
    body = {"kind": "extension", "key": "ruled", "of": "party", "labels": labels, "rules": [rule]}
    definition_changes.change([Edit.of(body)], reason="test")
    writer = role(firm.operator, "create")

    assert answers(new(writer, "8800123457")) == [("record.rule.never", None)]
    assert answers(new(writer, CUSTOMER_NO)) == [TAKEN]
    assert [(subject_id is None, field) for _actor, _subject, subject_id, field in lines()] == [
        (True, None),
        (False, "customer_no"),
    ]
