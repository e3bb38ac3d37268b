"""What the page of one party lists of its facts, to the cent of the golden day's files."""

from __future__ import annotations

import uuid
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import sqlglot
from django.db import transaction
from sqlglot import exp

from tests.factories.lake import asked
from tests.factories.records import cover, holding
from zhike.expressions import trees
from zhike.insight.identity import api as identity
from zhike.insight.indicators.blocks import by_month, told
from zhike.insight.indicators.logic import definitions as measures
from zhike.insight.warehouse.port import Session
from zhike.kernel import definition_changes, definitions
from zhike.kernel.definition_changes import Edit
from zhike.kernel.errors import BadCursor, NotFound
from zhike.kernel.trading_days import trading_calendar
from zhike.platform.audit.models import Entry
from zhike.platform.objects import api as objects
from zhike.platform.organization import api as organization
from zhike.platform.permissions import api as permissions
from zhike.platform.records import api as records
from zhike.server import pages
from zhike.server.kinds import Page

SYSTEM = permissions.system_principal("test")
LATER = ("party_holdings", "party_kinds", "party_gains", "party_trades")
RICH, ABROAD, NEW, HELD, JOINT, BARE = "000000001", "000000005", "000000007", "000000003", "000000004", "000000002"


@pytest.fixture(scope="module")
def parties(golden_day) -> dict[str, Any]:
    """The uid of each customer by number."""
    numbers = dict(asked("select source_key, party_id from _links where system = 'counter'", links=identity.LINK))
    shown = objects.displays("party", numbers.values(), principal=SYSTEM)
    return {number: shown[party]["uid"] for number, party in numbers.items()}


def block(party, key, after="", principal=SYSTEM):
    """One block of the customer's page."""
    answer = pages.answer("customer", party, principal, block=key, after=after)
    return answer["blocks"][key]


def cells(found, *keys):
    return [tuple(row["cells"].get(key) for key in keys) for row in found["data"]["rows"]]


def test_every_position_stands_there_with_its_cost_value_and_gain(golden_day, parties):
    found = block(parties[RICH], "party_holdings")

    assert (found["state"], found["as_of"]) == ("ok", {"kind": "day_end", "at": golden_day})
    assert [column["key"] for column in found["data"]["columns"]] == [
        "instrument", "instrument_kind", "risk_level", "market_value_cny", "profit", "profit_rate", "share", "cost_cny",
        "quantity", "price",
    ]  # fmt: skip
    assert cells(found, "instrument", "instrument_kind", "risk_level", "quantity", "price") == [
        ("示例银行 S00001", "stock", "R4", 540000, "6.35"),
        ("示例现金宝 S00031", "cash", "R1", 11000, "1.00"),
    ]
    assert cells(found, "cost_cny", "market_value_cny", "share", "profit", "profit_rate") == [
        ("3240000.00", "3429000.00", "97.97", "189000.00", "5.83"),
        ("11000.00", "11000.00", "0.31", "0.00", "0.00"),
    ]
    assert found["data"]["total"] == {
        "instrument": "合计", "market_value_cny": "3440000.00", "share": "98.29", "cost_cny": "3251000.00",
        "profit": "189000.00", "profit_rate": "5.81",
    }  # fmt: skip


def test_amounts_in_another_currency_say_it_beside_what_they_are_at_home(parties):
    found = block(parties[ABROAD], "party_holdings")

    assert cells(found, "instrument", "market_value", "market_value_cny", "cost_cny", "profit", "profit_rate") == [
        ("示例港股 H00011", "90,000.00 HKD", "82800.00", "73600.00", "9200.00", "12.50"),
        ("示例现金宝 S00031", None, "38650.00", "38650.00", "0.00", "0.00"),
        ("示例银行 S00001", None, "6350.00", "7000.00", "-650.00", "-9.29"),
    ]
    assert "market_value" not in found["data"]["rows"][1]["cells"]
    assert found["data"]["total"]["market_value_cny"] == "127800.00"


