"""Records over HTTP: parse, one call, answer."""

from __future__ import annotations

import uuid
from typing import cast

from ninja import Router

from zhike.kernel import clock, definitions
from zhike.kernel.wire import WireValue, labels, reading, responds
from zhike.platform.objects import api as objects
from zhike.platform.objects import catalogue
from zhike.platform.permissions import api as permissions
from zhike.platform.permissions.api import SignedInRequest
from zhike.platform.records import api, schemas, shares
from zhike.platform.records.wire import QueryIn

router = Router(tags=["records"])


@router.get("/meta/objects", operation_id="listObjectTypes", response=responds(list[schemas.ObjectNameOut]))
def object_types(request: SignedInRequest) -> list[schemas.ObjectNameOut]:
    """The object types the caller may read."""
    return [{"key": o.key, "labels": labels(o.labels)} for o in catalogue.object_types(request.principal)]


@router.get("/meta/objects/{object}", operation_id="getObjectType", response=responds(schemas.ObjectOut))
def object_type(request: SignedInRequest, object: str) -> schemas.ObjectOut:
    """One object type with its fields and layouts."""
    found = catalogue.describe(object)
    permissions.require(request.principal, f"{object}.read")
    return schemas.object_out(found, request.principal, definitions.version())


@router.get("/meta/places/{place}", operation_id="listPlaces", response=responds(list[schemas.PlaceOut]))
def places(request: SignedInRequest, place: str, q: str = "") -> list[schemas.PlaceOut]:
    """The org units or users that a field may point at, by a few characters of name or code."""
    return [
        {"uid": uid, "key": key, "display": display}
        for uid, key, display in api.places(place, q, principal=request.principal)
    ]


@router.post("/objects/{object}/query", operation_id="queryRecords", response=responds(schemas.RecordPageOut))
@reading
def query(request: SignedInRequest, object: str, body: QueryIn) -> schemas.RecordPageOut:
    """One page of a list."""
    return schemas.page_out(objects.page(body.query(object), principal=request.principal))


@router.post("/objects/{object}/count", operation_id="countRecords", response=responds(schemas.CountOut))
@reading
def count(request: SignedInRequest, object: str, body: schemas.CountIn) -> schemas.CountOut:
    """How many records a list has."""
    found = objects.count(body.query(object), principal=request.principal, exact=body.exact)
    return {"count": found.count, "approximate": found.approximate, "as_of": {"records": clock.now()}}


@router.post("/objects/{object}/groups", operation_id="groupRecords", response=responds(schemas.RecordGroupsOut))
@reading
def groups(request: SignedInRequest, object: str, body: schemas.GroupsIn) -> schemas.RecordGroupsOut:
    """The records of a whole list in groups of one column, with counts and sums: 200 at most, the others together."""
    found = objects.groups(body.query(object), body.by, sums=body.sums, principal=request.principal)
    return schemas.groups_out(found)


@router.post("/objects/{object}/records", operation_id="createRecord", response=responds(schemas.RecordOut, 201))
def create(request: SignedInRequest, object: str, body: schemas.ValuesIn) -> schemas.RecordOut:
    """A new record."""
    record = objects.create(object, body.values, despite=body.despite, principal=request.principal)
    return schemas.record_out(object, record, request.principal)


@router.get("/objects/{object}/records/{uid}", operation_id="getRecord", response=responds(schemas.RecordOut))
def get(request: SignedInRequest, object: str, uid: uuid.UUID) -> schemas.RecordOut:
    """One record."""
    return schemas.record_out(object, api.get(object, uid, principal=request.principal), request.principal)


@router.patch("/objects/{object}/records/{uid}", operation_id="updateRecord", response=responds(schemas.RecordOut))
def update(request: SignedInRequest, object: str, uid: uuid.UUID, body: schemas.RecordChangesIn) -> schemas.RecordOut:
    """Changed fields of one record."""
    record = objects.update(
        object, uid, body.values, revision=body.revision, despite=body.despite, principal=request.principal
    )
    return schemas.record_out(object, record, request.principal)


