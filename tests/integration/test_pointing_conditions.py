"""Conditions over fields of every type: refused with a finding, or answered; words name what a field points at."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.factories.records import SYSTEM, build_firm, customer, holding, unit_uid
from zhike.expressions import api as expressions
from zhike.expressions.errors import ExpressionInvalid
from zhike.kernel.errors import Refused
from zhike.platform.exchange import api as exchange
from zhike.platform.exchange.types import LoadColumn
from zhike.platform.fields import api as fields
from zhike.platform.objects import api as objects
from zhike.platform.objects import bulk, catalogue
from zhike.platform.objects.types import PARAMS, RecordQuery
from zhike.platform.organization.models import User
from zhike.platform.packs import api as packs
from zhike.platform.records import api as records

pytestmark = pytest.mark.django_db

_MORE = {
    "choice": ", options: [{key: a, labels: {zh: 甲, en: A}}]",
    "multi_choice": ", options: [{key: a, labels: {zh: 甲, en: A}}]",
    "reference": ", target: employee",
}
LITERALS = (
    "'a'",
    "'310101'",
    "12",
    "1.5",
    "true",
    "null",
    "date '2026-03-17'",
    "datetime '2026-03-17T09:30:00+08:00'",
    ":me",
    ":today",
    ":my_units",
)
OPERATORS = ("=", "!=", "<", "<=", ">", ">=")


@pytest.fixture
def firm():
    return build_firm()


@pytest.fixture
def thing(tmp_path, firm):
    """An object with a field of each type and roles whose scope and lookup are conditions on what they point at."""
    listed = "\n".join(
        f"  - {{key: {key}, type: {key}, labels: {{zh: {found.labels.zh}, en: Field}}{_MORE.get(key, '')}}}"
        for key, found in fields.value_types().items()
    )
    (tmp_path / "pack.yaml").write_text("name: all\nversion: 1.0.0\nrequires: [core]\nlabels: {zh: 全, en: All}\n")
    (tmp_path / "thing.yaml").write_text(
        f"""kind: object
key: thing
labels: {{zh: 物, en: Thing}}
display: text
fields:
{listed}
  - {{key: other_user, type: user, labels: {{zh: 另一位, en: Other}}}}
  - {{key: box, type: reference, target: box, labels: {{zh: 箱, en: Box}}}}
  - {{key: party, type: reference, target: party, labels: {{zh: 客户, en: Customer}}}}
refinements:
  - {{key: mine, labels: {{zh: 我的, en: Mine}}, condition: "user = :me"}}
  - {{key: ours, labels: {{zh: 本部, en: Ours}}, condition: "unit = 'B1' or reference in ('E2001', 'nobody')"}}
"""
    )
    (tmp_path / "box.yaml").write_text(
        """kind: object
key: box
labels: {zh: 箱, en: Box}
display: name
fields:
  - {key: name, type: text, labels: {zh: 名, en: Name}}
  - {key: said, type: text, labels: {zh: 所记, en: Said}, lookup: {relation: things, field: text, newest: date,
      where: "user = 'E1001' and unit in ('B1', 'B9%') and reference != 'E2001'"}}
relations:
  - {key: things, object: thing, through: box, labels: {zh: 物, en: Things}}
