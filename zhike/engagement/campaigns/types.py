"""Campaigns, their numbers and their effects as screens see them."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Generic, Literal, TypeVar

from typing_extensions import TypedDict

from zhike.engagement.channels.types import DeliveryState
from zhike.engagement.compliance.types import PastDecision, Refusals
from zhike.kernel.block_data import Format
from zhike.kernel.definition_parts import Labels

Found = TypeVar("Found")
DifferenceState = Literal["judged", "shown", "halted", "few", "early"]
CampaignState = Literal["draft", "confirming", "confirmed", "running", "paused", "stopped", "finished"]


@dataclass(frozen=True, slots=True)
class CampaignPlan:
    """What somebody plans: audience, template, goal and work. `product` is the uid of a product, if any."""

    name: str
    audience: uuid.UUID
    template: str
    goal: str
    goal_days: int
    purpose: str = ""
    product: uuid.UUID | None = None
    script: str = ""
    due_days: int = 3
    control_percent: int = 10
    result_set: str = "follow_up"


@dataclass(frozen=True, slots=True)
class Campaign:
    """A campaign as it stood when it was read: its plan, whose it is, and how far it has come. `id` is the inner one."""

    id: int
    uid: uuid.UUID
    name: str
    purpose: str
    state: CampaignState
    revision: int
    audience_uid: uuid.UUID
    audience_name: str
    template: str
    product_id: int | None
    product_level: str
    goal: str
    goal_days: int
    script: str
    due_days: int
    result_set: str
    control_percent: int
    owner: str
    owner_name: str
    unit_id: int | None
    snapshot_uid: uuid.UUID | None
    business_date: date | None
    confirmed_at: datetime | None
    launched_at: datetime | None
    reach_date: date | None
    finished_at: datetime | None
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Counts:
    """Where the chosen people are. Always: chosen = control + refused + waiting + sent + unknown + failed + stopped."""

    chosen: int = 0
    control: int = 0
    refused: int = 0
    waiting: int = 0
    sent: int = 0
    unknown: int = 0
    failed: int = 0
    stopped: int = 0

    @property
    def treated(self) -> int:
        """The people who were to be reached."""
        return self.chosen - self.control


@dataclass(frozen=True, slots=True)
class CampaignWork:
    """How much of the managers' work about a campaign's people is open, and how much is done."""

    open: int = 0
    done: int = 0


@dataclass(frozen=True, slots=True)
class PutOff:
    """How many people of a running campaign the gate has told to wait (quiet hours), and until when the first waits."""

    count: int
    until: datetime


@dataclass(frozen=True, slots=True)
class Estimate:
    """What confirming would freeze: people, the date of their data, and what the gate would refuse today.

    `covered` of the treated have a manager, who would get work about `followed` of them.
    """

    count: int
    business_date: date
    control: int
    reachable: int
    refusals: Refusals
    covered: int
    followed: int
    work_refusals: Refusals
    outlook: Outlook | None = None


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a campaign of these groups could find out, were as many to meet its goal as of the same people before.

    `rate` (0 to 1) of them met it within the `days` trading days up to the date of the data. `expected` of the smaller
    group are needed at least `floor`, else it is never judged. `seen` is the smallest difference (0 to 1) found with 80 %
    power; where it is more than half the rate, or nothing would be judged, a control group of `better` percent is
    proposed, which sees `better_seen`. None where even half the people would not do.
    """

    rate: float
    days: int
    expected: float
    floor: int
    judged: bool
    seen: float | None
    better: int | None
    better_seen: float | None


@dataclass(frozen=True, slots=True)
class Capped:
    """What a comparison of amounts was made of, so that it can be made again.

    Amounts are clipped to ± `cap`, the `rank`-th largest; `lower` and `upper` are the limits of the statistic in standard
    errors, drawn from `seed`. `raw` is the difference of the means without a cap, `largest` the share (0 to 1) that the five
    largest amounts have of all.
    """

    cap: Decimal
    rank: int
    lower: float
    upper: float
    seed: int
    raw: Decimal
    largest: float


