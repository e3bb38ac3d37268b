"""Work over HTTP: parse, one call, answer."""

from __future__ import annotations

import uuid

from ninja import Router

from zhike.kernel.wire import responds
from zhike.platform.permissions.api import SignedInRequest
from zhike.platform.work import api, schemas

router = Router(tags=["work"])


@router.get("/work", operation_id="listWork", response=responds(schemas.WorkPageOut))
def todo(request: SignedInRequest, state: schemas.WorkState = "open", cursor: str = "") -> schemas.WorkPageOut:
    """The caller's to-do list."""
    found, more = api.todo(principal=request.principal, state=state, after=cursor)
    return schemas.page_out(found, more, api.counts(principal=request.principal), request.principal)


@router.get("/work/{uid}", operation_id="getWork", response=responds(schemas.WorkOut))
def get(request: SignedInRequest, uid: uuid.UUID) -> schemas.WorkOut:
    """One work item."""
    return schemas.present([api.get(uid, principal=request.principal)], request.principal)[0]


@router.post("/work/{uid}/complete", operation_id="completeWork", response=responds(schemas.WorkOut))
def complete(request: SignedInRequest, uid: uuid.UUID, body: schemas.CompletionIn) -> schemas.WorkOut:
    """A work item done."""
    done = api.complete(uid, result=body.result, note=body.note, revision=body.revision, principal=request.principal)
    return schemas.present([done], request.principal)[0]
