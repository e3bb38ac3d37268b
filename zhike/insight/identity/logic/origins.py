"""From which file the records of an object come: by the system that their source keys begin with."""

from __future__ import annotations

from collections.abc import Iterator

from zhike.insight.identity.types import Identity, Master
from zhike.insight.warehouse import api as warehouse
from zhike.insight.warehouse import datasets
from zhike.kernel import definitions
from zhike.kernel.definitions import Snapshot
from zhike.platform.organization.types import FileActor


def file_of(dataset: str, snapshot: Snapshot | None = None) -> FileActor | None:
    """Return the source of a dataset with the day of its newest file."""
    source = datasets.source_of(dataset, snapshot=snapshot)
    if source is None:
        return None
    return FileActor(source.labels["zh"], source.labels["en"], warehouse.newest_file_day(dataset))


def of_record(object: str, source_key: str) -> FileActor | None:
    """Return the file that a record comes from: that of its system, else the only one that feeds the object."""
    system = source_key.partition(":")[0]
    fed = dict(_feeding(object))
    named = fed.get(system) or (next(iter(fed.values())) if len(set(fed.values())) == 1 else None)
    return file_of(named) if named else None


def _feeding(object: str) -> Iterator[tuple[str, str]]:
    """The datasets that records of the object come from, each with its system."""
    for identity in definitions.all_of(Identity).values():
        if identity.object == object:
            yield from ((system.system, system.dataset) for system in identity.systems)
    for master in definitions.all_of(Master).values():
        source = datasets.source_of(master.dataset)
        if master.object == object and source is not None:
            yield source.system, master.dataset
