"""Which audiences use a definition: a plan that changes or removes a tag or an indicator names them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from zhike.insight.audiences.models import Audience
from zhike.kernel.definition_parts import Labels
from zhike.kernel.definitions import User


def users_of(keys: Sequence[str]) -> Mapping[str, Sequence[User]]:
    """Return the audiences whose conditions name one of the tags or indicators, by its key."""
    found: dict[str, list[User]] = {}
    for audience in Audience.objects.filter(deleted_at=None).order_by("id"):
        user = User("audience", str(audience.uid), Labels(zh=audience.name, en=audience.name))
        for key in set(_named(audience.condition)) & set(keys):
            found.setdefault(key, []).append(user)
    return found


def _named(part: object) -> Iterator[str]:
    """The fields that a stored condition names, at any depth."""
    if isinstance(part, dict):
        for name, value in part.items():
            if name == "field" and isinstance(value, str):
                yield value
            else:
                yield from _named(value)
    elif isinstance(part, list):
        for value in part:
            yield from _named(value)
