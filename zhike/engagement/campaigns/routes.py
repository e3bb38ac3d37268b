"""Campaigns over HTTP."""

from __future__ import annotations

import uuid

from django.conf import settings
from ninja import Router

from zhike.engagement.campaigns import api, schemas, screens, standing
from zhike.insight.audiences import api as audiences
from zhike.kernel.wire import reading, responds
from zhike.platform.permissions.api import SignedInRequest

router = Router(tags=["campaigns"])


@router.get("/campaigns", operation_id="listCampaigns", response=responds(schemas.CampaignsOut))
def campaigns(request: SignedInRequest) -> schemas.CampaignsOut:
    """Every campaign."""
    return {"items": screens.list_out(standing.campaigns(principal=request.principal), request.principal)}


@router.get("/campaigns/options", operation_id="getCampaignOptions", response=responds(schemas.OptionsOut))
def options(request: SignedInRequest) -> schemas.OptionsOut:
    """What a campaign can be made of."""
    return screens.options_out(audiences.audiences(principal=request.principal), request.principal.language)


@router.get("/campaigns/products", operation_id="listProducts", response=responds(schemas.ProductsOut))
def products(request: SignedInRequest, q: str = "") -> schemas.ProductsOut:
    """Products that a campaign can recommend, the lowest risk first."""
    return {"items": screens.products_out(q, request.principal)}


@router.post("/campaigns", operation_id="createCampaign", response=responds(schemas.CampaignOut, 201))
def create(request: SignedInRequest, body: schemas.PlanIn) -> schemas.CampaignOut:
    """A new draft."""
    return screens.campaign_out(api.create(body.plan(), principal=request.principal), request.principal)


@router.get("/campaigns/{uid}", operation_id="getCampaign", response=responds(schemas.CampaignOut))
def get(request: SignedInRequest, uid: uuid.UUID) -> schemas.CampaignOut:
    """One campaign."""
    return screens.campaign_out(standing.get(uid, principal=request.principal), request.principal)


@router.patch("/campaigns/{uid}", operation_id="changeCampaign", response=responds(schemas.CampaignOut))
def change(request: SignedInRequest, uid: uuid.UUID, body: schemas.PlanChangeIn) -> schemas.CampaignOut:
    """A changed draft."""
    found = api.change(uid, body.plan(), revision=body.revision, principal=request.principal)
    return screens.campaign_out(found, request.principal)


@router.delete("/campaigns/{uid}", operation_id="deleteCampaign", response=responds(None, 204))
def delete(request: SignedInRequest, uid: uuid.UUID, revision: int) -> None:
    """A draft put away."""
    api.delete(uid, revision=revision, principal=request.principal)


@router.post(
    "/campaigns/{uid}/estimate", operation_id="estimateCampaign", response=responds(schemas.EstimateStandingOut, 202)
)
def estimate(request: SignedInRequest, uid: uuid.UUID) -> schemas.EstimateStandingOut:
    """What confirming would freeze now, being computed; the answer is the one before, and the run."""
    api.estimate(uid, principal=request.principal)
    return screens.estimate_standing_out(
        standing.estimate(uid, principal=request.principal), request.principal.language
    )


@router.get(
    "/campaigns/{uid}/estimate", operation_id="getCampaignEstimate", response=responds(schemas.EstimateStandingOut)
)
def newest_estimate(request: SignedInRequest, uid: uuid.UUID) -> schemas.EstimateStandingOut:
    """The newest stored estimate."""
    return screens.estimate_standing_out(
        standing.estimate(uid, principal=request.principal), request.principal.language
    )


@router.post("/campaigns/{uid}/confirm", operation_id="confirmCampaign", response=responds(schemas.CampaignOut, 202))
def confirm(request: SignedInRequest, uid: uuid.UUID, body: schemas.ConfirmIn) -> schemas.CampaignOut:
    """The audience being frozen as it was shown; the campaign is locked meanwhile."""
    api.confirm(
        uid, revision=body.revision, count=body.count, business_date=body.business_date, principal=request.principal
    )
    return screens.campaign_out(standing.get(uid, principal=request.principal), request.principal)


