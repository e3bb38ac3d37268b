"""What the published wide rows cost a web process in memory: the same process before it opens them, and after questions.

The file is read as it would be with `COLUMNS` columns: beside the defined ones, made up amounts fill it. Twelve nested conditions with and without every node, a scope of a third of all parties, samples and the look-up of one row.
Peak resident memory, in a process of its own; pages of the file that the operating system keeps are everybody's, not counted.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks import audience_count, installation
from benchmarks.measure import CUSTOMERS, Result

ALLOWED_MB = 600
#: The size that the bound is about: 2,000,000 parties by so many columns take 8 to 13 GB in memory.
COLUMNS = 300
_CHILD = "from benchmarks import wide_memory; print(wide_memory.grown())"


def run(scale: str) -> Result:
    """Return the megabytes that questions add to a process, beside those allowed."""
    if scale == "seed":
        with installation.at(installation.built_seed()):
            return _measured(scale)
    with installation.opened("wide_memory"):
        audience_count.publish(CUSTOMERS[scale])
        return _measured(scale)


def _measured(scale: str) -> Result:
    with _widened() as file:
        found = subprocess.run([sys.executable, "-c", _CHILD], capture_output=True, text=True, check=True)
        size = file.stat().st_size
    before, after, columns = map(float, found.stdout.split())
    detail: dict[str, object] = {"before_mb": round(before), "columns": int(columns), "file_mb": round(size / 1e6)}
    grown = after - before
    return Result(
        "wide_memory", scale, grown, ALLOWED_MB, f"<= {ALLOWED_MB} MB", grown <= ALLOWED_MB, "MB", detail=detail
    )


@contextmanager
def _widened() -> Iterator[Path]:
    """Let the file of the published day have `COLUMNS` columns, and give it back as it was."""
    import duckdb

    from zhike.insight.serving.logic import served_files
    from zhike.insight.warehouse import api as warehouse

    publication = warehouse.publication()
    assert publication is not None
    file = served_files.of(publication)
    wide, narrow = file.with_suffix(".wide"), file.with_suffix(".narrow")
    if narrow.exists():  # of a run that was killed
        narrow.replace(file)
    wide.unlink(missing_ok=True)
    with duckdb.connect(str(wide), config={"memory_limit": "4GB"}) as connection:
        connection.execute("set force_compression = 'uncompressed'")  # as the product keeps it
        connection.execute(f"attach '{file}' as narrow (read_only)")
        has = connection.execute("select count(*) from duckdb_columns() where database_name = 'narrow'").fetchone()
        assert has is not None
        more = [f"(hash(party_id, {n}) % 100000000) / 100.0 as more_{n}" for n in range(COLUMNS - int(has[0]))]
        table = served_files.TABLE
        connection.execute(f"create table {table} as select *, {', '.join(more)} from narrow.{table}")
    file.rename(narrow)
    wide.rename(file)
    try:
        yield file
    finally:
        narrow.replace(file)


def grown() -> str:
    """Return the peak megabytes before the rows are opened and after questions, and how many columns they have."""
    import django

    django.setup()
    from pyroaring import BitMap

    from zhike.insight.audiences import api
    from zhike.insight.audiences.logic import counting
    from zhike.insight.audiences.logic.conditions import compiled
    from zhike.insight.serving.logic.published import published, terms
    from zhike.kernel import definitions
    from zhike.platform.permissions.types import Post, Principal

    operator = Principal(kind="staff", name="operator", user_id=1, employee_no="P000001", posts=(Post("operator"),))
    definitions.snapshot()
    before = _peak()
    with definitions.pinned():
        for nodes in (False, True):
            api.preview(audience_count.twelve(), nodes=nodes, principal=operator)
        api.sample(audience_count.twelve(), principal=operator)
        table = published()
        third = BitMap(range(1, len(table.parties) // 3))
        condition = compiled(audience_count.twelve(), terms(table), operator)
        counting.tally(table, condition, third, nodes=True)
        counting.members(table, condition, third)
        counting.row(table, len(table.parties) // 2, sorted(condition.fields))
    return f"{before} {_peak()} {len(table.names)}"


def _peak() -> float:
    status = Path("/proc/self/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) / 1024  # type: ignore[index]
