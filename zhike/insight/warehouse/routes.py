"""Loads and runs over HTTP: parse, one call, answer."""

from __future__ import annotations

import tempfile
import uuid
from datetime import date
from pathlib import Path
from typing import Any

from django.http import HttpResponse
from ninja import File, Form, Router
from ninja.files import UploadedFile

from zhike.insight.warehouse import api, runs, schemas
from zhike.platform.permissions.api import SignedInRequest

router = Router(tags=["warehouse"])


@router.get("/loads")
def loads(request: SignedInRequest, cursor: str = "") -> Any:
    """The loads, newest first."""
    found, more = api.loads(principal=request.principal, cursor=cursor)
    return {"items": [schemas.load_out(load) for load in found], "next_cursor": more}


@router.post("/loads", response={202: Any})
def create(
    request: SignedInRequest, source: Form[str], file: File[UploadedFile], business_date: Form[date | None] = None
) -> Any:
    """A file to be loaded by hand: the run that loads it."""
    with tempfile.TemporaryDirectory(prefix="zhike-upload-") as folder:
        path = Path(folder) / "received"
        with path.open("wb") as target:
            for chunk in file.chunks():
                target.write(chunk)
        name = Path(file.name or "file").name
        run = api.upload(source, path, name=name, business_date=business_date, principal=request.principal)
        return 202, {"run": run}


@router.get("/loads/{uid}")
def load(request: SignedInRequest, uid: uuid.UUID) -> Any:
    """One load with its first rejected rows."""
    found = api.load(uid, principal=request.principal)
    rows = api.rejected(uid, principal=request.principal)
    return {**schemas.load_out(found), "rejected": [schemas.rejected_out(row) for row in rows]}


@router.get("/loads/{uid}/rejected.csv")
def rejected(request: SignedInRequest, uid: uuid.UUID) -> HttpResponse:
    """The rejected rows as a file."""
    content = api.rejected_csv(uid, principal=request.principal)
    headers = {"Content-Disposition": f'attachment; filename="rejected-{uid}.csv"'}
    return HttpResponse(content, content_type="text/csv; charset=utf-8", headers=headers)


@router.get("/sources")
def sources(request: SignedInRequest) -> Any:
    """The sources a file can be loaded into."""
    return {"items": api.source_list(principal=request.principal)}


@router.get("/runs")
def all_runs(request: SignedInRequest, kind: str = "") -> Any:
    """The newest runs."""
    items = runs.newest(kind=kind, principal=request.principal)
    return {"items": items, "pending": runs.pending(principal=request.principal)}


@router.post("/runs/stage", response={202: Any})
def stage(request: SignedInRequest) -> Any:
    """The newest published day computed again."""
    return 202, {"run": runs.stage(principal=request.principal)}


@router.post("/runs/{uid}/cancel")
def cancel(request: SignedInRequest, uid: uuid.UUID) -> Any:
    """A run asked to stop."""
    runs.cancel(uid, principal=request.principal)
    return {}
