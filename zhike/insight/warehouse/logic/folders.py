"""A folder of received files: which source each belongs to, and in which order they load."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from zhike.insight.warehouse.logic import file_names
from zhike.insight.warehouse.logic.loading import load_file
from zhike.insight.warehouse.types import LoadResult, Source
from zhike.kernel.jobs import Listener, RunHandle


def files_in(folder: Path, sources: Mapping[str, Source], after: date | None = None) -> list[tuple[Source, Path]]:
    """Return the files of `folder` that some source expects: masters first, then facts by date.

    With `after` files whose names say that all their days lie before or on that day are left out.
    """
    found = []
    order = {key: number for number, key in enumerate(_ordered(sources))}
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        source, dates = file_names.owner_of(sources.values(), path.name) or (None, None)
        if source is None or dates is None or (after and dates.last and dates.last <= after):
            continue
        first = dates.first or date.min
        rank = (order[source.key], first) if source.grain == "master" else (len(order), first)
        found.append((rank, path.name, source, path))
    return [(source, path) for _rank, _name, source, path in sorted(found, key=lambda item: item[:2])]


def _ordered(sources: Mapping[str, Source]) -> list[str]:
    """Sources after those their references point to."""
    by_dataset = {source.dataset: source for source in sources.values()}
    ordered: list[str] = []

    def visit(source: Source, trail: tuple[str, ...]) -> None:
        if source.key in ordered or source.key in trail:
            return
        for column in source.columns:
            if column.reference and column.reference[0] in by_dataset:
                visit(by_dataset[column.reference[0]], (*trail, source.key))
        ordered.append(source.key)

    for source in sorted(sources.values(), key=lambda item: item.key):
        visit(source, ())
    return ordered


def load_folder(
    folder: Path,
    sources: Mapping[str, Source],
    *,
    business_date: date | None,
    handle: RunHandle | None,
    listener: Listener | None,
    again: bool = False,
    after: date | None = None,
) -> list[LoadResult]:
    """Load every file of the folder that a source expects, or those of the days after `after`."""
    found = files_in(folder, sources, after)
    results = []
    for number, (source, path) in enumerate(found):
        if listener:
            listener(path.name, number, len(found))
        if handle:
            handle.progress(path.name, number, len(found))
        results.append(load_file(source, path, business_date=business_date, name=path.name, handle=handle, again=again))
    return results
