"""The definitions of who is who and of master feeds, and which of them is meant where only a system is named."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from zhike.expressions import api as expressions
from zhike.expressions.errors import ExpressionInvalid
from zhike.expressions.types import Field, Schema
from zhike.insight.identity.errors import (
    KnownToNoIdentity,
    NoIdentity,
    OtherIdentity,
    UnknownIdentity,
    WhichIdentity,
)
from zhike.insight.identity.types import Identity, Lookup, Master, MasterColumn
from zhike.insight.warehouse import datasets
from zhike.insight.warehouse.types import Source
from zhike.kernel import definitions
from zhike.kernel.definition_parts import read_or
from zhike.kernel.definitions import Snapshot
from zhike.platform.objects import catalogue
from zhike.platform.objects.types import FieldType

#: Master feeds of this fill the organization, which is no object.
ORG_UNIT = "org_unit"


def identities(snapshot: Snapshot | None = None) -> list[Identity]:
    """Return every definition of who is who, by key; raises NoIdentity when there is none."""
    found: Mapping[str, Identity] = (snapshot or definitions.snapshot()).of(Identity)
    if not found:
        raise NoIdentity()
    return [found[key] for key in sorted(found)]


def known(snapshot: Snapshot | None) -> list[Identity]:
    """Return the installation's definitions of who is who, and those of `snapshot`, by key."""
    installed: Mapping[str, Identity] = definitions.all_of(Identity)
    given: Mapping[str, Identity] = snapshot.of(Identity) if snapshot else {}
    found = {**installed, **given}
    return [found[key] for key in sorted(found)]


def identity(key: str, snapshot: Snapshot | None = None) -> Identity:
    """Return one definition; raises UnknownIdentity that says which exist."""
    found: Mapping[str, Identity] = (snapshot or definitions.snapshot()).of(Identity)
    if key not in found:
        raise UnknownIdentity(identity=key, has=sorted(found))
    return found[key]


def named_or_only(key: str) -> Identity:
    """Return the definition of that key, without a key the only one. Raises UnknownIdentity, WhichIdentity."""
    return identity(key) if key else _only(identities(), None, "evaluate", ())


def identity_of_system(system: str, named: str | None, snapshot: Snapshot | None, object: str = "") -> Identity:
    """Return the identity that knows `system` (and makes records of `object`): the `named` one, or the only one.

    Raises NoIdentity, and WhichIdentity of any kind.
    """
    every = [found for found in identities(snapshot) if object in ("", found.object)]
    systems = {one.system for found in every for one in found.systems}
    return _only([found for found in every if found.system(system)], named, system, systems)


def identity_of_accounts(dataset: str, named: str | None, snapshot: Snapshot | None) -> Identity:
    """Return the identity that knows whose the accounts in `dataset` are. Raises NoIdentity, WhichIdentity."""
    every = [found for found in identities(snapshot) if found.accounts]
    known = {found.accounts.dataset for found in every if found.accounts}
    fitting = [found for found in every if found.accounts and found.accounts.dataset == dataset]
    return _only(fitting, named, dataset, known)


def identity_of_column(master: Master, column: MasterColumn, snapshot: Snapshot | None) -> Identity:
    """Return the identity by which a feed finds the record that a column refers to. Raises WhichIdentity.

    It is one that makes records of the object to which the field refers.
    """
    target = fields_of(master.object, snapshot).get(column.field, "")
    return identity_of_system(column.system or "", column.identity, snapshot, target)


def fields_of(object: str, snapshot: Snapshot | None) -> Mapping[str, str]:
    """Return the fields that records of an object store with the object each refers to, "" where it refers to none."""
    owner = catalogue.provisional(snapshot or definitions.snapshot()).get(object)
    return {field.key: field.target for field in owner.fields.values() if field.stored} if owner else {}


def field_of(object: str, field: str, everything: Snapshot) -> FieldType | None:
    """Return a field that records of an object store, None where there is none."""
    owner = catalogue.provisional(everything).get(object)
    found = owner.fields.get(field) if owner else None
    return found if found and found.stored else None


def needed(object: str, everything: Snapshot) -> list[str]:
    """Return the fields without which a feed can make no record of an object: required, and without a default."""
    owner = catalogue.provisional(everything).get(object)
    found = owner.fields.values() if owner else ()
    return [one.key for one in found if one.required and one.stored and not one.stamp and one.default is None]


def _only(known: list[Identity], named: str | None, what: str, every: Iterable[str]) -> Identity:
    """The one of those that know it; `every` is all that any of them knows."""
    fitting = [found for found in known if named in (None, found.key)]
    if len(fitting) == 1:
        return fitting[0]
    if not known:
        raise KnownToNoIdentity(what=what, has=sorted(every))
    keys = [found.key for found in known]
    raise OtherIdentity(what=what, has=keys, named=named) if named else WhichIdentity(what=what, has=keys)


def masters(snapshot: Snapshot | None = None) -> list[Master]:
    """Return the master feeds in the order in which they run."""
    found = (snapshot or definitions.snapshot()).of(Master).values()
    return sorted(found, key=lambda master: (master.order, master.key))


def master_schema(master: Master, snapshot: Snapshot | None = None) -> Schema:
    """Return what the expressions of a feed may name: its dataset's columns and those it looks up. Raises KeyError."""
    found = datasets.dataset_schema(_source(master.dataset, snapshot))
    fields: dict[str, Field] = dict(found.fields)
    for lookup in master.lookups:
        other = datasets.dataset_schema(_source(lookup.dataset, snapshot))
        fields |= {key: other.fields[key] for key in lookup.columns}
    return replace(found, fields=fields)


def nameable(master: Master, snapshot: Snapshot) -> tuple[Source, Schema, set[str]] | None:
    """Return the dataset of a feed, what its expressions may name, and what only a lookup says that they may.

    As far as the definition could be read; a dataset that nearly has the name stands for one that nobody knows.
    """
    source = datasets.dataset_meant(master.dataset, snapshot)
    if source is None:
        return None
    schema = datasets.dataset_schema(source)
    fields, unknown = dict(schema.fields), set[str]()
    for lookup in _lookups(master):
        other = datasets.dataset_meant(read_or(lookup, "dataset", ""), snapshot)
        known = datasets.dataset_schema(other).fields if other else {}
        columns: tuple[str, ...] = read_or(lookup, "columns", ())
        fields |= {key: known[key] for key in columns if key in known}
        unknown |= {key for key in columns if key not in fields}
    return source, replace(schema, fields=fields), unknown


def narrowed(master: Master, schema: Schema, snapshot: Snapshot) -> set[str]:
    """Return the columns that the conditions of a feed ask about: not each of their values comes into a record."""
    conditions = [(read_or(master, "where", None) or "", schema)]
    for lookup in _lookups(master):
        source = datasets.dataset_meant(read_or(lookup, "dataset", ""), snapshot)
        if source is not None:
            conditions.append((read_or(lookup, "where", None) or "", datasets.dataset_schema(source)))
    return {key for text, over in conditions if text for key in _columns_in(text, over)}


def _lookups(master: Master) -> tuple[Lookup, ...]:
    return read_or(master, "lookups", ())


def _columns_in(text: str, schema: Schema) -> list[str]:
    try:
        nodes = expressions.walk(expressions.parse(text, schema))
        return [node.parts[-1] for node, _depth in nodes if isinstance(node, expressions.Path)]
    except ExpressionInvalid:
        return []


def _source(dataset: str, snapshot: Snapshot | None) -> Source:
    source = datasets.source_of(dataset, snapshot=snapshot)
    if source is None:
        raise KeyError(dataset)
    return source
