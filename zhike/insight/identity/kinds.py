"""The kinds `identity` and `master`."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from zhike.expressions import api as expressions
from zhike.expressions.errors import ExpressionInvalid
from zhike.expressions.types import Schema, Type
from zhike.insight.identity.errors import NoIdentity, WhichIdentity
from zhike.insight.identity.logic import definitions as logic
from zhike.insight.identity.logic import hashed_keys
from zhike.insight.identity.logic.feeding import UNIT_FIELDS
from zhike.insight.identity.logic.fitting import misfits
from zhike.insight.identity.types import Identity, IdentitySystem, Lookup, Master, MasterColumn
from zhike.insight.warehouse import datasets
from zhike.insight.warehouse.types import Source
from zhike.kernel import definition_checks
from zhike.kernel.definition_checks import each, guessed
from zhike.kernel.definition_parts import Labels, Place, read_or
from zhike.kernel.definitions import Finding, Kind, Snapshot
from zhike.platform.objects.types import FieldType


def check_identity(identity: Identity, everything: Snapshot) -> Iterator[Finding]:
    """Find what is wrong with a definition of who is who."""
    return each(
        _keys(identity),
        _unused(identity),
        hashed_keys.faults(identity, everything),
        _rules(identity),
        _systems(identity, everything),
        _fed(identity, everything),
        _taken(identity, everything),
        _accounts(identity, everything),
    )


def _keys(identity: Identity) -> Iterator[Finding]:
    keys = [key.key for key in identity.keys]
    for number, key in enumerate(keys):
        if keys.index(key) != number:
            said = Labels(f"匹配键“{key}”定义了两次", f"match key '{key}' is defined twice")
            yield Finding("identity.doubled_key", said, ("keys", number))


def _unused(identity: Identity) -> Iterator[Finding]:
    used = {key for rule in identity.rules for key in rule}
    used |= {identity.accounts.match or ""} if identity.accounts else set()
    for number, key in enumerate(identity.keys):
        if key.key not in used:
            said = Labels(f"匹配键“{key.key}”没有用在任何规则里", f"match key '{key.key}' is in no rule")
            yield Finding("identity.unused_key", said, ("keys", number), (key.key,))


def _rules(identity: Identity) -> Iterator[Finding]:
    keys = [key.key for key in identity.keys]
    for number, rule in enumerate(identity.rules):
        for place, key in enumerate(rule):
            if key not in keys:
                yield _unknown_key(key, keys, ("rules", number, place))


def _systems(identity: Identity, everything: Snapshot) -> Iterator[Finding]:
    for number, system in enumerate(identity.systems):
        place: Place = ("systems", number)
        yield from each(
            _system_once(identity, number),
            *(_matched(identity, key, (*place, "match", key)) for key in _match(system)),
            *(_field_of_object(identity, key, (*place, "fields", key), everything) for key in _fields(system)),
            _system(identity, system, place, everything),
        )


def _match(system: IdentitySystem) -> Mapping[str, str]:
    return read_or(system, "match", {})


def _fields(system: IdentitySystem) -> Mapping[str, str]:
    return read_or(system, "fields", {})


def _system_once(identity: Identity, number: int) -> Iterator[Finding]:
    name = identity.systems[number].system
    if name in [other.system for other in identity.systems[:number]]:
        said = Labels(f"系统“{name}”写了两次", f"system '{name}' comes twice")
        yield Finding("identity.doubled_system", said, ("systems", number))


def _matched(identity: Identity, key: str, place: Place) -> Iterator[Finding]:
    known = [found.key for found in identity.keys]
    if key not in known:
        yield _unknown_key(key, known, place)


def _fed(identity: Identity, everything: Snapshot) -> Iterator[Finding]:
    """Find what no system gives, though a record cannot be without; a field may come from one of them alone."""
    given = {field for system in identity.systems for field in _fields(system)}
    if not given:
        said = Labels(
            f"没有系统给出 {identity.object} 的字段：记录将是空的",
            f"no system gives a field of {identity.object}: records would be made of nothing",
        )
        yield Finding("identity.no_fields", said, ("systems",), ("fields",))
        return
    for field in logic.needed(identity.object, everything):
        if field not in given:
            said = Labels(
                f"{identity.object} 必须有字段“{field}”，而没有系统给出",
                f"{identity.object} needs the field '{field}', which no system gives",
            )
            yield Finding("identity.incomplete", said, ("systems",), (field,))


def _taken(identity: Identity, everything: Snapshot) -> Iterator[Finding]:
    """Find systems whose records another definition already makes records of the same object of."""
    others = [other for other in everything.of(Identity).values() if other.key != identity.key]
    taken = {one.system: other.key for other in others if other.object == identity.object for one in other.systems}
    for number, system in enumerate(identity.systems):
        if system.system in taken:
            said = Labels(
                f"“{system.system}”的记录已由定义“{taken[system.system]}”生成 {identity.object}；一条会变成两条",
                f"the records of '{system.system}' already become {identity.object} by the definition"
                f" '{taken[system.system]}'; one record would become two",
            )
            yield Finding("identity.taken", said, ("systems", number, "system"))


def _system(identity: Identity, system: IdentitySystem, place: Place, everything: Snapshot) -> Iterator[Finding]:
    source = datasets.dataset_meant(system.dataset, everything)
    if source is None or source.dataset != system.dataset:
        yield datasets.unknown_dataset(system.dataset, (*place, "dataset"), everything)
    if source is not None:
        found = each(
            _system_key(system, source, place),
            _system_name(system, source, place),
            *(_column(source, column, (*place, "match", key)) for key, column in _match(system).items()),
            *(_field(identity, system, name, source, place, everything) for name in _fields(system)),
        )
        yield from found if source.dataset == system.dataset else guessed(system.dataset, found)


def _system_key(system: IdentitySystem, source: Source, place: Place) -> Iterator[Finding]:
    yield from _column(source, system.key, (*place, "key"))


def _system_name(system: IdentitySystem, source: Source, place: Place) -> Iterator[Finding]:
    if source.system != system.system:
        said = Labels(
            f"{system.dataset} 来自系统“{source.system}”，而不是“{system.system}”",
            f"{system.dataset} comes from system '{source.system}', not '{system.system}'",
        )
        yield Finding("identity.other_system", said, (*place, "system"))


def _field_of_object(identity: Identity, field: str, place: Place, everything: Snapshot) -> Iterator[Finding]:
    fields = logic.fields_of(identity.object, everything)
    if fields and field not in fields:
        yield _unknown_field(identity.object, field, fields, place)


def _field(
    identity: Identity, system: IdentitySystem, name: str, source: Source, place: Place, everything: Snapshot
) -> Iterator[Finding]:
    field = logic.field_of(identity.object, name, everything)
    yield from _given(system.fields[name], datasets.dataset_schema(source), (*place, "fields", name), field)


def _accounts(identity: Identity, everything: Snapshot) -> Iterator[Finding]:
    return each(_account_columns(identity, everything), _account_system(identity), _account_match(identity))


def _account_columns(identity: Identity, everything: Snapshot) -> Iterator[Finding]:
    links = identity.accounts
    if links is None:
        return
    source = datasets.dataset_meant(links.dataset, everything)
    known = source is not None and source.dataset == links.dataset
    if not known:
        yield datasets.unknown_dataset(links.dataset, ("accounts", "dataset"), everything)
    for name in ("account_id", "holder", "account_no"):
        column = read_or(links, name, None)
        if source is not None and column:
            found = _column(source, column, ("accounts", name))
            yield from found if known else guessed(links.dataset, found)


def _account_system(identity: Identity) -> Iterator[Finding]:
    links = identity.accounts
    if links is not None and identity.system(links.system) is None:
        known = [system.system for system in identity.systems]
        yield definition_checks.unknown(
            Labels("系统", "system"), links.system, known, ("accounts", "system"), "identity.unknown_system"
        )


def _account_match(identity: Identity) -> Iterator[Finding]:
    if identity.accounts is not None and identity.accounts.match:
        yield from _matched(identity, identity.accounts.match, ("accounts", "match"))


def check_master(master: Master, everything: Snapshot) -> Iterator[Finding]:
    """Find what is wrong with a master feed."""
    return each(
        _dataset(master, everything),
        _lookups(master, everything),
        _object(master, everything),
        _columns(master, everything),
        _expressions(master, everything),
        _ending(master, everything),
    )


def _dataset(master: Master, everything: Snapshot) -> Iterator[Finding]:
    if datasets.source_of(master.dataset, snapshot=everything) is None:
        yield datasets.unknown_dataset(master.dataset, ("dataset",), everything)


def _lookups(master: Master, everything: Snapshot) -> Iterator[Finding]:
    for number, lookup in enumerate(master.lookups):
        yield from each(_lookup(master, lookup, ("lookups", number), everything))


def _lookup(master: Master, lookup: Lookup, place: Place, everything: Snapshot) -> Iterator[Finding]:
    own = datasets.dataset_meant(read_or(master, "dataset", ""), everything)
    source = datasets.dataset_meant(lookup.dataset, everything)
    known = source is not None and source.dataset == lookup.dataset
    if not known:
        yield datasets.unknown_dataset(lookup.dataset, (*place, "dataset"), everything)
    checks = [_shared(lookup, one, place) for one in {one.dataset: one for one in (own, source) if one}.values()]
    if source is not None:
        checks += [_taken_columns(lookup, source, place), _among(lookup, source, place)]
    yield from each(*checks) if known else guessed(lookup.dataset, each(*checks))


def _shared(lookup: Lookup, source: Source, place: Place) -> Iterator[Finding]:
    yield from _column(source, lookup.by, (*place, "by"))


def _taken_columns(lookup: Lookup, source: Source, place: Place) -> Iterator[Finding]:
    for index, column in enumerate(lookup.columns):
        yield from _column(source, column, (*place, "columns", index))


def _among(lookup: Lookup, source: Source, place: Place) -> Iterator[Finding]:
    if lookup.where:
        yield from _expression(lookup.where, datasets.dataset_schema(source), (*place, "where"), Type.BOOLEAN)


def _object(master: Master, everything: Snapshot) -> Iterator[Finding]:
    known = [*everything.named("object"), logic.ORG_UNIT]
    if master.object not in known:
        yield definition_checks.unknown("object", master.object, known, ("object",))


def _told_already(found: Iterable[Finding], names: Collection[str]) -> Iterator[Finding]:
    """Yield findings but for those that blame an expression for a name of which a lookup is blamed already."""
    yield from (finding for finding in found if not set(finding.missing) & set(names))


def _expressions(master: Master, everything: Snapshot) -> Iterator[Finding]:
    """Check what is said over the rows, by what is known of the dataset or of the one that nearly has its name."""
    found = logic.nameable(master, everything)
    if found is None:
        return
    source, schema, unknown = found
    checks = [_source_key(master, schema), _where(master, schema), _filled(master, schema, everything)]
    said = _told_already(each(*checks), unknown)
    yield from said if source.dataset == master.dataset else guessed(master.dataset, said)


def _source_key(master: Master, schema: Schema) -> Iterator[Finding]:
    yield from _expression(master.source_key, schema, ("source_key",), Type.TEXT)


def _where(master: Master, schema: Schema) -> Iterator[Finding]:
    if master.where:
        yield from _expression(master.where, schema, ("where",), Type.BOOLEAN)


def _columns(master: Master, everything: Snapshot) -> Iterator[Finding]:
    """Check which fields are filled."""
    placed = [(column, ("columns", number)) for number, column in enumerate(master.columns)]
    return each(
        *(_fills(master, column, place, everything) for column, place in placed),
        *(_system_of(column, place, everything) for column, place in placed),
        *(_refers(master, column, place, everything) for column, place in placed),
        *(_amount(master, column, place, everything) for column, place in placed),
        _complete(master, everything),
    )


def _fills(master: Master, column: MasterColumn, place: Place, everything: Snapshot) -> Iterator[Finding]:
    fields = UNIT_FIELDS if master.object == logic.ORG_UNIT else logic.fields_of(master.object, everything)
    if fields and column.field not in fields:
        yield _unknown_field(master.object, column.field, fields, (*place, "field"))


def _system_of(column: MasterColumn, place: Place, everything: Snapshot) -> Iterator[Finding]:
    systems = _systems_known(everything)
    if column.system and column.system not in systems:
        what = (*place, "system"), "identity.unknown_system"
        yield definition_checks.unknown(Labels("系统", "system"), column.system, systems, *what)


def _systems_known(everything: Snapshot) -> set[str]:
    return {system.system for one in everything.of(Identity).values() for system in one.systems}


def _refers(master: Master, column: MasterColumn, place: Place, everything: Snapshot) -> Iterator[Finding]:
    target = logic.fields_of(master.object, everything).get(column.field)
    if (column.system or column.reference) and target == "":
        said = Labels(
            f"“{column.field}”不指向记录，请写 `value`", f"'{column.field}' refers to no record; give its `value`"
        )
        yield Finding("master.no_reference", said, (*place, "field"))
    elif column.system in _systems_known(everything) and target is not None:
        yield from _identity_of(master, column, place, everything)


def _amount(master: Master, column: MasterColumn, place: Place, everything: Snapshot) -> Iterator[Finding]:
    field = logic.field_of(master.object, column.field, everything)
    if column.currency and field is not None and not field.values.currency:
        said = Labels(
            f"“{column.field}”不是金额，没有币种", f"'{column.field}' is no amount of money; it has no currency"
        )
        yield Finding("master.no_amount", said, (*place, "currency"))
    source = datasets.source_of(master.dataset, snapshot=everything)
    if column.value and not column.currency and field is not None and field.values.currency and source is not None:
        nameable = logic.nameable(master, everything)
        codes = datasets.currencies_in(source, column.value, nameable[1]) if nameable else []
        if len(codes) > 1:
            said = Labels(
                f"金额的币种见 {'、'.join(codes)}；请在 `currency` 写明取哪一个",
                f"its amounts are in the currencies of {', '.join(codes)}; say in `currency` which one it is in",
            )
            yield Finding("master.currencies", said, (*place, "value"))


def _complete(master: Master, everything: Snapshot) -> Iterator[Finding]:
    """Find fields that a feed does not fill, though a record cannot be without."""
    if not all(read_or(column, "field", "") for column in master.columns):
        return
    given = [column.field for column in master.columns]
    units = master.object == logic.ORG_UNIT
    for field in UNIT_FIELDS if units else logic.needed(master.object, everything):
        if field not in given:
            of = "机构" if units else master.object
            said = Labels(
                f"{of} 必须有字段“{field}”",
                f"an org unit needs the field '{field}'" if units else f"{master.object} needs the field '{field}'",
            )
            yield Finding("master.incomplete", said, ("columns",), (field,))


def _filled(master: Master, schema: Schema, everything: Snapshot) -> Iterator[Finding]:
    """Check what the fields are filled with."""
    narrowed = logic.narrowed(master, schema, everything)
    for number, column in enumerate(master.columns):
        place: Place = ("columns", number)
        parts: Mapping[str, str] = read_or(column, "parts", {})
        yield from each(
            _value(master, column, schema, place, narrowed, everything),
            *(_text(column, name, schema, place) for name in ("reference", "key")),
            *(_part(master, column, part, schema, place, everything) for part in parts),
            _currency(column, schema, place),
        )


def _value(
    master: Master, column: MasterColumn, schema: Schema, place: Place, narrowed: Collection[str], everything: Snapshot
) -> Iterator[Finding]:
    if column.value:
        field = logic.field_of(master.object, read_or(column, "field", ""), everything)
        yield from _given(column.value, schema, (*place, "value"), field, narrowed)


def _text(column: MasterColumn, name: str, schema: Schema, place: Place) -> Iterator[Finding]:
    text: str | None = getattr(column, name)
    if text:
        yield from _expression(text, schema, (*place, name), Type.TEXT if name == "reference" else None)


def _part(
    master: Master, column: MasterColumn, part: str, schema: Schema, place: Place, everything: Snapshot
) -> Iterator[Finding]:
    field = logic.field_of(master.object, read_or(column, "field", ""), everything)
    where = (*place, "parts", part)
    if field is not None and part not in field.values.parts:
        what = (
            Labels(f"“{field.key}”的组成部分", f"part of '{field.key}'")
            if field.values.parts
            else Labels(
                f"组成部分（“{field.key}”是 {field.type}，没有组成部分）",
                f"part: '{field.key}' is {field.type}, which has none:",
            )
        )
        yield definition_checks.unknown(what, part, field.values.parts, where, "master.unknown_part")
    yield from _expression(column.parts[part], schema, where, Type.TEXT)


def _currency(column: MasterColumn, schema: Schema, place: Place) -> Iterator[Finding]:
    if column.currency:
        yield from _expression(column.currency, schema, (*place, "currency"), Type.TEXT)


def _ending(master: Master, everything: Snapshot) -> Iterator[Finding]:
    if master.ends is not None:
        yield from _day(master, master.ends.field, ("ends", "field"), everything)
        if master.ends.start is not None:
            yield from _day(master, master.ends.start, ("ends", "start"), everything)


def _day(master: Master, key: str, where: Place, everything: Snapshot) -> Iterator[Finding]:
    field = logic.field_of(master.object, key, everything)
    if field is None:
        fields = logic.fields_of(master.object, everything)
        if fields:
            yield _unknown_field(master.object, key, fields, where)
    elif field.values.expression is not Type.DATE:
        said = Labels(f"“{field.key}”是 {field.type}，应为日期", f"'{field.key}' is {field.type}; it has to be a date")
        yield Finding("master.no_date", said, where)


def _identity_of(master: Master, column: MasterColumn, place: Place, everything: Snapshot) -> Iterator[Finding]:
    try:
        logic.identity_of_column(master, column, everything)
    except (NoIdentity, WhichIdentity) as error:
        said = Labels(error.message("zh"), error.message("en"))
        yield Finding(error.code, said, (*place, "system"), (str(column.system),))


def _column(source: Source, key: str, where: Place) -> Iterator[Finding]:
    if key not in source.keys_of_columns:
        what = Labels(f"{source.dataset} 的列", f"column of {source.dataset}")
        yield definition_checks.unknown(what, key, source.keys_of_columns, where, "dataset.unknown_column")


def _unknown_key(key: str, has: Iterable[str], where: Place) -> Finding:
    return definition_checks.unknown(Labels("匹配键", "match key"), key, has, where, "identity.unknown_key")


def _unknown_field(object: str, field: str, has: Iterable[str], where: Place) -> Finding:
    what = Labels(f"{object} 的字段", f"field of {object}")
    return definition_checks.unknown(what, field, has, where, "object.unknown_field")


def _expression(text: str, schema: Schema, where: Place, wanted: Type | None = None) -> Iterator[Finding]:
    try:
        found = expressions.type_of(expressions.parse(text, schema))
    except ExpressionInvalid as error:
        yield from error.in_definition(where)
        return
    if wanted is not None and found is not wanted:
        said = Labels(
            f"结果是 {found.value}，应为 {wanted.value}", f"it gives {found.value}; it has to give {wanted.value}"
        )
        yield Finding("expression.type", said, where)


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
    named = [system.dataset for system in identity.systems]
    if identity.accounts:
        named.append(identity.accounts.dataset)
    return datasets.dataset_uses(named, everything)


def uses_of_master(master: Master, everything: Snapshot) -> Iterable[tuple[str, str]]:
    """Name the sources and the object of a feed."""
    used: Mapping[str, str] = {} if master.object == logic.ORG_UNIT else {"object": master.object}
    named = [master.dataset, *(lookup.dataset for lookup in master.lookups)]
    return [*used.items(), *datasets.dataset_uses(named, everything)]


IDENTITY = Kind(Identity, order=40, check=check_identity, uses=uses_of_identity)
MASTER = Kind(Master, order=41, check=check_master, uses=uses_of_master)
