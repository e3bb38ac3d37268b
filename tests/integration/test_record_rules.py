"""Rules of an object: what is made or changed at the desk must meet them; every broken one is said."""

from __future__ import annotations

import pytest

from tests.factories.records import SYSTEM, build_firm, customer
from zhike.kernel.errors import Invalid
from zhike.platform.exchange import api as exchange
from zhike.platform.exchange.types import LoadColumn, RejectedRecord
from zhike.platform.objects import api as objects
from zhike.platform.objects import bulk
from zhike.platform.objects.types import RecordQuery

pytestmark = pytest.mark.django_db


@pytest.fixture
def party():
    build_firm()
    return customer("张三丰")


def codes(error):
    return [finding["code"] for finding in error.value.findings]


def test_every_broken_rule_is_said_and_nothing_is_made(party):
    employees = {row.values["employee_no"]: row for row in objects.page(RecordQuery("employee"), principal=SYSTEM).rows}
    given = {
        "party": str(party.uid),
        "employee": str(employees["E1002"].uid),
        "employee_no": "E1001",
        "valid_from": "2026-03-02",
        "valid_to": "2026-03-01",
        "credit": "500",
    }
    before = objects.count(RecordQuery("coverage"), principal=SYSTEM).count

    with pytest.raises(Invalid) as broken:
        objects.create("coverage", given, principal=SYSTEM)

    assert codes(broken) == ["record.rule.ends_after_start", "record.rule.share", "record.rule.same_employee"]
    assert broken.value.findings[0]["message"] == "结束日期不能早于开始日期"
    assert objects.count(RecordQuery("coverage"), principal=SYSTEM).count == before


def test_a_change_must_meet_them_too(party):
    row = objects.page(RecordQuery("coverage"), principal=SYSTEM).rows[0]

    with pytest.raises(Invalid) as broken:
        objects.update("coverage", row.uid, {"valid_to": "2000-01-01"}, revision=row.revision, principal=SYSTEM)

    assert codes(broken) == ["record.rule.ends_after_start"]
    assert objects.page(RecordQuery("coverage"), principal=SYSTEM).rows[0].revision == row.revision


CONSENT = ("purpose", "channel", "state", "valid_from", "valid_to", "evidence")


def load_consents(party, rows, keys=CONSENT):
    columns = [LoadColumn("party", by="id"), *(LoadColumn(key) for key in keys)]
    return exchange.load("consent", columns=columns, rows=[(None, key, party.id, *row) for key, *row in rows])


def said(channel, since, until, state="granted"):
    return ("marketing", channel, state, since, until, "签署")


def consents(party):
    rows = bulk.related("consent", "party", [party.id], ["channel", "valid_from", "valid_to"])
    found = [(row["channel"], str(row["valid_from"]), row["valid_to"] and str(row["valid_to"])) for row in rows]
    return sorted(row for row in found if row[0] != "email")


def test_a_loaded_row_that_breaks_a_rule_is_left_out_and_the_rest_is_loaded(party):
    found = load_consents(
        party,
        [
            ("counter:1", *said("sms", "2026-01-01", None)),
            ("counter:2", *said("phone", "2026-02-01", "2026-02-01")),
            ("counter:3", *said("phone", "1999-12-31", "1999-01-01")),
            ("counter:4", *said("phone", "2026-02-01", "2026-02-02")),
        ],
    )
    assert (found.read, found.created, found.updated, found.rejected) == (4, 2, 0, 2)
    assert found.rejections == (
        RejectedRecord("counter:2", ("ends_after_start",)),
        RejectedRecord("counter:3", ("plausible", "ends_after_start")),
    )
    assert consents(party) == [("phone", "2026-02-01", "2026-02-02"), ("sms", "2026-01-01", None)]


def test_rules_of_a_load_see_the_record_as_it_would_be_and_leave_it_as_it_was(party):
    load_consents(party, [("counter:1", *said("sms", "2026-01-01", "2026-03-01"))])
    ends = ("valid_to",)
    later = load_consents(party, [("counter:1", "2026-02-01")], keys=ends)
    assert (later.updated, later.rejected) == (1, 0)
    broken = load_consents(party, [("counter:1", "2025-12-31")], keys=ends)
    assert (broken.updated, broken.rejections) == (0, (RejectedRecord("counter:1", ("ends_after_start",)),))
    assert consents(party) == [("sms", "2026-01-01", "2026-02-01")]


def test_rules_of_a_load_look_through_its_references(party):
    employees = {row.values["employee_no"]: row for row in objects.page(RecordQuery("employee"), principal=SYSTEM).rows}
    keys = [LoadColumn("party", by="id"), LoadColumn("employee", by="id"), LoadColumn("employee_no")]
    columns = [*keys, LoadColumn("kind"), LoadColumn("valid_from")]
    rows = [
        (None, f"crm:{number}", party.id, employees["E1002"].id, number, "service", "2026-01-01")
        for number in ("E1001", "E1002")
    ]
    found = exchange.load("coverage", columns=columns, rows=rows)
    assert (found.created, found.rejections) == (1, (RejectedRecord("crm:E1001", ("same_employee",)),))
