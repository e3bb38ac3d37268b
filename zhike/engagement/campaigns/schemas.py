"""What the campaigns interface takes and gives."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Literal

from typing_extensions import TypedDict

from zhike.engagement.campaigns.types import CampaignPlan, CampaignState, DifferenceState
from zhike.engagement.channels import api as channels
from zhike.kernel.block_data import Format
from zhike.kernel.wire import Failure, Finding, Labels, Named, Party, RequestBody

RunState = Literal["waiting", "running", "failed", "cancelled", "interrupted"]
TouchState = Literal["waiting", "sent", "refused", "unknown", "failed", "control", "sending", "stopped"]
Group = Literal["treated", "control"]


class GoalIn(RequestBody):
    """The goal as a condition over measures, within trading days after reach."""

    expression: str
    days: int = 20


class PlanIn(RequestBody):
    """A planned campaign."""

    name: str
    audience: uuid.UUID
    template: str
    goal: GoalIn
    purpose: str = ""
    product: uuid.UUID | None = None
    script: str = ""
    due_days: int = 3
    control_percent: int = 10
    result_set: str = "follow_up"

    def plan(self) -> CampaignPlan:
        """Return the plan as the door takes it."""
        return CampaignPlan(
            name=self.name,
            audience=self.audience,
            template=template_key(self.template),
            goal=self.goal.expression,
            goal_days=self.goal.days,
            purpose=self.purpose,
            product=self.product,
            script=self.script,
            due_days=self.due_days,
            control_percent=self.control_percent,
            result_set=self.result_set,
        )


class PlanChangeIn(PlanIn):
    """A changed plan, based on one revision."""

    revision: int


class ActIn(RequestBody):
    """An act on one revision."""

    revision: int


class ConfirmIn(ActIn):
    """A confirmation of what was shown."""

    count: int
    business_date: date


class MessageIn(RequestBody):
    """For whom to preview; anybody without one."""

    party: uuid.UUID | None = None


class ReasonIn(RequestBody):
    """Why somebody does something sensitive."""

    reason: str


class TemplateVariableOut(TypedDict):
    """A blank in a message."""

    key: str
    labels: Labels


class TemplateOut(TypedDict):
    """A message that campaigns can send."""

    uid: str
    key: str
    name: str
    labels: Labels
    subject: str
    body: str
    channel: str
    risk_level: str | None
    variables: list[TemplateVariableOut]


class CountsOut(TypedDict):
    """Where the chosen people are."""

    chosen: int
    control: int
    treated: int
    refused: int
    waiting: int
    sent: int
    unknown: int
    failed: int
    stopped: int


class CampaignOwnerOut(TypedDict):
    """Who planned a campaign."""

    name: str
    employee_no: str


class WorkDoneOut(TypedDict):
    """How much of a campaign's work is open and done."""

    open: int
    done: int


class CampaignRowOut(TypedDict):
    """A campaign in a list; before anybody is chosen there are no `counts`."""

    uid: uuid.UUID
    name: str
    state: CampaignState
    revision: int
    audience: Named
    owner: CampaignOwnerOut
    business_date: date | None
    launched_at: datetime | None
    counts: CountsOut | None
    work: WorkDoneOut


class CampaignsOut(TypedDict):
    """Every campaign, newest first."""

    items: list[CampaignRowOut]


class ProductOut(TypedDict):
    """A product that a campaign can recommend."""

    uid: str
    display: str
    risk_level: str | None


class ProductsOut(TypedDict):
    """Products, the lowest risk first."""

    items: list[ProductOut]


class GoalOut(TypedDict):
    """What a campaign wants: as it is kept, as its reader writes it, and said in words."""

    expression: str
    text: str
    days: int
    sentence: str


class FrozenOut(TypedDict):
    """The audience as it was confirmed."""

    count: int
    business_date: date | None


class CampaignEventOut(TypedDict):
    """One act on a campaign; `reason` is why the program did it of itself."""

    at: datetime
    actor: str
    event: str
    reason: Labels | None


class ChannelAwayOut(TypedDict):
    """The server of the campaign's channel is away: its messages wait, and the next one tries at `retry_at`."""

    since: datetime
    retry_at: datetime
    error: Labels


class PutOffOut(TypedDict):
    """Messages that the gate has told to wait (quiet hours), and until when the first of them waits."""

    count: int
    until: datetime


class CampaignRunOut(TypedDict):
    """Heavy work that is not done: under way, or ended with an error."""

    uid: uuid.UUID
    state: RunState
    under_way: bool
    step: Labels
    done: int
    total: int
    error: Failure | None


class CampaignOut(CampaignRowOut):
    """One campaign; `product_level` is the product's risk level, or the message's where there is no product.

    `confirmation` stands there while it is under way, and when it failed until the campaign is changed.
    """

    purpose: str
    template: TemplateOut
    product: ProductOut | None
    product_level: str | None
    script: str
    due_days: int
    control_percent: int
    result_set: str
    goal: GoalOut
    snapshot: FrozenOut | None
    permitted: list[str]
    timeline: list[CampaignEventOut]
    channel_away: ChannelAwayOut | None
    put_off: PutOffOut | None
    confirmation: CampaignRunOut | None


class AudienceChoiceOut(TypedDict):
    """An audience to choose; without a count when nothing can be counted now."""

    uid: uuid.UUID
    name: str
    count: int | None


class GoalFieldOut(TypedDict):
    """A measure that a goal may name."""

    key: str
    labels: Labels
    type: str
    unit: str | None


class GoalExampleOut(TypedDict):
    """A goal to begin with."""

    labels: Labels
    expression: str


class GoalOptionsOut(TypedDict):
    """What goals can be made of."""

    fields: list[GoalFieldOut]
    examples: list[GoalExampleOut]


