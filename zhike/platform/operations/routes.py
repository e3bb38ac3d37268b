"""Background work over HTTP: parse, one call, answer."""

from __future__ import annotations

from ninja import Router
from pydantic import AwareDatetime

from zhike.kernel.wire import responds
from zhike.platform.operations import api, schemas
from zhike.platform.permissions.api import SignedInRequest

router = Router(tags=["operations"])


@router.get("/jobs", operation_id="getJobs", response=responds(schemas.JobsOut))
def jobs(request: SignedInRequest) -> schemas.JobsOut:
    """How all background work stands."""
    return schemas.jobs_out(api.overview(principal=request.principal))


@router.post("/jobs/letters/retry", operation_id="retryLetters", response=responds(schemas.ActedOut))
def retry(request: SignedInRequest, body: schemas.LettersIn) -> schemas.ActedOut:
    """What failed, tried again now."""
    return {"count": api.retry(body.chosen(), principal=request.principal)}


@router.post("/jobs/letters/pass-over", operation_id="passOverLetters", response=responds(schemas.ActedOut))
def pass_over(request: SignedInRequest, body: schemas.PassOverIn) -> schemas.ActedOut:
    """What failed, given up for good."""
    return {"count": api.pass_over(body.letters.chosen(), reason=body.because, principal=request.principal)}


@router.get("/jobs/subscribers/{key}/since", operation_id="countReplay", response=responds(schemas.AgainOut))
def since(request: SignedInRequest, key: str, at: AwareDatetime) -> schemas.AgainOut:
    """How many events a subscriber would be told again."""
    return schemas.again_out(api.again(key, at, principal=request.principal), api.MOST_AGAIN)


@router.post("/jobs/subscribers/{key}/replay", operation_id="replaySubscriber", response=responds(schemas.AgainOut))
def replay(request: SignedInRequest, key: str, body: schemas.ReplayIn) -> schemas.AgainOut:
    """A subscriber told again of what happened since an instant."""
    found = api.replay(key, body.since, events=body.events, reason=body.because, principal=request.principal)
    return schemas.again_out(found, api.MOST_AGAIN)
