"""A field of every type works on create, list, condition, sort, load, export and history, whatever its type is."""

from __future__ import annotations

import io
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl import load_workbook

from tests.factories.records import SYSTEM, build_firm, customer, unit_uid
from zhike.kernel.errors import Invalid
from zhike.platform.exchange import api as exchange
from zhike.platform.exchange import exports
from zhike.platform.exchange.types import LoadColumn
from zhike.platform.fields import api as fields
from zhike.platform.objects import api as objects
from zhike.platform.objects.errors import MixedCurrencies, NotGroupable, NotSummable
from zhike.platform.objects.types import RecordQuery
from zhike.platform.organization.models import User
from zhike.platform.packs import api as packs
from zhike.platform.records import api as records

pytestmark = pytest.mark.django_db

_MORE = {
    "choice": ", options: [{key: a, labels: {zh: 甲, en: A}}, {key: b, labels: {zh: 乙, en: B}}]",
    "multi_choice": ", options: [{key: a, labels: {zh: 甲, en: A}}, {key: b, labels: {zh: 乙, en: B}}]",
    "reference": ", target: party",
    "money": ", currency: HKD",
    "duration": ", span: minute",
}
#: Type → (given, shown, in a spreadsheet); references are filled in by the test.
VALUES: dict[str, tuple[object, object, object]] = {
    "text": ("甲", "甲", "甲"),
    "long_text": ("一\n二", "一\n二", "一\n二"),
    "phone": ("138 0000 1234", "13800001234", "13800001234"),
    "email": ("a@example.com", "a@example.com", "a@example.com"),
    "url": ("https://example.com/a", "https://example.com/a", "https://example.com/a"),
    "address": ("浙江省\n杭州市\n\n文三路 1 号\n310000",) * 2 + ("浙江省 杭州市 文三路 1 号 310000",),
    "choice": ("b", "b", "乙"),
    "multi_choice": (["b", "a"], ["b", "a"], "乙、甲"),
    "integer": ("1,234", 1234, 1234),
    "duration": (90, 90, 90),
    "decimal": ("12.5", "12.5", 12.5),
    "percent": ("12.5", "12.5", 12.5),
    "money": ("13.75", {"amount": "13.75", "currency": "HKD"}, 13.75),
    "boolean": (True, True, "是"),
    "date": ("2026-03-17", "2026-03-17", datetime(2026, 3, 17)),
    "datetime": ("2026-03-17T02:42:00Z", "2026-03-17T02:42:00Z", datetime(2026, 3, 17, 10, 42)),
    "identity_number": ("310101199001011234",) * 3,
    "reference": ("", "张三丰", "张*丰"),
    "unit": ("", "世纪大道营业部", "世纪大道营业部"),
    "user": ("", "林晓岚", "林晓岚"),
}


@pytest.fixture
def thing(tmp_path):
    """An object with a field of each type, called as its type is."""
    build_firm()
    listed = "\n".join(
        f"  - {{key: {key}, type: {key}, labels: {{zh: {found.labels.zh}, en: Field}}, owner: source{_MORE.get(key, '')}}}"
        for key, found in fields.value_types().items()
    )
    (tmp_path / "pack.yaml").write_text("name: all\nversion: 1.0.0\nrequires: [core]\nlabels: {zh: 全, en: All}\n")
    (tmp_path / "thing.yaml").write_text(
        f"kind: object\nkey: thing\nlabels: {{zh: 物, en: Thing}}\ndisplay: text\nfields:\n{listed}\n"
    )
    packs.apply([Path("packs"), tmp_path])
    party, staff = customer("张三丰"), User.objects.get(employee_no="E1001")
    return {
        **{key: given for key, (given, _shown, _cell) in VALUES.items()},
        "reference": str(party.uid),
        "unit": unit_uid("B1"),
        "user": str(staff.uid),
    }


def said(value):
    return value["display"] if isinstance(value, dict) and "display" in value else value


