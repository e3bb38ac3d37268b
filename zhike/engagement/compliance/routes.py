"""The gate over HTTP: what it would say."""

from __future__ import annotations

from ninja import Router

from zhike.engagement.compliance import api, schemas
from zhike.kernel.wire import reading, responds
from zhike.platform.permissions.api import SignedInRequest

router = Router(tags=["gate"])


@router.post("/gate/foreseen", operation_id="foreseeRefusals", response=responds(schemas.ForeseenOut))
@reading
def foreseen(request: SignedInRequest, body: schemas.ForeseenIn) -> schemas.ForeseenOut:
    """How many of some parties the gate would refuse now; those whom the caller may not see are not asked about."""
    return schemas.foreseen_out(api.foreseen(body.channel, body.parties, principal=request.principal))
