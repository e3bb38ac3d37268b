"""What the records interface takes and gives."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated, Literal, cast

from pydantic import Field
from typing_extensions import TypedDict

from zhike.kernel.visible import PROSE
from zhike.kernel.wire import Labels, ReferenceValue, RequestBody, WireInput, WireValue, labels, option
from zhike.platform.fields.api import plain
from zhike.platform.objects import lists
from zhike.platform.objects.types import (
    FieldType,
    Group,
    Groups,
    ObjectType,
    Record,
    RecordPage,
)
from zhike.platform.organization import api as organization
from zhike.platform.permissions import api as permissions
from zhike.platform.permissions.types import Principal
from zhike.platform.records import origins
from zhike.platform.records.logic.history import RecordHistory
from zhike.platform.records.types import SharedWith
from zhike.platform.records.wire import Direction, FieldOut, Owner, QueryIn, written_out


class CountIn(QueryIn):
    """A list question asked for its number only."""

    exact: bool = False


class GroupsIn(QueryIn):
    """A list question asked for its groups by one column; `sums` are columns that add up. Page and order do not count."""

    by: str
    sums: list[str] = []


class ValuesIn(RequestBody):
    """Field values of a new record; `despite` says why one that seems to be there already is another one."""

    values: Mapping[str, WireInput]
    despite: str = ""


class RecordChangesIn(ValuesIn):
    """Changed field values, based on one revision."""

    revision: int


class CorrectionIn(RequestBody):
    """What fields that a source keeps should be, and why."""

    values: Mapping[str, WireInput]
    reason: Annotated[str, Field(max_length=4000), PROSE]


class CorrectionOut(TypedDict):
    """The work that answers it."""

    work: uuid.UUID


class UnmaskIn(RequestBody):
    """Which field to see in clear, and why."""

    field: str
    reason: str


class SortOut(TypedDict):
    """One order of a list."""

    field: str
    direction: Direction


class RecordsAsOf(TypedDict):
    """When a page of records holds: the records now, and the day of the figures beside them."""

    records: datetime
    warehouse: date | None


class RecordRowOut(TypedDict):
    """One record of a list, as its viewer may see it; `from_source` ones were loaded, not made by hand."""

    uid: uuid.UUID
    display: str
    revision: int
    values: Mapping[str, WireValue]
    refused: list[str]
    from_source: bool


class RecordPageOut(TypedDict):
    """A page of a list with the cursors of its neighbors; `first` is the number of its first row in the list.

    A cursor is of whoever asked, and of the list as it was narrowed and ordered: for anybody and anything else it is none.
    """

    rows: list[RecordRowOut]
    first: int
    next_cursor: str | None
    previous_cursor: str | None
    as_of: RecordsAsOf


class RecordSourceOut(TypedDict):
    """The source whose file keeps a record, and the day that its newest file is of."""

    labels: Labels
    day: date | None


class RecordOut(RecordRowOut):
    """One record with what its viewer may do to it, and the `source` that keeps it, if one does.

    `unit` and `owner` (an employee number) are where the record belongs; above security level 0 it is not for everybody.
    """

    permitted: list[str]
    source: RecordSourceOut | None
    unit: ReferenceValue | None
    owner: str
    security_level: int
    created_at: datetime | None
    updated_at: datetime | None
    updated_by: str


class CountedAt(TypedDict):
    """When records were counted."""

    records: datetime


class CountOut(TypedDict):
    """How many records a list has; above a limit an estimate."""

    count: int
    approximate: bool
    as_of: CountedAt


class RecordSumOut(TypedDict):
    """What a field sums up to, in one currency; None of what is no amount."""

    amount: str
    currency: str | None


class RecordTotalOut(TypedDict):
    """How many records there are, what their fields sum up to, and how many of them have no value of it, by key."""

    count: int
    sums: Mapping[str, list[RecordSumOut]]
    missing: Mapping[str, int]


class RecordGroupOut(RecordTotalOut):
    """The records with one value of the column; None where they have none that the viewer may read."""

    value: WireValue


class OtherGroupsOut(RecordTotalOut):
    """The records of all groups that are not among the largest, and how many groups these are."""

    groups: int


class RecordGroupsOut(TypedDict):
    """A whole list in groups, the largest first."""

    groups: list[RecordGroupOut]
    others: OtherGroupsOut | None
    total: RecordTotalOut
    as_of: RecordsAsOf


class ActorOut(TypedDict):
    """Who did something."""

    name: str
    employee_no: str


class ChangeOut(TypedDict):
    """One changed field."""

    field: str
    old: WireValue
    new: WireValue


class RecipientOut(TypedDict):
    """With whom a record was shared: a user by number or a unit by code; no name where there is no such one any more."""

    kind: Literal["user", "unit"]
    key: str
    name: str
    until: date


class HistoryEntryOut(TypedDict):
    """One line of a record's journal; `field` is the one that was unmasked, `shared` with whom a share or its end is.

    A line that stands for several of a day says how often (`times`) and when the first of them was (`since`).
    """

    at: datetime
    actor: ActorOut
    operation: str
    reason: str
    field: str | None
    changes: list[ChangeOut]
    times: int
    since: datetime | None
    shared: RecipientOut | None


class HistoryOut(TypedDict):
    """The journal of a record, newest first."""

    entries: list[HistoryEntryOut]


class UnmaskedOut(TypedDict):
    """One field in clear."""

    field: str
    value: WireValue


class ObjectNameOut(TypedDict):
    """An object type by name."""

    key: str
    labels: Labels


class ShareIn(RequestBody):
    """Who may see a record, and through which day: one user or one unit."""

    user: uuid.UUID | None = None
    unit: uuid.UUID | None = None
    until: date


class CandidateOut(TypedDict):
    """A user or a unit that a record may be shared with."""

    kind: Literal["user", "unit"]
    uid: uuid.UUID
    key: str
    display: str


class ShareOut(TypedDict):
    """Whom somebody lets see a record, and through which day."""

    uid: uuid.UUID
    kind: Literal["user", "unit"]
    key: str
    name: str
    until: date
    by: ActorOut
    at: datetime


def share_out(found: SharedWith) -> ShareOut:
    """Return a share as JSON carries it."""
    return {
        "uid": found.uid,
        "kind": found.kind,
        "key": found.key,
        "name": found.name,
        "until": found.until,
        "by": {"employee_no": found.by, "name": found.by_name},
        "at": found.at,
    }


class PlaceOut(TypedDict):
    """Something that is no record and that a field may point at: an org unit, a user."""

    uid: uuid.UUID
    key: str
    display: str


class RefinementOut(TypedDict):
    """A named condition of lists."""

    key: str
    labels: Labels


ListPlace = Literal["unit", "served_by"]


class ListLayoutOut(TypedDict):
    """How a list begins, and by which places of the firm its viewer may narrow it."""

    columns: list[str]
    sort: SortOut
    tabs: list[str]
    searchable: bool
    places: list[ListPlace]


class SectionOut(TypedDict):
    """Fields under one heading."""

    labels: Labels
    fields: list[str]


class DetailLayoutOut(TypedDict):
    """How one record is shown."""

    sections: list[SectionOut]


class FormLayoutOut(TypedDict):
    """Which fields a form has."""

    fields: list[str]


class BeyondOut(TypedDict):
    """What a list may show of the records that one of its fields points at: their fields, called by their paths."""

    reference: str
    labels: Labels
    fields: list[FieldOut]


class ObjectOut(TypedDict):
    """An object type as the metadata renderers of the front end want it; `role` is what it means to the platform.

    Of one that is `corrected` the reader may ask for corrections of what a source keeps.
    """

    key: str
    role: str | None
    labels: Labels
    version: int
    display: list[str]
    fields: list[FieldOut]
    beyond: list[BeyondOut]
    refinements: list[RefinementOut]
    list: ListLayoutOut
    detail: DetailLayoutOut
    form: FormLayoutOut
    page: str | None
    corrected: bool
    operations: list[str]


def page_out(page: RecordPage) -> RecordPageOut:
    """Return a page of records as the interface gives it."""
    return {
        "rows": [_row_out(row) for row in page.rows],
        "first": page.first,
        "next_cursor": page.next_cursor,
        "previous_cursor": page.previous_cursor,
        "as_of": {"records": page.records_at, "warehouse": page.warehouse_date},
    }


def groups_out(found: Groups) -> RecordGroupsOut:
    """Return a list in groups as the interface gives it."""
    others = found.others
    return {
        "groups": [{**_total_out(group), "value": cast(WireValue, group.value)} for group in found.groups],
        "others": {**_total_out(others), "groups": found.more} if others else None,
        "total": _total_out(found.total),
        "as_of": {"records": found.records_at, "warehouse": found.warehouse_date},
    }


def _total_out(group: Group) -> RecordTotalOut:
    sums: dict[str, list[RecordSumOut]] = {
        key: [{"amount": str(plain(amount)), "currency": currency or None} for currency, amount in by_currency.items()]
        for key, by_currency in group.sums.items()
    }
    return {"count": group.count, "sums": sums, "missing": group.missing}


def _row_out(record: Record) -> RecordRowOut:
    return {
        "uid": record.uid,
        "display": record.display,
        "revision": record.revision,
        "values": wire_values(record.values),
        "refused": list(record.refused),
        "from_source": record.from_source,
    }


def wire_values(values: Mapping[str, object]) -> Mapping[str, WireValue]:
    """Return presented values as what they are: presenting has made them plain."""
    return cast(Mapping[str, WireValue], values)


def record_out(object: str, record: Record, principal: Principal) -> RecordOut:
    """Return one record as the interface gives it."""
    by = record.updated_by
    return {
        **_row_out(record),
        "permitted": list(record.permitted),
        "source": source_out(object, record),
        "unit": cast(ReferenceValue | None, record.unit),
        "owner": record.owner,
        "security_level": record.security_level,
        "created_at": record.created_at,
        "updated_at": record.updated_at,
        "updated_by": principal.name
        if by == principal.actor
        else organization.actor_names([by], principal.language)[by],
    }


def source_out(object: str, record: Record) -> RecordSourceOut | None:
    """Return which source keeps a record, if one does."""
    file = origins.of(object, record.source_key)
    return {"labels": {"zh": file.zh, "en": file.en}, "day": file.day} if file else None


def history_out(entries: Sequence[RecordHistory]) -> HistoryOut:
    """Return the journal of a record as the interface gives it."""
    return {"entries": [_entry_out(entry) for entry in entries]}


def _entry_out(entry: RecordHistory) -> HistoryEntryOut:
    field = entry.details.get("field")
    return {
        "at": entry.at,
        "actor": {"name": entry.name, "employee_no": entry.employee_no},
        "operation": entry.operation,
        "reason": entry.reason,
        "field": str(field) if field else None,
        "changes": [
            {"field": key, "old": cast(WireValue, old), "new": cast(WireValue, new)} for key, old, new in entry.changes
        ],
        "times": entry.times,
        "since": entry.since,
        "shared": cast(RecipientOut, asdict(entry.shared)) if entry.shared else None,
    }


def object_out(owner: ObjectType, principal: Principal, version: int) -> ObjectOut:
    """Return an object type as the metadata renderers of the front end want it."""
    found = owner.definition
    own = [key for key, field in owner.fields.items() if field.kind == "field"]
    editable = [key for key in own if owner.fields[key].stored]
    sort, direction = lists.default_sort(owner.key, principal=principal)
    sections: list[tuple[Mapping[str, str], list[str]]] = [(owner.labels, own)]
    if found.detail:
        sections = [(section.labels, list(section.fields)) for section in found.detail.sections]
    refinements: dict[str, Mapping[str, str]] = {"all": {"zh": "全部", "en": "All"}}
    refinements |= {key: refinement.labels for key, refinement in owner.refinements.items()}
    return {
        "key": owner.key,
        "role": found.role,
        "labels": labels(owner.labels),
        "version": version,
        "display": list(owner.display),
        "fields": [
            _field_out(owner, field, principal)
            for field in owner.fields.values()
            if not permissions.limited(principal, owner.key, field.key)
        ],
        "beyond": [
            {
                "reference": key,
                "labels": labels(owner.fields[key].labels),
                "fields": [_field_out(owner, field, principal) for field in fields],
            }
            for key, fields in lists.beyond(owner.key, principal=principal).items()
        ],
        "refinements": [{"key": key, "labels": labels(words)} for key, words in refinements.items()],
        "list": {
            "columns": lists.columns(owner.key, principal=principal),
            "sort": {"field": sort, "direction": cast(Direction, direction)},
            "tabs": _tabs(found.list.tabs if found.list else (), principal, owner),
            "searchable": any(f.searchable for f in owner.fields.values()),
            "places": cast(list[ListPlace], lists.places(owner.key, principal=principal)),
        },
        "detail": {"sections": [{"labels": labels(words), "fields": keys} for words, keys in sections]},
        "form": {"fields": list(found.form.fields) if found.form else editable},
        "page": found.page,
        "corrected": is_corrected(owner, principal),
        "operations": [
            operation
            for operation in ("create", "update", "delete", "export", "unmask", "access_log")
            if permissions.allowed(principal, f"{owner.key}.{operation}")
        ],
    }


def is_corrected(owner: ObjectType, principal: Principal) -> bool:
    """Return whether somebody may ask for corrections of what a source keeps of the object's records."""
    return owner.definition.corrections is not None and permissions.allowed(principal, "work.create")


