"""Run one benchmark, or all of them: `python -m benchmarks NAME [--scale small|seed]`."""

from __future__ import annotations

import argparse
import importlib
import pkgutil
import subprocess
import sys

import benchmarks

_PARTS = {"measure", "installation", "seed", "__main__"}


def main() -> int:
    """Print one JSON line a benchmark; exit code 1 when a bar is missed."""
    names = sorted(m.name for m in pkgutil.iter_modules(benchmarks.__path__) if m.name not in _PARTS)
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("name", choices=[*names, "all"])
    parser.add_argument("--scale", choices=["small", "seed"], default="small")
    options = parser.parse_args()
    if options.name == "all":
        commands = [[sys.executable, "-m", "benchmarks", name, "--scale", options.scale] for name in names]
        return max(subprocess.run(command, check=False).returncode for command in commands)
    result = importlib.import_module(f"benchmarks.{options.name}").run(options.scale)
    print(result.line(), flush=True)
    return 0 if result.passed else 1


if __name__ == "__main__":
    raise SystemExit(main())
