"""Names of datasets and of their columns in definitions: whether they exist, and what uses what."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from zhike.insight.warehouse.logic import sources
from zhike.insight.warehouse.types import Source
from zhike.kernel import definition_checks
from zhike.kernel.definition_parts import Labels, Place
from zhike.kernel.definitions import Finding, Snapshot


def dataset_column(dataset: str, column: str, where: Place, everything: Snapshot) -> Iterator[Finding]:
    """Find what is wrong with a name of a column of a dataset."""
    source = sources.source_of(dataset, everything)
    if source is None:
        yield unknown_dataset(dataset, where, everything)
    elif column not in source.keys_of_columns:
        yield definition_checks.unknown(
            Labels(f"{dataset} 的列", f"column of {dataset}"),
            column,
            source.keys_of_columns,
            where,
            "dataset.unknown_column",
        )


def unknown_dataset(dataset: str, where: Place, everything: Snapshot) -> Finding:
    """Return the finding about a dataset that no source fills."""
    known = [source.dataset for source in sources.all_sources(everything).values()]
    return definition_checks.unknown(Labels("数据集", "dataset"), dataset, known, where, "dataset.unknown")


def dataset_meant(dataset: str, everything: Snapshot) -> Source | None:
    """Return the source that fills a dataset, else that of the one which nearly has the name."""
    return definition_checks.meant(dataset, sources.by_dataset(everything))


def dataset_uses(datasets: Iterable[str], everything: Snapshot) -> list[tuple[str, str]]:
    """Return the sources that fill the given datasets, as uses of a definition."""
    found = (sources.source_of(dataset, everything) for dataset in datasets)
    return [("source", source.key) for source in found if source]
