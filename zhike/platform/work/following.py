"""What happens to work when a record changes that it depends on."""

from __future__ import annotations

from zhike.kernel import database
from zhike.kernel.definition_parts import Labels
from zhike.kernel.events import Event, Subscriber
from zhike.platform.objects import bulk, catalogue
from zhike.platform.organization import api as organization
from zhike.platform.work.logic import following


def _follow(event: Event) -> None:
    """After a handover open work goes to whoever serves the party now; work about an erased record ends; after a merge
    it is about the record that stays.

    What somebody who has left had taken or was lent goes back.
    """
    with database.writing():
        if event.name == "user.end":
            following.let_go(organization.staff(event.subject_id).employee_no)
        elif event.name == "record.erased":
            following.forget_record(event.subject, event.subject_id)
        elif event.name == "record.merged":
            following.move_to(event.subject, event.subject_id, int(str(event.payload["into"])))
        elif catalogue.describe(event.subject).role == "coverage":
            following.follow_coverage(_parties(event))


def _parties(event: Event) -> list[int] | None:
    """Whose services changed; after a load those of anybody may have."""
    if event.name == "records.loaded":
        return None
    found = bulk.facts(event.subject, [event.subject_id], ["party"], deleted=True)
    return [row["party"] for row in found.values()]


SUBSCRIBER = Subscriber(
    "work.following",
    Labels("待办跟随记录", "Work follows its record"),
    (
        "record.created",
        "record.updated",
        "record.deleted",
        "records.loaded",
        "record.erased",
        "record.merged",
        "user.end",
    ),
    _follow,
)
