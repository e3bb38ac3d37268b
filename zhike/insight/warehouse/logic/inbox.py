"""The folder into which other systems put their files: taken from there once nobody writes to them any more."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from zhike.insight.warehouse.logic import file_names, folders, sources
from zhike.insight.warehouse.types import LoadResult
from zhike.kernel.jobs import RunHandle

#: A file that was written to this lately may not be whole yet.
RESTED_SECONDS = 120
_TAKING = ".taking"


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of the files of the folder; `strangers` are those that no source expects, which stay there."""

    results: Sequence[LoadResult]
    strangers: Sequence[str]


def folder() -> Path:
    """Return where the files are put."""
    return Path(settings.HOME) / "inbox"


def take(handle: RunHandle | None) -> Taken:
    """Load every file that rests in the folder, and take it away: its bytes are kept with its load.

    Where an earlier call was cut off, its files come first. Raises Cancelled.
    """
    box, taking = folder(), folder() / _TAKING
    taking.mkdir(parents=True, exist_ok=True)
    known = sources.all_sources()
    strangers = []
    for path in sorted(path for path in box.iterdir() if path.is_file() and not path.name.startswith(".")):
        if all(file_names.matches(source, path.name) is None for source in known.values()):
            strangers.append(path.name)
        elif time.time() - path.stat().st_mtime >= RESTED_SECONDS:
            os.replace(path, taking / path.name)
    results = folders.load_folder(taking, known, business_date=None, handle=handle, listener=None)
    for found in results:
        (taking / found.file).unlink(missing_ok=True)
    return Taken(results, strangers)
