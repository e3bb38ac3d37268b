"""Loading customers from CSV with upsert, against COPY to a staging table plus an upsert by hand.

Both write the same rows into tables with the same indexes; the loader by hand finds the search tokens ready in its file,
while the product makes them.
"""

from __future__ import annotations

import csv
import time
from pathlib import Path

from django.db import connection, transaction

from benchmarks import installation
from benchmarks.measure import Result

ROWS = {"small": 20_000, "seed": 200_000}
_COLUMNS = ("name", "customer_no", "mobile", "branch", "status", "risk_level", "risk_valid_until")


def run(scale: str) -> Result:
    """Load the same rows three times each way into a table like the product's; the share of the raw speed counts."""
    with installation.opened("load_rows") as home:
        return _measure(scale, home)


def _measure(scale: str, home: Path) -> Result:
    from zhike.platform.exchange import api as exchange
    from zhike.platform.exchange.types import LoadColumn
    from zhike.platform.fields.search_tokens import array_items
    from zhike.platform.objects import catalogue
    from zhike.platform.organization import api as organization
    from zhike.platform.organization.types import UnitRow

    organization.upsert_units([UnitRow(f"B{n:04d}", f"营业部{n}", "branch") for n in range(installation.BRANCHES)])
    path = home / "customers.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows(installation.party_rows(ROWS[scale]))
    with (home / "raw.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        for row in installation.party_rows(ROWS[scale]):
            items = [array_items(kind, str(row[i])) for i, kind in ((2, "name"), (3, "number"), (4, "digits"))]
            writer.writerow([*row, "{" + ",".join(items) + "}"])
    table = catalogue.describe("party").table
    raw = f"{table}_raw"
    with connection.cursor() as cursor:
        cursor.execute(f'create table "{raw}" (like "{table}" including all)')
    found: dict[str, list[float]] = {"product": [], "raw": []}
    for _round in range(5):
        for name, task in (
            ("product", lambda: _product(path, exchange, LoadColumn)),
            ("raw", lambda: _by_hand(home / "raw.csv", raw)),
        ):
            with connection.cursor() as cursor:
                cursor.execute(f'truncate "{table if name == "product" else raw}"')
            started = time.perf_counter()
            task()
            found[name].append(time.perf_counter() - started)
    product, base = (ROWS[scale] / sorted(found[name])[2] for name in ("product", "raw"))
    return Result("load_rows", scale, product, base, ">= 0.6 x raw", product >= 0.6 * base, unit="rows/s")


def _product(path: Path, exchange, column) -> None:  # type: ignore[no-untyped-def]
    with path.open(newline="") as file:
        rows = ((int(row[0]), row[1], *row[2:]) for row in csv.reader(file))
        exchange.load("party", columns=[column(key) for key in _COLUMNS], rows=rows, by_id=True)


def _by_hand(path: Path, raw: str) -> None:
    from zhike.platform.objects import catalogue

    party = catalogue.describe("party")
    names = [party.fields[key].column for key in _COLUMNS]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "create temporary table staged (id bigint, source_key text, "
            + ", ".join(f"c{n} text" for n in range(7))
            + ", grams text[]) on commit drop"
        )
        with path.open("rb") as file, cursor.copy("copy staged from stdin (format csv)") as stream:
            while chunk := file.read(1 << 20):
                stream.write(chunk)
        assignments = ", ".join(f'"{name}" = excluded."{name}"' for name in names)
        columns = ", ".join(f'"{name}"' for name in names)
        cursor.execute(
            f'insert into "{raw}" (id, uid, source_key, grams, created_at, created_by, updated_at, updated_by, unit_id, {columns})'
            " select s.id, gen_random_uuid(), s.source_key, s.grams,"
            " now(), 'x', now(), 'x', u.id, c0, c1, c2, u.id, c4, c5, c6::date"
            f" from staged s left join organization_unit u on u.code = c3 on conflict (id) do update set {assignments}"
        )
