"""Which file belongs to which days."""

from __future__ import annotations

from datetime import date

import pytest

from zhike.insight.warehouse.errors import NoBusinessDate
from zhike.insight.warehouse.logic.file_names import FileDates, dates_of, matches, owner_of, takes_any
from zhike.insight.warehouse.types import Source


def source(**changes):
    body = {
        "key": "trade",
        "labels": {"zh": "成交", "en": "Trades"},
        "system": "counter",
        "dataset": "core.trade",
        "grain": "fact",
        "file": "trade_{business_date:%Y%m%d}.csv",
        "history": "trade_{month:%Y%m}.parquet",
        "keys": ["no"],
        "columns": [{"key": "no", "from": "编号", "type": "text"}],
    }
    return Source.model_validate(body | changes)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("trade_20260317.csv", FileDates(date(2026, 3, 17), date(2026, 3, 17))),
        ("trade_202602.parquet", FileDates(date(2026, 2, 1), date(2026, 2, 28), "2026-02")),
        ("trade_20261399.csv", None),
        ("trade_2026031.csv", None),
        ("trades_20260317.csv", None),
        ("trade_20260317.csv.bak", None),
    ],
)
def test_dates_in_names(name, expected):
    assert matches(source(), name) == expected


def test_a_star_stands_for_anything():
    found = matches(source(file="*_trade_{business_date:%y%m%d}.csv"), "sh_trade_260317.csv")

    assert found == FileDates(date(2026, 3, 17), date(2026, 3, 17))


@pytest.mark.parametrize(
    ("pattern", "name", "day"),
    [
        ("*a*b*{business_date:%Y%m%d}*.csv", "xaxbx20260317_v2.csv", 17),
        ("*{business_date:%Y%m%d}*.csv", "20260317_20260318.csv", 18),
        ("ab*ba_{business_date:%Y%m%d}.csv", "aba_20260317.csv", None),
        ("*a*a_{business_date:%Y%m%d}.csv", "a_20260317.csv", None),
        ("{business_date:%Y%m%d}*", "20260317", 17),
        ("*" + "a*" * 60 + "{business_date:%Y%m%d}.csv", "a" * 240 + ".csv", None),
    ],
)
def test_stars_stand_for_anything_between_pieces_and_are_tried_once(pattern, name, day):
    found = matches(source(file=pattern), name)

    assert found == (day and FileDates(date(2026, 3, day), date(2026, 3, day)))


@pytest.mark.parametrize(
    "name", ["trade_20260317.xlsx", "TRADE_20260317.CSV", "Trade_20260317.Xls", "trade_20260317.txt"]
)
def test_a_name_in_capitals_or_with_another_ending_is_the_same_name(name):
    assert matches(source(), name) == FileDates(date(2026, 3, 17), date(2026, 3, 17))


def test_what_is_written_as_a_source_writes_it_is_its_own_and_what_fits_two_is_nobodys():
    small, large = source(), source(key="other", file="Trade_{business_date:%Y%m%d}.xlsx")

    assert [owner_of([small, large], name)[0].key for name in ("trade_20260317.csv", "Trade_20260317.xlsx")] == [
        "trade",
        "other",
    ]
    assert owner_of([small, large], "TRADE_20260317.CSV") is None
    assert owner_of([small], "TRADE_20260317.CSV")[0].key == "trade"
    assert owner_of([small], "readme.txt") is None


@pytest.mark.parametrize(
    ("pattern", "any"),
    [
        ("*", True),
        ("*.csv", True),
        ("*_{business_date:%Y%m%d}*.csv", True),
        ("trade_*.csv", False),
        ("*成交.csv", False),
        ("*trade", False),
        ("{business_date:%Y%m%d}.csv", False),
    ],
)
def test_a_star_without_a_part_of_a_name_takes_any_file(pattern, any):
    assert takes_any(pattern) == any


@pytest.mark.django_db
def test_a_given_date_stands_in_for_a_missing_one():
    assert dates_of(source(), "成交.csv", date(2026, 3, 17)).first == date(2026, 3, 17)

    with pytest.raises(NoBusinessDate):
        dates_of(source(), "成交.csv", None)
