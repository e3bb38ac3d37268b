"""What the records interface takes and gives."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ninja import Schema

from zhike.platform.objects.logic.history import RecordHistory
from zhike.platform.objects.logic.reading import default_sort, listed_columns
from zhike.platform.objects.types import FieldType, Labels, ObjectType, Record, RecordPage, RecordQuery
from zhike.platform.organization import api as organization
from zhike.platform.permissions import api as permissions
from zhike.platform.permissions.types import Principal


class SortIn(Schema):
    """One order of a list."""

    field: str
    direction: str = "asc"


class QueryIn(Schema):
    """A list question."""

    refinement: str = ""
    condition: dict[str, Any] | None = None
    q: str = ""
    sort: SortIn | None = None
    columns: list[str] = []
    cursor: str | None = None
    limit: int = 50

    def query(self, object: str) -> RecordQuery:
        """Return the question as the door takes it."""
        direction = "desc" if self.sort and self.sort.direction == "desc" else "asc"
        return RecordQuery(
            object=object,
            refinement=self.refinement,
            condition=self.condition,
            text=self.q,
            sort=(self.sort.field, direction) if self.sort else None,
            columns=tuple(self.columns),
            cursor=self.cursor or "",
            limit=self.limit,
        )


class CountIn(QueryIn):
    """A list question asked for its number only."""

    exact: bool = False


class ValuesIn(Schema):
    """Field values of a new record."""

    values: dict[str, Any]


class ChangesIn(ValuesIn):
    """Changed field values, based on one revision."""

    revision: int


class UnmaskIn(Schema):
    """Which field to see in clear, and why."""

    field: str
    reason: str


def page_out(page: RecordPage) -> dict[str, object]:
    """Return a page of records as the interface gives it."""
    return {
        "rows": [
            {
                "uid": row.uid,
                "display": row.display,
                "revision": row.revision,
                "values": row.values,
                "refused": row.refused,
            }
            for row in page.rows
        ],
        "next_cursor": page.next_cursor,
        "previous_cursor": page.previous_cursor,
        "as_of": {"records": page.records_at, "warehouse": page.warehouse_date},
    }


def record_out(record: Record, principal: Principal) -> dict[str, object]:
    """Return one record as the interface gives it."""
    by = record.updated_by
    return {
        "uid": record.uid,
        "display": record.display,
        "revision": record.revision,
        "values": record.values,
        "refused": record.refused,
        "permitted": record.permitted,
        "from_source": record.from_source,
        "created_at": record.created_at,
        "updated_at": record.updated_at,
        "updated_by": principal.name if by == principal.actor else organization.actor_names([by])[by],
    }


def history_out(entries: Sequence[RecordHistory]) -> dict[str, object]:
    """Return the journal of a record as the interface gives it."""
    return {
        "entries": [
            {
                "at": entry.at,
                "actor": {"name": entry.name, "employee_no": entry.employee_no},
                "operation": entry.operation,
                "reason": entry.reason,
                "field": entry.details.get("field"),
                "changes": [{"field": key, "old": old, "new": new} for key, old, new in entry.changes],
            }
            for entry in entries
        ]
    }


def object_out(owner: ObjectType, principal: Principal, version: int) -> dict[str, object]:
    """Return an object type as the metadata renderers of the front end want it."""
    found = owner.definition
    sort, direction = default_sort(owner)
    own = [key for key, field in owner.fields.items() if field.kind == "field"]
    sections = found.detail.sections if found.detail else ()
    refinements: dict[str, Labels] = {"all": {"zh": "全部", "en": "All"}}
    refinements |= {key: refinement.labels for key, refinement in owner.refinements.items()}
    return {
        "key": owner.key,
        "labels": owner.labels,
        "version": version,
        "fields": [_field_out(owner, field, principal) for field in owner.fields.values()],
        "refinements": [{"key": key, "labels": labels} for key, labels in refinements.items()],
        "list": {
            "columns": listed_columns(owner),
            "sort": {"field": sort, "direction": direction},
            "tabs": _tabs(found.list.tabs if found.list else (), principal, owner),
            "searchable": any(f.searchable for f in owner.fields.values()),
        },
        "detail": {
            "sections": [{"labels": section.labels, "fields": section.fields} for section in sections]
            or [{"labels": owner.labels, "fields": own}]
        },
        "form": {"fields": found.form.fields if found.form else own},
        "page": found.page,
        "operations": [
            operation
            for operation in ("create", "update", "delete", "export", "unmask", "access_log")
            if permissions.allowed(principal, f"{owner.key}.{operation}")
        ],
    }


def _tabs(tabs: Sequence[str], principal: Principal, owner: ObjectType) -> list[str]:
    hidden = permissions.hidden_refinements(principal, owner.key)
    return [tab for tab in tabs if tab not in hidden] or ["all"]


def _field_out(owner: ObjectType, field: FieldType, principal: Principal) -> dict[str, object]:
    rule = permissions.field_rule(principal, owner.key, field.key)
    return {
        "key": field.key,
        "labels": field.labels,
        "type": "tag" if field.kind == "tag" else field.type,
        "kind": field.kind,
        "role": field.role or None,
        "web": field.values.web,
        "format": field.format,
        "help": field.help,
        "currency": field.values.currency or None,
        "sortable": field.values.sortable,
        "unit": field.unit or None,
        "target": field.target or None,
        "owner": field.owner,
        "options": [{"key": o.key, "labels": o.labels, "status": o.status or None} for o in field.options],
        "required": field.required,
        "readonly": field.kind != "field" or bool(field.stamp),
        "masked": bool(field.mask) and rule == "masked",
        "refused": rule == "refused",
        "unmaskable": bool(field.mask) and rule == "masked" and permissions.allowed(principal, f"{owner.key}.unmask"),
    }
