"""What the records interface takes and gives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ninja import Schema

from zhike.platform.objects.logic.history import RecordHistory
from zhike.platform.objects.types import FieldType, ObjectType, Record, RecordPage, RecordQuery
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
    layout: dict[str, Any] = {name: owner.layout.get(name) or {} for name in ("list", "detail", "form")}
    known = [key for key in layout["list"].get("columns", []) if key in owner.fields]
    sort = layout["list"].get("sort") or {}
    refinements = {"all": {"zh": "全部", "en": "All"}} | {
        key: labels for key, (labels, _c) in owner.refinements.items()
    }
    return {
        "key": owner.key,
        "labels": owner.labels,
        "version": version,
        "fields": [_field_out(owner, field, principal) for field in owner.fields.values()],
        "refinements": [{"key": key, "labels": labels} for key, labels in refinements.items()],
        "list": {
            "columns": known or list(owner.fields)[:8],
            "sort": sort if sort.get("field") in owner.fields else {"field": "id", "direction": "desc"},
            "tabs": _tabs(layout["list"], principal, owner),
            "searchable": any(f.searchable for f in owner.fields.values()),
        },
        "detail": {
            "sections": layout["detail"].get("sections")
            or [
                {
                    "labels": owner.labels,
                    "fields": [key for key, field in owner.fields.items() if field.kind == "field"],
                }
            ]
        },
        "form": {"fields": layout["form"].get("fields") or [k for k, f in owner.fields.items() if f.kind == "field"]},
        "page": owner.layout.get("page"),
        "operations": [
            operation
            for operation in ("create", "update", "delete", "export", "unmask", "access_log")
            if permissions.allowed(principal, f"{owner.key}.{operation}")
        ],
    }


def _tabs(layout: Mapping[str, Any], principal: Principal, owner: ObjectType) -> list[str]:
    hidden = permissions.hidden_refinements(principal, owner.key)
    return [tab for tab in layout.get("tabs", []) if tab not in hidden] or ["all"]


def _field_out(owner: ObjectType, field: FieldType, principal: Principal) -> dict[str, object]:
    rule = permissions.field_rule(principal, owner.key, field.key)
    return {
        "key": field.key,
        "labels": field.labels,
        "type": "tag" if field.kind == "tag" else field.type,
        "kind": field.kind,
        "role": field.role or None,
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
