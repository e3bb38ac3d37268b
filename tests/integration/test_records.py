"""Records on a real PostgreSQL: search, paging, revisions, history, loads."""

from __future__ import annotations

import pytest
from django.db import connection

from tests.factories.records import SYSTEM, build_firm, customer, unit_uid
from zhike.kernel import context, definitions
from zhike.kernel.errors import Invalid, StaleRevision
from zhike.kernel.models import Event
from zhike.platform.exchange import api as exchange
from zhike.platform.exchange.types import LoadColumn
from zhike.platform.objects import api as objects
from zhike.platform.objects import bulk, catalogue
from zhike.platform.objects.logic import searching
from zhike.platform.objects.types import RecordQuery
from zhike.platform.organization import api as organization
from zhike.platform.records import api as records

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def firm():
    return build_firm()


@pytest.mark.parametrize(
    "text",
    ["张三", "三丰", "zsf", "ZSF", "zhangsanfeng", "1234", "１２３４", "13800001234", "310101199001011234", "张三丰"],
)
def test_search_finds_by(text):
    customer("张三丰", mobile="13800001234", certificate_number="310101199001011234")
    customer("王五", mobile="13900005678")

    found = objects.page(RecordQuery("party", text=text), principal=SYSTEM).rows

    assert [row.display for row in found] == ["张*丰"]


def test_search_finds_a_certificate_by_its_last_four_characters():
    customer("张三丰", certificate_number="31010119900101123X")

    assert len(objects.page(RecordQuery("party", text="123x"), principal=SYSTEM).rows) == 1


def test_certificate_numbers_are_not_in_the_table():
    customer("张三丰", certificate_number="310101199001011234")

    table = catalogue.describe("party").table
    with connection.cursor() as cursor:
        cursor.execute(f'select row_to_json(t)::text from "{table}" t')
        assert "310101199001011234" not in cursor.fetchone()[0]


@pytest.mark.parametrize("direction", ["asc", "desc"])
def test_keyset_pages_walk_forth_and_back_over_values_and_nulls(direction):
    for index, day in enumerate(["2026-01-05", None, "2026-01-03", None, "2026-01-04"]):
        customer(f"客户{index}", risk_valid_until=day)

    def page(cursor=""):
        query = RecordQuery(
            "party", sort=(("risk_valid_until", direction),), columns=("risk_valid_until",), cursor=cursor, limit=2
        )
        return objects.page(query, principal=SYSTEM)

    def days(found):
        return [row.values["risk_valid_until"] for row in found.rows]

    first = page()
    second = page(first.next_cursor)
    third = page(second.next_cursor)

    dated = ["2026-01-03", "2026-01-04", "2026-01-05"]
    expected = (dated if direction == "asc" else dated[::-1]) + [None, None]
    assert days(first) + days(second) + days(third) == expected
    assert third.next_cursor is None
    back = page(third.previous_cursor)
    assert days(back) == days(second)
    assert days(page(back.previous_cursor)) == days(first)
    assert page(back.previous_cursor).previous_cursor is None


def test_a_stale_revision_changes_nothing():
    party = customer("张三丰")
    objects.update("party", party.uid, {"remark": "一"}, revision=1, principal=SYSTEM)

    with pytest.raises(StaleRevision) as stale:
        objects.update("party", party.uid, {"remark": "二"}, revision=1, principal=SYSTEM)

    assert (stale.value.facts["given"], stale.value.facts["current"]) == (1, 2)
    assert records.get("party", party.uid, principal=SYSTEM).values["remark"] == "一"
    objects.update("party", party.uid, {"remark": "三"}, revision=2, principal=SYSTEM)
    for write in (
        lambda: objects.update("party", party.uid, {"remark": "四"}, revision=1, principal=SYSTEM),
        lambda: objects.delete("party", party.uid, revision=1, principal=SYSTEM),
    ):
        with pytest.raises(StaleRevision) as stale:
            write()
        assert (stale.value.facts["given"], stale.value.facts["current"]) == (1, 3)
    assert records.get("party", party.uid, principal=SYSTEM).values["remark"] == "三"


def test_a_change_of_nothing_makes_no_line_in_the_journal():
    party = customer("张三丰")
    for revision in (1, 2):
        objects.update("party", party.uid, {"remark": "一"}, revision=revision, principal=SYSTEM)

    assert records.get("party", party.uid, principal=SYSTEM).revision == 3
    entries = records.history("party", party.uid, principal=SYSTEM)
    assert [(entry.operation, entry.changes) for entry in entries if entry.operation == "update"] == [
        ("update", (("remark", None, "一"),))
    ]


