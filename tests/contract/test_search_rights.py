"""A search by a few characters never tells what stands in a field that the searcher is refused."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.factories.records import SYSTEM, build_firm, customer, holding
from zhike.kernel import definition_changes
from zhike.kernel.definition_changes import Edit
from zhike.platform.objects import api as objects
from zhike.platform.objects import catalogue
from zhike.platform.objects.types import RecordQuery
from zhike.platform.organization.models import User

pytestmark = pytest.mark.django_db

VALUES = {"customer_no": "8800123456", "mobile": "13800001234", "certificate_number": "310101199001011234"}
#: What finds the customer, and the fields that have it: last four digits are those of several.
ASKED = {
    "张三丰": {"name"},
    "张": {"name"},
    "三丰": {"name"},
    "zsf": {"name"},
    "zhangsanfeng": {"name"},
    "8800123456": {"customer_no"},
    "3456": {"customer_no"},
    "13800001234": {"mobile"},
    "138 0000 1234": {"mobile"},
    "310101199001011234": {"certificate_number"},
    "1234": {"mobile", "certificate_number"},
}
FIELDS = ("name", *VALUES)


@pytest.fixture
def firm():
    found = build_firm()
    customer("张三丰", **VALUES)
    customer("李四海", customer_no="8800999999", mobile="13911112222", certificate_number="310101199001019999")
    return found


def refused(principal, fields):
    body = {
        "kind": "role",
        "key": "blind",
        "labels": {"zh": "看不全", "en": "Blind"},
        "grants": [{"on": "party", "operations": ["read", "export", "find_by_number"]}],
        "fields": {"party": {"refused": list(fields)}},
    }
    definition_changes.change([Edit.of(body)], reason="test")
    return holding(principal, "blind")


def found(principal, text):
    query = RecordQuery("party", columns=("status",), text=text)
    rows = objects.page(query, principal=principal).rows
    assert objects.count(query, principal=principal).count == len(rows)
    return len(rows)


def test_whoever_is_refused_nothing_finds_by_everything(firm):
    assert {text: found(firm.operator, text) for text in ASKED} == dict.fromkeys(ASKED, 1)


@pytest.mark.parametrize("hidden", [*((field,) for field in FIELDS), ("mobile", "certificate_number"), FIELDS])
def test_a_refused_field_is_not_found_by(firm, hidden):
    blind = refused(firm.operator, hidden)
    told = {text: found(blind, text) for text in ASKED}
    assert told == {text: int(bool(having - set(hidden))) for text, having in ASKED.items()}


def test_two_fields_with_one_number_are_told_apart(firm):
    """The digits of one's mobile are another's customer number: who is refused mobiles finds the second only."""
    other = customer("王五", customer_no="13800001234", mobile="13700007777")
    query = RecordQuery("party", columns=("status",), text="13800001234")
    assert len(objects.page(query, principal=SYSTEM).rows) == 2
    assert [row.uid for row in objects.page(query, principal=refused(firm.operator, ["mobile"])).rows] == [other.uid]


def test_the_search_of_everything_is_grouped_by_what_packs_call_its_objects(firm):
    client = Client()
    client.force_login(User.objects.get(employee_no="E1001"))
    [group] = client.get("/api/v1/search", {"q": "张三丰"}).json()["groups"]
    assert (group["key"], group["labels"]) == ("party", dict(catalogue.describe("party").labels))
    assert [hit["subtitle"] for hit in group["items"]] == ["8800****3456  138****1234  世纪大道营业部  E1001"]
