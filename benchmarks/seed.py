"""`make seed`: the one installation of 2,000,000 customers × 250 days that every benchmark at seed scale opens.

The sample broker is generated, loaded and computed by the product's own doors: what is measured is what the product
makes. Fact files are deleted once they are loaded (their rows stay in the warehouse), so that the whole stays below
`GB`. Every step is recorded in `seed.json` beside the data, with its seconds; whoever runs it again goes on after the
last one that ended, generating after the last month and a load after the last file.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import installation
from benchmarks.measure import CUSTOMERS

DAYS = 250
#: What the seed of 2,000,000 customers may take, files on their way included.
GB = 35
#: The last days, which come as a night's text files do.
_NIGHTS = 1
_SPARE_GB = 2


@dataclass
class Progress:
    """What was done of a seed, kept in its `seed.json`."""

    path: Path
    told: dict[str, Any]

    @staticmethod
    def of(home: Path) -> Progress:
        """Return what was done in `home` so far."""
        path = home / "seed.json"
        return Progress(path, json.loads(path.read_text(encoding="utf-8")) if path.exists() else {"steps": {}})

    def tell(self, **facts: object) -> None:
        """Keep facts for the next run."""
        self.told |= facts
        partial = self.path.with_suffix(".partial")
        partial.write_text(json.dumps(self.told, ensure_ascii=False, indent=1), encoding="utf-8")
        partial.replace(self.path)

    def done(self, step: str) -> bool:
        """Whether a step ended."""
        return bool(self.told["steps"].get(step, {}).get("done"))

    def took(self, step: str, seconds: float, *, done: bool) -> None:
        """Add the seconds of a run of a step."""
        before = self.told["steps"].get(step, {"seconds": 0})
        self.told["steps"][step] = {"seconds": round(before["seconds"] + seconds, 1), "done": done}
        self.tell()


Step = Callable[[Path, int, int], None]


def build(home: Path, *, customers: int, days: int) -> Mapping[str, Any]:
    """Do the steps that are not done yet and return what `seed.json` says in the end.

    Raises SystemExit when the disk is too small, and when `home` holds a seed of another size.
    """
    home.mkdir(parents=True, exist_ok=True)
    progress = Progress.of(home)
    size = {"customers": customers, "days": days}
    begun = {key: progress.told.get(key, value) for key, value in size.items()}
    if begun != size:
        raise SystemExit(f"{home} holds a seed of {begun}; remove it, or name another place in ZHIKE_SEED_HOME")
    if not all(map(progress.done, STEPS)):
        _require_room(home, customers)
        progress.tell(**size)
        with installation.at(home):
            for key, step in STEPS.items():
                if not progress.done(key):
                    _do(progress, key, lambda step=step: step(home, customers, days))  # type: ignore[misc]
            progress.tell(**figures(home))
    return progress.told


def _do(progress: Progress, key: str, step: Callable[[], None]) -> None:
    _say(key)
    started = time.monotonic()
    done = False
    try:
        step()
        done = True
    finally:
        progress.took(key, time.monotonic() - started, done=done)


def _require_room(home: Path, customers: int) -> None:
    needed = GB * customers / CUSTOMERS["seed"] + _SPARE_GB - _gigabytes(home)
    free = shutil.disk_usage(home).free / 1e9
    if free < needed:
        raise SystemExit(f"make seed needs {needed:.0f} GB more at {home}, and {free:.0f} GB are free")


def _generate(home: Path, customers: int, days: int) -> None:
    from zhike.cli.sample import broker
    from zhike.kernel.trading_days import trading_calendar

    broker.generate(
        home / "sample",
        calendar=trading_calendar(),
        end=installation.DAY,
        customers=customers,
        days=days,
        nights=_NIGHTS,
        listener=_listener("generate"),
    )


def _load(home: Path, _customers: int, _days: int) -> None:
    """Load file after file. A fact file goes once its rows are in; of master files records are made later."""
    from zhike.insight.warehouse import received

    paths = received.files_in(home / "sample")
    for number, path in enumerate(paths):
        _say("load", path.name, number, len(paths))
        result = received.load_file(path.name.rsplit("_", 1)[0], path)
        if result.state != "done":
            raise SystemExit(f"{path.name} was not loaded: {result.error} {result.findings}")
        if path.suffix == ".parquet" or result.dataset in _facts():
            received.stored_file(result.file_hash).unlink(missing_ok=True)
        path.unlink()


def _facts() -> set[str]:
    from zhike.insight.warehouse import datasets

    return {source.dataset for source in datasets.sources_of().values() if source.grain == "fact"}


def _stage(_home: Path, _customers: int, _days: int) -> None:
    """Make the parties and their records, indicators, tags and wide rows of the last day, as a night does."""
    from zhike.insight.warehouse import runs
    from zhike.kernel import jobs

    day = installation.DAY
    jobs.run_now("stage", runs.stage_title(day), {"business_date": day.isoformat()}, _listener("stage"))


def _settle(_home: Path, _customers: int, _days: int) -> None:
    """Leave the database as a night that is over does: counted, its dead rows gone; the clock on the morning after."""
    from django.db import connection

    from zhike.kernel import clock, database
    from zhike.kernel.trading_days import trading_calendar

    with connection.cursor() as cursor:
        cursor.execute("vacuum analyze")
        cursor.execute("checkpoint")
    morning = clock.at(trading_calendar().add(installation.DAY, 1), 9, 30)
    database.set_clock_offset(database.read_clock_offset() + (morning - clock.now()))


STEPS: Mapping[str, Step] = {"generate": _generate, "load": _load, "stage": _stage, "settle": _settle}


def figures(home: Path) -> dict[str, object]:
    """Return the rows by table and the gigabytes by part of an open seed."""
    from django.db import connection

    from zhike.expressions import trees
    from zhike.insight.warehouse import api as warehouse

    rows: dict[str, int] = {}
    with warehouse.session() as session:
        for log in sorted((home / "warehouse").glob("*/*/_delta_log")):
            dataset = f"{log.parent.parent.name}.{log.parent.name}"
            (rows[dataset],) = session.row(trees.sql("select count(*) from _rows", rows=session.table(dataset)))
    with connection.cursor() as cursor:
        cursor.execute("select relname, reltuples::bigint from pg_class where relkind = 'r' and reltuples >= 1000")
        rows |= {f"postgres.{name}": count for name, count in sorted(cursor.fetchall()) if not name.startswith("pg_")}
    parts = {path.name: round(_gigabytes(path), 2) for path in sorted(home.iterdir()) if path.is_dir()}
    return {"rows": rows, "gigabytes": {**parts, "all": round(_gigabytes(home), 2)}}


def _gigabytes(folder: Path) -> float:
    """What a folder takes on disk; a file with two names counts once."""
    seen: dict[tuple[int, int], int] = {}
    for root, _folders, names in os.walk(folder):
        for name in names:
            try:
                found = os.lstat(os.path.join(root, name))
            except FileNotFoundError:  # a running database drops files
                continue
            seen[found.st_dev, found.st_ino] = found.st_blocks * 512
    return sum(seen.values()) / 1e9


def _listener(step: str) -> Callable[[str | Mapping[str, str], int, int], None]:
    return lambda what, done, total: _say(step, what if isinstance(what, str) else what["en"], done, total)


def _say(step: str, what: str = "", done: int = 0, total: int = 0) -> None:
    counted = f" {done}/{total}" if total else ""
    print(f"{time.strftime('%H:%M:%S')} {step}{counted} {what}", file=sys.stderr, flush=True)


def main() -> int:
    """Build the seed and print where it is and what it holds."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.seed")
    parser.add_argument("--customers", type=int, default=CUSTOMERS["seed"])
    parser.add_argument("--days", type=int, default=DAYS)
    options = parser.parse_args()
    home = installation.seed_home()
    told = build(home, customers=options.customers, days=options.days)
    print(json.dumps({"home": str(home), **told}, ensure_ascii=False))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