def test_every_fault_is_listed_and_nothing_is_written():
    before = objects.count(RecordQuery("party"), principal=SYSTEM).count

    with pytest.raises(Invalid) as invalid:
        objects.create(
            "party",
            {"name": "甲", "birth_date": "1990-13-01", "risk_level": "C9", "email": "no", "shoe_size": 42},
            principal=SYSTEM,
        )

    codes = {finding["field"]: finding["code"] for finding in invalid.value.findings}
    assert codes == {
        "birth_date": "value.not_date",
        "risk_level": "value.not_an_option",
        "email": "value.not_email",
        "shoe_size": "object.unknown_field",
    }
    assert objects.count(RecordQuery("party"), principal=SYSTEM).count == before


def test_unique_values_are_free_again_after_deletion():
    objects.create("product", {"code": "P1", "name": "现金宝", "risk_level": "R1"}, principal=SYSTEM)
    with pytest.raises(Invalid) as invalid:
        objects.create("product", {"code": "P1", "name": "另一只", "risk_level": "R1"}, principal=SYSTEM)
    assert invalid.value.findings[0]["code"] == "record.duplicate"

    row = objects.page(RecordQuery("product"), principal=SYSTEM).rows[0]
    objects.delete("product", row.uid, revision=1, principal=SYSTEM)

    assert (
        objects.create("product", {"code": "P1", "name": "另一只", "risk_level": "R1"}, principal=SYSTEM).revision == 1
    )


def test_a_value_that_is_taken_is_told_with_the_other_faults():
    first = objects.create("product", {"code": "P1", "name": "现金宝", "risk_level": "R1"}, principal=SYSTEM)
    second = objects.create("product", {"code": "P2", "name": "另一只", "risk_level": "R1"}, principal=SYSTEM)

    for write in (
        lambda: objects.create("product", {"code": "P1", "risk_level": "R9"}, principal=SYSTEM),
        lambda: objects.update(
            "product", second.uid, {"code": "P1", "name": "", "risk_level": "R9"}, revision=1, principal=SYSTEM
        ),
    ):
        with pytest.raises(Invalid) as invalid:
            write()
        assert {finding["field"]: finding["code"] for finding in invalid.value.findings} == {
            "code": "record.duplicate",
            "name": "record.required",
            "risk_level": "value.not_an_option",
        }
    with pytest.raises(Invalid) as own:
        objects.update("product", first.uid, {"code": "P1", "name": ""}, revision=1, principal=SYSTEM)
    assert [finding["code"] for finding in own.value.findings] == ["record.required"]


def test_history_names_fields_and_masks_values():
    party = customer("张三丰", mobile="13800001234")
    objects.update("party", party.uid, {"mobile": "13900005678"}, revision=1, principal=SYSTEM)

    entries = records.history("party", party.uid, principal=SYSTEM)

    assert entries[0].operation == "update"
    assert entries[0].changes == (("mobile", "138****1234", "139****5678"),)
    assert [entry.operation for entry in entries] == ["update", "create"]


def test_a_load_owns_its_fields_and_leaves_the_desks_alone():
    columns = [LoadColumn("name"), LoadColumn("mobile"), LoadColumn("branch"), LoadColumn("remark")]
    first = exchange.load(
        "party", columns=columns, rows=[(501, "counter:1", "张三丰", "13800001234", "B1", None)], by_id=True
    )
    assert (first.read, first.created, first.updated) == (1, 1, 0)
    party = objects.page(RecordQuery("party", text="张三"), principal=SYSTEM).rows[0]
    objects.update("party", party.uid, {"remark": "喜欢早上联系"}, revision=1, principal=SYSTEM)

    again = exchange.load(
        "party", columns=columns, rows=[(501, "counter:1", "张三风", "13800001234", "B1", "来源备注")], by_id=True
    )
    same = exchange.load(
        "party", columns=columns, rows=[(501, "counter:1", "张三风", "13800001234", "B1", "来源备注")], by_id=True
    )

    assert (again.created, again.updated) == (0, 1)
    assert (same.created, same.updated) == (0, 0)
    record = records.get("party", party.uid, principal=SYSTEM)
    assert (record.display, record.values["remark"]) == ("张*风", "喜欢早上联系")
    with pytest.raises(Invalid) as owned:
        objects.update("party", party.uid, {"name": "别名"}, revision=record.revision, principal=SYSTEM)
    assert owned.value.findings[0]["code"] == "record.source_owned"
    assert objects.create("party", {"name": "新客"}, principal=SYSTEM).id > 501