@router.delete("/objects/{object}/records/{uid}", operation_id="deleteRecord", response=responds(None, 204))
def delete(request: SignedInRequest, object: str, uid: uuid.UUID, revision: int) -> None:
    """A record into the bin."""
    objects.delete(object, uid, revision=revision, principal=request.principal)


@router.get(
    "/objects/{object}/records/{uid}/history", operation_id="getRecordHistory", response=responds(schemas.HistoryOut)
)
def history(request: SignedInRequest, object: str, uid: uuid.UUID) -> schemas.HistoryOut:
    """What happened to a record."""
    return schemas.history_out(api.history(object, uid, principal=request.principal))


@router.get(
    "/objects/{object}/records/{uid}/access", operation_id="getRecordAccess", response=responds(schemas.HistoryOut)
)
def access(request: SignedInRequest, object: str, uid: uuid.UUID) -> schemas.HistoryOut:
    """Who viewed and unmasked a record."""
    return schemas.history_out(api.access(object, uid, principal=request.principal))


@router.post(
    "/objects/{object}/records/{uid}/unmask", operation_id="unmaskField", response=responds(schemas.UnmaskedOut)
)
def unmask(request: SignedInRequest, object: str, uid: uuid.UUID, body: schemas.UnmaskIn) -> schemas.UnmaskedOut:
    """One masked field of one record in clear."""
    value = api.unmask(object, uid, body.field, reason=body.reason, principal=request.principal)
    return {"field": body.field, "value": cast(WireValue, value)}


@router.post(
    "/objects/{object}/records/{uid}/corrections",
    operation_id="askCorrection",
    response=responds(schemas.CorrectionOut, 201),
)
def correction(
    request: SignedInRequest, object: str, uid: uuid.UUID, body: schemas.CorrectionIn
) -> schemas.CorrectionOut:
    """A correction asked for of what a source keeps."""
    return {"work": api.propose(object, uid, body.values, reason=body.reason, principal=request.principal)}


@router.get(
    "/objects/{object}/records/{uid}/shares", operation_id="listShares", response=responds(list[schemas.ShareOut])
)
def shared(request: SignedInRequest, object: str, uid: uuid.UUID) -> list[schemas.ShareOut]:
    """With whom a record is shared."""
    return [schemas.share_out(one) for one in shares.of_record(object, uid, principal=request.principal)]


@router.get(
    "/objects/{object}/records/{uid}/shares/with",
    operation_id="listShareCandidates",
    response=responds(list[schemas.CandidateOut]),
)
def share_with(request: SignedInRequest, object: str, uid: uuid.UUID, q: str = "") -> list[schemas.CandidateOut]:
    """Whom a record may be shared with, by a few characters of name or code; colleagues elsewhere by their whole number."""
    return [
        {"kind": "unit" if kind == "unit" else "user", "uid": found, "key": key, "display": display}
        for kind, found, key, display in shares.whom(object, uid, q, principal=request.principal)
    ]


@router.post(
    "/objects/{object}/records/{uid}/shares", operation_id="shareRecord", response=responds(schemas.ShareOut, 201)
)
def share(request: SignedInRequest, object: str, uid: uuid.UUID, body: schemas.ShareIn) -> schemas.ShareOut:
    """Let a colleague or a unit see a record for a time."""
    made = shares.share(object, uid, user=body.user, unit=body.unit, until=body.until, principal=request.principal)
    return schemas.share_out(made)


@router.delete(
    "/objects/{object}/records/{uid}/shares/{share}", operation_id="withdrawShare", response=responds(None, 204)
)
def withdraw(request: SignedInRequest, object: str, uid: uuid.UUID, share: uuid.UUID) -> None:
    """Take a share back."""
    shares.withdraw(object, uid, share, principal=request.principal)
