"""What one query asks is bounded together: its condition and its columns, and how long a cell may become."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from openpyxl import load_workbook

from tests.factories.records import SYSTEM, build_firm, customer, signed_in
from zhike.expressions.errors import ExpressionInvalid
from zhike.platform.exchange import exports
from zhike.platform.objects import api as objects
from zhike.platform.objects.logic import statements
from zhike.platform.objects.logic.computing import MAX_TEXT
from zhike.platform.objects.types import Computed, RecordQuery

pytestmark = pytest.mark.django_db
COUNTED = {"aggregate": "count", "over": "coverages"}


@pytest.fixture
def firm():
    return build_firm()


def made(number, expression):
    return Computed(f"c{number}", expression)


def literal(value, type="text"):
    return {"value": value, "type": type}


def joined(*parts):
    return {"call": "concat", "args": list(parts)}


def compared(expression, operator, value):
    return {"op": operator, "left": expression, "right": value}


def refusal(query):
    """The code of what is wrong, whatever is asked of the query."""
    codes = set()
    for ask in (objects.page, objects.count):
        with pytest.raises(ExpressionInvalid) as refused:
            ask(query, principal=SYSTEM)
        codes |= {finding.code for finding in refused.value.found}
    [code] = codes
    return code


def test_texts_of_all_expressions_are_as_long_as_those_of_one(firm):
    half = compared({"field": "name"}, "!=", literal("知" * 2_000))
    objects.page(RecordQuery("party", condition=half, columns=(made(1, literal("客" * 2_000)),)), principal=SYSTEM)
    for condition, lengths in ((half, [2_001]), (None, [3_990] * 50), (None, [2_001, 2_000])):
        columns = tuple(made(number, literal("客" * length)) for number, length in enumerate(lengths))
        assert refusal(RecordQuery("party", condition=condition, columns=columns)) == "too_long"
    body = {"columns": [{"key": f"c{n}", "expression": literal("知" * 3_990)} for n in range(50)], "limit": 200}
    client = signed_in({"E9001": "operator"})["operator"]
    answer = client.post("/api/v1/objects/party/query", body, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (422, "expression.invalid")


def test_expressions_have_no_more_nodes_together_than_one(firm):
    ten = joined(*[{"field": "name"}] * 9)
    objects.page(RecordQuery("party", columns=tuple(made(n, ten) for n in range(49))), principal=SYSTEM)
    condition = compared(ten, "!=", joined(*[{"field": "name"}] * 9))
    columns = tuple(made(n, ten) for n in range(48))
    assert refusal(RecordQuery("party", condition=condition, columns=columns)) == "too_many_nodes"


def test_columns_are_work_together_with_the_condition(firm):
    dear = [
        compared({**COUNTED, "where": compared({"field": "employee_no"}, "!=", literal(f"{n}"))}, ">", 5)
        for n in range(8)
    ]
    columns = tuple(made(number, COUNTED) for number in range(6))
    for condition, shown in (({"or": dear}, ()), (None, columns)):
        objects.page(RecordQuery("party", condition=condition, columns=shown), principal=SYSTEM)
    assert refusal(RecordQuery("party", condition={"or": dear}, columns=columns)) == "too_costly"


def test_a_text_that_is_made_ends_where_a_cell_does(firm):
    for name in "甲乙":
        customer(name)
    whole, longer = (
        joined({"field": "name"}, literal("长" * (MAX_TEXT - 1))),
        joined({"field": "name"}, literal("长" * MAX_TEXT)),
    )
    columns = (
        made(1, whole),
        made(2, longer),
        made(3, joined(*[longer] * 3)),
        made(4, {"call": "length", "args": [longer]}),
    )
    query = RecordQuery("party", columns=columns, sort=(("c2", "desc"), ("c4", "asc")))
    page = objects.page(query, principal=SYSTEM)
    cut = [name + "长" * (MAX_TEXT - 2) + "…" for name in "甲乙"]
    assert [row.values["c1"] for row in page.rows] == [name + "长" * (MAX_TEXT - 1) for name in "甲乙"]
    assert [row.values["c2"] for row in page.rows] == [row.values["c3"] for row in page.rows] == cut
    assert {row.values["c4"] for row in page.rows} == {MAX_TEXT + 1}
    first = objects.page(replace(query, limit=1), principal=SYSTEM)
    second = objects.page(replace(query, limit=1, cursor=first.next_cursor), principal=SYSTEM)
    assert second.rows[0].values["c2"] == cut[1]
    groups = objects.groups(query, "c2", sums=["c4"], principal=SYSTEM).groups
    assert sorted((group.value, group.count) for group in groups) == sorted((text, 1) for text in cut)
    sheet = load_workbook(io.BytesIO(exports.export_xlsx(query, principal=SYSTEM))).active
    assert list(sheet.values)[2][1] == cut[0]


def test_what_orders_a_list_is_worked_out_once_on_every_page(firm, monkeypatch):
    for number in range(5):
        customer("甲", manager="E1001" if number % 2 else "", birth_date=None if number % 3 else "1990-01-01")
    columns = (
        made(1, {"aggregate": "max", "over": "coverages", "value": {"field": "employee_no"}}),
        made(2, {"call": "year", "args": [{"field": "birth_date"}]}),
        made(3, joined({"field": "name"}, literal("先生"))),
    )
    sort = (("c1", "asc"), ("c2", "desc"), ("c3", "asc"))
    query, sent = RecordQuery("party", columns=columns, sort=sort, limit=2), []
    fetch = statements.fetch
    monkeypatch.setattr(statements, "fetch", lambda sql, values, names: sent.append(sql) or fetch(sql, values, names))
    whole = [row.id for row in objects.page(replace(query, limit=9), principal=SYSTEM).rows]
    pages = [objects.page(query, principal=SYSTEM)]
    while pages[-1].next_cursor:
        pages.append(objects.page(replace(query, cursor=pages[-1].next_cursor), principal=SYSTEM))
    assert [row.id for page in pages for row in page.rows] == whole
    back = objects.page(replace(query, cursor=pages[-1].previous_cursor), principal=SYSTEM)
    assert [row.id for row in back.rows] == whole[2:4]
    asked = [text for text in sent if "LIMIT" in text]
    assert len(asked) == 5
    for text in asked:
        assert [text.count(once) for once in ("MAX(", "EXTRACT(", "> 500")] == [1, 1, 2]
