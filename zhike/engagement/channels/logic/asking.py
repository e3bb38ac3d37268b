"""The gate, asked again about messages that are about to leave: hours or weeks may lie between its yes and now.

They are asked about together, by a number of queries that does not grow with them, and leave within the lease of their
claim or not at all.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection, transaction
from django.db.models import F

from zhike.engagement.channels.errors import UnknownTemplate
from zhike.engagement.channels.logic import content
from zhike.engagement.channels.models import Delivery
from zhike.engagement.channels.types import Message
from zhike.engagement.compliance import api as compliance
from zhike.engagement.compliance.types import Leaving, Verdict
from zhike.kernel import events, isolation
from zhike.kernel.written import Written, written

_log = logging.getLogger("zhike.channels")
#: So many messages of a batch, and no other, about which the gate cannot be asked: it is not their fault.
_ALL_FAIL = 3
#: What the event about a message says of it.
TOLD = Written("jsonb_build_object('origin', origin_uid, 'party', party_id) as told")


@dataclass(slots=True)
class Answers:
    """Who may leave, how many may not (yet), who is nobody's to send any more, and of whom asking failed, and why."""

    leave: list[Delivery] = field(default_factory=list)
    refused: int = 0
    later: int = 0
    lost: list[Delivery] = field(default_factory=list)
    faults: list[tuple[Delivery, Exception]] = field(default_factory=list)


def ask(claimed: Sequence[Delivery], filled: Mapping[int, Message]) -> Answers:
    """Ask the gate about claimed messages as they are filled; what it refuses has ended, what it puts off waits again.

    Where that fails each is asked about alone. Raises what the first said where it is the gate that fails.
    """
    answers = Answers()
    try:
        _ask(claimed, filled, answers)
        return answers
    except Exception as error:
        if isolation.is_nobodys(error):
            raise
        _log.exception("the gate could not be asked about messages together")
    answers = Answers()
    for row in claimed:
        try:
            _ask([row], filled, answers)
        except Exception as error:
            if isolation.is_nobodys(error):
                raise
            answers.faults.append((row, error))
    if len(answers.faults) == len(claimed) >= _ALL_FAIL:
        raise answers.faults[0][1]
    return answers


def _ask(rows: Sequence[Delivery], filled: Mapping[int, Message], answers: Answers) -> None:
    if not rows:
        return
    with transaction.atomic():
        # Who is being stopped or held at this moment is not waited for: that one has many locks, and so have we.
        locked = Delivery.objects.select_for_update(skip_locked=True).filter(pk__in=[row.pk for row in rows])
        ours = set(locked.filter(state=Delivery.State.CLAIMED, held=False).values_list("pk", "token"))
        mine = [row for row in rows if (row.pk, row.token) in ours]
        verdicts = compliance.ask_again(_leaving(mine, filled))
        refused, later, leave = _sorted(mine, verdicts)
        _refuse(refused)
        for until, put_off in later.items():
            _put_off(put_off, until)
    answers.leave += leave
    answers.refused += len(refused)
    answers.later += sum(map(len, later.values()))
    answers.lost += [row for row in rows if (row.pk, row.token) not in ours]


def _leaving(rows: Sequence[Delivery], filled: Mapping[int, Message]) -> list[Leaving]:
    """Return what is asked about; a message whose template is gone can only fail, and nobody is asked."""
    digests = {}
    for key in {row.template for row in rows}:
        try:
            digests[key] = content.template(key).digest
        except UnknownTemplate:
            continue
    return [
        Leaving(row.decision_id, digests[row.template], filled[row.pk].missing if row.pk in filled else ())
        for row in rows
        if row.template in digests
    ]


def _sorted(
    rows: Sequence[Delivery], verdicts: Mapping[int, Verdict]
) -> tuple[list[Delivery], dict[datetime, list[Delivery]], list[Delivery]]:
    refused: list[Delivery] = []
    later: dict[datetime, list[Delivery]] = {}
    leave: list[Delivery] = []
    for row in rows:
        verdict = verdicts.get(row.decision_id)
        if verdict is not None and verdict.reasons:
            refused.append(row)
        elif verdict is not None and verdict.later is not None:
            later.setdefault(verdict.later, []).append(row)
        else:
            leave.append(row)
    return refused, later, leave


def _refuse(rows: Sequence[Delivery]) -> None:
    if not rows:
        return
    event, values = events.told_of("ours", "delivery.refused", "delivery")
    with connection.cursor() as cursor:
        cursor.execute(
            written(
                "with ours as (update channels_delivery set state = 'refused', error = '', error_en = '',"
                " lease_until = null where id = any(%(ids)s) returning id, {told}) {event}",
                told=TOLD,
                event=event,
            ),
            values | {"ids": [row.pk for row in rows]},
        )


def _put_off(rows: Sequence[Delivery], until: datetime) -> None:
    """Have messages wait for the instant that the gate names; that is no try."""
    Delivery.objects.filter(pk__in=[row.pk for row in rows]).update(
        state=Delivery.State.WAITING, not_before=until, lease_until=None, attempts=F("attempts") - 1
    )
