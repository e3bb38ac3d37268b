"""A record is shared for a time by whoever may read and share it: for reading only, behind walls, no longer than its giver may."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client

from tests.factories.records import SYSTEM, build_firm, cover, customer, holding, unit_uid
from zhike.kernel import clock, context, definition_changes
from zhike.kernel.definition_changes import Edit
from zhike.kernel.errors import Invalid, NotFound, Refused
from zhike.kernel.models import Event
from zhike.platform.audit.models import Entry
from zhike.platform.exchange import exports
from zhike.platform.objects import api as objects
from zhike.platform.objects import bulk
from zhike.platform.objects.types import RecordQuery
from zhike.platform.organization import api as organization
from zhike.platform.organization.models import Post, User
from zhike.platform.packs import api as packs
from zhike.platform.permissions import api as permissions
from zhike.platform.records import api as records
from zhike.platform.records import shares
from zhike.platform.records.errors import ShareDates, ShareWithOne
from zhike.platform.records.logic.history import Recipient
from zhike.server import pages

pytestmark = pytest.mark.django_db


@pytest.fixture
def firm():
    return build_firm()


@pytest.fixture
def party(firm):
    """A customer of E1001 in B1, with a contact point; E1002 of B2 has another one."""
    made = customer("张三丰", mobile="13800001234")
    objects.create(
        "contact_point", {"party": str(made.uid), "kind": "mobile", "value": "13800001234"}, principal=SYSTEM
    )
    customer("李四海", branch="B2", manager="E1002")
    return made


def user(number):
    return User.objects.get(employee_no=number)


def principal(number):
    """Whoever signs in with that number now."""
    return permissions.principal_of_user(user(number).pk)


def until(days=7):
    return clock.today() + timedelta(days=days)


def give(party, to="E1002", by="E1001", days=7):
    with context.acting(actor=f"user:{by}"):
        return shares.share("party", party.uid, user=user(to).uid, until=until(days), principal=principal(by))


def test_the_page_of_a_shared_record_offers_nothing_that_would_be_refused(firm, party):
    def blocks(number):
        return pages.answer("customer", party.uid, principal(number))["blocks"]

    give(party)
    own, shared = blocks("E1001"), blocks("E1002")
    assert {key for key, block in own.items() if block["kind"] == "table" and block["data"]["create"]}
    assert {key for key, block in shared.items() if block["kind"] == "table" and block["data"]["create"]} == set()
    assert own["party_access"]["state"] != "error"
    assert {block["state"] for block in shared.values()} <= {"ok", "empty", "refused", "later"}


def seen(party, number):
    """What somebody has of a record by every way; all of them agree."""
    asking = principal(number)
    listed = party.uid in {row.uid for row in objects.page(RecordQuery("party"), principal=asking).rows}
    searched = party.uid in {row.uid for row in objects.page(RecordQuery("party", text="张三"), principal=asking).rows}
    bitmap = bulk.scope("party", principal=asking)
    by_id = party.id in objects.records_by_id("party", [party.id], principal=asking)
    counted = objects.count(RecordQuery("party"), principal=asking).count == len(
        objects.page(RecordQuery("party"), principal=asking).rows
    )
    points = bool(objects.related_page("contact_point", "party", party.id, principal=asking).rows)
    try:
        single = records.get("party", party.uid, principal=asking).uid == party.uid
    except NotFound:
        single = False
    ways = (listed, searched, bitmap is None or party.id in bitmap, by_id, points, single)
    assert counted and len(set(ways)) == 1, ways
    return single


def role(on, *operations, key="held", where="all", walls=()):
    body = {
        "kind": "role", "key": key, "labels": {"zh": key, "en": key},
        "grants": [{"on": on, "operations": list(operations), "where": where}] if operations else [],
        **({"walls": list(walls)} if walls else {}),
    }  # fmt: skip
    definition_changes.change([Edit.of(body)], reason="test")
    return key


def test_a_shared_record_is_read_with_what_follows_it_and_by_nobody_else(firm, party):
    assert not seen(party, "E1002")
    made = give(party)
    assert (made.kind, made.key, made.name, made.until, made.by) == ("user", "E1002", "唐若谷", until(), "E1001")
    assert seen(party, "E1002")
    [listed] = shares.of_record("party", party.uid, principal=principal("E1001"))
    assert listed == made


def test_it_is_for_reading_only(firm, party):
    give(party)
    reader = principal("E1002")
    record = records.get("party", party.uid, principal=reader)

    assert record.permitted == ()
    acts = {
        "update": lambda: objects.update("party", party.uid, {"remark": "x"}, revision=record.revision, principal=reader),
        "unmask": lambda: records.unmask("party", party.uid, "mobile", reason="客户来电核对", principal=reader),
        "access": lambda: records.access("party", party.uid, principal=reader),
        "share": lambda: shares.share("party", party.uid, user=user("E2001").uid, until=until(), principal=reader),
        "list": lambda: shares.of_record("party", party.uid, principal=reader),
    }  # fmt: skip
    for name, act in acts.items():
        with pytest.raises(NotFound):
            act()
        assert Entry.objects.filter(operation=name).count() == (name == "share"), name
    [point] = objects.related_page("contact_point", "party", party.id, principal=reader).rows
    with pytest.raises(NotFound):
        records.unmask("contact_point", point.uid, "value", reason="客户来电核对", principal=reader)
    with pytest.raises(NotFound):
        objects.update("contact_point", point.uid, {"verified": True}, revision=point.revision, principal=reader)
    about = {"party": str(party.uid), "channel": "phone", "subject": "回访", "at": clock.now().isoformat()}
    with pytest.raises((NotFound, Invalid)):
        objects.create("interaction", about, principal=reader)
    # Neither is it in what one exports, or finds by a whole number.
    exported = exports.export_xlsx(RecordQuery("party"), principal=reader)
    assert Entry.objects.get(operation="export").changes["rows"] == 1 and exported
    assert objects.page(RecordQuery("party", text="13800001234"), principal=reader).rows == []


def test_an_export_holds_no_more_than_is_granted_for_export(firm, party):
    definition_changes.change(
        [
            Edit.of(
                {
                    "kind": "role",
                    "key": "half",
                    "labels": {"zh": "半", "en": "Half"},
                    "grants": [
                        {"on": "party", "operations": ["read"]},
                        {"on": "party", "operations": ["export"], "where": "my_branch"},
                    ],
                }  # fmt: skip
            )
        ],
        reason="test",
    )
    half = holding(firm.branch_head, "half")
    assert objects.count(RecordQuery("party"), principal=half).count == 2
    exports.export_xlsx(RecordQuery("party"), principal=half)
    assert Entry.objects.get(operation="export").changes["rows"] == 1


def test_it_ends_with_its_day_and_when_it_is_withdrawn(firm, party):
    made = give(party, days=2)
    with clock.travel(clock.now() + timedelta(days=2)):
        assert seen(party, "E1002")
    with clock.travel(clock.now() + timedelta(days=3)):
        assert not seen(party, "E1002")
        assert shares.of_record("party", party.uid, principal=principal("E1001")) == []
    # Any who may share the record take it back: here the head of the branch.
    shares.withdraw("party", party.uid, made.uid, principal=principal("E2001"))
    assert not seen(party, "E1002")
    with pytest.raises(NotFound):
        shares.withdraw("party", party.uid, made.uid, principal=principal("E2001"))


def test_it_ends_with_the_right_of_its_giver(firm, party):
    give(party)
    assert seen(party, "E1002")
    # Handover: the customer has another manager from now on.
    [own] = objects.related_page("coverage", "party", party.id, principal=SYSTEM).rows
    ended = {"valid_to": clock.today().isoformat()}
    objects.update("coverage", own.uid, ended, revision=own.revision, principal=SYSTEM)
    assert not seen(party, "E1001")
    assert not seen(party, "E1002")
    cover(party, "E1001", since=clock.today())
    assert seen(party, "E1002")
    # The giver leaves the firm.
    Post.objects.filter(user=user("E1001")).update(valid_to=clock.today())
    assert not seen(party, "E1002")


def test_walls_hold(firm, party):
    give(party)
    wall = role("party", "read", key="walled", where="mine", walls=[{"on": "party", "where": "dormant"}])
    walled = holding(principal("E1002"), wall)
    assert records.get("party", party.uid, principal=walled).uid == party.uid
    now = records.get("party", party.uid, principal=SYSTEM)
    objects.update("party", party.uid, {"status": "dormant"}, revision=now.revision, principal=SYSTEM)
    with pytest.raises(NotFound):
        records.get("party", party.uid, principal=walled)
    assert party.id not in (bulk.scope("party", principal=walled) or [])


def test_whoever_may_not_read_such_records_at_all_still_may_not(firm, party):
    give(party)
    other = holding(principal("E1002"), role("product", "read", key="products"))
    with pytest.raises(Refused):
        records.get("party", party.uid, principal=other)
    assert list(bulk.scope("party", principal=other) or []) == []


def test_a_unit_is_its_people_and_those_below_it_not_those_above(firm, party):
    organization.add_user(employee_no="E9001", name="区域", role="account_manager", unit="R1")
    place = organization.unit_by_code("B2")
    made = shares.share("party", party.uid, unit=place.uid, until=until(), principal=principal("E1001"))
    assert (made.kind, made.key, made.name) == ("unit", "B2", "陆家嘴营业部")
    assert seen(party, "E1002")
    assert not seen(party, "E9001")
    shares.withdraw("party", party.uid, made.uid, principal=principal("E1001"))
    shares.share(
        "party", party.uid, unit=organization.unit_by_code("R1").uid, until=until(), principal=principal("E1001")
    )
    assert seen(party, "E1002") and seen(party, "E9001")


def test_one_shares_only_what_one_reads_oneself_and_with_the_operation(firm, party):
    with pytest.raises(NotFound):
        shares.share("party", party.uid, user=user("E2001").uid, until=until(), principal=principal("E1002"))
    reader = holding(firm.operator, role("party", "read", key="reader"))
    with pytest.raises(Refused):
        shares.share("party", party.uid, user=user("E1002").uid, until=until(), principal=reader)
    body = {
        "kind": "role", "key": "half", "labels": {"zh": "半", "en": "Half"},
        "grants": [
            {"on": "party", "operations": ["read"]},
            {"on": "party", "operations": ["share"], "where": "my_branch"},
        ],
    }  # fmt: skip
    definition_changes.change([Edit.of(body)], reason="test")
    with pytest.raises(NotFound):
        shares.of_record("party", party.uid, principal=holding(firm.other_manager, "half"))
    assert shares.of_record("party", party.uid, principal=holding(firm.branch_head, "half")) == []
    sharer = holding(firm.operator, role("party", "share", key="sharer"))
    with pytest.raises(NotFound):
        shares.share("party", party.uid, user=user("E1002").uid, until=until(), principal=sharer)
    assert not seen(party, "E1002")
    assert not Entry.objects.filter(operation="share").exists()


def test_a_share_is_with_one_for_a_bounded_time(firm, party):
    giver = principal("E1001")
    for dates in (until(-1), until(91)):
        with pytest.raises(ShareDates):
            shares.share("party", party.uid, user=user("E1002").uid, until=dates, principal=giver)
    for to in ({}, {"user": user("E1002").uid, "unit": unit_uid("B2")}):
        with pytest.raises(ShareWithOne):
            shares.share("party", party.uid, until=until(), principal=giver, **to)
    first, again = give(party, days=3), give(party, days=9)
    assert (again.uid, again.until) == (first.uid, until(9))


def test_the_journal_and_events_say_who_shared_what_with_whom(firm, party):
    made = give(party)
    with context.acting(actor="user:E1001"):
        shares.withdraw("party", party.uid, made.uid, principal=principal("E1001"))
    details = {"to": "E1002", "kind": "user", "until": until().isoformat()}
    told = records.access("party", party.uid, principal=firm.operator)
    assert [(line.operation, line.employee_no, line.details) for line in told[:2]] == [
        ("unshare", "E1001", details),
        ("share", "E1001", details),
    ]
    assert [line.shared for line in told[:2]] == [Recipient("user", "E1002", user("E1002").name, until())] * 2
    names = Event.objects.filter(subject_id=party.id, name__in=["record.shared", "record.unshared"])
    assert [(event.name, event.payload) for event in names.order_by("pk")] == [
        ("record.shared", details),
        ("record.unshared", details),
    ]


def test_the_log_on_the_page_names_the_person_or_unit_to_whoever_may_read_it(firm, party):
    give(party)
    with context.acting(actor="user:E1001"):
        shares.share("party", party.uid, unit=unit_uid("B2"), until=until(), principal=principal("E1001"))
    reader = Client()
    reader.force_login(user("E3001"))
    path = f"/api/v1/objects/party/records/{party.uid}"
    entries = reader.get(f"{path}/access").json()["entries"]
    named = [(entry["shared"]["key"], entry["shared"]["name"]) for entry in entries if entry["operation"] == "share"]
    unit = organization.unit_by_code("B2")
    assert named == [("B2", unit.name), ("E1002", user("E1002").name)]
    assert {entry["shared"] for entry in entries if entry["operation"] != "share"} <= {None}
    other = Client()
    other.force_login(user("E1002"))
    assert other.get(f"{path}/access").status_code in (403, 404), "whoever it is shared with reads no log"
    assert user("E1002").name not in other.get(f"{path}/history").content.decode()


def test_an_erased_or_deleted_record_is_shared_with_nobody(firm, party):
    give(party)
    records.erase("party", party.uid, reason="客户申请", principal=SYSTEM)
    assert not seen(party, "E1002")


def test_a_share_does_not_follow_a_merge(firm, party):
    give(party)
    kept = customer("张三丰（合并后）", branch="B1", manager="E1001")
    bulk.refer_to("party", {party.id: kept.id})
    objects.delete(
        "party", party.uid, revision=records.get("party", party.uid, principal=SYSTEM).revision, principal=SYSTEM
    )
    assert not seen(party, "E1002")
    assert kept.uid not in {row.uid for row in objects.page(RecordQuery("party"), principal=principal("E1002")).rows}


def test_what_is_kept_of_a_statement_is_for_one_person_never_for_another(firm, party):
    """Two people with the same two roles: what follows a record is narrowed by each one's own units."""
    for number, unit in (("E8001", "B1"), ("E8002", "B2")):
        for held in ("branch_head", "account_manager"):
            organization.add_user(employee_no=number, name="双岗", role=held, unit=unit)
    [point] = objects.related_page("contact_point", "party", party.id, principal=SYSTEM).rows
    assert records.get("contact_point", point.uid, principal=principal("E8001")).uid == point.uid
    with pytest.raises(NotFound):
        records.get("contact_point", point.uid, principal=principal("E8002"))


