"""What interfaces of several rooms take and give of records: the question of a list, the fields of a form."""

from __future__ import annotations

import uuid
from typing import Annotated, Literal, cast

from pydantic import Field
from typing_extensions import TypedDict

from zhike.expressions.wire import Condition
from zhike.kernel.block_data import Format
from zhike.kernel.wire import Labels, Option, RequestBody, WireValue, labels, option
from zhike.platform.fields.api import Form, ValueType
from zhike.platform.fields.types import Asked
from zhike.platform.objects.types import Computed, FieldDefinition, FieldType, Parent, RecordQuery
from zhike.platform.organization.types import InUnit

__all__ = [
    "Direction",
    "FieldOut",
    "InUnitIn",
    "Owner",
    "ParentIn",
    "QueryIn",
    "SortIn",
    "form_field_out",
    "written_out",
]
Direction = Literal["asc", "desc"]
Owner = Literal["source", "desk"]


class SortIn(RequestBody):
    """One order of a list."""

    field: str
    direction: Direction = "asc"


class ParentIn(RequestBody):
    """The record that all of a list point at by one field."""

    field: str
    uid: uuid.UUID


class InUnitIn(RequestBody):
    """Where in the firm the records of a list belong: a unit by its code, with what is below it or alone; "" is no unit."""

    code: str
    below: bool = True


class ComputedIn(RequestBody):
    """A column that the list makes of each record: an expression over its fields, under a key that no field has.

    It may name what a condition may: fields, fields of referenced records, what related records amount to. It gives a text,
    a number, a date, an instant, a length of time in days, or yes or no; rows hold it in `values` under its key, and `sort`
    may name the key. A text has at most 500 characters, the last of them "…" where it was longer. All columns and the
    condition together are as large and as much work as one condition may be.
    """

    key: str
    expression: Condition


class QueryIn(RequestBody):
    """A list question.

    A column is a field, a field of a record that is pointed at by its path (`party.risk_level`, over two references at
    most), or a computed one; at most 50. `sort` names columns of the same kinds, at most three: the next one counts where
    those before it are equal, and rows without a value come last.
    """

    refinement: str = ""
    condition: Condition | None = None
    q: str = ""
    sort: Annotated[list[SortIn], Field(max_length=100)] = []
    columns: Annotated[list[str | ComputedIn], Field(max_length=200)] = []
    cursor: str | None = None
    limit: int = 50
    of: ParentIn | None = None
    #: Records that were chosen one by one.
    uids: Annotated[list[uuid.UUID], Field(max_length=200)] | None = None
    unit: InUnitIn | None = None
    #: The employee number of who serves a party today; "" of whom nobody serves.
    served_by: str | None = None

    def query(self, object: str) -> RecordQuery:
        """Return the question as the door takes it."""
        return RecordQuery(
            object=object,
            refinement=self.refinement,
            condition=self.condition,
            text=self.q,
            sort=tuple((order.field, order.direction) for order in self.sort),
            columns=tuple(one if isinstance(one, str) else Computed(one.key, one.expression) for one in self.columns),
            cursor=self.cursor or "",
            limit=self.limit,
            of=Parent(self.of.field, self.of.uid) if self.of else None,
            uids=None if self.uids is None else tuple(self.uids),
            unit=InUnit(self.unit.code, self.unit.below) if self.unit else None,
            served_by=self.served_by,
        )


class WrittenOut(TypedDict):
    """How people have to write a value: in one form, or in that of the option of another field."""

    always: Form | None
    by: str | None
    of: dict[str, Form]


class FieldOut(TypedDict):
    """One field as forms, lists and conditions want it.

    `role` is what it means to the platform, `web` the component that shows and edits it, `format` how it is drawn,
    `asked` how a condition asks about it. `default` is what a form of a new record begins with.
    """

    key: str
    labels: Labels
    type: str
    kind: Literal["field", "indicator", "tag"]
    role: str | None
    web: str
    format: Format
    help: Labels | None
    currency: str | None
    sortable: bool
    asked: Asked
    unit: str | None
    target: str | None
    owner: Owner
    options: list[Option]
    required: bool
    default: WireValue
    written: WrittenOut | None
    readonly: bool
    masked: bool
    refused: bool
    unmaskable: bool


def written_out(values: ValueType) -> WrittenOut | None:
    """Return how people have to write a value, where its form is fixed."""
    found = values.written
    return {"always": found.always, "by": found.by, "of": dict(found.of)} if found else None


def form_field_out(field: FieldDefinition) -> FieldOut:
    """Return a field of a form that belongs to no object, as forms want it."""
    values = field.values()
    found = FieldType(field.key, field.labels, values, "", required=field.required, help=field.help)
    return {
        "key": found.key,
        "labels": labels(found.labels),
        "type": found.type,
        "kind": "field",
        "role": None,
        "web": values.web,
        "format": found.format,
        "help": labels(found.help) if found.help else None,
        "currency": values.currency or None,
        "sortable": False,
        "asked": "",
        "unit": found.unit or None,
        "target": found.target or None,
        "owner": "desk",
        "options": [option(o.key, o.labels, o.status) for o in found.options],
        "required": found.required,
        "default": cast(WireValue, found.default),
        "written": written_out(values),
        "readonly": False,
        "masked": False,
        "refused": False,
        "unmaskable": False,
    }