def _tabs(tabs: Sequence[str], principal: Principal, owner: ObjectType) -> list[str]:
    hidden = permissions.hidden_refinements(principal, owner.key)
    return [tab for tab in tabs if tab not in hidden] or ["all"]


def _field_out(owner: ObjectType, field: FieldType, principal: Principal) -> FieldOut:
    rule, askable = lists.seen(owner.key, field, principal=principal)
    unmasked = not field.steps and permissions.allowed(principal, f"{owner.key}.unmask")
    return {
        "key": field.key,
        "labels": labels(field.labels),
        "type": "tag" if field.kind == "tag" else field.type,
        "kind": cast(Literal["field", "indicator", "tag"], field.kind),
        "role": field.role or None,
        "web": field.values.web,
        "format": field.format,
        "help": labels(field.help) if field.help else None,
        "currency": field.values.currency or None,
        "sortable": field.sortable and askable,
        "asked": field.values.asked if askable else "",
        "unit": field.unit or None,
        "target": field.target or None,
        "owner": cast(Owner, field.owner),
        "options": [option(o.key, o.labels, o.status) for o in field.options],
        "required": field.required or field.required_by_hand,
        "default": cast(WireValue, field.default),
        "written": written_out(field.values),
        "readonly": not field.stored or bool(field.stamp) or bool(field.steps),
        "masked": bool(field.mask) and rule == "masked",
        "refused": rule == "refused",
        "unmaskable": bool(field.mask) and rule == "masked" and unmasked,
    }
