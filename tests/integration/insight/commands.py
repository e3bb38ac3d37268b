"""Running a command in this process, on the test's own installation, as a script would."""

from __future__ import annotations

import json
from typing import Any

from zhike.cli.main import main


def run(capsys: Any, *arguments: object) -> tuple[int, Any, Any]:
    """Run `zhike --json …` and return (exit code, standard output as JSON, standard error as JSON)."""
    capsys.readouterr()
    code = main(["--json", *map(str, arguments)])
    shown = capsys.readouterr()
    return code, *(json.loads(text) if text else None for text in (shown.out, shown.err))
