"""Records over HTTP: parse, one call, answer."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpResponse
from ninja import Router

from zhike.kernel import clock, definitions
from zhike.platform.objects import api, schemas
from zhike.platform.permissions.api import SignedInRequest

router = Router(tags=["records"])
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@router.get("/meta/objects")
def object_types(request: SignedInRequest) -> Any:
    """The object types the caller may read."""
    return [{"key": o.key, "labels": o.labels} for o in api.object_types(request.principal)]


@router.get("/meta/objects/{object}")
def object_type(request: SignedInRequest, object: str) -> Any:
    """One object type with its fields and layouts."""
    return schemas.object_out(api.describe(object), request.principal, definitions.version())


@router.post("/objects/{object}/query")
def query(request: SignedInRequest, object: str, body: schemas.QueryIn) -> Any:
    """One page of a list."""
    return schemas.page_out(api.page(body.query(object), principal=request.principal))


@router.post("/objects/{object}/count")
def count(request: SignedInRequest, object: str, body: schemas.CountIn) -> Any:
    """How many records a list has."""
    found = api.count(body.query(object), principal=request.principal, exact=body.exact)
    return {"count": found.count, "approximate": found.approximate, "as_of": {"records": clock.now()}}


@router.post("/objects/{object}/export")
def export(request: SignedInRequest, object: str, body: schemas.QueryIn) -> HttpResponse:
    """A list as an Excel file."""
    content = api.export_xlsx(body.query(object), principal=request.principal)
    name = f"{object}-{clock.local(clock.now()):%Y%m%d-%H%M}.xlsx"
    return HttpResponse(content, content_type=_XLSX, headers={"Content-Disposition": f'attachment; filename="{name}"'})


@router.post("/objects/{object}/records", response={201: Any})
def create(request: SignedInRequest, object: str, body: schemas.ValuesIn) -> Any:
    """A new record."""
    record = api.create(object, body.values, principal=request.principal)
    return 201, schemas.record_out(record, request.principal)


@router.get("/objects/{object}/records/{uid}")
def get(request: SignedInRequest, object: str, uid: uuid.UUID) -> Any:
    """One record."""
    return schemas.record_out(api.get(object, uid, principal=request.principal), request.principal)


@router.patch("/objects/{object}/records/{uid}")
def update(request: SignedInRequest, object: str, uid: uuid.UUID, body: schemas.ChangesIn) -> Any:
    """Changed fields of one record."""
    record = api.update(object, uid, body.values, revision=body.revision, principal=request.principal)
    return schemas.record_out(record, request.principal)


@router.delete("/objects/{object}/records/{uid}", response={204: None})
def delete(request: SignedInRequest, object: str, uid: uuid.UUID, revision: int) -> Any:
    """A record into the bin."""
    api.delete(object, uid, revision=revision, principal=request.principal)
    return 204, None


@router.get("/objects/{object}/records/{uid}/history")
def history(request: SignedInRequest, object: str, uid: uuid.UUID) -> Any:
    """What happened to a record."""
    return schemas.history_out(api.history(object, uid, principal=request.principal))


@router.get("/objects/{object}/records/{uid}/access")
def access(request: SignedInRequest, object: str, uid: uuid.UUID) -> Any:
    """Who viewed and unmasked a record."""
    return schemas.history_out(api.access(object, uid, principal=request.principal))


@router.post("/objects/{object}/records/{uid}/unmask")
def unmask(request: SignedInRequest, object: str, uid: uuid.UUID, body: schemas.UnmaskIn) -> Any:
    """One masked field of one record in clear."""
    value = api.unmask(object, uid, body.field, reason=body.reason, principal=request.principal)
    return {"field": body.field, "value": value}
