"""Sign-in by employee number: sign-up closed, failures counted on the user's row, locked for a while."""

from __future__ import annotations

from datetime import timedelta

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import F
from django.http import HttpRequest

from zhike.kernel import clock
from zhike.platform.audit import api as audit
from zhike.platform.organization.models import User


class EmployeeAccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """The hooks of the sign-in library."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody makes an account by signing up."""
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: str) -> None:
        """Refuse a locked employee number before the password is looked at."""
        locked = (
            User.objects.filter(employee_no=credentials.get("username", ""), locked_until__gt=clock.now())
            .values_list("locked_until", flat=True)
            .first()
        )
        if locked:
            until = clock.local(locked).strftime("%H:%M")
            raise ValidationError(f"连续输错密码，账号已锁定至 {until}", code="too_many_login_attempts")

    def authentication_failed(self, request: HttpRequest, **credentials: str) -> None:
        """Count the failure; at the limit, lock the employee number."""
        number = credentials.get("username", "")
        found = User.objects.filter(employee_no=number)
        if not found.update(failures=F("failures") + 1):
            return
        user = found.get()
        audit.note(operation="sign_in_failed", subject="user", subject_id=user.pk)
        if user.failures >= settings.SIGN_IN_FAILURES:
            until = clock.now() + timedelta(seconds=settings.SIGN_IN_LOCK_SECONDS)
            found.update(failures=0, locked_until=until)
            audit.note(operation="sign_in_locked", subject="user", subject_id=user.pk)

    def post_login(self, request: HttpRequest, user: User, **kwargs: object) -> object:
        """Forget earlier failures and write the sign-in to the journal."""
        User.objects.filter(pk=user.pk).update(failures=0, locked_until=None)
        audit.note(operation="sign_in", subject="user", subject_id=user.pk)
        return super().post_login(request, user, **kwargs)
