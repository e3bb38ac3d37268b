"""Sign-in by employee number: sign-up closed, wrong passwords counted, locked for a while."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from zhike.platform.audit import api as audit
from zhike.platform.organization.errors import SignInLocked
from zhike.platform.organization.logic import lockout
from zhike.platform.organization.models import User


class EmployeeAccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """The hooks of the sign-in library."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody makes an account by signing up."""
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: str) -> None:
        """Refuse a locked employee number before the password is looked at."""
        if not lockout.plausible(credentials.get("username", "")):
            raise self.validation_error("username_password_mismatch")
        try:
            lockout.require_unlocked(credentials.get("username", ""))
        except SignInLocked as error:
            raise ValidationError(error.message("zh"), code="too_many_login_attempts") from error

    def authentication_failed(self, request: HttpRequest, **credentials: str) -> None:
        """Count the failure; at the limit, lock the employee number."""
        lockout.failed(credentials.get("username", ""))

    def post_login(self, request: HttpRequest, user: User, **kwargs: object) -> object:
        """Forget earlier failures and write the sign-in to the journal."""
        lockout.forget(user.employee_no)
        audit.note(operation="sign_in", subject="user", subject_id=user.pk)
        return super().post_login(request, user, **kwargs)
