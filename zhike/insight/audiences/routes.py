"""Audiences over HTTP: parse, one call, answer."""

from __future__ import annotations

import uuid

from ninja import Router

from zhike.insight.audiences import api, schemas
from zhike.kernel.wire import labels, reading, responds
from zhike.platform.permissions.api import SignedInRequest

router = Router(tags=["audiences"])


@router.get("/audiences/vocabulary", operation_id="getVocabulary", response=responds(schemas.VocabularyOut))
def vocabulary(request: SignedInRequest) -> schemas.VocabularyOut:
    """What conditions may ask about."""
    return schemas.vocabulary_out(api.vocabulary(principal=request.principal))


@router.post("/audiences/preview", operation_id="previewCondition", response=responds(schemas.PreviewOut))
@reading
def preview(request: SignedInRequest, body: schemas.ConditionIn) -> schemas.PreviewOut:
    """How many parties meet a condition."""
    return schemas.preview_out(
        api.preview(body.condition, nodes=body.nodes, unknown=body.unknown, principal=request.principal)
    )


@router.post("/audiences/words", operation_id="wordCondition", response=responds(schemas.WordsOut))
@reading
def words(request: SignedInRequest, body: schemas.WordsIn) -> schemas.WordsOut:
    """What a condition reads like."""
    return {"words": labels(api.words(body.condition, principal=request.principal))}


@router.post("/audiences/sample", operation_id="sampleCondition", response=responds(schemas.SampleOut))
@reading
def sample(request: SignedInRequest, body: schemas.SampleIn) -> schemas.SampleOut:
    """Some parties that meet a condition."""
    return schemas.sample_out(api.sample(body.condition, seed=body.seed, principal=request.principal))


@router.post("/audiences/explain", operation_id="explainParty", response=responds(schemas.ExplanationOut))
@reading
def explain(request: SignedInRequest, body: schemas.ExplainIn) -> schemas.ExplanationOut:
    """Why a party is in or out."""
    return schemas.explanation_out(api.explain(body.condition, party=body.party, principal=request.principal))


@router.get("/audiences", operation_id="listAudiences", response=responds(schemas.AudiencesOut))
def audiences(request: SignedInRequest) -> schemas.AudiencesOut:
    """All audiences."""
    return {"items": [schemas.audience_out(found) for found in api.audiences(principal=request.principal)]}


@router.post("/audiences", operation_id="createAudience", response=responds(schemas.AudienceOut, 201))
def create(request: SignedInRequest, body: schemas.AudienceIn) -> schemas.AudienceOut:
    """A new audience."""
    made = api.create(
        name=body.name, description=body.description, condition=body.condition, principal=request.principal
    )
    return schemas.detail_out(made)


@router.get("/audiences/{uid}", operation_id="getAudience", response=responds(schemas.AudienceOut))
def audience(request: SignedInRequest, uid: uuid.UUID) -> schemas.AudienceOut:
    """One audience with its condition."""
    return schemas.detail_out(api.audience(uid, principal=request.principal))


@router.patch("/audiences/{uid}", operation_id="updateAudience", response=responds(schemas.AudienceOut))
def update(request: SignedInRequest, uid: uuid.UUID, body: schemas.AudienceChangesIn) -> schemas.AudienceOut:
    """A changed audience."""
    return schemas.detail_out(
        api.update(
            uid,
            revision=body.revision,
            name=body.name,
            description=body.description,
            condition=body.condition,
            principal=request.principal,
        )
    )


@router.delete("/audiences/{uid}", operation_id="deleteAudience", response=responds(None, 204))
def delete(request: SignedInRequest, uid: uuid.UUID, revision: int) -> None:
    """An audience into the bin."""
    api.delete(uid, revision=revision, principal=request.principal)


@router.post("/audiences/{uid}/snapshots", operation_id="takeSnapshot", response=responds(schemas.SnapshotOut))
def take_snapshot(request: SignedInRequest, uid: uuid.UUID) -> schemas.SnapshotOut:
    """The members of an audience, frozen."""
    return schemas.snapshot_out(api.take_snapshot(uid, principal=request.principal))


@router.get("/audiences/{uid}/snapshots", operation_id="listSnapshots", response=responds(schemas.SnapshotsOut))
def snapshots(request: SignedInRequest, uid: uuid.UUID) -> schemas.SnapshotsOut:
    """The snapshots of an audience."""
    return {"items": [schemas.snapshot_out(found) for found in api.snapshots(uid, principal=request.principal)]}
