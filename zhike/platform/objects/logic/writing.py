"""Creating, changing and deleting records: validated as a whole, one transaction of rows, audit line and event."""

from __future__ import annotations

import functools
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import IntegrityError, connection
from psycopg import sql

from zhike.kernel import clock, context, events
from zhike.kernel.errors import Invalid, Refused, StaleRevision
from zhike.kernel.ids import uuid7
from zhike.platform.fields.errors import BadValue
from zhike.platform.fields.search_tokens import array_items
from zhike.platform.objects import faults
from zhike.platform.objects.errors import SourceOwned, UnknownField
from zhike.platform.objects.logic import asking, by_hand, single_records
from zhike.platform.objects.logic import catalogue as catalogues
from zhike.platform.objects.logic.conditions import fields_of
from zhike.platform.objects.logic.field_rights import field_rules
from zhike.platform.objects.types import Fault, FieldType, ObjectType
from zhike.platform.permissions.types import Principal

Finding = dict[str, object]
#: A new record was changed last when and by whom it was made.
_MADE_AS = {"updated_at": "created_at", "updated_by": "created_by"}


def insert(owner: ObjectType, given: Mapping[str, object], principal: Principal) -> dict[str, Any]:
    """Insert one record and return all its columns. Raises Invalid with every finding, NotFound outside the scope."""
    defaults = {f.key: f.default for f in owner.fields.values() if f.default is not None and f.key not in given}
    parsed, findings = _parsed(owner, {**defaults, **given}, principal)
    parsed |= {f.key: principal.employee_no or None for f in owner.fields.values() if f.stamp == "me"}
    faulty = {finding["field"] for finding in findings}
    findings += [
        _finding(faults.required(field))
        for field in owner.fields.values()
        if by_hand.is_needed(field, principal) and parsed.get(field.key) is None and field.key not in faulty
    ]
    _raise(owner, [*findings, *_taken(owner, parsed, findings, principal)])
    now, actor = clock.now(), context.current().actor
    columns: dict[str, object] = {
        "uid": uuid7(),
        "created_at": now,
        "created_by": actor,
        "updated_at": now,
        "updated_by": actor,
        "grams": grams(owner, parsed),
        "unit_id": _unit(owner, parsed, principal.unit),
        "owner": principal.employee_no or None,
    }
    for key, value in parsed.items():
        columns |= stored_columns(owner.fields[key], value)
    statement = _insert_statement(owner.table, tuple(columns))
    event, values = events.about(single_records.FRESH, "record.created", owner.key)
    values |= {f"new_{name}": value for name, value in columns.items()}
    with _unique_values(owner):
        return single_records.inserted_row(owner, statement, event, values, principal)


@functools.lru_cache(maxsize=500)
def _insert_statement(table: str, names: tuple[str, ...]) -> str:
    statement = sql.SQL("insert into {} ({}) values ({}) returning *").format(
        sql.Identifier(table),
        sql.SQL(", ").join(map(sql.Identifier, names)),
        sql.SQL(", ").join(sql.Placeholder(f"new_{_MADE_AS.get(name, name)}") for name in names),
    )
    return statement.as_string(None)


def update(
    owner: ObjectType, row: Mapping[str, Any], revision: int, given: Mapping[str, object], principal: Principal
) -> None:
    """Change fields of the record `row` that the caller has read and locked; raises Invalid, StaleRevision."""
    if row["revision"] != revision:
        raise StaleRevision(given=revision, current=row["revision"])
    parsed, findings = _parsed(owner, given, principal, row)
    for key in parsed:
        field = owner.fields[key]
        if field.owner == "source" and row["source_key"]:
            findings.append(_finding(faults.source_owned(field)))
        if by_hand.is_needed(field, principal) and parsed[key] is None:
            findings.append(_finding(faults.required(field)))
    _raise(owner, [*findings, *_taken(owner, parsed, findings, principal, row["id"])])
    columns: dict[str, object] = {"updated_at": clock.now(), "updated_by": context.current().actor}
    for key, value in parsed.items():
        columns |= stored_columns(owner.fields[key], value)
    branch = owner.field_with_role("branch")
    if branch and branch.key in parsed:
        columns["unit_id"] = _unit(owner, parsed, None)
    if any(owner.fields[key].searchable for key in parsed):
        stored = {f.key: f.values.clear(row.get(f"f:{f.key}")) for f in owner.fields.values() if f.searchable}
        columns["grams"] = grams(owner, {**stored, **parsed})
    assignments = sql.SQL(", ").join(sql.SQL("{} = %s").format(sql.Identifier(name)) for name in columns)
    statement = sql.SQL(
        "update {} set revision = revision + 1, {} where id = %s and revision = %s returning id"
    ).format(sql.Identifier(owner.table), assignments)
    if _write(owner, statement, [*columns.values(), row["id"], revision]) is None:
        raise StaleRevision(given=revision, current=revision + 1)
    events.publish("record.updated", owner.key, row["id"], {"fields": sorted(parsed)})


