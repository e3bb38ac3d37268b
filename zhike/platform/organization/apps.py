from __future__ import annotations

from typing import TYPE_CHECKING

from django.apps import AppConfig

if TYPE_CHECKING:
    from zhike.platform.organization.models import User


class OrganizationConfig(AppConfig):
    name = "zhike.platform.organization"
    label = "organization"

    def ready(self) -> None:
        from zhike.kernel import definitions, jobs, schedules
        from zhike.platform.organization import sessions
        from zhike.platform.organization.kinds import USER
        from zhike.platform.organization.logic.using import users_of_roles

        definitions.register(USER)
        definitions.register_users("role", users_of_roles)
        jobs.register(sessions.KIND, sessions.clear, queue="interactive")
        schedules.register(sessions.SCHEDULE)
        _sign_in_by_our_clock()


def _sign_in_by_our_clock() -> None:
    """Have the moment of a sign-in written by the installation's clock, as all others are: a trial's day is not today."""
    from django.contrib.auth.signals import user_logged_in

    user_logged_in.disconnect(dispatch_uid="update_last_login")
    user_logged_in.connect(_note_sign_in, dispatch_uid="note_sign_in")


def _note_sign_in(sender: type[User], user: User, **_signal: object) -> None:
    from zhike.kernel import clock

    user.last_login = clock.now()
    user.save(update_fields=["last_login"])
