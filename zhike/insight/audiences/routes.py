"""Audiences over HTTP: parse, one call, answer."""

from __future__ import annotations

import uuid
from dataclasses import asdict
from typing import Any

from ninja import Router

from zhike.insight.audiences import api, schemas
from zhike.platform.permissions.api import SignedInRequest

router = Router(tags=["audiences"])


@router.get("/audiences/vocabulary")
def vocabulary(request: SignedInRequest) -> Any:
    """What conditions may ask about."""
    return schemas.vocabulary_out(api.vocabulary(principal=request.principal))


@router.post("/audiences/preview")
def preview(request: SignedInRequest, body: schemas.PreviewIn) -> Any:
    """How many parties meet a condition."""
    return schemas.preview_out(api.preview(body.condition, nodes=body.nodes, principal=request.principal))


@router.post("/audiences/sample")
def sample(request: SignedInRequest, body: schemas.SampleIn) -> Any:
    """Some parties that meet a condition."""
    return schemas.sample_out(api.sample(body.condition, seed=body.seed, principal=request.principal))


@router.post("/audiences/explain")
def explain(request: SignedInRequest, body: schemas.ExplainIn) -> Any:
    """Why a party is in or out."""
    return asdict(api.explain(body.condition, party=body.party, principal=request.principal))


@router.get("/audiences")
def audiences(request: SignedInRequest) -> Any:
    """All audiences."""
    return {"items": [schemas.audience_out(found) for found in api.audiences(principal=request.principal)]}


@router.post("/audiences", response={201: Any})
def create(request: SignedInRequest, body: schemas.AudienceIn) -> Any:
    """A new audience."""
    made = api.create(
        name=body.name, description=body.description, condition=body.condition, principal=request.principal
    )
    return 201, schemas.detail_out(made)


@router.get("/audiences/{uid}")
def audience(request: SignedInRequest, uid: uuid.UUID) -> Any:
    """One audience with its condition."""
    return schemas.detail_out(api.audience(uid, principal=request.principal))


@router.patch("/audiences/{uid}")
def update(request: SignedInRequest, uid: uuid.UUID, body: schemas.ChangesIn) -> Any:
    """A changed audience."""
    return schemas.detail_out(api.update(uid, **body.dict(), principal=request.principal))


@router.delete("/audiences/{uid}", response={204: None})
def delete(request: SignedInRequest, uid: uuid.UUID, revision: int) -> Any:
    """An audience into the bin."""
    api.delete(uid, revision=revision, principal=request.principal)
    return 204, None


@router.post("/audiences/{uid}/snapshots")
def take_snapshot(request: SignedInRequest, uid: uuid.UUID) -> Any:
    """The members of an audience, frozen."""
    return schemas.snapshot_out(api.take_snapshot(uid, principal=request.principal))


@router.get("/audiences/{uid}/snapshots")
def snapshots(request: SignedInRequest, uid: uuid.UUID) -> Any:
    """The snapshots of an audience."""
    return {"items": [schemas.snapshot_out(found) for found in api.snapshots(uid, principal=request.principal)]}
