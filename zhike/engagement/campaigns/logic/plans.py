"""Checking a plan and knowing what may be done with a campaign in each state."""

from __future__ import annotations

from collections.abc import Mapping

from zhike.engagement.campaigns.errors import BadPlan, WrongState
from zhike.engagement.campaigns.models import Campaign
from zhike.engagement.campaigns.types import CampaignPlan
from zhike.engagement.channels import api as channels
from zhike.engagement.channels.types import ContentRule
from zhike.expressions import api as expressions
from zhike.expressions.types import Type
from zhike.insight.indicators import api as indicators
from zhike.kernel import definitions
from zhike.kernel.definition_parts import Labels
from zhike.kernel.errors import ZhikeError
from zhike.platform.work.types import ResultSet

State = Campaign.State
#: act → (states it is possible in, state it leads to)
ACTS: Mapping[str, tuple[frozenset[str], str]] = {
    "edit": (frozenset({State.DRAFT}), State.DRAFT),
    "delete": (frozenset({State.DRAFT}), State.DRAFT),
    "confirm": (frozenset({State.DRAFT}), State.CONFIRMING),
    "launch": (frozenset({State.CONFIRMED}), State.RUNNING),
    "pause": (frozenset({State.RUNNING}), State.PAUSED),
    "resume": (frozenset({State.PAUSED}), State.RUNNING),
    "stop": (frozenset({State.CONFIRMED, State.RUNNING, State.PAUSED}), State.STOPPED),
}


def possible_acts(state: str) -> list[str]:
    """Return what may be done with a campaign in a state."""
    return [act for act, (states, _next) in ACTS.items() if state in states]


def require_act(campaign: Campaign, act: str) -> str:
    """Return the state that `act` leads to; raises WrongState that says what is possible."""
    states, following = ACTS[act]
    if campaign.state not in states:
        raise WrongState(state=campaign.state, act=act, has=possible_acts(campaign.state))
    return following


def check_plan(plan: CampaignPlan) -> None:
    """Raise BadPlan with every fault of the plan."""
    findings: list[dict[str, object]] = []
    if not plan.name.strip():
        findings.append(_finding("campaign.no_name", "name", "请填写活动名称", "Name the campaign"))
    for field, value, low, high in (
        ("goal.days", plan.goal_days, 1, 250),
        ("due_days", plan.due_days, 1, 60),
        ("control_percent", plan.control_percent, 0, 50),
    ):
        if not low <= value <= high:
            zh, en = f"应在 {low} 至 {high} 之间", f"Must lie between {low} and {high}"
            findings.append(_finding("campaign.out_of_range", field, zh, en))
    if plan.result_set not in definitions.all_of(ResultSet):
        zh, en = f"没有结果码集“{plan.result_set}”", f"There is no set of results '{plan.result_set}'"
        findings.append(_finding("campaign.unknown_results", "result_set", zh, en))
    for rule in definitions.all_of(ContentRule).values():
        findings += [
            _finding("campaign.forbidden_word", "script", said.zh, said.en) for said in rule.faults(plan.script)
        ]
    for field, check in (
        ("template", lambda: channels.template(plan.template)),
        ("goal.expression", lambda: parse_goal(plan.goal)),
    ):
        try:
            check()
        except ZhikeError as error:
            found = error.findings or [_finding(error.code, field, error.message("zh"), error.message("en"))]
            findings += [{**finding, "field": field} for finding in found]
    if findings:
        raise BadPlan(count=len(findings), findings=findings)


def parse_goal(text: str) -> expressions.Expression:
    """Return the goal as a checked true-or-false expression over the measures."""
    goal = expressions.parse(text, indicators.goal_schema())
    if expressions.type_of(goal) is not Type.BOOLEAN:
        zh, en = "目标应是一个条件", "The goal must be a condition"
        for _words, example in examples()[:1]:
            zh, en = f"{zh}，例如 {_written(example, 'zh')}", f"{en}, for example {_written(example, 'en')}"
        raise BadPlan(count=1, findings=[_finding("campaign.goal_not_a_condition", "goal.expression", zh, en)])
    return goal


def examples() -> list[tuple[Labels, str]]:
    """Return goals to begin with, as they are kept, each with what it is called."""
    return [
        (found.example.labels, f"{key} >= {found.example.least}")
        for key, found in indicators.measures().items()
        if found.example
    ]


def _written(goal: str, language: str) -> str:
    schema = indicators.goal_schema()
    return expressions.to_text(expressions.parse(goal, schema), schema, language)


def kept_goal(text: str) -> str:
    """Return the goal as it is kept: by the keys of measures, so that a renamed measure stays the goal."""
    return expressions.to_text(parse_goal(text), indicators.goal_schema(), None)


def _finding(code: str, field: str, zh: str, en: str) -> dict[str, object]:
    return {"code": code, "field": field, "message": zh, "message_en": en}


def touch_step() -> str:
    """Return the name of a campaign's one step; journeys will have more."""
    return "first"