@pytest.mark.parametrize(
    ("number", "rows", "rest", "total"),
    [
        (RICH, [("stock", "3429000.00"), ("cash", "11000.00")], [("可用资金", "60000.00", "1.71")], "3500000.00"),
        (ABROAD, [("stock", "89150.00"), ("cash", "38650.00")], [("可用资金", "14200.00", "10.00")], "142000.00"),
        # Nothing was sent of what the account holds, which is said and not left out.
        (
            BARE,
            [],
            [("可用资金", "1000.00", "0.83"), ("其他（含汇率折算尾差）", "119000.00", "99.17")],
            "120000.00",
        ),
    ],
)
def test_kinds_and_what_is_left_make_up_the_total_that_the_page_leads_with(parties, number, rows, rest, total):
    found = block(parties[number], "party_kinds")

    assert cells(found, "instrument_kind", "market_value_cny") == rows
    left = found["data"]["rest"]
    assert [
        (row["cells"]["instrument_kind"], row["cells"]["market_value_cny"], row["cells"]["share"]) for row in left
    ] == rest
    assert found["data"]["total"]["market_value_cny"] == total
    parts = [*found["data"]["rows"], *left]
    assert sum(Decimal(row["cells"]["market_value_cny"]) for row in parts) == Decimal(total)
    figures = block(parties[number], "party_identity")["data"]["figures"]
    assert [str(one["value"]) for one in figures if one["key"] == "total_asset"] == [total]
    assert found["data"]["total"]["share"] == "100.00"


def test_trades_come_the_newest_first_and_page_by_page(parties, monkeypatch):
    page = definitions.all_of(Page)["customer"]
    trades = page.blocks["party_trades"].model_copy(update={"limit": 4})
    few = page.model_copy(update={"blocks": {**page.blocks, "party_trades": trades}})
    monkeypatch.setattr(pages.definitions, "all_of", lambda _kind: {"customer": few})

    first = block(parties[RICH], "party_trades")
    after = first["data"]["next"]["after"]
    second = block(parties[RICH], "party_trades", after)

    assert first["data"]["next"]["left"] == 2 and second["data"]["next"] is None
    assert cells(first, "business_date", "side", "amount_cny", "commission_cny") == [
        ("2026-03-06", "sell", "635000.00", "158.75"),
        ("2026-03-05", "buy", "6350.00", "5.00"),
        ("2026-03-04", "sell", "6350.00", "5.00"),
        ("2026-03-03", "buy", "6350.00", "5.00"),
    ]
    assert cells(second, "business_date") == [("2026-03-02",), ("2026-02-02",)]
    keys = [row["key"] for row in (*first["data"]["rows"], *second["data"]["rows"])]
    assert len(set(keys)) == 6
    # A place in the rows of one is none in those of another, and nobody makes one up.
    for party, place in ((parties[ABROAD], after), (parties[RICH], "x")):
        assert block(party, "party_trades", place)["state"] == "error"


@pytest.mark.parametrize(
    "changed",
    [
        {"where": "side = 'buy'"},
        {"order": "amount_cny"},
        {"days": 20},
        {"columns": lambda columns: columns[1:]},
    ],
)
def test_a_place_in_the_rows_of_one_block_is_none_in_another_over_the_same_facts(parties, monkeypatch, changed):
    page = definitions.all_of(Page)["customer"]
    one = page.blocks["party_trades"].model_copy(update={"limit": 2})
    other = one.model_copy(update={key: new(one.columns) if callable(new) else new for key, new in changed.items()})

    def placed(trades):
        found = page.model_copy(update={"blocks": {**page.blocks, "party_trades": trades}})
        monkeypatch.setattr(pages.definitions, "all_of", lambda _kind: {"customer": found})

    placed(one)
    after = block(parties[RICH], "party_trades")["data"]["next"]["after"]
    # What is shown of a row and how many at a time moves no row.
    placed(one.model_copy(update={"limit": 3, "labels": None}))
    assert block(parties[RICH], "party_trades", after)["state"] == "ok"
    placed(other)
    assert block(parties[RICH], "party_trades")["state"] == "ok"
    assert block(parties[RICH], "party_trades", after)["error"]["code"] == BadCursor.code


def test_days_reach_back_as_far_as_the_calendar_knows(parties, monkeypatch):
    page = definitions.all_of(Page)["customer"]
    expected = block(parties[RICH], "party_trades")
    long = page.blocks["party_trades"].model_copy(update={"days": 750})
    found = page.model_copy(update={"blocks": {**page.blocks, "party_trades": long}})
    monkeypatch.setattr(pages.definitions, "all_of", lambda _kind: {"customer": found})

    assert min(trading_calendar().years) == 2024, "750 days before the golden one lie in 2023"
    shown = block(parties[RICH], "party_trades")
    assert shown["state"] == "ok" and len(shown["data"]["rows"]) == len(expected["data"]["rows"])


