"""Wrong passwords lock an employee number for a while; letter case and whether there is such a user change nothing."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from zhike.kernel import clock
from zhike.platform.audit import api as audit
from zhike.platform.organization.errors import SignInLocked
from zhike.platform.organization.models import SignInFailures, User

#: Numbers that nobody has tried for so long are forgotten.
_REMEMBERED = timedelta(days=1)
_LONGEST = 64


def require_unlocked(number: str) -> None:
    """Raise SignInLocked while a number is locked."""
    row = locked().filter(pk=key(number)).first()
    if row is not None and row.locked_until is not None:
        raise SignInLocked(until=clock.local(row.locked_until).strftime("%H:%M"))


def failed(number: str) -> None:
    """Count a wrong password; at the limit, lock the number. The journal says so of a user there is."""
    now = clock.now()
    with transaction.atomic():
        SignInFailures.objects.filter(last_at__lt=now - _REMEMBERED).delete()
        SignInFailures.objects.get_or_create(pk=key(number), defaults={"last_at": now})
        row = SignInFailures.objects.select_for_update().get(pk=key(number))
        row.failures, row.last_at = row.failures + 1, now
        user = User.objects.filter(employee_no__iexact=number.strip()).first()
        if user is not None:
            audit.note(operation="sign_in_failed", subject="user", subject_id=user.pk)
        if row.failures >= settings.SIGN_IN_FAILURES:
            row.failures, row.locked_until = 0, now + timedelta(seconds=settings.SIGN_IN_LOCK_SECONDS)
            if user is not None:
                audit.note(operation="sign_in_locked", subject="user", subject_id=user.pk)
        row.save()


def locked() -> QuerySet[SignInFailures]:
    """Return the numbers that are locked now."""
    return SignInFailures.objects.filter(locked_until__gt=clock.now())


def forget(number: str) -> None:
    """Forget the failures of a number."""
    SignInFailures.objects.filter(pk=key(number)).delete()


def plausible(number: str) -> bool:
    """Return whether a text may be an employee number at all; nothing else is kept or looked for."""
    return len(number) <= _LONGEST and number.isprintable()


def key(number: str) -> str:
    """Return what an employee number is kept by, whatever its letter case."""
    return number.strip().casefold()
