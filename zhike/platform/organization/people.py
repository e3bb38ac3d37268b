"""Who holds what where: colleagues to hand something to, and whoever is nearest above somebody."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Exists, OuterRef, Q, QuerySet

from zhike.kernel import clock
from zhike.platform.organization.models import Post, Unit, User
from zhike.platform.organization.types import Colleague

__all__ = ["colleagues", "nearest_unit", "user_id"]


def colleagues(units: Sequence[int], *, text: str = "", among: Sequence[int] = (), limit: int = 20) -> list[Colleague]:
    """Return active users with a post in one of the units (inner ids) today, by number.

    Those whose name holds `text` or whose number begins with it, and `among` the users of some inner ids, if given.
    """
    held = _today(Post.objects.filter(user=OuterRef("pk"), unit__in=units))
    found = User.objects.filter(Exists(held), is_active=True)
    if text:
        found = found.filter(Q(name__icontains=text) | Q(employee_no__istartswith=text))
    if among:
        found = found.filter(pk__in=among)
    rows = found.order_by("employee_no").values_list("pk", "employee_no", "name")[:limit]
    return [Colleague(*row) for row in rows]


def nearest_unit(role: str, unit: int, *, but: str) -> int | None:
    """Return the unit itself or the nearest one above it in which somebody `but` that employee holds a role today."""
    path = Unit.objects.filter(pk=unit).values_list("path", flat=True).first()
    if path is None:
        return None
    codes = path.strip("/").split("/")
    above = ["/".join(codes[: n + 1]) + "/" for n in range(len(codes))]
    held = _today(Post.objects.filter(role=role, unit__path__in=above, user__is_active=True))
    found = held.exclude(user__employee_no=but).values_list("unit__path", "unit_id")
    return max(found, key=lambda one: len(one[0]), default=("", None))[1]


def user_id(employee_no: str) -> int | None:
    """Return the inner id of the active user with a number, if there is one."""
    return User.objects.filter(employee_no=employee_no, is_active=True).values_list("pk", flat=True).first()


def _today(posts: QuerySet[Post]) -> QuerySet[Post]:
    today = clock.today()
    return posts.filter(Q(valid_to=None) | Q(valid_to__gt=today), valid_from__lte=today)
