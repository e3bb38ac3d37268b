"""Who holds a role: a plan that changes or removes it says how many."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db.models import Count, Q

from zhike.kernel import clock
from zhike.kernel.definition_parts import Labels
from zhike.kernel.definitions import User as Using
from zhike.platform.organization.models import Post


def users_of_roles(keys: Sequence[str]) -> Mapping[str, Sequence[Using]]:
    """Return, by role, how many users hold it now or will."""
    kept = Q(valid_to=None) | Q(valid_to__gt=clock.today())
    rows = Post.objects.filter(kept, role__in=list(keys)).values("role").annotate(n=Count("user", distinct=True))
    return {
        row["role"]: [Using("post", row["role"], Labels(f"{row['n']} 名用户", f"{row['n']} users"))] for row in rows
    }
