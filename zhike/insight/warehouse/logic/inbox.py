"""The folder into which other systems put their files: taken from there once nobody writes to them any more."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from zhike.insight.warehouse.logic import file_names, folders, sources
from zhike.insight.warehouse.logic.loading import load_file
from zhike.insight.warehouse.types import LoadResult, Source
from zhike.kernel.full_disk import full_disk
from zhike.kernel.isolation import is_nobodys
from zhike.kernel.jobs import Cancelled, RunHandle

_log = logging.getLogger("zhike.inbox")

#: A file that was written to this lately may not be whole yet.
RESTED_SECONDS = 120
_TAKING = ".taking"


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of the files of the folder.

    `strangers` are those that no source expects, which stay there; `broken` those at which the loading itself failed.
    """

    results: Sequence[LoadResult]
    strangers: Sequence[str]
    broken: Sequence[str]


def folder() -> Path:
    """Return where the files are put."""
    return Path(settings.HOME) / "inbox"


def take(handle: RunHandle | None) -> Taken:
    """Load every file that rests in the folder, and take it away: its bytes are kept with its load.

    Where an earlier call was cut off, its files come first. One that cannot be loaded stops none of the others. Whoever
    calls it is the only writer. Raises Cancelled.
    """
    known = sources.all_sources()
    strangers = _set_aside(known)
    results, broken = [], []
    found = folders.files_in(folder() / _TAKING, known)
    for number, (source, path) in enumerate(found):
        if handle:
            handle.progress(path.name, number, len(found))
        try:
            results.append(load_file(source, path, business_date=None, name=path.name, handle=handle, again=False))
        except Cancelled:
            raise
        except Exception as error:
            if is_nobodys(error) or full_disk(error):
                raise
            _log.exception("a file of the inbox could not be loaded", extra={"file": path.name})
            broken.append(path.name)
        path.unlink(missing_ok=True)
    return Taken(results, strangers, broken)


def _set_aside(known: Mapping[str, Source]) -> list[str]:
    """Move the files that rest to where nobody writes; return the names of those that no source expects."""
    box, taking = folder(), folder() / _TAKING
    taking.mkdir(parents=True, exist_ok=True)
    strangers = []
    for path in sorted(path for path in box.iterdir() if path.is_file() and not path.name.startswith(".")):
        if all(file_names.matches(source, path.name) is None for source in known.values()):
            strangers.append(path.name)
        elif abs(time.time() - path.stat().st_mtime) >= RESTED_SECONDS:
            os.replace(path, taking / path.name)
    return strangers
