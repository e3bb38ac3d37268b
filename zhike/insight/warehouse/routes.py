"""Loads and runs over HTTP: parse, one call, answer."""

from __future__ import annotations

import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Literal

from django.http import FileResponse, HttpResponse
from django.utils.http import content_disposition_header
from ninja import File, Form, Router
from ninja.files import UploadedFile

from zhike.insight.warehouse import datasets, night_schemas, nights, previews, received, runs, schemas
from zhike.kernel.wire import file_answer, reading, responds, takes_file
from zhike.platform.permissions.api import SignedInRequest

router = Router(tags=["warehouse"])
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@router.get("/loads", operation_id="listLoads", response=responds(schemas.LoadsOut))
def loads(request: SignedInRequest, cursor: str = "") -> schemas.LoadsOut:
    """The loads, newest first."""
    found, more = received.loads(principal=request.principal, cursor=cursor)
    return {"items": [schemas.load_out(load) for load in found], "next_cursor": more}


@router.post("/loads", operation_id="uploadFile", response=responds(schemas.QueuedOut, 202))
@takes_file("load.create")
def create(
    request: SignedInRequest,
    source: Form[str],
    file: File[UploadedFile],
    business_date: Form[date | None] = None,
    columns: Form[str] = "",
    remember: Form[bool] = False,
) -> schemas.QueuedOut:
    """A file to be loaded by hand: the run that loads it."""
    chosen = schemas.chosen_columns(columns)
    with _received(file) as (path, name):
        run = received.upload(
            source,
            path,
            name=name,
            business_date=business_date,
            columns=chosen,
            remember=remember,
            principal=request.principal,
        )
        return {"run": run}


@router.post("/loads/preview", operation_id="previewFile", response=responds(schemas.FilePreviewOut))
@reading
@takes_file("load.create")
def preview(
    request: SignedInRequest, source: Form[str], file: File[UploadedFile], columns: Form[str] = ""
) -> schemas.FilePreviewOut:
    """What would be read of a file; it is not kept."""
    chosen = schemas.chosen_columns(columns)
    with _received(file) as (path, name):
        found = previews.preview(source, path, name=name, columns=chosen, principal=request.principal)
        return schemas.preview_out(found)


@contextmanager
def _received(file: UploadedFile) -> Iterator[tuple[Path, str]]:
    """A sent file on disk for the length of the block, and its name."""
    name = Path(file.name or "file").name
    previews.check_size(name, file.size or 0)
    with tempfile.TemporaryDirectory(prefix="zhike-upload-") as folder:
        path = Path(folder) / "received"
        with path.open("wb") as target:
            for chunk in file.chunks():
                target.write(chunk)
        yield path, name


@router.get("/loads/{uid}", operation_id="getLoad", response=responds(schemas.LoadDetailOut))
def load(request: SignedInRequest, uid: uuid.UUID) -> schemas.LoadDetailOut:
    """One load with its first rejected rows."""
    found = received.load(uid, principal=request.principal)
    rows = received.rejected(uid, principal=request.principal)
    units, records = received.effects_named(found, principal=request.principal)
    answers = received.answers(uid, principal=request.principal)
    return {
        **schemas.load_out(found),
        "rejected": [schemas.rejected_out(row) for row in rows],
        "effects": [schemas.effect_out(one, units, records.get(one.records_of, {})) for one in found.effects],
        "answered_by": found.answered_by,
        "undoes": found.undoes,
        "answerable": answers.answerable,
        "undoable": answers.undoable,
        "newer_file": answers.newer_file,
        "failed_since": {"uid": answers.failed.uid, "file": answers.failed.file} if answers.failed else None,
        "puts_back": [
            {"file": one.file, "business_date": one.business_date, "rows_loaded": one.rows_loaded}
            for one in answers.puts_back
        ],
    }


@router.post("/loads/{uid}/accept", operation_id="acceptLoad", response=responds(schemas.QueuedOut, 202))
def accept(request: SignedInRequest, uid: uuid.UUID) -> schemas.QueuedOut:
    """A file that waits loaded, whatever it does: the run that loads it."""
    return {"run": received.accept(uid, principal=request.principal)}


@router.post("/loads/{uid}/discard", operation_id="discardLoad", response=responds(schemas.LoadOut))
def discard(request: SignedInRequest, uid: uuid.UUID) -> schemas.LoadOut:
    """A file that waits put away: nothing of it is loaded."""
    received.discard(uid, principal=request.principal)
    return schemas.load_out(received.load(uid, principal=request.principal))


