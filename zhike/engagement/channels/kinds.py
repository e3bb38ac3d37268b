"""The kinds `template` (content with variables) and `content_rule` (what texts may not and must say)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from zhike.engagement.channels.types import ContentRule, Template
from zhike.expressions import api as expressions
from zhike.expressions.errors import ExpressionInvalid
from zhike.expressions.parse import parse_tree
from zhike.expressions.types import Field, Schema, Type
from zhike.insight.indicators import api as indicators
from zhike.insight.tags.types import Tag
from zhike.kernel.definition_checks import each, unknown
from zhike.kernel.definition_parts import Labels
from zhike.kernel.definitions import Finding, Kind, Snapshot
from zhike.platform.objects import catalogue
from zhike.platform.objects.types import ObjectType

_VARIABLE = re.compile(r"\{\{\s*(\w+)\s*\}\}")


def check_template(template: Template, everything: Snapshot) -> Iterator[Finding]:
    """Yield unknown, doubled and unmasked variables and those without a value, forbidden words, a missing risk line."""
    rules = everything.of(ContentRule).get("default")
    texts = ("subject", "body")
    return each(
        *(_unknown_variables(template, where) for where in texts),
        _doubled(template),
        _unused(template),
        _values(template, everything),
        _unmasked(template, everything),
        *(_forbidden(template, where, rules) for where in texts if rules),
        *([_risk_line(template, rules)] if rules else []),
    )


def _unknown_variables(template: Template, where: str) -> Iterator[Finding]:
    declared = [variable.key for variable in template.variables]
    for name in sorted(set(_VARIABLE.findall(getattr(template, where))) - set(declared)):
        yield unknown(Labels("变量", "variable"), name, declared, (where,), "template.unknown_variable")


def _doubled(template: Template) -> Iterator[Finding]:
    declared = [variable.key for variable in template.variables]
    for index, key in enumerate(declared):
        if key in declared[:index]:
            said = Labels(f"变量“{key}”列了两次", f"variable '{key}' is listed twice")
            yield Finding("template.doubled", said, ("variables", index, "key"))


def _unused(template: Template) -> Iterator[Finding]:
    used = {name for text in (template.subject, template.body) for name in _VARIABLE.findall(text)}
    for index, variable in enumerate(template.variables):
        if variable.key not in used:
            said = Labels(f"变量“{variable.key}”没有用到", f"variable '{variable.key}' is used nowhere")
            yield Finding("template.unused_variable", said, ("variables", index, "key"), (variable.key,))


def _values(template: Template, everything: Snapshot) -> Iterator[Finding]:
    """Yield what is wrong with the expressions of variables, over the party and the figures beside it."""
    for party in [owner.key for owner in catalogue.provisional(everything).values() if owner.role == "party"]:
        schema = _schema(party, everything)
        for index, variable in enumerate(template.variables):
            try:
                expressions.parse(variable.value, schema)
            except ExpressionInvalid as error:
                yield from error.in_definition(("variables", index, "value"))


def _schema(party: str, everything: Snapshot) -> Schema:
    own = catalogue.schema(party, everything)
    shown = set(catalogue.names_of(everything, party)["field"])
    tags = {key: Field(key, Type.TEXT, dict(tag.labels)) for key, tag in everything.of(Tag).items()}
    figures = {**indicators.checking_schema(everything).fields, **tags}
    return replace(own, fields={**{key: field for key, field in figures.items() if key in shown}, **own.fields})


def _unmasked(template: Template, everything: Snapshot) -> Iterator[Finding]:
    """Yield the variables that would show in previews what screens show under a mask; the message itself holds it."""
    owners = list(catalogue.provisional(everything).values())
    of_any = _masked(owners)
    of_party = _masked([owner for owner in owners if owner.role == "party"])
    for index, variable in enumerate(template.variables):
        if variable.mask:
            continue
        for parts in _paths(variable.value):
            masked = (of_any if parts[1:] else of_party).get(parts[-1])
            if masked:
                said = Labels(
                    f"“{parts[-1]}”在页面上以 {masked} 脱敏；请为变量“{variable.key}”写明 mask",
                    f"screens mask '{parts[-1]}' as {masked}; give the variable '{variable.key}' a mask",
                )
                yield Finding("template.unmasked_variable", said, ("variables", index, "value"), (variable.key,))
                break


def _masked(owners: Iterable[ObjectType]) -> dict[str, str]:
    """The masks of the fields that have one, by all that an expression may call a field."""
    fields = [field for owner in owners for field in owner.fields.values() if field.mask]
    return {name: field.mask for field in fields for name in (field.key, *field.labels.values())}


def _paths(text: str) -> list[tuple[str, ...]]:
    """What an expression names; nothing of one that cannot be read."""
    try:
        return [node.parts for node, _depth in expressions.walk(parse_tree(text)) if isinstance(node, expressions.Path)]
    except ExpressionInvalid:
        return []


def _forbidden(template: Template, where: str, rules: ContentRule) -> Iterator[Finding]:
    for said in rules.faults(getattr(template, where)):
        yield Finding("template.forbidden_word", said, (where,))


def _risk_line(template: Template, rules: ContentRule) -> Iterator[Finding]:
    if template.risk_level and rules.risk_line and rules.risk_line not in template.body:
        said = Labels(f"涉及产品的文案须写明：{rules.risk_line}", f"a text about a product must say: {rules.risk_line}")
        yield Finding("template.no_risk_line", said, ("body",))


TEMPLATE = Kind(Template, order=50, check=check_template)
CONTENT_RULE = Kind(ContentRule, order=45)
