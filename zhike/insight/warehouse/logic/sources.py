"""Source definitions: read from packs or a folder, checked, typed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from zhike.insight.warehouse.errors import UnknownSource
from zhike.insight.warehouse.types import Dataset, Source, SourceChecks, SourceColumn
from zhike.kernel import definitions
from zhike.kernel.definitions import Snapshot

TYPES: Mapping[str, str] = {
    "text": "varchar",
    "integer": "bigint",
    "decimal": "decimal(18, {scale})",
    "date": "date",
    "datetime": "timestamptz",
    "boolean": "boolean",
}


def sql_type(column: SourceColumn) -> str:
    """Return the type a column has in the warehouse."""
    return TYPES[column.type].format(scale=column.scale)


def all_sources(snapshot: Snapshot | None = None) -> Mapping[str, Source]:
    """Return the sources of the installation, or of a snapshot read from a folder, by key."""
    if snapshot is not None:
        return _build(snapshot)
    return definitions.derive("warehouse.sources", _build)


def source(key: str, snapshot: Snapshot | None = None) -> Source:
    """Return one source; raises UnknownSource that says which exist."""
    found = all_sources(snapshot)
    if key not in found:
        raise UnknownSource(source=key, has=sorted(found))
    return found[key]


def dataset_catalogue(snapshot: Snapshot | None = None) -> list[Dataset]:
    """Return every dataset that sources fill."""
    return [
        Dataset(
            key=found.dataset,
            labels=found.labels,
            owner=found.owner,
            grain=found.grain,
            keys=found.keys,
            personal=found.personal,
            columns={column.key: column.type for column in found.columns},
        )
        for found in all_sources(snapshot).values()
    ]


def source_of(dataset: str, snapshot: Snapshot | None = None) -> Source | None:
    """Return the source that fills a dataset."""
    return next((found for found in all_sources(snapshot).values() if found.dataset == dataset), None)


def parse_source(body: Mapping[str, Any]) -> Source:
    """Return a definition as a value; raises KeyError for a missing part."""
    columns = tuple(_column(column, body) for column in body["columns"])
    return Source(
        key=body["key"],
        labels=body["labels"],
        system=body["system"],
        dataset=body["dataset"],
        grain=body["grain"],
        file=body["file"],
        history=body.get("history", ""),
        format=body.get("format", "csv"),
        encoding=body.get("encoding", "utf-8").lower(),
        delimiter=body.get("delimiter", ","),
        quote=body.get("quote", '"'),
        dated=body.get("date", "file"),
        keys=tuple(body["keys"]),
        columns=columns,
        owner=body.get("owner", ""),
        personal=body.get("personal", "none"),
        expected=bool(body.get("expected", False)),
        sorted_by=tuple(body.get("sorted_by", body["keys"])),
        subject=body.get("subject", {}),
        checks=_checks(body.get("checks", {})),
    )


def _checks(body: Mapping[str, Any]) -> SourceChecks:
    fresh, drift, rejects = (body.get(key) for key in ("fresh_within", "drift", "rejects"))
    return SourceChecks(
        None if fresh is None else int(fresh),
        None if drift is None else float(drift),
        None if rejects is None else float(rejects),
    )


def _column(column: Mapping[str, Any], body: Mapping[str, Any]) -> SourceColumn:
    reference = column.get("reference")
    formats = {
        "date": body.get("date_format", "%Y-%m-%d"),
        "datetime": body.get("datetime_format", "%Y-%m-%d %H:%M:%S"),
    }
    return SourceColumn(
        key=column["key"],
        type=column["type"],
        header=str(column.get("from", "")),
        format=column.get("format", formats.get(column["type"], "")),
        expression=column.get("expression", ""),
        required=bool(column.get("required", False)),
        certificate=bool(column.get("certificate", False)),
        personal=bool(column.get("personal", False)),
        values={str(name): str(value) for name, value in column.get("values", {}).items()},
        low=str(column.get("low", "")),
        high=str(column.get("high", "")),
        reference=tuple(reference) if reference else None,
        scale=int(column.get("scale", 2)),
        labels=column.get("labels", {}),
    )


def _build(snapshot: Snapshot) -> Mapping[str, Source]:
    return {key: parse_source(body) for key, body in snapshot.of("source").items()}
