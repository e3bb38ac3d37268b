"""Records beside a customer: made from the page, marked where one counts, called by several fields, told in the journal."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from django.test import Client

from tests.factories.records import SYSTEM, build_firm, consent, customer, unit_uid
from zhike.kernel import clock, context
from zhike.kernel.errors import Invalid, NotFound
from zhike.platform.audit.models import Entry
from zhike.platform.objects import api as objects
from zhike.platform.objects.errors import UnknownField
from zhike.platform.objects.types import Parent, RecordQuery
from zhike.platform.organization.models import User
from zhike.platform.permissions import api as permissions
from zhike.platform.records import api as records
from zhike.server import pages

pytestmark = pytest.mark.django_db

TODAY = date(2026, 3, 17)


@pytest.fixture(autouse=True)
def today():
    with clock.travel(clock.at(TODAY, 9, 0)):
        yield


@pytest.fixture
def firm():
    return build_firm()


def block(party, principal, key="party_consents"):
    return pages.answer("customer", party.uid, principal, block=key)["blocks"][key]


def marked(party, principal):
    """What is marked: (channel, state) of each row, in the order of the block."""
    rows = block(party, principal)["data"]["rows"]
    return [(row["cells"]["channel"], row["cells"]["state"]) for row in rows if "-chosen" in row["cells"]]


def client(principal):
    found = Client()
    found.force_login(User.objects.get(pk=principal.user_id))
    return found


# A record more


def test_whoever_may_make_one_is_led_to_its_form_with_the_customer_filled_in(firm):
    party = customer("张三丰")
    assert block(party, firm.manager)["data"]["create"] == f"/records/consent/new?party={party.uid}"
    assert block(party, firm.manager, "party_relations")["data"]["create"] == (
        f"/records/party_relationship/new?party={party.uid}"
    )


def test_whoever_may_not_is_not_led_and_is_refused_by_the_route(firm):
    party = customer("张三丰")
    assert block(party, firm.manager, "party_coverages")["data"]["create"] is None
    before = objects.count(RecordQuery("coverage"), principal=SYSTEM).count

    answer = client(firm.manager).post(
        "/api/v1/objects/coverage/records",
        {"values": {"party": str(party.uid), "employee_no": "E1001", "valid_from": "2026-03-17"}},
        content_type="application/json",
    )

    assert (answer.status_code, answer.json()["code"]) == (403, "refused")
    assert objects.count(RecordQuery("coverage"), principal=SYSTEM).count == before


# Which one counts


def test_the_declarations_that_count_today_are_marked(firm):
    party = customer("张三丰")
    consent(party, "phone", since=date(2025, 1, 1))
    consent(party, "phone", "withdrawn", since=date(2026, 2, 1))
    consent(party, "sms", since=date(2026, 3, 18))
    assert marked(party, firm.manager) == [("phone", "withdrawn"), ("email", "granted")]
    with clock.travel(clock.at(date(2026, 3, 18), 9, 0)):
        assert marked(party, firm.manager) == [("sms", "granted"), ("phone", "withdrawn"), ("email", "granted")]


@pytest.mark.parametrize(("language", "said"), [("zh", "现行"), ("en", "In force")])
def test_the_mark_is_in_the_words_of_the_page(firm, language, said):
    data = block(customer("张三丰"), replace(firm.manager, language=language))["data"]
    assert data["columns"][-1]["labels"] == {"zh": "现行", "en": "In force"}
    assert data["rows"][0]["cells"]["-chosen"] == {"text": said, "status": "done"}


def test_a_declaration_of_another_customer_or_purpose_or_a_deleted_one_is_not_marked(firm):
    party, other = customer("张三丰"), customer("李四光")
    consent(other, "sms")
    said = {"purpose": "personalized", "channel": "sms", "state": "granted", "valid_from": "2026-01-02"}
    objects.create("consent", {"party": str(party.uid), "evidence": "签署", **said}, principal=SYSTEM)
    gone = consent(party, "phone")
    objects.delete("consent", gone.uid, revision=1, principal=SYSTEM)
    assert marked(party, firm.manager) == [("email", "granted")]


def refuse(monkeypatch, key):
    """Nobody may see one field, whatever their role grants."""
    real = permissions.field_rules
    monkeypatch.setattr(
        permissions,
        "field_rules",
        lambda who, object, keys: {
            one: "refused" if one == key else rule for one, rule in real(who, object, keys).items()
        },
    )


def test_a_field_that_its_viewer_is_refused_marks_nothing(firm, monkeypatch):
    party = customer("张三丰")
    assert marked(party, firm.manager) == [("email", "granted")]
    refuse(monkeypatch, "consent_email")
    assert marked(party, firm.manager) == []


def test_a_block_that_names_no_mark_has_none(firm):
    columns = [
        column["key"] for column in block(customer("张三丰"), firm.manager, "party_coverages")["data"]["columns"]
    ]
    assert columns == ["employee", "employee_no", "kind", "credit", "valid_from", "valid_to"]


# What a record is called


@pytest.mark.parametrize(("language", "called"), [("zh", "营销 · 短信 · 撤回"), ("en", "Marketing · SMS · Withdrawn")])
def test_a_declaration_is_called_by_purpose_channel_and_state(firm, language, called):
    made = consent(customer("张三丰"), "sms", "withdrawn")
    reader = replace(firm.manager, language=language)
    assert records.get("consent", made.uid, principal=reader).display == called
    assert objects.displays("consent", [made.id], principal=reader)[made.id]["display"] == called
    rows = objects.page(RecordQuery("consent", columns=("valid_from",)), principal=reader).rows
    assert called in {row.display for row in rows}


def test_a_field_that_is_refused_is_left_out_of_what_a_record_is_called(firm, monkeypatch):
    made = consent(customer("张三丰"), "sms", "withdrawn")
    refuse(monkeypatch, "channel")
    assert records.get("consent", made.uid, principal=firm.manager).display == "营销 · 撤回"
    assert objects.displays("consent", [made.id], principal=firm.manager)[made.id]["display"] == "营销 · 撤回"


# The journal


def test_the_journal_says_what_references_pointed_at_under_the_readers_masks(firm):
    party, other = customer("张三丰"), customer("李四光")
    made = consent(party, "sms")
    objects.update("consent", made.uid, {"party": str(other.uid), "state": "withdrawn"}, revision=1, principal=SYSTEM)

    [changed, created] = records.history("consent", made.uid, principal=firm.manager)

    told = {key: (old, new) for key, old, new in changed.changes}
    assert told["state"] == ("granted", "withdrawn")
    assert told["party"] == (
        {"uid": str(party.uid), "display": "张*丰", "object": "party"},
        {"uid": str(other.uid), "display": "李*光", "object": "party"},
    )
    assert {key: new for key, _old, new in created.changes}["party"]["display"] == "张*丰"


def test_the_journal_says_units_by_name(firm):
    party = customer("张三丰")
    objects.update("party", party.uid, {"branch": unit_uid("B2")}, revision=1, principal=SYSTEM)
    [(key, old, new)] = records.history("party", party.uid, principal=SYSTEM)[0].changes
    assert (key, old["display"], new["display"]) == ("branch", "世纪大道营业部", "陆家嘴营业部")


def test_the_journal_does_not_tell_what_its_reader_is_refused(firm, monkeypatch):
    made = consent(customer("张三丰"), "sms")
    refuse(monkeypatch, "evidence")
    [created] = records.history("consent", made.uid, principal=firm.manager)
    assert [key for key, _old, _new in created.changes] == ["party", "purpose", "channel", "state", "valid_from"]


def test_views_of_a_person_and_a_day_are_one_line_and_the_journal_keeps_them_all(firm):
    party = customer("张三丰")

    def look(who, day, hour, minute):
        with clock.travel(clock.at(day, hour, minute)), context.acting(actor=who.actor):
            records.get("party", party.uid, principal=who)

    yesterday = date(2026, 3, 16)
    look(firm.manager, yesterday, 23, 59)
    for minute in (1, 1, 5, 20):
        look(firm.manager, TODAY, 0, minute)
    look(firm.branch_head, TODAY, 0, 10)
    with clock.travel(clock.at(TODAY, 0, 15)), context.acting(actor=firm.manager.actor):
        records.unmask("party", party.uid, "name", reason="客户来电核对", principal=firm.manager)

    lines = records.access("party", party.uid, principal=firm.manager)

    assert [(line.employee_no, line.operation, line.times) for line in lines] == [
        ("E1001", "view", 3),
        ("E1001", "unmask", 1),
        ("E2001", "view", 1),
        ("E1001", "view", 1),
    ]
    assert (lines[0].at, lines[0].since) == (clock.at(TODAY, 0, 20), clock.at(TODAY, 0, 1))
    assert lines[1].details == {"field": "name"}
    assert Entry.objects.filter(subject="party", subject_id=party.id, operation="view").count() == 6
    shown = client(firm.manager).get(f"/api/v1/objects/party/records/{party.uid}/access").json()["entries"][0]
    assert (shown["times"], shown["since"]) == (3, "2026-03-16T16:01:00Z")


# A rule that is broken


@pytest.mark.parametrize(
    ("given", "rule", "fields"),
    [
        ({"valid_from": "1999-01-01"}, "plausible", ["valid_from"]),
        ({"valid_to": "2025-01-01"}, "ends_after_start", ["valid_to", "valid_from"]),
    ],
)
def test_a_broken_rule_names_the_fields_it_is_about(firm, given, rule, fields):
    party = customer("张三丰")
    said = {
        "purpose": "marketing",
        "channel": "sms",
        "state": "granted",
        "valid_from": "2026-03-01",
        "evidence": "签署",
    }
    with pytest.raises(Invalid) as broken:
        objects.create("consent", {"party": str(party.uid), **said, **given}, principal=firm.manager)
    assert [(one["code"], one["fields"]) for one in broken.value.findings] == [(f"record.rule.{rule}", fields)]


@pytest.mark.parametrize(
    ("language", "said"), [("zh", "失效日期应晚于生效日期"), ("en", "The end must be after the start")]
)
def test_the_route_says_a_broken_rule_with_its_fields_in_the_callers_language(firm, language, said):
    made = consent(customer("张三丰"), "sms", since=date(2026, 3, 1))
    answer = client(firm.manager).post(
        "/api/v1/objects/consent/records",
        {
            "values": {
                **{key: made.values[key] for key in ("purpose", "channel", "state", "valid_from", "evidence")},
                "party": made.values["party"]["uid"],
                "valid_to": "2026-03-01",
            }
        },
        content_type="application/json",
        headers={"Accept-Language": language},
    )
    assert answer.status_code == 422
    assert answer.json()["findings"] == [
        {"code": "record.rule.ends_after_start", "message": said, "fields": ["valid_to", "valid_from"]}
    ]


# The timeline


def test_the_timeline_tells_interactions_to_whoever_may_read_them(firm, monkeypatch):
    party = customer("张三丰")
    given = {"party": str(party.uid), "channel": "phone", "subject": "离婚咨询", "at": "2026-03-16T09:30:00+08:00"}
    objects.create("interaction", given, principal=firm.manager)

    def told(principal):
        entries = block(party, principal, "party_timeline")["data"]["entries"]
        return [(entry["title"], entry["at"], entry["detail"]) for entry in entries if entry["kind"] == "interaction"]

    assert told(firm.manager) == [("离婚咨询", datetime(2026, 3, 16, 1, 30, tzinfo=UTC), "phone")]
    refuse(monkeypatch, "subject")
    assert [title for title, _at, _detail in told(firm.manager)] == [""]
    monkeypatch.setattr(
        permissions, "allowed", lambda who, operation: operation not in ("interaction.read",) and who is not None
    )
    assert told(firm.manager) == []


@pytest.mark.parametrize("blank", ["", "   ", "\t", "\u3000"])
def test_blanks_are_no_evidence(firm, blank):
    said = {"purpose": "marketing", "channel": "sms", "state": "granted", "valid_from": "2026-01-02"}
    given = {"party": str(customer("张三丰").uid), "evidence": blank, **said}
    with pytest.raises(Invalid) as refused:
        objects.create("consent", given, principal=firm.manager)
    assert [(fault["code"], fault["field"]) for fault in refused.value.findings] == [("record.required", "evidence")]


def test_the_block_says_how_many_records_it_does_not_show(firm):
    party = customer("张三丰")
    assert block(party, firm.manager)["data"]["more"] is None
    for _more in range(52):
        consent(party, "email")
    shown = block(party, firm.manager)["data"]
    assert (len(shown["rows"]), shown["more"]) == (50, {"count": 3, "path": f"/records/consent?party={party.uid}"})


def test_the_list_of_all_of_them_is_narrowed_to_the_customer(firm):
    party, other = customer("张三丰"), customer("李四光")
    consent(party, "email")
    consent(other, "email")
    asked = {"of": {"field": "party", "uid": str(party.uid)}, "columns": ["party", "channel"]}

    def found(body, what="query"):
        answer = client(firm.manager).post(f"/api/v1/objects/consent/{what}", body, "application/json")
        assert answer.status_code == 200, answer.json()
        return answer.json()

    both = [row["values"] for row in found({"columns": ["party", "channel"]})["rows"]]
    assert {row["party"]["uid"] for row in both} == {str(party.uid), str(other.uid)}
    mine = [row for row in both if row["party"]["uid"] == str(party.uid)]
    assert {row["values"]["party"]["uid"] for row in found(asked)["rows"]} == {str(party.uid)}
    assert found(asked, "count")["count"] == len(mine)
    email = {"op": "=", "left": {"field": "channel"}, "right": {"value": "email", "type": "text"}}
    emails = found({**asked, "condition": email}, "count")["count"]
    assert 0 < emails == sum(row["channel"] == "email" for row in mine) < len(both)


def test_a_list_is_narrowed_to_no_record_that_its_reader_may_not_see(firm):
    party = customer("张三丰")
    consent(party, "email")
    asked = RecordQuery("consent", of=Parent("party", party.uid))
    assert objects.count(asked, principal=firm.manager).count > 0
    for ask in (objects.page, objects.count):
        with pytest.raises(NotFound):
            ask(asked, principal=firm.other_manager)
    with pytest.raises(UnknownField) as refused:
        objects.page(RecordQuery("consent", of=Parent("channel", party.uid)), principal=firm.manager)
    assert "party" in refused.value.facts["has"] and "channel" not in refused.value.facts["has"]
