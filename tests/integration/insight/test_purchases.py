"""A small shop beside the broker: its log, identity, measures and tag, against sums made here by plain Python."""

from __future__ import annotations

import importlib.util
import json
import sys
from collections import defaultdict
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from types import ModuleType

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.factories import golden
from tests.factories.lake import asked, records
from tests.integration.insight import commands
from tests.integration.insight.conftest import run_stage
from zhike.insight.identity import api as identity
from zhike.insight.identity.errors import WhichIdentity
from zhike.insight.indicators import api as indicators
from zhike.insight.indicators.errors import NoCurve
from zhike.insight.tags import api as tags
from zhike.insight.warehouse import received
from zhike.kernel.trading_days import trading_calendar
from zhike.platform.packs import api as packs

ROOT = Path(__file__).parents[3]
EXAMPLE = ROOT / "examples" / "purchases"
DAY = date(2026, 3, 17)


def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("purchases", EXAMPLE / "generate.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["purchases"] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def shop(golden_day, tmp_path_factory) -> ModuleType:
    """The golden day with the shop's pack and files beside it."""
    made, folder = generator(), tmp_path_factory.mktemp("shop")
    made.write(folder)
    packs.apply([ROOT / "packs", EXAMPLE])
    results = received.load_folder(folder)
    assert [(found.file, found.error, found.findings) for found in results if found.state != "done"] == []
    run_stage(DAY)
    return made


@pytest.fixture(scope="module")
def parties(shop) -> dict[str, int]:
    return {f"{link.system}:{link.source_key}": link.party_id for link in identity.links("shop", limit=1000)}


def rows(dataset: str) -> dict[int, dict[str, object]]:
    return {row["party_id"]: row for row in records(dataset, DAY)}


def cents(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.01"), ROUND_HALF_UP)


def expected(bought: list) -> dict[str, object]:
    """Every figure of one member from its lines of the log, by hand."""
    calendar = trading_calendar()
    trading = set(calendar.last(DAY, 20))
    first_20 = min(trading)

    def since(first: date) -> list:
        return [line for line in bought if line.bought_on >= first]

    def total(lines: list) -> Decimal:
        return sum((line.amount for line in lines), Decimal(0))

    in_30 = calendar.between(DAY - timedelta(days=29), DAY)
    last = max((line.bought_on for line in bought), default=None)
    return {
        "shop_amount_90d": total(since(date(2025, 12, 18))),
        "shop_amount_today": total([line for line in bought if line.bought_on == DAY]),
        "shop_average_all": cents(total(bought) / len(bought)) if bought else None,
        "shop_lines_20t": len(since(first_20)),
        "shop_products_year": len({line.product for line in since(date(2026, 1, 1))}),
        "shop_amount_quarter": total(since(date(2026, 1, 1))),
        "shop_amount_month": total(since(date(2026, 3, 1))),
        "shop_daily_30d": cents(total(since(DAY - timedelta(days=29))) / len(in_30)),
        "shop_last_date": last,
        "shop_days_since": (DAY - last).days if last else None,
    }


def test_the_log_is_loaded_whole_without_its_title_and_its_sum(shop):
    log = shop.purchases()
    (found,) = asked(
        "select count(*), sum(amount), min(business_date), max(business_date),"
        " count(*) filter (where isodow(business_date) > 5) from _rows",
        rows="shop.purchase",
    )

    weekend = sum(line.bought_on.isoweekday() > 5 for line in log)
    days = [line.bought_on for line in log]
    assert found == (len(log), sum(line.amount for line in log), min(days), max(days), weekend)
    assert (len(log), weekend > 100) == (757, True)


def test_a_member_and_a_web_user_are_one_party_by_the_shop_s_own_keys(shop, parties):
    members = shop.members()
    web = [member for member in members if member.web_user]

    assert len(parties) == len(members) + len(web)
    assert all(parties[f"web:{member.web_user}"] == parties[f"shop:{member.number}"] for member in web)
    assert len(set(parties.values())) == len(members)


def test_two_definitions_of_who_is_who_live_side_by_side(shop, parties):
    found = {state.key: (state.object, state.systems, state.records, state.parties) for state in identity.states()}

    assert found["shop"] == ("party", ("shop", "web"), 80, 60)
    assert found["party"][:2] == ("party", ("counter", "app", "call_center"))
    assert found["party"][3] == len(golden.expected()["parties"])
    broker = {link.party_id for link in identity.links("party", limit=1000)}
    assert not broker & set(parties.values())


def test_every_figure_of_every_member(shop, parties):
    by_card = defaultdict(list)
    for line in shop.purchases():
        by_card[line.card].append(line)
    found = rows(indicators.INDICATOR)

    for member in shop.members():
        wanted = expected(by_card[member.card])
        actual = {key: found[parties[f"shop:{member.number}"]][key] for key in wanted}
        assert (member.number, actual) == (member.number, wanted)
    assert 0 < sum(not lines for lines in by_card.values()) < len(by_card)


def test_the_broker_s_figures_are_what_they_were(shop):
    found = rows(indicators.INDICATOR)
    links = {f"{link.system}:{link.source_key}": link.party_id for link in identity.links("party", limit=1000)}

    for record, wanted in golden.expected()["indicators"].items():
        actual = {key: found[links[record]][key] for key in wanted}
        assert actual == {key: Decimal(value) if isinstance(value, str) else value for key, value in wanted.items()}


def test_the_tag(shop, parties):
    by_card = defaultdict(list)
    for line in shop.purchases():
        by_card[line.card].append(line)
    found = rows(tags.TAG)

    seen = set()
    for member in shop.members():
        figures = expected(by_card[member.card])
        if figures["shop_amount_90d"] >= 1000:
            wanted = "regular"
        elif figures["shop_last_date"] is None:
            wanted = None
        else:
            wanted = "sometimes" if figures["shop_days_since"] <= 90 else "away"
        seen.add(wanted)
        assert found[parties[f"shop:{member.number}"]]["shop_activity"] == wanted
    assert {"regular", "sometimes", None} <= seen


@pytest.mark.parametrize(("start", "days"), [(date(2026, 2, 27), 5), (date(2026, 3, 6), 20)])
def test_measures_in_the_days_after_a_start_count_weekends_and_average_averages(shop, parties, start, days):
    """The window ends with a trading day that is published; Saturdays and Sundays before it have happened, too."""
    calendar = trading_calendar()
    last = min(calendar.add(start, days), DAY)
    passed = len(calendar.between(start + timedelta(days=1), last))
    by_card = defaultdict(list)
    for line in shop.purchases():
        if start < line.bought_on <= last:
            by_card[line.card].append(line)
    ids = {parties[f"shop:{member.number}"]: by_card[member.card] for member in shop.members()}
    members = pa.table(
        {
            "party_id": pa.array(list(ids), pa.int64()),
            "start_date": pa.array([start] * len(ids), pa.date32()),
            "grp": ["treated"] * len(ids),
        }
    )
    keys = ["shop_amount", "shop_lines", "shop_average", "shop_products", "shop_daily", "shop_last"]

    found = indicators.window_measures(members, days=days, measures=keys)

    assert any(line.bought_on.isoweekday() > 5 for lines in ids.values() for line in lines)
    for row in found.to_pylist():
        lines = ids[row["party_id"]]
        total = sum((line.amount for line in lines), Decimal(0))
        assert [row[key] for key in keys] == [
            total,
            len(lines),
            cents(total / len(lines)) if lines else None,
            len({line.product for line in lines}),
            cents(total / passed),
            max((line.bought_on for line in lines), default=None),
        ]


def test_a_measure_that_takes_the_most_of_several_accounts_has_no_effect(shop, parties):
    members = pa.table(
        {"party_id": pa.array([1], pa.int64()), "start_date": pa.array([DAY], pa.date32()), "grp": ["treated"]}
    )
    for ask in (
        lambda: indicators.window_measures(members, days=5, measures=["idle_cash_days"]),
        lambda: indicators.window_curve(members, days=5, measure="idle_cash_days"),
    ):
        with pytest.raises(NoCurve):
            ask()


@pytest.mark.parametrize("measure", ["shop_amount", "shop_average", "shop_products", "shop_daily"])
def test_a_curve_gives_what_the_measure_gives_at_each_day(shop, parties, measure):
    start, days = date(2026, 2, 27), 10
    members = pa.table(
        {
            "party_id": pa.array(sorted(set(parties.values())), pa.int64()),
            "start_date": pa.array([start] * 60, pa.date32()),
            "grp": ["treated"] * 60,
        }
    )

    found = indicators.window_curve(members, days=days, measure=measure)

    assert [row[1] for row in found] == list(range(days + 1))
    for _group, index, count, total in found[1:]:
        table = indicators.window_measures(members, days=index, measures=[measure])
        values = [Decimal(value or 0) for value in table.column(measure).to_pylist()]
        assert (count, total) == (60, cents(sum(values, Decimal(0))))


def test_the_command_lists_definitions_and_the_records_of_one_party(shop, parties, capsys):
    code, listed, _error = commands.run(capsys, "identity", "list")
    assert code == 0
    assert [(row["key"], row["object"], row["records"], row["parties"]) for row in listed if row["key"] == "shop"] == [
        ("shop", "party", 80, 60)
    ]

    code, linked, _error = commands.run(capsys, "identity", "links", "shop", "--record", "web:W003")
    assert (code, [(row["system"], row["source_key"], row["party_id"]) for row in linked]) == (
        0,
        [("shop", "00003", parties["shop:00003"]), ("web", "W003", parties["shop:00003"])],
    )

    code, _out, error = commands.run(capsys, "identity", "links", "shopp")
    assert (code, error["code"], error["facts"]["has"]) == (1, "identity.unknown", ["party", "shop"])


def test_the_command_evaluates_one_definition(shop, parties, capsys, tmp_path):
    rows = [{"system": "shop", "source_key": member.number, "person": member.number} for member in shop.members()] + [
        {"system": "web", "source_key": member.web_user, "person": member.number}
        for member in shop.members()
        if member.web_user
    ]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "links.parquet")
    (tmp_path / "truth.json").write_text(json.dumps({"links": "links.parquet"}))

    code, found, _error = commands.run(capsys, "identity", "evaluate", "shop", tmp_path / "truth.json")

    assert code == 0
    assert (found["precision"], found["recall"], found["true_pairs"], found["found_pairs"]) == (1.0, 1.0, 20, 20)


def test_with_two_definitions_it_has_to_be_said_which_is_evaluated(shop):
    with pytest.raises(WhichIdentity) as error:
        identity.evaluate({"links": []})

    assert error.value.facts["has"] == ["party", "shop"]


def test_a_sum_of_nothing_is_0_and_an_average_or_a_last_day_of_nothing_is_empty(shop, parties, capsys):
    none = [found for found in rows(indicators.INDICATOR).values() if found["shop_last_date"] is None]
    assert len(none) > 10
    for figures in none:
        zeros = ("shop_amount_90d", "shop_daily_30d", "shop_lines_20t", "shop_products_year")
        assert [figures[key] for key in zeros] == [0, 0, 0, 0]
        assert figures["shop_average_all"] is None

    def count(where):
        return commands.run(capsys, "records", "party", "--where", where, "--count")[1]["count"]

    everybody = len(rows(indicators.INDICATOR))
    small, bought = count("shop_amount_90d < 5000"), count("shop_amount_90d < 5000 and shop_last_date is not empty")
    assert small - bought == len(none)
    assert count("shop_amount_90d >= 5000") == everybody - small
