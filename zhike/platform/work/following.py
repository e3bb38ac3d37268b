"""What happens to work when a record changes that it depends on."""

from __future__ import annotations

from zhike.platform.objects import api as objects
from zhike.platform.work import api


def coverage_changed(subject: str, subject_id: int) -> None:
    """After a handover open work goes to whoever serves the party now."""
    if objects.describe(subject).role == "coverage":
        api.follow_coverage([row["party"] for row in objects.facts(subject, [subject_id], ["party"]).values()])


def coverages_changed(subject: str, _subject_id: int) -> None:
    """After a nightly load of services, or when one is deleted, whatever is open is looked at."""
    if objects.describe(subject).role == "coverage":
        api.follow_coverage(api.parties_with_open_work())


def record_erased(subject: str, subject_id: int) -> None:
    """Work about an erased party ends, and what was noted about it goes."""
    if objects.describe(subject).role == "party":
        api.forget_party(subject_id)