@pytest.mark.parametrize(
    ("total", "zh", "en"),
    [
        ("45.2", "净流入 +45.20 元", "Net inflow +45.20 CNY"),
        ("-2000", "净流入 \u22122,000.00 元", "Net inflow \u22122.0 k"),
        ("1234567", "净流入 +123.46 万", "Net inflow +1.23 m"),
        ("123456789", "净流入 +1.23 亿", "Net inflow +123.46 m"),
    ],
)
def test_a_small_flow_is_pinned_in_yuan(golden_day, total, zh, en):
    flow = measures.measure("net_inflow")
    assert (told(flow, Decimal(total), "zh"), told(flow, Decimal(total), "en")) == (zh, en)


def test_months_add_up_and_what_was_sent_is_no_gain(parties):
    found = block(parties[BARE], "party_gains")

    assert cells(found, "month", "start", "flow", "gain", "end") == [
        ("2026-03", "100000.00", "20000.00", "0.00", "120000.00"),
        ("2026-02", "100000.00", "0.00", "0.00", "100000.00"),
        ("2026-01（自 01-26 起）", "100000.00", "0.00", "0.00", "100000.00"),
    ]
    rich = block(parties[NEW], "party_gains")
    # It came on the second of March with its first money, and gained 6,000 by itself.
    assert cells(rich, "month", "start", "flow", "gain", "end") == [
        ("2026-03（自 03-02 起）", "300000.00", "0.00", "6000.00", "306000.00")
    ]


def test_a_month_begins_with_what_the_last_one_ended_with():
    levels = [(date(2026, 1, 30), Decimal(100)), (date(2026, 2, 27), Decimal(90)), (date(2026, 3, 17), Decimal(150))]
    flows = [(date(2026, 1, 30), Decimal(7)), (date(2026, 2, 28), Decimal(50)), (date(2026, 3, 18), Decimal(9))]

    found = by_month(levels, flows, date(2026, 2, 1))

    # What came on a Saturday belongs to the month on whose days it is counted; what came after the last day to none.
    assert [(one.start, one.flow, one.gain, one.end, one.since) for one in found] == [
        (100, 0, -10, 90, None),
        (90, 50, 10, 150, None),
    ]


def test_accounts_say_what_they_are_what_they_hold_and_for_whom_that_counts(parties, golden_day):
    found = block(parties[ABROAD], "party_accounts")

    assert found["as_of"] == {"kind": "day_end", "at": golden_day}
    keys = ("account.kind", "account.currency", "account.status", "account.open_date", "total", "total_cny", "-counted")
    assert cells(found, *keys) == [
        ("fund", "CNY", "normal", "2020-01-06", None, "50000.00", "计入本人"),
        ("fund", "HKD", "normal", "2020-01-06", "100,000.00 HKD", "92000.00", "计入本人"),
    ]
    assert found["data"]["total"]["total_cny"] == "142000.00"


def test_a_joint_account_says_whose_assets_count(parties):
    own, joint = block(parties[HELD], "party_accounts"), block(parties[JOINT], "party_accounts")

    assert cells(own, "role", "total_cny", "-counted") == [("holder", "600000.00", "联名账户：资产计入本人")]
    assert cells(joint, "role", "total_cny", "-counted") == [("joint_holder", None, "联名账户：资产计入主持有人 李*")]
    assert block(parties[JOINT], "party_holdings")["state"] == "empty"


@pytest.fixture(scope="module")
def people(golden_day):
    """The principals of the golden firm by employee number, and one whose role reads customers and no accounts."""
    found = {}
    for number, role in (("E00101", "account_manager"), ("E00201", "account_manager"), ("E90001", "compliance")):
        unit = "B001" if number == "E00101" else "B002" if number == "E00201" else "HQ"
        staff, _password = organization.add_user(employee_no=number, name=number, role=role, unit=unit)
        found[number] = permissions.principal_of_user(staff.id)
    return found


LABELS = {"zh": "示例", "en": "Example"}


@contextmanager
def definitions_of(bodies):
    """Run the block with more definitions, which are undone after it."""
    with transaction.atomic():
        definition_changes.change([Edit.of(body) for body in bodies], reason="test")
        yield
        transaction.set_rollback(True)
    definitions.forget()


FACTS = ("party_accounts", "party_holdings", "party_kinds", "party_trades")


@pytest.mark.parametrize("key", [*FACTS, "party_gains"])
def test_a_customer_one_does_not_see_has_no_facts_either(parties, people, key):
    assert block(parties[ABROAD], key, principal=people["E00101"])["state"] in ("ok", "empty")
    with pytest.raises(NotFound):
        block(parties[ABROAD], key, principal=people["E00201"])


