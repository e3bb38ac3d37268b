"""Which campaigns use a definition: a plan that changes or removes it names them, and a running one keeps it from going."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from zhike.engagement.campaigns.logic.plans import parse_goal
from zhike.engagement.campaigns.models import Campaign
from zhike.expressions import api as expressions
from zhike.kernel.definition_parts import Labels
from zhike.kernel.definitions import User
from zhike.kernel.errors import ZhikeError

_LIVE = (Campaign.State.CONFIRMED, Campaign.State.RUNNING, Campaign.State.PAUSED)


def users_of_templates(keys: Sequence[str]) -> Mapping[str, Sequence[User]]:
    """Return the campaigns that send one of the templates, by its key."""
    return _users(keys, lambda campaign: {campaign.template})


def users_of_result_sets(keys: Sequence[str]) -> Mapping[str, Sequence[User]]:
    """Return the campaigns whose work ends with results of one of the sets, by its key."""
    return _users(keys, lambda campaign: {campaign.result_set})


def users_of_measures(keys: Sequence[str]) -> Mapping[str, Sequence[User]]:
    """Return the campaigns whose goal names one of the measures, by its key."""
    return _users(keys, lambda campaign: _goal_names(campaign.goal))


def _users(keys: Sequence[str], named: Callable[[Campaign], set[str]]) -> Mapping[str, Sequence[User]]:
    found: dict[str, list[User]] = {}
    for campaign in Campaign.objects.filter(deleted_at=None).order_by("id"):
        labels = Labels(zh=campaign.name, en=campaign.name)
        user = User("campaign", str(campaign.uid), labels, holds=campaign.state in _LIVE)
        for key in named(campaign) & set(keys):
            found.setdefault(key, []).append(user)
    return found


def _goal_names(goal: str) -> set[str]:
    try:
        tree = parse_goal(goal)
    except ZhikeError:
        return set()  # a goal that is no longer one uses nothing
    return {node.parts[-1] for node, _depth in expressions.walk(tree) if isinstance(node, expressions.Path)}