@router.post("/campaigns/{uid}/launch", operation_id="launchCampaign", response=responds(schemas.CampaignOut))
def launch(request: SignedInRequest, uid: uuid.UUID, body: schemas.ActIn) -> schemas.CampaignOut:
    """A confirmed campaign on its way."""
    return screens.campaign_out(api.launch(uid, revision=body.revision, principal=request.principal), request.principal)


@router.post("/campaigns/{uid}/pause", operation_id="pauseCampaign", response=responds(schemas.CampaignOut))
def pause(request: SignedInRequest, uid: uuid.UUID, body: schemas.ActIn) -> schemas.CampaignOut:
    """Everything that has not left, held."""
    return screens.campaign_out(api.pause(uid, revision=body.revision, principal=request.principal), request.principal)


@router.post("/campaigns/{uid}/resume", operation_id="resumeCampaign", response=responds(schemas.CampaignOut))
def resume(request: SignedInRequest, uid: uuid.UUID, body: schemas.ActIn) -> schemas.CampaignOut:
    """A paused campaign running again."""
    return screens.campaign_out(api.resume(uid, revision=body.revision, principal=request.principal), request.principal)


@router.post("/campaigns/{uid}/stop", operation_id="stopCampaign", response=responds(schemas.CampaignOut))
def stop(request: SignedInRequest, uid: uuid.UUID, body: schemas.ActIn) -> schemas.CampaignOut:
    """A campaign stopped for good."""
    return screens.campaign_out(api.stop(uid, revision=body.revision, principal=request.principal), request.principal)


@router.post("/campaigns/{uid}/preview", operation_id="previewMessage", response=responds(schemas.MessageOut))
@reading
def preview(request: SignedInRequest, uid: uuid.UUID, body: schemas.MessageIn) -> schemas.MessageOut:
    """The message to a real customer, under mask."""
    party, message = api.preview(uid, party=body.party, principal=request.principal)
    return screens.message_out(party, message, request.principal.language)


@router.post("/campaigns/{uid}/test-mail", operation_id="sendTestMail", response=responds(schemas.TestMailOut))
def test_mail(request: SignedInRequest, uid: uuid.UUID) -> schemas.TestMailOut:
    """The preview sent to the caller's own mailbox, and to nobody else's."""
    own = settings.STAFF_MAIL.format(employee_no=request.principal.employee_no)
    return {"sent_to": api.send_test(uid, to=own, settings=settings.SMTP, principal=request.principal)}


@router.get("/campaigns/{uid}/effect", operation_id="getCampaignEffect", response=responds(schemas.EffectOut))
def effect(request: SignedInRequest, uid: uuid.UUID) -> schemas.EffectOut:
    """What the campaign brought about."""
    campaign = standing.get(uid, principal=request.principal)
    return screens.effect_out(campaign, standing.effect(uid, principal=request.principal), request.principal)


@router.post("/campaigns/{uid}/effect", operation_id="measureCampaign", response=responds(schemas.EffectOut, 202))
def measure(request: SignedInRequest, uid: uuid.UUID) -> schemas.EffectOut:
    """What the campaign brought about, being computed of the newest data; the answer is the one before, and the run."""
    api.measure(uid, principal=request.principal)
    return effect(request, uid)


@router.get("/campaigns/{uid}/members", operation_id="listMembers", response=responds(schemas.MembersOut))
def members(
    request: SignedInRequest,
    uid: uuid.UUID,
    state: str = "",
    reason: str = "",
    unit: uuid.UUID | None = None,
    cursor: str = "",
) -> schemas.MembersOut:
    """The people behind one number."""
    rows, more, count = standing.members(
        uid,
        state=state,
        reason=reason,
        unit=unit,
        after=screens.member_after(cursor),
        principal=request.principal,
    )
    return screens.members_out(
        rows, more, count, request.principal, resends=standing.may_resend(uid, principal=request.principal)
    )


@router.post(
    "/campaigns/{uid}/members/{party}/resend", operation_id="resendMessage", response=responds(schemas.VerdictOut)
)
def resend(request: SignedInRequest, uid: uuid.UUID, party: uuid.UUID, body: schemas.ReasonIn) -> schemas.VerdictOut:
    """A message that failed or has an unknown outcome, sent again on a person's word if the gate allows it again."""
    return screens.verdict_out(api.resend(uid, party, reason=body.reason, principal=request.principal))
