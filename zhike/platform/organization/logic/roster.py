"""The list of users as whoever administers them reads it: conditions that the database keeps, and what rows say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Lower

from zhike.kernel import clock
from zhike.platform.organization.logic import lockout, passwords, units
from zhike.platform.organization.models import Post, User
from zhike.platform.organization.types import HeldPost, RosterQuery, RosterShown, Staff


def members(query: RosterQuery) -> QuerySet[User]:
    """Return the users who have or had a post in the units that a query names."""
    held = Post.objects.filter(unit__in=query.units)
    return User.objects.alias(key=Lower("employee_no")).filter(pk__in=held.values("user"))


def found(members: QuerySet[User], query: RosterQuery) -> QuerySet[User]:
    """Return those users who answer the text of a query."""
    text = query.text.strip()
    return members.filter(Q(name__icontains=text) | Q(employee_no__icontains=text)) if text else members


def conditions() -> Mapping[RosterShown, Q]:
    """Return what each part of the list shows, over users with their number in small letters as `key`."""
    active = Q(is_active=True)
    wanting: dict[RosterShown, Q] = {
        "locked": active & Q(key__in=lockout.locked().values("number")),
        "password": active & passwords.due_now(),
        "ending": active & Q(pk__in=ending().values("user")),
    }
    attention = wanting["locked"] | wanting["password"] | wanting["ending"]
    return {
        "active": active,
        "attention": attention,
        **wanting,
        "never": active & Q(last_login=None),
        "ended": Q(is_active=False),
    }


def ending() -> QuerySet[Post]:
    """Return the posts of today that end within the days set for that, and after which the same one does not go on."""
    today = clock.today()
    same = Post.objects.filter(user=OuterRef("user"), unit=OuterRef("unit"), role=OuterRef("role"))
    goes_on = same.filter(valid_from=OuterRef("valid_to")).exclude(valid_to__lte=F("valid_from"))
    within = today + timedelta(days=settings.POST_ENDING_DAYS)
    return Post.objects.filter(~Exists(goes_on), valid_from__lte=today, valid_to__gt=today, valid_to__lte=within)


def ending_of(users: Iterable[Staff]) -> dict[int, HeldPost]:
    """Return the post of each active user that ends first, of those that do soon."""
    chosen = [user.id for user in users if user.active]
    rows = ending().filter(user__in=chosen).select_related("unit").order_by("-valid_to", "-pk")
    return {
        post.user_id: HeldPost(post.role, units.as_type(post.unit), post.valid_from, post.valid_to) for post in rows
    }


def locked_of(users: Iterable[Staff]) -> dict[int, datetime]:
    """Return until when each active user is locked, of those who are."""
    chosen = {lockout.key(user.employee_no): user.id for user in users if user.active}
    rows = lockout.locked().filter(number__in=chosen).values_list("number", "locked_until")
    return {chosen[number]: until for number, until in rows if until is not None}
