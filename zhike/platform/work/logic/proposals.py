"""Values that somebody says the fields of a record should have, as work keeps them.

They may be what the record's page masks, so they lie ciphered, and are shown as the record's own values are: under the
masks of whoever reads, in clear with a reason that is journalled.
"""

from __future__ import annotations

import json
from typing import NamedTuple

from zhike.kernel.encryption import keyring
from zhike.kernel.errors import NotFound
from zhike.platform.objects import single
from zhike.platform.objects.types import Record
from zhike.platform.permissions.types import Principal
from zhike.platform.records import api as records
from zhike.platform.work.types import Kept, Work


class Proposal(NamedTuple):
    """A record as it is and as it should be, by the `fields` that differ, as somebody may see them."""

    object: str
    fields: tuple[str, ...]
    now: Record
    then: Record


def sealed(values: Kept) -> str:
    """Return values by field as work keeps them; nothing of none."""
    return keyring().encrypt(json.dumps(values, sort_keys=True)) if values else ""


def opened(kept: str) -> Kept:
    """Return what `sealed` was given."""
    found: Kept = json.loads(keyring().decrypt(kept)) if kept else {}
    return found


def of(work: Work, principal: Principal) -> Proposal | None:
    """Return what a piece of work proposes for its record; nothing to somebody who does not see that."""
    if not work.proposed or work.record_id is None:
        return None
    values = opened(work.proposed)
    try:
        now, then = single.proposed(work.object, work.record_id, values, principal=principal)
    except NotFound:
        return None
    return Proposal(work.object, tuple(values), now, then)


def unmask(work: Work, field: str, *, reason: str, principal: Principal) -> object:
    """Return the proposed value of one field in clear, journalled as a look at the record's own.

    Raises NotFound for a field for which nothing is proposed, and what `records.unmask` raises.
    """
    found = of(work, principal)
    if found is None or field not in found.fields:
        raise NotFound(kind="field", id=field)
    records.unmask(found.object, found.now.uid, field, reason=reason, principal=principal)
    return opened(work.proposed)[field]