def test_a_field_of_every_type_is_kept_shown_and_exported(thing):
    assert set(VALUES) == set(fields.value_types())
    record = objects.create("thing", thing, principal=SYSTEM)
    assert {key: said(record.values[key]) for key in VALUES} == {
        key: shown for key, (_given, shown, _cell) in VALUES.items()
    } | {"reference": "张*丰"}

    query = RecordQuery("thing", columns=tuple(VALUES))
    [row] = objects.page(query, principal=SYSTEM).rows
    assert row.values == record.values
    sheet = load_workbook(io.BytesIO(exports.export_xlsx(query, principal=SYSTEM))).worksheets[0]
    [line] = sheet.iter_rows(min_row=3)
    assert {key: cell.value for key, cell in zip(VALUES, line, strict=True)} == {
        key: cell for key, (_given, _shown, cell) in VALUES.items()
    }
    formats = {key: cell.number_format for key, cell in zip(VALUES, line, strict=True)}
    assert (formats["money"], formats["date"], formats["duration"]) == ('#,##0.00" HKD"', "yyyy-mm-dd", '0" 分钟"')


@pytest.mark.parametrize(
    "condition",
    [
        {"op": "=", "left": {"field": "url"}, "right": {"value": "https://example.com/a", "type": "text"}},
        {"op": ">", "left": {"field": "duration"}, "right": {"value": 60, "type": "integer"}},
        {"op": "=", "left": {"field": "money"}, "right": {"value": "13.75", "type": "decimal"}},
        {"call": "contains", "args": [{"field": "address"}, {"value": "杭州", "type": "text"}]},
    ],
)
def test_conditions_ask_for_values_of_the_newer_types(thing, condition):
    objects.create("thing", thing, principal=SYSTEM)
    objects.create("thing", {"duration": 5}, principal=SYSTEM)
    assert objects.count(RecordQuery("thing", condition=condition), principal=SYSTEM).count == 1


@pytest.mark.parametrize("key", [key for key, found in fields.value_types().items() if found.sortable])
def test_a_list_is_sorted_by_every_type_that_has_an_order(thing, key):
    objects.create("thing", thing, principal=SYSTEM)
    objects.create("thing", {}, principal=SYSTEM)
    for direction in ("asc", "desc"):
        query = RecordQuery("thing", columns=(key,), sort=((key, direction),), limit=1)
        first = objects.page(query, principal=SYSTEM)
        second = objects.page(
            RecordQuery("thing", columns=(key,), sort=((key, direction),), limit=1, cursor=first.next_cursor),
            principal=SYSTEM,
        )
        assert [bool(page.rows[0].values[key]) for page in (first, second)] == [True, False]


#: A share of one and a share of another are no share of both.
ADDING = {"integer": 2468, "duration": 180, "decimal": Decimal(25), "money": Decimal("27.5")}


def test_a_field_of_every_type_is_summed_and_grouped_by_or_it_is_said_why_not(thing):
    query = RecordQuery("thing")
    for _twice in range(2):
        objects.create("thing", thing, principal=SYSTEM)
    for key in VALUES:
        if key in ADDING:
            assert objects.summarize(query, principal=SYSTEM, sums=[key]) == [(None, 2, [ADDING[key]])]
        else:
            with pytest.raises(NotSummable) as refused:
                objects.summarize(query, principal=SYSTEM, sums=["integer", key])
            assert (refused.value.code, refused.value.facts) == (
                "object.not_summable",
                {"object": "thing", "field": key, "has": sorted(ADDING)},
            )
    for key in VALUES.keys() - {"identity_number"}:
        assert [counted for _value, counted, _sums in objects.summarize(query, principal=SYSTEM, group_by=key)] == [2]
    with pytest.raises(NotGroupable) as ungrouped:
        objects.summarize(query, principal=SYSTEM, group_by="identity_number")
    assert (ungrouped.value.code, ungrouped.value.facts["has"]) == (
        "object.not_groupable",
        sorted(VALUES.keys() - {"identity_number"}),
    )


