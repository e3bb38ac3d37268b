"""Columns of a list that are no fields of the record: fields of the records that it points at, and expressions."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from openpyxl import load_workbook

from tests.factories.records import SYSTEM, build_firm, cover, customer, holding, signed_in
from zhike.expressions.errors import ExpressionInvalid
from zhike.kernel import definition_changes, definitions
from zhike.kernel.definition_changes import Edit
from zhike.kernel.errors import BadCursor, Refused
from zhike.platform.exchange import exports
from zhike.platform.exchange.logic.large_exports import ExportList
from zhike.platform.objects import api as objects
from zhike.platform.objects import lists
from zhike.platform.objects.errors import (
    BadColumnKey,
    LeadsNowhere,
    TooManyColumns,
    TooManySteps,
    UnknownField,
    Unsortable,
)
from zhike.platform.objects.types import Computed, RecordQuery

pytestmark = pytest.mark.django_db
QUERY = "/api/v1/objects/coverage/query"


@pytest.fixture
def firm():
    return build_firm()


@pytest.fixture
def people(firm):
    """Three customers, each served by one manager; the last is of another branch."""
    found = {
        "甲": customer("甲", mobile="13800001111", sex="male", birth_date="1990-01-01"),
        "乙": customer("乙", mobile="13800002222", sex="female"),
        "丙": customer("丙", mobile="13800003333", sex="male", birth_date="1980-01-01", branch="B2", manager="E1002"),
    }
    staff = {
        row.values["employee_no"]: str(row.uid) for row in objects.page(RecordQuery("employee"), principal=SYSTEM).rows
    }
    for row in objects.page(RecordQuery("coverage", columns=("employee_no",)), principal=SYSTEM).rows:
        changed = {"employee": staff[row.values["employee_no"]]}
        objects.update("coverage", row.uid, changed, revision=row.revision, principal=SYSTEM)
    return found


def role(principal, key, grants, **fields):
    """The principal with a role of its own instead, made of grants {object: where} and rules of fields."""
    walls = {"walls": fields.pop("walls")} if "walls" in fields else {}
    listed = [{"on": on, "operations": ["read", "export"], **({"where": w} if w else {})} for on, w in grants.items()]
    body = {"kind": "role", "key": key, "labels": {"zh": key, "en": key}, "grants": listed, **walls}
    body |= {"fields": fields} if fields else {}
    definition_changes.change([Edit.of(body)], reason="test")
    return holding(principal, key)


def values(query, principal, *keys):
    return [tuple(row.values.get(key) for key in keys) for row in objects.page(query, principal=principal).rows]


def made(key, expression):
    return Computed(key, expression)


def field(key):
    return {"field": key}


def literal(value, kind="text"):
    return {"value": value, "type": kind}


def test_a_list_shows_and_is_ordered_by_fields_of_what_its_records_point_at(firm, people):
    columns = ("party.name", "party.birth_date", "employee.name")
    query = RecordQuery("coverage", columns=columns, sort=(("party.birth_date", "asc"),))
    expected = [("丙*", "1980-**-**"), ("甲*", "1990-**-**"), ("乙*", None)]
    assert values(query, SYSTEM, *columns[:2]) == expected
    two = RecordQuery("coverage", columns=columns, sort=(("party.sex", "asc"), ("party.birth_date", "desc")))
    assert [name for name, _born in values(two, SYSTEM, *columns[:2])] == ["乙*", "甲*", "丙*"]
    first = objects.page(replace(query, limit=1), principal=SYSTEM)
    second = objects.page(replace(query, limit=1, cursor=first.next_cursor), principal=SYSTEM)
    assert second.rows[0].values["party.name"] == "甲*"
    assert values(RecordQuery("coverage", columns=("party", "party.branch")), SYSTEM, "party.branch")[0][0]["display"]


def test_two_references_far_and_no_further(firm, people):
    party = people["甲"]
    account = objects.create(
        "financial_account", {"party": str(party.uid), "account_no": "8800000088"}, principal=SYSTEM
    )
    card = {"party": str(party.uid), "account": str(account.uid), "bank": "中行", "number": "6228480402000001"}
    objects.create("bank_card", card, principal=SYSTEM)
    query = RecordQuery("bank_card", columns=("account.party.name", "account.account_no"))
    assert values(query, SYSTEM, "account.party.name", "account.account_no") == [("甲*", "8800****0088")]
    with pytest.raises(TooManySteps) as far:
        objects.page(RecordQuery("bank_card", columns=("account.party.branch.name",)), principal=SYSTEM)
    assert far.value.facts == {"path": "account.party.branch.name", "given": 3, "most": 2}
    with pytest.raises(UnknownField) as unknown:
        objects.page(RecordQuery("bank_card", columns=("account.coverages.kind",)), principal=SYSTEM)
    assert unknown.value.facts["field"] == "coverages"


@pytest.mark.parametrize(
    ("path", "has", "zh"),
    [
        ("bank.name", ["account", "party"], "后面不能再写属性。指向记录的有：account、party"),
        ("party.branch.code", [], "“party”的属性“branch”不指向其他业务对象的记录，后面不能再写属性"),
    ],
)
def test_a_field_that_leads_nowhere_is_not_said_to_be_missing(firm, path, has, zh):
    with pytest.raises(LeadsNowhere) as nowhere:
        objects.page(RecordQuery("bank_card", columns=(path,)), principal=SYSTEM)
    assert nowhere.value.facts["has"] == has
    assert nowhere.value.message("zh").endswith(zh)
    assert nowhere.value.message("en").endswith("These do: account, party" if has else "no field can follow it")


def test_what_is_deleted_gives_no_value_and_comes_last(firm, people):
    objects.delete("party", people["乙"].uid, revision=people["乙"].revision, principal=SYSTEM)
    for way, expected in (("asc", ["丙*", "甲*", None]), ("desc", ["甲*", "丙*", None])):
        query = RecordQuery("coverage", columns=("party.name",), sort=(("party.birth_date", way),))
        assert values(query, SYSTEM, "party.name") == [(name,) for name in expected]


def narrow(firm, kept):
    """Somebody who sees no employee but the second, or all but that one, as `kept` says: "scope", "wall"."""
    refinement = {"key": "second", "labels": {"zh": "二", "en": "Second"}, "condition": "employee_no = 'E1002'"}
    labels = {"zh": "员工", "en": "Staff"}
    wider = {"kind": "extension", "key": "second", "of": "employee", "labels": labels, "refinements": [refinement]}
    definition_changes.change([Edit.of(wider)], reason="test")
    grants = {"coverage": "", "party": "", "employee": "second" if kept == "scope" else ""}
    walls = {"walls": [{"on": "employee", "where": "second"}]} if kept == "wall" else {}
    return role(firm.operator, "narrow", grants, **walls)


@pytest.mark.parametrize("kept", ["scope", "wall"])
def test_what_one_may_not_read_gives_no_value_and_comes_last(firm, people, kept):
    who = narrow(firm, kept)
    seen = "E1002" if kept == "scope" else "E1001"
    query = RecordQuery("coverage", columns=("employee_no", "employee.employee_no"))
    for way in ("asc", "desc"):
        found = values(replace(query, sort=(("employee.employee_no", way),)), who, *query.columns)
        rows = [(number, number if number == seen else None) for number in ("E1001", "E1001", "E1002")]
        assert sorted(found, key=str) == sorted(rows, key=str)
        assert [reached for _own, reached in found] == sorted(
            (reached for _own, reached in rows), key=lambda r: r is None
        )


def test_groups_do_not_tell_apart_what_lies_behind_a_wall_and_nothing(firm, people):
    cover(people["乙"], "E2001")  # of whom there is no employee
    for by in ("employee", "employee.employee_no"):
        found = objects.groups(RecordQuery("coverage"), by, principal=SYSTEM)
        assert [group.count for group in found.groups] == [2, 1, 1]
    behind = narrow(firm, "wall")
    for by in ("employee", "employee.employee_no"):
        found = objects.groups(RecordQuery("coverage"), by, principal=behind)
        assert [(group.value is None, group.count) for group in found.groups] == [(False, 2), (True, 2)]


def test_rights_are_those_of_the_record_at_the_end(firm, people):
    masked = firm.branch_head
    shown = values(RecordQuery("coverage", columns=("party.mobile", "party.name")), masked, "party.mobile")
    assert shown and all("****" in mobile for (mobile,) in shown)
    for sort in ("party.mobile", "party.name"):
        with pytest.raises(Refused) as refused:
            objects.page(RecordQuery("coverage", sort=((sort, "asc"),)), principal=masked)
        assert refused.value.facts["operation"] == sort
    blind = role(firm.operator, "blind", {"coverage": "", "party": ""}, party={"refused": ["sex"]})
    [row, *_] = objects.page(RecordQuery("coverage", columns=("party.sex", "employee.name")), principal=blind).rows
    assert row.refused == ("party.sex", "employee.name") and row.values == {}
    for sort, operation in (("party.sex", "party.sex"), ("employee.name", "employee.read")):
        with pytest.raises(Refused) as refused:
            objects.page(RecordQuery("coverage", sort=((sort, "asc"),)), principal=blind)
        assert refused.value.facts["operation"] == operation
    unpointed = role(
        firm.operator, "unpointed", {"coverage": "", "party": "", "employee": ""}, coverage={"refused": ["employee"]}
    )
    [row, *_] = objects.page(RecordQuery("coverage", columns=("employee.name",)), principal=unpointed).rows
    assert row.refused == ("employee.name",)
    with pytest.raises(Refused) as refused:
        objects.page(RecordQuery("coverage", sort=(("employee.name", "asc"),)), principal=unpointed)
    assert refused.value.facts["operation"] == "coverage.employee"


def test_an_expression_is_a_column_shown_as_its_type_and_an_order(firm, people):
    born = {"call": "coalesce", "args": [field("birth_date"), literal("2000-05-06", "date")]}
    columns = (
        "name",
        made("called", {"call": "concat", "args": [field("name"), literal("先生")]}),
        made("served", {"aggregate": "count", "over": "coverages"}),
        made("half", {"op": "/", "left": {"aggregate": "count", "over": "coverages"}, "right": literal(2, "integer")}),
        made("grown", {"op": "<", "left": born, "right": literal("1985-01-01", "date")}),
        made("born", born),
    )
    cover(people["乙"], "E1002")
    query = RecordQuery("party", columns=columns, sort=(("served", "desc"), ("born", "asc")))
    keys = ("called", "served", "grown", "born")
    assert values(query, SYSTEM, *keys) == [
        ("乙先生", 2, False, "2000-05-06"),
        ("丙先生", 1, True, "1980-01-01"),
        ("甲先生", 1, False, "1990-01-01"),
    ]
    assert [float(half) for (half,) in values(query, SYSTEM, "half")] == [1.0, 0.5, 0.5]
    first = objects.page(replace(query, limit=1), principal=SYSTEM)
    second = objects.page(replace(query, limit=1, cursor=first.next_cursor), principal=SYSTEM)
    assert second.rows[0].values["called"] == "丙先生"
    with pytest.raises(Unsortable):
        objects.page(replace(query, sort=(("grown", "asc"),)), principal=SYSTEM)


def test_a_cursor_goes_on_with_values_of_its_own_column_alone(firm, people):
    query = RecordQuery("party", columns=(made("said", field("name")),), sort=(("said", "asc"),), limit=1)
    cursor = objects.page(query, principal=SYSTEM).next_cursor
    assert objects.page(replace(query, cursor=cursor), principal=SYSTEM).rows
    other = {"call": "concat", "args": [literal("甲"), field("name")]}
    for column in ({"call": "length", "args": [field("name")]}, other):
        with pytest.raises(BadCursor):
            objects.page(replace(query, columns=(made("said", column),), cursor=cursor), principal=SYSTEM)


def test_expressions_of_one_shape_are_one_text_whatever_is_written_in_them(firm, people):
    from zhike.platform.objects.logic import statements

    def ask(word, name):
        condition = {"op": "=", "left": field("name"), "right": literal(name)}
        columns = (made("said", {"call": "concat", "args": [field("name"), literal(word)]}),)
        return values(RecordQuery("party", condition=condition, columns=columns), SYSTEM, "said")

    with definitions.pinned():
        assert ask("一", "甲") == [("甲一",)]
        kept = definitions.derive("objects.statements", lambda _all: None)
        before = len(kept)
        assert ask("二", "乙") == [("乙二",)]
        assert isinstance(kept, statements.Kept) and len(kept) == before


def test_an_expression_asks_for_no_more_than_a_condition_may(firm, people):
    for expression, operation in (
        (
            {"call": "substring", "args": [field("mobile"), literal(1, "integer"), literal(5, "integer")]},
            "party.mobile",
        ),
        ({"aggregate": "max", "over": "contact_points", "value": field("value")}, "contact_point.value"),
    ):
        with pytest.raises(Refused) as refused:
            objects.page(RecordQuery("party", columns=(made("x", expression),)), principal=firm.manager)
        assert refused.value.facts["operation"] == operation
    dear = {"aggregate": "count", "over": "coverages"}
    objects.page(RecordQuery("party", columns=tuple(made(f"x{n}", dear) for n in range(9))), principal=SYSTEM)
    for given, code in (
        (tuple(made(f"x{n}", dear) for n in range(11)), "too_costly"),
        ((made("x", field("branch")),), "value_type"),
        ((made("x", field("nothing")),), "unknown_field"),
    ):
        with pytest.raises(ExpressionInvalid) as invalid:
            objects.page(RecordQuery("party", columns=given), principal=SYSTEM)
        assert [finding.code for finding in invalid.value.found] == [code]
    for columns in ((made("name", dear),), (made("X", dear),), (made("x", dear), made("x", dear)), (made("id", dear),)):
        with pytest.raises(BadColumnKey):
            objects.page(RecordQuery("party", columns=columns), principal=SYSTEM)


def test_a_list_has_fifty_columns_at_most(firm):
    with pytest.raises(TooManyColumns) as refused:
        objects.page(RecordQuery("party", columns=("name",) * 51), principal=SYSTEM)
    assert refused.value.facts == {"most": 50, "given": 51}


def test_an_export_has_the_same_columns(firm, people):
    columns = ("party.name", made("long", {"call": "length", "args": [field("employee_no")]}))
    query = RecordQuery("coverage", columns=columns, sort=(("party.name", "asc"),))
    assert ExportList.model_validate(ExportList.of_query(query).model_dump(mode="json")).query() == query
    sheet = load_workbook(io.BytesIO(exports.export_xlsx(query, principal=SYSTEM))).active
    rows = list(sheet.values)
    assert rows[1] == ("客户 · 姓名", "long")
    assert [row[1] for row in rows[2:]] == [5, 5, 5]


def test_over_http_by_path_and_expression(firm, people):
    manager = signed_in({"E1001": "account_manager"}, unit="B1")["account_manager"]
    days = {"call": "length", "args": [field("party.status")]}
    body = {
        "columns": ["party.status", {"key": "long", "expression": days}],
        "sort": [{"field": "long", "direction": "desc"}, {"field": "party.status"}],
    }
    answer = manager.post(QUERY, body, content_type="application/json")
    assert answer.status_code == 200, answer.json()
    assert [row["values"] for row in answer.json()["rows"]] == [{"party.status": "normal", "long": 6}] * 2
    for wrong, code in (
        ({"sort": [{"field": "kind"}] * 4}, "object.too_many_orders"),
        ({"columns": ["kind"] * 51}, "object.too_many_columns"),
        ({"columns": ["party.branch.parent.name"]}, "object.too_many_steps"),
        ({"columns": [{"key": "kind", "expression": days}]}, "object.bad_column_key"),
        ({"columns": [{"key": "x", "expression": {"field": "party"}}]}, "expression.invalid"),
    ):
        refused = manager.post(QUERY, wrong, content_type="application/json")
        assert (refused.status_code, refused.json()["code"]) == (422, code)


def test_the_object_says_what_its_lists_may_show_of_other_records(firm, people):
    clients = signed_in({"E1001": "account_manager"}, unit="B1")
    found = clients["account_manager"].get("/api/v1/meta/objects/coverage").json()
    beyond = {part["reference"]: {one["key"]: one for one in part["fields"]} for part in found["beyond"]}
    assert set(beyond) == {"party", "employee"}
    mobile, status = beyond["party"]["party.mobile"], beyond["party"]["party.status"]
    assert (mobile["masked"], mobile["sortable"], mobile["unmaskable"], mobile["readonly"]) == (
        True,
        False,
        False,
        True,
    )
    assert (status["masked"], status["sortable"]) == (False, True)
    assert status["labels"] == {"zh": "客户 · 客户状态", "en": "Customer · Status"}
    blind = role(firm.operator, "blind", {"coverage": "", "party": ""}, party={"refused": ["sex"]})
    shown = lists.beyond("coverage", principal=blind)
    assert set(shown) == {"party"} and "party.sex" not in [field.key for field in shown["party"]]
    assert "party.status" in [field.key for field in shown["party"]]
