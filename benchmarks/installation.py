"""The installations that benchmarks open: the seed, or a throw-away one with party data made from a fixed seed.

What needs no customers (events, timers, definitions, single records) runs in an empty installation of its own at both
scales: it empties the tables that it measures.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from benchmarks.measure import CUSTOMERS
from zhike.server.embedded.postgres import EmbeddedPostgres

BRANCHES = 100
SEED = 20260317
DAY = date(2026, 3, 17)


@contextmanager
def opened(name: str) -> Iterator[Path]:
    """Yield the home of a new installation with tables and packs; it is removed afterwards."""
    kept = os.environ.get("ZHIKE_BENCH_HOME")
    home = Path(kept or tempfile.mkdtemp(prefix=f"zhike-bench-{name}-"))
    try:
        with at(home):
            yield home
    finally:
        if not kept:
            shutil.rmtree(home, ignore_errors=True)


@contextmanager
def at(home: Path) -> Iterator[None]:
    """Open the installation in `home`, new or not, with this program's tables and packs."""
    os.environ["ZHIKE_HOME"] = str(home)
    os.environ["DJANGO_SETTINGS_MODULE"] = "zhike.server.settings"
    os.environ["ZHIKE_LOG_LEVEL"] = "ERROR"
    server = EmbeddedPostgres(home)
    os.environ["DATABASE_URL"] = server.start()
    try:
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0, interactive=False)
        from zhike.platform.packs import api as packs

        packs.apply([Path("packs")])
        yield
    finally:
        from django.db import connections

        connections.close_all()
        server.stop()


@contextmanager
def engine() -> Iterator[Any]:
    """Yield a bare connection of the analytical engine, for statements by hand, with the limits of the product."""
    import duckdb

    from zhike.insight.warehouse.logic.engine import over_tables

    with over_tables() as product:
        (memory, spill) = product.execute(
            "select current_setting('memory_limit'), current_setting('temp_directory')"
        ).fetchall()[0]
    connection = duckdb.connect(":memory:", config={"memory_limit": memory, "temp_directory": spill})
    try:
        yield connection
    finally:
        connection.close()


def files(dataset: str, *, first: date | None = None, last: date | None = None) -> str:
    """Return what a statement by hand reads a dataset from."""
    from zhike.insight.warehouse import api as warehouse

    with warehouse.session() as session:
        # Days without a file: statements by hand narrow by day themselves.
        found = session.files(dataset, first=first, last=last) or session.files(dataset)
    return f"read_parquet({found}, union_by_name = true, hive_partitioning = false)"


@contextmanager
def customers(name: str, scale: str) -> Iterator[None]:
    """Open an installation with customers: the seed at its scale, else a new one that `firm` fills.

    Whoever opens the seed leaves it as it was: what a benchmark writes it removes, or writes in a transaction that it
    rolls back. Definitions that changed since it was built are applied, as they are to any installation.
    """
    if scale == "seed":
        with at(built_seed()):
            yield
        return
    with opened(name):
        firm(CUSTOMERS[scale])
        yield


def built_seed() -> Path:
    """Return where the seed lies; SystemExit says how to build it where there is none that is whole."""
    home = seed_home()
    found = home / "seed.json"
    told = json.loads(found.read_text(encoding="utf-8")) if found.exists() else {}
    if "gigabytes" not in told:
        state = "is not finished" if told else "is not there"
        raise SystemExit(f"the seed at {home} {state}: run `make seed` (ZHIKE_SEED_HOME names another place)")
    return home


def seed_home() -> Path:
    """Return where the seed lies: `ZHIKE_SEED_HOME`, else `var/seed` in the project."""
    return Path(os.environ.get("ZHIKE_SEED_HOME") or "var/seed").resolve()


@dataclass(frozen=True)
class Service:
    """A customer, who serves it, and its branch: the inner id, the employee number, the unit's id."""

    party: int
    employee_no: str
    unit: int


def service() -> Service:
    """Return the first customer of the open installation whom somebody serves."""
    from django.db import connection

    from zhike.platform.objects import catalogue

    party, coverage = catalogue.describe("party"), catalogue.describe("coverage")
    branch, of = party.fields["branch"].column, coverage.fields["party"].column
    with connection.cursor() as cursor:
        cursor.execute(
            f"select p.id, c.{coverage.fields['employee_no'].column}, p.{branch} from {party.table} p"
            f" join {coverage.table} c on c.{of} = p.id where p.deleted_at is null and c.deleted_at is null"
            f" and p.{branch} is not null order by p.id limit 1"
        )
        found = cursor.fetchone()
    assert found is not None, "nobody is served"
    return Service(*found)


def firm(customers: int) -> None:
    """Load branches, parties, coverage and the served wide row: enough for every list of every role.

    An installation that was kept (ZHIKE_BENCH_HOME) and has them stays as it is.
    """
    from zhike.platform.exchange import api as exchange
    from zhike.platform.exchange.types import LoadColumn
    from zhike.platform.objects import bulk
    from zhike.platform.objects.models import SideTable
    from zhike.platform.objects.types import SideColumn
    from zhike.platform.organization import api as organization
    from zhike.platform.organization.types import UnitRow

    if SideTable.objects.exists():
        return
    organization.upsert_units(
        [UnitRow("HQ", "总部", "firm")] + [UnitRow(f"B{n:04d}", f"营业部{n}", "branch", "HQ") for n in range(BRANCHES)]
    )
    columns = [
        LoadColumn(key)
        for key in ("name", "customer_no", "mobile", "branch", "status", "risk_level", "risk_valid_until")
    ]
    exchange.load("party", columns=columns, rows=party_rows(customers), by_id=True)
    managers = max(customers // 300, 2)
    cover = [LoadColumn("party", by="id"), LoadColumn("employee_no"), LoadColumn("kind"), LoadColumn("valid_from")]
    exchange.load(
        "coverage",
        columns=cover,
        rows=((None, f"c{n}", n, f"E{n % managers:06d}", "service", "2024-01-02") for n in range(1, customers + 1)),
    )
    path = Path(os.environ["ZHIKE_HOME"]) / "wide.csv"
    numbers = random.Random(SEED)
    with path.open("w") as file:
        file.write("id,total_asset,net_inflow_30d\n")
        for n in range(1, customers + 1):
            file.write(f"{n},{numbers.lognormvariate(10.5, 1.68):.2f},{numbers.gauss(0, 5000):.2f}\n")
    sides = [SideColumn(key, {"zh": key, "en": key}, "money", "indicator") for key in ("total_asset", "net_inflow_30d")]
    bulk.prepare("party", business_date=DAY, columns=sides, csv=path, indexed=("total_asset",))
    bulk.publish("party", business_date=DAY)


def party_rows(customers: int) -> Iterator[tuple[object, ...]]:
    """Yield party rows from the fixed seed."""
    numbers = random.Random(SEED)
    family, given = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗", "伟芳娜敏静丽强磊军洋勇艳杰涛明超霞平刚英"
    for n in range(1, customers + 1):
        name = numbers.choice(family) + numbers.choice(given) + numbers.choice(given)
        valid = DAY + timedelta(days=numbers.randrange(-100, 700))
        yield (
            n,
            f"bench:{n}",
            name,
            f"3603{n:08d}",
            f"199{n:08d}",
            f"B{n % BRANCHES:04d}",
            "normal",
            f"C{1 + n % 5}",
            valid.isoformat(),
        )
