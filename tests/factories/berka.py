"""A generated bank in the format of the Berka data set: the same columns, quotes, dates and birth numbers."""

from __future__ import annotations

import os
import random
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

REAL = Path(os.environ.get("ZHIKE_BERKA", Path(__file__).parents[3] / "shared" / "data" / "berka"))


@dataclass(frozen=True, slots=True)
class BankCounts:
    """What a written bank holds."""

    persons: int
    women: int
    men: int
    accounts: int
    owners: int
    agents: int
    loans: int
    cards: int
    orders: int


def write(into: Path, *, accounts: int = 40, agents: int = 8, seed: int = 1) -> BankCounts:
    """Write a bank with one owner per account and some disponents; return what it holds."""
    chance = random.Random(seed)
    into.mkdir(parents=True, exist_ok=True)
    persons = accounts + agents
    women = [chance.random() < 0.5 for _person in range(persons)]
    births = [date(1911, 1, 1) + timedelta(days=chance.randrange(27_000)) for _person in range(persons)]
    clients = [
        f'{n + 1};"{birth:%y}{birth.month + (50 if woman else 0):02d}{birth:%d}";{1 + n % 3}'
        for n, (woman, birth) in enumerate(zip(women, births, strict=True))
    ]
    _write(into, "client", '"client_id";"birth_number";"district_id"', clients)
    _write(into, "district", "A1;A2;A3", [f'{n};"Okres {n}";"kraj"' for n in (1, 2, 3)])
    frequencies = ("POPLATEK MESICNE", "POPLATEK TYDNE", "POPLATEK PO OBRATU")
    _write(
        into,
        "account",
        '"account_id";"district_id";"frequency";"date"',
        [f'{n + 1};{1 + n % 3};"{frequencies[n % 3]}";93{1 + n % 12:02d}01' for n in range(accounts)],
    )
    owners = [f'{n + 1};{n + 1};{n + 1};"OWNER"' for n in range(accounts)]
    others = [f'{accounts + n + 1};{accounts + n + 1};{n + 1};"DISPONENT"' for n in range(agents)]
    _write(into, "disp", '"disp_id";"client_id";"account_id";"type"', owners + others)
    loans = [f'{n + 1};{n + 1};960101;{1000 * (n + 1)};12;{100 * (n + 1)}.00;"A"' for n in range(accounts // 4)]
    _write(into, "loan", '"loan_id";"account_id";"date";"amount";"duration";"payments";"status"', loans)
    cards = [f'{n + 1};{n + 1};"classic";951107 00:00:00' for n in range(accounts // 5)]
    _write(into, "card", '"card_id";"disp_id";"type";"issued"', cards)
    orders = [f'{n + 1};{1 + n % accounts};"YZ";"8714{n:04d}";{n + 1}.50;"SIPO"' for n in range(accounts + 3)]
    _write(into, "order", '"order_id";"account_id";"bank_to";"account_to";"amount";"k_symbol"', orders)
    return BankCounts(
        persons, sum(women), persons - sum(women), accounts, accounts, agents, len(loans), len(cards), len(orders)
    )


def _write(into: Path, name: str, header: str, lines: list[str]) -> None:
    (into / f"{name}.asc").write_text("\r\n".join([header, *lines]) + "\r\n", encoding="ascii")
