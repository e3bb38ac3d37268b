"""How a run ends that came to nothing: its row says so, and what was begun for it ends in the same transaction."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence

from django.db import transaction
from django.db.models import Q

from zhike.kernel import clock
from zhike.kernel.models import Run

#: Hears which runs have ended, how (a state of runs) and with what error.
Hearer = Callable[[Sequence[uuid.UUID], str, Mapping[str, object] | None], None]
_hearers: list[Hearer] = []


def hear(hearer: Hearer) -> None:
    """Let a room end what it has begun for runs; called when the application starts."""
    _hearers.append(hearer)


def end(which: Q, state: Run.State, error: Mapping[str, object] | None = None, **more: object) -> list[Run]:
    """End the runs that `which` selects, in a state that came to nothing, and what was begun for them; return them."""
    with transaction.atomic():
        found = list(Run.objects.filter(which).select_for_update().order_by("pk"))
        if found:
            Run.objects.filter(pk__in=[run.pk for run in found]).update(
                state=state, finished_at=clock.now(), error=error, **more
            )
            for hearer in _hearers:
                hearer([run.uid for run in found], state, error)
    return found
