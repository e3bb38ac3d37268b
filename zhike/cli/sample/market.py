"""Prices and exchange rates of the sample broker: one random walk each, the same for the same seed and days."""

from __future__ import annotations

import random
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

import duckdb

from zhike.cli.sample.parameters import INSTRUMENTS

_FIRST_RATE = Decimal("0.9210")


def make_instruments(connection: duckdb.DuckDBPyConnection) -> None:
    """Fill the table instrument."""
    rows = [
        (number, f"{'H' if currency == 'HKD' else 'S'}{number + 1:05d}", name, kind, risk, currency)
        for number, (name, kind, risk, currency, *_price) in enumerate(INSTRUMENTS)
    ]
    connection.execute(
        "create table instrument (n integer, code varchar, name varchar, kind varchar, risk_level varchar, currency varchar)"
    )
    connection.executemany("insert into instrument values (?, ?, ?, ?, ?, ?)", rows)


def first_prices() -> dict[int, Decimal]:
    """Return the price of each instrument before the first day; -1 is the Hong Kong dollar in CNY."""
    return {number: Decimal(entry[4]) for number, entry in enumerate(INSTRUMENTS)} | {-1: _FIRST_RATE}


def walk(prices: dict[int, Decimal], day: date, seed: int) -> dict[int, Decimal]:
    """Return the prices of the next day."""
    chance = random.Random(f"{seed}/{day.isoformat()}")
    market = chance.gauss(0, 1)
    found = {}
    for number, entry in enumerate(INSTRUMENTS):
        drift, spread = entry[5], entry[6]
        step = drift + spread * (0.6 * market + 0.8 * chance.gauss(0, 1))
        step = max(-0.1, min(0.1, step))
        places = Decimal("0.01") if entry[1] == "股票" else Decimal("0.0001")
        moved = (prices[number] * Decimal(repr(round(1 + step, 8)))).quantize(places, ROUND_HALF_UP)
        found[number] = max(moved, Decimal("1.00") if places == Decimal("0.01") else Decimal("0.1000"))
    rate = prices[-1] * Decimal(repr(round(1 + 0.001 * chance.gauss(0, 1), 8)))
    found[-1] = rate.quantize(Decimal("0.0001"), ROUND_HALF_UP)
    return found


def store(connection: duckdb.DuckDBPyConnection, prices: dict[int, Decimal]) -> None:
    """Make the table price hold the prices of the current day; `units` counts hundredths of a cent.

    Quantities are multiples of 100, so quantity / 100 × units is a whole number of cents: exact, and ten times faster
    over millions of accounts than 128-bit decimals.
    """
    connection.execute("create or replace temp table price (n integer, price decimal(12, 4), units bigint)")
    rows = [(number, price, int(price * 10_000)) for number, price in prices.items()]
    connection.executemany("insert into price values (?, ?, ?)", rows)