def check_proposal(
    owner: ObjectType, row: Mapping[str, Any], given: Mapping[str, object], principal: Principal
) -> None:
    """Raise Invalid unless the given values could stand in fields of the record `row` that a source keeps.

    That a value is the one that is there is told of what the principal sees in clear only.
    """
    parsed, findings = _parsed(owner, given, principal, row)
    rules = field_rules(owner, list(parsed), principal)
    for key, value in parsed.items():
        field = owner.fields[key]
        if rules[key] == "refused":
            raise Refused(operation=f"{owner.key}.{key}")
        if field.owner != "source" or not row["source_key"]:
            findings.append(_finding(faults.nobodys(field)))
        elif by_hand.is_needed(field, principal) and value is None:
            findings.append(_finding(faults.required(field)))
        elif (rules[key] == "clear" or not field.mask) and field.values.store(value)[""] == row[f"f:{key}"]:
            findings.append(_finding(faults.no_change(field)))
    _raise(owner, findings)


def as_proposed(owner: ObjectType, row: Mapping[str, Any], given: Mapping[str, object]) -> dict[str, Any]:
    """Return the record `row` as it would be with the given values, as far as its fields are still defined so."""
    found = dict(row)
    for key, value in given.items():
        field = owner.fields.get(key)
        try:
            parsed = field.values.parse(value) if field else None
        except BadValue:
            continue
        if field is None or not field.stored:
            continue
        if isinstance(parsed, uuid.UUID):
            parsed = _pointed_id(field, parsed)
        found |= {f"f:{key}{suffix}": cell for suffix, cell in field.values.store(parsed).items()}
    return found


def _unit(owner: ObjectType, parsed: Mapping[str, object], otherwise: int | None) -> object:
    """The org unit that a record belongs to: what its branch field says, else the unit of whoever makes it."""
    branch = owner.field_with_role("branch")
    found = parsed.get(branch.key) if branch else None
    return otherwise if found is None else found


def deletable(row: Mapping[str, Any], principal: Principal) -> bool:
    """Return whether a person may delete the record: what a source keeps, its next load would bring back."""
    return not row["source_key"] or principal.kind == "system"


def check_rules(owner: ObjectType, record_id: int, principal: Principal) -> None:
    """Raise Invalid with every rule of the object that the record as written breaks; the transaction then undoes it.

    A finding names the `fields` that the rule is about.
    """
    if not owner.rules:
        return
    broken = single_records.broken_rules(owner, record_id, principal)
    findings: list[Finding] = []
    for key in broken:
        said, about = owner.rules[key].labels, fields_of(catalogues.catalogue(), owner, owner.rules[key].condition)
        findings.append(
            {"code": f"record.rule.{key}", "message": said["zh"], "message_en": said["en"], "fields": about}
        )
    _raise(owner, findings)


def delete(owner: ObjectType, row: Mapping[str, Any], revision: int, principal: Principal) -> None:
    """Mark the record deleted; its unique keys become free. Raises StaleRevision, SourceOwned."""
    if row["revision"] != revision:
        raise StaleRevision(given=revision, current=row["revision"])
    if not deletable(row, principal):
        raise SourceOwned(source=str(row["source_key"]).partition(":")[0])
    statement = sql.SQL(
        "update {} set deleted_at = %s, updated_at = %s, updated_by = %s, revision = revision + 1 where id = %s returning id"
    ).format(sql.Identifier(owner.table))
    now = clock.now()
    _write(owner, statement, [now, now, context.current().actor, row["id"]])
    events.publish("record.deleted", owner.key, row["id"])


def refer_to(owner: ObjectType, others: Mapping[int, int]) -> int:
    """Change every reference of live records to `owner`'s records `others` to those they stand for."""
    followed = 0
    for referring in catalogues.catalogue().values():
        for field in referring.fields.values():
            if not field.stored or field.target != owner.key:
                continue
            statement = sql.SQL(
                "update {table} t set {column} = o.new, revision = revision + 1, updated_at = %s, updated_by = %s"
                " from unnest(%s::bigint[], %s::bigint[]) o(old, new) where t.{column} = o.old and t.deleted_at is null"
            ).format(table=sql.Identifier(referring.table), column=sql.Identifier(field.column))
            given: list[Any] = [clock.now(), context.current().actor, list(others), list(others.values())]
            with connection.cursor() as cursor:
                cursor.execute(statement, given)
                followed += cursor.rowcount
    return followed


def stored_columns(field: FieldType, value: object) -> dict[str, object]:
    """Return the columns that a parsed value of a field lies in."""
    return {f"{field.column}{suffix}": cell for suffix, cell in field.values.store(value).items()}


def grams(owner: ObjectType, clear_values: Mapping[str, object]) -> str | None:
    """Return the search tokens of a record as an array's text, or None for an object without searchable fields."""
    searchable = [field for field in owner.fields.values() if field.searchable]
    if not searchable:
        return None
    values = [(field.searchable, clear_values.get(field.key)) for field in searchable]
    return "{" + ",".join([array_items(kind, str(value)) for kind, value in values if value]) + "}"


