"""What the campaigns interface takes."""

from __future__ import annotations

import uuid
from datetime import date

from ninja import Schema

from zhike.engagement.campaigns.types import CampaignPlan
from zhike.engagement.channels import api as channels


class GoalIn(Schema):
    """The goal as a condition over measures, within trading days after reach."""

    expression: str
    days: int = 20


class PlanIn(Schema):
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


class ChangeIn(PlanIn):
    """A changed plan, based on one revision."""

    revision: int


class ActIn(Schema):
    """An act on one revision."""

    revision: int


class ConfirmIn(ActIn):
    """A confirmation of what was shown."""

    count: int
    business_date: date


class PreviewIn(Schema):
    """For whom to preview; anybody without one."""

    party: uuid.UUID | None = None


class ReasonIn(Schema):
    """Why somebody does something sensitive."""

    reason: str


def template_key(given: str) -> str:
    """Return a template's key from its key or uuid."""
    return next((found.key for found in channels.templates() if str(found.identity) == given), given)
