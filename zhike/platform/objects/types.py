"""Objects, records and queries as other rooms see them."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from zhike.expressions.types import Type
from zhike.expressions.wire import StoredExpression

#: What conditions over records may name besides fields; the scope of whoever asks fills them in.
PARAMS: Mapping[str, Type] = {"me": Type.TEXT, "my_units": Type.LIST, "today": Type.DATE}

Labels = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Option:
    """One value of a choice field, in the order of the definition."""

    key: str
    labels: Labels
    status: str = ""


@dataclass(frozen=True, slots=True)
class FieldType:
    """One field of an object type. `column` is its physical name; `kind` is field, indicator or tag.

    With `stamp` "me" the platform writes the employee number of whoever makes the record; nobody else fills it in.
    """

    key: str
    labels: Labels
    type: str
    column: str
    kind: str = "field"
    role: str = ""
    owner: str = "desk"
    mask: str = ""
    target: str = ""
    unit: str = ""
    required: bool = False
    unique: bool = False
    personal: bool = False
    indexed: bool = False
    searchable: str = ""
    options: tuple[Option, ...] = ()
    default: object = None
    stamp: str = ""


@dataclass(frozen=True, slots=True)
class RelationType:
    """A to-many relation: the records of `object` whose reference field `through` points here."""

    key: str
    labels: Labels
    object: str
    through: str


@dataclass(frozen=True, slots=True)
class ObjectType:
    """An object type of one catalogue version.

    `rules` are conditions that a record made or changed at the desk must meet, with what is said when it does not.
    """

    key: str
    labels: Labels
    table: str
    role: str
    display: str
    through: str
    fields: Mapping[str, FieldType]
    relations: Mapping[str, RelationType]
    refinements: Mapping[str, tuple[Labels, str]]
    rules: Mapping[str, tuple[Labels, str]]
    layout: Mapping[str, object]
    log_views: bool = False

    def field_with_role(self, role: str) -> FieldType | None:
        """Return the field that plays `role`, if the object has one."""
        return next((found for found in self.fields.values() if found.role == role), None)


@dataclass(frozen=True, slots=True)
class SideColumn:
    """A column of the wide rows published beside an object."""

    key: str
    labels: Labels
    type: str
    kind: str
    unit: str = ""
    options: tuple[Option, ...] = ()


@dataclass(frozen=True, slots=True)
class RecordQuery:
    """What a list asks: all narrowing parts are combined with "and"; `condition` is expression JSON."""

    object: str
    refinement: str = ""
    condition: StoredExpression | None = None
    text: str = ""
    sort: tuple[str, str] | None = None
    columns: tuple[str, ...] = ()
    cursor: str = ""
    limit: int = 50


@dataclass(frozen=True, slots=True)
class Record:
    """One record as its viewer may see it: masked where masks apply, `refused` fields without a value."""

    uid: uuid.UUID
    display: str
    revision: int
    values: Mapping[str, object]
    refused: tuple[str, ...] = ()
    permitted: tuple[str, ...] = ()
    created_at: datetime | None = None
    updated_at: datetime | None = None
    updated_by: str = ""
    from_source: bool = False
    id: int = field(default=0, repr=False)


@dataclass(frozen=True, slots=True)
class RecordPage:
    """A page of a list with the cursors of its neighbours and the times its data hold for."""

    rows: Sequence[Record]
    next_cursor: str | None
    previous_cursor: str | None
    records_at: datetime
    warehouse_date: date | None


@dataclass(frozen=True, slots=True)
class RecordCount:
    """How many records a query has; above the cap an estimate, marked as such."""

    count: int
    approximate: bool


@dataclass(frozen=True, slots=True)
class Erasure:
    """What erasing a record wiped: its fields, how many records that belong to it, how many journal lines.

    `at` is when the record was erased first; `again` says that this was not the first time.
    """

    uid: uuid.UUID
    at: datetime
    again: bool
    fields: tuple[str, ...]
    related: Mapping[str, int]
    journal: int


@dataclass(frozen=True, slots=True)
class LoadColumn:
    """A column of a bulk load. References come as the target's source key, or as its id (`by="id"`)."""

    key: str
    by: str = "source_key"


@dataclass(frozen=True, slots=True)
class LoadEnding:
    """Records that a load names no longer end on `day`, unless `field` holds an end already.

    It is about those whose source key begins with `keys`; a load without any row ends nothing.
    """

    field: str
    keys: str
    day: date


@dataclass(frozen=True, slots=True)
class LoadCounts:
    """What a bulk load did."""

    read: int
    created: int
    updated: int
    ended: int = 0
