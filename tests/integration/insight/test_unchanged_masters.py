"""A night's masters are nearly yesterday's: only records that changed are touched, and every record is still right."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection

from tests.factories.records import SYSTEM, build_firm
from zhike.platform.exchange import api as exchange
from zhike.platform.exchange.logic import load_staging
from zhike.platform.exchange.types import LoadColumn, LoadCounts, LoadEnding
from zhike.platform.objects import api as objects
from zhike.platform.objects import bulk, catalogue
from zhike.platform.objects.types import RecordQuery
from zhike.platform.organization import api as organization
from zhike.platform.organization.types import UnitRow
from zhike.platform.records import api as records

pytestmark = pytest.mark.django_db

FIELDS = ("name", "mobile", "certificate_number", "branch", "lowest_risk_class", "remark")
CERTIFICATE = "31010119900101123X"


def parties(*rows: tuple[object, ...]) -> LoadCounts:
    return exchange.load("party", columns=[LoadColumn(field) for field in FIELDS], rows=rows, by_id=True)


def party(number: int, name: str = "张三丰", **given: object) -> tuple[object, ...]:
    values = {"mobile": "13800001234", "certificate_number": CERTIFICATE, "branch": "B1", "lowest_risk_class": False}
    return (number, f"counter:{number}", name, *[(values | given).get(field) for field in FIELDS[1:]])


def stored(*columns: str) -> dict[int, tuple[object, ...]]:
    owner = catalogue.describe("party")
    names = [owner.fields[column].column if column in owner.fields else column for column in columns]
    with connection.cursor() as cursor:
        cursor.execute(f'select id, {", ".join(names)} from "{owner.table}" order by id')
        return {row[0]: row[1:] for row in cursor.fetchall()}


@pytest.fixture(autouse=True)
def firm(monkeypatch):
    monkeypatch.setattr(load_staging, "_BATCH", 2)
    return build_firm()


def test_only_changed_and_new_rows_are_written():
    assert parties(*[party(n) for n in range(501, 506)]) == LoadCounts(5, 5, 0)
    before = stored("ctid", "xmin", "xmax", "revision", "grams", "certificate_number")

    found = parties(
        party(501),
        party(502, name="张三风"),
        party(503, certificate_number="310101199001011248"),
        party(504, remark="柜台备注"),
        party(505),
        party(506),
    )

    assert found == LoadCounts(6, 1, 2)
    after = stored("ctid", "xmin", "xmax", "revision", "grams", "certificate_number")
    assert [n for n in before if after[n] == before[n]] == [501, 504, 505], "neither written nor locked"
    assert {n: row[3] for n, row in after.items()} == {501: 1, 502: 2, 503: 2, 504: 1, 505: 1, 506: 1}
    assert "p:zhangsanfeng" in after[502][4] and after[503][4] != before[503][4]
    who = objects.page(RecordQuery("party", text="310101199001011248"), principal=SYSTEM).rows
    assert [row.id for row in who] == [503]


def test_no_search_token_is_made_for_a_row_that_did_not_change(monkeypatch):
    parties(party(501), party(502))
    made = []
    monkeypatch.setattr(
        load_staging.search_tokens, "array_items", lambda kind, value: made.append((kind, value)) or f'"{value}"'
    )

    assert parties(party(501), party(502, mobile="13900005678")) == LoadCounts(2, 0, 1)

    assert sorted(made) == [("certificate", CERTIFICATE), ("digits", "13900005678"), ("name", "张三丰")]


def test_a_reference_that_can_be_resolved_only_later_is_filled_by_the_same_row():
    first = parties(party(501, branch="B77"), party(502, branch="B78"), party(503, branch="B77"), party(504))
    assert [(one.field, one.value, one.rows) for one in first.awaited] == [("branch", "B77", 2), ("branch", "B78", 1)]
    assert stored("branch")[501] == (None,)
    organization.upsert_units([UnitRow("B77", "新营业部", "branch", "B1")])

    assert parties(party(501, branch="B77")) == LoadCounts(1, 0, 1)
    assert parties(party(501, branch="B77")) == LoadCounts(1, 0, 0)
    assert stored("branch")[501] == (organization.unit_by_code("B77").id,)


def test_values_that_went_missing_count_as_changes():
    parties(party(501), party(502))

    assert parties(party(501, certificate_number=""), party(502, mobile=None)) == LoadCounts(2, 0, 2)
    assert stored("certificate_number")[501] == (None,)
    assert stored("mobile")[502] == (None,)


def test_an_erased_record_stays_erased_and_a_deleted_one_without_id_is_made_again():
    parties(party(501))
    uid = objects.page(RecordQuery("party", text="张三丰"), principal=SYSTEM).rows[0].uid
    records.erase("party", uid, reason="本人要求", principal=SYSTEM)
    assert parties(party(501, name="张三风")) == LoadCounts(1, 0, 0)
    assert stored("name")[501] == (None,)

    columns = [LoadColumn("code"), LoadColumn("name"), LoadColumn("risk_level")]
    rows = [(None, "counter:600001", "600001", "示例银行", "R2")]
    assert exchange.load("product", columns=columns, rows=rows) == LoadCounts(1, 1, 0)
    first = objects.page(RecordQuery("product", text="600001"), principal=SYSTEM).rows[0]
    objects.delete("product", first.uid, revision=1, principal=SYSTEM)
    assert exchange.load("product", columns=columns, rows=rows) == LoadCounts(1, 1, 0)
    assert exchange.load("product", columns=columns, rows=rows) == LoadCounts(1, 0, 0)


def test_a_record_that_an_unchanged_row_names_is_not_ended():
    parties(party(501), party(502), party(503))
    columns = [LoadColumn("party", by="id"), LoadColumn("employee_no"), LoadColumn("valid_from")]
    rows = [(None, f"counter:{n}:E1001", n, "E1001", date(2024, 1, 2)) for n in (501, 502, 503)]
    ends = LoadEnding("valid_to", "counter:", date(2026, 3, 17))

    assert exchange.load("coverage", columns=columns, rows=rows, ends=ends) == LoadCounts(3, 3, 0, 0)
    assert exchange.load("coverage", columns=columns, rows=rows, ends=ends) == LoadCounts(3, 0, 0, 0)
    assert exchange.load("coverage", columns=columns, rows=rows[1:], ends=ends) == LoadCounts(2, 0, 0, 1)


def test_an_erased_record_stays_erased_where_the_load_ends_others():
    """Then every row is staged, the unchanged ones and those of erased records, too."""
    parties(party(501), party(502))
    uid = objects.records_by_id("party", [501], principal=SYSTEM)[501].uid
    records.erase("party", uid, reason="本人要求", principal=SYSTEM)
    ends = LoadEnding("risk_valid_until", "nobody:", date(2026, 3, 17))
    rows = [party(501, name="张三风"), party(502, name="张三风")]
    found = exchange.load("party", columns=[LoadColumn(f) for f in FIELDS], rows=rows, by_id=True, ends=ends)
    assert found == LoadCounts(2, 0, 1, 0)
    assert stored("name", "mobile", "grams")[501] == (None, None, None)


def test_an_erased_record_that_is_known_by_its_source_key_stays_erased():
    parties(party(501), party(502))
    given = {
        "purpose": "marketing",
        "channel": "sms",
        "state": "granted",
        "valid_from": "2026-01-01",
        "evidence": "录音",
    }
    columns = [LoadColumn("party", by="id"), *map(LoadColumn, given)]
    rows = [(None, f"app:{n}", n, *given.values()) for n in (501, 502)]
    assert exchange.load("consent", columns=columns, rows=rows) == LoadCounts(2, 2, 0)
    [said] = objects.related_page("consent", "party", 501, principal=SYSTEM).rows
    records.erase("consent", said.uid, reason="本人要求", principal=SYSTEM)

    for ends in (None, LoadEnding("valid_to", "nobody:", date(2026, 3, 17))):
        assert exchange.load("consent", columns=columns, rows=rows, ends=ends) == LoadCounts(2, 0, 0)
    found = bulk.related("consent", "party", [501, 502], ["evidence"])
    assert [(row["party"], row["evidence"]) for row in found] == [(502, "录音")]


def served(*numbers):
    return [(None, f"counter:{n}:E1001", n, "E1001", date(2024, 1, 2)) for n in numbers]


def ends_of(*numbers):
    found = bulk.related("coverage", "party", numbers, ["valid_to"])
    return {row["party"]: row["valid_to"] for row in found}


COVERED = [LoadColumn("party", by="id"), LoadColumn("employee_no"), LoadColumn("valid_from")]


def test_what_a_load_ended_a_later_one_opens_and_what_the_desk_ended_stays_ended():
    parties(party(501), party(502), party(503))
    ends = LoadEnding("valid_to", "counter:", date(2026, 3, 17), "valid_from")
    exchange.load("coverage", columns=COVERED, rows=served(501, 502, 503), ends=ends)
    assert exchange.load("coverage", columns=COVERED, rows=served(501), ends=ends).ended == 2
    assert ends_of(501, 502, 503) == {501: None, 502: date(2026, 3, 17), 503: date(2026, 3, 17)}
    [by_desk] = objects.related_page("coverage", "party", 503, principal=SYSTEM).rows
    objects.update("coverage", by_desk.uid, {"valid_to": "2026-03-20"}, revision=by_desk.revision, principal=SYSTEM)

    again = exchange.load("coverage", columns=COVERED, rows=served(501, 502, 503), ends=ends)
    assert (again.reopened, again.ended, again.updated) == (1, 0, 0)
    assert ends_of(501, 502, 503) == {501: None, 502: None, 503: date(2026, 3, 20)}
    assert exchange.load("coverage", columns=COVERED, rows=served(501, 502, 503), ends=ends).reopened == 0


def test_no_record_ends_before_it_began():
    parties(party(501), party(502))
    exchange.load("coverage", columns=COVERED, rows=served(501, 502))
    day_before = LoadEnding("valid_to", "counter:", date(2024, 1, 1), "valid_from")
    exchange.load("coverage", columns=COVERED, rows=served(501), ends=day_before)
    assert ends_of(501, 502) == {501: None, 502: date(2024, 1, 2)}


def test_only_records_of_the_same_source_are_ended():
    parties(party(501), party(502), party(503))
    columns = [LoadColumn("party", by="id"), LoadColumn("employee_no"), LoadColumn("valid_from")]
    elsewhere = [(None, "app:501", 501, "E1002", date(2024, 1, 2))]
    exchange.load("coverage", columns=columns, rows=elsewhere)
    who = objects.records_by_id("party", [502], principal=SYSTEM)[502]
    by_hand = {"party": str(who.uid), "employee_no": "E1001", "valid_from": "2024-01-02"}
    objects.create("coverage", by_hand, principal=SYSTEM)
    rows = [(None, f"counter:{n}", n, "E2001", date(2024, 1, 2)) for n in (501, 503)]
    ends = LoadEnding("valid_to", "counter:", date(2026, 3, 17))
    exchange.load("coverage", columns=columns, rows=rows, ends=ends)

    assert exchange.load("coverage", columns=columns, rows=rows[:1], ends=ends) == LoadCounts(1, 0, 0, 1)
    found = bulk.related("coverage", "party", [501, 502, 503], ["employee_no", "valid_to"])
    assert sorted((row["party"], row["employee_no"], row["valid_to"]) for row in found) == [
        (501, "E1002", None),
        (501, "E2001", None),
        (502, "E1001", None),
        (503, "E2001", date(2026, 3, 17)),
    ]


def test_what_a_load_would_do_is_counted_and_not_done():
    parties(party(501), party(502), party(503))
    ends = LoadEnding("valid_to", "counter:", date(2026, 3, 17), "valid_from")
    exchange.load("coverage", columns=COVERED, rows=served(501, 502), ends=ends)
    rows = [(None, "counter:501:E1001", 501, "E2002", date(2024, 1, 2)), *served(503)]
    found = exchange.effects(
        "coverage", columns=COVERED, rows=rows, gone=[(None, "counter:502:E1001"), (None, "counter:9:E9")], ends=ends
    )
    assert [(one.kind, one.count, one.of) for one in found] == [("create", 1, 2), ("change", 1, 2), ("end", 1, 2)]
    assert found[0].keys == ("counter:503:E1001",)
    assert [(one.records_of, one.records) for one in found] == [("party", (503,)), ("party", (501,)), ("party", (502,))]
    assert ends_of(501, 502, 503) == {501: None, 502: None}
