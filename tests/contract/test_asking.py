"""What is masked or refused cannot be asked for: one rule over lists, counts, sums, groups, exports and relations."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.factories.records import SYSTEM, build_firm, customer, holding
from zhike.kernel import definition_changes
from zhike.kernel.definition_changes import Edit
from zhike.kernel.errors import Refused
from zhike.platform.audit.models import Entry
from zhike.platform.exchange import exports
from zhike.platform.objects import api as objects
from zhike.platform.objects import catalogue
from zhike.platform.objects.errors import UnknownField
from zhike.platform.objects.types import RecordQuery
from zhike.platform.records.schemas import object_out

pytestmark = pytest.mark.django_db

ZHANG, LI = "13800001234", "13900005678"


def compare(field, value, op="=", kind="text"):
    return {"op": op, "left": {"field": field}, "right": {"value": value, "type": kind}}


def over(relation, where):
    return {"aggregate": "exists", "over": relation, "where": where}


def starts(field, text):
    return {"call": "starts_with", "args": [{"field": field}, {"value": text, "type": "text"}]}


ASKED = [
    compare("mobile", ZHANG),
    starts("mobile", "1380000"),
    {"op": "in", "left": {"field": "mobile"}, "right": [{"value": ZHANG, "type": "text"}]},
    {"op": "is_empty", "left": {"field": "mobile"}},
    {"not": compare("mobile", ZHANG)},
    {"and": [compare("status", "normal"), {"or": [compare("sex", "male"), starts("mobile", "1380000")]}]},
    over("coverages", compare("party.mobile", ZHANG)),
    over("contact_points", compare("value", ZHANG)),
    {"op": ">", "left": {"aggregate": "count", "over": "contact_points", "where": starts("value", "138")},
     "right": {"value": 0, "type": "integer"}},
    {"op": ">=", "left": {"aggregate": "max", "over": "contact_points", "value": {"field": "value"}},
     "right": {"value": "138", "type": "text"}},
]  # fmt: skip


@pytest.fixture
def firm():
    return build_firm()


@pytest.fixture
def parties(firm):
    """Two customers of the manager, one with a phone and one with another."""
    found = [customer("张三丰", mobile=ZHANG), customer("李四海", mobile=LI)]
    for party, value in zip(found, (ZHANG, LI), strict=True):
        given = {"party": str(party.uid), "kind": "mobile", "value": value}
        objects.create("contact_point", given, principal=SYSTEM)
    return found


def role(principal, key="looker", on=("party",), **fields):
    """Give a principal a role of its own instead: what it reads, and how it sees fields of the party."""
    body = {
        "kind": "role",
        "key": key,
        "labels": {"zh": key, "en": key},
        "grants": [{"on": name, "operations": ["read", "export"]} for name in on],
        **({"fields": {"party": fields}} if fields else {}),
    }
    definition_changes.change([Edit.of(body)], reason="test")
    return holding(principal, key)


def entries(query, principal, **summed):
    """Every way to ask a query, by name."""
    return {
        "page": lambda: objects.page(query, principal=principal),
        "count": lambda: objects.count(query, principal=principal),
        "exact count": lambda: objects.count(query, principal=principal, exact=True),
        "summary": lambda: objects.summarize(query, principal=principal, **summed),
        "coverage": lambda: objects.summary_by_coverage(query, principal=principal),
        "export": lambda: exports.export_xlsx(query, principal=principal),
    }


def refusal(ask):
    with pytest.raises(Refused) as refused:
        ask()
    return refused.value.facts["operation"]


@pytest.mark.parametrize(
    "condition",
    [
        over("party.coverages", compare("kind", "service")),
        {"aggregate": "exists", "over": "party.coverages"},
        {
            "op": ">",
            "left": {"aggregate": "count", "over": "party.coverages"},
            "right": {"value": 0, "type": "integer"},
        },
    ],
)
def test_a_relation_over_a_reference_asks_for_the_record_in_between_too(parties, firm, condition):
    """Who may read contact points and coverages, but no parties, learns nothing about the parties between them."""
    query = RecordQuery("contact_point", condition=condition)
    between = role(firm.manager, on=("contact_point", "coverage"))
    whole = role(firm.manager, key="reader", on=("contact_point", "coverage", "party"))

    for name, ask in entries(query, between).items():
        if name != "coverage":  # it is about parties
            assert refusal(ask) == "party.read", name
    assert objects.count(query, principal=whole).count == 2


@pytest.mark.parametrize("condition", ASKED)
def test_no_entry_narrows_by_what_is_masked(parties, firm, condition):
    named = "contact_point.value" if "contact_points" in str(condition) else "party.mobile"

    for name, ask in entries(RecordQuery("party", condition=condition), firm.manager).items():
        assert refusal(ask) == named, name
    assert not Entry.objects.filter(operation="export").exists()


def test_the_system_and_who_sees_it_in_clear_narrow_by_it(parties, firm):
    seeing = role(firm.manager, on=("party", "coverage", "contact_point"), clear=["mobile"])
    for principal in (SYSTEM, seeing):
        for condition in (*ASKED[:3], ASKED[6]):
            query = RecordQuery("party", condition=condition)
            assert [row.display for row in objects.page(query, principal=principal).rows] == ["张*丰"]
            assert objects.count(query, principal=principal).count == 1
    found = objects.page(RecordQuery("party", sort=(("mobile", "desc"),)), principal=seeing).rows
    assert [row.display for row in found] == ["李*海", "张*丰"]
    assert refusal(lambda: objects.count(RecordQuery("party", condition=ASKED[7]), principal=seeing)) == (
        "contact_point.value"
    )


@pytest.mark.parametrize("field", ["mobile", "name", "birth_date", "customer_no"])
def test_nothing_is_ordered_grouped_or_summed_by_what_is_masked(parties, firm, field):
    query = RecordQuery("party", sort=((field, "asc"),))

    assert refusal(lambda: objects.page(query, principal=firm.manager)) == f"party.{field}"
    assert refusal(lambda: exports.export_xlsx(query, principal=firm.manager)) == f"party.{field}"
    everybody = RecordQuery("party")
    for summed in ({"group_by": field}, {"sums": [field]}):
        assert refusal(lambda s=summed: objects.summarize(everybody, principal=firm.manager, **s)) == f"party.{field}"
    assert not Entry.objects.filter(operation="export").exists()
    refused = refusal(lambda: objects.summary_by_coverage(everybody, principal=firm.manager, sums=[field]))
    assert refused == f"party.{field}"


def test_a_refused_field_is_nowhere(parties, firm):
    blind = role(firm.operator, refused=["sex", "name"])
    query = RecordQuery("party", condition=compare("sex", "male"))

    for name, ask in entries(query, blind).items():
        assert refusal(ask) == "party.sex", name
    assert refusal(lambda: objects.page(RecordQuery("party", sort=(("sex", "asc"),)), principal=blind)) == "party.sex"
    assert refusal(lambda: objects.summarize(RecordQuery("party"), principal=blind, group_by="sex")) == "party.sex"

    shown = objects.page(RecordQuery("party", columns=("sex", "name", "status")), principal=blind).rows
    assert [(row.refused, row.values) for row in shown] == [(("sex", "name"), {"status": "normal"})] * 2
    assert [row.display for row in shown] == [f"#{row.id}" for row in shown]
    called = objects.displays("party", [row.id for row in shown], principal=blind)
    assert [called[row.id]["display"] for row in shown] == [f"#{row.id}" for row in shown]


def test_over_references_and_relations_the_field_is_of_the_object_at_the_end(parties, firm):
    head = firm.branch_head
    for condition in (compare("party.mobile", ZHANG), over("party.contact_points", starts("value", "138"))):
        named = "contact_point.value" if "contact_points" in str(condition) else "party.mobile"
        for ask in list(entries(RecordQuery("coverage", condition=condition), head).values())[:4]:
            assert refusal(ask) == named
    # Another field at the end of the same way.
    query = RecordQuery("party", condition=over("coverages", compare("party.status", "normal")))
    assert objects.count(query, principal=head).count == 2


def test_an_object_that_cannot_be_read_cannot_be_asked_about(parties, firm):
    looker = role(firm.operator, on=("party", "coverage"))

    found = {
        "interaction.read": over("interactions", None),
        "contact_point.read": {"op": "=", "left": {"aggregate": "count", "over": "contact_points"},
                               "right": {"value": 1, "type": "integer"}},
        "employee.read": over("coverages", compare("employee.name", "林晓岚")),
    }  # fmt: skip
    for operation, condition in found.items():
        asked = {key: part for key, part in condition.items() if part is not None}
        for ask in entries(RecordQuery("party", condition=asked), looker).values():
            assert refusal(ask) == operation
    covered = RecordQuery("party", condition=over("coverages", compare("employee_no", "E1001")))
    assert objects.count(covered, principal=looker).count == 2
    assert refusal(lambda: objects.summary_by_coverage(RecordQuery("party"), principal=looker)) == "employee.read"
    staff = role(firm.operator, key="staff", on=("party", "employee"))
    assert refusal(lambda: objects.summary_by_coverage(RecordQuery("party"), principal=staff)) == "coverage.read"


@pytest.mark.parametrize(("object", "field"), [("employee", "name"), ("coverage", "employee_no"), ("coverage", "kind")])
def test_sums_by_coverage_say_nothing_that_their_asker_is_refused(parties, firm, object, field):
    whole = role(firm.operator, on=("party", "coverage", "employee"))
    found = objects.summary_by_coverage(RecordQuery("party"), principal=whole)
    assert [(number, parties) for number, _name, parties, _sums in found] == [("E1001", 2)]
    body = {
        "kind": "role", "key": "blind", "labels": {"zh": "盲", "en": "Blind"},
        "grants": [{"on": "party", "operations": ["read"]}], "fields": {object: {"refused": [field]}},
    }  # fmt: skip
    definition_changes.change([Edit.of(body)], reason="test")
    blind = holding(whole, *whole.roles, "blind")
    asked = refusal(lambda: objects.summary_by_coverage(RecordQuery("party"), principal=blind))
    assert asked == f"{object}.{field}"


def test_a_refused_reference_is_no_way_to_another_object(parties, firm):
    body = {
        "kind": "role", "key": "outsider", "labels": {"zh": "外", "en": "Out"},
        "grants": [{"on": name, "operations": ["read"]} for name in ("party", "coverage", "employee")],
        "fields": {"coverage": {"refused": ["employee", "party"]}},
    }  # fmt: skip
    definition_changes.change([Edit.of(body)], reason="test")
    outsider = holding(firm.operator, "outsider")

    by_reference = RecordQuery("coverage", condition=compare("employee.name", "林晓岚"))
    assert refusal(lambda: objects.count(by_reference, principal=outsider)) == "coverage.employee"
    by_relation = RecordQuery("party", condition=over("coverages", compare("kind", "service")))
    assert refusal(lambda: objects.count(by_relation, principal=outsider)) == "coverage.party"


def test_what_the_installation_defines_is_not_limited(parties, firm):
    blind = role(firm.operator, on=("party",), refused=["status"])
    objects.update("party", parties[0].uid, {"status": "dormant"}, revision=parties[0].revision, principal=SYSTEM)

    found = objects.page(RecordQuery("party", refinement="dormant"), principal=blind).rows
    assert [row.uid for row in found] == [parties[0].uid]
    # Managers are scoped by coverages, which this role may not read.
    body = {
        "kind": "role", "key": "narrow", "labels": {"zh": "窄", "en": "Narrow"},
        "grants": [{"on": "party", "operations": ["read"], "where": "mine"}],
    }  # fmt: skip
    definition_changes.change([Edit.of(body)], reason="test")
    narrow = holding(firm.manager, "narrow")
    assert objects.count(RecordQuery("party"), principal=narrow).count == 2


def test_a_whole_phone_number_still_finds_its_customer(parties, firm):
    found = objects.page(RecordQuery("party", text=ZHANG), principal=firm.manager).rows
    assert [row.display for row in found] == ["张*丰"]


def test_a_list_ordered_by_what_its_viewer_may_not_ask_for_is_in_the_default_order(firm):
    party = customer("张三丰")
    for number in ("000000000002", "000000000003", "000000000001"):
        given = {"account_no": number, "party": str(party.uid), "kind": "fund"}
        objects.create("financial_account", given, principal=SYSTEM)
    query = RecordQuery("financial_account", columns=("account_no",))

    def numbers(principal, query=query):
        return [str(row.values["account_no"])[-1] for row in objects.page(query, principal=principal).rows]

    assert numbers(firm.manager) == ["1", "3", "2"]  # newest first
    assert numbers(SYSTEM) == ["1", "2", "3"]
    described = object_out(catalogue.describe("financial_account"), firm.manager, 1)
    assert described["list"]["sort"] == {"field": "id", "direction": "desc"}
    assert refusal(lambda: numbers(firm.manager, replace(query, sort=(("account_no", "asc"),)))) == (
        "financial_account.account_no"
    )


def test_related_records_come_in_the_default_order_where_theirs_is_hidden(parties, firm):
    party = parties[0]
    given = {"party": str(party.uid), "kind": "mobile", "value": "10000000000"}
    objects.create("contact_point", given, principal=SYSTEM)

    def last(principal):
        found = objects.related_page(
            "contact_point", "party", party.id, principal=principal, columns=("value",), sort=(("value", "asc"),)
        )
        return [str(row.values["value"])[-4:] for row in found.rows]

    assert last(firm.manager) == ["1234", "0000"]
    assert last(SYSTEM) == ["0000", "1234"]


def test_the_description_offers_only_what_may_be_asked(firm):
    described = object_out(catalogue.describe("party"), firm.manager, 1)
    offered = {field["key"]: (field["sortable"], field["asked"]) for field in described["fields"]}

    assert (offered["mobile"], offered["sex"], offered["remark"][1]) == ((False, ""), (True, "choice"), "text")


def test_an_unknown_column_order_or_sum_says_what_there_is(firm):
    for ask in (
        lambda: objects.page(RecordQuery("party", columns=("shoe_size",)), principal=firm.manager),
        lambda: objects.page(RecordQuery("party", sort=(("shoe_size", "asc"),)), principal=firm.manager),
        lambda: objects.summarize(RecordQuery("party"), principal=firm.manager, sums=["shoe_size"]),
        lambda: objects.summary_by_coverage(RecordQuery("party"), principal=firm.manager, sums=["shoe_size"]),
        lambda: exports.export_xlsx(RecordQuery("party", columns=("shoe_size",)), principal=firm.manager),
    ):
        with pytest.raises(UnknownField) as unknown:
            ask()
        assert unknown.value.facts["field"] == "shoe_size" and "remark" in unknown.value.facts["has"]


def test_a_condition_reaches_no_record_outside_the_scope(firm, parties):
    """A manager ties a customer of hers to one of somebody else, whose remark she may not read."""
    hers = parties[0]
    other = customer("王五", branch="B2", manager="E1002", remark="离婚")
    tied = {"party": str(hers.uid), "other": str(other.uid), "kind": "spouse"}
    objects.create("party_relationship", tied, principal=SYSTEM)
    asked = [
        ("party_relationship", starts("other.remark", "离婚")),
        ("party_relationship", compare("other.consent_email", "granted")),
        ("party_relationship", over("other.coverages", compare("employee_no", "E1002"))),
    ]

    def found(principal):
        return [objects.count(RecordQuery(on, condition=what), principal=principal).count for on, what in asked]

    assert found(firm.operator) == found(SYSTEM) == [1, 1, 1]
    assert found(firm.manager) == [0, 0, 0]
    own = RecordQuery("party_relationship", condition=compare("party.consent_email", "granted"))
    assert objects.count(own, principal=firm.manager).count == 1
