"""`make seed` in miniature: its steps go on where they were stopped, and every benchmark of customers runs on it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from benchmarks import installation, seed

_ROOT = Path(__file__).parents[2]
_CUSTOMERS, _DAYS = 300, 25
#: Measures everything in the one opened seed, as `python -m benchmarks NAME --scale seed` does by its name each.
_MEASURE = """
from django.db import transaction
from benchmarks import audience_count, customer_360, dispatch, installation, list_page, seed, stage_run

def held():
    from zhike.engagement.channels.models import Delivery
    from zhike.engagement.compliance.models import CapReservation, Decision
    from zhike.kernel.models import Event

    models = (Delivery, Decision, CapReservation, Event)
    return [model.objects.count() for model in models] + [seed.figures(home)["rows"]]

home = installation.built_seed()
with installation.at(home):
    before = held()
    with transaction.atomic():
        print(list_page.measure("seed").line())
        print(customer_360.measure("seed", installation.service()).line())
        transaction.set_rollback(True)
    print(audience_count.measure("seed").line())
    print(stage_run.measure("seed").line())
    stage_run.remove_replaced()
    print(dispatch.measure("seed", 60, rounds=1).line())
    assert held() == before, (before, held())
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A seed that was killed while it loaded its fifth file, and then built to its end."""
    home = tmp_path_factory.mktemp("seed")
    started = subprocess.Popen(_command(), cwd=_ROOT, env=_environment(home), stderr=subprocess.PIPE, text=True)
    assert started.stderr is not None
    for line in started.stderr:
        if " load 4/" in line:
            started.kill()
            break
    started.communicate()
    told = json.loads((home / "seed.json").read_text(encoding="utf-8"))
    assert {key: step["done"] for key, step in told["steps"].items()} == {"generate": True}
    left = len(list((home / "sample").glob("*.csv"))) + len(list((home / "sample").glob("*_20*.parquet")))
    again = _run(_command(), home)
    assert " generate" not in again.stderr
    assert f" load 0/{left} " in again.stderr
    return home


def _command() -> list[str]:
    return [sys.executable, "-m", "benchmarks.seed", "--customers", str(_CUSTOMERS), "--days", str(_DAYS)]


def _run(command: list[str], home: Path) -> subprocess.CompletedProcess[str]:
    found = subprocess.run(command, cwd=_ROOT, env=_environment(home), capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stderr[-3000:]
    return found


def _environment(home: Path) -> dict[str, str]:
    others = ("ZHIKE_", "DATABASE_URL", "DJANGO_")
    return {k: v for k, v in os.environ.items() if not k.startswith(others)} | {"ZHIKE_SEED_HOME": str(home)}


def test_a_seed_that_was_killed_is_built_to_its_end(home: Path) -> None:
    told = json.loads((home / "seed.json").read_text(encoding="utf-8"))
    assert {key: step["done"] for key, step in told["steps"].items()} == dict.fromkeys(seed.STEPS, True)
    rows = told["rows"]
    assert (rows["core.counter_customer"], rows["core.counter_account"]) == (303, 319)
    assert (rows["core.counter_daily_asset"], rows["mart.party_wide"]) == (7892, 303)
    assert told["gigabytes"]["all"] >= told["gigabytes"]["postgres"] > 0
    assert not [path.name for path in (home / "sample").glob("counter_*")]


def test_a_whole_seed_is_not_built_again(home: Path) -> None:
    before = (home / "seed.json").stat().st_mtime_ns
    found = _run(_command(), home)
    assert json.loads(found.stdout)["customers"] == _CUSTOMERS
    assert ((home / "seed.json").stat().st_mtime_ns, found.stderr) == (before, "")


def test_benchmarks_run_on_the_seed_and_leave_it_as_it_was(home: Path) -> None:
    lines = [json.loads(line) for line in _run([sys.executable, "-c", _MEASURE], home).stdout.splitlines()]
    named = ["list_page", "customer_360", "audience_count", "stage_run", "dispatch"]
    assert [line["benchmark"] for line in lines] == named
    assert all(line["value"] > 0 and line["baseline"] > 0 for line in lines)
    assert (lines[-1]["detail"]["asked"], lines[-1]["detail"]["sent"]) == (60, 23)


def test_a_seed_of_another_size_is_refused(home: Path) -> None:
    with pytest.raises(SystemExit, match=f"holds a seed of .*'customers': {_CUSTOMERS}"):
        seed.build(home, customers=_CUSTOMERS + 1, days=_DAYS)


def test_too_small_a_disk_is_refused_before_anything_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seed.shutil, "disk_usage", lambda _path: SimpleNamespace(free=36 * 10**9))
    with pytest.raises(SystemExit, match=f"needs 37 GB more at {tmp_path}, and 36 GB are free"):
        seed.build(tmp_path, customers=2_000_000, days=250)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("told", [None, '{"steps": {"generate": {"seconds": 1, "done": true}}}'])
def test_a_benchmark_says_how_to_build_the_seed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, told: str | None
) -> None:
    monkeypatch.setenv("ZHIKE_SEED_HOME", str(tmp_path))
    if told:
        (tmp_path / "seed.json").write_text(told, encoding="utf-8")
    with pytest.raises(SystemExit, match="run `make seed`"), installation.customers("list_page", "seed"):
        pass
