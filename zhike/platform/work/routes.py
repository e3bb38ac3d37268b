"""Work over HTTP: parse, one call, answer."""

from __future__ import annotations

import uuid
from typing import Literal, cast

from ninja import Router

from zhike.kernel.wire import WireValue, responds
from zhike.platform.organization.types import InUnit
from zhike.platform.permissions.api import SignedInRequest
from zhike.platform.work import api, schemas
from zhike.platform.work.logic import proposals
from zhike.platform.work.types import Whose, WorkQuery

router = Router(tags=["work"])


@router.get("/work", operation_id="listWork", response=responds(schemas.WorkPageOut))
def todo(
    request: SignedInRequest,
    state: schemas.WorkState | Literal["any"] = "open",
    whose: Whose = "all",
    kind: str = "",
    assignee: str = "",
    overdue: bool = False,
    newest: bool = False,
    cursor: str = "",
    unit: str | None = None,
    below: bool = True,
) -> schemas.WorkPageOut:
    """The work that the caller may read; of a unit by its code with what is `below` it, "" of none at all."""
    kinds = tuple(kind.split(",")) if kind else ()
    place = None if unit is None else InUnit(unit, below)
    query = WorkQuery(state, whose, kinds, assignee, overdue, newest, cursor, unit=place)
    found, more = api.todo(query, principal=request.principal)
    return schemas.page_out(found, more, api.counts(query, principal=request.principal), request.principal)


@router.post("/work", operation_id="createWork", response=responds(schemas.WorkDetailOut, 201))
def create(request: SignedInRequest, body: schemas.NewWorkIn) -> schemas.WorkDetailOut:
    """A piece of work for a colleague, or for oneself."""
    about = (body.about.object, body.about.uid) if body.about else None
    found = api.create(
        body.kind,
        subject=body.subject,
        script=body.script,
        assignee=body.assignee,
        about=about,
        due_at=body.due_at,
        principal=request.principal,
    )
    return schemas.detail_out(found, request.principal)


@router.get("/work/colleagues", operation_id="listColleagues", response=responds(schemas.ColleaguesOut))
def colleagues(request: SignedInRequest, q: str = "") -> schemas.ColleaguesOut:
    """The colleagues to whom the caller can give work."""
    found = api.colleagues(q, principal=request.principal)
    return {"items": [{"uid": one.employee_no, "name": one.name} for one in found]}


@router.post("/work/reassign", operation_id="reassignEachWork", response=responds(schemas.ReassignedOut))
def reassign_each(request: SignedInRequest, body: schemas.ReassignIn) -> schemas.ReassignedOut:
    """Work items that somebody else has now, and those that stayed where they were."""
    found = api.reassign_each(body.uids, to=body.to, reason=body.reason, principal=request.principal)
    return schemas.reassigned_out(found, body.to)


@router.get("/work/{uid}", operation_id="getWork", response=responds(schemas.WorkDetailOut))
def get(request: SignedInRequest, uid: uuid.UUID) -> schemas.WorkDetailOut:
    """One work item."""
    return schemas.detail_out(api.get(uid, principal=request.principal), request.principal)


@router.post("/work/{uid}/claim", operation_id="claimWork", response=responds(schemas.WorkDetailOut))
def claim(request: SignedInRequest, uid: uuid.UUID) -> schemas.WorkDetailOut:
    """A work item taken."""
    return schemas.detail_out(api.claim(uid, principal=request.principal), request.principal)


@router.post("/work/{uid}/release", operation_id="releaseWork", response=responds(schemas.WorkOut))
def release(request: SignedInRequest, uid: uuid.UUID) -> schemas.WorkOut:
    """A work item put back where it came from; whoever put it back may read it no longer."""
    return schemas.present([api.release(uid, principal=request.principal)], request.principal)[0]


@router.post("/work/{uid}/delegate", operation_id="delegateWork", response=responds(schemas.WorkDetailOut))
def delegate(request: SignedInRequest, uid: uuid.UUID, body: schemas.HandIn) -> schemas.WorkDetailOut:
    """A work item that a colleague does now."""
    return schemas.detail_out(api.delegate(uid, to=body.to, principal=request.principal), request.principal)


@router.post("/work/{uid}/reassign", operation_id="reassignWork", response=responds(schemas.WorkOut))
def reassign(request: SignedInRequest, uid: uuid.UUID, body: schemas.HandIn) -> schemas.WorkOut:
    """A work item that somebody else has now; who gave it away may read it no longer."""
    found = api.reassign(uid, to=body.to, reason=body.reason, revision=body.revision, principal=request.principal)
    return schemas.present([found], request.principal)[0]


@router.post("/work/{uid}/pause", operation_id="pauseWork", response=responds(schemas.WorkDetailOut))
def pause(request: SignedInRequest, uid: uuid.UUID, body: schemas.ReasonGivenIn) -> schemas.WorkDetailOut:
    """A work item whose clock rests."""
    return schemas.detail_out(api.pause(uid, reason=body.reason, principal=request.principal), request.principal)


@router.post("/work/{uid}/resume", operation_id="resumeWork", response=responds(schemas.WorkDetailOut))
def resume(request: SignedInRequest, uid: uuid.UUID) -> schemas.WorkDetailOut:
    """A work item whose clock goes on."""
    return schemas.detail_out(api.resume(uid, principal=request.principal), request.principal)


@router.post("/work/{uid}/comments", operation_id="commentWork", response=responds(schemas.WorkDetailOut, 201))
def comment(request: SignedInRequest, uid: uuid.UUID, body: schemas.CommentIn) -> schemas.WorkDetailOut:
    """A work item about which something was said."""
    api.comment(uid, body.text, principal=request.principal)
    return schemas.detail_out(api.get(uid, principal=request.principal), request.principal)


@router.post("/work/{uid}/unmask", operation_id="unmaskProposed", response=responds(schemas.ProposedValueOut))
def unmask(request: SignedInRequest, uid: uuid.UUID, body: schemas.UnmaskProposedIn) -> schemas.ProposedValueOut:
    """One value that a work item proposes, in clear."""
    found = api.get(uid, principal=request.principal)
    value = proposals.unmask(found, body.field, reason=body.reason, principal=request.principal)
    return {"field": body.field, "value": cast(WireValue, value)}


@router.post("/work/{uid}/complete", operation_id="completeWork", response=responds(schemas.WorkDetailOut))
def complete(request: SignedInRequest, uid: uuid.UUID, body: schemas.CompletionIn) -> schemas.WorkDetailOut:
    """A work item done."""
    done = api.complete(
        uid,
        result=body.result,
        note=body.note,
        form=body.form,
        revision=body.revision,
        principal=request.principal,
    )
    return schemas.detail_out(done, request.principal)
