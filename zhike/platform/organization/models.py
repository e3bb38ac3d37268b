from __future__ import annotations

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower


class Unit(models.Model):
    """A place in the firm's tree: firm, region, branch or team. `path` holds the codes from the root down."""

    class Kind(models.TextChoices):
        FIRM = "firm"
        REGION = "region"
        BRANCH = "branch"
        TEAM = "team"

    uid = models.UUIDField(unique=True)
    code = models.TextField(unique=True)
    name = models.TextField()
    kind = models.TextField(choices=Kind.choices)
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    path = models.TextField(db_index=True)


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, employee_no: str | None) -> User:
        return self.get(employee_no=employee_no)


class User(AbstractBaseUser):
    """Somebody who signs in, by employee number. `session_salt` is part of every session's hash."""

    uid = models.UUIDField(unique=True)
    employee_no = models.TextField(unique=True)
    name = models.TextField()
    language = models.TextField(default="zh")
    is_active = models.BooleanField(default=True)
    #: Somebody else knows the password: it is changed before anything else is done.
    must_change = models.BooleanField(default=False, db_default=False)
    password_set_at = models.DateTimeField(null=True)
    session_salt = models.TextField(default="")

    class Meta:
        constraints = [models.UniqueConstraint(Lower("employee_no"), name="user_number_once")]

    USERNAME_FIELD = "employee_no"
    REQUIRED_FIELDS = ["name"]
    objects = UserManager()

    def get_session_auth_hash(self) -> str:
        """Bind sessions to the password and the salt, so that a new salt ends them all."""
        return self._salted(super().get_session_auth_hash())

    def _salted(self, value: str) -> str:
        return f"{value}{self.session_salt}"

    def get_session_auth_fallback_hash(self):  # type: ignore[no-untyped-def]
        """Accept older keys of Django's own kind, with the same salt."""
        for value in super().get_session_auth_fallback_hash():
            yield self._salted(value)


class Post(models.Model):
    """A dated place of a user in a unit, in one role."""

    user = models.ForeignKey(User, models.CASCADE, related_name="posts")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    role = models.TextField()
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "unit", "role"], condition=models.Q(valid_to=None), name="post_once"
            )
        ]


class UsedPassword(models.Model):
    """The hash of a password a user has had."""

    user = models.ForeignKey(User, models.CASCADE, related_name="used_passwords")
    hash = models.TextField()
    at = models.DateTimeField()


class SignInFailures(models.Model):
    """Wrong passwords in a row for an employee number, in small letters, whether there is such a user or not."""

    number = models.TextField(primary_key=True)
    failures = models.IntegerField(default=0)
    locked_until = models.DateTimeField(null=True)
    last_at = models.DateTimeField()
