"""Open work uses its kind: a plan that removes or changes one says how much there is, and it keeps it from going."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db.models import Count

from zhike.kernel.definition_parts import Labels
from zhike.kernel.definitions import User
from zhike.platform.work.models import WorkItem


def users_of_kinds(keys: Sequence[str]) -> Mapping[str, Sequence[User]]:
    """Return the open work of the kinds, one user a kind."""
    rows = WorkItem.objects.filter(kind__in=keys, state=WorkItem.State.OPEN).values("kind").annotate(n=Count("id"))
    found: dict[str, Sequence[User]] = {}
    for row in rows:
        said = Labels(f"{row['n']} 件未办结的待办", f"{row['n']} open work items")
        found[row["kind"]] = [User("work", row["kind"], said, holds=True)]
    return found
