"""Pages of a list with several orders, forwards and back, are one ORDER BY: under ties and with values missing."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.depth import examples
from tests.factories.records import SYSTEM, build_firm, customer
from zhike.platform.objects import api as objects
from zhike.platform.objects.errors import TooManyOrders
from zhike.platform.objects.logic import statements
from zhike.platform.objects.logic.catalogue import object_type
from zhike.platform.objects.types import RecordQuery

pytestmark = pytest.mark.django_db
KEYS = ("birth_date", "sex", "email", "risk_valid_until", "name")


@pytest.fixture
def people():
    """Thirty customers of few values, each of which is often missing."""
    build_firm()
    chance = random.Random(7)
    for number in range(30):
        given = {
            "birth_date": chance.choice([None, "1990-01-01", "1985-02-02"]),
            "sex": chance.choice([None, "male", "female"]),
            "email": chance.choice([None, "a@x.cn", "b@x.cn"]),
            "risk_valid_until": chance.choice([None, "2026-01-01", "2026-02-01"]),
        }
        customer(chance.choice("甲乙丙") + str(number % 4), **{key: value for key, value in given.items() if value})


def in_one_statement(sort):
    owner = object_type("party")
    orders = [("id" if key == "id" else owner.fields[key].column, way) for key, way in sort]
    orders += [] if orders[-1][0] == "id" else [("id", orders[-1][1])]
    ordered = ", ".join(f"{column} {way} nulls last" for column, way in orders)
    return [
        row[0]
        for row in statements.rows(f"select id from {owner.table} where deleted_at is null order by {ordered}", {})
    ]


def walked(query, onwards):
    """The ids of all pages, from the given cursor on, in the order of the list; and the last page."""
    found, page = [], objects.page(query, principal=SYSTEM)
    while True:
        ids = [row.id for row in page.rows]
        found = [*found, *ids] if onwards else [*ids, *found]
        cursor = page.next_cursor if onwards else page.previous_cursor
        if cursor is None:
            return found, page
        page = objects.page(replace(query, cursor=cursor), principal=SYSTEM)


ORDER = st.tuples(st.sampled_from([*KEYS, "id"]), st.sampled_from(["asc", "desc"]))


def test_pages_forwards_and_back_are_one_order(people):
    @settings(
        max_examples=examples(25), deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate]
    )
    @given(st.lists(ORDER, min_size=1, max_size=3), st.integers(1, 7))
    def check(sort, limit):
        whole = in_one_statement(sort)
        query = RecordQuery("party", sort=tuple(sort), columns=("status",), limit=limit)
        found, last = walked(query, onwards=True)
        assert found == whole
        if last.previous_cursor:
            back, first = walked(replace(query, cursor=last.previous_cursor), onwards=False)
            assert [*back, *(row.id for row in last.rows)] == whole
            assert first.previous_cursor is None

    check()


def test_a_fourth_order_is_refused_and_says_how_many_there_may_be():
    build_firm()
    query = RecordQuery("party", sort=tuple((key, "asc") for key in KEYS[:4]))
    with pytest.raises(TooManyOrders) as refused:
        objects.page(query, principal=SYSTEM)
    assert refused.value.code == "object.too_many_orders" and refused.value.facts == {"most": 3, "given": 4}