@router.post("/loads/{uid}/undo", operation_id="undoLoad", response=responds(schemas.QueuedOut, 202))
def undo(request: SignedInRequest, uid: uuid.UUID) -> schemas.QueuedOut:
    """The last load of a source taken back: the run that puts there again what was there before."""
    return {"run": received.undo(uid, principal=request.principal)}


@router.get("/loads/{uid}/rejected.csv", operation_id="getRejectedRows", openapi_extra=file_answer("text/csv"))
def rejected(request: SignedInRequest, uid: uuid.UUID) -> HttpResponse | FileResponse:
    """The rejected rows as a file."""
    file = received.rejected_file(uid, principal=request.principal)
    headers = {"Content-Disposition": f'attachment; filename="rejected-{uid}.csv"'}
    if file is None:
        return HttpResponse(b"", content_type="text/csv; charset=utf-8", headers=headers)
    return FileResponse(file.open("rb"), content_type="text/csv; charset=utf-8", headers=headers)


@router.get("/sources", operation_id="listSources", response=responds(schemas.SourcesOut))
def sources(request: SignedInRequest) -> schemas.SourcesOut:
    """The sources a file can be loaded into."""
    return {
        "items": [
            schemas.source_out(found, datasets.example_of(found))
            for found in datasets.source_list(principal=request.principal)
        ]
    }


@router.get("/sources/{key}", operation_id="getSource", response=responds(schemas.SourceDetailOut))
def source(request: SignedInRequest, key: str) -> schemas.SourceDetailOut:
    """What the files of a source hold."""
    found = previews.source(key, principal=request.principal)
    return schemas.source_detail_out(found, datasets.example_of(found), previews.example_of)


@router.get("/sources/{key}/template", operation_id="getTemplate", openapi_extra=file_answer(_XLSX, "text/csv"))
def template(request: SignedInRequest, key: str, format: Literal["xlsx", "csv"] = "xlsx") -> HttpResponse:
    """A file to fill in for a source."""
    content, name = previews.template(key, workbook=format == "xlsx", principal=request.principal)
    headers = {"Content-Disposition": content_disposition_header(True, name)}
    return HttpResponse(content, content_type=_XLSX if format == "xlsx" else "text/csv; charset=utf-8", headers=headers)


@router.get("/night", operation_id="getNight", response=responds(night_schemas.NightOut))
def night(request: SignedInRequest, day: date | None = None) -> night_schemas.NightOut:
    """A business day on its way from files to figures; tonight's, without a day."""
    principal = request.principal
    found = nights.night(day, principal=principal)
    restated = nights.restates(found.day, principal=principal)
    strangers = nights.strangers(principal=principal)
    return night_schemas.night_out(found, restated, nights.schedules(principal=principal), strangers)


@router.post("/night/run", operation_id="runNight", response=responds(schemas.QueuedOut, 202))
def run_night(request: SignedInRequest) -> schemas.QueuedOut:
    """The night done now: the run that takes files in and computes the days that are complete."""
    return {"run": nights.run(principal=request.principal)}


@router.post("/night/compute", operation_id="computeDay", response=responds(schemas.QueuedOut, 202))
def compute_day(request: SignedInRequest, body: night_schemas.DayIn) -> schemas.QueuedOut:
    """A day computed, or computed again: the run."""
    return {"run": nights.compute(body.business_date, principal=request.principal)}


@router.post("/night/strangers", operation_id="loadStranger", response=responds(schemas.QueuedOut, 202))
def load_stranger(request: SignedInRequest, body: night_schemas.StrangerIn) -> schemas.QueuedOut:
    """A file in the folder that no source expects, loaded as one of a source: the run."""
    run = nights.load_stranger(body.file, body.source, body.business_date, principal=request.principal)
    return {"run": run}


@router.get("/runs", operation_id="listRuns", response=responds(schemas.RunsOut))
def all_runs(request: SignedInRequest, kind: str = "") -> schemas.RunsOut:
    """The newest runs."""
    principal = request.principal
    return {"items": runs.newest(kind=kind, principal=principal), "pending": runs.pending(principal=principal)}


@router.post("/runs/{uid}/cancel", operation_id="cancelRun", response=responds(schemas.CancelledOut))
def cancel(request: SignedInRequest, uid: uuid.UUID) -> schemas.CancelledOut:
    """A run asked to stop."""
    runs.cancel(uid, principal=request.principal)
    return {"run": uid}


@router.post("/runs/{uid}/repeat", operation_id="repeatRun", response=responds(schemas.QueuedOut, 202))
def repeat(request: SignedInRequest, uid: uuid.UUID) -> schemas.QueuedOut:
    """What a run that came to nothing was about, once more."""
    return {"run": runs.repeat(uid, principal=request.principal)}
