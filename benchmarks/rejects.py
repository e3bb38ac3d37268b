"""A file of which every row is rejected: the most memory of the process that loads it, whatever the file's size.

Half of the rows have a day that is none, half a number that is none, every thousandth cannot be split. Each is kept with
its reason. The baseline is the process before it begins.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from benchmarks import installation
from benchmarks.measure import Result

SIZE = {"small": 200 << 20, "seed": 2 << 30}
_MOST = 1024
_LOAD = """
import json, re, sys
from pathlib import Path
import django
django.setup()
from benchmarks.rejects import DEFINITION, held
from zhike.kernel.definitions import Snapshot
from zhike.insight.warehouse.types import Source
from zhike.insight.warehouse import received

snapshot = Snapshot(-1, {"source": {"positions": Source.model_validate(DEFINITION)}})
before = held("VmRSS")
found = received.load_file("positions", Path(sys.argv[1]), snapshot=snapshot)
shown = received.rejected(found.uid, principal=PRINCIPAL)
print(json.dumps({"state": found.state, "read": found.rows_read, "rejected": found.rows_rejected, "shown": len(shown),
                  "before": before, "peak": held("VmHWM")}))
"""
DEFINITION = {
    "kind": "source",
    "uuid": "00000000-0000-4000-8000-000000000001",
    "key": "positions",
    "labels": {"zh": "持仓", "en": "Positions"},
    "system": "bench",
    "dataset": "core.positions",
    "grain": "master",
    "file": "positions_{business_date:%Y%m%d}.csv",
    "keys": ["no"],
    "columns": [
        {"key": "no", "from": "编号", "type": "text", "required": True},
        {"key": "name", "from": "名称", "type": "text"},
        {"key": "opened", "from": "日期", "type": "date", "required": True},
        {"key": "amount", "from": "数量", "type": "integer", "required": True},
    ],
}


def held(what: str) -> int:
    """Return megabytes of this process: VmRSS now, VmHWM the most it ever held."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) >> 10 for line in lines if line.startswith(what))


def run(scale: str) -> Result:
    """Load one such file in a process of its own."""
    with installation.opened("rejects") as home:
        path = home / "positions_20260317.csv"
        rows = _written(path, SIZE[scale])
        code = _LOAD.replace(
            "PRINCIPAL", "__import__('zhike.platform.permissions.api', fromlist=['x']).system_principal('bench')"
        )
        done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr[-3000:]
        found = json.loads(done.stdout.splitlines()[-1])
    assert (found["state"], found["read"], found["rejected"]) == ("failed", rows, rows), found
    passed = found["peak"] <= _MOST
    return Result(
        "rejects",
        scale,
        found["peak"],
        found["before"],
        f"<= {_MOST} MB",
        passed,
        unit="MB",
        detail={"rows": rows, "size_mb": SIZE[scale] >> 20},
    )


def _written(path: Path, size: int) -> int:
    rows = 0
    with path.open("w", encoding="utf-8") as file:
        file.write("编号,名称,日期,数量\n")
        while file.tell() < size:
            lines = []
            for n in range(rows, rows + 50_000):
                day, amount = ("2026-02-30", n) if n % 2 else ("2026-02-03", "x1")
                more = ",多余" if n % 1000 == 0 else ""
                lines.append(f"{n:09d},示例星河贸易有限公司第{n % 997}分号,{day},{amount}{more}")
            file.write("\n".join(lines) + "\n")
            rows += len(lines)
    return rows
