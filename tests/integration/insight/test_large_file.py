"""A large text file is read in a stream: the process stays small whatever the file's size."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

SIZE, PEAK = 300 << 20, 1 << 30
#: Loads one file in a fresh process and prints what became of it and the most memory it ever held (KiB). The kernel's
#: high-water mark, not getrusage: that one starts with the memory of the process that started this one.
LOAD = """
import json, re, sys
from pathlib import Path
import django
django.setup()
from tests.integration.insight.test_loading import definition
from zhike.insight.warehouse import received

found = received.load_file("customers", Path(sys.argv[1]), snapshot=definition(keys=["no"]))
print(json.dumps({"state": found.state, "read": found.rows_read, "loaded": found.rows_loaded,
                  "rejected": found.rows_rejected, "peak": int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])}))
"""


def write(path: Path) -> int:
    """Write about 300 MB of customers in GBK, every 100,000th without its number; return how many rows there are."""
    rows = 0
    with path.open("wb") as file:
        file.write("客户号,姓名,证件号码,开户日期,资产\n".encode("gb18030"))
        while file.tell() < SIZE:
            lines = [
                f"{'' if n % 100_000 == 7 else f'{n:09d}'},示例星河贸易有限公司第{n % 997}分号,,20200102,{n % 1000}.50"
                for n in range(rows, rows + 50_000)
            ]
            file.write(("\n".join(lines) + "\n").encode("gb18030"))
            rows += len(lines)
    return rows


def test_three_hundred_megabytes_of_gbk_stay_below_a_gigabyte(installation, tmp_path):
    path = tmp_path / "customers_20260317.csv"
    rows = write(path)
    bad = len(range(7, rows, 100_000))

    environment = {**os.environ, "ZHIKE_HOME": str(installation), "PYTHONPATH": "."}
    done = subprocess.run(
        [sys.executable, "-c", LOAD, str(path)], env=environment, capture_output=True, text=True, timeout=300
    )

    assert done.returncode == 0, done.stderr[-2000:]
    found = json.loads(done.stdout)
    assert (found["state"], found["read"], found["loaded"], found["rejected"]) == ("done", rows, rows - bad, bad)
    assert found["peak"] * 1024 < PEAK