def test_a_load_keeps_false_and_zero():
    columns = [LoadColumn("name"), LoadColumn("certificate_number"), LoadColumn("lowest_risk_class")]
    exchange.load("party", columns=columns, rows=[(601, "counter:9", "赵六", "", False)], by_id=True)

    values = records.get(
        "party", objects.page(RecordQuery("party", text="赵六"), principal=SYSTEM).rows[0].uid, principal=SYSTEM
    ).values
    assert (values["lowest_risk_class"], values["certificate_number"]) == (False, None)


def test_reserved_ids_are_nobodys_and_never_given_again():
    last = customer("张三丰").id

    first = bulk.reserve_ids("party", 5)
    far = bulk.reserve_ids("party", 2, above=last + 100)

    assert (first, far) == (last + 1, last + 101)
    assert customer("李四海").id == last + 103
    assert bulk.reserve_ids("party", 0) == last + 104
    assert customer("王五洲").id == last + 104


def test_a_load_by_id_never_gives_an_id_again_that_was_set_aside():
    last = customer("张三丰").id
    taken, set_aside = bulk.reserve_ids("party", 2), last + 2
    exchange.load("party", columns=[LoadColumn("name")], rows=[(taken, "counter:9", "赵六")], by_id=True)
    assert customer("李四海").id == set_aside + 1

    exchange.load("party", columns=[LoadColumn("name")], rows=[(last + 900, "counter:10", "钱七")], by_id=True)
    assert customer("王五洲").id == last + 901


@pytest.mark.parametrize("few", [0, 2_000])
def test_a_search_finds_the_same_whether_its_answers_are_few_or_many(monkeypatch, few):
    monkeypatch.setattr(searching, "_FEW", few)
    for name in ("张三丰", "张双凤", "李四海"):
        customer(name)

    def found(text):
        query = RecordQuery("party", text=text, sort=(("name", "asc"),))
        names = [row.display for row in objects.page(query, principal=SYSTEM).rows]
        assert objects.count(query, principal=SYSTEM, exact=True).count == len(names)
        return sorted(names)

    assert found("zsf") == ["张*丰", "张*凤"]
    assert found("张三") == ["张*丰"]
    assert found("nobody") == []


def test_a_record_belongs_to_a_unit_and_to_whoever_made_it(firm):
    by_branch = objects.create("party", {"name": "甲", "branch": unit_uid("B2")}, principal=SYSTEM)
    assert (by_branch.unit["display"], by_branch.owner, by_branch.security_level) == ("陆家嘴营业部", "", 0)
    moved = objects.update("party", by_branch.uid, {"branch": unit_uid("B1")}, revision=1, principal=SYSTEM)
    assert moved.unit["display"] == "世纪大道营业部"

    party = customer("张三丰")
    given = {"party": str(party.uid), "channel": "phone", "subject": "回访", "at": "2026-03-17T02:42:00Z"}
    made = objects.create("interaction", given, principal=firm.manager)
    assert (made.unit["display"], made.owner) == ("世纪大道营业部", "E1001")


def test_a_record_is_made_with_its_event_by_two_statements(firm, django_assert_num_queries):
    given = {"code": "P1", "name": "现金管理一号", "risk_level": "R1"}
    objects.create("product", {**given, "code": "P0"}, principal=SYSTEM)

    # The savepoint that the test's own transaction makes necessary is set and released.
    with context.acting(actor="user:E1"), definitions.pinned(), django_assert_num_queries(2 + 2):
        made = objects.create("product", given, principal=SYSTEM)

    event = Event.objects.latest("id")
    assert (event.name, event.subject, event.subject_id) == ("record.created", "product", made.id)
    assert (event.actor, event.payload) == ("user:E1", {})
    assert [entry.operation for entry in records.history("product", made.uid, principal=SYSTEM)] == ["create"]


def test_a_load_puts_records_into_the_unit_of_their_branch(firm):
    columns = [LoadColumn("name"), LoadColumn("branch")]
    exchange.load("party", columns=columns, rows=[(None, "counter:1", "甲", "B2"), (None, "counter:2", "乙", None)])
    exchange.load("party", columns=columns, rows=[(None, "counter:1", "甲", "B1")])
    rows = objects.page(RecordQuery("party", columns=("branch",)), principal=SYSTEM).rows
    units = [records.get("party", row.uid, principal=SYSTEM).unit for row in rows]
    assert sorted(unit["display"] if unit else "" for unit in units) == ["", "世纪大道营业部"]


def test_the_journal_names_people_and_calls_whoever_is_none_the_system():
    names = organization.actor_names(["user:E1001", "user:E9999", "system:root"], "en")
    assert names == {"user:E1001": "林晓岚", "user:E9999": "E9999", "system:root": "System"}
    product = objects.create("product", {"code": "P1", "name": "现金宝", "risk_level": "R1"}, principal=SYSTEM)
    assert records.history("product", product.uid, principal=SYSTEM)[0].name == "系统"