def test_over_http(firm, party):
    client, base = Client(), f"/api/v1/objects/party/records/{party.uid}"
    client.force_login(user("E1001"))
    body = {"user": str(user("E1002").uid), "until": until().isoformat()}
    made = client.post(f"{base}/shares", body, content_type="application/json")
    assert (made.status_code, made.json()["key"], made.json()["by"]["name"]) == (201, "E1002", "林晓岚")
    assert "share" in client.get(base).json()["permitted"]
    assert [one["uid"] for one in client.get(f"{base}/shares").json()] == [made.json()["uid"]]
    other = Client()
    other.force_login(user("E1002"))
    assert other.get(base).status_code == 200
    assert other.get(f"{base}/shares").status_code == 404
    assert client.delete(f"{base}/shares/{made.json()['uid']}").status_code == 204
    assert other.get(base).status_code == 404


def test_colleagues_are_offered_where_ones_posts_reach_and_elsewhere_by_their_number(firm, party):
    def offered(number, text):
        found = shares.whom("party", party.uid, text, principal=principal(number))
        return [(kind, key) for kind, _uid, key, _display in found]

    assert offered("E1001", "E") == [("user", "E1001"), ("user", "E2001")]
    assert (offered("E1001", "唐若"), offered("E1001", "e1002")) == ([], [("user", "E1002")])
    assert offered("E1001", "陆家嘴") == [("unit", "B2")]
    assert ("user", "E1002") in offered("E3001", "E")
    with pytest.raises(NotFound):
        offered("E1002", "E")


def test_people_are_told_to_who_fills_in_a_user_of_units_one_reaches(firm, tmp_path):
    (tmp_path / "pack.yaml").write_text("name: care\nversion: 1.0.0\nrequires: [core]\nlabels: {zh: 顾, en: Care}\n")
    (tmp_path / "care.yaml").write_text(
        "kind: object\nkey: care\nlabels: {zh: 关照, en: Care}\nfields:\n"
        "  - {key: adviser, type: user, labels: {zh: 顾问, en: Adviser}}\n"
    )
    packs.apply([Path("packs"), tmp_path])
    minder = role("care", "read", "create", key="minder")

    def told(principal):
        return [key for _uid, key, _display in records.places("user", "E", principal=principal)]

    assert told(holding(firm.manager, minder)) == ["E1001", "E2001"]
    assert told(holding(firm.other_manager, minder)) == ["E1002"]
    assert told(holding(firm.operator, minder)) == ["E1001", "E1002", "E2001", "E3001"]
    assert told(firm.operator) == ["E1001", "E1002", "E2001", "E3001"]
    Post.objects.filter(user=user("E2001")).update(valid_to=clock.today())
    assert told(holding(firm.manager, minder)) == ["E1001"]