@dataclass(frozen=True, slots=True)
class Difference:
    """Treated minus control of one measure, as far as it may be said (`state`).

    `some_treated` and `some_control` are those who met the goal, or whose amount is not 0, of `n_treated` and `n_control`
    people; `expected` of them belong to the smaller group, `floor` at least are needed. A difference and its interval
    are there in the states "judged" (the primary measure), "shown" (any other) and "halted" (the groups are not what was
    planned); not in "few" and, of amounts before the end day, in "early". Of the capped amounts are the means of what
    has a `capped`. What is `counted` is of so few people that their numbers stand in place of a rate.
    """

    key: str
    labels: Mapping[str, str]
    format: Format
    unit: str
    state: DifferenceState
    treated: Decimal | None
    control: Decimal | None
    difference: Decimal | None
    low: Decimal | None
    high: Decimal | None
    n_treated: int
    n_control: int
    some_treated: int
    some_control: int
    expected: Decimal
    floor: int
    primary: bool = False
    counted: bool = False
    error: float | None = None
    p: float | None = None
    capped: Capped | None = None

    @property
    def significant(self) -> bool:
        """Whether it is judged and its interval leaves out zero."""
        return (
            self.state == "judged"
            and self.low is not None
            and self.high is not None
            and (self.low > 0 or self.high < 0)
        )


@dataclass(frozen=True, slots=True)
class Balance:
    """Whether the two groups are what was planned: as assigned, and as they are in the analysis.

    `planned` is the control group's share (0 to 1). Lost are those who were erased, merged into somebody of the other
    group or twice among the people, and whose outcome is missing; `reached` of the others had a message of another
    campaign in these days. `p_assigned` and `p_analysed` say how likely sizes that far from the plan are.
    """

    planned: float
    treated: int
    control: int
    lost_treated: int
    lost_control: int
    p_assigned: float
    p_analysed: float
    losses_differ: bool
    reached_treated: int = 0
    reached_control: int = 0
    reached_differ: bool = False

    @property
    def sizes_hold(self) -> bool:
        """Whether both sizes, before and after losses, are what the plan makes likely."""
        return min(self.p_assigned, self.p_analysed) >= 0.001

    @property
    def holds(self) -> bool:
        """Whether the groups may be compared."""
        return self.sizes_hold and not self.losses_differ


@dataclass(frozen=True, slots=True)
class RunState:
    """A run that is not done: whether it is under way, how far, and why it failed, in both languages."""

    uid: uuid.UUID
    state: str
    under_way: bool
    step: Labels
    done: int
    total: int
    error: Mapping[str, object] | None


@dataclass(frozen=True, slots=True)
class Computed(Generic[Found]):
    """The newest result that a run stored, if any, and whether it is what a run would find now."""

    result: Found | None
    current: bool
    made_at: datetime | None
    run: RunState | None


class UnitEffect(TypedDict):
    """The effect in one unit: how many people where, their conversion; `small` groups have no interval."""

    unit_id: int
    chosen: int
    control: int
    sent: int
    refused: int
    difference: Difference
    small: bool


@dataclass(frozen=True, slots=True)
class PartyCampaign:
    """A campaign that a party was chosen for, into the `group` "treated" or "control"."""

    uid: uuid.UUID
    name: str
    group: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class PartyTouches:
    """What reached a party or did not: its campaigns, its messages by campaign's uid, and the gate's decisions."""

    party_id: int
    chosen: Sequence[PartyCampaign]
    deliveries: Mapping[uuid.UUID, DeliveryState]
    decisions: Sequence[PastDecision]


@dataclass(frozen=True, slots=True)
class Effect:
    """What a campaign brought about, as far as the data reach."""

    business_date: date | None
    days: int
    observed_days: int
    measures: Sequence[Difference]
    curve: Mapping[str, Sequence[Decimal | None]]
    units: Sequence[UnitEffect] = field(default_factory=tuple)
    balance: Balance | None = None

    @property
    def complete(self) -> bool:
        """Whether the end day is observed: from then on the verdict stays."""
        return self.observed_days >= self.days


@dataclass(frozen=True, slots=True)
class ClosedEffect:
    """What was found of a campaign once its end day was observed; the first version is the verdict of the end day.

    A later one was computed anew because of `files` that came after the one before.
    """

    version: int
    made_at: datetime
    result: Effect
    files: Sequence[LateFile]


@dataclass(frozen=True, slots=True)
class LateFile:
    """A file with facts of observed days that was loaded after they had been told; `counted` once they are computed."""

    file: str
    first_date: date
    last_date: date
    counted: bool


@dataclass(frozen=True, slots=True)
class MemberRow:
    """One person of a campaign, for the rows behind a number."""

    party_id: int
    group: str
    state: str
    reasons: Sequence[Mapping[str, object]]
    sent_at: datetime | None
    work_state: str
    converted: bool | None
    #: How much of the measure that the effect tells.
    much: Decimal | None
    #: Whether a person may have the message sent again.
    resendable: bool = False
