"""A person is erased: values go everywhere, digests and the trace of the act stay, and no load brings anything back."""

from __future__ import annotations

import json
import uuid
from datetime import date

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError

from tests.factories import golden
from tests.factories.lake import asked
from tests.factories.records import give_work
from tests.integration.insight.conftest import run_stage
from zhike.engagement.compliance import api as compliance
from zhike.engagement.compliance.types import Touch
from zhike.insight.identity import api as identity
from zhike.insight.warehouse import received
from zhike.kernel import context, event_delivery
from zhike.kernel.errors import NotFound, Refused
from zhike.platform.audit import api as audit
from zhike.platform.objects import api as objects
from zhike.platform.objects import bulk, catalogue
from zhike.platform.objects.types import RecordQuery
from zhike.platform.permissions import api as permissions
from zhike.platform.permissions.types import Post, Principal
from zhike.platform.records import api as records
from zhike.platform.records.errors import ReasonRequired
from zhike.platform.work.models import WorkItem

SYSTEM = permissions.system_principal("test")
OPERATOR = Principal(kind="staff", name="沈聿", employee_no="E3001", posts=(Post("operator"),))
LIU, OUYANG = "000000006", "000000002"
#: Everything by which 刘洋 can be recognized, wherever it stood.
LIU_VALUES = (
    "刘洋",
    "刘先生",
    "990101196506060013",
    "10100000006",
    "c000000006@example.com",
    "1965-06-06",
    "身体",
    "表弟",
)


def _ids() -> dict[str, int]:
    return dict(asked("select system || ':' || source_key, party_id from _links", links=identity.LINK))


def _stored(object: str) -> list[tuple]:  # type: ignore[type-arg]
    with connection.cursor() as cursor:
        cursor.execute(f'select id, to_jsonb(t)::text from "{catalogue.describe(object).table}" t order by id')
        return cursor.fetchall()


def _row(object: str, record_id: int) -> dict[str, object]:
    owner = catalogue.describe(object)
    with connection.cursor() as cursor:
        cursor.execute(f'select to_jsonb(t) from "{owner.table}" t where id = %s', [record_id])
        found = cursor.fetchone()[0]
    return json.loads(found) if isinstance(found, str) else found


def _digests() -> int:
    column = catalogue.describe("party").fields["certificate_number"].column
    with connection.cursor() as cursor:
        cursor.execute(
            f'select count("{column}_digest"), count("{column}_tail") from "{catalogue.describe("party").table}"'
        )
        whole, tail = cursor.fetchone()
    assert whole == tail
    return whole


@pytest.fixture(scope="module")
def person(golden_day):
    """刘洋 with a remark, a contact point, a relative and open work, all entered at the desk."""
    record_id = _ids()[f"counter:{LIU}"]
    found = objects.records_by_id("party", [record_id], principal=SYSTEM)[record_id]
    other = _ids()["counter:000000007"]
    relative = objects.records_by_id("party", [other], principal=SYSTEM)[other]
    with context.acting(actor="user:E00201"):
        objects.update("party", found.uid, {"remark": "身体不好"}, revision=found.revision, principal=SYSTEM)
        objects.create(
            "contact_point", {"party": str(found.uid), "kind": "mobile", "value": "10100000006"}, principal=SYSTEM
        )
        mention = {
            "party": str(relative.uid),
            "other": str(found.uid),
            "kind": "household_member",
            "evidence": "刘洋的表弟",
        }
        objects.create("party_relationship", mention, principal=SYSTEM)
    give_work(record_id, "E00201")
    return found


@pytest.fixture(scope="module")
def before(person):
    return {"digests": _digests(), "history": len(records.history("party", person.uid, principal=SYSTEM))}


@pytest.fixture(scope="module")
def erased(person, before):
    with context.acting(actor="system:compliance"):
        done = records.erase("party", person.uid, reason="客户申请删除个人信息", principal=SYSTEM)
    event_delivery.deliver_all()
    return done


def test_nobody_erases_without_the_grant_or_without_a_reason(person):
    with pytest.raises(Refused) as refused:
        records.erase("party", person.uid, reason="客户申请", principal=OPERATOR)
    with pytest.raises(ReasonRequired):
        records.erase("party", person.uid, reason=" 删 ", principal=SYSTEM)

    assert refused.value.facts == {"operation": "party.erase"}
    assert bulk.facts("party", [person.id], ["name"]) == {person.id: {"name": "刘洋"}}


def test_values_go_and_digests_stay(person, before, erased):
    fields = catalogue.describe("party").fields
    row = _row("party", person.id)

    assert {key for key, field in fields.items() if field.stored and row[field.column] is not None} == {
        "kind",
        "customer_no",
        "branch",
        "status",
        "open_date",
    }
    assert (row["grams"], row["source_key"], row["deleted_at"]) == (None, f"counter:{LIU}", row["erased_at"])
    assert (erased.again, dict(erased.related)) == (
        False,
        {"consent": 3, "contact_point": 1, "interaction": 1, "party_relationship": 1},
    )
    assert _digests() == before["digests"] == 11


def test_no_record_and_no_line_of_the_journal_holds_a_value(person, erased):
    kept = [
        text for name in ("party", "contact_point", "interaction", "party_relationship") for _id, text in _stored(name)
    ]
    with connection.cursor() as cursor:
        cursor.execute("select changes::text || reason from audit_entry")
        kept += [row[0] for row in cursor.fetchall()]

    assert [(value, text) for value in LIU_VALUES for text in kept if value in text] == []


