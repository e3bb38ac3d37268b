"""The folder into which other systems put their files: taken from there once nobody writes to them any more."""

from __future__ import annotations

import difflib
import logging
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from django.conf import settings

from zhike.insight.warehouse.logic import file_names, folders, nights, sources
from zhike.insight.warehouse.logic.loading import load_file
from zhike.insight.warehouse.night_types import Stranger
from zhike.insight.warehouse.types import LoadResult, Source
from zhike.kernel.errors import NotFound
from zhike.kernel.full_disk import full_disk
from zhike.kernel.isolation import is_nobodys
from zhike.kernel.jobs import Cancelled, RunHandle

_log = logging.getLogger("zhike.inbox")

#: A file that was written to this lately may not be whole yet.
RESTED_SECONDS = 120
_TAKING = ".taking"
_TOLD = 100


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of the files of the folder.

    `strangers` are those that no source expects, which stay there; `broken` those at which the loading itself failed.
    """

    results: Sequence[LoadResult]
    strangers: Sequence[Stranger]
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
    _set_aside(known)
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
    return Taken(results, strangers(), broken)


def strangers() -> list[Stranger]:
    """Return the files that rest in the folder and that no source expects, the first hundred by name."""
    known = sources.all_sources()
    unowned = (found for found in _resting() if file_names.owner_of(known.values(), found[0].name) is None)
    return [_stranger(path, about, known) for path, about in islice(unowned, _TOLD)]


def stranger(name: str) -> Path:
    """Return where a file lies that no source expects; raises NotFound for any other name."""
    known = sources.all_sources()
    for path, _about in _resting():
        if path.name == name and file_names.owner_of(known.values(), name) is None:
            return path
    raise NotFound(kind="file", id=name)


def _stranger(path: Path, about: os.stat_result, known: Mapping[str, Source]) -> Stranger:
    day = file_names.day_in(path.name) or nights.current()
    expected = {file_names.example(source, day): key for key, source in known.items()}
    near = next(iter(difflib.get_close_matches(path.name.lower(), expected, n=1)), "")
    written = datetime.fromtimestamp(about.st_mtime, UTC)
    return Stranger(path.name, about.st_size, written, expected.get(near, ""), near)


def _set_aside(known: Mapping[str, Source]) -> None:
    """Move the files that rest and that a source expects to where nobody writes."""
    taking = folder() / _TAKING
    taking.mkdir(parents=True, exist_ok=True)
    for path, _about in _resting():
        if file_names.owner_of(known.values(), path.name) is not None:
            os.replace(path, taking / path.name)


def _resting() -> Iterator[tuple[Path, os.stat_result]]:
    """The files of the folder to which nobody writes any more; what is hidden, or locks a workbook, is none of them."""
    box = folder()
    for path in sorted(box.iterdir()) if box.is_dir() else ():
        if path.name.startswith((".", "~$")) or not path.is_file():
            continue
        try:
            about = path.stat()
        except FileNotFoundError:
            continue  # taken away meanwhile
        if abs(time.time() - about.st_mtime) >= RESTED_SECONDS:
            yield path, about
