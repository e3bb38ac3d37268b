"""What the interface of who is there already takes and gives."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from typing_extensions import TypedDict

from zhike.insight.identity.types import AlikeRecords
from zhike.kernel.wire import RequestBody, WireInput


class AlikeIn(RequestBody):
    """What is being written, and the record that it changes."""

    values: Mapping[str, WireInput]
    record: uuid.UUID | None = None


class AlikeRecordOut(TypedDict):
    """A record that its reader may open, and where it belongs."""

    uid: uuid.UUID
    display: str
    unit: str | None


class AlikeRuleOut(TypedDict):
    """Records with the same values of some fields; of a strong rule nothing is written, of a weak one with a reason.

    `others` says that there are some which the reader may not open.
    """

    fields: list[str]
    strong: bool
    records: list[AlikeRecordOut]
    others: bool


class AlikeOut(TypedDict):
    """Who is there already; `fields` are those whose values are compared."""

    fields: list[str]
    alike: list[AlikeRuleOut]


def alike_out(found: AlikeRecords) -> AlikeRuleOut:
    """Return what a rule found as JSON carries it."""
    records: list[AlikeRecordOut] = []
    for record in found.readable:
        units = [value["display"] for value in record.values.values() if isinstance(value, dict)]
        records.append({"uid": record.uid, "display": record.display, "unit": units[0] if units else None})
    return {"fields": list(found.fields), "strong": found.strong, "records": records, "others": found.others}