def test_amounts_of_different_currencies_are_never_added_up(thing):
    query = RecordQuery("thing")
    for amount, currency in (("1.50", "HKD"), ("2.50", "HKD"), ("7.25", "EUR")):
        objects.create("thing", {"money": {"amount": amount, "currency": currency}, "text": "甲"}, principal=SYSTEM)
    objects.create("thing", {"text": "乙"}, principal=SYSTEM)
    for group_by in (None, "text"):
        with pytest.raises(MixedCurrencies) as refused:
            objects.summarize(query, principal=SYSTEM, sums=["integer", "money"], group_by=group_by)
        assert refused.value.facts == {
            "object": "thing",
            "field": "money",
            "currencies": "EUR, HKD",
            "currency": "HKD",
        }
    found = objects.summarize(query, principal=SYSTEM, sums=["money"], group_by="text", by_currency=True)
    assert sorted(found, key=str) == [
        ("乙", 1, [(None, None)]),
        ("甲", 1, [(Decimal("7.25"), "EUR")]),
        ("甲", 2, [(Decimal("4.00"), "HKD")]),
    ]
    assert objects.summarize(query, principal=SYSTEM, sums=["integer"]) == [(None, 4, [None])]


def test_amounts_that_are_all_in_another_currency_are_no_sum_in_the_fields_own(thing):
    objects.create("thing", {"money": {"amount": "7.25", "currency": "EUR"}}, principal=SYSTEM)
    with pytest.raises(MixedCurrencies) as refused:
        objects.summarize(RecordQuery("thing"), principal=SYSTEM, sums=["money"])
    assert refused.value.facts["currencies"] == "EUR"


def test_a_sum_over_coverage_adds_up_no_different_currencies_and_names_everybody(thing, tmp_path):
    (tmp_path / "worth.yaml").write_text(
        "kind: extension\nkey: worth\nof: party\nlabels: {zh: 身家, en: Worth}\n"
        "fields:\n  - {key: worth, type: money, labels: {zh: 身家, en: Worth}}\n"
    )
    packs.apply([Path("packs"), tmp_path])
    for number in range(205):
        customer(f"客户{number}", manager=f"M{number:03}", worth="1.00")
    query = RecordQuery("party")
    found = objects.summary_by_coverage(query, principal=SYSTEM, sums=["worth"])
    assert len(found) == 206 and sum(row[2] for row in found) == 206
    customer("外币", manager="M000", worth={"amount": "1.00", "currency": "USD"})
    with pytest.raises(MixedCurrencies):
        objects.summary_by_coverage(query, principal=SYSTEM, sums=["worth"])


def test_a_sum_over_coverage_of_what_does_not_add_up_is_refused(thing):
    with pytest.raises(NotSummable) as refused:
        objects.summary_by_coverage(RecordQuery("party"), principal=SYSTEM, sums=["remark"])
    assert refused.value.facts["field"] == "remark"


def test_records_are_loaded_with_every_type_and_a_second_load_changes_nothing(thing):
    given = {
        **thing,
        "integer": "1234",
        "phone": "13800001234",
        "multi_choice": "{b,a}",
        "money": {"amount": "13.75", "currency": "CZK"},
        "reference": "counter:1",
        "unit": "B1",
        "user": "E1001",
    }
    exchange.load("party", columns=[LoadColumn("name")], rows=[(None, "counter:1", "李四海")])
    columns = [LoadColumn(key) for key in VALUES]
    rows = [(None, "feed:1", *(given[key] for key in VALUES))]
    assert exchange.load("thing", columns=columns, rows=rows).created == 1
    again = exchange.load("thing", columns=columns, rows=rows)
    assert (again.created, again.updated) == (0, 0)

    [row] = objects.page(RecordQuery("thing", columns=tuple(VALUES)), principal=SYSTEM).rows
    shown = {key: said(row.values[key]) for key in VALUES}
    assert shown == {key: shown for key, (_given, shown, _cell) in VALUES.items()} | {
        "reference": "李*海",
        "money": {"amount": "13.75", "currency": "CZK"},
    }


def test_what_does_not_fit_is_said_for_each_field(thing):
    with pytest.raises(Invalid) as refused:
        objects.create("thing", {"money": "13,75", "url": "ftp://a", "duration": "1.5"}, principal=SYSTEM)
    assert [(f["code"], f["message"]) for f in refused.value.findings] == [
        ("value.not_number", "金额：应为数字"),
        ("value.not_url", "网址：应为网址，例如 https://example.com"),
        ("value.not_integer", "时长：应为整数"),
    ]


