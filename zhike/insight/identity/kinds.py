"""The kinds `identity` and `master`."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from zhike.expressions import api as expressions
from zhike.expressions.errors import ExpressionInvalid
from zhike.expressions.types import Schema, Type
from zhike.insight.identity.errors import WhichIdentity
from zhike.insight.identity.logic import definitions as logic
from zhike.insight.identity.logic.feeding import UNIT_FIELDS
from zhike.insight.identity.logic.fitting import misfits
from zhike.insight.identity.types import Identity, IdentitySystem, Master, MasterColumn
from zhike.insight.warehouse import api as warehouse
from zhike.insight.warehouse.types import Source
from zhike.kernel import definition_checks
from zhike.kernel.definition_parts import Place
from zhike.kernel.definitions import Finding, Kind, Snapshot
from zhike.platform.objects.types import FieldType


def check_identity(identity: Identity, everything: Snapshot) -> Iterator[Finding]:
    """Find what is wrong with a definition of who is who."""
    return definition_checks.each(
        _keys(identity),
        _rules(identity),
        _systems(identity, everything),
        _fed(identity),
        _taken(identity, everything),
        _accounts(identity, everything),
    )


def _keys(identity: Identity) -> Iterator[Finding]:
    keys = [key.key for key in identity.keys]
    for number, key in enumerate(keys):
        if keys.index(key) != number:
            yield Finding("identity.doubled_key", f"match key '{key}' is defined twice", ("keys", number))


def _rules(identity: Identity) -> Iterator[Finding]:
    keys = [key.key for key in identity.keys]
    for number, rule in enumerate(identity.rules):
        for place, key in enumerate(rule):
            if key not in keys:
                yield _unknown_key(key, keys, ("rules", number, place))


def _systems(identity: Identity, everything: Snapshot) -> Iterator[Finding]:
    known = [system.system for system in identity.systems]
    for number, system in enumerate(identity.systems):
        if known.index(system.system) != number:
            yield Finding("identity.doubled_system", f"system '{system.system}' comes twice", ("systems", number))
        yield from _system(identity, system, ("systems", number), everything)


def _fed(identity: Identity) -> Iterator[Finding]:
    if not any(system.fields for system in identity.systems):
        said = f"no system gives a field of {identity.object}: records would be made of nothing"
        yield Finding("identity.no_fields", said, ("systems",), ("fields",))


def _taken(identity: Identity, everything: Snapshot) -> Iterator[Finding]:
    """Find systems whose records another definition already makes records of the same object of."""
    others = [other for other in everything.of(Identity).values() if other.key != identity.key]
    taken = {one.system: other.key for other in others if other.object == identity.object for one in other.systems}
    for number, system in enumerate(identity.systems):
        if system.system in taken:
            said = (
                f"the records of '{system.system}' already become {identity.object} by the definition"
                f" '{taken[system.system]}'; one record would become two"
            )
            yield Finding("identity.taken", said, ("systems", number, "system"))


def _system(identity: Identity, system: IdentitySystem, place: Place, everything: Snapshot) -> Iterator[Finding]:
    source = warehouse.source_of(system.dataset, snapshot=everything)
    if source is None:
        yield warehouse.unknown_dataset(system.dataset, (*place, "dataset"), everything)
        return
    yield from _column(source, system.key, (*place, "key"))
    if source.system != system.system:
        said = f"{system.dataset} comes from system '{source.system}', not '{system.system}'"
        yield Finding("identity.other_system", said, (*place, "system"))
    for key, column in system.match.items():
        if key not in [found.key for found in identity.keys]:
            yield _unknown_key(key, [found.key for found in identity.keys], (*place, "match", key))
        yield from _column(source, column, (*place, "match", key))
    schema = warehouse.dataset_schema(source)
    fields = logic.fields_of(identity.object, everything)
    for field, text in system.fields.items():
        if field not in fields:
            yield _unknown_field(identity.object, field, fields, (*place, "fields", field))
        yield from _given(text, schema, (*place, "fields", field), logic.field_of(identity.object, field, everything))


def _accounts(identity: Identity, everything: Snapshot) -> Iterator[Finding]:
    links = identity.accounts
    if links is None:
        return
    for column, where in ((links.account_id, "account_id"), (links.holder, "holder"), (links.account_no, "account_no")):
        if column:
            yield from warehouse.dataset_column(links.dataset, column, ("accounts", where), everything)
    if identity.system(links.system) is None:
        known = [system.system for system in identity.systems]
        yield definition_checks.unknown(
            "system", links.system, known, ("accounts", "system"), "identity.unknown_system"
        )
    keys = [key.key for key in identity.keys]
    if links.match and links.match not in keys:
        yield _unknown_key(links.match, keys, ("accounts", "match"))


def check_master(master: Master, everything: Snapshot) -> Iterator[Finding]:
    """Find what is wrong with a master feed."""
    broken = list(_datasets(master, everything))
    yield from broken
    if broken:
        return
    schema = logic.master_schema(master, everything)
    yield from definition_checks.each(
        _source_key(master, schema), _where(master, schema), _filled(master, schema, everything)
    )


def _source_key(master: Master, schema: Schema) -> Iterator[Finding]:
    yield from _expression(master.source_key, schema, ("source_key",), Type.TEXT)


def _where(master: Master, schema: Schema) -> Iterator[Finding]:
    if master.where:
        yield from _expression(master.where, schema, ("where",), Type.BOOLEAN)


def _filled(master: Master, schema: Schema, everything: Snapshot) -> Iterator[Finding]:
    if master.object == logic.ORG_UNIT:
        yield from _unit_columns(master, schema)
    else:
        yield from _record_columns(master, schema, everything)


def _datasets(master: Master, everything: Snapshot) -> Iterator[Finding]:
    if warehouse.source_of(master.dataset, snapshot=everything) is None:
        yield warehouse.unknown_dataset(master.dataset, ("dataset",), everything)
        return
    for number, lookup in enumerate(master.lookups):
        place: Place = ("lookups", number)
        source = warehouse.source_of(lookup.dataset, snapshot=everything)
        yield from warehouse.dataset_column(master.dataset, lookup.by, (*place, "by"), everything)
        yield from warehouse.dataset_column(lookup.dataset, lookup.by, (*place, "by"), everything)
        for index, column in enumerate(lookup.columns):
            yield from warehouse.dataset_column(lookup.dataset, column, (*place, "columns", index), everything)
        if source and lookup.where:
            yield from _expression(lookup.where, warehouse.dataset_schema(source), (*place, "where"), Type.BOOLEAN)


def _unit_columns(master: Master, schema: Schema) -> Iterator[Finding]:
    given = [column.field for column in master.columns]
    for number, column in enumerate(master.columns):
        if column.field not in UNIT_FIELDS:
            yield _unknown_field(master.object, column.field, UNIT_FIELDS, ("columns", number, "field"))
        yield from _expression(column.text, schema, ("columns", number))
    for field in UNIT_FIELDS:
        if field not in given:
            yield Finding("master.incomplete", f"an org unit needs the field '{field}'", ("columns",), (field,))


def _record_columns(master: Master, schema: Schema, everything: Snapshot) -> Iterator[Finding]:
    if master.object not in everything.named("object"):
        known = [*everything.named("object"), logic.ORG_UNIT]
        yield definition_checks.unknown("object", master.object, known, ("object",))
        return
    fields = logic.fields_of(master.object, everything)
    for number, column in enumerate(master.columns):
        place: Place = ("columns", number)
        if column.field not in fields:
            yield _unknown_field(master.object, column.field, fields, (*place, "field"))
            continue
        field = logic.field_of(master.object, column.field, everything)
        if column.value:
            yield from _given(
                column.value, schema, (*place, "value"), field, logic.narrowed(master, schema, everything)
            )
        else:
            yield from _expression(column.text, schema, place)
        if column.currency:
            yield from _expression(column.currency, schema, (*place, "currency"), Type.TEXT)
            if not (field and field.values.currency):
                said = f"'{column.field}' is no amount of money; it has no currency"
                yield Finding("master.no_amount", said, (*place, "currency"))
        if (column.system or column.reference) and not fields[column.field]:
            said = f"'{column.field}' refers to no record; give its `value`"
            yield Finding("master.no_reference", said, (*place, "field"))
        elif column.system:
            yield from _identity_of(master, column, place, everything)
    yield from _ending(master, fields, everything)


def _ending(master: Master, fields: Iterable[str], everything: Snapshot) -> Iterator[Finding]:
    if master.ends is None:
        return
    field = logic.field_of(master.object, master.ends.field, everything)
    if field is None:
        yield _unknown_field(master.object, master.ends.field, fields, ("ends", "field"))
    elif field.values.expression is not Type.DATE:
        said = f"'{field.key}' is {field.type}; it has to be a date"
        yield Finding("master.no_date", said, ("ends", "field"))


def _identity_of(master: Master, column: MasterColumn, place: Place, everything: Snapshot) -> Iterator[Finding]:
    try:
        logic.identity_of_column(master, column, everything)
    except WhichIdentity as error:
        systems = {s.system for one in everything.of(Identity).values() for s in one.systems}
        if column.system not in systems:
            yield definition_checks.unknown(
                "system", str(column.system), systems, (*place, "system"), "identity.unknown_system"
            )
        else:
            yield Finding(error.code, error.message("en"), (*place, "system"), (str(column.system),))


def _column(source: Source, key: str, where: Place) -> Iterator[Finding]:
    if key not in source.keys_of_columns:
        what = f"column of {source.dataset}"
        yield definition_checks.unknown(what, key, source.keys_of_columns, where, "dataset.unknown_column")


def _unknown_key(key: str, has: Iterable[str], where: Place) -> Finding:
    return definition_checks.unknown("match key", key, has, where, "identity.unknown_key")


def _unknown_field(object: str, field: str, has: Iterable[str], where: Place) -> Finding:
    return definition_checks.unknown(f"field of {object}", field, has, where, "object.unknown_field")


def _expression(text: str, schema: Schema, where: Place, wanted: Type | None = None) -> Iterator[Finding]:
    try:
        found = expressions.type_of(expressions.parse(text, schema))
    except ExpressionInvalid as error:
        yield from error.in_definition(where)
        return
    if wanted is not None and found is not wanted:
        yield Finding("expression.type", f"it gives {found.value}; it has to give {wanted.value}", where)


def _given(
    text: str, schema: Schema, where: Place, field: FieldType | None, narrowed: Collection[str] = ()
) -> Iterator[Finding]:
    """Find what is wrong with the expression whose value a field gets."""
    try:
        expression = expressions.parse(text, schema)
    except ExpressionInvalid as error:
        yield from error.in_definition(where)
        return
    if field is not None:
        yield from misfits(expression, schema, field, where, narrowed=narrowed)


def uses_of_identity(identity: Identity, everything: Snapshot) -> Iterable[tuple[str, str]]:
    """Name the sources whose records an identity joins."""
    datasets = [system.dataset for system in identity.systems]
    if identity.accounts:
        datasets.append(identity.accounts.dataset)
    return warehouse.dataset_uses(datasets, everything)


def uses_of_master(master: Master, everything: Snapshot) -> Iterable[tuple[str, str]]:
    """Name the sources and the object of a feed."""
    used: Mapping[str, str] = {} if master.object == logic.ORG_UNIT else {"object": master.object}
    datasets = [master.dataset, *(lookup.dataset for lookup in master.lookups)]
    return [*used.items(), *warehouse.dataset_uses(datasets, everything)]


IDENTITY = Kind(Identity, order=40, check=check_identity, uses=uses_of_identity)
MASTER = Kind(Master, order=41, check=check_master, uses=uses_of_master)
