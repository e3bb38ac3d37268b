"""A whole list in groups of one column: true counts and sums, whatever page is shown."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.factories.records import SYSTEM, build_firm, cover, customer, signed_in, unit_uid
from zhike.kernel.errors import Refused
from zhike.platform.objects import api as objects
from zhike.platform.objects.errors import NotGroupable, NotSummable, TooManyColumns
from zhike.platform.objects.logic import grouping
from zhike.platform.objects.types import Computed, RecordQuery

pytestmark = pytest.mark.django_db
AMOUNTS = (("loan", "100.10", "CNY"), ("loan", "0.20", "CNY"), ("loan", "5", "USD"), ("card", "7", "CNY"))


@pytest.fixture
def firm():
    return build_firm()


@pytest.fixture
def people(firm):
    """Five customers: three of them low, one high, one of whom nothing is known."""
    levels = ("C1", "C1", "C1", "C5", None)
    return [customer(f"甲{number}", risk_level=level, sex="male") for number, level in enumerate(levels)]


def told(found):
    return [(group.value, group.count) for group in found.groups]


def test_counts_are_of_the_whole_list_the_largest_group_first(firm, people):
    query = RecordQuery("party", columns=("name",), limit=1)
    found = objects.groups(query, "risk_level", principal=SYSTEM)
    assert told(found) == [("C1", 3), ("C5", 1), (None, 1)]
    assert (found.others, found.more, found.total.count) == (None, 0, 5)
    narrowed = {"op": "=", "left": {"field": "risk_level"}, "right": {"value": "C1", "type": "text"}}
    found = objects.groups(RecordQuery("party", condition=narrowed), "branch", principal=firm.manager)
    assert [(group.value["uid"], group.count) for group in found.groups] == [(unit_uid("B1"), 3)]


def test_groups_behind_the_largest_are_one_whose_numbers_are_true(firm, people, monkeypatch):
    monkeypatch.setattr(grouping, "MAX_GROUPS", 1)
    found = objects.groups(RecordQuery("party"), "risk_level", principal=SYSTEM)
    assert told(found) == [("C1", 3)]
    assert (found.others.count, found.more, found.total.count) == (2, 2, 5)


def test_sums_are_told_by_currency_and_add_up_to_the_total(firm, people, monkeypatch):
    account = {"party": str(people[0].uid), "account_no": "8800000001"}
    uid = str(objects.create("financial_account", account, principal=SYSTEM).uid)
    for kind, amount, currency in AMOUNTS:
        given = {
            "account": uid,
            "party": str(people[0].uid),
            "kind": kind,
            "amount": {"amount": amount, "currency": currency},
        }
        objects.create("account_product", given, principal=SYSTEM)
    query = RecordQuery("account_product")
    found = objects.groups(query, "kind", sums=["amount"], principal=SYSTEM)
    loans = {"amount": {"CNY": Decimal("100.30"), "USD": Decimal(5)}}
    assert [(group.value, group.count, group.sums) for group in found.groups] == [
        ("loan", 3, loans),
        ("card", 1, {"amount": {"CNY": Decimal(7)}}),
    ]
    assert found.total.sums == {"amount": {"CNY": Decimal("107.30"), "USD": Decimal(5)}}
    assert [group.missing for group in (*found.groups, found.total)] == [{"amount": 0}] * 3
    by_party = objects.groups(query, "party.risk_level", sums=["amount"], principal=SYSTEM)
    assert [(group.value, group.sums) for group in by_party.groups] == [("C1", found.total.sums)]


def test_a_sum_says_how_many_have_no_value_of_it_and_a_sum_of_nothing_is_none(firm, people, monkeypatch):
    account = {"party": str(people[0].uid), "account_no": "8800000001"}
    uid = str(objects.create("financial_account", account, principal=SYSTEM).uid)
    for kind, amount in (("loan", "5"), ("loan", None), ("loan", None), ("card", None)):
        given = {"account": uid, "party": str(people[0].uid), "kind": kind}
        objects.create(
            "account_product",
            given | ({"amount": {"amount": amount, "currency": "USD"}} if amount else {}),
            principal=SYSTEM,
        )
    found = objects.groups(RecordQuery("account_product"), "kind", sums=["amount"], principal=SYSTEM)
    assert [(group.value, group.sums["amount"], group.missing) for group in (*found.groups, found.total)] == [
        ("loan", {"USD": Decimal(5)}, {"amount": 2}),
        ("card", {}, {"amount": 1}),
        (None, {"USD": Decimal(5)}, {"amount": 3}),
    ]
    monkeypatch.setattr(grouping, "MAX_GROUPS", 1)
    found = objects.groups(RecordQuery("account_product"), "kind", sums=["amount"], principal=SYSTEM)
    assert (found.others.sums, found.others.missing) == ({"amount": {}}, {"amount": 1})


def test_groups_of_what_the_records_point_at_and_of_expressions(firm, people):
    cover(people[3], "E1002")
    found = objects.groups(RecordQuery("coverage"), "party.risk_level", principal=SYSTEM)
    assert told(found) == [("C1", 3), ("C5", 2), (None, 1)]
    served = Computed("served", {"aggregate": "count", "over": "coverages"})
    found = objects.groups(RecordQuery("party", columns=(served,)), "served", sums=["served"], principal=SYSTEM)
    assert [(group.value, group.count, group.sums["served"]) for group in found.groups] == [
        (1, 4, {"": 4}),
        (2, 1, {"": 2}),
    ]
    assert found.total.sums == {"served": {"": 6}}


def test_nothing_is_grouped_or_summed_that_is_not_seen_in_clear(firm, people):
    for by, query in (("name", RecordQuery("party")), ("party.mobile", RecordQuery("coverage"))):
        with pytest.raises(Refused) as refused:
            objects.groups(query, by, principal=firm.branch_head)
        assert refused.value.facts["operation"] == f"party.{by.rpartition('.')[2]}"
    with pytest.raises(NotSummable) as refused:
        objects.groups(RecordQuery("party"), "sex", sums=["status"], principal=firm.manager)
    assert "status" not in refused.value.facts["has"]
    with pytest.raises(NotGroupable):
        objects.groups(RecordQuery("account_product"), "amount", principal=SYSTEM)
    with pytest.raises(TooManyColumns):
        objects.groups(RecordQuery("party"), "sex", sums=["status"] * 51, principal=firm.manager)


def test_over_http(firm, people):
    manager = signed_in({"E1001": "account_manager"}, unit="B1")["account_manager"]
    body = {"by": "risk_level", "sums": []}
    answer = manager.post("/api/v1/objects/party/groups", body, content_type="application/json").json()
    assert answer["groups"][0] == {"value": "C1", "count": 3, "sums": {}, "missing": {}}
    assert (answer["others"], answer["total"]) == (None, {"count": 5, "sums": {}, "missing": {}})
    refused = manager.post("/api/v1/objects/party/groups", {"by": "mobile"}, content_type="application/json")
    assert refused.status_code == 403