def test_the_journal_tells_an_amount_as_it_was(thing):
    record = objects.create("thing", {"money": "1.50"}, principal=SYSTEM)
    objects.update("thing", record.uid, {"money": "2.50", "date": "2026-03-18"}, revision=1, principal=SYSTEM)
    [changed, _made] = records.history("thing", record.uid, principal=SYSTEM)
    assert {key: (old, new) for key, old, new in changed.changes} == {
        "money": ({"amount": "1.5", "currency": "HKD"}, {"amount": "2.5", "currency": "HKD"}),
        "date": (None, "2026-03-18"),
    }


def test_the_journal_tells_a_change_of_currency(thing):
    record = objects.create("thing", {"money": {"amount": "7.50", "currency": "EUR"}}, principal=SYSTEM)
    for revision, currency in enumerate(("USD", "HKD"), 1):
        objects.update(
            "thing",
            record.uid,
            {"money": {"amount": "7.50", "currency": currency}},
            revision=revision,
            principal=SYSTEM,
        )
    lines = records.history("thing", record.uid, principal=SYSTEM)
    told = [(old and old["currency"], new["currency"]) for line in lines for _key, old, new in line.changes]
    assert told == [("USD", "HKD"), ("EUR", "USD"), (None, "EUR")]
    assert lines[0].changes[0][1] == {"amount": "7.50", "currency": "USD"}


def test_the_journal_tells_an_older_amount_with_the_currency_of_its_time(thing):
    record = objects.create("thing", {"money": {"amount": "1.50", "currency": "EUR"}}, principal=SYSTEM)
    for revision, (amount, currency) in enumerate((("2.50", "EUR"), ("2.50", "USD"), ("3.50", "USD")), 1):
        given = {"money": {"amount": amount, "currency": currency}}
        objects.update("thing", record.uid, given, revision=revision, principal=SYSTEM)
    told = [
        tuple(side and f"{float(side['amount']):.2f} {side['currency']}" for side in (old, new))
        for line in records.history("thing", record.uid, principal=SYSTEM)
        for _key, old, new in line.changes
    ]
    assert told == [
        ("2.50 USD", "3.50 USD"),
        ("2.50 EUR", "2.50 USD"),
        ("1.50 EUR", "2.50 EUR"),
        (None, "1.50 EUR"),
    ]


@pytest.mark.parametrize("type", ["text", "money", "reference"])
def test_a_field_with_a_long_key_is_listed_sorted_and_read_as_any_other(tmp_path, type):
    build_firm()
    keys = [f"{'a' * 61}{letter}" for letter in "bc"]
    settings = ", target: party" if type == "reference" else ""
    listed = "".join(f"  - {{key: {key}, type: {type}, labels: {{zh: 长, en: Long}}{settings}}}\n" for key in keys)
    (tmp_path / "pack.yaml").write_text("name: long\nversion: 1.0.0\nrequires: [core]\nlabels: {zh: 长, en: Long}\n")
    (tmp_path / "thing.yaml").write_text(
        f"kind: object\nkey: thing\nlabels: {{zh: 物, en: Thing}}\ndisplay: {keys[0]}\nfields:\n{listed}"
    )
    packs.apply([Path("packs"), tmp_path])
    party = str(customer("张三丰").uid)
    given = {"text": ("甲", "乙"), "money": ("1.50", "2.50"), "reference": (party, None)}[type]
    made = objects.create("thing", dict(zip(keys, given, strict=True)), principal=SYSTEM)
    query = RecordQuery("thing", columns=tuple(keys))
    [row] = objects.page(query, principal=SYSTEM).rows
    assert row.values == made.values == records.get("thing", made.uid, principal=SYSTEM).values
    wanted = {
        "text": given,
        "money": ({"amount": "1.50", "currency": "CNY"}, {"amount": "2.50", "currency": "CNY"}),
        "reference": ("张*丰", None),
    }[type]
    assert tuple(said(row.values[key]) for key in keys) == wanted
    if type != "reference":
        for direction in ("asc", "desc"):
            sort = RecordQuery("thing", columns=tuple(keys), sort=((keys[1], direction),))
            assert [found.uid for found in objects.page(sort, principal=SYSTEM).rows] == [made.uid]