@pytest.mark.parametrize("key", FACTS)
def test_whoever_may_not_read_accounts_is_refused_what_is_in_them(parties, people, key):
    found = block(parties[RICH], key, principal=people["E90001"])

    assert (found["kind"], found["state"]) == ("unavailable", "refused")


@pytest.mark.parametrize("key", ["party_holdings", "party_kinds", "party_trades"])
def test_facts_of_accounts_outside_the_scope_are_refused(parties, people, key):
    """Who reads accounts of one kind only would see what is in the others, summed up with theirs."""
    kinds = {"key": "credit", "labels": LABELS, "condition": "kind = 'credit'"}
    grants = [{"on": "party", "operations": ["read"]}]
    accounts = {"on": "financial_account", "operations": ["read"]}
    roles = [
        {"kind": "role", "key": name, "labels": LABELS, "grants": [*grants, accounts | narrowed]}
        for name, narrowed in (("narrow", {"where": "credit"}), ("wide", {}))
    ]
    extension = {
        "kind": "extension",
        "key": "credit_accounts",
        "of": "financial_account",
        "labels": LABELS,
        "refinements": [kinds],
    }
    with definitions_of([extension, *roles]):
        seen = {
            name: block(parties[RICH], key, principal=holding(people["E90001"], name)) for name in ("narrow", "wide")
        }
    assert (seen["narrow"]["kind"], seen["narrow"]["state"]) == ("unavailable", "refused")
    assert seen["wide"]["state"] == "ok" and seen["wide"]["data"]["rows"]


def test_what_is_for_later_reads_nothing_with_the_page_and_writes_no_second_view(parties, people, monkeypatch):
    def read(*_asked):
        raise AssertionError("read with the page")

    views = Entry.objects.filter(operation="view", subject="party")
    before = views.count()
    with monkeypatch.context() as patch:
        for name in ("of_party", "held_on"):
            patch.setattr(f"zhike.insight.indicators.fact_blocks.facts.{name}", read)
        found = pages.answer("customer", parties[RICH], people["E00101"])["blocks"]
    assert {key for key, one in found.items() if one["state"] == "later"} == set(LATER)
    assert views.count() == before + 1
    for key in LATER:
        block(parties[RICH], key, principal=people["E00101"])
    assert views.count() == before + 1


def test_what_files_from_before_did_not_say_is_unknown_and_not_nothing(parties, monkeypatch):
    plain = Session.columns

    def without(session, tree):
        return {key: kind for key, kind in plain(session, tree).items() if not key.startswith("cost")}

    monkeypatch.setattr(Session, "columns", without)
    found = block(parties[RICH], "party_holdings")

    assert cells(found, "cost_cny", "market_value_cny", "profit", "profit_rate") == [
        (None, "3429000.00", None, None),
        (None, "11000.00", None, None),
    ]
    total = found["data"]["total"]
    assert (total["market_value_cny"], total.get("profit"), total.get("profit_rate")) == ("3440000.00", None, None)


def test_every_question_is_asked_in_the_words_of_both_engines(parties, monkeypatch):
    handed, plain = {}, Session._text

    def told(session, tree):
        handed[trees.printed(tree, "duckdb")] = trees.printed(tree, "spark")
        return plain(session, tree)

    monkeypatch.setattr(Session, "_text", told)
    for key in (*LATER, "party_accounts"):
        assert block(parties[ABROAD], key)["state"] in ("ok", "empty"), key
    for dataset in ("counter_holding", "counter_trade", "counter_daily_asset", "counter_instrument"):
        assert any(dataset in text for text in handed), dataset
    for duckdb, spark in handed.items():
        assert sqlglot.parse_one(spark, read="spark").sql("spark") == spark, duckdb
        assert not list(sqlglot.parse_one(spark, read="spark").find_all(exp.Placeholder, exp.Anonymous)), duckdb


def test_a_joint_account_of_somebody_one_does_not_see_says_no_name_and_no_figure(parties, people):
    joint = records.get("party", uuid.UUID(str(parties[JOINT])), principal=SYSTEM, log_view=False)
    cover(joint, "E00201")

    found = block(parties[JOINT], "party_accounts", principal=people["E00201"])

    assert cells(found, "role", "total_cny", "-counted") == [
        ("joint_holder", None, "联名账户：资产计入主持有人 （不在您的客户范围内）")
    ]
    assert [row["path"] for row in found["data"]["rows"]] == [None]
    assert "李" not in str(found["data"]["rows"])
