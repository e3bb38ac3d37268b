"""Asking for a correction of what a source keeps: the record stays as it is, somebody sees to its source."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from zhike.kernel import actions
from zhike.platform.objects import single
from zhike.platform.objects.types import ObjectType
from zhike.platform.permissions.types import Principal
from zhike.platform.records.errors import NobodyCorrects, NothingProposed, ReasonRequired

_REASON_LENGTH = 4
#: So many fields are named in what the work is called.
_NAMED = 3


def ask(
    owner: ObjectType, uid: uuid.UUID, values: Mapping[str, object], reason: str, principal: Principal
) -> uuid.UUID:
    """Give the work that the object's definition says. Raises what `records.propose` does."""
    answered_by = owner.definition.corrections
    if answered_by is None:
        raise NobodyCorrects(object=owner.labels[principal.language])
    if len(reason) < _REASON_LENGTH:
        raise ReasonRequired(length=_REASON_LENGTH)
    if not values:
        raise NothingProposed()
    record_id = single.propose(owner.key, uid, values, principal=principal)
    question = {
        "kind": answered_by.kind,
        "subject": _subject(owner, list(values)),
        "reason": reason,
        "roles": answered_by.roles,
        "object": owner.key,
        "record": record_id,
        "proposed": dict(values),
    }
    return uuid.UUID(str(actions.run("work.ask", question, asker=principal)["work"]))


def _subject(owner: ObjectType, keys: list[str]) -> dict[str, str]:
    """What is to be corrected, in both languages."""
    named = [owner.fields[key].labels for key in keys[:_NAMED]]
    more = len(keys) > _NAMED
    zh = "、".join(words["zh"] for words in named) + (f"等 {len(keys)} 项" if more else "")
    en = ", ".join(words["en"].lower() for words in named) + (f" and {len(keys) - _NAMED} more" if more else "")
    return {"zh": f"申请更正：{zh}", "en": f"Correct {en}"}
