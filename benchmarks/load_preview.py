"""What a file of all customers would do, counted before it is loaded, against the comparison that a load makes by hand.

The file differs as a day's does: one customer in a hundred has another risk level, one in a thousand is new, one in a
thousand is named no more. By hand the rows of the file are copied beside the records and one statement counts by branch what
is new, changed and gone; the product tells of rows, parties, their roles and who serves them. The detail has a comparison of
file and dataset alone, which knows no record.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from benchmarks import installation
from benchmarks.measure import CUSTOMERS, Result, interleaved

ALLOWED = 1.3
_DATASET = "core.counter_customer"
_DAYS = 2
_CANDIDATE = """
select * replace (case when hash(customer_no) % 100 = 1 then case risk_level when 'C3' then 'C4' else 'C3' end
                  else risk_level end as risk_level)
from {current} where hash(customer_no) % 1000 <> 7
union all by name
select * replace ('9' || customer_no as customer_no) from {current} where hash(customer_no) % 1000 = 8
"""
_BY_HAND = """
select coalesce(a.branch_code, b.branch_code), count(*) filter (where b.customer_no is null),
       count(*) filter (where a.customer_no is null),
       count(*) filter (where a.customer_no is not null and b.customer_no is not null and ({a}) is distinct from ({b}))
from {candidate} a full join {current} b on a.customer_no = b.customer_no group by 1
"""
#: The fields of a record that a comparison by hand looks at: those that the file fills and that lie in one column.
_FIELDS = ("name", "customer_no", "mobile", "email", "status", "risk_level")


def run(scale: str) -> Result:
    """Return the preview beside the comparison by hand; nothing is loaded."""
    if scale == "seed":
        with installation.at(installation.built_seed()):
            return measure(scale)
    with installation.opened("load_preview") as home:
        prepare(home, CUSTOMERS[scale])
        return measure(scale)


def prepare(home: Path, customers: int) -> None:
    """Load a sample broker of a few days, and match its parties."""
    from zhike.cli.sample import broker
    from zhike.insight.identity import api as identity
    from zhike.insight.warehouse import received
    from zhike.kernel.trading_days import trading_calendar

    end = installation.DAY
    broker.generate(home / "sample", calendar=trading_calendar(), end=end, customers=customers, days=_DAYS)
    received.load_folder(home / "sample")
    identity.run(business_date=end)


def measure(scale: str) -> Result:
    """Compare both on the same file; first what they count."""
    from zhike.insight.warehouse import api as warehouse
    from zhike.insight.warehouse.logic import effects, engine, sources, tables

    source = sources.source("counter_customer")
    current = installation.files(_DATASET)
    with installation.engine() as connection, tempfile.TemporaryDirectory(dir=engine.scratch()) as folder:
        file = Path(folder) / "candidate.parquet"
        connection.execute(f"copy ({_CANDIDATE.format(current=current)}) to '{file}' (format parquet)")
        columns = [row[0] for row in connection.execute(f"describe select * from {current}").fetchall()]
        sides = {side: ", ".join(f'{side}."{name}"' for name in columns) for side in "ab"}
        by_hand = _BY_HAND.format(candidate=f"read_parquet('{file}')", current=current, **sides)
        rows = tables.reading([str(file)])

        def product() -> Any:
            with warehouse.session() as session:
                return effects.of_master(session, source, rows, rows)

        def of_rows() -> Any:
            return connection.execute(by_hand).fetchall()

        counted = {(one.kind, one.object): one.count for one in product()}
        told = of_rows()
        new, gone, changed = (sum(row[place] for row in told) for place in (1, 2, 3))
        assert (counted["create", ""], counted["leave", ""]) == (new, gone), (counted, new, gone)
        assert counted["change", "party"] <= changed and counted["end", "coverage"] <= gone + changed, (
            counted,
            changed,
        )
        value, base = interleaved(product, lambda: _by_hand(connection, file), rounds=5)
        rows_ms, _same = interleaved(of_rows, lambda: None, rounds=5)
    detail: dict[str, object] = {
        "new": new,
        "gone": gone,
        "changed": changed,
        "counted": {" ".join(k): v for k, v in counted.items()},
    }
    bar = f"<= {ALLOWED} x the comparison by hand"
    return Result("load_preview", scale, value, base, bar, value <= ALLOWED * base, detail=detail)


def _by_hand(engine: Any, file: Path) -> list[tuple[Any, ...]]:
    """Copy the rows of the file beside the records of the parties and count by unit what is new, changed and gone."""
    from django.db import connection, transaction

    from zhike.platform.objects import catalogue

    party = catalogue.describe("party")
    columns = [party.fields[key].column for key in _FIELDS]
    lines = file.with_suffix(".csv")
    asked = ", ".join(f"d.{key}" for key in _FIELDS)
    links = installation.files("identity.link")
    engine.execute(
        f"copy (select l.party_id, {asked} from read_parquet('{file}') d left join {links} l"
        f" on l.system = 'counter' and l.source_key = d.customer_no) to '{lines}' (format csv, header false)"
    )
    staged = ", ".join(f"{column} text" for column in columns)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"create temporary table by_hand (id bigint, {staged}) on commit drop")
        with lines.open("rb") as file_of_lines, cursor.copy("copy by_hand from stdin (format csv)") as copy:
            while chunk := file_of_lines.read(1 << 20):
                copy.write(chunk)
        cursor.execute("analyze by_hand (id)")
        mine, theirs = (", ".join(f"{side}.{column}::text" for column in columns) for side in "sp")
        cursor.execute(
            f"select p.unit_id, count(*) filter (where p.id is null), count(*) filter (where s.id is null),"
            f" count(*) filter (where ({mine}) is distinct from ({theirs})) from by_hand s"
            f' full join "{party.table}" p on p.id = s.id group by 1'
        )
        return list(cursor.fetchall())
