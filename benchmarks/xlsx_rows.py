"""Reading a workbook of eight columns, against the fastest reader of the registries alone, in CPU time; and the memory.

Both read the same file in a process of their own, in turn. The product looks for the heads, makes texts, days and
numbers as people type them, checks what a spreadsheet did to numbers, and writes a file; the other one reads.
"""

from __future__ import annotations

import json
import random
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.measure import Result
from tests.factories.workbooks import MAIN, workbook

ROWS = {"small": 100_000, "seed": 1_000_000}
_ROUNDS, _MOST_MEMORY = 3, 300
_HEADS = ("no", "name", "day", "amount", "count", "branch", "phone", "share")
_DONE = """
print(json.dumps({"cpu": time.process_time() - started, "rows": rows,
                  "peak": int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) >> 10}))
"""
_PRODUCT = """
import json, re, sys, time
from pathlib import Path
from zhike.platform.exchange import files
from zhike.platform.exchange.file_types import Declared, Wanted
started = time.process_time()
kinds = {"day": Wanted("day", "date", written="%Y-%m-%d")} | {key: Wanted(key, "number") for key in ("amount", "count", "share")}
wanted = [kinds.get(head, Wanted(head, whole=True)) for head in HEADS]
path = Path(sys.argv[1])
looked = files.look(path, name=path.name, wanted=wanted, declared=Declared())
found = files.rows_of_workbook(path, looked, wanted=wanted, into=path.with_suffix(".parquet"))
assert not found.findings, found.findings
import pyarrow.parquet
rows = pyarrow.parquet.read_metadata(found.path).num_rows
""".replace("HEADS", repr(_HEADS))
_OTHER = """
import json, re, sys, time
from pathlib import Path
import fastexcel
started = time.process_time()
rows = fastexcel.read_excel(sys.argv[1]).load_sheet(0).to_arrow().num_rows
"""


def run(scale: str) -> Result:
    """Read one workbook three times each way; the median counts."""
    with tempfile.TemporaryDirectory(prefix="xlsx-rows-") as folder:
        path = _written(Path(folder) / "rows.xlsx", ROWS[scale])
        found: dict[str, list[dict[str, int]]] = {_PRODUCT: [], _OTHER: []}
        for _round in range(_ROUNDS):
            for code, results in found.items():
                results.append(_in_a_process(code, path))
    value, base = (statistics.median(one["cpu"] for one in results) for results in found.values())
    peak, other = (max(one["peak"] for one in results) for results in found.values())
    assert all(one["rows"] == ROWS[scale] for results in found.values() for one in results)
    passed = value <= 1.5 * base and peak <= _MOST_MEMORY
    bar = f"<= 1.5 x the fastest reader, <= {_MOST_MEMORY} MB"
    detail: dict[str, object] = {"rows": ROWS[scale], "peak_mb": peak, "other_peak_mb": other}
    return Result("xlsx_rows", scale, value * 1000, base * 1000, bar, passed, detail=detail)


def _in_a_process(code: str, path: Path) -> dict[str, int]:
    done = subprocess.run([sys.executable, "-c", code + _DONE, str(path)], capture_output=True, text=True, check=True)
    found: dict[str, int] = json.loads(done.stdout)
    return found


def _written(path: Path, rows: int) -> Path:
    """A workbook as Excel writes it: numbers of customers and phones all different, days with a format."""
    chance = random.Random(20260317)
    names = [f"示例客户{n}" for n in range(5_000)]
    texts = [*_HEADS, *names, *(f"{n:09d}" for n in range(rows))]
    first = len(_HEADS)
    number = first + len(names)
    lines = ['<row r="1">' + "".join(f'<c r="{c}1" t="s"><v>{n}</v></c>' for n, c in enumerate("ABCDEFGH")) + "</row>"]
    for n in range(rows):
        line = n + 2
        lines.append(
            f'<row r="{line}" spans="1:8"><c r="A{line}" t="s"><v>{number + n}</v></c>'
            f'<c r="B{line}" t="s"><v>{first + chance.randrange(5_000)}</v></c>'
            f'<c r="C{line}" s="1"><v>{40_000 + n % 5_000}</v></c>'
            f'<c r="D{line}"><v>{chance.randrange(10**8) / 100!r}</v></c><c r="E{line}"><v>{chance.randrange(10**6)}</v></c>'
            f'<c r="F{line}" t="s"><v>{first + n % 300}</v></c><c r="G{line}" t="s"><v>{number + n * 7 % rows}</v></c>'
            f'<c r="H{line}"><v>{n % 1_000 / 8!r}</v></c></row>'
        )
    strings = "".join(f"<si><t>{text}</t></si>" for text in texts)
    sheet = f'<worksheet xmlns="{MAIN}"><sheetData>{"".join(lines)}</sheetData></worksheet>'
    return workbook(path, "", texts=strings, formats=("yyyy-mm-dd",), sheet=sheet)
