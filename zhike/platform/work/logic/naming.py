"""Kinds of work and their results by key."""

from __future__ import annotations

from datetime import datetime

from zhike.kernel import clock, definitions
from zhike.kernel.definition_parts import Labels
from zhike.kernel.open_time import open_time
from zhike.platform.permissions.types import Role
from zhike.platform.work.errors import NoResults, UnknownKind
from zhike.platform.work.types import ResultCode, ResultSet, WorkKind


def kinds() -> dict[str, WorkKind]:
    """Return every kind of work by key, in order of key."""
    return dict(sorted(definitions.all_of(WorkKind).items()))


def kind(key: str) -> WorkKind | None:
    """Return a kind of work; None for one that no pack knows any more."""
    return definitions.all_of(WorkKind).get(key)


def kind_of_new(key: str, *, by_hand: bool = False) -> WorkKind:
    """Return the kind of work that is to be given, `by_hand` by a person. Raises UnknownKind."""
    known = {name: found for name, found in kinds().items() if found.by_hand or not by_hand}
    if key not in known:
        raise UnknownKind(kind=key, has=list(known))
    return known[key]


def results(key: str) -> tuple[ResultCode, ...]:
    """Return the results of a set; none of one that no pack knows any more."""
    found = definitions.all_of(ResultSet).get(key)
    return found.results if found else ()


def results_of_new(kind: WorkKind, named: str | None) -> str:
    """Return the set of results of work that is to be given: its kind's, or the one named. Raises NoResults."""
    key = kind.results or named or ""
    if not results(key):
        raise NoResults(kind=kind.key, results=key, has=sorted(definitions.all_of(ResultSet)))
    return key


def role_words(role: str) -> Labels:
    """Return what a role is called."""
    found = definitions.all_of(Role).get(role)
    return found.labels if found else Labels(role, role)


def deadline(found: WorkKind) -> datetime | None:
    """Return when work of a kind that is given now is due if nobody says."""
    if found.deadline is None:
        return None
    return open_time(found.counting).end_of(clock.now(), found.deadline.days)
