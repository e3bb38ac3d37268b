"""The catalogue: object types of one definition version joined with their physical names."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from types import MappingProxyType
from typing import NamedTuple

from django.db import connection

from zhike.expressions.types import Field, Relation, Schema
from zhike.kernel import database, definitions
from zhike.kernel.definition_parts import Labels
from zhike.kernel.definitions import Snapshot
from zhike.platform.fields import api as fields
from zhike.platform.fields.types import Option, Pointer
from zhike.platform.objects.definitions import FieldPart, ObjectDefinition
from zhike.platform.objects.errors import UnknownField, UnknownObject
from zhike.platform.objects.logic import indexes, lookups
from zhike.platform.objects.models import PhysicalObject, SideTable
from zhike.platform.objects.types import FieldType, ObjectType, SideColumn
from zhike.platform.organization import api as organization

Catalogue = Mapping[str, ObjectType]
SIDE = "side"
#: What fields that hold an org unit point at.
UNIT = "unit"
#: Kinds whose definitions become columns beside the records of the party, so that lists may name them.
FIGURES = ("indicator", "tag")


def catalogue() -> Catalogue:
    """Return the object types as the caller's transaction sees them."""
    return definitions.derive("objects", _build)


def provisional(everything: Snapshot) -> Catalogue:
    """Return object types of definitions that have no tables yet, for checking expressions only."""
    return everything.derive("objects.provisional", _provisional)


def _provisional(everything: Snapshot) -> Catalogue:
    return {key: _object(found, key, {}, ()) for key, found in defined(everything).items()}


def defined(everything: Snapshot) -> Mapping[str, ObjectDefinition]:
    """Return the definitions of the objects, with what extensions add to them."""
    found: Mapping[str, ObjectDefinition] = everything.of(ObjectDefinition)
    return found


def figures_beside(whole: ObjectDefinition, everything: Snapshot) -> list[str]:
    """Return the figures that stand beside an object's records: beside those of the party, and shown.

    While no object says that it is the party, any may be.
    """
    party = whole.role == "party" or not any(one.role == "party" for one in defined(everything).values())
    named = [found for kind in FIGURES for found in everything.named(kind).items() if party]
    return [key for key, figure in named if not vars(figure).get("hidden")]


def object_type(key: str) -> ObjectType:
    """Return one object type; raises UnknownObject that says which exist."""
    found = catalogue()
    if key not in found:
        raise UnknownObject(object=key, has=sorted(found))
    return found[key]


def object_with_role(role: str) -> ObjectType:
    """Return the object type that plays `role`; raises UnknownObject."""
    for found in catalogue().values():
        if found.role == role:
            return found
    raise UnknownObject(object=f"role: {role}", has=sorted(o.role for o in catalogue().values() if o.role))


def field_of(owner: ObjectType, key: str) -> FieldType:
    """Return a field of `owner`; raises UnknownField that says which exist."""
    if key not in owner.fields:
        raise UnknownField(object=owner.key, field=key, has=sorted(owner.fields))
    return owner.fields[key]


class Served(NamedTuple):
    """The wide rows published beside an object."""

    table: str
    business_date: date


def side_table(key: str) -> Served | None:
    """Return the published wide rows beside the object, if any. Every list asks this, so it is plain SQL.

    It is never remembered by version: the table goes when the next one is published.
    """
    return database.once("objects.side_tables", _side_tables).get(key)


def _side_tables() -> Mapping[str, Served]:
    with connection.cursor() as cursor:
        cursor.execute('select object, "table", business_date from objects_sidetable where current')
        return {key: Served(table, day) for key, table, day in cursor.fetchall()}


def pointers() -> Mapping[str, Pointer]:
    """Return the places that are no objects and that fields point at, by name: org units, users."""
    found = [value_type.pointer for value_type in fields.value_types().values()]
    return {pointer.name: pointer for pointer in found if pointer is not None and pointer.table}


def units_by_code() -> Mapping[str, int]:
    """Return the inner ids of the org units by code: the words of fields that point at one."""
    return definitions.derive("objects.units", lambda _all: {unit.code: unit.id for unit in organization.all_units()})


