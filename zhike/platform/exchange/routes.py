"""Files of lists over HTTP: parse, one call, answer."""

from __future__ import annotations

import uuid

from django.http import FileResponse, HttpResponse
from django.utils.http import content_disposition_header
from ninja import Router

from zhike.kernel.wire import file_answer, reading, responds
from zhike.platform.exchange import exports, schemas
from zhike.platform.permissions.api import SignedInRequest
from zhike.platform.records.wire import QueryIn

router = Router(tags=["records"])
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@router.post("/objects/{object}/export", operation_id="exportRecords", openapi_extra=file_answer(_XLSX))
@reading
def export(request: SignedInRequest, object: str, body: QueryIn) -> HttpResponse:
    """A list as an Excel file."""
    content = exports.export_xlsx(body.query(object), principal=request.principal)
    name = content_disposition_header(True, exports.file_name(object, principal=request.principal))
    return HttpResponse(content, content_type=_XLSX, headers={"Content-Disposition": name})


@router.post(
    "/objects/{object}/export-requests", operation_id="askForExport", response=responds(schemas.ExportAskedOut, 201)
)
def ask_for_export(request: SignedInRequest, object: str, body: schemas.ExportIn) -> schemas.ExportAskedOut:
    """The approval of an export above the limit, asked for."""
    return {"work": exports.ask(body.query(object), reason=body.reason, principal=request.principal)}


@router.get("/exports/{uid}", operation_id="getExport", response=responds(schemas.ExportOut))
def get_export(request: SignedInRequest, uid: uuid.UUID) -> schemas.ExportOut:
    """Where one's own export above the limit stands."""
    return schemas.export_out(exports.get(uid, principal=request.principal))


@router.get("/exports/{uid}/file", operation_id="takeExport", openapi_extra=file_answer(_XLSX))
def take_export(request: SignedInRequest, uid: uuid.UUID) -> FileResponse:
    """The file of one's own export above the limit."""
    path, name = exports.file(uid, principal=request.principal)
    return FileResponse(path.open("rb"), as_attachment=True, filename=name, content_type=_XLSX)
