"""Who is there already, over HTTP."""

from __future__ import annotations

from ninja import Router

from zhike.insight.identity import api, schemas
from zhike.kernel.wire import reading, responds
from zhike.platform.permissions.api import SignedInRequest

router = Router(tags=["records"])


@router.post("/objects/{object}/alike", operation_id="findAlike", response=responds(schemas.AlikeOut))
@reading
def alike(request: SignedInRequest, object: str, body: schemas.AlikeIn) -> schemas.AlikeOut:
    """Records that one with these values would be the same as, while it is written; each whole number is counted."""
    found = api.alike(object, body.values, record=body.record, principal=request.principal)
    return {"fields": api.matched_fields(object), "alike": [schemas.alike_out(one) for one in found]}
