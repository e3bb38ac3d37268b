"""Break the program once for each guarantee and see its tests fail: `python -m mutants [words of an area or name …]`.

Works on a copy; prints a line per break, then one JSON line; ends with 1 if a break survived.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from mutants.breaks import BREAKS
from mutants.types import Break

ROOT = Path(__file__).resolve().parent.parent
_COPIED = (
    "zhike",
    "tests",
    "benchmarks",
    "packs",
    "examples",
    "docs",
    "requirements",
    "pyproject.toml",
    "README.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "CHANGELOG.md",
)
#: What pytest ends with when tests ran and some failed; whatever else is no answer.
_FAILED, _GREEN = 1, 0


def main(words: Sequence[str]) -> int:
    """Run the breaks whose area or name has one of the words; all without words."""
    chosen = [one for one in BREAKS if not words or any(word in one.title for word in words)]
    survived: list[str] = []
    with _copy() as place:
        tests = list(dict.fromkeys(test for one in chosen for test in one.tests))
        whole = _run(place, tests)
        if whole.returncode != _GREEN:
            print(f"{whole.stdout}not green unbroken", flush=True)
            return 2
        for one in chosen:
            killed = _killed(place, one)
            print(f"{'killed  ' if killed else 'SURVIVED'} {one.title}: {one.guarantee}", flush=True)
            survived += [] if killed else [one.title]
    print(json.dumps({"breaks": len(chosen), "killed": len(chosen) - len(survived), "survived": survived}))
    return 1 if survived else 0


@contextmanager
def _copy() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="zhike-mutants-") as name:
        for part in _COPIED:
            source, target = ROOT / part, Path(name) / part
            if source.is_dir():
                shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy2(source, target)
        yield Path(name)


def _killed(place: Path, one: Break) -> bool:
    """Whether a test fails while the break is in the copy. Raises where the break breaks more than its guarantee."""
    file = place / one.file
    whole = file.read_text()
    file.write_text(one.applied(whole))
    try:
        ended = _run(place, one.tests).returncode
    finally:
        file.write_text(whole)
    if ended not in (_FAILED, _GREEN):
        raise SystemExit(f"{one.title}: the tests did not run (pytest ended with {ended})")
    return ended == _FAILED


def _run(place: Path, tests: Sequence[str]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *tests]
    environment = {**os.environ, "PYTHONPATH": str(place), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(command, cwd=place, env=environment, capture_output=True, check=False, text=True)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
