"""What the published wide rows cost a web process in memory: the same process before it opens them, and after questions.

Twelve nested conditions with and without every node, a scope of a third of all parties, samples and the look-up of one row.
Peak resident memory, in a process of its own; pages of the file that the operating system keeps are everybody's, not counted.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from benchmarks import audience_count, installation
from benchmarks.measure import CUSTOMERS, Result

ALLOWED_MB = 600
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
    from django.conf import settings

    found = subprocess.run([sys.executable, "-c", _CHILD], capture_output=True, text=True, check=True)
    before, after, columns = map(float, found.stdout.split())
    size = sum(file.stat().st_size for file in (Path(settings.HOME) / "served").glob("*.duckdb"))
    detail: dict[str, object] = {"before_mb": round(before), "columns": int(columns), "file_mb": round(size / 1e6)}
    grown = after - before
    return Result(
        "wide_memory", scale, grown, ALLOWED_MB, f"<= {ALLOWED_MB} MB", grown <= ALLOWED_MB, "MB", detail=detail
    )


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
