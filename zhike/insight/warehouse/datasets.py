"""What sources there are, what their datasets hold, and how expressions name it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from zhike.expressions.types import Schema
from zhike.insight.warehouse.logic import (
    columns,
    currencies,
    file_names,
    naming,
    reading_folders,
    sources,
)
from zhike.insight.warehouse.types import (
    Source,
)
from zhike.kernel import clock
from zhike.kernel.definitions import Snapshot
from zhike.platform.permissions import api as permissions
from zhike.platform.permissions.types import Principal

__all__ = [
    "ColumnBinding",
    "currencies_in",
    "dataset_column",
    "dataset_meant",
    "dataset_schema",
    "dataset_uses",
    "example_of",
    "only_value",
    "read_definitions",
    "source_list",
    "source_of",
    "sources_of",
    "unknown_dataset",
]
ColumnBinding = columns.ColumnBinding
currencies_in = currencies.currencies_in
dataset_column = naming.dataset_column
dataset_meant = naming.dataset_meant
dataset_uses = naming.dataset_uses
unknown_dataset = naming.unknown_dataset
only_value = currencies.only_value


def source_of(dataset: str, *, snapshot: Snapshot | None = None) -> Source | None:
    """Return the source that fills a dataset."""
    return sources.source_of(dataset, snapshot)


def sources_of(*, snapshot: Snapshot | None = None) -> Mapping[str, Source]:
    """Return every source by key."""
    return sources.all_sources(snapshot)


def dataset_schema(source: Source) -> Schema:
    """Return what expressions over the dataset of a source may name."""
    return columns.dataset_schema(source)


def read_definitions(folder: Path) -> Snapshot:
    """Return the definitions (sources, identity, masters) of a folder that is not a pack. Raises DefinitionsBroken."""
    return reading_folders.read(folder)


def source_list(*, principal: Principal) -> list[Source]:
    """Return the sources a file can be loaded into."""
    permissions.require(principal, "load.read")
    return list(sources.all_sources().values())


def example_of(source: Source) -> str:
    """Return a file name that a source expects today."""
    return file_names.example(source, clock.today())