"""
    )
    (tmp_path / "role.yaml").write_text(
        "kind: role\nkey: minder\nlabels: {zh: 看护人, en: Minder}\n"
        "grants:\n  - {on: thing, operations: [read], where: mine}\n"
    )
    (tmp_path / "clear.yaml").write_text(
        "kind: role\nkey: clerk\nlabels: {zh: 柜员, en: Clerk}\n"
        "grants:\n  - {on: party, operations: [read], where: my_branch}\n  - {on: thing, operations: [read]}\n"
        "fields: {party: {clear: [customer_no]}}\n"
    )
    packs.apply([Path("packs"), tmp_path])
    return {"unit": unit_uid("B1"), "user": str(User.objects.get(employee_no="E1001").uid)}


def employee(number: str) -> str:
    [found] = objects.page(
        RecordQuery("employee", condition=asked("employee", f"employee_no = '{number}'")), principal=SYSTEM
    ).rows
    return str(found.uid)


def asked(owner: str, text: str) -> expressions.Json:
    return expressions.to_json(expressions.parse(text, catalogue.schema(owner), PARAMS))


def counted(text: str, who=SYSTEM) -> int:
    return objects.count(RecordQuery("thing", condition=asked("thing", text)), principal=who, exact=True).count


def conditions(field: str) -> list[str]:
    key = f"`{field}`"
    found = [f"{key} is empty", f"{key} is not empty"]
    for literal in LITERALS:
        found += [f"{key} {operator} {literal}" for operator in OPERATORS]
        found += [
            f"{literal} = {key}",
            f"{key} in {literal}",
            f"{key} in ({literal})",
            f"not ({key} in ({literal}, null))",
        ]
        found += [
            f"{key} between {literal} and {literal}",
            f"contains({key}, {literal})",
            f"{literal} in {key}",
            f"{literal} in ({key})",
        ]
    return found


@pytest.mark.parametrize("key", [*fields.value_types(), "other_user"])
def test_a_condition_on_a_field_of_any_type_is_refused_with_a_finding_or_answered(thing, firm, key):
    objects.create("thing", thing, principal=SYSTEM)
    answered = 0
    for text in conditions(key):
        try:
            condition = asked("thing", text)
            query = RecordQuery("thing", condition=condition)
            count = objects.count(query, principal=replace(SYSTEM, employee_no="E1001"), exact=True).count
        except ExpressionInvalid as refused:
            assert refused.found
            continue
        assert count in (0, 1), text
        assert objects.summarize(query, principal=SYSTEM) in ([(None, 0, [])], [(None, 1, [])]), text
        answered += 1
    assert answered >= (0 if key == "identity_number" else 2), key


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("user = 'E1001'", 1),
        ("user = 'nobody'", 0),
        ("'E1001' = user", 1),
        ("user != 'E1001'", 1),
        ("user != 'nobody'", 2),
        ("user in ('nobody', 'E1001', 'E2001')", 2),
        ("user not in ('nobody', 'E1001')", 1),
        ("not (user = 'nobody')", 2),
        ("user is empty", 1),
        ("unit = 'B1'", 2),
        ("unit in ('B2', 'B1')", 2),
        ("unit != 'B1'", 0),
        ("reference = 'E2001'", 1),
        ("reference = 'staff:7'", 1),
        ("reference in ('staff:7', 'E2001')", 2),
        ("reference.employee_no = 'E2001'", 1),
        ("user = other_user", 1),
        ("user = :me", 1),
        ("user in (:me, 'E2001')", 2),
    ],
)
def test_words_name_what_a_field_points_at(thing, firm, text, count):
    exchange.load(
        "employee", columns=[LoadColumn("employee_no"), LoadColumn("name")], rows=[(None, "staff:7", "E7", "七")]
    )
    second = {"user": str(User.objects.get(employee_no="E2001").uid), "unit": unit_uid("B1")}
    objects.create("thing", {**thing, "other_user": thing["user"], "reference": employee("E2001")}, principal=SYSTEM)
    objects.create("thing", {**second, "reference": employee("E7")}, principal=SYSTEM)
    objects.create("thing", {}, principal=SYSTEM)
    assert counted(text, replace(SYSTEM, employee_no="E1001")) == count


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("user = unit", "expression.other_target"),
        ("user = text", "expression.words_of_record"),
        ("coalesce(user, user) = 'E1001'", "expression.words_of_record"),
        ("user in multi_choice", "expression.words_of_record"),
        ("user > 'E1001'", "expression.operand_type"),
    ],
)
def test_what_a_pointing_field_cannot_be_compared_with_is_a_finding(thing, text, code):
    with pytest.raises(ExpressionInvalid) as refused:
        asked("thing", text)
    assert [finding.as_dict()["code"] for finding in refused.value.found] == [code]
    assert all(finding.message("zh") and finding.message("en") for finding in refused.value.found)


def test_a_scope_over_a_user_holds_what_is_mine(thing, firm):
    mine = objects.create("thing", thing, principal=SYSTEM)
    objects.create("thing", {"user": str(User.objects.get(employee_no="E2001").uid)}, principal=SYSTEM)
    minder = holding(firm.manager, "minder")
    assert [
        row.values["user"]["display"]
        for row in objects.page(RecordQuery("thing", columns=("user",)), principal=minder).rows
    ] == ["林晓岚"]
    assert list(bulk.scope("thing", principal=minder)) == [mine.id]


def test_a_refinement_names_units_and_employees_by_their_keys(thing):
    objects.create("thing", thing, principal=SYSTEM)
    objects.create("thing", {"unit": unit_uid("B2"), "reference": employee("E2001")}, principal=SYSTEM)
    objects.create("thing", {"unit": unit_uid("B2")}, principal=SYSTEM)
    assert objects.count(RecordQuery("thing", refinement="ours"), principal=SYSTEM).count == 2


def test_a_lookup_chooses_by_what_related_records_point_at(thing):
    box = objects.create("box", {"name": "甲"}, principal=SYSTEM)
    kept = {**thing, "box": str(box.uid), "reference": employee("E1002")}
    for day, changed in (
        (15, {"text": "早"}),
        (16, {"text": "对"}),
        (17, {"text": "别人", "user": str(User.objects.get(employee_no="E2001").uid)}),
        (18, {"text": "别处", "unit": unit_uid("B2")}),
        (19, {"text": "除外", "reference": employee("E2001")}),
        (20, {"text": "不知道", "reference": None}),
    ):
        objects.create("thing", {**kept, "date": f"2026-03-{day}", **changed}, principal=SYSTEM)
    assert records.get("box", box.uid, principal=SYSTEM).values["said"] == "对"
    [row] = objects.page(
        RecordQuery("box", condition=asked("box", "said = '对'"), columns=("said",)), principal=SYSTEM
    ).rows
    assert row.uid == box.uid


def test_nobody_asks_by_its_key_for_a_record_that_is_kept_from_them(thing, firm):
    for number, branch in (("C001", "B1"), ("C002", "B2")):
        made = customer(f"客户{number}", customer_no=number, branch=branch)
        objects.create("thing", {"party": str(made.uid)}, principal=SYSTEM)
    clerk = holding(firm.manager, "clerk")
    assert [counted(f"party = '{number}'") for number in ("C001", "C002")] == [1, 1]
    assert [counted(f"party = '{number}'", clerk) for number in ("C001", "C002")] == [1, 0]
    assert counted("party != 'C002'", clerk) == 2


def test_nobody_asks_by_a_key_that_they_see_masked_or_not_at_all(thing, firm):
    objects.create("thing", thing, principal=SYSTEM)
    with pytest.raises(Refused) as refused:
        counted("reference = 'E1001'", holding(firm.manager, "clerk"))
    assert refused.value.facts == {"operation": "employee.read"}
    with pytest.raises(Refused) as refused:
        objects.count(RecordQuery("coverage", condition=asked("coverage", "party = 'C001'")), principal=firm.manager)
    assert refused.value.facts == {"operation": "party.customer_no"}
