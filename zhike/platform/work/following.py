"""What happens to work when a record changes that it depends on."""

from __future__ import annotations

from zhike.kernel import database
from zhike.kernel.definition_parts import Labels
from zhike.kernel.events import Event, Subscriber
from zhike.platform.objects import bulk, catalogue
from zhike.platform.work import api


def _follow(event: Event) -> None:
    """After a handover open work goes to whoever serves the party now; work about an erased party ends."""
    role = catalogue.describe(event.subject).role
    with database.writing():
        if role == "coverage":
            api.follow_coverage(_parties(event))
        elif role == "party" and event.name == "record.erased":
            api.forget_party(event.subject_id)


def _parties(event: Event) -> list[int]:
    """Whose services changed; after a load, or when one is deleted, whoever has open work."""
    if event.name not in ("record.created", "record.updated"):
        return api.parties_with_open_work()
    return [row["party"] for row in bulk.facts(event.subject, [event.subject_id], ["party"]).values()]


SUBSCRIBER = Subscriber(
    "work.following",
    Labels("待办跟随客户", "Work follows its customer"),
    ("record.created", "record.updated", "record.deleted", "records.loaded", "record.erased"),
    _follow,
)