def pointed_at(field: FieldType) -> Pointer:
    """Return the rows that a field points at: of an object or of another place."""
    pointer = field.values.pointer
    assert pointer is not None
    return pointer if pointer.table else replace(pointer, name=field.target, table=object_type(field.target).table)


def expression_schema(objects: Catalogue, key: str) -> Schema:
    """Return what conditions over the object may name: fields, references as to-one, relations as to-many."""
    owner = objects[key]
    named = {}
    relations: dict[str, Relation] = {}
    for found in owner.fields.values():
        kind = found.values.expression
        if kind is not None:
            options = tuple(option.key for option in found.options)
            named[found.key] = Field(found.key, kind, dict(found.labels), options, found.target)
        if found.target in objects:
            relations[found.key] = Relation(found.key, dict(found.labels), _target(objects, found.target), many=False)
    for relation in owner.relations.values():
        relations[relation.key] = Relation(
            relation.key, dict(relation.labels), _target(objects, relation.object), many=True
        )
    return Schema(key, dict(owner.labels), named, relations)


def _target(objects: Catalogue, key: str) -> Callable[[], Schema]:
    return lambda: expression_schema(objects, key)


def _build(everything: Snapshot) -> Catalogue:
    tables = {row.key: row for row in PhysicalObject.objects.prefetch_related("fields")}
    sides = {row.object: row for row in SideTable.objects.filter(current=True)}
    known = indexes.by_column(row.table for row in tables.values())
    built = {}
    for key, definition in defined(everything).items():
        if key not in tables:
            continue
        columns = {field.key: field.column for field in tables[key].fields.all()}
        side = tuple(_side_column(column) for column in sides[key].columns) if key in sides else ()
        found = _object(definition, tables[key].table, columns, side)
        once = {
            index.name: field
            for field, column in columns.items()
            for index in indexes.of_column(known, found.table, column)
            if index.kind == "unique" and field in found.fields
        }
        built[key] = replace(found, unique_indexes=MappingProxyType(once))
    return lookups.resolved(built)


def _object(
    definition: ObjectDefinition, table: str, columns: Mapping[str, str], side: Sequence[SideColumn]
) -> ObjectType:
    found = {part.key: _field(part, columns.get(part.key, part.key)) for part in definition.fields}
    for column in side:
        if column.key not in found:
            found[column.key] = FieldType(
                key=column.key,
                labels=column.labels,
                values=fields.bound(
                    column.type, options=column.options, unit=column.unit, format=column.format or None
                ),
                column=column.key,
                kind=column.kind,
                owner="source",
            )
    return ObjectType(
        definition=definition,
        table=table,
        fields=MappingProxyType(found),
        relations=MappingProxyType({relation.key: relation for relation in definition.relations}),
        refinements=MappingProxyType({refinement.key: refinement for refinement in definition.refinements}),
        rules=MappingProxyType({rule.key: rule for rule in definition.rules}),
    )


def _field(part: FieldPart, column: str) -> FieldType:
    value_type = fields.value_type(part.type)
    return FieldType(
        key=part.key,
        labels=part.labels,
        # A field's model has its type's settings among its own keys.
        values=value_type(part),  # type: ignore[arg-type]
        column=column,
        role=part.role or "",
        owner=part.owner,
        required=part.required,
        required_by_hand=part.required_by_hand,
        unique=part.unique,
        personal=part.personal,
        help=part.help,
        lookup=part.lookup,
    )


def _side_column(data: Mapping[str, object]) -> SideColumn:
    options = tuple(
        Option(o["key"], Labels(**o["labels"]), o.get("status") or "")
        for o in data.get("options", [])  # type: ignore[attr-defined]
    )
    return SideColumn(
        key=str(data["key"]),
        labels=data["labels"],  # type: ignore[arg-type]
        type=str(data["type"]),
        kind=str(data["kind"]),
        unit=str(data.get("unit", "")),
        options=options,
        format=data.get("format"),  # type: ignore[arg-type]
    )