def test_the_journal_still_says_who_changed_which_fields_and_who_erased_why(person, erased):
    remark = catalogue.describe("party").fields["remark"].column
    lines = {line.operation: line for line in audit.history(subject="party", subject_id=person.id)}

    assert (lines["update"].actor, lines["update"].changes) == ("user:E00201", {remark: [None, None]})
    assert (lines["erase"].actor, lines["erase"].reason) == ("system:compliance", "客户申请删除个人信息")
    assert lines["erase"].changes["related"] == {
        "consent": 3,
        "contact_point": 1,
        "interaction": 1,
        "party_relationship": 1,
    }
    assert "remark" in lines["erase"].changes["fields"]


@pytest.mark.parametrize("text", ["刘洋", "liuyang", "10100000006", "0013", "990101196506060013", LIU])
def test_nothing_finds_the_person(erased, text):
    assert [row.id for row in objects.page(RecordQuery("party", text=text), principal=SYSTEM).rows] == []


def test_the_page_of_the_person_is_gone_and_references_show_the_source_key(person, erased):
    for door in (records.get, records.history, records.access):
        with pytest.raises(NotFound):
            door("party", person.uid, principal=SYSTEM)
    shown = objects.displays("party", [person.id], principal=SYSTEM)
    assert shown[person.id]["display"] == f"counter:{LIU}"


def test_the_gate_refuses_and_open_work_ends(person, erased):
    touch = Touch("campaign", uuid.uuid4(), "first", "staff", "marketing")

    assert [[reason.code for reason in verdict.reasons] for verdict in compliance.judge(touch, [person.id])] == [
        ["party_gone"]
    ]
    assert [item.state for item in WorkItem.objects.filter(object="party", record_id=person.id)] == ["cancelled"]


def test_erasing_twice_is_harmless(person, erased):
    lines = len(audit.history(subject="party", subject_id=person.id))
    row = _row("party", person.id)

    again = records.erase("party", person.uid, reason="再次申请", principal=SYSTEM)

    assert (again.again, again.at, dict(again.related), again.journal) == (True, erased.at, {}, 0)
    assert _row("party", person.id) == row
    assert len(audit.history(subject="party", subject_id=person.id)) == lines


def test_the_journal_stays_append_only(person, erased):
    for statement in (
        "delete from audit_entry",
        "update audit_entry set actor = 'nobody' where operation = 'erase'",
        "update audit_entry set changes = (select jsonb_object_agg(k, '[null, null]'::jsonb) from"
        " jsonb_object_keys(changes) k) where operation = 'create' and changes <> '{}'",
        "select set_config('zhike.erasing', 'on', true); update audit_entry set actor = 'x' where operation = 'erase'",
        "select set_config('zhike.erasing', 'on', true);"
        " update audit_entry set changes = '{}' where operation = 'update' and changes <> '{}'",
    ):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_the_next_load_brings_nothing_back_and_knows_the_certificate(
    person, erased, golden_files, golden_day, tmp_path
):
    interactions = len(_stored("interaction"))
    before = _row("party", person.id)
    path = golden_files / f"counter_customer_{golden_day:%Y%m%d}.csv"
    lines = path.read_text(encoding="gb18030").splitlines()
    liu = next(line for line in lines if line.startswith(LIU))
    again = liu.replace(LIU, "000000066").replace("10100000006", "10100000066")
    _load(tmp_path, path.name, [*lines, again])
    contacts = golden_files / f"call_center_contact_{date(2026, 3, 17):%Y%m%d}.csv"
    header = contacts.read_text(encoding="gb18030").splitlines()[0]
    _load(tmp_path, contacts.name, [header, "N77,20260317,K001,E00201,身体不好要赎回,已沟通,2026-03-17 15:00:00"])
    run_stage(golden_day)

    assert _row("party", person.id) == before
    assert _ids()["counter:000000066"] == person.id
    assert len(_stored("interaction")) == interactions
    assert objects.count(RecordQuery("party"), principal=SYSTEM).count == 11
    assert _digests() == 11


def test_a_loaded_contact_point_does_not_come_back_either(erased, golden_files, golden_day, tmp_path):
    record_id = _ids()[f"counter:{OUYANG}"]
    found = objects.records_by_id("party", [record_id], principal=SYSTEM)[record_id]
    points = len(_stored("contact_point"))
    records.erase("party", found.uid, reason="客户申请", principal=SYSTEM)
    path = golden_files / f"app_user_{golden_day:%Y%m%d}.csv"
    changed = (
        path.read_text(encoding="gb18030").replace("10200000002", "10200000099").replace("10200000001", "10200000098")
    )
    _load(tmp_path, path.name, changed.splitlines())
    run_stage(golden_day)

    stored = _stored("contact_point")
    assert len(stored) == points
    assert [text for _id, text in stored if "102000000" in text] == []


def _load(folder, name, lines):
    path = folder / name
    path.write_text("\n".join(lines) + "\n", encoding="gb18030")
    result = received.load_file(name.rsplit("_", 1)[0], path)
    assert (result.state, result.rows_rejected) == ("done", 0)


def test_golden_inputs_are_as_assumed():
    assert golden.inputs()["callers"] == [["K001", "刘先生", "10100000006", LIU]]
