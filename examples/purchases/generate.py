"""Writes the files of a small shop: its members, the users of its web site, and a log of purchases of nine months.

    python examples/purchases/generate.py FOLDER

The same files every time. Nothing but the standard library is needed.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

FIRST, LAST = date(2025, 6, 15), date(2026, 3, 17)
MEMBERS = 60
_FAMILY, _GIVEN = "王李张刘陈杨黄赵吴周", "伟芳娜敏静丽强磊军洋"
_PRODUCTS = [
    ("A01", "18.90"),
    ("A02", "7.50"),
    ("B10", "129.00"),
    ("B11", "1299.00"),
    ("C07", "56.80"),
    ("C08", "3.20"),
]


@dataclass(frozen=True)
class Member:
    """A member of the shop, and the web user that is the same person, if there is one."""

    number: str
    name: str
    card: str
    email: str
    joined: date
    web_user: str


@dataclass(frozen=True)
class Purchase:
    """One line of the log; it names the member's card."""

    receipt: str
    bought_on: date
    card: str
    product: str
    amount: Decimal


def members() -> list[Member]:
    """Return the members: every third is a web user, too; every fourth of those gave no card on the web."""
    chance = random.Random(11)
    found = []
    for n in range(1, MEMBERS + 1):
        name = chance.choice(_FAMILY) + chance.choice(_GIVEN) + chance.choice(_GIVEN)
        joined = FIRST - timedelta(days=chance.randrange(30, 900))
        web_user = f"W{n:03d}" if n % 3 == 0 else ""
        found.append(Member(f"{n:05d}", name, f"88{n:06d}", f"member{n}@example.com", joined, web_user))
    return found


def purchases() -> list[Purchase]:
    """Return the log by day, weekends and holidays included. Members of a number that ends in 9 never bought anything."""
    chance = random.Random(12)
    found: list[Purchase] = []
    buyers = [member for member in members() if not member.number.endswith("9")]
    for offset in range((LAST - FIRST).days + 1):
        day = FIRST + timedelta(days=offset)
        for _line in range(chance.randrange(0, 7)):
            product, price = chance.choice(_PRODUCTS)
            amount = Decimal(price) * chance.randrange(1, 4)
            buyer = buyers[min(chance.randrange(len(buyers)), chance.randrange(len(buyers)))]
            found.append(Purchase(f"R{len(found) + 1:06d}", day, buyer.card, product, amount))
    return found


def write(folder: Path) -> None:
    """Write members.csv, web_users.csv and purchases.csv."""
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / "members.csv", _member_lines())
    _write(folder / "web_users.csv", _web_user_lines())
    _write(folder / "purchases.csv", _purchase_lines())


def _member_lines() -> Iterator[str]:
    yield "会员号;姓名;会员卡号;邮箱;入会日期"
    for member in members():
        yield f"{member.number};{member.name};{member.card};{member.email};{member.joined:%d.%m.%Y}"


def _web_user_lines() -> Iterator[str]:
    """Names and addresses as people type them; a card with its blanks, or none."""
    yield "用户;昵称;邮箱;会员卡号"
    for n, member in enumerate(member for member in members() if member.web_user):
        card = "" if n % 4 == 0 else f"{member.card[:2]} {member.card[2:5]} {member.card[5:]}"
        email = member.email.upper() if n % 2 else member.email
        yield f"{member.web_user};{member.name};{email};{card}"


def _purchase_lines() -> Iterator[str]:
    """The log with a title above its headers and a sum below its rows; amounts are written 1.299,00."""
    yield f"收银流水 {FIRST:%d.%m.%Y}–{LAST:%d.%m.%Y}"
    yield "小票号;日期;会员卡号;商品;金额"
    found = purchases()
    for line in found:
        yield f"{line.receipt};{line.bought_on:%d.%m.%Y};{line.card};{line.product};{_amount(line.amount)}"
    yield f"合计;;;;{_amount(sum((line.amount for line in found), Decimal(0)))}"


def _amount(value: Decimal) -> str:
    return f"{value:,.2f}".translate(str.maketrans(",.", ".,"))


def _write(path: Path, lines: Iterator[str]) -> None:
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8", newline="")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
