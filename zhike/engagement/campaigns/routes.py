"""Campaigns over HTTP."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from ninja import Router

from zhike.engagement.campaigns import api, schemas, screens
from zhike.engagement.channels import api as channels
from zhike.insight.audiences import api as audiences
from zhike.insight.indicators import api as indicators
from zhike.kernel import definitions
from zhike.platform.permissions.api import SignedInRequest
from zhike.platform.work.types import ResultSet

router = Router(tags=["campaigns"])
_EXAMPLES = [
    {
        "labels": {"zh": "净流入不少于 1 万元", "en": "Net inflow of at least 10,000"},
        "expression": "net_inflow >= 10000",
    },
    {"labels": {"zh": "至少交易一次", "en": "At least one trade"}, "expression": "trade_count >= 1"},
]


@router.get("/campaigns")
def campaigns(request: SignedInRequest) -> Any:
    """Every campaign."""
    return {"items": screens.list_out(api.campaigns(principal=request.principal))}


@router.get("/campaigns/options")
def options(request: SignedInRequest) -> Any:
    """What a campaign can be made of."""
    measures = indicators.goal_schema().fields.values()
    units = {measure.key: measure.unit or None for measure in indicators.measures().values()}
    return {
        "audiences": [
            {"uid": a.uid, "name": a.name, "count": a.count} for a in audiences.audiences(principal=request.principal)
        ],
        "templates": [screens.template_out(found) for found in channels.templates()],
        "goals": {
            "fields": [{"key": m.key, "labels": m.labels, "type": m.type, "unit": units.get(m.key)} for m in measures],
            "examples": _EXAMPLES,
        },
        "result_sets": [{"key": key, "labels": found.labels} for key, found in definitions.all_of(ResultSet).items()],
    }


@router.get("/campaigns/products")
def products(request: SignedInRequest, q: str = "") -> Any:
    """Products that a campaign can recommend, the lowest risk first."""
    return {"items": screens.products_out(q, request.principal)}


@router.post("/campaigns", response={201: Any})
def create(request: SignedInRequest, body: schemas.PlanIn) -> Any:
    """A new draft."""
    return 201, screens.campaign_out(api.create(body.plan(), principal=request.principal), request.principal)


@router.get("/campaigns/work/{uid}/gate")
def work_gate(request: SignedInRequest, uid: uuid.UUID) -> Any:
    """What the send gate says now about the contact that a work item asks for."""
    return screens.verdict_out(api.work_verdict(uid, principal=request.principal))


@router.get("/campaigns/{uid}")
def get(request: SignedInRequest, uid: uuid.UUID) -> Any:
    """One campaign."""
    return screens.campaign_out(api.get(uid, principal=request.principal), request.principal)


@router.patch("/campaigns/{uid}")
def change(request: SignedInRequest, uid: uuid.UUID, body: schemas.ChangeIn) -> Any:
    """A changed draft."""
    found = api.change(uid, body.plan(), revision=body.revision, principal=request.principal)
    return screens.campaign_out(found, request.principal)


@router.delete("/campaigns/{uid}", response={204: None})
def delete(request: SignedInRequest, uid: uuid.UUID, revision: int) -> Any:
    """A draft put away."""
    api.delete(uid, revision=revision, principal=request.principal)
    return 204, None


@router.post("/campaigns/{uid}/estimate")
def estimate(request: SignedInRequest, uid: uuid.UUID) -> Any:
    """What confirming would freeze now."""
    return screens.estimate_out(api.estimate(uid, principal=request.principal))


@router.post("/campaigns/{uid}/confirm")
def confirm(request: SignedInRequest, uid: uuid.UUID, body: schemas.ConfirmIn) -> Any:
    """The audience frozen as it was shown."""
    found = api.confirm(
        uid, revision=body.revision, count=body.count, business_date=body.business_date, principal=request.principal
    )
    return screens.campaign_out(found, request.principal)


@router.post("/campaigns/{uid}/launch")
def launch(request: SignedInRequest, uid: uuid.UUID, body: schemas.ActIn) -> Any:
    """A confirmed campaign on its way."""
    return screens.campaign_out(api.launch(uid, revision=body.revision, principal=request.principal), request.principal)


@router.post("/campaigns/{uid}/pause")
def pause(request: SignedInRequest, uid: uuid.UUID, body: schemas.ActIn) -> Any:
    """Everything that has not left, held."""
    return screens.campaign_out(api.pause(uid, revision=body.revision, principal=request.principal), request.principal)


@router.post("/campaigns/{uid}/resume")
def resume(request: SignedInRequest, uid: uuid.UUID, body: schemas.ActIn) -> Any:
    """A paused campaign running again."""
    return screens.campaign_out(api.resume(uid, revision=body.revision, principal=request.principal), request.principal)


@router.post("/campaigns/{uid}/stop")
def stop(request: SignedInRequest, uid: uuid.UUID, body: schemas.ActIn) -> Any:
    """A campaign stopped for good."""
    return screens.campaign_out(api.stop(uid, revision=body.revision, principal=request.principal), request.principal)


@router.post("/campaigns/{uid}/preview")
def preview(request: SignedInRequest, uid: uuid.UUID, body: schemas.PreviewIn) -> Any:
    """The message to a real customer, under mask."""
    party, message = api.preview(uid, party=body.party, principal=request.principal)
    said = "No value for {}" if request.principal.language == "en" else "缺少资料：{}"
    findings = [{"code": "template.missing_variable", "message": said.format(name)} for name in message.missing]
    return {
        "party": party,
        "subject": message.subject,
        "body_text": message.text,
        "body_html": None,
        "address": message.address,
        "findings": findings,
    }


@router.post("/campaigns/{uid}/test-mail")
def test_mail(request: SignedInRequest, uid: uuid.UUID) -> Any:
    """The preview sent to the caller's own mailbox, and to nobody else's."""
    own = settings.STAFF_MAIL.format(employee_no=request.principal.employee_no)
    return {"sent_to": api.send_test(uid, to=own, settings=settings.SMTP, principal=request.principal)}


@router.get("/campaigns/{uid}/effect")
def effect(request: SignedInRequest, uid: uuid.UUID) -> Any:
    """What the campaign brought about."""
    campaign = api.get(uid, principal=request.principal)
    return screens.effect_out(campaign, api.effect(uid, principal=request.principal), request.principal.language)


@router.get("/campaigns/{uid}/members")
def members(
    request: SignedInRequest,
    uid: uuid.UUID,
    state: str = "",
    reason: str = "",
    unit: uuid.UUID | None = None,
    cursor: int = 0,
) -> Any:
    """The people behind one number."""
    rows, more, count = api.members(
        uid, state=state, reason=reason, unit=unit, after=cursor, principal=request.principal
    )
    return screens.members_out(rows, more, count, request.principal)


@router.post("/campaigns/{uid}/members/{party}/resend", response={204: None})
def resend(request: SignedInRequest, uid: uuid.UUID, party: uuid.UUID, body: schemas.ReasonIn) -> Any:
    """A message with an unknown outcome, sent again on a person's word."""
    api.resend(uid, party, reason=body.reason, principal=request.principal)
    return 204, None
