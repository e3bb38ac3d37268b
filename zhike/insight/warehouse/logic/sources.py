"""The sources of the installation, or of definitions read from a folder."""

from __future__ import annotations

from collections.abc import Mapping

from zhike.insight.warehouse.errors import UnknownSource
from zhike.insight.warehouse.types import Source
from zhike.kernel import definitions
from zhike.kernel.definitions import Snapshot


def all_sources(snapshot: Snapshot | None = None) -> Mapping[str, Source]:
    """Return the sources of the installation, or of a snapshot read from a folder, by key."""
    found: Mapping[str, Source] = (snapshot or definitions.snapshot()).of(Source)
    return found


def source(key: str, snapshot: Snapshot | None = None) -> Source:
    """Return one source; raises UnknownSource that says which exist."""
    found = all_sources(snapshot)
    if key not in found:
        raise UnknownSource(source=key, has=sorted(found))
    return found[key]


def source_of(dataset: str, snapshot: Snapshot | None = None) -> Source | None:
    """Return the source that fills a dataset."""
    return by_dataset(snapshot or definitions.snapshot()).get(dataset)


def by_dataset(snapshot: Snapshot) -> Mapping[str, Source]:
    """Return the sources of a snapshot by the datasets that they fill."""
    return snapshot.derive("warehouse.by_dataset", _by_dataset)


def _by_dataset(snapshot: Snapshot) -> Mapping[str, Source]:
    return {found.dataset: found for found in snapshot.of(Source).values()}
