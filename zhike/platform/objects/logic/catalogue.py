"""The catalogue: object types of one definition version joined with their physical names."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from zhike.expressions.types import Field, Relation, Schema, Type
from zhike.kernel import definitions
from zhike.kernel.definitions import Body, Snapshot
from zhike.platform.objects.errors import UnknownField, UnknownObject
from zhike.platform.objects.models import PhysicalObject, SideTable
from zhike.platform.objects.types import FieldType, ObjectType, Option, RelationType, SideColumn

Catalogue = Mapping[str, ObjectType]

#: Field type → (column type in PostgreSQL, type in expressions; None: not usable in conditions)
FIELD_TYPES: dict[str, tuple[str, Type | None]] = {
    "text": ("text", Type.TEXT),
    "long_text": ("text", Type.TEXT),
    "phone": ("text", Type.TEXT),
    "email": ("text", Type.TEXT),
    "choice": ("text", Type.TEXT),
    "integer": ("bigint", Type.INTEGER),
    "decimal": ("numeric", Type.DECIMAL),
    "percent": ("numeric", Type.DECIMAL),
    "money": ("numeric", Type.DECIMAL),
    "boolean": ("boolean", Type.BOOLEAN),
    "date": ("date", Type.DATE),
    "datetime": ("timestamptz", Type.DATETIME),
    "multi_choice": ("text[]", Type.LIST),
    "reference": ("bigint", Type.RECORD),
    "unit": ("bigint", Type.RECORD),
    "identity_number": ("text", None),
}
SIDE = "side"


def catalogue() -> Catalogue:
    """Return the object types as the caller's transaction sees them."""
    return definitions.derive("objects", _build)


def provisional(everything: Snapshot) -> Catalogue:
    """Return object types of definitions that have no tables yet, for checking expressions only."""
    return {key: _object(body, key, {}, ()) for key, body in everything.of("object").items()}


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


def side_table(key: str) -> SideTable | None:
    """Return the published wide rows beside the object, if any."""
    return SideTable.objects.filter(object=key).first()


def expression_schema(objects: Catalogue, key: str) -> Schema:
    """Return what conditions over the object may name: fields, references as to-one, relations as to-many."""
    owner = objects[key]
    fields = {}
    relations: dict[str, Relation] = {}
    for found in owner.fields.values():
        kind = FIELD_TYPES[found.type][1] if found.kind == "field" else _SIDE_TYPES[found.type]
        if kind is not None:
            fields[found.key] = Field(
                found.key, kind, dict(found.labels), tuple(option.key for option in found.options)
            )
        if found.type == "reference":
            relations[found.key] = Relation(found.key, dict(found.labels), _target(objects, found.target), many=False)
    for relation in owner.relations.values():
        relations[relation.key] = Relation(
            relation.key, dict(relation.labels), _target(objects, relation.object), many=True
        )
    return Schema(key, dict(owner.labels), fields, relations)


_SIDE_TYPES = {
    "text": Type.TEXT,
    "choice": Type.TEXT,
    "integer": Type.INTEGER,
    "decimal": Type.DECIMAL,
    "money": Type.DECIMAL,
    "percent": Type.DECIMAL,
    "boolean": Type.BOOLEAN,
    "date": Type.DATE,
}


def _target(objects: Catalogue, key: str):  # type: ignore[no-untyped-def]
    return lambda: expression_schema(objects, key)


def _build(everything: Snapshot) -> Catalogue:
    tables = {row.key: row for row in PhysicalObject.objects.prefetch_related("fields")}
    sides = {row.object: row for row in SideTable.objects.all()}
    built = {}
    for key, body in everything.of("object").items():
        if key not in tables:
            continue
        columns = {field.key: field.column for field in tables[key].fields.all()}
        side = tuple(_side_column(column) for column in sides[key].columns) if key in sides else ()
        built[key] = _object(body, tables[key].table, columns, side)
    return MappingProxyType(built)


def _object(body: Body, table: str, columns: Mapping[str, str], side: tuple[SideColumn, ...]) -> ObjectType:
    fields = {f["key"]: _field(f, columns.get(f["key"], f["key"])) for f in body.get("fields", [])}  # type: ignore[attr-defined]
    for column in side:
        if column.key not in fields:
            fields[column.key] = FieldType(
                key=column.key,
                labels=column.labels,
                type=column.type,
                column=column.key,
                kind=column.kind,
                owner="source",
                unit=column.unit,
                options=column.options,
            )
    relations = {
        r["key"]: RelationType(r["key"], r["labels"], r["object"], r["through"])
        for r in body.get("relations", [])  # type: ignore[attr-defined]
    }
    refinements = {r["key"]: (r["labels"], r["condition"]) for r in body.get("refinements", [])}  # type: ignore[attr-defined]
    rules = {r["key"]: (r["labels"], r["condition"]) for r in body.get("rules", [])}  # type: ignore[attr-defined]
    access: Body = body.get("access", {})  # type: ignore[assignment]
    return ObjectType(
        key=str(body["key"]),
        labels=body["labels"],
        table=table,
        role=str(body.get("role", "")),  # type: ignore[arg-type]
        display=str(body.get("display", "")),
        through=str(access.get("through", "")),
        fields=MappingProxyType(fields),
        relations=MappingProxyType(relations),
        refinements=MappingProxyType(refinements),
        rules=MappingProxyType(rules),
        layout={name: body.get(name) for name in ("list", "detail", "form", "page")},
        log_views=bool(body.get("log_views", False)),
    )


def _field(body: Body, column: str) -> FieldType:
    options = tuple(Option(o["key"], o["labels"], o.get("status", "")) for o in body.get("options", []))  # type: ignore[attr-defined]
    return FieldType(
        key=str(body["key"]),
        labels=body["labels"],
        type=str(body["type"]),
        column=column,  # type: ignore[arg-type]
        role=str(body.get("role", "")),
        owner=str(body.get("owner", "desk")),
        mask=str(body.get("mask", "")),
        target=str(body.get("target", "")),
        unit=str(body.get("unit", "")),
        required=bool(body.get("required", False)),
        unique=bool(body.get("unique", False)),
        personal=bool(body.get("personal", False)),
        indexed=bool(body.get("index", False)),
        searchable=str(body.get("searchable", "")),
        options=options,
        default=body.get("default"),
        stamp=str(body.get("stamp", "")),
    )


def _side_column(data: Mapping[str, object]) -> SideColumn:
    options = tuple(Option(o["key"], o["labels"], o.get("status", "")) for o in data.get("options", []))  # type: ignore[attr-defined]
    return SideColumn(
        key=str(data["key"]),
        labels=data["labels"],
        type=str(data["type"]),
        kind=str(data["kind"]),  # type: ignore[arg-type]
        unit=str(data.get("unit", "")),
        options=options,
    )
