"""The kind `tag`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from zhike.expressions import api as expressions
from zhike.expressions.errors import ExpressionInvalid
from zhike.expressions.types import Schema, Type
from zhike.insight.indicators import api as indicators
from zhike.insight.tags.logic import living
from zhike.insight.tags.types import Tag, TagLevel
from zhike.kernel.definition_checks import each, unknown
from zhike.kernel.definition_parts import Labels, Place
from zhike.kernel.definitions import Finding, Kind, Snapshot
from zhike.platform.organization import api as organization

_PARAMETERS = {"business_date": Type.DATE}


def check_tag(tag: Tag, everything: Snapshot) -> Iterator[Finding]:
    """Find what is wrong with a tag beside the other definitions."""
    schema = indicators.checking_schema(everything)
    return each(_taken(tag, schema), _units(tag), _levels(tag, schema))


def _taken(tag: Tag, schema: Schema) -> Iterator[Finding]:
    if tag.key in schema.fields:
        said = Labels(f"已有指标或主体字段“{tag.key}”", f"there is an indicator or a party field '{tag.key}'")
        yield Finding("tag.taken", said, ("key",))


def _levels(tag: Tag, schema: Schema) -> Iterator[Finding]:
    yield from each(*(_level(level, ("levels", number, "when"), schema) for number, level in enumerate(tag.levels)))


def _level(level: TagLevel, where: Place, schema: Schema) -> Iterator[Finding]:
    try:
        found = expressions.type_of(expressions.parse(level.when, schema, _PARAMETERS))
    except ExpressionInvalid as error:
        yield from error.in_definition(where)
        return
    if found is not Type.BOOLEAN:
        said = Labels(
            f"级别“{level.key}”需要条件，而不是 {found.value}",
            f"level '{level.key}' needs a condition, not {found.value}",
        )
        yield Finding("tag.not_a_condition", said, where)


def _units(tag: Tag) -> Iterator[Finding]:
    """Find org units of the lifecycle that do not exist; before the first units are loaded nobody can tell."""
    named = [(n, m, unit) for n, stage in enumerate(tag.lifecycle) for m, unit in enumerate(stage.units)]
    codes = {unit.code for unit in organization.all_units()} if named else set()
    for number, place, code in named:
        if codes and code not in codes:
            yield unknown(
                Labels("机构", "org unit"), code, codes, ("lifecycle", number, "units", place), "tag.unknown_unit"
            )


def uses(tag: Tag, everything: Snapshot) -> Iterable[tuple[str, str]]:
    """Name the indicators that the levels of a tag ask about."""
    schema = indicators.checking_schema(everything)
    named: set[str] = set()
    for level in tag.levels:
        try:
            tree = expressions.parse(level.when, schema, _PARAMETERS)
        except ExpressionInvalid:
            continue
        named |= {node.parts[-1] for node, _depth in expressions.walk(tree) if isinstance(node, expressions.Path)}
    return [("indicator", key) for key in sorted(named) if key in everything.named("indicator")]


TAG = Kind(Tag, order=52, check=check_tag, uses=uses, applied=living.applied)