class ResultSetOut(TypedDict):
    """A set of results that work can end with."""

    key: str
    labels: Labels


class OptionsOut(TypedDict):
    """What a campaign can be made of."""

    audiences: list[AudienceChoiceOut]
    templates: list[TemplateOut]
    goals: GoalOptionsOut
    result_sets: list[ResultSetOut]


class ReasonOut(TypedDict):
    """Why the send gate refuses."""

    code: str
    labels: Labels


class RefusalOut(ReasonOut):
    """How many parties were refused for a first reason."""

    count: int


class TouchOut(TypedDict):
    """What one campaign did about a party: a message, or why there was none."""

    at: datetime | None
    origin: str
    origin_path: str
    channel: str
    state: TouchState
    reasons: list[ReasonOut]


class TouchesData(TypedDict):
    """What the block kind `touches` shows."""

    rows: list[TouchOut]


class VerdictOut(TypedDict):
    """What the send gate says about one party now."""

    allowed: bool
    reasons: list[ReasonOut]


class OutlookOut(TypedDict):
    """What the campaign could find out: whether it is ever judged, in words, and a control group that sees more."""

    judged: bool
    sentence: str
    better: int | None


class EstimateOut(TypedDict):
    """What confirming would freeze now: `covered` have a manager, `followed` would get work about them."""

    count: int
    business_date: date
    control: int
    reachable: int
    refusals: list[RefusalOut]
    covered: int
    followed: int
    work_refusals: list[RefusalOut]
    outlook: OutlookOut | None


class EstimateStandingOut(TypedDict):
    """The newest stored estimate, whether it holds for the campaign, audience and data of now, and its run."""

    estimate: EstimateOut | None
    current: bool
    made_at: datetime | None
    run: CampaignRunOut | None


class MessageOut(TypedDict):
    """The message to one customer, under mask."""

    party: Party
    subject: str
    body_text: str
    address: str
    findings: list[Finding]


class TestMailOut(TypedDict):
    """Where the test mail went."""

    sent_to: str


class MeasureOut(TypedDict):
    """Treated minus control of one measure as far as its `state` lets it be said; numbers are decimal text.

    `some_treated` and `some_control` met the goal, or have an amount; of what is `counted` they stand in place of a rate.
    `significant` may only be a measure that is judged.
    """

    key: str
    labels: Labels
    unit: str
    format: Format
    treated: str | None
    control: str | None
    difference: str | None
    low: str | None
    high: str | None
    significant: bool
    primary: bool
    counted: bool
    n_treated: int
    n_control: int
    state: DifferenceState
    some_treated: int
    some_control: int
    p: str | None
    note: str | None


class CurveOut(TypedDict):
    """One measure day by day, by group."""

    unit: str
    format: Format
    days: list[int]
    treated: list[str | None]
    control: list[str | None]


class BranchOut(TypedDict):
    """One unit's part of the effect, which is never judged; `small` groups have counts alone."""

    uid: uuid.UUID
    name: str
    chosen: int
    control: int
    sent: int
    refused: int
    treated_met: int
    control_met: int
    treated_n: int
    control_n: int
    treated_rate: str | None
    control_rate: str | None
    difference: str | None
    low: str | None
    high: str | None
    small: bool


class CheckOut(TypedDict):
    """Whether a number holds that must hold; `ok` is none where there is nothing to hold."""

    key: str
    ok: bool | None
    text: str


class ResultCountOut(TypedDict):
    """How often the work ended in one way."""

    key: str
    labels: Labels
    count: int


class CampaignWorkOut(TypedDict):
    """The managers' work about the people."""

    created: int
    refused: int
    refusals: list[RefusalOut]
    done: int
    results: list[ResultCountOut]


class VersionOut(TypedDict):
    """What was concluded once the end day was observed, when, and of a later version why it was computed anew."""

    version: int
    made_at: datetime
    sentence: str
    why: str | None


class ClosingOut(TypedDict):
    """The verdict of a campaign whose days are over, newest version first, and whether late data may still change it."""

    may_change: str
    late: int
    versions: list[VersionOut]


class EffectOut(TypedDict):
    """What a campaign brought about; `first_day` is the trading day whose close gives the first figures.

    The measures are stored: `made_at` says since when, `current` whether they are of the newest data, `run` what is
    under way; where nothing is stored yet there are none. Before anybody is chosen there are no `counts`.
    """

    sentence: str
    business_date: date | None
    days: int
    observed_days: int
    first_day: date | None
    counts: CountsOut | None
    refusals: list[RefusalOut]
    work: CampaignWorkOut
    measures: list[MeasureOut]
    curve: CurveOut | None
    branches: list[BranchOut]
    checks: list[CheckOut]
    complete: bool
    closing: ClosingOut | None
    current: bool
    made_at: datetime | None
    run: CampaignRunOut | None


class MemberOut(TypedDict):
    """One person of a campaign; nobody by name where the viewer may not see the person.

    `resendable` says that the viewer may have the message sent again.
    """

    party: Party | None
    group: Group
    state: TouchState
    reasons: list[ReasonOut]
    sent_at: datetime | None
    work_state: str | None
    converted: bool | None
    much: str | None
    resendable: bool


class MeasuredOut(TypedDict):
    """The measure that the effect tells of each person (`much`)."""

    labels: Labels
    unit: str | None
    format: Format


class MembersOut(TypedDict):
    """A page of the people behind one number, how many they are, and what is measured of each, if anything is."""

    items: list[MemberOut]
    next_cursor: str | None
    count: int
    measured: MeasuredOut | None


def template_key(given: str) -> str:
    """Return a template's key from its key or uuid."""
    return next((found.key for found in channels.templates() if str(found.identity) == given), given)