def _parsed(
    owner: ObjectType, given: Mapping[str, object], principal: Principal, stored: Mapping[str, Any] | None = None
) -> tuple[dict[str, object], list[Finding]]:
    findings: list[Finding] = []
    parsed: dict[str, object] = {}
    for key, value in given.items():
        field = owner.fields.get(key)
        if field is None or field.kind != "field":
            has = sorted(f.key for f in owner.fields.values() if f.kind == "field")
            error = UnknownField(object=owner.key, field=key, has=has)
            findings.append(
                {"code": error.code, "field": key, "message": error.message("zh"), "message_en": error.message("en")}
            )
            continue
        if field.stamp or field.lookup:
            findings.append(_finding(faults.stamped(field)))
            continue
        try:
            parsed[key] = field.values.parse(value)
        except BadValue as error:
            findings.append(_finding(faults.misfit(field, error)))
    findings += [_finding(fault) for fault in by_hand.unwritten(owner, parsed, stored or {}, principal)]
    findings += _resolve_references(owner, parsed, principal, stored or {})
    return parsed, findings


def _resolve_references(
    owner: ObjectType, parsed: dict[str, object], principal: Principal, stored: Mapping[str, Any]
) -> list[Finding]:
    """Put inner ids for uids. A record that the writer may not read is none, unless the field points at it already."""
    findings = []
    for key, value in parsed.items():
        field = owner.fields[key]
        if not isinstance(value, uuid.UUID):
            continue
        found = _pointed_id(field, value)
        if found is None or not (found == stored.get(f"f:{key}") or _readable(field, found, principal)):
            findings.append(_finding(faults.no_target(field)))
        else:
            parsed[key] = found
    return findings


def _pointed_id(field: FieldType, uid: uuid.UUID) -> int | None:
    pointer = catalogues.pointed_at(field)
    live = sql.SQL(" and deleted_at is null" if pointer.live else "")
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("select id from {} where uid = %s").format(sql.Identifier(pointer.table)) + live, [uid])
        row = cursor.fetchone()
    return row[0] if row else None


def _readable(field: FieldType, record_id: int, principal: Principal) -> bool:
    """Whether somebody may read what a field points at; org units and the like are everybody's."""
    if field.target not in catalogues.catalogue():
        return True
    return single_records.in_scope(catalogues.object_type(field.target), record_id, principal, "read")


def _write(owner: ObjectType, statement: sql.Composable, params: list[Any]) -> Any:
    with _unique_values(owner), connection.cursor() as cursor:
        cursor.execute(statement, params)
        return cursor.fetchone()


def _taken(
    owner: ObjectType,
    parsed: Mapping[str, object],
    findings: Sequence[Finding],
    principal: Principal,
    record_id: int = 0,
) -> list[Finding]:
    """Return the values that another live record has already, where they are to be told with other faults.

    A single fault the database finds itself when the row is written, without a question for each record made. Of a
    number that the writer sees masked nothing is told beside another fault: it would be a question that writes nothing.
    """
    fields = [owner.fields[key] for key in owner.unique_indexes.values() if parsed.get(key) is not None]
    if not findings and len(fields) < 2:
        return []
    found: list[Finding] = []
    for field in sorted(fields, key=lambda one: not asking.may_ask(owner, one.key, principal)):
        told = [finding["field"] for finding in (*findings, *found)]
        if field.key in told or (told and not asking.may_ask(owner, field.key, principal)):
            continue
        if holder(owner, field, parsed[field.key], record_id) is not None:
            found.append(_finding(faults.duplicate(field)))
    return found


def holder(owner: ObjectType, field: FieldType, value: object, besides: int = 0) -> int | None:
    """Return the id of the live record, other than `besides`, that has a value of a unique field."""
    statement = sql.SQL("select id from {} where {} = %s and id <> %s and deleted_at is null limit 1")
    named = statement.format(sql.Identifier(owner.table), sql.Identifier(field.column))
    with connection.cursor() as cursor:
        stored: Any = stored_columns(field, value)[field.column]
        cursor.execute(named, [stored, besides])
        row = cursor.fetchone()
    return row[0] if row else None


@contextmanager
def _unique_values(owner: ObjectType) -> Iterator[None]:
    """Say which field is meant when the database refuses a second live row with the same value."""
    try:
        yield
    except IntegrityError as error:
        constraint = getattr(getattr(error.__cause__, "diag", None), "constraint_name", "") or ""
        field = owner.fields.get(owner.unique_indexes.get(constraint, ""))
        if field is None:
            raise
        raise Invalid(findings=[_finding(faults.duplicate(field))]) from error


def _finding(fault: Fault) -> Finding:
    said = fault.labels
    return {"code": fault.code, "field": fault.field, "message": said["zh"], "message_en": said["en"]}


def _raise(owner: ObjectType, findings: list[Finding]) -> None:
    if findings:
        raise Invalid(findings=findings, object=owner.key)
