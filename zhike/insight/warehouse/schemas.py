"""What the loads interface gives."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Literal, cast

from pydantic import TypeAdapter, ValidationError
from typing_extensions import TypedDict

from zhike.insight.warehouse.errors import ColumnsUnreadable
from zhike.insight.warehouse.previews import Preview
from zhike.insight.warehouse.types import Effect, EffectKind, LoadResult, RejectedRow, Source, SourceColumn
from zhike.kernel import jobs
from zhike.kernel.models import Run
from zhike.kernel.wire import Failure, Finding, Labels, failure, findings, labels
from zhike.platform.fields import api as fields

LoadState = Literal["running", "done", "failed", "cancelled", "waiting", "discarded", "undone", "restored"]
RunState = Literal["waiting", "running", "done", "failed", "cancelled", "interrupted"]
_LOG_LINES = 20
_SHOWN_ROWS, _SHOWN_CELL = 20, 80
_CHOSEN = TypeAdapter(dict[str, str])
_OPEN = ("waiting", "running")


class LoadOut(TypedDict):
    """What became of one received file; rows without a record are among the loaded ones."""

    uid: uuid.UUID
    source: str
    dataset: str
    business_date: date | None
    file: str
    file_hash: str
    state: LoadState
    rows_read: int
    rows_loaded: int
    rows_rejected: int
    rows_without_record: int
    started_at: datetime
    finished_at: datetime | None
    findings: list[Finding]
    error: Failure | None


class LoadsOut(TypedDict):
    """A page of loads, newest first."""

    items: list[LoadOut]
    next_cursor: str | None


class RejectedOut(TypedDict):
    """A row that was not loaded or became no record; personal numbers are left out of its values."""

    line: int
    reason_code: str
    reason: str
    reason_en: str
    values: Mapping[str, str | None]


class UnitCountOut(TypedDict):
    """How many of an org unit; without a name, of none."""

    name: str
    count: int


class ExampleOut(TypedDict):
    """A record as an example, or the key of a new row, which has no record yet."""

    display: str
    object: str
    uid: str | None


class LoadEffectOut(TypedDict):
    """What a load does to a dataset or to an object fed from it: `count` of `of`, by org unit, with examples.

    Where it is told `at_most`, some of them may join records that are there.
    """

    kind: EffectKind
    about: Labels
    count: int
    of: int
    allowed: float
    at_most: bool
    waits: bool
    units: list[UnitCountOut]
    examples: list[ExampleOut]


class FailedLoadOut(TypedDict):
    """A load that failed."""

    uid: uuid.UUID
    file: str


class PutBackOut(TypedDict):
    """A file whose rows are there again once a load is taken back."""

    file: str
    business_date: date | None
    rows_loaded: int


class LoadDetailOut(LoadOut):
    """One load with its first rejected rows, with what it does or did, and what its reader may do about it.

    Where a `newer_file` of its source was loaded, one that waits can only be put away. `failed_since` is the last one
    that was to take its place, and failed. One that can be taken back `puts_back` these files; none, where no rows are
    left then.
    """

    rejected: list[RejectedOut]
    effects: list[LoadEffectOut]
    answered_by: str
    undoes: uuid.UUID | None
    answerable: bool
    undoable: bool
    newer_file: str
    failed_since: FailedLoadOut | None
    puts_back: list[PutBackOut]


class QueuedOut(TypedDict):
    """The run that was queued."""

    run: uuid.UUID


class SourceOut(TypedDict):
    """A source that a file can be loaded into."""

    key: str
    labels: Labels
    system: str
    dataset: str
    file: str
    example: str
    encoding: str


class SourcesOut(TypedDict):
    """The sources that a file can be loaded into."""

    items: list[SourceOut]


class SourceColumnOut(TypedDict):
    """A column that a source reads of its files; `values` are what it may say."""

    title: str
    labels: Labels
    type: Labels
    required: bool
    key: bool
    example: str
    values: list[str]


class SourceDetailOut(SourceOut):
    """A source with the columns of its files."""

    keys: list[str]
    columns: list[SourceColumnOut]


class HeadOut(TypedDict):
    """A head of a file, and the column that it is read as; empty for none."""

    title: str
    read_as: str


class SeenRowOut(TypedDict):
    """One of the first rows of a file: its line, and whether it stands above the heads, is them, or is data."""

    line: int
    place: Literal["above", "head", "data"]
    cells: list[str]


class FilePreviewOut(TypedDict):
    """What would be read of a file; `missing` are columns for which no head was found. `rows` is null where it is large."""

    kind: Literal["workbook", "text"]
    sheet: str
    encoding: str
    heads: list[HeadOut]
    missing: list[str]
    first_rows: list[SeenRowOut]
    rows: int | None
    notes: list[Finding]
    faults: list[Finding]


class ProgressOut(TypedDict):
    """How far a run is."""

    done: int
    total: int
    step: Labels


class RunOut(TypedDict):
    """One execution of background work; `load` is the load that it made, if it made one."""

    uid: uuid.UUID
    kind: str
    title: Labels
    state: RunState
    error: Failure | None
    progress: ProgressOut
    log: list[str]
    findings: list[Finding]
    load: str | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    cancellable: bool
    repeatable: bool


class NextDayOut(TypedDict):
    """The trading day after the newest computed one: how many files of it came, and which it is not computed without."""

    business_date: date
    files: int
    missing: list[Labels]


class PendingOut(TypedDict):
    """How many loads no published day has taken into account yet, the newest such day, and what came of the next."""

    loads: int
    business_date: date | None
    next: NextDayOut | None


class RunsOut(TypedDict):
    """The newest runs."""

    items: list[RunOut]
    pending: PendingOut


class CancelledOut(TypedDict):
    """The run that was asked to stop."""

    run: uuid.UUID


def load_out(load: LoadResult) -> LoadOut:
    """Return a load as the interface gives it."""
    return {
        "uid": load.uid,
        "source": load.source,
        "dataset": load.dataset,
        "business_date": load.business_date,
        "file": load.file,
        "file_hash": load.file_hash,
        "state": cast(LoadState, load.state),
        "rows_read": load.rows_read,
        "rows_loaded": load.rows_loaded,
        "rows_rejected": load.rows_rejected,
        "rows_without_record": load.rows_without_record,
        "started_at": load.started_at,
        "finished_at": load.finished_at,
        "findings": findings(load.findings),
        "error": failure(load.error),
    }


def effect_out(effect: Effect, units: Mapping[int, str], records: Mapping[int, Mapping[str, str]]) -> LoadEffectOut:
    """Return an effect as the interface gives it, with the names of org units and how records are called."""
    examples: list[ExampleOut] = [
        {"display": found["display"], "object": effect.records_of, "uid": found["uid"]}
        for found in (records[one] for one in effect.records if one in records)
    ]
    # Numbers of customers are masked wherever people see them: those of rows that are no records yet are, too.
    examples += [{"display": str(fields.mask("number", key)), "object": "", "uid": None} for key in effect.keys]
    return {
        "kind": cast(EffectKind, effect.kind),
        "about": labels(effect.about),
        "count": effect.count,
        "of": effect.of,
        "allowed": effect.limit,
        "at_most": effect.at_most,
        "waits": effect.waits,
        "units": [
            {"name": units.get(unit, "") if unit else "", "count": count} for unit, count in effect.units.items()
        ],
        "examples": examples,
    }


def rejected_out(row: RejectedRow) -> RejectedOut:
    """Return a rejected row as the interface gives it."""
    return {
        "line": row.line,
        "reason_code": row.reason_code,
        "reason": row.reason,
        "reason_en": row.reason_en,
        "values": {key: None if value is None else str(value) for key, value in row.values.items()},
    }


def source_out(source: Source, example: str) -> SourceOut:
    """Return a source as the interface gives it, with a file name that it expects."""
    return {
        "key": source.key,
        "labels": labels(source.labels),
        "system": source.system,
        "dataset": source.dataset,
        "file": source.file,
        "example": example,
        "encoding": source.encoding,
    }


def source_detail_out(
    source: Source, example: str, example_of: Callable[[Source, SourceColumn], str]
) -> SourceDetailOut:
    """Return a source with its columns as the interface gives it."""
    columns: dict[str, SourceColumnOut] = {}
    for column in source.columns:
        if column.header and column.header not in columns:
            columns[column.header] = {
                "title": column.header,
                "labels": labels(column.labels or {"zh": column.header, "en": column.key}),
                "type": labels(column.value_type.labels),
                "required": column.required,
                "key": column.key in source.keys,
                "example": example_of(source, column),
                "values": list(column.values),
            }
    keys = [source.column(key).title for key in source.keys if key in source.keys_of_columns]
    return {**source_out(source, example), "keys": keys, "columns": list(columns.values())}


def chosen_columns(text: str) -> dict[str, str]:
    """Return what somebody chose for heads of a file, from JSON. Raises ColumnsUnreadable."""
    try:
        return _CHOSEN.validate_json(text) if text else {}
    except ValidationError as error:
        raise ColumnsUnreadable() from error


def preview_out(found: Preview) -> FilePreviewOut:
    """Return what would be read of a file as the interface gives it."""
    looked = found.looked
    width = max((len(row.cells) for row in looked.rows), default=0)
    return {
        "kind": looked.kind,
        "sheet": looked.sheet,
        "encoding": looked.encoding,
        "heads": [{"title": head, "read_as": name} for head, name in zip(looked.heads, looked.read_as, strict=True)],
        "missing": [title for title in found.wanted if title not in looked.read_as],
        "first_rows": [
            {
                "line": row.line,
                "place": _place(row.line, looked.first, looked.last),
                "cells": [*(cell[:_SHOWN_CELL] for cell in row.cells), *[""] * (width - len(row.cells))],
            }
            for row in looked.rows[:_SHOWN_ROWS]
        ],
        "rows": found.rows,
        "notes": findings([one.as_dict() for one in found.findings if not one.refuses]),
        "faults": findings([one.as_dict() for one in found.findings if one.refuses]),
    }


def _place(line: int, first: int, last: int) -> Literal["above", "head", "data"]:
    if line > last:
        return "data"
    return "head" if line >= first else "above"


def run_out(run: Run, *, cancellable: bool, repeatable: bool) -> RunOut:
    """Return a run as the interface gives it."""
    result, error = run.result or {}, run.error or {}
    return {
        "uid": run.uid,
        "kind": run.kind,
        "title": labels(jobs.title_of(run)),
        "state": cast(RunState, run.state),
        "error": failure(run.error),
        "progress": {"done": run.done, "total": run.total, "step": labels(jobs.step_of(run))},
        "log": run.log[-_LOG_LINES:],
        "findings": findings(result.get("findings", [])),
        "load": (result or error.get("facts") or {}).get("load"),
        "created_at": run.created_at,
        "started_at": run.started_at,
        "finished_at": run.finished_at,
        "cancellable": run.state in _OPEN and cancellable,
        "repeatable": repeatable,
    }
