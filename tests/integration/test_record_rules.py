"""Rules of an object: what is made or changed at the desk must meet them; every broken one is said."""

from __future__ import annotations

import pytest

from tests.factories.records import SYSTEM, build_firm, customer
from zhike.kernel.errors import Invalid
from zhike.platform.objects import api as objects
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
