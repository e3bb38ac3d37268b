"""Checking definitions of 20 fields against parsing their YAML alone: the first time, and with parsed trees kept."""

from __future__ import annotations

import shutil
import statistics
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks import installation
from benchmarks.measure import Result

DEFINITIONS = {"small": 100, "seed": 1_000}
FIELDS = 20
ROUNDS = 5
COLD, KEPT = 1.5, 0.3
_TYPES = ("text", "integer", "decimal", "date", "boolean")


def run(scale: str) -> Result:
    """Check a pack of DEFINITIONS objects, each round in turn: parsing alone, cold, kept."""
    with installation.opened("definitions_check") as home:
        return _measure(scale, home)


def _measure(scale: str, home: Path) -> Result:
    from ruamel.yaml import YAML

    from zhike.kernel import yaml_files
    from zhike.platform.packs import api as packs

    folder, kept = home / "bench_pack", home / "cache" / "yaml"
    paths = _write(folder, DEFINITIONS[scale])

    def parse_alone() -> None:
        for path in paths:
            YAML(typ="rt").load(path.read_text(encoding="utf-8"))

    def cold() -> None:
        assert packs.check([folder]) == []

    times: dict[str, list[float]] = {"parse": [], "cold": [], "kept": []}
    for _round in range(ROUNDS):
        times["parse"].append(_timed(parse_alone))
        yaml_files.forget()
        shutil.rmtree(kept, ignore_errors=True)
        times["cold"].append(_timed(cold))
        yaml_files.forget()
        times["kept"].append(_timed(cold))
    parse, first, again = (statistics.median(found) for found in times.values())
    return Result(
        "definitions_check",
        scale,
        first,
        parse,
        f"<= {COLD} x parsing alone; with parsed trees kept <= {KEPT} x",
        first <= COLD * parse and again <= KEPT * parse,
        detail={
            "definitions": DEFINITIONS[scale],
            "fields": FIELDS,
            "kept_ms": round(again, 1),
            "kept_ratio": round(again / parse, 3),
        },
    )


def _timed(task: Callable[[], None]) -> float:
    started = time.process_time()
    task()
    return (time.process_time() - started) * 1000


def _write(folder: Path, count: int) -> list[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "pack.yaml").write_text("name: bench\nversion: 1.0.0\nlabels: {zh: 测, en: Bench}\n", encoding="utf-8")
    paths = []
    for number in range(count):
        fields = "\n".join(
            f"  - {{key: f{n}, type: {_TYPES[n % len(_TYPES)]}, labels: {{zh: 字段{n}, en: Field {n}}}}}"
            for n in range(FIELDS)
        )
        path = folder / f"thing_{number}.yaml"
        path.write_text(
            f"kind: object\nkey: thing_{number}\nlabels: {{zh: 物{number}, en: Thing {number}}}\ndisplay: f0\n"
            f'fields:\n{fields}\nrefinements:\n  - {{key: big, labels: {{zh: 大, en: Big}}, condition: "f1 > 10"}}\n',
            encoding="utf-8",
        )
        paths.append(path)
    return paths
