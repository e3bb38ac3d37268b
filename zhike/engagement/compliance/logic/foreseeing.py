"""What the gate would say to a contact that nobody has planned yet: how many of some parties it would refuse."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Sequence

from zhike.engagement.compliance.logic import gate, suitability
from zhike.engagement.compliance.logic.checks import total_labels
from zhike.engagement.compliance.types import Channel, Tally, Touch
from zhike.kernel.errors import Refused
from zhike.platform.objects import api as objects
from zhike.platform.objects import catalogue
from zhike.platform.objects.types import RecordQuery
from zhike.platform.permissions.types import Principal

#: It belongs to no origin: nothing has been decided of it, and nothing will be.
_NOTHING_YET = uuid.UUID(int=0)


def foreseen(channel: Channel, parties: Sequence[uuid.UUID], principal: Principal) -> Tally:
    """Return how many of the parties that `principal` sees the gate would refuse now, by their first reason.

    Raises Refused where it looks at a field that `principal` may not ask about.
    """
    party = catalogue.object_with_role("party").key
    touch = Touch("selection", _NOTHING_YET, "", channel, "marketing")
    read = {key for check in gate.checks_for(touch) for key in check.fields_read()}
    for key in sorted(read | set(suitability.fields_read(gate.suitability_table()))):
        if not catalogue.may_ask(party, key, principal=principal):
            raise Refused(operation=f"{party}.{key}")
    chosen = RecordQuery(party, uids=tuple(parties), limit=len(parties))
    ids = [record.id for record in objects.page(chosen, principal=principal).rows]
    first = [verdict.reasons[0] for verdict in gate.judge(touch, ids, {}) if verdict.reasons]
    words = {reason.code: reason.labels for reason in first}
    counted = Counter(reason.code for reason in first).most_common()
    return Tally(len(ids), [(code, total_labels(code, words[code]), n) for code, n in counted])
