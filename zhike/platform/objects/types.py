"""Objects, records and queries as other rooms see them."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from sqlglot import exp

from zhike.expressions.api import Expression
from zhike.expressions.types import Type
from zhike.expressions.wire import StoredExpression
from zhike.platform.fields.api import ValueType, plain
from zhike.platform.fields.types import Format, Option, Wire
from zhike.platform.objects.definitions import FieldDefinition as FieldDefinition
from zhike.platform.objects.definitions import Lookup, ObjectDefinition, RelationPart
from zhike.platform.organization.types import InUnit
from zhike.platform.permissions.types import Refinement

#: What conditions over records may name besides fields; the scope of whoever asks fills them in.
PARAMS: Mapping[str, Type] = {"me": Type.TEXT, "my_units": Type.LIST, "today": Type.DATE}

#: The operation of finding a record by a whole number that the finder sees masked.
FIND = "find_by_number"

#: The group of records that point at records which an information wall keeps from the viewer.
UNREADABLE = "unreadable"

Labels = Mapping[str, str]
#: By what key a list is ordered, and which way: "asc" or "desc".
Order = tuple[str, str]


@dataclass(frozen=True, slots=True)
class LookedUp:
    """Where a lookup finds its value: physical names of the related object, and the condition with its values."""

    table: str
    through: str
    value: str
    newest: str
    condition: exp.Expr | None
    prefer: str | None
    otherwise: str | None


@dataclass(frozen=True, slots=True)
class FieldType:
    """One field of an object type: `values` is its field type with the field's settings, `column` its physical name.

    `kind` is field, indicator or tag; a field with a `lookup` has no column of its own. With `stamp` "me" the platform writes the employee number of whoever makes the
    record; nobody else fills it in. `default`, as JSON, is what a new record has.

    A column of a list may be another record's field, reached over the references `steps`, or a `formula` over the record.
    """

    key: str
    labels: Labels
    values: ValueType
    column: str
    kind: str = "field"
    role: str = ""
    owner: str = "desk"
    required: bool = False
    required_by_hand: bool = False
    unique: bool = False
    personal: bool = False
    help: Labels | None = None
    lookup: Lookup | None = None
    looked_up: LookedUp | None = None
    steps: tuple[str, ...] = ()
    formula: Expression | None = None
    type: str = field(init=False)
    format: Format = field(init=False)
    mask: str = field(init=False)
    searchable: str = field(init=False)
    target: str = field(init=False)
    unit: str = field(init=False)
    options: tuple[Option, ...] = field(init=False)
    default: Wire = field(init=False)
    stamp: str = field(init=False)

    def __post_init__(self) -> None:
        settings = self.values.settings
        known = {
            "type": self.values.key,
            "format": self.values.format,
            "mask": self.values.mask or "",
            "searchable": self.values.searchable or "",
            "target": self.values.target,
            "unit": self.values.unit,
            "options": self.values.options,
            "default": plain(getattr(settings, "default", None)),
            "stamp": getattr(settings, "stamp", None) or "",
        }
        for name, value in known.items():
            object.__setattr__(self, name, value)

    @property
    def stored(self) -> bool:
        """Whether a record has a column of its own for it: neither a lookup nor a published figure."""
        return self.kind == "field" and self.lookup is None

    @property
    def holds_personal(self) -> bool:
        """Whether a record of its own holds a personal value in it, which erasing wipes."""
        return self.personal and self.stored

    @property
    def sortable(self) -> bool:
        """Whether lists are sorted by it; by what is looked up for each record they would have to look up all."""
        return self.values.sortable and self.lookup is None


@dataclass(frozen=True, slots=True)
class ObjectType:
    """An object type of one catalogue version: its definition, wider by extensions, joined with its physical names.

    `unique_indexes` says which field each index of its table keeps from occurring twice.
    """

    definition: ObjectDefinition
    table: str
    fields: Mapping[str, FieldType]
    relations: Mapping[str, RelationPart]
    refinements: Mapping[str, Refinement]
    rules: Mapping[str, Refinement]
    unique_indexes: Mapping[str, str] = field(default_factory=dict)
    key: str = field(init=False)
    labels: Labels = field(init=False)
    role: str = field(init=False)
    display: tuple[str, ...] = field(init=False)
    through: str = field(init=False)

    def __post_init__(self) -> None:
        found = self.definition
        known = {
            "key": found.key,
            "labels": found.labels,
            "role": found.role or "",
            "display": tuple(key for key in (found.display, *found.display_with) if key in self.fields),
            "through": found.access.through if found.access else "",
        }
        for name, value in known.items():
            object.__setattr__(self, name, value)

    def field_with_role(self, role: str) -> FieldType | None:
        """Return the field that plays `role`, if the object has one."""
        return next((found for found in self.fields.values() if found.role == role), None)


@dataclass(frozen=True, slots=True)
class SideColumn:
    """A column of the wide rows published beside an object; `format` is how it is drawn, if not as its type is."""

    key: str
    labels: Labels
    type: str
    kind: str
    unit: str = ""
    options: tuple[Option, ...] = ()
    format: Format | None = None


@dataclass(frozen=True, slots=True)
class Parent:
    """The one record that records of a list point at by their reference `through`."""

    through: str
    uid: uuid.UUID


@dataclass(frozen=True, slots=True)
class Computed:
    """A column that a query makes of the record: an expression in its stored form, under a key that no field has."""

    key: str
    expression: StoredExpression


@dataclass(frozen=True, slots=True)
class RecordQuery:
    """What a list asks: all narrowing parts are combined with "and"; `condition` is expression JSON.

    `columns` are fields of the record, fields of records that it points at ("party.risk_level", at most two references
    far) and computed ones; by what a column shows a list is ordered, too. `sort` orders by its first key, where that is equal by the next one; without any, as the list is by itself.
    `uids` are records that were chosen: of them those that the viewer may see; None for all. `unit` is where in the firm
    they belong. `served_by` is the employee number of who serves a party today, "" of whom nobody serves.
    """

    object: str
    refinement: str = ""
    condition: StoredExpression | None = None
    text: str = ""
    sort: tuple[Order, ...] = ()
    columns: tuple[str | Computed, ...] = ()
    cursor: str = ""
    limit: int = 50
    of: Parent | None = None
    uids: tuple[uuid.UUID, ...] | None = None
    unit: InUnit | None = None
    served_by: str | None = None


def pointing_at(through: str, parent_id: int) -> StoredExpression:
    """Return the condition of a query that records point at one parent by their reference `through`."""
    parent: StoredExpression = {"value": str(parent_id), "type": "integer"}
    return {"op": "=", "left": {"field": through}, "right": parent}


@dataclass(frozen=True, slots=True)
class Record:
    """One record as its viewer may see it: masked where masks apply, `refused` fields without a value.

    `unit`, `owner` and `security_level` are told of single records, not in lists.
    """

    uid: uuid.UUID
    display: str
    revision: int
    values: Mapping[str, Wire]
    refused: tuple[str, ...] = ()
    permitted: tuple[str, ...] = ()
    created_at: datetime | None = None
    updated_at: datetime | None = None
    updated_by: str = ""
    from_source: bool = False
    source_key: str = field(default="", repr=False)
    unit: Wire = None
    owner: str = ""
    security_level: int = 0
    id: int = field(default=0, repr=False)


@dataclass(frozen=True, slots=True)
class FoundBy:
    """By what a record was found: a field of it or of what belongs to it, its value as the viewer sees it.

    With `tail` the value ends with what was looked for.
    """

    labels: Labels
    value: Wire
    tail: bool


@dataclass(frozen=True, slots=True)
class Hit:
    """A record that answers a search, and by what, where a field says so."""

    record: Record
    by: FoundBy | None


@dataclass(frozen=True, slots=True)
class RecordPage:
    """A page of a list with the cursors of its neighbours and the times its data hold for.

    `first` is the number of its first row: as many as came before it when the pages were turned, and one.
    """

    rows: Sequence[Record]
    first: int
    next_cursor: str | None
    previous_cursor: str | None
    records_at: datetime
    warehouse_date: date | None


@dataclass(frozen=True, slots=True)
class RecordCount:
    """How many records a query has; above the cap an estimate, marked as such."""

    count: int
    approximate: bool


#: What fields sum up to, by key and currency; "" of what is no amount.
Sums = Mapping[str, Mapping[str, Decimal | int]]


@dataclass(frozen=True, slots=True)
class Group:
    """Records with one value of a column, as their viewer reads it; None where they have none that the viewer may read."""

    value: Wire
    count: int
    sums: Sums
    #: How many of them have nothing of a field that is summed up, by key: the sum says nothing of these.
    missing: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Groups:
    """A list in groups, the largest first; `others` are those of the `more` groups behind them, `total` is of all."""

    groups: Sequence[Group]
    others: Group | None
    more: int
    total: Group
    records_at: datetime
    warehouse_date: date | None


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a row beside the rules of its object: a stable code, the field, and a sentence."""

    code: str
    field: str
    labels: Labels
